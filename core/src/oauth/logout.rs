//! The end of a session: RP-Initiated Logout 1.0, and Back-Channel Logout 1.0, by which clients are told that a
//! person is no longer signed in.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use super::id_token;
use crate::base::id::{NoticeId, SessionId, TokenId};
use crate::base::json::Bounds;
use crate::base::time::Timestamp;
use crate::jose::jws::UnverifiedJws;
use crate::jose::key_set::KeySet;

/// The JOSE `typ` of a logout token (Back-Channel Logout section 2.4).
pub const TYP: &str = "logout+jwt";
/// What a logout token is about (section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How long a logout token lives: two minutes at most (section 2.4).
const LIFETIME: Duration = Duration::from_secs(120);
/// How long after each attempt the next one is made; after the last there is none.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(15),
    Duration::from_secs(60),
    Duration::from_secs(300),
    Duration::from_secs(900),
    Duration::from_secs(3600),
    Duration::from_secs(7200),
];
/// So long a notice is remembered: until after its last attempt.
const REMEMBERED: Duration = Duration::from_secs(4 * 3600);
/// An ID token as a hint.
const HINT: Bounds = Bounds { bytes: 16 << 10, depth: 8, members: 256 };

/// How a client takes part in the end of sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientLogout {
    /// Where browsers may be sent after they were signed out, by how that is written: asked for letter by letter.
    pub redirect_uris: BTreeMap<String, Url>,
    /// Where it wants to be told.
    pub back_channel: Option<BackChannel>,
}

/// Where a client is told that a person is no longer signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackChannel {
    /// `backchannel_logout_uri`
    pub uri: Url,
    /// Only of sessions, by their `sid`.
    pub session_required: bool,
}

/// What a client has to be told: the person is no longer signed in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutNotice {
    /// Names it inside.
    pub id: NoticeId,
    /// Who is told.
    pub client_id: String,
    /// About whom: the pairwise subject.
    pub subject: String,
    /// The session that ended; `None` when it is about every session of the person.
    pub session: Option<SessionId>,
}

/// A notice that waits to be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingNotice {
    /// What is to be told.
    pub notice: LogoutNotice,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub due_at: Timestamp,
}

/// What an ID token that a client shows at its person's logout says, when it is ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutHint {
    /// `aud`
    pub client_id: String,
    /// `sub`
    pub subject: String,
    /// `sid`
    pub session: Option<SessionId>,
}

impl LogoutNotice {
    /// All claims of the logout token that `issuer` signs for it at `now`.
    pub fn claims(&self, jti: &TokenId, issuer: &str, now: Timestamp) -> Map<String, Value> {
        let claims = [
            ("iss", json!(issuer)),
            ("sub", json!(self.subject)),
            ("aud", json!(self.client_id)),
            ("iat", json!(now)),
            ("exp", json!(now.plus(LIFETIME))),
            ("jti", json!(jti)),
            ("events", json!({ EVENT: {} })),
        ]
        .map(|(name, value)| (name.to_owned(), value));
        let mut claims = Map::from_iter(claims);
        if let Some(session) = &self.session {
            claims.insert("sid".to_owned(), json!(session));
        }
        claims
    }

    /// Until when a notice that was written at `now` is remembered, delivered or not.
    pub fn forgotten_at(now: Timestamp) -> Timestamp {
        now.plus(REMEMBERED)
    }
}

impl WaitingNotice {
    /// This notice, with an attempt at `now` counted: whoever makes it has it to himself until the next is due.
    /// `None` when this is the last one.
    pub fn attempted(&self, now: Timestamp) -> Option<Self> {
        let pause = PAUSES.get(usize::try_from(self.attempts).unwrap_or(usize::MAX))?;
        Some(Self {
            notice: self.notice.clone(),
            attempts: self.attempts.saturating_add(1),
            due_at: now.plus(*pause),
        })
    }
}

impl LogoutHint {
    /// Reads an ID token of `issuer`, signed by one of `keys`. Its `exp` does not count: a person may sign out
    /// long after it. `None` when it is no ID token of ours.
    pub fn read(text: &str, issuer: &str, keys: &KeySet) -> Option<Self> {
        let jws = UnverifiedJws::parse(text, &HINT).ok()?;
        if jws.typ() != Some(id_token::TYP) {
            return None;
        }
        let key = keys.find(jws.kid(), jws.algorithm())?.clone();
        let claims = jws.verify(&key).ok()?.into_payload();
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("iss") != Some(issuer) {
            return None;
        }
        let client_id = match claims.get("aud")? {
            Value::String(one) => one.clone(),
            Value::Array(many) => many.first()?.as_str()?.to_owned(),
            _ => return None,
        };
        Some(Self {
            client_id,
            subject: text("sub")?.to_owned(),
            session: text("sid").and_then(SessionId::parse),
        })
    }
}

impl std::fmt::Debug for LogoutNotice {
    /// Not whom it is about.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogoutNotice")
            .field("id", &self.id)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::alg::Algorithm;
    use crate::jose::signing::SigningKey;

    const NOW: Timestamp = Timestamp::from_unix(1_000);
    const ISSUER: &str = "https://verify.example";

    fn notice(session: Option<SessionId>) -> LogoutNotice {
        LogoutNotice {
            id: NoticeId::from_entropy([1; 16]),
            client_id: "web".to_owned(),
            subject: "s".to_owned(),
            session,
        }
    }

    #[test]
    fn back_channel_2_4_a_logout_token_has_its_claims_and_never_a_nonce() {
        let (jti, session) = (TokenId::from_entropy([2; 16]), SessionId::from_entropy([3; 16]));
        let claims = notice(Some(session.clone())).claims(&jti, ISSUER, NOW);
        let expected = json!({
            "iss": ISSUER, "sub": "s", "aud": "web", "iat": 1_000, "exp": 1_120, "jti": jti.as_str(),
            "sid": session.as_str(), "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        assert_eq!(Value::Object(claims), expected);
        assert_eq!(notice(None).claims(&jti, ISSUER, NOW).get("sid"), None);
    }

    #[test]
    fn a_notice_is_tried_again_and_again_and_in_the_end_no_more() {
        let mut waiting = WaitingNotice { notice: notice(None), attempts: 0, due_at: NOW };
        let mut attempts = 1;
        while let Some(next) = waiting.attempted(waiting.due_at) {
            assert!(next.due_at > waiting.due_at && next.due_at < LogoutNotice::forgotten_at(NOW));
            waiting = next;
            attempts += 1;
        }
        assert_eq!(attempts, 7);
    }

    #[test]
    fn rp_initiated_2_a_hint_is_an_id_token_of_ours_however_old() {
        let (ours, theirs) = [0, 1].map(|_| SigningKey::generate(Algorithm::Es256).unwrap()).into();
        let keys = KeySet::of(vec![ours.public_key().clone()]);
        let session = SessionId::from_entropy([3; 16]);
        let signed = |key: &SigningKey, typ: &str, changed: (&str, Value)| {
            let mut claims = json!({ "iss": ISSUER, "sub": "s", "aud": "web", "exp": 1, "sid": session });
            claims[changed.0] = changed.1;
            let header = json!({ "typ": typ, "kid": ours.kid() });
            key.sign(header.as_object().unwrap(), claims.as_object().unwrap()).unwrap()
        };
        let read = |text: &str| LogoutHint::read(text, ISSUER, &keys);
        let good = signed(&ours, "JWT", ("x", json!(1)));
        let expected = LogoutHint {
            client_id: "web".to_owned(),
            subject: "s".to_owned(),
            session: Some(session.clone()),
        };
        assert_eq!(read(&good), Some(expected));
        assert_eq!(read(&signed(&ours, "JWT", ("aud", json!(["web"])))).unwrap().client_id, "web");
        for wrong in [
            signed(&theirs, "JWT", ("x", json!(1))),
            signed(&ours, "at+jwt", ("x", json!(1))),
            signed(&ours, "JWT", ("iss", json!("https://other.example"))),
            signed(&ours, "JWT", ("sub", json!(7))),
            signed(&ours, "JWT", ("aud", json!(7))),
            good.replace('.', ""),
            format!("{good}A"),
            String::new(),
        ] {
            assert_eq!(read(&wrong), None, "{wrong}");
        }
    }
}
