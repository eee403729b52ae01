//! Choices that were made, and what they cost.
//!
//! # Our own SD-JWT core decides; sd-jwt-rs issues in the sandbox
//! sd-jwt-rs 0.7.1 implements an old draft, panics on hostile input and accepts what must be refused
//! (unreferenced disclosures, KB-JWTs without `iat`, `oct` holder keys). It builds payloads and
//! disclosures for the sandbox's issuer, where its input is ours.
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
//! Each check writes into [`Findings`](crate::domain::base::report::Findings), which alone can make a
//! [`Rejection`](crate::domain::base::report::Rejection): a refusal without its line in the report cannot
//! be written down. It lives on the lowest floor because every floor above adds to it.
//!
//! # Scopes live with admission
//! What can be earned is decided there, and the OAuth rooms above need it; the starting plan had it in
//! `oauth/`, which would have made a circle.
//!
//! # `GET /start/{handle}` redirects at once
//! The relying party has told the person what follows; a page in between costs a tap. It changes state
//! (it binds the browser), so prefetching is answered without binding.
//!
//! # A relying party must give a `redirect_uri`
//! The result of a same-device presentation needs the code that travels with the browser. Without a
//! way back there would be no safe way to hand it out.
//!
//! # Response codes work once
//! `GET /v1/presentations/{id}` with the right code returns the result and spends the code. A repeat is
//! answered like a wrong code. The price: a caller that loses the answer must begin again.
//!
//! # What is asked by `scope`
//! A wallet with the `proof` profile is asked by the scopes' own names when the caller asked by scope,
//! and by `dcql_query` when the caller gave a query. The answer is judged against the query in both cases.
//!
//! # A caller's query names configured credentials
//! `dcql_query` may use the credential ids and types of `[[credentials]]` only: whom to believe is the
//! operator's decision, not the caller's.
//!
//! # Pairwise subjects from the holder key
//! `sub` is an HMAC over client, issuer and holder key: stable as long as the wallet shows the same
//! credential, different for every client, and linkable by nobody without the key. A wallet with many
//! copies of a credential has as many subjects; a stable claim of the credential will serve better
//! where it offers one.
//!
//! # `form-action` on pages that lead to a wallet
//! Chromium applies `form-action` to every redirect that follows a post. Pages that lead on therefore
//! allow `https:` (and loopback http in a sandbox), because the wallet's own sign-in redirects cannot be
//! listed. Pages that stay here allow `'self'` only.
//!
//! # `Origin: null` proves nothing
//! Our `Referrer-Policy: no-referrer` makes browsers send `Origin: null` with our own forms. What counts is
//! the browser's cookie with the hidden value of the form (on `/callback`: the `state`), and
//! `Sec-Fetch-Site` where it is sent.
//!
//! # A rejected answer names no reason to the wallet or the person
//! The person reads that the answer could not be accepted; the exact rule is in the log, and in the report
//! for the relying party. A page that explains would teach an attacker which check to work on.
//!
//! # `response_types_supported` is sent empty
//! RFC 8414 section 2 requires the member, and there is no authorization endpoint yet.
//!
//! # One writer thread for SQLite
//! Changes that wait share a transaction, each in its own savepoint; answers leave after the commit. So
//! `synchronous=FULL` costs one flush for many callers.
//!
//! # The guess limit lives in memory
//! Five wrong user codes per address (IPv6 by /64) and a thousand altogether within ten minutes, per
//! replica. A limit that holds across replicas belongs into the store, once there are several.
