//! Running it.
//!
//! # Starting
//! `vpgate check-config` names every fault at once, and then certificates that have expired. `vpgate serve`
//! opens the database, applies migrations, loads or makes its keys, binds, and answers `/readyz` with 200. It
//! ends on SIGTERM or SIGINT after the requests under way are answered.
//!
//! # What is written to disk
//! The database is the file in `[storage] url`, and beside it, while a service runs, its write-ahead log
//! (`-wal`) and the index of that (`-shm`). All are for their owner alone, and a database or log that others
//! may open is refused. There are no other files: sorting happens in memory.
//!
//! | What | In clear | Until |
//! |---|---|---|
//! | a request: what is asked, `state`, the transaction | yes | 10 minutes after it was settled or expired |
//! | `login_hint` | yes | the answer, or the end of the request |
//! | private key of an encrypted answer | yes | the answer, or the end of the request |
//! | claims for a relying party | yes | its browser's result was collected; else 10 minutes after the answer, and where a wallet posts, 10 more while its browser is awaited |
//! | what a device or a client earned: scopes, subject, the claims of its tokens | yes | the token is taken, or its code has expired |
//! | the same, behind tokens | yes | the last token of the family is dead |
//! | grants and authorizations without that: client, scopes, `state`, `nonce`, named parameters | yes | an hour after they expired |
//! | codes, cookies, tokens, client assertions, proofs | digests only | they are dead, grants an hour longer |
//! | addresses | keyed digests only | see the limits below |
//!
//! Expired rows are removed every minute, when the service starts and when it stops; then the write-ahead log
//! is moved into the database and cut to nothing, so that older versions of rows go too: everything in the
//! table above leaves the bytes of all files at most about a minute later, in a quiet service as in a busy
//! one. What is removed is overwritten with zeros (`secure_delete`). A process of another kind that reads the
//! database for long delays the cut until it has ended. What had not expired when the service stopped lies in
//! the database until it is started again. Copies, backups, snapshots and the blocks that the file system
//! has freed are not ours to wipe: encrypt the disk, and keep backups no longer than you must.
//!
//! A core dump, swap space and the memory of the process hold keys, codes and claims, and
//! `/proc/PID/environ` holds secrets that were given in the environment: disable core dumps, encrypt swap.
//!
//! The keys directory holds the signing keys and two digest keys, readable by the owner only. Losing a
//! signing key makes the tokens it signed unverifiable; losing the digest keys makes open user codes
//! unusable and changes every subject. So the database remembers (as a digest) which keys it was used with:
//! when they are gone, or are others, the service does not start, and nothing new is made. Restore the
//! folder. Where that is not possible, `vpgate keys adopt` lets the database go with the keys in the folder,
//! made where they are missing: every person is somebody new then. To begin with nothing at all, move the
//! database and the keys away together.
//!
//! Drafts of keys that a killed process left behind (`*.tmp`) are removed at the next start, when they are
//! older than a minute.
//!
//! Every step that was answered is durable: the answer leaves after the commit has reached the disk. Whoever
//! removes or replaces the database under a running service makes it answer 503 to everything that would be
//! written, until it is started again.
//!
//! Secrets of clients and wallets, keys and the database are refused alike when others may open their file;
//! `chmod go= FILE` mends it. The keys directory is refused when others may change it.
//!
//! # Backup and restore
//! `vpgate backup FILE` copies the database while services run: one whole file, for its owner alone, checked
//! for damage, and on the disk when the command ends. It overwrites nothing. Copy the keys directory too
//! (its files never change once they are there), and keep the two copies apart: together they are worth as
//! much as the service. The configuration and the files that it names are the third part.
//!
//! Do not copy `vpgate.db` alone while a service runs: what was written last is in `vpgate.db-wal`, and
//! copies of the two at different moments do not fit together. After a clean stop the `.db` file is whole
//! and alone, and copying it is right.
//!
//! To restore: stop the service; move `vpgate.db`, `vpgate.db-wal` and `vpgate.db-shm` away, all three,
//! since a log that belongs to another file ruins it; put the copy in the place of `vpgate.db`, and the keys
//! directory in its place; `chmod 600` the database; start. Whatever happened after the backup is forgotten:
//! tokens that were issued since are not active, and tokens and codes that were used since may work
//! once more until they expire. Codes live ten minutes: wait so long before the start where that matters.
//!
//! # Ready or not
//! `/healthz` says that the process answers. `/readyz` says that it can work: it writes one row, durably, and
//! reads the ends of every table. It is asked at most once a second, however many ask, answers within about
//! two seconds, and says 503 when the disk is full, the file system is read-only, the database is locked, was
//! removed or replaced, or is damaged. Damage is noticed where something reads it; `vpgate backup` looks at
//! every page. A disk that has room again is noticed by the next question; damage needs a restore and a start.
//!
//! Several services may share one database on one machine, with the same configuration and keys. Each start
//! that finds another process at the database logs a warning, so that nobody starts it twice by mistake.
//!
//! # Below a path
//! `public_url = "https://example.com/verify"` puts everything below `/verify`: every address that is told, in
//! metadata, requests to wallets, links and tokens, begins so. The proxy hands over what is below the path, and
//! two documents about us that have their place between host and path (RFC 8414 section 3.1). nginx:
//!
//! ```text
//! location /verify/                                           { proxy_pass http://127.0.0.1:8080; }
//! location = /.well-known/oauth-authorization-server/verify   { proxy_pass http://127.0.0.1:8080; }
//! location = /.well-known/openid-configuration/verify         { proxy_pass http://127.0.0.1:8080; }
//! proxy_set_header Host $host;
//! proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
//! ```
//!
//! Caddy:
//!
//! ```text
//! @verify path /verify/* /.well-known/oauth-authorization-server/verify /.well-known/openid-configuration/verify
//! reverse_proxy @verify 127.0.0.1:8080
//! ```
//!
//! Requests arrive with the path. A proxy that takes it away (`proxy_pass http://127.0.0.1:8080/;` in nginx,
//! `handle_path` in Caddy) is understood too. Pages of other applications on the same host are of the same
//! origin as ours: a fault in one of them reaches us, so a host of its own is safer. Cookies of services below
//! other paths of the host have other names. `/healthz` and `/readyz` answer with the path and without it.
//!
//! # Clocks
//! Time comes from the clock of the machine. When it is set back, codes, requests and tokens live longer by as
//! much; nobody who polls is slowed down for it, and what was counted against limits while it was ahead is
//! forgotten.
//!
//! # Signing keys
//! One key for each `signing_alg` in the configuration is made at the first start. `vpgate keys rotate`
//! makes the next one: it is in `/jwks.json` at once, signs ten minutes later, and the old one stays
//! published until the longest `lifetime` has passed after that. Services that share the folder see it
//! within thirty seconds; nothing is restarted. Run it as the same user, from a timer if you like:
//! it does nothing while a key is waiting. It also removes the files of keys that are no longer needed.
//! `vpgate keys list` says where each key is in its life.
//!
//! Lifetimes that are shortened shorten the time in which old keys are published: rotate first.
//! If a key was stolen, rotate, wait ten minutes, then delete its file and restart: its tokens are not
//! verifiable any more from then on. Introspection keeps answering for them until they end.
//!
//! # Files that are read at the start only
//! Keys and roots that `trust` names (`jwks_file`, `x5c_roots`, `crl`). A revocation list ends at its
//! `nextUpdate`, and from then on every credential of that issuer is refused: restart with the new list
//! before that.
//!
//! The key, certificates and attestation of `[wallets.signing]`, and secrets of wallets. The service does
//! not start with a certificate that has expired, and signs nothing with one that expires later (503).
//!
//! # Limits
//!
//! | What | Bound |
//! |---|---|
//! | header of a request | 64 KiB, 100 fields; the first one of a connection within 12 seconds |
//! | connections | 4096, fewer where the limit of open files is below 4224; an eighth of them for one address (the /64 of IPv6), but for proxies in `http.trusted_proxies` |
//! | a connection without a request, or with one that is not complete | 75 seconds |
//! | query of an address | 16 KiB, 64 parameters, none of them repeated |
//! | form of a machine | 16 KiB, 64 parameters |
//! | JSON of a relying party | 192 KiB; at `/v1/verify` as long as an answer of a wallet |
//! | what a wallet sends when it fetches a request | 64 KiB; `wallet_metadata` 32 KiB, `wallet_nonce` 512 bytes |
//! | metadata of a wallet | 32 KiB; kept for 1 minute to 24 hours as its server says, a day longer when it fails |
//! | answer of a wallet, by whatever way | three times `verification.max_presentation_bytes`: 3 MiB |
//! | answers beyond 192 KiB | 32 are read at one time, each within 15 seconds; further ones wait |
//! | one presentation | `verification.max_presentation_bytes`, `max_disclosure_bytes`, `max_disclosures`; 16 levels deep |
//! | keys that are tried for one signature | [`vpgate_core::jose::key_set::MOST_TRIED`] |
//! | certificates in `x5c` | [`vpgate_core::jose::x5c::MOST_CERTIFICATES`], 8 KiB each |
//! | transaction data objects in a request | [`crate::flow::presentation::query::MAX_TRANSACTIONS`] |
//! | scopes in a request | [`vpgate_core::admission::scopes::MAX_SCOPES`] |
//! | wrong user codes | `device.wrong_codes_per_address` and `wrong_codes_altogether` within the life of the longest-lived code: see below |
//! | device authorizations | `device.authorizations_per_client` and `authorizations_per_address` within the same time: see below |
//! | presentations of a client | `presentation.open_per_client` that are neither settled nor expired; more are 429 with `Retry-After` |
//! | parameter that goes into tokens | [`vpgate_core::admission::token_claims::MAX_PARAMETER_BYTES`] |
//! | claim that is copied into tokens | [`vpgate_core::admission::token_claims::MAX_CLAIM_BYTES`] as JSON |
//! | answer of an issuer | size, time and address checked in [`crate::fetch`] |
//! | status list | [`vpgate_core::status_list::token::MOST_BYTES`] as it comes, [`vpgate_core::status_list::statuses::MOST_BYTES`] unpacked |
//! | status lists in memory | 256, together 128 MiB unpacked; the one that is soonest due gives way. With what reading them (two at a time) leaves behind in the allocator, 256 MiB of resident memory |
//!
//! Addresses, proxies, guessing and locking out have a chapter of their own: [`super::limits`]. A client that
//! asks for its devices through a server of its own has that server's address: raise
//! `authorizations_per_address`, and set `proximity = "ignore"` for it.
//!
//! # Connections
//! HTTP/1.1, without TLS: a proxy in front speaks TLS and HTTP/2 with the world. `Host` is needed, once
//! (RFC 9112 section 3.2). The soft limit of open files is raised to the hard one at the start.
//!
//! `/healthz` and `/readyz` answer at `listen`, where strangers can take all places. With
//! `[operations] listen` they answer on a listener of their own, and at `listen` no more.
//!
//! # Clocks
//! `verification.clock_tolerance` (a minute) is how far the clocks of wallets, issuers and status providers
//! may be from ours. When people are refused with `kb_issued_at` and "the clock of the wallet is fast", raise
//! it to two minutes or more (at most five), after looking at the clock of this machine. `vpgate verify` reads
//! it from the trust file. Client assertions and DPoP proofs have tolerances of their own: one minute and five.
//!
//! # Keys of configured JWKS that do not count
//! `check-config` warns of keys in a `jwks_file` that are malformed (a `kid` that is no string, a coordinate
//! with padding, a point off its curve), and the report of a refused credential names them. Keys of other
//! types or for encryption are passed over without a word, as RFC 7517 section 5 asks.
//!
//! # Limits on clients
//! Counted by the minute, in each process, by the address that `http.trusted_proxies` lets us see: 20 failed
//! authentications of one client, 600 pushed requests of one client, 120 visits to `/authorize`. More are
//! answered with 429 and `Retry-After`. Only what fails is braked: a client with the right secret or assertion
//! passes, whatever others send in its name. Public clients have nothing to guess, and are not counted. 1024
//! assertions of one address may be under way at once.
//!
//! The log names each failure with the client, the method that it is registered for, the one it used and its
//! address. Libraries that send the device authorization without client authentication (Go's `oauth2`) need a
//! public client. The REST API takes HTTP Basic from clients with `client_secret_basic` and
//! `client_secret_post`; a client with `private_key_jwt` cannot use it.
//!
//! # Exchanging a client's secret
//! Put the digest of the new secret in `secret_hash` and that of the old one in `previous_secret_hash`,
//! restart, change the client, then remove the second line and restart. A client that signs assertions
//! publishes its next key beside the old one in its JWKS; no restart is needed.
//!
//! # Assertions of clients
//! `aud` must be `public_url` alone, as text or as a list of one. Clients that send the address of the token
//! endpoint need `client_assertions.accept_token_endpoint_audience`. Each `jti` counts once, also when the
//! request is then refused for another reason (a DPoP nonce, for example): sign a new one for every request.
//!
//! # Status
//! A credential that names a status list is accepted only when its issuer's list says that it is valid.
//! `credentials[].status = "require"` refuses those that name none. A list is kept in memory for its
//! `ttl`, or until `exp`, clamped to `status_lists.cache_at_least` and `cache_at_most`: so long a revoked
//! credential may still be accepted. There is no other limit on the age of a list (`iat`).
//!
//! With `status_stale_if_error` the last good list serves so much longer when a new one cannot be had, never
//! past its `exp`; a list that came and is no good (signature, address, dates) is never replaced by an older
//! one. Introspection, refresh and `/userinfo` wait at most 2.5 seconds for a list.
//!
//! # An issuer that changes how its keys are found
//! From a JWKS, metadata or a DID to certificates, or back, both count for a while:
//! `trust = [{ jwks_uri = "https://..." }, { x5c_roots = "roots.pem" }]`, the same in every entry of the issuer.
//! A credential or status list with `x5c` in its header is judged by the certificates, any other by the keys;
//! `issuer_trusted` in the report says which, and why. Each is as good as the other: whoever holds one key of
//! the old JWKS can sign until its table is taken out. When reports name the old way no more, take it out;
//! tokens that it earned end then.
//! Wallets of profile `haip` must show the chain all the while. The `sub` of people changes with it only
//! where their new credentials have no `iss` (below).
//!
//! # Roots, and `sub` without `iss`
//! Where a credential has no `iss`, the key of the certificate that vouched is part of who its issuer is, and
//! of `sub`, unless `x5c_one_issuer` says that all roots are one issuer's. So people get another `sub` when a
//! root is followed by one with another key, and also when an authority replaces its root in the file: take
//! out the root, put in the authority below it, and that authority vouches from then on. Adding an authority
//! to the root that stays changes nothing.
//!
//! # What issuers publish, and whose fault it is
//! Keys (`jwks_uri`, `issuer_metadata`, `did`), status lists and wallets' metadata are kept by one rule. One
//! fetch at a time for each; it goes on when nobody waits any more. While it is under way, and for five
//! seconds after it failed, who may use the older copy gets it at once: keys and metadata for a day, a list
//! for `status_stale_if_error`. Others wait for it, at most 64 for one document and ten seconds from its
//! start. A host that lets us wait (two seconds and more) again and again is left alone for longer each time: 5,
//! 10, 20, 40, then 60 seconds, in which nobody waits for it. A key (`kid`) that is not among keys fetched
//! less than a minute ago counts as one that cannot be had.
//!
//! | What happens | Report | The person reads | The flow |
//! |---|---|---|---|
//! | the issuer's mistake: 404 or another 4xx, a redirect, another media type, not JSON, another `issuer` or `id`, no usable key | `issuer_key` | that the credential could not be checked | ends at once: `rejected`, `access_denied` |
//! | its list: the same, or signed, dated or packed wrongly | `status_list_...` | the same | the same |
//! | trouble that passes: no answer, 408, 425, 429, 5xx, a key that may be new | `issuer_key_available`, `status_list_available` | to wait a minute and try again | goes on; ends the same way with the eighth such answer |
//!
//! Neither is one of the person's tries (`presentation.tries`). A wallet that posts its answer hears 503
//! where the same answer may count later, and so does `POST /v1/verify` where the keys cannot be had. The
//! log names address, reason and, as `passing`, which of the two it is. Keys that a client publishes in
//! `jwks_uri` are the client's: a mistake there is `invalid_client`, trouble that passes a 503. A wallet's
//! server that is at fault is told as the wallet's: 502 and 503 of `POST /v1/presentations`, and a page.
//!
//! Redirects are followed for status lists alone (Token Status List section 8.2): three at most, https only,
//! public addresses only; `sub` must still be the address in the credential. Keys and metadata are not
//! looked for elsewhere than where their names say.
//!
//! Tokens are held to the status too: it is looked up again, in the lists at hand, when one is refreshed or
//! asked about. `tokens.recheck_status = false` leaves that out. A JWT that a resource checks by itself
//! lives until its `exp`: keep `lifetime` short, or let resources ask `/introspect`.
//!
//! `danger_ignore_status` accepts revoked credentials; results say `unchecked` then.
//!
//! Not offered: application-specific status values (refused), CWT lists, aggregation (lists are fetched when a credential names them), historical
//! queries, list signers that are neither the issuer nor certified under `status_x5c_roots`.
//!
//! # Pages that sign people in
//! A page without a server of its own loads `/vpgate.js` and calls `VpGate.start(element, options)`; the
//! options are in `/vpgate.d.ts`, a whole page in `examples/widget`. Its client is public, has the grant
//! `device_code`, and lists the page's origin in `origins`. The page's own Content-Security-Policy needs
//! this server in `script-src` and `connect-src`, and nothing else: no style, image or frame is loaded.
//!
//! Answers carry CORS headers on `/device_authorization`, `/token` and the metadata only, for the exact
//! origins of the client that asks, never with cookies. A refusal that belongs to no client (an unknown
//! `client_id`) can be read from the origins of any client, so that a page shows what is wrong with it.
//! From an origin that nobody listed, the widget says that it has no connection, and the browser's console
//! says why.
//!
//! # When an answer is rejected
//! The log has one line for each answer that was judged, `answer judged`: `verdict`, and for a rejected
//! one `reason` (the stable name of the check), `requirement` and `detail`. The relying party has the same
//! in its report. `vpgate verify` tells it for a `vp_token` in a file, offline and as of any time.
//!
//! # A second opinion
//! `verification.cross_check = "enforce"` has a second library verify what was accepted (about 0.1 ms
//! each). If the two disagree, the answer is refused by the check `cross_check` and the log has an error:
//! one of them has a fault. Report it to us, with the kind of credential, not with its claims.
//!
//! # Logs
//! Structured, to standard error. They name presentations and grants by id and say why an answer was
//! rejected. They never contain a token, code, claim value, `login_hint` or presentation. An internal
//! failure carries the same trace id in the log and in the answer.
//!
//! The log never holds up an answer or the end of the process. Lines wait in a queue of 4 MiB for a thread
//! that writes them; a reader that is gone, a full disk or a pipe that nobody reads cost lines, and so does
//! more than `VPGATE_LOG_BYTES_PER_SECOND` in the long run (512 KiB; eight seconds of that may come at once).
//! Lines for single requests (target `vpgate::access`) are left out first, warnings and errors last. What was
//! lost is counted since the start and said in one line, `log lines were lost`, when the log can be written.
//! At the end the process waits two seconds for the queue.
//!
//! Whoever waits asks every few seconds: polls of devices and of relying parties that are answered "not yet",
//! and probes that are answered well, are logged at `VPGATE_LOG=debug` only. A panic, which is a fault of this
//! program, is logged with its place and without its text, which may quote what was sent.
//!
//! # Signals
//! SIGTERM and SIGINT stop the service. SIGHUP, SIGUSR1 and SIGUSR2 change nothing and are logged: the
//! configuration is read at the start only. For a changed file: `vpgate check-config`, then restart.
