//! Both stories, step by step.
//!
//! # A television gets a token
//!
//! ```text
//!  television            vpgate                 phone's browser            cloud wallet
//!      |                    |                          |                        |
//!  1   |-- POST /device_authorization -->              |                        |
//!      |<-- device_code, user_code, QR --              |                        |
//!  2   |  shows WDJB-MJHT   |<----- GET /device ------ |                        |
//!      |                    |------ who asks? -------> |                        |
//!      |                    |<----- "Continue" ------- |                        |
//!  3   |                    |-- 303 /start -> wallet-> |-- authorize ---------->|
//!      |                    |                          |                     "Share"
//!  4   |                    |                          |<- 303 /callback#vp_token
//!      |                    |<- POST /callback (form)- |                        |
//!      |                 verify, admit, settle         |                        |
//!      |                    |-- 303 /done -----------> |                        |
//!  5   |-- POST /token ---->|                          |                        |
//!      |<-- access token ---|                          |                        |
//! ```
//!
//! 1. The device asks for codes (RFC 8628 section 3.1). It shows the user code, the address to type,
//!    and a QR code that carries both. It begins to poll the token endpoint, and hears
//!    `authorization_pending`; when it asks too often, `slow_down`, and must wait five seconds longer
//!    from then on.
//! 2. The person opens the page, sees which client asks for which rights and what the wallet will be
//!    asked to show, and compares the code with the device's. "Continue" claims the code for this
//!    browser: nobody else can go on with it. "I did not start this" ends it, and the device hears
//!    `access_denied` at its next poll.
//! 3. A presentation begins with a fresh nonce and state. The browser is bound to it by a cookie and
//!    sent to the wallet.
//! 4. The wallet returns in the fragment of `/callback`. The page takes the fragment out of the
//!    address bar and out of history before doing anything else, and posts it. Only the browser that
//!    was sent may bring the answer back. The answer is judged; the presentation and the grant are
//!    settled in one transaction.
//! 5. The next poll gets the token: a JWT (RFC 9068) whose key is in `/jwks.json`. The code is spent
//!    in the same moment. Of a hundred polls at once, one gets it.
//!
//! "I did not start this" is on the page about the end too, for as long as the presentation is
//! remembered: a device that has not taken its token gets none.
//!
//! A service with a verification page of its own ([`crate::flow::own_pages`]) does the same over REST: it
//! looks the code up (`POST /v1/device/verification`) and shows what it is told; begins a presentation
//! with `user_code` (`POST /v1/presentations`), which takes the code up and asks for exactly what the
//! device can be granted; and, when the browser is back, ends the code by that presentation
//! (`POST /v1/device/completion`). Saying no needs no presentation.
//!
//! A rejected answer does not settle anything at once: the person may try again, up to
//! `presentation.tries` times, and meanwhile the device hears `authorization_pending`. The last
//! rejected try, giving up, or the wallet's `access_denied` reaches the device at its next poll.
//!
//! # A shop gets verified claims
//!
//! 1. The shop's server calls `POST /v1/presentations` with what to ask for, what is being agreed to
//!    (`transaction_data`), and where the browser returns. It sends the browser to `start_url`.
//!    An object is one of the four types of the Proof document, or of a type that the operator has
//!    registered with a JSON Schema (`[[transaction_data]]`); what does not fit its type is not sent.
//! 2. Steps 3 and 4 as above. The wallet shows the transaction and hashes it into the key-binding JWT.
//! 3. The browser returns to the shop's `redirect_uri` with a one-time `response_code`. The shop's
//!    server calls `GET /v1/presentations/{id}?response_code=...` and gets the claims, the transaction
//!    as it was stored, and the report. The code is spent by that call; store the answer.
//!
//! The shop must check that the browser that comes back is the one it sent away (its own session, or
//! the `state` it chose): see [`super::threats`].
//!
//! # A token that somebody else received
//!
//! Who has asked a wallet by itself and holds a `vp_token` gives it to `POST /v1/verify`, with what was
//! asked (`audience`, `nonce`, a scope or a query, the transaction data as sent), and gets the verdict,
//! the report and, when verified, the claims. `vpgate verify` does the same offline, on files:
//!
//! ```text
//! vpgate verify token.txt --audience caxdw5a7d --nonce n-0S6_WzA2Mj --trust trust.toml \
//!     --transaction-data sent.txt --at 2026-11-21T09:00:00Z
//! ```
//!
//! # What is checked
//!
//! In this order; each check writes its line into the report
//! ([`crate::domain::base::report`]). The first broken rule of a presentation discards that presentation:
//! its failed line stays, followed by `presentation_discarded`, and the others decide. A fault of the
//! response itself, and a wrong nonce in any presentation, end the judging of the whole.
//!
//! | Room | Checks |
//! |---|---|
//! | [`crate::domain::openid4vp::response`] | an error or an answer, never both; one of three `vp_token` shapes; only credential ids asked for, as many presentations each as allowed; no nonce of another request |
//! | [`crate::domain::sdjwt::parse`] | bounds, then form: issuer JWT, disclosures, key-binding JWT |
//! | [`crate::domain::sdjwt::trust`] | the issuer is one we believe for this credential |
//! | [`crate::domain::sdjwt::issuer`] | `typ`, `alg`, the key by the issuer's configured mechanism (`kid` or `x5c`), signature, `vct`, `iss`, `exp`, `nbf` |
//! | [`crate::domain::sdjwt::disclosure`] | every disclosure found by digest over the received text, used exactly once |
//! | [`crate::domain::sdjwt::key_binding`] | `cnf.jwk`, `typ`, signature, `aud`, `nonce`, `iat` window, `sd_hash` |
//! | [`crate::domain::openid4vp::verify`] | holder binding where demanded; type and one combination of the claims asked for are there |
//! | [`crate::second_opinion`] | where it is switched on: a second library finds the same claims |
//! | [`crate::domain::sdjwt::status`] | the issuer's status list says that the credential is valid |
//! | [`crate::domain::openid4vp::verify`] | what remains completes the query or its credential sets; transaction data covered exactly |
//! | [`crate::domain::admission`] | the rules of the scopes hold |
