//! What attackers want, and what stands in their way.
//!
//! # Cross-device flows: the risk assessment (RFC 10027 section 2)
//!
//! One flow here crosses devices: the television's. It has one hop, not two: the television's QR code
//! leads to a page on the phone, and that page invokes the wallet on the same phone, bound to that
//! browser. A QR code that leads straight to a wallet is not offered.
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
//! | following a holder through status look-ups | a whole list is fetched, and kept; index and address are neither stored nor logged |
//! | agreeing to one thing, signing another | the exact strings sent are kept; every hash must match one of them and every one must be covered; the application gets the stored object, never one from the browser |
//! | large or deep input | bytes, disclosures, members and depth are bounded before anything is parsed |
//! | login CSRF and session fixation at `/callback` | the browser's cookie, `state`, same-origin post |
//! | reading the answer from history, logs or referrers | the fragment is removed before anything else; no referrer; answers are never logged |
//! | junk answers that spoil a login | only the bound browser can answer at all; a rejected answer is one counted try of five |
//!
//! # Codes and tokens
//!
//! Device codes, response codes and browser cookies have 256 bits; rows hold their SHA-256. User codes
//! are short, so rows hold an HMAC under a key that is not in the database. Types keep them apart: a
//! [`Secret`](crate::domain::base::secret::Secret) cannot be printed, serialised or stored.
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
