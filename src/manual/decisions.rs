//! Choices that were made, and what they cost.
//!
//! # Our own SD-JWT core decides; sd-jwt-rs issues in the sandbox, and may disagree
//! sd-jwt-rs 0.7.1 implements an old draft, panics on hostile input and accepts what must be refused
//! (unreferenced disclosures, KB-JWTs without `iat`, `oct` holder keys). It builds payloads and
//! disclosures for the sandbox's issuer, where its input is ours. It is also a second opinion
//! (`verification.cross_check`, off by default): asked about what our core has bounded and accepted,
//! with the key that our core chose, within the profile that it can judge at all, and inside
//! `catch_unwind`. It can only take away: a disagreement refuses the answer and is logged as an error,
//! because one of the two has a fault. What lies outside its profile says so in the report. It asks the
//! system's clock about `exp`, so credentials about to expire are left to our own core.
//!
//! # The second opinion is a port
//! [`flow::ports::CrossChecker`](crate::flow::ports::CrossChecker) is asked in [`crate::flow::presentation::judge`],
//! about each presentation before anything else is done with it, and [`crate::cross_check`] fills it: the crates
//! behind it reach neither the domain nor the flows. It does no I/O, but it reads a clock and can panic,
//! which the domain may not.
//!
//! # The JSON serialisation is rewritten into the compact form
//! RFC 9901 section 8 defines its `sd_hash` over the compact form anyway, and one reader means one set of
//! rules. Of several signatures only the first counts. It is off unless the credential's configuration
//! says `accept_json_serialization`, because OpenID4VP wallets send the compact form.
//!
//! # ring verifies, josekit signs
//! A holder key is seen once, so its verifier cannot be cached. ring parses the point and verifies in
//! about 42 microseconds where a josekit verifier from a JWK takes 150. ring has no P-521, so ES512 goes
//! through josekit. Both libraries were in the tree anyway (sd-jwt-rs brings ring).
//!
//! # Vendored OpenSSL
//! A fresh machine needs a C compiler, make and perl instead of matching system packages. The build is
//! about a minute longer.
//!
//! # One row document, explicit states
//! The immutable part of a request is one JSON column; everything that changes, and every state, is a
//! column of its own with a CHECK constraint per state. Transitions are single conditional updates.
//!
//! # Time is whole seconds
//! Every specification involved counts in seconds. A device may poll up to a second early unpunished.
//!
//! # The report travels as a value
//! Each check writes into [`Findings`](vpgate_core::base::report::Findings), which alone can make a
//! [`Rejection`](vpgate_core::base::report::Rejection): a refusal without its line in the report cannot
//! be written down. It lives on the lowest floor because every floor above adds to it.
//!
//! # Scopes live with admission
//! What can be earned is decided there, and the OAuth rooms above need it; the starting plan had it in
//! `oauth/`, which would have made a circle.
//!
//! # `GET /start/{handle}` redirects at once
//! The relying party has told the person what follows; a page in between costs a tap. It changes state
//! (it binds the browser), so what is no person binds nothing: prefetching, requests that by `Sec-Fetch-Mode`
//! and `Sec-Fetch-Dest` are no navigation, and, where a browser sends neither, programs that are known by
//! name (previews of messengers, scanners of mail). Those get a page with a button instead. A list of names is
//! never complete, and some scanners are whole browsers: so a person who comes after one is not locked out,
//! but goes on by a button, which binds the request to the new browser as long as nothing was answered
//! ([`Change::TakeOver`](vpgate_core::change::Change::TakeOver)). Who knows a `start_url` can therefore take
//! a request away from a person who has not answered yet; the person can take it back, and neither gets the
//! other's result, because the relying party's `state` and `response_code` travel with the browser that
//! answers. Grants of devices and of the authorization endpoint stay with the browser that confirmed them.
//!
//! # The same posted answer again gets the same reply
//! Connections break after the answer was judged; the person behind a wallet that did not hear us would have no
//! way back. The digest of the answer that decided is kept with its presentation. The one-time code in the reply
//! is an HMAC of that digest, so that neither the answer nor a live code lies in the store. An answer that was
//! rejected while tries remain is judged and counted again each time: otherwise junk would be free.
//!
//! # What can never work settles at the first try
//! A credential that is revoked, suspended, expired or not enough is the same a minute later. The request ends
//! at once, so that a device or a shop hears it while the person is still there; to use another credential the
//! person begins again. Only reasons that need a genuine credential end a request so early: a stranger who knows
//! an address still needs as many posts as there are tries.
//!
//! # Pages are cut off from who opened them
//! `Cross-Origin-Opener-Policy: same-origin` on every page. A web application that opens ours in a window of its
//! own gets no message from that window when it has come back; it has to ask its server, or listen to a
//! `BroadcastChannel` of its own page there. Otherwise whoever opened the page on which a person decides could
//! move that window elsewhere at the right moment.
//!
//! # Numbers in transaction data are not read and written anew
//! `12.10` is sent, hashed and handed out as `12.10`. `serde_json` could keep the text of every number
//! (`arbitrary_precision`), but then numbers arrive at every visitor, untagged enum and flattened struct of every
//! crate as a map, and `18` and `18.0` differ as texts. So the text of each number is kept beside the value by
//! its place ([`exact`](vpgate_core::base::exact)). Members of the four types still go out in the order of their
//! documents.
//!
//! # Browsers' secrets are sealed
//! The cookie holds 128 random bits and a keyed digest of them. A cookie of the right form that we never gave is
//! no browser: nobody plants a secret beforehand, not even where `__Host-` cannot protect (plain http on loopback).
//!
//! # A relying party must give a `redirect_uri`
//! The result of a same-device presentation needs the code that travels with the browser. Without a
//! way back there would be no safe way to hand it out.
//!
//! # Two holders in one answer are rejected, unless they were asked for
//! Nothing proves that credentials of two holder keys belong to one person, and a caller that reads `status`
//! only would merge two people. So a result whose credentials are not all bound to one key is `rejected`
//! (`one_holder`). A relying party for which that is no matter says `several_holders: true`; then the result says
//! `one_holder: false`. What a query asks for with `require_cryptographic_holder_binding: false` does not count:
//! the query said so. The price: wallets that bind each credential to a key of its own need `several_holders`.
//! Tokens are decided scope by scope, each by the holder of the first that was earned, as before.
//!
//! # `token_claims` are the operator's, not the scope's
//! Nobody is asked for, or told, what no requested scope lists, with one exception: what the operator wrote into
//! `token_claims` of a client is asked for and said in that client's tokens, because the source document puts
//! those claims at the client. The page lists them before anybody goes on to the wallet, and results of the REST
//! API know nothing of them.
//!
//! # What a client asks for is honoured or refused
//! `claims`, `request`, foreign `request_uri`, `registration` and `authorization_details` would change what is
//! asked for, so they are refused by name, at `/authorize`, `/par` and `/device_authorization`. `id_token_hint`
//! demands a person: another one gets no code (`login_required`). Ignored, because their specification makes them
//! wishes: `acr_values`, `display`, `ui_locales` and `claims_locales` (OpenID Connect Core 3.1.2.1), and parameters
//! that no specification of ours knows (RFC 6749 section 3.1). `prompt` and `max_age` are met by every request:
//! the person is asked each time.
//!
//! # `openid` alone asks for the first other scope of the client
//! Nobody can be told apart without showing something, and OpenID Connect makes `openid` alone a legal request. The
//! answer's `scope` says what was granted. Beside `openid`, scopes that nobody defined, or that are not the
//! client's, are ignored, because libraries send them unasked; without it they are refused by name.
//!
//! # What is taken out of the configuration ends what it earned
//! An admission keeps the credential query, type, issuer and root behind it (no claim), and families are held
//! against the present configuration whenever tokens are looked at. One credential behind a family that would not be
//! believed any more ends all of it, because `sub` and claims may be that one's. A JWT access token that a resource
//! judges by itself lives to its end: only introspection knows. Rules that became stricter end nothing: the claims
//! that they would read are gone.
//!
//! # Accepted, and why
//! - The same presentation twice for one query with `multiple` counts twice: OpenID4VP 8.1 does not forbid it, and
//!   whoever counts presentations as people is answered by `one_holder`.
//! - `cnf` with more members beside `jwk` is taken, and only `jwk` is looked at; nothing is fetched.
//! - A requested claim whose value is `null` is present (OpenID4VP 7.1.1). Rules do not hold for it, and tokens do
//!   not say it.
//! - Addresses that a service with own pages claims for its people are believed: it proved who it is, and its own
//!   limit counts all of them together.
//!
//! # Response codes work once
//! `GET /v1/presentations/{id}` with the right code returns the result and spends the code. A repeat is
//! answered like a wrong code. The price: a caller that loses the answer must begin again.
//!
//! # A status list that cannot be had refuses, and counts no try
//! Whoever can keep the list from us must not be able to make a revoked credential count, so nothing is
//! accepted without it. But five failures of somebody else's server should not end a person's request
//! for good, so the refusal is not counted. The price: the relying party sees `pending` until the list
//! comes, the person gives up, or the request expires. `status_stale_if_error` is for operators who
//! would rather believe an older list for a bounded time.
//!
//! # Type metadata comes from files, and is whole or refused
//! An address in a credential is chosen by whoever made the credential, and a fetch would tell its publisher
//! who verifies what. So documents are read at the start, from the operator's files. Where they are
//! configured, they must describe every accepted type and everything that those extend; what does not add up
//! refuses the configuration, never a person. A `vct#integrity` that names other bytes refuses the
//! credential: its issuer meant other rules. Where nothing is configured the report says so, and
//! `vct#integrity` decides nothing.
//! - Whether a claim is selectively disclosable is judged as it was issued: by itself, not by what is around
//!   it, and with the places of hidden array elements counted (SD-JWT VC 5.6). Decoys cannot be told from
//!   hidden claims, so they excuse a mandatory claim that is not shown, unless its `sd` is `never`.
//! - What a type extends does not widen what is accepted: `vct` must be one that the operator lists.
//! - Entries of `claims` must be as section 5.6 says in all their members, also those that only wallets use.
//!
//! # Status lists are signed by the issuer of the credential
//! The keys are found in the same way as for its credentials, whatever `x5c` or `iss` a list carries:
//! another party's word about a credential would be a second root of trust that nobody configured.
//!
//! # Two mechanisms of one issuer: the header calls for one
//! An issuer that goes over to certificates has both kinds of credentials in people's wallets. So `trust` may
//! be a list of two, one by certificates and one by keys; `x5c` in the header, and nothing else, says which one
//! judges. Trying one after the other would make the weaker of both enough for every token, and the report a
//! riddle. Two mechanisms by keys are refused: no header tells them apart. The price: a stolen old key signs
//! until the operator takes its table out.
//!
//! # A verified list is kept, not its token
//! Judging a presentation with a list at hand costs one look into a vector. The list is unpacked and its
//! signature checked once, aside from the threads that answer requests.
//!
//! # What is asked by `scope`
//! A wallet with the `proof` profile is asked by the scopes' own names when the caller asked by scope and
//! the scopes list every claim that is needed, and by `dcql_query` otherwise ([`super::scopes`]). The answer is
//! judged against the query in both cases.
//!
//! Profiles `openid4vp` and `haip` always send the query: scope values mean something only to a wallet
//! that knows them.
//!
//! # `login_hint` may be left out
//! The cloud wallet's document calls it required, and the vendor's own kit makes it optional. It is personal
//! data, so it is sent when the caller gives one, and nothing is made up when it does not.
//!
//! # A `redirect_uri:` identifier is made anew for each request
//! It must be the address of the answer, and each request has a response URI of its own. The complete
//! identifier is stored with the request, as every other one is: it is the only audience that counts.
//!
//! # After a change of the certificate
//! Who is at the wallet already finishes under the old `x509_hash:` identifier, because the audience is
//! the stored one. A request that nobody has fetched yet is never signed by a key that its identifier does
//! not name: it is gone (404), and the person begins again.
//!
//! # Requests are pushed when the browser comes
//! Not when the relying party begins: a `request_uri` may live for seconds and for one use, so each visit
//! of `/start` pushes anew. The REST answer has no `authorization_request_url` then. When the wallet's
//! server fails, nothing has been written, and reloading the page tries again.
//!
//! # The conformance suite's modules, played in process
//! The verifier modules of the OpenID Foundation's suite are tests of their names in
//! `tests/stories/scenarios/oidf.rs`, over every combination of client identifier prefix (`redirect_uri`,
//! `x509_san_dns`, `x509_hash`), request method (`url_query`, `request_uri_signed`) and response mode
//! (`direct_post`, `direct_post.jwt`) that OpenID4VP 1.0 allows: six, because `redirect_uri` is never
//! signed and the others always are. The seventh is HAIP's. Our clock and our wallet play the suite's part, so this is no
//! certification. Not yet applicable, because no mdoc is read: `invalid-session-transcript`, and with the
//! format `iso_mdl` `happy-flow`, `request-uri-method-post`, `request-uri-fetched-twice`,
//! `present-revoked-credential` and `present-credential-without-status`.
//!
//! # A registered wallet is sent no metadata, so it cannot encrypt
//! Each request has a key of its own, which travels in `client_metadata`. A wallet that has us registered
//! gets none of that, so `direct_post.jwt` with an identifier without a prefix does not start.
//!
//! # Through the browser's API the ordinary way stays open
//! Whether a browser has a wallet that fits can only be found out by asking it, and it does not say why it
//! came back with nothing. So the page keeps a second button. Pressing it is one change: nonce, response mode
//! and key of the request are replaced in the row, and there is no way back to the API. The `state`, the
//! handle and the tries used stay. A signed Request Object is in the page, never at `/wallet/requests`.
//! A multi-signed one borrows identifiers of other entries of `[[wallets]]`: each signs with its own key.
//! `verifier_info` stands beside the identifier of this wallet only, since it is about that one. A relying
//! party's own page cannot ask: its origin would be the audience, and the answer would pass through it.
//!
//! # What wallets are not asked
//! - Names of drafts before 1.0, but for three in `client_metadata` where `wallets[].legacy_names` says so:
//!   that is what wallets of drafts 24 to 26 miss. Older ones know neither our prefixes nor our format.
//! - `openid_federation:` identifiers.
//! - `client_metadata` beside `request_uri`: it is in the Request Object, and would not fit a QR code.
//! - `EdDSA` is verified but not announced: the name stands for two curves (RFC 9864).
//! - What a wallet sends as `wallet_metadata` is held against the request where it says something; what it
//!   leaves out decides nothing, since it knew our identifier when it came. In published metadata, a
//!   prefix that is not named is not supported (OpenID4VP 1.0 section 10.1).
//!
//! # A caller's query names configured credentials
//! `dcql_query` may use the credential ids and types of `[[credentials]]` only: whom to believe is the
//! operator's decision, not the caller's.
//!
//! # The reason of a rejection is the first failure that decided
//! When a credential is missed because its presentation was discarded, the report's `reason` is what that
//! presentation broke (`kb_signature`), not that something is missing. A failed presentation that nobody
//! needed appears in the report and decides nothing.
//!
//! # A wrong nonce is seen first
//! The nonce of every key-binding JWT is compared before any issuer is asked for keys, and compared again
//! under the signature. Otherwise a replayed presentation would be discarded for its age, and the response
//! would live on without it (OpenID4VP 1.0 section 14.1.2 ends it).
//!
//! # Transaction data is never optional
//! Every object sent must be authorised by exactly one presentation that survived, also when the
//! credentials it names are optional in the query. A fault in the hashes of one presentation ends the
//! whole response: whoever signs for something else is not set aside.
//!
//! # An empty answer proves nothing
//! A query whose credential sets are all optional can be answered with nothing. That answer is rejected:
//! `verified` always means that something was verified.
//!
//! # Authorities narrow our trust, never widen it
//! `trusted_authorities` of type `aki` is judged on chains that were validated up to configured roots, and
//! on nothing else: an `x5c` that nobody validated says what its sender likes. Other types cannot be
//! judged, so a query that uses them is refused.
//!
//! # Several presentations, or none bound to a holder, earn no scope
//! `multiple` and `require_cryptographic_holder_binding: false` exist in a relying party's own
//! `dcql_query` only. Scopes always ask for one bound presentation, because a token needs one subject.
//! A key-binding JWT that was not demanded is checked in full and changes nothing in the result.
//!
//! # Pairwise subjects
//! `sub` is an HMAC over client, issuer and the issuer's stable identifier of the person, where
//! `stable_identifier` names one; otherwise over the holder key, and then a wallet with many copies of a
//! credential has as many subjects. Different for every client, and linkable by nobody without the key.
//! A stable identifier that cannot be read earns nothing: to fall back to the key would make two people
//! of one.
//!
//! # The rule says what is compared, not the credential
//! A rule's value decides whether numbers, dates, text or booleans are compared, so a credential cannot
//! choose an easier comparison by changing the type of a claim. What could never hold is refused with the
//! configuration: `<` on text would otherwise be a scope that nobody gets and nobody knows why.
//!
//! # Rules over arrays: one is enough, and none cannot be said
//! A path over all elements of an array (`*`) holds when one of the values holds, because that is what people
//! mean by "one of the nationalities". Without `*` an array makes a rule false, as ever. The opposite, "none of
//! them", is refused: elements can be disclosed one by one, so a wallet would pass by keeping one back.
//!
//! # `not = true` rather than `!=`
//! The source document has five operators, and `!=` is not among them (REQ-12.2). `not` says the same for every
//! operator and for ages, and makes it visible that a missing claim is not "unequal": it earns nothing. The
//! price: one more key.
//!
//! # Ages are counted in UTC
//! An age changes at midnight of UTC, not at midnight where the person is: nobody knows where that is. The price:
//! up to half a day early or late on the birthday itself.
//!
//! # `open = true` rather than silence
//! A scope without rules is granted to everybody who shows the credential. Forgotten rules look the same,
//! so it has to be said. The price: one more line for scopes that are meant so.
//!
//! # Token claims do not ask for more credentials
//! A token claim is asked for together with what the requested scopes ask of its credential. A credential
//! that only a token claim names is not asked for: people are asked for what they get something for.
//!
//! # `form-action` on pages that lead to a wallet
//! Chromium applies `form-action` to every redirect that follows a post. Pages that lead on therefore
//! allow `https:` (and loopback http in a sandbox), because the wallet's own sign-in redirects cannot be
//! listed. Pages that stay here allow `'self'` only.
//!
//! # The widget draws its own QR codes
//! A page that embeds it may forbid images and styles from elsewhere, and a picture drawn here would put
//! user codes into addresses and access logs. A small encoder costs 2.5 kB. For the same reason its style is
//! a constructed sheet in a shadow root, which no policy of a page stops. It is served minified, 10 kB; the
//! sources are beside it, and a test makes the one from the others.
//!
//! # Any page may load the widget, few may use it
//! `/vpgate.js` is the same for everybody and has `Access-Control-Allow-Origin: *`, because `import` and
//! `integrity` need it. Who may read OAuth answers is said per client, compared letter by letter.
//!
//! # `Origin: null` proves nothing
//! Our `Referrer-Policy: no-referrer` makes browsers send `Origin: null` with our own forms. What counts is
//! the browser's cookie with the hidden value of the form (on `/callback`: the `state`), and
//! `Sec-Fetch-Site` where it is sent.
//!
//! # A rejected answer names no rule to the wallet or the person
//! The wallet hears that its answer does not count. The person reads what kind of trouble it is (the issuer
//! took the credential back, it is over, it is not enough, the wallet made a mistake) and what to do. The
//! exact rule is in the log, and in the report for the relying party: a page that names it would teach an
//! attacker which check to work on.
//!
//! # All that one redemption led to is a family
//! Tokens that came from one device code live in rows of one family: what they have in common, the one
//! refresh token that works, and the access tokens. Revoking is forgetting: the rows go, and with them
//! the subject and the place of the credential's status. Every access token has a row, JWTs too, found by
//! the digest of its text. So one look answers introspection and `/userinfo` for both formats, a token
//! with another signature over the same claims is unknown, and no list of revoked tokens is kept.
//!
//! # A refresh token works once, whatever happened to the answer
//! The second use ends the family, also of two requests at the same moment: nobody can tell a copy from
//! a client that repeats itself (RFC 9700 section 4.14.2). The price: a client that lost the answer must
//! ask the person again. A grace period would give a thief the same grace. A token holds what its family
//! shares and what it has alone, so a used one is recognised without keeping it.
//!
//! # Tokens follow the credential
//! While tokens live, the family keeps the credential's `status_list` index and address: a revoked
//! credential could not end them otherwise. It is asked for when the client or a resource asks about the
//! tokens, never in the background, and goes with the last token (REQ-7.16). `recheck_status = false`
//! keeps nothing. A suspended credential ends its tokens like a revoked one: the person shows it again when it is back.
//! When the list cannot be had, a refresh is answered 503 and spends nothing, and introspection says
//! inactive.
//!
//! # `refresh_limit` counts from the verification
//! A refresh says nothing new about the person, so `auth_time` stays, and the limit begins when the
//! presentation was verified, not when the last token was issued. It never passes the credential's `exp`.
//!
//! # DPoP proofs always need a nonce of ours
//! So the age of a proof does not depend on a television's clock, and the memory of used proofs is
//! short. The price is one more request at the beginning. A nonce is a keyed digest of a window of two
//! minutes: nothing is stored, and replicas agree. Refresh tokens are bound to the key for clients with a
//! secret too, which is stricter than RFC 9449 section 5.
//!
//! # One `resource` for each token
//! RFC 8707 allows several; then nobody could say which scope is meant for which (REQ-11.51). A
//! repeated parameter is refused, as every other is.
//!
//! # Key files are written once
//! A key's file name says what it signs with and from which second on. When it ends follows from its
//! successor and the longest lifetime of tokens. Nothing is rewritten, so replicas share the folder
//! without locks, look at it every thirty seconds, and agree. A new key is published for ten minutes
//! before it signs: our JWKS may be kept for five.
//!
//! # Introspection of access tokens only
//! A refresh token is a matter between its client and us. A resource is told about tokens for the
//! audiences that it is registered for (`introspects`), a client about its own; the rest is inactive.
//! # Only what is good waits for the browser
//! A posted answer that is verified waits for the browser that began; a wallet's error and the last
//! rejected try settle at once. Waiting protects the person whose claims they are, and a refusal holds none.
//! The price: whoever has seen the request can end it by posting an error. The person begins again.
//!
//! # josekit decrypts, but reads no JWE
//! Its reader accepts truncated tags, panics on an empty IV and inflates what is compressed. Ours splits,
//! bounds and judges every part, and hands it the key agreement and one AES-GCM call with lengths that
//! are right. So it also stays known which of the two failed.
//!
//! # The key of an answer is in the row
//! It must outlive the process and be there on every replica, and it must die with the request. A key
//! derived from a server secret could do the first but not the second.
//!
//! # The address names the request of a posted answer
//! The `state` beside it must agree; a form without one is refused. Only the vendor's kit, which posts
//! JSON, sends none.
//!
//! # Across devices a browser must show the code
//! A relying party cannot draw the QR code from `authorization_request_url` by itself: nobody answers
//! before a browser has opened `start_url`. So there is one browser that learns the outcome, and the page
//! with the warning has been seen.
//!
//! # One writer thread for SQLite
//! Changes that wait share a transaction, each in its own savepoint where it is more than one statement;
//! answers leave after the commit. So `synchronous=FULL` costs one flush for many callers. On one busy core
//! the writer would run as soon as the first of them asks, and flush for few: it lets the others run first,
//! once. With 32 devices polling that halves the flushes.
//!
//! # Look-ups run where they are asked for
//! A look-up in SQLite is a few microseconds of work on pages in memory, and nothing else holds a reader up.
//! Handing it to another thread cost more than that: two wake-ups for each. If the disk has to be read, the
//! thread waits for it, as the thread of its own would have.
//!
//! # The program brings its allocator
//! A request is a few hundred small allocations. mimalloc instead of the allocator of the system takes 14% of
//! the processor time of a device authorization away, and 5% of that of a poll. Only the program chooses it,
//! not the library.
//!
//! # No optimisation across crates
//! Thin link-time optimisation in one unit of code takes 5% of the processor time of a poll and 8% of that of
//! a device authorization away. It makes the compiler work half as long again on our own crate, alone on one
//! core. Whoever packages the program may set both.
//!
//! # One road to a verdict
//! The wallet's answer through the browser, `POST /v1/verify` and `vpgate verify` all go through
//! [`flow::presentation::judge::Judge`](crate::flow::presentation::judge::Judge); they differ in who says what was asked. So a report
//! means the same everywhere, and the log has one line for each judged answer from one place.
//!
//! # A rejected token is a good answer
//! `POST /v1/verify` answers 200 whatever the verdict: the question was answered. Problems are kept for
//! questions that cannot be put and for faults of ours (an issuer's server that cannot be reached: 503).
//! The door stores nothing and remembers no nonce; whether a nonce was fresh only the caller knows. When
//! the caller does not say when it asked, five minutes are assumed, as long as requests live here.
//!
//! # Transaction data of others counts by its exact string
//! Hashes are over the string that was sent. Who sent it by itself gives that string; an object stands
//! for the string that this service would have written from it, and for no other.
//!
//! # One language for whom to believe
//! `vpgate verify --trust` reads `[[credentials]]` as the service does, from a whole configuration or from
//! a file with nothing else. A bare JWKS is not accepted: it says neither which issuer it belongs to nor
//! which types that issuer may sign, and arguments that did would be a second language. Nothing is
//! fetched, so keys must be in a file. With several credentials the command asks which one was meant.
//!
//! # The policy names the mechanism, never the credential
//! Each issuer has exactly one way to its keys. A credential's `iss` leads to the entry, the entry to the
//! way; an `x5c` or `jwk` in the header of an issuer that is pinned to something else is ignored. Without
//! `iss`, `x5c` leads to the issuer of that credential that is pinned to certificates; of several, to the one
//! whose roots signed what was sent, and whose `x5c_names` the leaf has. Only then is the chain judged, by that
//! issuer's roots and no others. A root that two of them share leads to nobody: the credential is refused.
//!
//! # Without `iss`, the root that vouched is part of the issuer
//! Two states may have roots in one entry, and a personal number is unique within one state only. So the
//! key of the root (SHA-256 over its SubjectPublicKeyInfo) goes into `sub` beside the configured name, and
//! into the `issuer` of results wherever there is more than one root. The price: when a root is followed by
//! one with another key, people get another `sub`. An operator whose roots all belong to one issuer says so
//! (`x5c_one_issuer = true`); then nothing changes with them. With `iss`, the issuer is what `iss` says.
//!
//! # Certificate chains
//! OpenSSL builds and judges the path ([`x5c`](vpgate_core::jose::x5c)), at the second of the verdict.
//! On top of it: certificates come leaf first, the leaf is no authority, not self-signed, and its key usage,
//! where it is said, has digitalSignature. 112 bits of security at least: no SHA-1, no RSA below 2048 bits.
//! - A trust anchor is a name and a key (RFC 5280 section 6.1.1(d)), self-signed or not. A path goes on to a
//!   self-signed one where it can, so an authority that is added below it changes no issuer and no `sub`. An
//!   authority's own certificate still signs no credentials, and an issuer's certifies nobody.
//! - A self-signed issuer certificate takes `x5c_self_signed`, for each entry: whoever holds an anchor's key
//!   would otherwise be an issuer without anybody's decision. HAIP forbids it, and so does its profile here.
//! - Revocation lists are followed up to a self-signed root, so `crl` needs it in the file.
//! - Status lists have anchors of their own where `status_x5c_roots` says so, and then no others: one way, as
//!   for credentials.
//! - A configured root at the end of `x5c` is tolerated: SD-JWT VC does not forbid it, and issuers send it.
//!   HAIP 6.1.1 forbids it, so it is refused from wallets of profile `haip`.
//! - Extended key usage is not looked at: there is no agreed purpose for signers of credentials.
//! - The roots vouch for everybody whom they certify. `x5c_names` narrows that to names in the leaf; without
//!   it, give an issuer roots of its own; `check-config` warns of a root that two issuers share without names.
//!   Results name the configured issuer, the subject of the leaf and the root that vouched
//!   (`issuer_certificate`); so does the report.
//! - Revocation lists are looked at for the whole path, the leaf's and every authority's: a missing or
//!   expired list refuses. They are read at the start; fetching them would mean to follow addresses that
//!   a stranger's certificate names.
//! - Chains that held are remembered (256 for each issuer, by SHA-256), with the time in which all their
//!   certificates are valid; a refused chain is judged again each time, so nobody can fill the memory.
//!
//! # High assurance is a property of the wallet
//! From a wallet of profile `haip`, a credential is believed only as HAIP 1.0 section 6.1 describes it: its
//! issuer is pinned to `x5c_roots`, no trust anchor is in `x5c`, neither of the credential nor of the status
//! list, what `cnf` binds has a `jwk` and comes with a key-binding JWT whatever the query says, and `status`
//! has `status_list`. The report has a line for each (`haip_...`), in addition to those of everybody. The
//! same credential from a wallet of another profile is judged as before, so one issuer can serve both.
//! - HAIP lets verifiers take the JSON serialisation too. Here the profile means the compact form, whatever
//!   `accept_json_serialization` says: one form less to misread where the most is at stake.
//! - An unbound credential, without `cnf`, is accepted where the query does without holder binding.
//! - A status list is kept for all wallets together with the chain of its key, and judged each time.
//! - `POST /v1/verify` and `vpgate verify` know no wallet, so they judge without these rules. So does the look
//!   at the status list for living tokens: it asks what became of a credential that was believed before.
//! - A client without a secret cannot do anything with a scope but ask its own wallet. If that is of profile
//!   `haip`, and no issuer of a credential of the scope is pinned to certificates, the service does not start;
//!   about other clients, which could name another wallet or have judged what they hold, `vpgate check-config`
//!   has a note.
//!
//! # DIDs: two methods
//! `did:jwk` never changes, so it is read with the configuration. A `did:web` document counts for the keys
//! of `assertionMethod` that belong to that DID and are controlled by it. `kid` is the absolute DID URL of
//! a key, or one relative to the DID of the issuer (`#0`), as drafts of SD-JWT VC up to 10 had it.
//!
//! # Several keys that fit are all tried
//! Without `kid`, or where keys share one, the signature is tried with every key of the issuer (or client)
//! that fits the algorithm, at most eight: all of them are believed alike, so nobody gains by it, and an
//! issuer that changes its key and sends no `kid` is not refused. The price is up to seven more signatures to
//! check. A `kid` that is there and that no key has is still a refusal.
//!
//! # `Ed25519` and `EdDSA` are two names of one computation
//! RFC 9864 replaces the second, which also stands for Ed448. Both are accepted wherever a signature is, with
//! a key that says either name or none: a key of that curve can mean nothing else. Both are announced to
//! clients; `vp_formats_supported` has the full name alone, as OpenID4VP B.3.4 wants it. Our own signatures
//! are named as their key says: `signing_alg`, or `alg` of the JWK in `[wallets.signing]`; a PEM file says
//! nothing, and signs as `EdDSA`, the name that more wallets know.
//!
//! # What is no key is refused as a key
//! A point off its curve, the point (0, 0), an Ed25519 point of small order, an RSA exponent of 1: under some
//! of these one signature fits every message, and under the others none does. They are refused where the
//! key is read, whoever vouches for it, so that the report blames the key and not the signature. It costs
//! about 20 microseconds for each key.
//!
//! # Of `cnf`, `jwk` alone counts
//! RFC 7800 section 3.1 lets `cnf` hold one way to find the holder's key. Where `jwk` stands beside others, it
//! is used and the others are not looked at; no address in a credential is ever fetched. Without `jwk` the
//! credential is refused, and the report names what is there: a `kid` or `jkt` alone gives no key.
//!
//! # A type that extends the type asked for answers it
//! OpenID4VP B.3.5 lets wallets do so. Only the type metadata that the operator has configured say what
//! extends what, and the type that is shown must be among the accepted ones: a type claim gives nobody the
//! right to issue.
//!
//! # Labels in type metadata stop nobody
//! `display` is for people and wallets; nothing of it is shown here. What is wrong with it is a warning, and
//! `lang` of the drafts up to 09 is read as `locale`.
//!
//! # Room for portraits
//! A Disclosure may have 512 KiB, a presentation 1 MiB and 512 Disclosures, because identity credentials hold
//! portraits. The price is memory: who sends long answers slowly holds up to 3 MiB, so that only 32 such
//! answers are read at one time. Set the bounds lower where no scope asks for a portrait.
//!
//! # Keys of issuers: how long they are kept
//! As long as `Cache-Control` says, less the `Age` it arrives with, at least a minute and at most a day; an
//! hour when nothing is said. For a day longer while the issuer fails, also by a mistake of its own: a
//! document that is gone for an hour takes nobody's key back. A set without any usable key does. An unknown
//! `kid` is asked for at most once a minute, and is no verdict meanwhile. `no-store` means the minute: a fetch
//! for each presentation would let anybody aim this server at the issuer.
//!
//! # A mistake of the issuer ends the flow at once
//! Another try cannot help, and a device that waits for one waits in vain. It costs who has the same
//! credential of another issuer at hand a new beginning. Trouble that passes ends a flow with the eighth
//! answer: fewer would punish people for a hiccup, more would leave devices waiting.
//!
//! # Redirects: for status lists alone
//! Token Status List section 8.2 asks for them. The other documents are found where a name says, and a
//! redirect there (an open one on the issuer's site is enough) would let somebody else choose the keys. SD-JWT
//! VC section 4.2 asks for a 200; RFC 7517 and did:web are silent.
//!
//! # Limits are counted in the store
//! Replicas share them, and the one thread that writes sees attempts one by one: a burst of guesses is
//! counted like a slow row of them. The price is a write for each wrong code, and one more small statement
//! for each limit in the transaction that opens a grant. Polls write what they wrote before.
//!
//! # Time is cut into slots of a twentieth of the window
//! A count is one row for each slot, and a slot counts until all of it is older than the window, which is
//! the life of the longest-lived code. So no code is exposed to more guesses than the limit says, from one
//! address; some are remembered a slot longer than they must be.
//!
//! # A right code is looked up where wrong ones are counted
//! In the same transaction. Looking first and counting afterwards would let a burst of guesses pass before
//! the first of them is counted.
//!
//! # A user code is read in every format that is in use
//! Who types it does not know which client asked. The normal form is the same in all formats, so there is
//! one digest and one look-up.
//!
//! # Literal alphabets must be larger than the code is long, NUMERIC need not
//! The first is a rule of IBM's product; a code of eleven digits would break it and is strong enough. What
//! decides for the named sets is the strength in bits.
//!
//! # `TRANSACTION_FAILED` reaches the device as `access_denied`
//! RFC 8628 has no better word for it, and `expired_token` would make a device begin again.
//!
//! # A service with its own pages claims codes for all of its people
//! Which of its browsers entered a code is for it to know: the presentation binds one browser, and its
//! response code proves that it is the same all the way.
//!
//! # The clock on the verification page is drawn by style
//! The page has no script, and keeps it so.
//! # The authorization endpoint shows a page of its own
//! The wallet shows the name of this server, not that of the application behind it. Whoever shares must
//! know for whom, so the page costs one tap. It also means that an address alone never starts anything:
//! a link that is opened stores nothing and binds nobody.
//!
//! # A form at the authorization endpoint is kept and the browser comes again
//! A form of another site brings no cookies (`SameSite=Lax`). Answering it at once would give the browser a
//! new secret and break whatever else it is doing here. Kept like a pushed request, it leads to the same
//! page by GET, and nothing of it stands in an address.
//!
//! # An empty list of redirect URIs is refused
//! The ProofSpace document takes it for "any address". That is an open redirector (RFC 9700 section 2.1),
//! and there is no switch for it: a client of the code grant without a redirect URI is a fault of the
//! configuration.
//!
//! # Request objects are not offered
//! `request` (RFC 9101) is refused by name. A pushed request gives the same protection without a second
//! way to sign a request.
//!
//! # A used code ends its tokens only for who knows the verifier
//! RFC 6749 section 4.1.2 asks for revocation on reuse. Codes stand in addresses and therefore in logs and
//! histories; if the code alone were enough, whoever reads one there could end other people's sessions.
//!
//! # Log lines may be lost, answers may not
//! Lines go through a bounded queue of our own rather than a library's: it must count by reason, tell when
//! writing works again, keep room for warnings while strangers cause lines, bound bytes a second, and end
//! within a bound when the thread that writes is stuck for ever. The price: whoever needs every line must read
//! them fast enough, and a crash loses what waits.
//!
//! # Connections are hyper's, requests are poem's
//! poem's server sets none of hyper's bounds: 410 KB of header were kept for each connection. So
//! [`crate::app`] has a loop of its own around hyper, with the same endpoint inside.
//!
//! # HTTP/2 without TLS is not spoken
//! No browser speaks it, proxies speak HTTP/1.1 to what is behind them unless they are told otherwise, and its
//! control frames, streams and header compression are much to bound. A connection that begins with it ends,
//! and the log says so once. The price: a proxy that was set to HTTP/2 for its upstream must be set back.
//!
//! # An XML reader with known faults is in the program, and nothing leads to it
//! `poem-openapi` 5.1, the newest, requires `quick-xml` 0.36 without a feature to leave it out, and later
//! versions do not fit (RUSTSEC-2026-0194 and -0195 speak of it). It is called by two payload types and
//! by the XML methods of bodies; the lints forbid them all. The price: a scanner that looks at names of
//! crates alone will report it.
//!
//! # DPoP proofs are signed with ES256, Ed25519, RS256 or PS256
//! The key of a proof comes with the proof, so a stranger can have any number of them checked. ES384 costs
//! a millisecond here and ES512 two, against 40 microseconds for ES256; RSA is accepted up to 4096 bits and
//! exponents of 24 bits. Metadata say so. The price: a client whose key is on P-384 or P-521 needs another.
//! Assertions of clients and credentials keep all algorithms: their keys are registered, or an issuer that we
//! believe has signed them before they are used.
//!
//! # A Request Object is handed out again for ten seconds
//! Each fetch was signed anew: 65 bytes of a stranger for 2.3 milliseconds, with an RSA key of 4096 bits.
//! `iat` may now be ten seconds old. A wallet that sends a `wallet_nonce` gets its own signature, five times
//! within ten seconds for one request.
//!
//! # A key folder may be looked into, not written to
//! Its files are refused when others may open them. The folder itself is refused only when others may change
//! it: their names are no secret, and folders made by hand are usually readable.
//!
//! # A database without its keys does not start
//! Making new keys in the place of lost ones kept the service up and made everybody somebody else. Now an
//! operator decides, by `vpgate keys adopt`. The price: who loses the keys at night has an outage instead of
//! a silent change of every subject.
//!
//! # Codes that nobody exchanged are forgotten when they expire
//! They were remembered for an hour. Used ones still are, since showing one again ends its tokens.
//!
//! # Below a path, requests are understood with it and without it
//! Proxies are written both ways, and either way is wrong only when it is not the one that was meant. A path
//! that is also the beginning of a route of ours (`/wallet`, `/v1`) means the one that leads to a route, and
//! below the path when both do. The price: who reaches the service directly finds it at its root too.
