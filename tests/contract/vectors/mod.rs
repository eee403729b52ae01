//! The official test vectors in `../shared/specs/vectors`, run through the public interface.
//!
//! Each specification has a module with one `run`, which reads its files through [`Vectors`]. What was
//! read counts as run; everything else must be listed, with the reason, in `fixtures/spec/vectors.toml`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

mod listing;
mod openid4vp;
mod rfc9901;
mod sd_jwt;
mod sd_jwt_vc;
mod status_list;

use std::io::Write as _;

use listing::Vectors;

#[test]
fn every_vector_is_run_or_listed_with_a_reason() {
    let Some(vectors) = Vectors::locate() else {
        // Not `eprintln!`, which a passing test keeps to itself.
        let line = b"SKIP: the official vectors are not at ../shared/specs/vectors\n";
        std::io::stderr().write_all(line).unwrap();
        return;
    };
    rfc9901::run(&vectors);
    sd_jwt_vc::run(&vectors);
    openid4vp::run(&vectors);
    status_list::run(&vectors);
    vectors.check_nothing_is_forgotten();
}
