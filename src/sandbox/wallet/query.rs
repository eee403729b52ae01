//! What a request asks for: by scope, or by a DCQL query (OpenID4VP 1.0 sections 5.5, 6).

use serde_json::Value;

use super::credential::{ClaimNames, CredentialAsked};
use super::holder::Holder;
use crate::sandbox::issuer::VCT;
use vpgate_core::base::json::{self, Bounds};

/// Scope of the cloud wallet's document; stands for one credential query.
pub const BASIC_SCOPE: &str = "urn:proof:params:scope:verifiable-credentials:basic";
/// The id of that query.
pub const BASIC_QUERY_ID: &str = "proof_id_default";
const BASIC_CLAIMS: [&[&str]; 3] = [&["given_name"], &["family_name"], &["age_equal_or_over", "18"]];

const BOUNDS: Bounds = Bounds { bytes: 16 * 1024, depth: 12, members: 500 };

/// Why a question is not answered, as its OpenID4VP error code (section 8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unanswerable {
    /// `invalid_scope`
    Scope,
    /// `invalid_request`
    Query,
    /// `access_denied`: the wallet does not have what is asked for.
    NotHeld,
}

/// What scopes stand for.
pub(super) fn of_scope(scope: &str) -> Result<Vec<CredentialAsked>, Unanswerable> {
    if !scope.split(' ').all(|name| name == BASIC_SCOPE) {
        return Err(Unanswerable::Scope);
    }
    let paths = BASIC_CLAIMS.map(|path| path.iter().map(|name| (*name).to_owned()).collect()).to_vec();
    Ok(vec![CredentialAsked { id: BASIC_QUERY_ID.to_owned(), doctype: None, paths }])
}

/// Reads a DCQL query, and chooses what to show: of each set the first combination that is held.
pub(super) fn of_dcql(text: &str, holder: &Holder) -> Result<Vec<CredentialAsked>, Unanswerable> {
    let query = json::parse_object(text.as_bytes(), &BOUNDS).map_err(|_| Unanswerable::Query)?;
    let credentials = query.get("credentials").and_then(Value::as_array).ok_or(Unanswerable::Query)?;
    if credentials.is_empty() {
        return Err(Unanswerable::Query);
    }
    let answers: Vec<_> = credentials.iter().map(|credential| asked(credential, holder)).collect();
    if answers.contains(&Err(Unanswerable::Query)) {
        return Err(Unanswerable::Query);
    }
    let Some(sets) = query.get("credential_sets") else { return answers.into_iter().collect() };
    let held: Vec<CredentialAsked> = answers.into_iter().filter_map(Result::ok).collect();
    let mut chosen = Vec::new();
    for set in sets.as_array().ok_or(Unanswerable::Query)? {
        let is_held = |id: &&str| held.iter().any(|asked| asked.id == **id);
        match first_held(set.get("options"), is_held)? {
            Some(option) => chosen.extend(option),
            None if set.get("required") == Some(&Value::Bool(false)) => {}
            None => return Err(Unanswerable::NotHeld),
        }
    }
    let shown: Vec<CredentialAsked> =
        held.iter().filter(|asked| chosen.contains(&asked.id.as_str())).cloned().collect();
    if shown.is_empty() { Err(Unanswerable::NotHeld) } else { Ok(shown) }
}

/// The first of several lists of ids whose ids are all held.
fn first_held(
    lists: Option<&Value>,
    is_held: impl Fn(&&str) -> bool,
) -> Result<Option<Vec<&str>>, Unanswerable> {
    for list in lists.and_then(Value::as_array).ok_or(Unanswerable::Query)? {
        let ids: Option<Vec<&str>> = list.as_array().and_then(|ids| ids.iter().map(Value::as_str).collect());
        let ids = ids.filter(|ids| !ids.is_empty()).ok_or(Unanswerable::Query)?;
        if ids.iter().all(&is_held) {
            return Ok(Some(ids));
        }
    }
    Ok(None)
}

fn asked(credential: &Value, holder: &Holder) -> Result<CredentialAsked, Unanswerable> {
    let id = credential.get("id").and_then(Value::as_str).ok_or(Unanswerable::Query)?;
    let doctype = match credential.get("format").and_then(Value::as_str) {
        Some("mso_mdoc") => {
            let doctype = credential.pointer("/meta/doctype_value").and_then(Value::as_str);
            Some(doctype.ok_or(Unanswerable::Query)?.to_owned())
        }
        _ => {
            check_type(credential)?;
            None
        }
    };
    if doctype.as_ref().is_some_and(|doctype| holder.mdoc(doctype).is_none()) {
        return Err(Unanswerable::NotHeld);
    }
    let nothing = CredentialAsked { id: id.to_owned(), doctype, paths: Vec::new() };
    let claims = match credential.get("claims") {
        None => &Vec::new(),
        Some(claims) => claims.as_array().ok_or(Unanswerable::Query)?,
    };
    let paths = match credential.get("claim_sets") {
        None => claims.iter().map(|claim| held(claim, &nothing, holder)).collect::<Result<_, _>>()?,
        sets => {
            let claim = |id: &str| claims.iter().find(|claim| claim.get("id").is_some_and(|it| it == id));
            let path = |id: &str| claim(id).and_then(|claim| held(claim, &nothing, holder).ok());
            let set = first_held(sets, |id| path(id).is_some())?.ok_or(Unanswerable::NotHeld)?;
            set.into_iter().filter_map(path).collect()
        }
    };
    Ok(CredentialAsked { paths, ..nothing })
}

/// The demo credential is an SD-JWT VC of one type.
fn check_type(credential: &Value) -> Result<(), Unanswerable> {
    let types =
        credential.pointer("/meta/vct_values").and_then(Value::as_array).ok_or(Unanswerable::Query)?;
    let is_held = credential.get("format").is_some_and(|format| format == "dc+sd-jwt")
        && types.iter().any(|it| it == VCT);
    if is_held { Ok(()) } else { Err(Unanswerable::NotHeld) }
}

/// The path of a claim that the holder has, with one of the values asked for.
fn held(claim: &Value, of: &CredentialAsked, holder: &Holder) -> Result<ClaimNames, Unanswerable> {
    let path = claim.get("path").and_then(Value::as_array).ok_or(Unanswerable::Query)?;
    // No claim of the demo credential is an array, so null and indexes find nothing (section 7.1).
    let names = path.iter().map(|element| element.as_str().map(str::to_owned));
    let names: ClaimNames = names.collect::<Option<_>>().ok_or(Unanswerable::NotHeld)?;
    let value = holder.value(of, &names).filter(|_| !names.is_empty()).ok_or(Unanswerable::NotHeld)?;
    match claim.get("values").map(Value::as_array) {
        None => Ok(names),
        Some(Some(values)) if values.contains(value) => Ok(names),
        Some(Some(_)) => Err(Unanswerable::NotHeld),
        Some(None) => Err(Unanswerable::Query),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::wallet::tests::holder;
    use serde_json::json;

    fn dcql(credential: &Value) -> Result<Vec<CredentialAsked>, Unanswerable> {
        of_dcql(&json!({ "credentials": [credential] }).to_string(), &holder())
    }

    #[test]
    fn req_13_5_the_basic_scope_asks_for_three_claims() {
        let asked = of_scope(BASIC_SCOPE).unwrap();
        assert_eq!(asked[0].id, "proof_id_default");
        assert_eq!(asked[0].paths[2], ["age_equal_or_over", "18"]);
        for wrong in ["openid", &format!("{BASIC_SCOPE} openid"), &format!("{BASIC_SCOPE}x")] {
            assert_eq!(of_scope(wrong), Err(Unanswerable::Scope), "{wrong}");
        }
    }

    #[test]
    fn a_dcql_query_is_answered_when_everything_is_held() {
        let good = json!({
            "id": "id", "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]},
            "claims": [{"path": ["birth_date"]}, {"path": ["age_equal_or_over", "21"], "values": [true]}],
        });
        assert_eq!(dcql(&good).unwrap()[0].paths.len(), 2);
        for (pointer, value, why) in [
            ("/format", json!("ldp_vc"), Unanswerable::NotHeld),
            ("/format", json!("mso_mdoc"), Unanswerable::Query),
            ("/meta/vct_values", json!(["urn:other"]), Unanswerable::NotHeld),
            ("/claims/0/path", json!(["shoe_size"]), Unanswerable::NotHeld),
            ("/claims/0/path", json!([null]), Unanswerable::NotHeld),
            ("/claims/0/path", json!([]), Unanswerable::NotHeld),
            ("/claims/0/path", json!("birth_date"), Unanswerable::Query),
            ("/claims/1/values", json!([false]), Unanswerable::NotHeld),
            ("/meta", json!({}), Unanswerable::Query),
            ("/id", json!(7), Unanswerable::Query),
        ] {
            let mut wrong = good.clone();
            *wrong.pointer_mut(pointer).unwrap() = value;
            assert_eq!(dcql(&wrong), Err(why), "{wrong}");
        }
        assert_eq!(of_dcql("{}", &holder()), Err(Unanswerable::Query));
        assert_eq!(of_dcql(r#"{"credentials":[]}"#, &holder()), Err(Unanswerable::Query));
    }

    #[test]
    fn of_alternatives_the_first_that_is_held_is_shown() {
        let credential =
            |id: &str, vct: &str| json!({"id": id, "format": "dc+sd-jwt", "meta": {"vct_values": [vct]}});
        let query = json!({
            "credentials": [credential("a", "urn:other"), credential("b", VCT), credential("c", VCT)],
            "credential_sets": [{"options": [["a"], ["b"], ["c"]]}, {"required": false, "options": [["a", "c"]]}],
        });
        let ids = |query: &Value| {
            let shown = of_dcql(&query.to_string(), &holder())?;
            Ok(shown.into_iter().map(|asked| asked.id).collect::<Vec<_>>())
        };
        assert_eq!(ids(&query), Ok(vec!["b".to_owned()]));
        for (sets, why) in [
            (json!([{"options": [["a"]]}]), Unanswerable::NotHeld),
            (json!([{"required": false, "options": [["a"]]}]), Unanswerable::NotHeld),
            (json!([{"options": [[]]}]), Unanswerable::Query),
            (json!({}), Unanswerable::Query),
        ] {
            let mut wrong = query.clone();
            wrong["credential_sets"] = sets;
            assert_eq!(ids(&wrong), Err(why), "{wrong}");
        }
    }

    #[test]
    fn of_claim_sets_the_first_that_is_held_is_shown() {
        let good = json!({
            "id": "id", "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]},
            "claims": [{"id": "a", "path": ["shoe_size"]}, {"id": "b", "path": ["birth_date"]},
                       {"id": "c", "path": ["family_name"]}],
            "claim_sets": [["a", "b"], ["b", "c"], ["c"]],
        });
        assert_eq!(dcql(&good).unwrap()[0].paths, [["birth_date"], ["family_name"]]);
        for (sets, why) in [
            (json!([["a"], ["x"]]), Unanswerable::NotHeld),
            (json!(["b"]), Unanswerable::Query),
            (json!("b"), Unanswerable::Query),
        ] {
            let mut wrong = good.clone();
            wrong["claim_sets"] = sets;
            assert_eq!(dcql(&wrong), Err(why), "{wrong}");
        }
    }
}
