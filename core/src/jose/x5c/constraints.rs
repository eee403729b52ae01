//! Extensions of certificates (RFC 5280 section 4.2) that the `openssl` crate does not show.

/// Whether the DER certificate says `cA` in its basic constraints (section 4.2.1.9); `None` when it is not laid out as
/// RFC 5280 section 4.1 says.
pub(super) fn is_authority(certificate: &[u8]) -> Option<bool> {
    let Some(constraints) = extension(certificate, &BASIC_CONSTRAINTS)? else { return Some(false) };
    let authority = Der(Der(constraints.value).take(SEQUENCE)?).take_if(BOOLEAN)?;
    Some(authority.is_some_and(|octets| octets != [0]))
}

/// What a certificate is for, besides what its key usage says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedKeyUsage {
    /// Whether a reader that does not know the extension must refuse the certificate.
    pub critical: bool,
    /// Object identifiers, as DER has their contents.
    pub purposes: Vec<Vec<u8>>,
}

/// The extended key usage (section 4.2.1.12), which the certificate may lack; `None` when it is not laid out as it must
/// be.
#[expect(clippy::option_option, reason = "absent and malformed are different answers")]
pub(super) fn extended_key_usage(certificate: &[u8]) -> Option<Option<ExtendedKeyUsage>> {
    let Some(usage) = extension(certificate, &EXTENDED_KEY_USAGE)? else { return Some(None) };
    let mut listed = Der(Der(usage.value).take(SEQUENCE)?);
    let mut purposes = Vec::new();
    while !listed.0.is_empty() {
        purposes.push(listed.take(OBJECT_IDENTIFIER)?.to_vec());
    }
    Some(Some(ExtendedKeyUsage { critical: usage.critical, purposes }))
}

/// One extension.
struct Extension<'a> {
    critical: bool,
    value: &'a [u8],
}

/// The extension of this name. Nothing here is recursive, and nothing is allocated.
#[expect(clippy::option_option, reason = "absent and malformed are different answers")]
fn extension<'a>(certificate: &'a [u8], wanted: &[u8]) -> Option<Option<Extension<'a>>> {
    let mut fields = Der(Der(Der(certificate).take(SEQUENCE)?).take(SEQUENCE)?);
    fields.take_if(VERSION)?;
    fields.take(INTEGER)?;
    // Signature algorithm, issuer, validity, subject, subject's key.
    for _ in 0..5 {
        fields.take(SEQUENCE)?;
    }
    fields.take_if(ISSUER_UNIQUE_ID)?;
    fields.take_if(SUBJECT_UNIQUE_ID)?;
    let Some(extensions) = fields.take_if(EXTENSIONS)? else { return Some(None) };
    let mut extensions = Der(Der(extensions).take(SEQUENCE)?);
    while !extensions.0.is_empty() {
        let mut extension = Der(extensions.take(SEQUENCE)?);
        let name = extension.take(OBJECT_IDENTIFIER)?;
        let critical = extension.take_if(BOOLEAN)?.is_some_and(|octets| octets != [0]);
        let value = extension.take(OCTET_STRING)?;
        if name == wanted {
            return Some(Some(Extension { critical, value }));
        }
    }
    Some(None)
}

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const ISSUER_UNIQUE_ID: u8 = 0x81;
const SUBJECT_UNIQUE_ID: u8 = 0x82;
const EXTENSIONS: u8 = 0xa3;
/// 2.5.29.19
const BASIC_CONSTRAINTS: [u8; 3] = [0x55, 0x1d, 0x13];
/// 2.5.29.37
const EXTENDED_KEY_USAGE: [u8; 3] = [0x55, 0x1d, 0x25];

/// What is left of a sequence of DER values (X.690 section 10).
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The contents of the next value, which must have this tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, rest) = self.0.split_first()?;
        let (first, mut rest) = rest.split_first()?;
        let length = match first {
            0..=0x7f => usize::from(*first),
            // Two octets of length are enough for what was bounded before.
            0x81 | 0x82 => {
                let (octets, after) = rest.split_at_checked(usize::from(first - 0x80))?;
                rest = after;
                octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet))
            }
            _ => return None,
        };
        let (contents, after) = rest.split_at_checked(length)?;
        self.0 = after;
        (*found == tag).then_some(contents)
    }

    /// Takes a value that may be absent: `Some(None)` then.
    #[expect(clippy::option_option, reason = "absent and malformed are different answers")]
    fn take_if(&mut self, tag: u8) -> Option<Option<&'a [u8]>> {
        if self.0.first() == Some(&tag) { self.take(tag).map(Some) } else { Some(None) }
    }
}
