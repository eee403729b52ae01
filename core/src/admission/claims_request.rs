//! The `claims` parameter (OpenID Connect Core section 5.5): single claims that a client asks for, by place. What is
//! asked for is said or refused, never passed over.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::client_claims::ClaimsPlace;
use crate::base::json::{self, Bounds};
use crate::base::report::excerpt;

/// What a request may hold.
const BOUNDS: Bounds = Bounds { bytes: 8 << 10, depth: 8, members: 256 };
/// What the ID token says of itself, whoever asks.
const ALWAYS_IN_ID_TOKEN: [&str; 8] = [SUB, "iss", "aud", "exp", "iat", "auth_time", "amr", "nonce"];
const SUB: &str = "sub";
/// How sure the operator is of who the person is (OpenID Connect Core section 2).
const ACR: &str = "acr";

/// The claims that a request asks for one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    id_token: Vec<RequestedClaim>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    userinfo: Vec<RequestedClaim>,
}

/// One claim that is asked for (section 5.5.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedClaim {
    /// Its name.
    pub name: String,
    /// Whether the client needs it.
    pub essential: bool,
    /// The values that will do, the best first; any will where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
    /// The scope that lists it; none for the client's own claims, and for what is about the sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// Why a `claims` parameter is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ClaimsRefused {
    #[error("claims is not a JSON object, or too large")]
    Malformed,
    #[error("claims has a member {0} that is not as OpenID Connect Core section 5.5 describes it")]
    Member(String),
    #[error("claims asks for {0}, which this client cannot be told there")]
    Unknown(String),
    #[error("claims asks for a question in DCQL, which is not supported: the scopes say what is asked for")]
    Dcql,
    #[error("claims is for requests with the scope openid, whose answers say claims")]
    NoIdToken,
    #[error("claims asks for an acr that no credential behind these scopes has")]
    Acr,
}

impl ClaimsRequest {
    /// Reads the parameter. Members other than `id_token` and `userinfo` are ignored, as section 5.5 demands.
    ///
    /// # Errors
    /// [`ClaimsRefused::Malformed`], [`ClaimsRefused::Member`], [`ClaimsRefused::Dcql`]
    pub fn parse(text: &str) -> Result<Self, ClaimsRefused> {
        let whole = json::parse(text.as_bytes(), &BOUNDS).map_err(|_| ClaimsRefused::Malformed)?;
        let whole = whole.as_object().ok_or(ClaimsRefused::Malformed)?;
        Ok(Self { id_token: of_place(whole, "id_token")?, userinfo: of_place(whole, "userinfo")? })
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.id_token.is_empty() && self.userinfo.is_empty()
    }

    /// What is asked for at this place.
    pub fn at(&self, place: ClaimsPlace) -> &[RequestedClaim] {
        match place {
            ClaimsPlace::IdToken => &self.id_token,
            ClaimsPlace::Userinfo => &self.userinfo,
            ClaimsPlace::AccessToken => &[],
        }
    }

    /// Everything that is asked for.
    pub fn all(&self) -> impl Iterator<Item = (ClaimsPlace, &RequestedClaim)> {
        let at = |place| self.at(place).iter().map(move |claim| (place, claim));
        at(ClaimsPlace::IdToken).chain(at(ClaimsPlace::Userinfo))
    }

    /// Everything that is asked for, each to be completed with the scope that lists it.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = (ClaimsPlace, &mut RequestedClaim)> {
        let (id_token, userinfo) = (self.id_token.iter_mut(), self.userinfo.iter_mut());
        let id_token = id_token.map(|claim| (ClaimsPlace::IdToken, claim));
        id_token.chain(userinfo.map(|claim| (ClaimsPlace::Userinfo, claim)))
    }

    /// The one subject that will do, where one is named.
    ///
    /// # Errors
    /// [`ClaimsRefused::Member`] where it is not exactly one.
    pub fn subject(&self) -> Result<Option<&str>, ClaimsRefused> {
        let mut named = None;
        for value in self.all().filter(|(_, claim)| claim.name == SUB).flat_map(|(_, claim)| &claim.values) {
            match (named, value.as_str()) {
                (None, Some(subject)) => named = Some(subject),
                (Some(before), Some(subject)) if before == subject => {}
                _ => return Err(ClaimsRefused::Member(SUB.to_owned())),
            }
        }
        Ok(named)
    }

    /// The values of `acr` without which the person is not signed in (section 5.5.1.1); none where any will do.
    pub fn demanded_acr(&self) -> &[Value] {
        let demanded = self.id_token.iter().find(|claim| claim.name == ACR && claim.essential);
        demanded.map_or(&[], |claim| &claim.values)
    }
}

impl RequestedClaim {
    /// Whether it is said anyway, or is about the sign-in rather than the person.
    pub fn is_of_sign_in(&self, place: ClaimsPlace) -> bool {
        match place {
            ClaimsPlace::IdToken => ALWAYS_IN_ID_TOKEN.contains(&self.name.as_str()) || self.name == ACR,
            _ => self.name == SUB,
        }
    }

    /// Whether this value will do.
    pub fn is_met_by(&self, value: Option<&Value>) -> bool {
        match value {
            None => !self.essential,
            Some(value) => self.values.is_empty() || self.values.contains(value),
        }
    }
}

fn of_place(whole: &Map<String, Value>, place: &str) -> Result<Vec<RequestedClaim>, ClaimsRefused> {
    let fault = |name: &str| ClaimsRefused::Member(excerpt(name));
    match whole.get(place) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(claims)) => claims
            .iter()
            .map(|(name, asked)| match asked {
                Value::Null => Ok(RequestedClaim {
                    name: name.clone(),
                    essential: false,
                    values: Vec::new(),
                    scope: None,
                }),
                Value::Object(asked) => requested(name, asked),
                _ => Err(fault(name)),
            })
            .collect(),
        Some(_) => Err(fault(place)),
    }
}

fn requested(name: &str, asked: &Map<String, Value>) -> Result<RequestedClaim, ClaimsRefused> {
    let fault = || ClaimsRefused::Member(excerpt(name));
    if asked.contains_key("dcql_query") {
        return Err(ClaimsRefused::Dcql);
    }
    let essential = match asked.get("essential") {
        None => false,
        Some(essential) => essential.as_bool().ok_or_else(fault)?,
    };
    let values = match (asked.get("value"), asked.get("values")) {
        (None, None) => Vec::new(),
        (Some(value), None) => vec![value.clone()],
        (None, Some(Value::Array(values))) if !values.is_empty() => values.clone(),
        _ => return Err(fault()),
    };
    Ok(RequestedClaim { name: name.to_owned(), essential, values, scope: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ClaimsRequest, ClaimsRefused> {
        ClaimsRequest::parse(text)
    }

    #[test]
    fn core_5_5_claims_are_read_by_place_with_what_will_do() {
        let asked = parse(
            r#"{"userinfo": {"given_name": {"essential": true}, "nickname": null, "x": {"other": 1}},
                "id_token": {"acr": {"essential": true, "values": ["high", "low"]}, "sub": {"value": "s"}},
                "elsewhere": {"x": 7}}"#,
        )
        .unwrap();
        let names = |place| asked.at(place).iter().map(|claim| claim.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names(ClaimsPlace::Userinfo), ["given_name", "nickname", "x"]);
        assert_eq!(names(ClaimsPlace::IdToken), ["acr", "sub"]);
        assert_eq!(asked.demanded_acr(), ["high", "low"]);
        assert_eq!(asked.subject(), Ok(Some("s")));
        assert!(parse("{}").unwrap().is_empty() && parse(r#"{"userinfo": null}"#).unwrap().is_empty());
    }

    #[test]
    fn req_17_31_what_is_no_claims_request_is_refused_and_named() {
        for wrong in ["{not json", "[]", "7", "\"x\"", "", r#"{"userinfo": {}, "userinfo": {}}"#] {
            assert_eq!(parse(wrong), Err(ClaimsRefused::Malformed), "{wrong}");
        }
        let deep = format!("{{\"userinfo\": {}1{}}}", "[".repeat(20), "]".repeat(20));
        assert_eq!(parse(&deep), Err(ClaimsRefused::Malformed));
        for (wrong, named) in [
            (r#"{"userinfo": 7}"#, "`userinfo`"),
            (r#"{"userinfo": {"email": true}}"#, "`email`"),
            (r#"{"userinfo": {"email": {"essential": "yes"}}}"#, "`email`"),
            (r#"{"userinfo": {"email": {"values": []}}}"#, "`email`"),
            (r#"{"userinfo": {"email": {"values": "a"}}}"#, "`email`"),
            (r#"{"userinfo": {"email": {"value": "a", "values": ["a"]}}}"#, "`email`"),
        ] {
            assert_eq!(parse(wrong), Err(ClaimsRefused::Member(named.to_owned())), "{wrong}");
        }
        for two in
            [r#"{"id_token": {"sub": {"values": ["a", "b"]}}}"#, r#"{"id_token": {"sub": {"value": 7}}}"#]
        {
            assert!(parse(two).unwrap().subject().is_err(), "{two}");
        }
    }

    #[test]
    fn req_17_30_a_question_in_dcql_is_refused_by_name() {
        let asked = r#"{"id_token": {"presented_credential_sets": {"dcql_query": {"credentials": []}}}}"#;
        assert_eq!(parse(asked), Err(ClaimsRefused::Dcql));
    }

    #[test]
    fn core_5_5_1_a_value_will_do_or_not() {
        let claim = |essential, values: &[&str]| RequestedClaim {
            name: "email".to_owned(),
            essential,
            values: values.iter().map(|&value| Value::from(value)).collect(),
            scope: None,
        };
        let value = Value::from("a");
        assert!(claim(true, &[]).is_met_by(Some(&value)) && claim(true, &["b", "a"]).is_met_by(Some(&value)));
        assert!(!claim(false, &["b"]).is_met_by(Some(&value)));
        assert!(claim(false, &["b"]).is_met_by(None) && !claim(true, &[]).is_met_by(None));
    }
}
