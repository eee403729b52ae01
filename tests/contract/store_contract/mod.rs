//! What every store must do. Each case runs on every backend; another backend joins by adding an
//! opener to `backend.rs` and a line to the macro below.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it fails")]

mod audit;
mod authorizations;
mod backend;
mod clocks;
mod crowds;
mod deliveries;
mod durability;
mod events;
mod grants;
mod history;
mod leases;
mod limits;
mod lock_order;
mod marks;
mod plans;
mod presentations;
mod questions;
mod races;
mod receipts;
mod remains;
mod returning;
mod sessions;
mod settling;
mod speed;
mod sweeping;
mod tokens;

macro_rules! on_every_backend {
    ($($room:ident { $($case:ident)+ })+) => {
        on_every_backend! { @with memory => $($room { $($case)+ })+ }
        on_every_backend! { @with file => $($room { $($case)+ })+ }
        on_every_backend! { @with postgres => $($room { $($case)+ })+ }
        on_every_backend! { @with unnamed => $($room { $($case)+ })+ }
    };
    (@with $backend:ident => $($room:ident { $($case:ident)+ })+) => {
        mod $backend {
            $(mod $room {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let Some(opened) = crate::store_contract::backend::$backend() else { return };
                    crate::store_contract::$room::$case(opened.store()).await;
                })+
            })+
        }
    };
}

on_every_backend! {
    grants {
        a_new_grant_is_found_by_each_of_its_keys
        ids_and_codes_of_grants_are_unique
        paces_are_written_many_at_once_over_what_is_there
        a_pace_and_a_claim_leave_each_other_alone
        only_a_pending_grant_has_a_pace
        only_a_pending_grant_is_denied
        only_an_approved_grant_is_redeemed
        nothing_happens_to_an_unknown_grant
    }
    marks {
        a_mark_holds_until_the_grant_is_decided_or_removed
        a_decision_that_is_answered_is_noticed_by_whoever_saw_the_grant_pending
    }
    presentations {
        a_new_presentation_is_found_by_each_of_its_keys
        ids_handles_and_states_of_presentations_are_unique
        beginning_claims_the_grant
        another_browser_can_neither_claim_nor_begin
        a_decided_grant_is_not_claimed
        a_taken_presentation_leaves_its_grant_unclaimed
        serving_binds_the_browser
        only_its_own_browser_is_served
        tries_are_counted_one_by_one
        only_a_served_presentation_counts_tries
        another_way_is_taken_once_from_each_request_by_its_browser
        a_person_takes_a_request_over_from_the_browser_that_came_first_until_it_is_answered
        the_answer_that_decided_is_remembered_as_long_as_its_presentation
        forgetting_works_in_any_state_and_once
    }
    settling {
        each_outcome_is_stored
        the_login_hint_goes_when_it_is_settled
        an_approved_grant_keeps_its_admission
        a_refused_presentation_denies_its_grant
        only_a_served_presentation_is_settled
        a_decided_grant_keeps_its_presentation_from_settling
        a_settled_presentation_leaves_its_grant_alone
        a_result_is_collected_once_and_with_its_code_only
        what_was_collected_is_kept_for_a_minute_and_forgotten
        what_is_handed_over_leaves_nothing_but_how_it_ended
        what_was_proven_goes_before_its_row_where_that_is_kept_longer
    }
    receipts {
        a_decision_leaves_one_receipt_or_none
        what_was_sent_is_known_to_the_receipt_once_and_the_last_sixteen
        a_chain_grows_from_its_end_and_from_nowhere_else
        many_who_seal_make_one_chain
        a_checkpoint_is_made_once_an_hour_of_what_has_grown
        a_receipt_outlives_its_presentation_and_is_swept_a_week_after_it_was_sealed
    }
    limits {
        req_15_11_a_grant_over_a_limit_is_not_stored
        a_share_of_a_limit_fits_whole_or_is_not_counted_and_can_be_given_back
        a_grant_whose_code_is_taken_is_not_counted
        req_10_20_wrong_codes_are_counted_and_right_ones_neither_counted_nor_forgiving
        req_10_20_what_is_counted_narrowly_stays_counted_when_a_wider_limit_refuses
        req_10_20_a_hundred_wrong_codes_at_once_are_counted_one_by_one
        req_10_20_a_count_is_forgotten_slot_by_slot
        a_barrier_is_closed_while_all_of_its_limits_are_reached
        a_client_has_a_bounded_number_of_presentations_open
        req_15_7_a_code_from_too_many_addresses_is_denied
        counts_and_addresses_are_swept
        counts_of_a_clock_that_was_ahead_lock_nobody_out
        precautions_are_kept_until_somebody_decides
        req_15_8_disowning_ends_a_pending_and_an_approved_grant_and_is_counted
        req_15_8_disowning_and_redeeming_have_one_winner
        req_10_62_completing_spends_the_response_code_and_decides_once
    }
    authorizations {
        an_authorization_is_found_in_each_state
        only_a_pending_authorization_is_decided
        only_a_granted_authorization_is_redeemed
        a_pushed_request_is_spent_once
        a_taken_presentation_leaves_the_pushed_request
        an_assertion_is_spent_once_by_each_client
        of_many_exchanges_of_one_code_one_wins
        of_many_browsers_with_one_handle_one_wins
        of_many_uses_of_one_assertion_one_wins
        what_is_dead_is_swept
    }
    returning {
        what_waits_is_kept_whole
        only_a_served_presentation_waits
        it_returns_once_in_its_browser_with_its_code
        returning_decides_the_grant_or_nothing
        a_key_lives_as_long_as_its_request
        what_nobody_returns_for_is_forgotten
    }
    sweeping {
        takes_only_what_is_long_dead
        takes_no_more_than_it_may
        a_swept_user_code_is_free_again
        what_nobody_took_in_time_is_forgotten_and_its_grant_stays_expired
        a_login_hint_goes_with_its_request
        dead_tokens_go_and_families_live_as_long_as_they_can_be_refreshed
    }
    sessions {
        a_session_begins_with_its_grant_and_is_found_by_id_and_cookie
        a_session_answers_until_it_ends
        ending_a_session_forgets_its_tokens_and_leaves_a_notice
        taking_back_a_family_ends_its_session_with_all_that_it_led_to
        a_notice_is_due_until_it_is_dropped_and_counted_by_one
        sessions_and_notices_are_swept
    }
    tokens {
        a_redemption_writes_its_tokens
        a_lost_redemption_writes_none
        revoking_an_origin_forgets_all_that_it_led_to
        a_refresh_replaces_the_token_it_used
        only_the_current_token_is_refreshed
        revoking_a_family_forgets_every_token_of_it
        revoking_an_access_token_forgets_it_alone
        a_proof_is_spent_once
        a_token_of_a_client_is_found_until_it_is_revoked_or_swept
        a_lost_answer_is_given_again_in_the_place_of_the_first
        a_refreshed_family_is_not_answered_again
        req_7_16_what_is_revoked_leaves_nothing_behind
    }
    questions {
        each_change_is_found_made_lost_or_open
        what_was_spent_tells_by_whom
        what_only_counts_has_no_question
    }
    events {
        req_21_40_an_event_is_written_with_its_change_or_not_at_all
        events_are_read_in_the_order_of_their_places_each_client_its_own
        events_are_kept_for_seven_days
        an_expiry_is_told_once_and_nobody_settles_then
        who_asks_from_cursor_to_cursor_misses_nothing_of_a_crowd
        req_21_31_how_far_what_is_followed_is_is_found_in_one_look
        req_21_31_grants_that_nobody_has_decided_are_found_in_one_look
    }
    deliveries {
        req_21_40_an_event_is_due_for_each_of_its_endpoints_or_for_none
        req_21_41_of_many_who_begin_an_attempt_one_does_and_has_it_for_a_while
        req_21_43_an_answer_ends_the_attempt_that_it_was_given_to
        deliveries_are_listed_by_state_in_an_order_that_stays_behind_any_of_them
        what_is_over_is_made_due_by_its_client_alone_and_its_endpoint_is_called_again
        what_goes_wrong_at_an_endpoint_is_noted_over_what_was_known_until_it_is_forgotten
    }
    audit {
        a_note_is_written_with_its_change_or_not_at_all
        what_was_noted_stays_as_it_is_and_gets_one_place
        many_that_seal_at_once_write_one_chain
        old_lines_go_and_the_newest_stays
    }
    clocks {
        a_server_tells_the_time_and_nobody_waits_for_an_idle_store
    }
    leases {
        of_many_processes_one_holds_a_lease_until_it_ends_or_is_given_back
    }
    crowds {
        a_narrow_and_a_wide_limit_hold_for_a_crowd
        a_right_code_among_guesses_lets_no_more_of_them_through
        a_barrier_that_depends_on_a_wider_limit_holds_for_a_crowd
        as_many_addresses_as_a_code_may_come_from_are_told_from_one_more
        completing_twice_has_one_winner
        settling_and_denying_by_the_person_leave_no_halves
        a_denial_that_is_lost_counts_nothing
        every_character_is_kept
    }
    races {
        a_hundred_redemptions_have_one_winner
        looks_at_many_grants_at_once_are_answered_each_with_its_own
        a_denial_stands_whatever_paces_are_written_meanwhile
        a_hundred_refreshes_have_one_winner
        refreshing_and_revoking_leave_no_living_token
        one_proof_is_spent_by_one
        two_settlements_have_one_winner
        two_returns_have_one_winner
        settling_and_denying_have_one_winner_and_no_halves
        two_browsers_claiming_one_grant_have_one_winner
        one_user_code_is_given_to_one_grant
        a_ready_store_says_so
    }
}
