//! What the shop asks where age matters: whether the person is 18 or older, of a mobile driving licence, and nothing else.

use serde_json::{Value, json};

use crate::sandbox::mdoc::{LICENCE, LICENCE_NAMESPACE};

/// The name of the offer in the form.
pub(super) const NAME: &str = "age";
/// The id of the credential query.
const QUERY_ID: &str = "mdl";
const ELEMENT: &str = "age_over_18";

/// The DCQL query (OpenID4VP 1.0 section 6). It names no value, because `org-iso-mdoc` could not say it: the shop looks
/// at the answer itself.
pub(super) fn query() -> Value {
    json!({ "credentials": [{
        "id": QUERY_ID,
        "format": "mso_mdoc",
        "meta": { "doctype_value": LICENCE },
        "claims": [{ "path": [LICENCE_NAMESPACE, ELEMENT], "intent_to_retain": false }],
    }] })
}

/// Whether the person has come of age, by a result; `None` when it was not about that.
pub(super) fn is_adult(result: &Value) -> Option<bool> {
    let claims = result.get("credentials")?.get(QUERY_ID)?.get("claims")?;
    claims.get(LICENCE_NAMESPACE)?.get(ELEMENT)?.as_bool()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        let result = |claims: Value| json!({ "credentials": { "mdl": { "claims": claims } } });
        let of = |value: Value| is_adult(&result(json!({ LICENCE_NAMESPACE: { ELEMENT: value } })));
        assert_eq!((of(json!(true)), of(json!(false)), of(json!("true"))), (Some(true), Some(false), None));
        assert_eq!(is_adult(&result(json!({ ELEMENT: true }))), None);
        assert_eq!(is_adult(&json!({})), None);
    }
}
