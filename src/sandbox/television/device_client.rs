//! What a television remembers between two pictures, and how it behaves towards the token endpoint.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::sandbox::service::ServiceAnswer;
use vpgate_core::base::base64url;
use vpgate_core::base::secret::Secret;
use vpgate_core::base::time::Timestamp;

/// What `interval` means when it is not sent, and what `slow_down` adds (RFC 8628 sections 3.2, 3.5).
const FIVE_SECONDS: u64 = 5;
/// The longest pause between two polls.
const LONGEST_INTERVAL: u64 = 300;

/// A television that was switched on.
pub(in crate::sandbox) struct Television {
    device_code: Arc<Secret>,
    pub(super) user_code: String,
    pub(super) verification_uri: String,
    verification_uri_complete: Option<String>,
    expires_at: Timestamp,
    interval: u64,
    next_poll: Timestamp,
    pub(super) screen: Screen,
}

/// What is on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Screen {
    /// The code; nobody has answered yet.
    Waiting,
    /// Nobody has decided yet, and the service asked for longer pauses, now of so many seconds.
    SlowedDown(u64),
    /// Somebody said no.
    Denied,
    /// Nobody answered in time.
    Expired,
    /// The person is signed in.
    SignedIn(ReadTokenClaims),
    /// The service answered with an error that ends this.
    Broken,
}

/// What the token says, for show. The token itself is not kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ReadTokenClaims {
    pub(super) sub: Option<String>,
    pub(super) scope: Option<String>,
    pub(super) exp: Option<String>,
}

/// The service's answer holds no code.
#[derive(Debug)]
pub(super) struct Unusable;

impl Television {
    /// From the device authorization response (RFC 8628 section 3.2).
    pub(super) fn read(answer: &ServiceAnswer, now: Timestamp) -> Result<Self, Unusable> {
        let text = |name| answer.text(name).map(str::to_owned).ok_or(Unusable);
        if answer.status != 200 {
            return Err(Unusable);
        }
        let expires_in = answer.body.get("expires_in").and_then(Value::as_u64).ok_or(Unusable)?;
        let interval = answer.body.get("interval").and_then(Value::as_u64).unwrap_or(FIVE_SECONDS);
        Ok(Self {
            device_code: Arc::new(Secret::received(text("device_code")?)),
            user_code: text("user_code")?,
            verification_uri: text("verification_uri")?,
            verification_uri_complete: text("verification_uri_complete").ok(),
            expires_at: now.plus(Duration::from_secs(expires_in)),
            interval: interval.clamp(1, LONGEST_INTERVAL),
            // The first may come at any time.
            next_poll: now,
            screen: Screen::Waiting,
        })
    }

    /// The address behind the QR code.
    pub(super) fn code_address(&self) -> &str {
        self.verification_uri_complete.as_deref().unwrap_or(&self.verification_uri)
    }

    /// Seconds until the next poll may come. An answer that has waited counts: the interval is from request to request.
    pub(super) fn wait(&self, now: Timestamp) -> u64 {
        self.next_poll.since(now).as_secs()
    }

    /// Minutes the code still lives, rounded up.
    pub(super) fn minutes_left(&self, now: Timestamp) -> u64 {
        self.expires_at.since(now).as_secs().div_ceil(60)
    }

    /// The device code, if this is the moment to use it; the next moment is then an interval away.
    pub(super) fn take_due_poll(&mut self, now: Timestamp) -> Option<Arc<Secret>> {
        if !self.screen.is_open() {
            return None;
        }
        if now >= self.expires_at {
            self.screen = Screen::Expired;
            return None;
        }
        if now < self.next_poll {
            return None;
        }
        self.pause(now);
        Some(Arc::clone(&self.device_code))
    }

    /// Takes in what the token endpoint said (RFC 8628 section 3.5); `None` when it said nothing.
    pub(super) fn hear(&mut self, answer: Option<&ServiceAnswer>, now: Timestamp) {
        let Some(answer) = answer.filter(|answer| answer.status < 500) else {
            // No answer, or trouble there: come back later, and later each time.
            self.interval = self.interval.saturating_mul(2).min(LONGEST_INTERVAL);
            self.pause(now);
            return;
        };
        self.screen = match (answer.status, answer.text("error")) {
            (200, _) => Screen::SignedIn(ReadTokenClaims::read(answer)),
            (_, Some("authorization_pending")) => Screen::Waiting,
            (_, Some("slow_down")) => {
                self.interval = (self.interval + FIVE_SECONDS).min(LONGEST_INTERVAL);
                self.pause(now);
                Screen::SlowedDown(self.interval)
            }
            (_, Some("access_denied")) => Screen::Denied,
            (_, Some("expired_token")) => Screen::Expired,
            _ => Screen::Broken,
        };
    }

    /// One second more than asked: clocks of whole seconds may make a pause look shorter than it was.
    fn pause(&mut self, now: Timestamp) {
        self.next_poll = now.plus(Duration::from_secs(self.interval + 1));
    }
}

impl Screen {
    /// Whether an answer is still expected.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Waiting | Self::SlowedDown(_))
    }

    /// For the page and its script.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::SlowedDown(_) => "slow_down",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::SignedIn(_) => "signed_in",
            Self::Broken => "broken",
        }
    }

    /// For the person.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Waiting => "Waiting for your phone …".to_owned(),
            Self::SlowedDown(interval) => {
                format!("Waiting for your phone … The service is busy: asking every {interval} seconds.")
            }
            Self::Denied => "The request was declined. Nobody was signed in.".to_owned(),
            Self::Expired => "This code is no longer valid: nobody used it in time.".to_owned(),
            Self::SignedIn(_) => "Signed in.".to_owned(),
            Self::Broken => "The service refused this television.".to_owned(),
        }
    }
}

impl ReadTokenClaims {
    /// From the token response. A real client would treat the token as opaque (RFC 6749 section 1.4);
    /// this one looks into it so that a developer can see what is there.
    fn read(answer: &ServiceAnswer) -> Self {
        let claims = answer
            .text("access_token")
            .and_then(|token| base64url::decode(token.split('.').nth(1)?).ok())
            .and_then(|payload| serde_json::from_slice::<Value>(&payload).ok())
            .unwrap_or_default();
        let text = |name| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let exp = claims.get("exp").and_then(Value::as_i64).map(|exp| Timestamp::from_unix(exp).rfc3339());
        Self { sub: text("sub"), scope: text("scope").or(answer.text("scope").map(str::to_owned)), exp }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const START: Timestamp = Timestamp::from_unix(1000);

    fn switched_on() -> Television {
        let body = json!({
            "device_code": "d", "user_code": "WDJB-MJHT", "verification_uri": "http://h/device",
            "expires_in": 600, "interval": 5,
        });
        Television::read(&ServiceAnswer { status: 200, body }, START).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1000 + seconds)
    }

    fn error(code: &str) -> ServiceAnswer {
        ServiceAnswer { status: 400, body: json!({ "error": code }) }
    }

    #[test]
    fn polls_no_faster_than_it_may() {
        let mut tv = switched_on();
        assert!(tv.take_due_poll(at(0)).is_some(), "the first may come at any time");
        assert!(tv.take_due_poll(at(5)).is_none());
        assert!(tv.take_due_poll(at(6)).is_some());
        assert!(tv.take_due_poll(at(6)).is_none(), "one poll belongs to whoever came first");
        assert_eq!((tv.wait(at(7)), tv.wait(at(26))), (5, 0), "an answer that has waited counts");
        tv.hear(Some(&error("slow_down")), at(6));
        assert_eq!(tv.screen, Screen::SlowedDown(10));
        assert!(tv.take_due_poll(at(16)).is_none());
        assert!(tv.take_due_poll(at(17)).is_some());
        tv.hear(Some(&error("authorization_pending")), at(17));
        assert_eq!(tv.screen, Screen::Waiting);
        assert_eq!(tv.wait(at(17)), 11, "the slower pace stays");
        tv.hear(None, at(17));
        assert_eq!(tv.wait(at(17)), 21, "no answer: twice as slow");
    }

    #[test]
    fn every_ending_is_final() {
        for (answer, screen) in [
            (error("access_denied"), Screen::Denied),
            (error("expired_token"), Screen::Expired),
            (error("invalid_grant"), Screen::Broken),
            (ServiceAnswer { status: 200, body: json!({}) }, Screen::SignedIn(ReadTokenClaims::default())),
        ] {
            let mut tv = switched_on();
            tv.hear(Some(&answer), at(6));
            assert_eq!(tv.screen, screen);
            assert!(tv.take_due_poll(at(60)).is_none());
        }
        let mut tv = switched_on();
        assert!(tv.take_due_poll(at(600)).is_none());
        assert_eq!(tv.screen, Screen::Expired);
    }

    #[test]
    fn shows_what_the_token_says_and_keeps_no_token() {
        let payload =
            base64url::encode(json!({"sub": "s", "scope": "basic", "exp": 1_683_000_000}).to_string());
        let body = json!({"access_token": format!("h.{payload}.s"), "token_type": "Bearer"});
        let mut tv = switched_on();
        tv.hear(Some(&ServiceAnswer { status: 200, body }), at(6));
        let claims = ReadTokenClaims {
            sub: Some("s".to_owned()),
            scope: Some("basic".to_owned()),
            exp: Some("2023-05-02T04:00:00Z".to_owned()),
        };
        assert_eq!(tv.screen, Screen::SignedIn(claims));
    }

    #[test]
    fn a_refusal_is_no_television() {
        for (status, body) in
            [(401, json!({"error": "invalid_client"})), (200, json!({})), (200, Value::Null)]
        {
            assert!(Television::read(&ServiceAnswer { status, body }, START).is_err());
        }
    }
}
