//! The server's door, from outside: who gets a connection, what is decided from the head of a call, and what is said to
//! clients that speak something else. Each file is one claim.

mod a_call_past_its_deadline_says_so;
mod addresses_and_customers_are_limited;
mod calls_are_refused_by_their_heads;
mod certificates_are_exchanged_and_name_roles;
mod h2;
pub(crate) mod other_protocols_get_a_readable_answer;
mod stalled_clients_shut_nobody_out;
mod tokens;
