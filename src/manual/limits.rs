//! Whose requests are counted together, what a guesser can reach, and why nobody is locked out by others.
//!
//! # Addresses
//! The service speaks plain HTTP, so behind an https `public_url` stands a proxy: list its address, or its
//! network, in `http.trusted_proxies`. Behind a proxy that is not listed everybody has the proxy's address, is
//! limited as one, and is told nothing about networks; a warning says so at every start, and once when a
//! forwarding header arrives from there. The address is the last one in `X-Forwarded-For` or in `Forwarded`
//! (RFC 7239) that is no trusted proxy's. Ports, brackets and zones do not count; `unknown` and obfuscated
//! identifiers count as the proxy that wrote them. When both headers are there and name different clients, a
//! stranger may have written one: the request then counts as the proxy's, unless `http.forwarded_header` says
//! which one your proxies write. `X-Real-IP` is not read. IPv6 addresses are counted by their /64.
//!
//! # Guessing codes
//! A wrong code counts for its address (5 within the life of a code), for the networks around it (20 for a /56
//! and 50 for a /48 of IPv6, 50 for a /24 of IPv4), and for everybody (1000). When an address or a network has
//! entered too many, nothing more is taken from there. When everybody together has, nothing more is taken from
//! addresses that entered two of them and networks that entered five; a right code from anywhere else passes.
//! A code of a device on the same network as the person (the same /24 or /48) passes until 50 more were
//! refused there, so that an office behind one address goes on after five typing errors. Texts that cannot be a
//! code are no guesses, and have a limit of their own: 50.
//!
//! What that leaves to a guesser, by RFC 8628 section 5.1, for one given code of 8 characters out of 20
//! (2^34.6): 2^-32.2 from one address; 2^-28.9 from a whole /48 or /24, or from the device's own network.
//! Whoever owns ten thousand addresses in as many networks enters two codes from each, the first thousand
//! included, and finds one given code with 2^-20.3 while it lives. Each further character makes all of these
//! twenty times smaller: `user_code_length = 9`.
//!
//! A service with pages of its own that sends no `ip_address` is counted as one, within
//! `wrong_codes_altogether`: let it send the address.
//!
//! # Device authorizations
//! An address may open `authorizations_per_address` grants within the life of a code, the networks around it four
//! or ten times as many. When all devices of a client together have opened `authorizations_per_client`, those
//! addresses and networks get no more that have opened a hundredth of their own limit; all others do, because
//! anybody can say to be a public client.
//!
//! # A right code or secret passes while others guess
//! A limit that counts everybody is a lever for strangers: a thousand wrong codes kept all televisions out. So
//! such a limit only raises the bar for the addresses and networks that reached it. It costs the hard bound on
//! all guesses together; what is left is computed above. Failed client authentications are
//! answered with 429 beyond twenty a minute (REQ-11.5), but a right secret is never refused: secrets have at least
//! 32 characters, so trying them is hopeless, and a lock would serve only whoever wants the client stopped.
//!
//! # `WWW-Authenticate` only for HTTP Basic
//! A 401 of the OAuth endpoints has a challenge when the request had an `Authorization` header or showed no client
//! at all. What came in the form has none (RFC 6749 section 5.2), although RFC 9110 section 15.5.2 wants one in
//! every 401: there is no registered scheme for it, and `Basic` leads clients and browsers astray.
//!
//! # The REST API knows HTTP Basic
//! For both kinds of secrets: JSON has no form in which `client_secret_post` could be meant. Clients with
//! `private_key_jwt` wait for access tokens of their own (`client_credentials`); an assertion in a header would be
//! a way of our own making.
