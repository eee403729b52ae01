//! What attackers want, and what stands in their way.
//!
//! # Cross-device flows: the risk assessment (RFC 10027 section 2)
//!
//! Two flows here cross devices. The television's has one hop: its QR code leads to a page on the phone,
//! and that page invokes the wallet on the same phone, bound to that browser. The other is a QR code in a
//! browser that leads straight to a wallet on the phone (`flow: cross_device`). It is off unless the
//! client's configuration allows it, refused to profiles that forbid it, and lives two minutes.
//!
//! | Attack | What it gains | What stands in the way by default |
//! |---|---|---|
//! | consent phishing: the attacker starts a grant on a device of his own and sends the victim the link | a token in the victim's name | the page says that a *device* asks, which client, for which rights, when it began, whether it is on the person's network, and shows the code to compare; the link never approves by itself; "I did not start this" is as prominent as going on, burns the code, works after the approval too, and is counted; codes live ten minutes, and the page counts down |
//! | the same, against a client that chose more | nothing | number matching (`number_matching`): the device shows a number that only who stands before it can pick, and a wrong pick denies; the device's own network (`proximity = "require"`), or fewer scopes away from it (`scopes_elsewhere`) |
//! | session phishing: the victim finishes a presentation that the attacker began in his own browser | the victim's claims in the attacker's session | the wallet's answer counts only from the browser that was sent to the wallet; the result needs a one-time code that only that browser receives |
//! | code guessing | taking up somebody's grant | 34 bits, at most ten minutes; wrong and malformed codes counted in the store by address and overall, for as long as any code lives, one by one however many come at once; after too many not even a right code is told; one neutral answer for unknown, expired, used |
//! | code stealing: a second browser continues with a code it saw | the grant | the first browser that continues claims the code |
//! | one code sent to many people | some of them approve | a code that is entered from more than five addresses is denied |
//! | opening grants in bulk, so that guesses find one, or to fill the disk | grants to guess, a full store | device authorizations limited by client and by address; nothing is stored beyond |
//! | a service with its own pages approves by its word | tokens for anybody | it proves who it is, speaks for the devices it is registered for, and completes by a presentation that was verified here, for this code, with the code that came back with the browser |
//! | a page that poses as another client: it runs the widget with that client's `client_id` | a token of that client | browsers let only the origins of a client read its answers. This binds browsers alone: anybody else can send the same requests, so a public client's token should be worth little by itself |
//! | QR code phishing (`cross_device` only): the attacker opens the shop's page and shows its QR code to a victim elsewhere | the victim's claims in the attacker's session | off by default; two minutes; the wallet shows who asks; the page says that the code must not come from somebody else. Nothing proves that wallet and browser are in one hand: allow it only where a wrong person's claims do no harm, or another check follows |
//! | knowing the address: somebody has seen the request, its `state` or the QR code | nothing can be read with it. It can end the request: by a wallet error, by as many bad answers as there are tries, by one genuine credential that is revoked or expired, or by a good answer of somebody else, which waits in vain for the browser. Across devices that answer counts, for the wrong person | 128 random bits; the result needs another id, and the browser with the code; junk is counted, and a person begins again |
//!
//! A pattern of reports shows in the log: each says how many there were for that client within the window.
//!
//! What remains: a victim who believes the attacker and compares nothing, or who reads the number out to
//! the attacker; an attacker on the victim's network; whoever knows a code can burn it. A report
//! revokes the tokens that a device has taken, and a resource that does not introspect believes a JWT until it
//! expires.
//! Addresses are compared coarsely (the /24 of IPv4, the /48 of IPv6), and only as keyed digests are they
//! stored: with a grant until somebody decides, in counts for about the life of a code, and with the code
//! they entered until its grant is forgotten. Countries are not looked up.
//!
//! # The wallet's answer
//!
//! | Attack | Stopped by |
//! |---|---|
//! | replaying an old presentation | `nonce` of this request, `aud`, KB-JWT `iat` window; a settled request takes no second answer |
//! | a stolen credential without the holder's key | the KB-JWT's signature by `cnf.jwk` |
//! | changed, added, removed, repeated disclosures | digests over the received text, each used exactly once; `sd_hash` |
//! | another issuer's signature, `alg: none`, HMAC with a public key, an `x5c` of the attacker's | algorithm allow-list bound to the key; the mechanism is pinned per issuer in configuration, the token cannot choose it |
//! | a certificate of a believed root, for another issuer | the root is believed for the issuers that are pinned to it, and for those with `x5c_names` only with such a name |
//! | making the server fetch an internal address | only addresses from configuration, those in a genuine credential of a configured issuer, and the `jwks_uri` of its metadata are fetched: https, no redirects, resolved address checked, size and time bounded |
//! | a credential that was revoked | its issuer's status list, signed by the issuer's own keys; no list, no acceptance |
//! | a status list that is old, another's, enormous when unpacked, or at an inside address | `exp` and a bounded cache; `sub` and signature; bounded unpacking; the same guard as for keys |
//! | making us fetch for a forged credential | a list's address exists only on an authentic credential |
//! | following a holder through status look-ups | a whole list is fetched, and kept; index and address are not logged, and stored only beside living tokens, whose status is looked up again |
//! | agreeing to one thing, signing another | the exact strings sent are kept; every hash must match one of them and every one must be covered; the application gets the stored object, never one from the browser |
//! | large or deep input | bytes, disclosures, members and depth are bounded before anything is parsed |
//! | login CSRF and session fixation at `/callback` | the browser's cookie, `state`, same-origin post |
//! | reading the answer from history, logs or referrers | the fragment is removed before anything else; no referrer; answers are never logged |
//! | junk answers that spoil a login | through the browser: only the bound one can answer at all. By post: one counted try of five; what fits no open request is not even counted |
//! | session fixation: the attacker begins, the victim's wallet posts the answer | the answer waits for the browser that began *and* the one-time code (256 bits, compared in constant time) that only the victim's wallet was told |
//! | login CSRF: the attacker's own answer, finished in the victim's browser | the victim's browser did not begin it |
//! | reading an answer on its way | `direct_post.jwt`: encrypted to a key of this request alone; where encryption was asked for, nothing counts in the clear, and nothing through the browser |
//! | a page of somebody else asks by the browser's API, and hands the answer to us | the browser tells the wallet whose page it is, and the wallet signs for that origin; ours is in the configuration, and nothing that a browser sends says otherwise. Our page's hidden value and cookie are needed too |
//! | an answer by the browser's API after the person went another way | that way has another nonce, and the first request is answered no more |
//! | a JWE made to break its reader | `zip`, `crit`, key wrapping, passwords, short tags, odd IVs, points off the curve are refused before anything is decrypted; sizes are bounded |
//! | believing an answer because it was encrypted | anybody who has the request can encrypt: every check runs as ever |
//! | taking the response code from history, logs or referrers | it is one-time, needs the cookie, and is left out by the next redirect; our log has routes, not addresses |
//!
//! # The authorization endpoint
//!
//! | Attack | Stopped by |
//! |---|---|
//! | a redirect URI of the attacker's (open redirector, stolen code) | registered URIs compared letter by letter, only the port of a public client's loopback address may differ; who is not known is told on a page, never by a redirect; no parameter leads anywhere else |
//! | a stolen code | PKCE with S256 for everybody (`danger_allow_missing_pkce` is for confidential clients and warned about); codes live a minute, work once, and are bound to client, address, challenge and, where it is named, to a key; a second exchange ends the tokens |
//! | logging people out with a code read in a log | a second exchange ends nothing unless it knows the verifier and the address too |
//! | mix-up of servers | `iss` in every answer, errors included |
//! | somebody else's presentation for my code, or mine for theirs | the grant belongs to the browser that pressed "Continue", the presentation to the browser that was sent to the wallet, and both must be the same |
//! | a link that makes a person share without knowing with whom | a page of our own says who asks for what and where the person returns, before the wallet, which names only us; it cannot be framed, and its form is bound to the browser |
//! | changing a request on its way through the browser | pushed requests, which can be demanded per client or of all; what stands beside a `request_uri` does not count |
//! | another JWT of a client used as its assertion, or one made for another server | `typ`, `iss` = `sub` = the client, `aud` = our issuer alone, short `exp`, `jti` once, the client's own keys |
//! | filling the database from outside | nothing is stored before the person continues; pushed requests and visits are limited by address |
//!
//! # Codes and tokens
//!
//! Device codes, response codes and browser cookies have 256 bits; rows hold their SHA-256. User codes
//! are short, so rows hold an HMAC under a key that is not in the database. Types keep them apart: a
//! [`Secret`](vpgate_core::base::secret::Secret) cannot be printed, serialised or stored.
//!
//! | Attack | Stopped by |
//! |---|---|
//! | a copied device code | it works once; shown again, it ends all tokens that it led to |
//! | a copied refresh token | it works once; whoever is second ends the family; bound to client and, with DPoP, to a key |
//! | a copied access token | short life, never past the credential's; DPoP where the client proves a key (`require_dpop`); `/revoke` |
//! | a proof seen on the way | it names method, address and token, needs a nonce of ours, and works once |
//! | a credential that is revoked after the token was issued | its status is looked up again at refresh, introspection and `/userinfo`; the family ends |
//! | refreshing for ever what was proven once | `refresh_limit` counts from the verification, and `auth_time` is carried along |
//! | asking about tokens of others | callers prove who they are and see only tokens that are theirs or for them |
//! | a signing key that leaks | rotation in ten minutes without an unverifiable token |
//!
//! # The disk, and the processor
//!
//! | Attack | Stopped by |
//! |---|---|
//! | reading the database, its log or a backup | files for their owner alone, refused otherwise; codes, cookies and tokens are digests; claims stay minutes, and are then overwritten in the database and cut from the log (see [`super::operating`]). Who reads the disk within those minutes reads them: encrypt it |
//! | a database or keys put in the place of ours | a database that was replaced while it was in use is written to no more; a database refuses keys that it was not used with |
//! | filling the disk | limits on what strangers can store; when it is full nothing is acknowledged, and `/readyz` says so |
//! | work for free: signatures by keys that come with a request | DPoP only with algorithms and sizes that cost little; a holder's key counts only after its issuer's signature was found good; certificates count from a configured root downwards |
//! | work for free: our own signatures | a Request Object is handed out again for ten seconds; signed for a wallet's nonce five times within them |
//! | work for free: the same answer again and again | rejected answers, answers that cannot be judged and wallets that cannot answer are counted, each to an end |
//!
//! # What a relying party must do itself
//!
//! - Bind the presentation `id` to the session of the browser it sends away, and compare when the
//!   browser returns (it may also use `state`). Otherwise an attacker can make a victim's browser
//!   return into the attacker's shopping cart, or the other way round.
//! - With `POST /v1/verify`: make a fresh nonce for every request, bind it to the session, and take an
//!   answer to it once. Nothing here remembers a nonce.
//! - Treat claims as text from outside when showing them.
//!
//! # The sandbox
//!
//! Its issuer and wallet give a credential to whoever clicks, its pages share an origin with the
//! service, and it speaks plain http on loopback. Its keys exist nowhere else. Do not expose it.
//!
//! The key that signs its requests, its certificate, and the issuer's key with a root of its own are made at
//! each start. What the configuration names passes through a folder that only its user can read, because a
//! configuration names files, and is removed once it was read. Its
//! wallet believes that one root, fetches requests from its own service and from nowhere else, and posts and
//! sends the browser only there.
