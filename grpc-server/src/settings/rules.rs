//! `[rules]`: the profile, and single rules that differ from it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Profile, Settings};

/// Rules that differ from the profile's; absent: as the profile says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuleOverrides {
    /// Writes need an idempotency key.
    pub idempotency_required: Option<bool>,
    /// A caller without identity must say whose reservation it means.
    pub user_required: Option<bool>,
    /// Events with a waiting line ask for a reservation token.
    pub token_required: Option<bool>,
    /// Unknown events are made from a template, so many at most; 0: they are not found.
    pub template_events_max: Option<u32>,
    /// One place in line per user.
    pub one_place_per_user: Option<bool>,
    /// A payment must be for exactly the reservation's total.
    pub amount_must_match: Option<bool>,
}

/// The rules in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Writes need an idempotency key.
    pub idempotency_required: bool,
    /// A caller without identity must say whose reservation it means.
    pub user_required: bool,
    /// Events with a waiting line ask for a reservation token.
    pub token_required: bool,
    /// Unknown events are made from a template, so many at most.
    pub template_events_max: u32,
    /// One place in line per user.
    pub one_place_per_user: bool,
    /// A payment must be for exactly the reservation's total.
    pub amount_must_match: bool,
}

impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "idempotency_required={} user_required={} token_required={} template_events_max={} one_place_per_user={} amount_must_match={}",
            self.idempotency_required,
            self.user_required,
            self.token_required,
            self.template_events_max,
            self.one_place_per_user,
            self.amount_must_match
        )
    }
}

impl Settings {
    /// Profile and single rules together.
    #[must_use]
    pub fn rules(&self) -> Rules {
        let strict = self.profile == Profile::Strict;
        let own = &self.rules;
        Rules {
            idempotency_required: own.idempotency_required.unwrap_or(strict),
            user_required: own.user_required.unwrap_or(strict),
            token_required: own.token_required.unwrap_or(strict),
            template_events_max: own.template_events_max.unwrap_or(if strict { 0 } else { 256 }),
            one_place_per_user: own.one_place_per_user.unwrap_or(strict),
            amount_must_match: own.amount_must_match.unwrap_or(strict),
        }
    }
}
