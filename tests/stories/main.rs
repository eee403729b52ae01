//! What people and clients live through, in process: whole stories, each endpoint's manners, and random histories
//! beside a model.

mod endpoints;
#[cfg(feature = "sandbox")]
mod model;
#[cfg(feature = "sandbox")]
mod scenarios;

#[cfg(not(feature = "sandbox"))]
#[test]
fn stories_with_the_wallet_of_the_sandbox_are_left_out() {
    println!("SKIP: model and scenarios need the Cargo feature sandbox");
}
