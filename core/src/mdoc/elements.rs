//! What is shown: each element against the digest that the issuer signed (ISO/IEC 18013-5 section 9.1.2.5). Nothing of a
//! value is believed, compared, logged or shown before.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::driving_licence;
use super::mso::SecurityObject;
use super::response::{ITEM, NamespaceItems};
use super::value;
use crate::base::report::{Findings, Rejection, Rule, excerpt};
use crate::cbor::{self, CborError, Item, Limits};

const DIGESTS: Rule = Rule { check: "element_digests", requirement: "ISO/IEC 18013-5 9.1.2.5, 9.3.1" };
const ONCE: Rule = Rule { check: "element_once", requirement: "ISO/IEC 18013-5 8.3.2.1.2.2, 9.1.2.5" };
const VALUES: Rule = Rule { check: "element_values", requirement: "ISO/IEC 18013-5 7.2; RFC 8949 6.1" };

/// Beyond this a number of a digest is refused.
const DIGEST_IDS: u64 = 1 << 31;
/// A salt that is shorter than this is noted.
const SALT_BYTES: usize = 16;

/// The elements that the issuer signed, by namespace; those whose value is none are left out, and told.
///
/// # Errors
/// [`Rejection`] for the first element that the issuer did not sign as it is, or that is there twice.
pub(super) fn check(
    shown: &[NamespaceItems],
    mso: &SecurityObject<'_>,
    limits: &Limits,
    findings: &mut Findings,
) -> Result<Map<String, Value>, Rejection> {
    let mut checked = Checked::default();
    for NamespaceItems { namespace, items } in shown {
        let Some(digests) = mso.digests(namespace) else {
            let detail = format!("the issuer signed no digests for the namespace {}", excerpt(namespace));
            return Err(findings.fail(&DIGESTS, detail));
        };
        let (mut numbers, mut elements) = (BTreeSet::new(), BTreeMap::new());
        for bytes in items {
            let (number, item) = numbered(bytes, limits).map_err(|why| findings.fail(&ITEM, why))?;
            check_digest(bytes, number, digests, mso, namespace)
                .map_err(|why| findings.fail(&DIGESTS, why))?;
            let (name, value) = checked.named(&item).map_err(|why| findings.fail(&ITEM, why))?;
            let fits = driving_licence::is_of_its_type(namespace, name, value);
            let value = value::json(value).filter(|_| fits);
            if elements.insert(name.to_owned(), value).is_some() || !numbers.insert(number) {
                let detail =
                    format!("the element {} or the number of its digest is there twice", excerpt(name));
                return Err(findings.fail(&ONCE, detail));
            }
        }
        checked.keep(namespace, elements);
    }
    checked.told(findings);
    Ok(checked.elements)
}

#[derive(Default)]
struct Checked {
    elements: Map<String, Value>,
    count: usize,
    short_salts: usize,
    /// Elements without a value.
    left_out: Vec<String>,
}

impl Checked {
    /// Name and value of an item whose digest fits.
    fn named<'i, 'a>(&mut self, item: &'i Item<'a>) -> Result<(&'a str, &'i Item<'a>), &'static str> {
        let salt =
            item.get("random").and_then(Item::as_bytes).ok_or("`random` of an element is no byte string")?;
        self.short_salts += usize::from(salt.len() < SALT_BYTES);
        let name = item.get("elementIdentifier").and_then(Item::as_text);
        let name = name.ok_or("`elementIdentifier` of an element is no text")?;
        Ok((name, item.get("elementValue").ok_or("an element has no `elementValue`")?))
    }

    fn keep(&mut self, namespace: &str, elements: BTreeMap<String, Option<Value>>) {
        self.count += elements.len();
        let mut kept = Map::new();
        for (name, value) in elements {
            match value {
                Some(value) => drop(kept.insert(name, value)),
                None => self.left_out.push(name),
            }
        }
        self.elements.insert(namespace.to_owned(), Value::Object(kept));
    }

    fn told(&self, findings: &mut Findings) {
        if self.count == 0 {
            findings.not_applicable(&DIGESTS, "no element is shown");
            return;
        }
        let note = match self.short_salts {
            0 => String::new(),
            count => format!(
                "; {count} of them have a salt of fewer than {SALT_BYTES} bytes, which can be guessed"
            ),
        };
        findings.pass(
            &DIGESTS,
            format!("all {} elements have the digest that the issuer signed{note}", self.count),
        );
        findings.pass(&ONCE, "no element and no number of a digest is there twice");
        match self.left_out.first() {
            None => findings.pass(&VALUES, "every value is one"),
            Some(first) => {
                let detail = format!(
                    "{} values are not of their type, or nothing that JSON can say exactly, the first that of {}; these \
                     elements count as not shown",
                    self.left_out.len(),
                    excerpt(first)
                );
                findings.not_applicable(&VALUES, detail);
            }
        }
    }
}

/// The content of `IssuerSignedItemBytes`, and which digest is its own.
fn numbered<'a>(bytes: &'a [u8], limits: &Limits) -> Result<(u64, Item<'a>), String> {
    let no_cbor = |why: CborError| format!("an element is no acceptable CBOR: {why}");
    let outer = cbor::read(bytes, limits).map_err(no_cbor)?;
    let inner = outer.embedded().ok_or("an element is no byte string under tag 24")?;
    let item = cbor::read(inner, limits).map_err(no_cbor)?;
    let number = item.get("digestID").and_then(Item::as_unsigned).filter(|number| *number < DIGEST_IDS);
    let number = number.ok_or("`digestID` of an element is no number below 2^31")?;
    Ok((number, item))
}

fn check_digest(
    bytes: &[u8],
    number: u64,
    digests: &Item<'_>,
    mso: &SecurityObject<'_>,
    namespace: &str,
) -> Result<(), String> {
    let signed =
        i64::try_from(number).ok().and_then(|number| digests.labelled(number)).and_then(Item::as_bytes);
    match signed {
        None => Err(format!("the issuer signed no digest {number} for the namespace {}", excerpt(namespace))),
        Some(signed) if signed == mso.digests_by.hash(bytes).as_ref() => Ok(()),
        Some(_) => Err(format!(
            "the digest {number} of the namespace {} is another element's: it was altered, or belongs to another document",
            excerpt(namespace)
        )),
    }
}
