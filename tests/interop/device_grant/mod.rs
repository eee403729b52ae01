//! The cases of `cases.toml`, played over real HTTP against the running program. Each is a test of its
//! own, named after the row of the checklist that it holds the server to.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

mod listed;
mod player;
mod servers;

macro_rules! cases {
    ($(fn $name:ident;)+) => {
        const NAMES: &[&str] = &[$(stringify!($name)),+];
        $(#[tokio::test]
        async fn $name() {
            player::play(stringify!($name)).await;
        })+
    };
}

cases! {
    fn req_10_1_an_empty_or_unknown_parameter_does_not_count;
    fn req_10_1_a_repeated_parameter_is_refused;
    fn req_10_1_only_post_asks;
    fn req_10_1_somebody_must_be_named;
    fn req_10_2_a_confidential_client_proves_itself;
    fn req_10_3_a_client_must_be_registered_for_the_grant;
    fn req_10_4_a_device_gets_its_codes;
    fn req_10_9_opening_the_link_approves_nothing;
    fn req_10_40_a_poll_names_its_grant_and_its_code;
    fn req_10_41_the_first_poll_is_never_too_fast;
    fn req_10_42_slow_down_lengthens_the_interval;
    fn req_10_42_haste_never_kills_a_code;
    fn req_10_43_a_refusal_reaches_the_device_and_stays;
    fn req_10_43_an_expired_code_says_so_and_stays_expired;
    fn req_10_44_an_unknown_code_is_no_grant;
    fn req_10_44_a_foreign_code_is_no_grant_and_unharmed;
    fn req_10_44_a_used_code_is_no_grant;
    fn req_10_45_of_many_polls_at_once_one_gets_the_token;
    fn req_10_46_what_is_promised_is_what_is_enforced;
    fn req_10_48_the_grant_is_in_the_metadata;
}

#[test]
fn every_case_of_the_list_is_played() {
    let listed: Vec<String> = listed::cases().into_iter().map(|case| case.name).collect();
    assert_eq!(listed, NAMES);
}
