//! The server's promises, one file or folder each. They are one program because each program would be linked with the
//! server and compile what they share again. `cargo test -p tacos-server --test promises access` runs those of one file.

#[path = "../support/json.rs"]
mod json_calls;
#[path = "../support/outside.rs"]
mod outside;
#[path = "../support/process.rs"]
mod process;
#[path = "../support/mod.rs"]
mod support;

mod a_scheduled_sale_draws_its_room;
mod access;
mod an_emergency_is_complete;
mod attacks;
mod bounded;
mod commands_over_one_stream;
mod compat_serves_clients_as_they_are;
mod door;
mod errors;
mod every_figure_is_true;
mod every_refusal_is_counted;
mod first_steps;
mod killed_under_load;
mod no_answer_says_what_is_never_sent;
mod no_message_is_written_for_debugging;
mod operators;
mod operators_leave_a_record;
mod posts_are_not_lost;
mod rest;
mod retries;
mod seats_are_watched;
mod services_mean_what_the_contract_says;
mod starting;
mod streams_and_webhooks;
mod streams_say_what_happened;
mod supervised;
mod the_feed_shows_the_past_as_it_was;
mod transport;
mod webhooks_are_standard;
