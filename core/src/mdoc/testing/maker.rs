//! An issuer, a holder, and what they sign: every part open to change.

use std::collections::BTreeMap;
use std::sync::Arc;

use openssl::x509::X509;

use crate::base::base64url;
use crate::base::digest::DigestAlgorithm;
use crate::base::time::Timestamp;
use crate::cbor::Writer;
use crate::cose::{self, PayloadPlace};
use crate::jose::alg::Algorithm;
use crate::jose::signing::SigningKey;
use crate::jose::x5c::Roots;
use crate::jose::x5c::testing::{Authority, Plan, public_key};
use crate::mdoc::SessionTranscript;
use crate::trust::status_policy::StatusPolicy;
use crate::trust::{CertificateProfile, CredentialTrust, FormatRules, KeySource, MdocRules, TrustPolicy};

pub const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);
pub const ISSUER: &str = "Utopia";
pub const DOCTYPE: &str = "org.iso.18013.5.1.mDL";
pub const NAMESPACE: &str = "org.iso.18013.5.1";
pub const QUERY_ID: &str = "mdl";

/// One document between an issuer and a holder. Change a field, then ask for the presentation.
pub struct MdocMaker {
    pub root: Authority,
    pub signer: SigningKey,
    /// The signer's certificate, and those above it that are sent.
    pub chain: Vec<X509>,
    pub holder: SigningKey,
    pub doctype: String,
    /// Namespace, element and value, which is written already; the place is the number of the digest.
    pub elements: Vec<(String, String, Vec<u8>)>,
    pub signed: i64,
    pub valid_from: i64,
    pub valid_until: i64,
    pub digests: DigestAlgorithm,
    /// `status` of the security object, written already.
    pub status: Option<Vec<u8>>,
    /// What the device signs besides: the content of `DeviceNameSpacesBytes`.
    pub device_name_spaces: Vec<u8>,
}

impl MdocMaker {
    /// A driving licence with a name, a birthday, an age and a small portrait, valid at [`NOW`].
    pub fn new() -> Self {
        Self::at(NOW)
    }

    /// The same, valid at another time.
    pub fn at(now: Timestamp) -> Self {
        let now = now.unix();
        let root = Authority::root(&Plan { path_length: Some(0), ..Plan::authority("Utopia IACA", now) });
        let signer = SigningKey::generate(Algorithm::Es256).unwrap();
        let leaf = root.certify(&Plan::leaf("Utopia DS", now), &public_key(&signer.public_key().to_jwk()));
        let mut made = Self {
            root,
            signer,
            chain: vec![leaf],
            holder: SigningKey::generate(Algorithm::Es256).unwrap(),
            doctype: DOCTYPE.to_owned(),
            elements: Vec::new(),
            signed: now - 1000,
            valid_from: now - 1000,
            valid_until: now + 1_000_000,
            digests: DigestAlgorithm::Sha256,
            status: None,
            device_name_spaces: Writer::new().map(0).into_bytes(),
        };
        made.say("family_name", Writer::new().text("Mustermann"));
        made.say("given_name", Writer::new().text("Erika"));
        made.say("birth_date", Writer::new().tag(1004).text("1990-08-12"));
        made.say("age_over_18", Writer::new().bool(true));
        made.say("portrait", Writer::new().bytes(&[0xff, 0xd8, 0xff, 0xe0]));
        made
    }

    /// Adds an element of [`NAMESPACE`].
    pub fn say(&mut self, element: &str, value: Writer) {
        self.elements.push((NAMESPACE.to_owned(), element.to_owned(), value.into_bytes()));
    }

    /// Whom a verifier of these documents believes, by the profile that every certificate here keeps.
    pub fn trust(&self) -> CredentialTrust {
        CredentialTrust {
            id: QUERY_ID.to_owned(),
            types: vec![self.doctype.clone()],
            issuer: ISSUER.to_owned(),
            keys: KeySource::X5c(Arc::new(Roots::new(&self.root.pem(), None, Vec::new()).unwrap())),
            status_roots: None,
            status: StatusPolicy::default(),
            rules: FormatRules::MsoMdoc(MdocRules { certificates: CertificateProfile::Generic }),
        }
    }

    /// [`Self::trust`] alone.
    pub fn trust_policy(&self) -> TrustPolicy {
        TrustPolicy { credentials: vec![self.trust()] }
    }

    /// A DeviceResponse with these elements of any namespace, as text.
    pub fn present(&self, transcript: &SessionTranscript, elements: &[&str]) -> String {
        base64url::encode(self.response(transcript, elements))
    }

    /// The same, in bytes.
    pub fn response(&self, transcript: &SessionTranscript, elements: &[&str]) -> Vec<u8> {
        let mut shown: BTreeMap<&str, Vec<Vec<u8>>> = BTreeMap::new();
        for (place, (namespace, element, _)) in self.elements.iter().enumerate() {
            if elements.contains(&element.as_str()) {
                shown.entry(namespace).or_default().push(self.item(place));
            }
        }
        let items = |to: Writer, (namespace, items): (&&str, &Vec<Vec<u8>>)| {
            items.iter().fold(to.text(namespace).array(items.len()), |to, item| to.raw(item))
        };
        let issuer_signed = Writer::new().map(2).text("nameSpaces").map(shown.len());
        let issuer_signed =
            shown.iter().fold(issuer_signed, items).text("issuerAuth").raw(&self.issuer_auth());
        let document = Writer::new().map(3).text("docType").text(&self.doctype);
        let document = document.text("issuerSigned").raw(&issuer_signed.into_bytes());
        let document = document.text("deviceSigned").raw(&self.device_signed(transcript));
        let response = Writer::new().map(3).text("version").text("1.0").text("documents").array(1);
        response.raw(&document.into_bytes()).text("status").unsigned(0).into_bytes()
    }

    /// `IssuerSignedItemBytes` of the element at this place.
    pub fn item(&self, place: usize) -> Vec<u8> {
        let (_, element, value) = &self.elements[place];
        let salt = [u8::try_from(place).unwrap(); 24];
        let item = Writer::new().map(4).text("digestID").unsigned(place.try_into().unwrap());
        let item = item.text("random").bytes(&salt).text("elementIdentifier").text(element);
        Writer::new().embedded(&item.text("elementValue").raw(value).into_bytes()).into_bytes()
    }

    fn issuer_auth(&self) -> Vec<u8> {
        let ders: Vec<Vec<u8>> = self.chain.iter().map(|one| one.to_der().unwrap()).collect();
        let x5chain = match ders.as_slice() {
            [only] => Writer::new().bytes(only),
            several => several.iter().fold(Writer::new().array(several.len()), |to, der| to.bytes(der)),
        };
        let payload = Writer::new().embedded(&self.security_object()).into_bytes();
        let headers = (&[][..], &[(33, x5chain.into_bytes())][..]);
        cose::sign(&self.signer, headers, &payload, PayloadPlace::Attached).unwrap()
    }

    fn security_object(&self) -> Vec<u8> {
        let mut digests: BTreeMap<&str, Vec<(usize, Vec<u8>)>> = BTreeMap::new();
        for (place, (namespace, ..)) in self.elements.iter().enumerate() {
            let digest = self.digests.hash(&self.item(place)).as_ref().to_vec();
            digests.entry(namespace).or_default().push((place, digest));
        }
        let value_digests =
            digests.iter().fold(Writer::new().map(digests.len()), |to, (namespace, digests)| {
                let to = to.text(namespace).map(digests.len());
                digests
                    .iter()
                    .fold(to, |to, (id, digest)| to.unsigned((*id).try_into().unwrap()).bytes(digest))
            });
        let device_key = cose::key::of_jwk(&self.holder.public_key().to_jwk()).unwrap();
        let date =
            |to: Writer, name: &str, at: i64| to.text(name).tag(0).text(&Timestamp::from_unix(at).rfc3339());
        let validity = date(Writer::new().map(3), "signed", self.signed);
        let validity = date(validity, "validFrom", self.valid_from);
        let validity = date(validity, "validUntil", self.valid_until);
        let name = self.digests.name().to_uppercase();
        let object = Writer::new().map(6 + usize::from(self.status.is_some()));
        let object = object.text("version").text("1.0").text("digestAlgorithm").text(&name);
        let object = object.text("valueDigests").raw(&value_digests.into_bytes());
        let object = object.text("deviceKeyInfo").map(1).text("deviceKey").raw(&device_key);
        let object = object.text("docType").text(&self.doctype);
        let object = object.text("validityInfo").raw(&validity.into_bytes());
        match &self.status {
            Some(status) => object.text("status").raw(status).into_bytes(),
            None => object.into_bytes(),
        }
    }

    fn device_signed(&self, transcript: &SessionTranscript) -> Vec<u8> {
        let name_spaces = Writer::new().embedded(&self.device_name_spaces).into_bytes();
        let signed = crate::mdoc::device_auth::device_authentication(transcript, &self.doctype, &name_spaces);
        let signature = cose::sign(&self.holder, (&[], &[]), &signed, PayloadPlace::Detached).unwrap();
        let device_signed = Writer::new().map(2).text("nameSpaces").raw(&name_spaces);
        device_signed.text("deviceAuth").map(1).text("deviceSignature").raw(&signature).into_bytes()
    }
}
