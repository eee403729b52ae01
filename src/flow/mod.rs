//! The stories, one verb per file. Each reads once, asks the core, writes once.
//!
//! A television gets a token (RFC 8628, answered by OpenID4VP):
//!
//! 1. [`mod@device::authorize`]: the device asks; a pending grant with two codes exists.
//! 2. [`device::enter_code`]: a person types or scans the user code, sees who asks for what, and goes on
//!    (or says "I did not start this"). The grant is claimed by this browser; a presentation begins.
//! 3. [`mod@presentation::serve`]: the browser is bound to the presentation and sent to the wallet, or asks it by its
//!    Digital Credentials API. A wallet that is sent a reference comes and fetches the request itself:
//!    [`mod@presentation::request_object`].
//! 4. [`presentation::accept`]: the wallet's answer returns through the same browser, is verified, and
//!    settles the presentation and the grant in one write. Or [`mod@presentation::direct_post`]: the wallet posts it, and
//!    [`presentation::finish`] settles when the same browser comes back with the wallet's one-time code.
//! 5. [`mod@device::redeem`]: the device, which has been polling, takes its token, once.
//!
//! At any time before that a person may say "I did not start this" ([`device::deny_by_user`]). A service with pages
//! of its own does step 2 and the end of step 4 over REST ([`device::own_pages`]).
//!
//! A shop gets verified claims (REST):
//!
//! 1. [`mod@presentation::begin`]: the shop says what to ask and what is being agreed to.
//! 2. [`mod@presentation::serve`], then [`presentation::accept`] or [`mod@presentation::direct_post`], as for a television.
//! 3. [`mod@presentation::collect`]: the browser came back with a one-time code; the shop collects the result.
//!
//! A web application gets a token (RFC 6749, answered by OpenID4VP):
//!
//! 1. [`mod@code::push`]: it may push its request first (RFC 9126).
//! 2. [`mod@code::authorize`]: its browser arrives; the person sees who asks for what, and goes on. A grant
//!    and a presentation begin, bound to this browser.
//! 3. [`mod@presentation::serve`] and [`presentation::accept`], as for a television; the browser carries a code home.
//! 4. [`mod@code::redeem`]: the application exchanges the code, once.
//!
//! Where sessions are on, the same question of a web application is answered from one ([`session::answer`]) until it
//! ends ([`mod@session::logout`]); clients are told of that in the background ([`session::notify`]).
//!
//! Clients prove who they are in [`mod@client::authenticate`].
//!
//! A caller that received a `vp_token` itself has it judged in the same way ([`presentation::judge`]): over REST
//! ([`mod@presentation::verify`]), or offline with `vpgate verify`. Nothing is stored.
//!
//! Before anybody presents anything, a client can ask which scopes a sample would earn ([`mod@presentation::dry_run`]).
//!
//! Both ways of earning tokens end in [`tokens::issue`]. A token lives on through [`mod@tokens::refresh`], says what it
//! means in [`mod@tokens::introspect`] and [`mod@tokens::userinfo`], and ends in [`mod@tokens::revoke`], or when the credential behind it is
//! taken back. [`mod@client::prove_key`] binds tokens to a key.
//!
//! What clients are told of is written with the change that it tells of ([`events`]); a client that was away asks for it
//! ([`mod@events::list`]), one that waits follows a presentation ([`mod@events::follow`]), and of what nobody answered it is told by a clock ([`mod@events::expiry`]).
//! In the background it is sent to where clients want it ([`webhooks`]).
//!
//! What is decided leaves a receipt ([`receipts`]), which is signed and chained behind.
//!
//! [`audit`] notes what was done, refused, taken back and deleted. [`sweep`] tidies up what has long expired; nothing
//! depends on it. [`mod@clock_skew`] compares our clock with the store's.

pub mod audit;
pub mod browsers;
pub mod client;
pub mod clock_skew;
pub mod code;
mod commit;
pub mod context;
pub mod device;
pub mod discovery;
pub mod events;
pub mod health;
pub(in crate::flow) mod health_record;
mod measure;
mod noting;
pub mod ports;
pub mod presentation;
pub mod receipts;
pub mod session;
pub mod sweep;
pub mod tokens;
pub mod webhooks;
