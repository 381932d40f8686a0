//! What attackers try, one file a theme: tokens that are guessed or stolen, JWTs and webhooks that are forged, HTTP/2 that is
//! abused, secrets that might slip into logs and errors.

mod forged_jwts_are_refused;
mod forged_webhooks_are_refused;
mod http2_abuse_stops_nobody;
mod secrets_are_in_no_log_and_no_error;
mod tokens_cannot_be_guessed;
