//! The stories, step by step.
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
//!    How the request travels is the wallet's `request_method`: in the address, plain or as a signed
//!    Request Object; as the address of a Request Object, which the wallet fetches at
//!    `/wallet/requests/{id}` as often as it likes until it has answered; or pushed to the wallet's server
//!    before the browser goes there. The browser goes by GET, or with `authorization_method = "post"` by a form.
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
//! A service with a verification page of its own ([`crate::flow::device::own_pages`]) does the same over REST: it
//! looks the code up (`POST /v1/device/verification`) and shows what it is told; begins a presentation
//! with `user_code` (`POST /v1/presentations`), which takes the code up and asks for exactly what the
//! device can be granted; and, when the browser is back, ends the code by that presentation
//! (`POST /v1/device/completion`). Saying no needs no presentation.
//!
//! A rejected answer does not settle anything at once: the person may try again, up to
//! `presentation.tries` times, and meanwhile the device hears `authorization_pending`. The last
//! rejected try, a credential that can never work (revoked, suspended, expired, not enough; the table is in
//! [`trouble`](vpgate_core::openid4vp::trouble)), giving up, or the wallet's `access_denied` reaches the
//! device at its next poll.
//!
//! # A web application gets a token
//!
//! ```text
//!  application           vpgate                      browser               cloud wallet
//!      |                    |                          |                        |
//!  1   |-- POST /par ------>|   (if it pushes)         |                        |
//!  2   |-- 303 /authorize ------------------------->   |                        |
//!      |                    |<----- GET /authorize --- |                        |
//!      |                    |------ who asks? -------> |                        |
//!      |                    |<----- "Continue" ------- |                        |
//!  3   |                    |      as steps 3 and 4 above                       |
//!      |                    |-- 303 redirect_uri?code= |                        |
//!      |<------------------------------------ code --- |                        |
//!  4   |-- POST /token ---->|                          |                        |
//!      |<-- access token ---|                          |                        |
//! ```
//!
//! 1. The application may push its request (RFC 9126). It is checked as the authorization endpoint would
//!    check it, and kept for `authorization_code.pushed_request_lifetime`; the browser then carries a handle.
//! 2. The browser arrives at `/authorize`. A client that is unknown, or an address to return to that is not
//!    registered, is told to the person and to nobody else; every other fault travels to the application
//!    with `state` and `iss`. The person sees which application asks for which rights, what the wallet will
//!    be asked to show, and where they will return. Nothing is stored until they continue. Then a grant and a
//!    presentation begin that only this browser can continue, and a pushed request is spent.
//! 3. The wallet's answer comes back through the same browser and settles the presentation and the grant in
//!    one transaction. The browser carries a code home, or `access_denied`; `server_error` when the wallet
//!    could not do what it was asked. The code lives `authorization_code.code_lifetime`.
//! 4. The application exchanges the code, once, with the `code_verifier` and the `redirect_uri` of its
//!    request. A code that is shown again by somebody who knows all of that ends the tokens that it led to.
//!
//! Nobody is logged in here: the person presents a credential every time. So `prompt=none` is always answered
//! with `login_required`; `login`, `consent` and `select_account` ask for what happens anyway; any `max_age`
//! is kept. `login_hint` goes to the wallet and nowhere else.
//!
//! # What becomes of the tokens
//!
//! What one code led to is a family, which lives and dies together.
//!
//! - With the grant `refresh_token`, `POST /token` exchanges a refresh token for the next one and a new
//!   access token. Each works once.
//! - A resource reads a JWT by itself, or asks `POST /introspect`. `GET /userinfo` tells the client of an
//!   access token with the scope `openid` who the person is.
//! - Refreshing and asking look the status of the credential up again.
//! - The family ends when its client gives the refresh token back (`POST /revoke`), when a used code or
//!   refresh token is shown again, or when the credential is taken back; by itself, when the refresh token was
//!   not used for `refresh_idle`, or `refresh_limit` after the verification.
//! - With a `DPoP` header all of its tokens are for one key, from `/device_authorization` on if the
//!   header is already there.
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
//! # A wallet that posts its answer
//!
//! With `direct_post` and `direct_post.jwt` the answer does not come through the browser, but from the
//! wallet itself, which may be an app:
//!
//! ```text
//!  browser that began          vpgate                         wallet
//!      |--- GET /start ---------->|  bound to this browser        |
//!      |<-- 303 to the wallet ----|                               |
//!      |----------------------- request ------------------------->|
//!      |                          |<-- POST /wallet/responses/{} -|  vp_token, or a JWE of it
//!      |                       verify: the answer waits           |
//!      |                          |--- 200 {"redirect_uri"} ----->|  with a one-time response_code
//!      |<------------------ opens redirect_uri -------------------|
//!      |--- GET /done ----------->|  cookie and code: settle      |
//!      |<-- 303, without the code |                               |
//! ```
//!
//! What the wallet posted counts for nothing before the browser that began has come back with the code:
//! whoever sends his own request to somebody else's wallet has the browser, but never the code; whoever is
//! sent one has the code, but not the browser. Until then the device hears `authorization_pending`, and
//! the shop reads `pending`. A refusal needs no such proof: when the wallet answers with an error, or the
//! last try is rejected, the device and the shop learn it at once.
//!
//! With `direct_post.jwt` each request has a key pair of its own (P-256, ECDH-ES; A128GCM or A256GCM). The
//! public half travels in the request. The private half is in the row, is removed in the same write that
//! takes a good answer or settles, and by the next sweep once the request has expired.
//!
//! The wallet is told no reason: 400 `invalid_request` for everything that does not count, or with
//! `on_rejection = "redirect"` the address of the page on which the person reads on.
//!
//! # A wallet on another device
//!
//! A client with `cross_device = true` may ask with `flow: cross_device`. `start_url` then shows a page that
//! says who asks for what and what is agreed to, totals included, with the request as a QR code, and asks for
//! itself again until the wallet has answered. There is no way back from that wallet, so the answer settles at once: the page leads on in the
//! browser that shows it, and the shop collects the result by the `id` that only it knows, without a code.
//! Such a request lives two minutes (`presentation.cross_device_lifetime`). [`super::threats`] says what
//! is given up by this.
//!
//! # A wallet that the browser asks
//!
//! A wallet with `dc_api` is asked by the browser's Digital Credentials API (OpenID4VP 1.0 Appendix A), where
//! the browser has one: on the way of a device or of a web application always, for a relying party that says
//! `flow: dc_api`. The browser and the platform find the wallet, on this device or on another one nearby.
//!
//! ```text
//!  browser that began                    vpgate                              wallet
//!      |--- GET /start ------------------->|  bound to this browser            |
//!      |<-- page with the request ---------|  who asks for what, totals        |
//!      |  "Choose a wallet"                |                                   |
//!      |-- navigator.credentials.get() ---------- origin, request ------------>|
//!      |<----------------------------------- vp_token, or a JWE of it ---------|
//!      |--- POST /start/{}/answer -------->|  cookie, hidden value: verify, settle
//!      |<-- 303 on its way ----------------|                                   |
//!      |                                                                       |
//!      |--- POST /start/{} -------------->|  no API, or "Use another wallet":
//!      |<-- 303 /start, to the wallet -----|  the ordinary way, another request
//! ```
//!
//! `dc_api.request` says whether the request is signed. Unsigned, it names nobody: the wallet shows our origin,
//! as the browser says it. Signed, it names our identifier and, in `expected_origins`, our origin;
//! multi-signed, several of our identifiers, each in the header of its signature. The
//! audience of the answer is that origin in both cases, and what we expect it to be comes from `public_url`.
//! Without JavaScript, or in a browser without that API, the page has one action: the wallet's ordinary
//! way. That is another request, with a nonce and a key of its own; from then on the first one counts no
//! more.
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
//! ([`vpgate_core::base::report`]). The first broken rule of a presentation discards that presentation:
//! its failed line stays, followed by `presentation_discarded`, and the others decide. A fault of the
//! response itself, and a wrong nonce in any presentation, end the judging of the whole.
//!
//! | Room | Checks |
//! |---|---|
//! | [`vpgate_core::openid4vp::response`] | an error or an answer, never both; one of three `vp_token` shapes; only credential ids asked for, as many presentations each as allowed; no nonce of another request |
//! | [`vpgate_core::sdjwt::parse`] | bounds, then form: issuer JWT, disclosures, key-binding JWT |
//! | [`vpgate_core::trust`] | the issuer is one we believe for this credential |
//! | [`vpgate_core::sdjwt::issuer`] | `typ`, `alg`, the key by the issuer's configured mechanism (`kid` or `x5c`), signature, `vct`, `iss`, `exp`, `nbf` |
//! | [`vpgate_core::sdjwt::disclosure`] | every disclosure found by digest over the received text, used exactly once |
//! | [`vpgate_core::sdjwt::key_binding`] | `cnf.jwk`, `typ`, signature, `aud`, `nonce`, `iat` window, `sd_hash` |
//! | [`vpgate_core::openid4vp::verify`] | holder binding where demanded; type and one combination of the claims asked for are there; from a wallet of profile `haip`, what HAIP 6.1 asks |
//! | [`crate::cross_check`] | where it is switched on: a second library finds the same claims |
//! | [`vpgate_core::status_list`] | the issuer's status list says that the credential is valid |
//! | [`vpgate_core::openid4vp::verify`] | what remains completes the query or its credential sets; transaction data covered exactly |
//! | [`vpgate_core::admission`] | the rules of the scopes hold |
