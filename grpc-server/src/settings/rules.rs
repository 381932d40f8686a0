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
    /// A confirmation must name a payment intent; otherwise an empty one is a payment that is not approved.
    pub intent_required: Option<bool>,
    /// An intent without a scenario is simulated as APPROVE, even where payments are not simulated otherwise.
    pub unspecified_is_approve: Option<bool>,
    /// Refusals of payment and inventory calls are gRPC statuses, for clients that do not read `error`.
    pub refuse_as_status: Option<bool>,
    /// Messages of refusals hold the words, and no other sign, by which a known gateway finds its HTTP code.
    pub gateway_words: Option<bool>,
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
    /// A confirmation must name a payment intent.
    pub intent_required: bool,
    /// An intent without a scenario is simulated as APPROVE, even where payments are not simulated otherwise.
    pub unspecified_is_approve: bool,
    /// Refusals of payment and inventory calls are gRPC statuses.
    pub refuse_as_status: bool,
    /// Messages of refusals hold the words by which a known gateway finds its HTTP code.
    pub gateway_words: bool,
}

impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "idempotency_required={}", self.idempotency_required)?;
        write!(f, " user_required={}", self.user_required)?;
        write!(f, " token_required={}", self.token_required)?;
        write!(f, " template_events_max={}", self.template_events_max)?;
        write!(f, " one_place_per_user={}", self.one_place_per_user)?;
        write!(f, " amount_must_match={}", self.amount_must_match)?;
        write!(f, " intent_required={}", self.intent_required)?;
        write!(f, " unspecified_is_approve={}", self.unspecified_is_approve)?;
        write!(f, " refuse_as_status={}", self.refuse_as_status)?;
        write!(f, " gateway_words={}", self.gateway_words)
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
            intent_required: own.intent_required.unwrap_or(strict),
            unspecified_is_approve: own.unspecified_is_approve.unwrap_or(!strict),
            refuse_as_status: own.refuse_as_status.unwrap_or(!strict),
            gateway_words: own.gateway_words.unwrap_or(!strict),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every rule is shown at the start and can be set alone, under the name that it has in the settings.
    #[test]
    fn every_rule_is_shown_and_can_be_set_alone() {
        let rules = |profile, text: &str| {
            let rules: RuleOverrides = toml::from_str(text).expect("rules");
            Settings { profile, rules, ..Settings::default() }.rules().to_string()
        };
        let (strict, compat) = (rules(Profile::Strict, ""), rules(Profile::Compat, ""));
        assert_eq!(strict.split(' ').count(), 10);
        for (of_strict, of_compat) in strict.split(' ').zip(compat.split(' ')) {
            let (name, value) = of_compat.split_once('=').expect("name=value");
            assert_ne!(of_strict, of_compat, "the profiles differ in every rule");
            let alone = rules(Profile::Strict, &format!("{name} = {value}"));
            assert_eq!(alone, strict.replace(of_strict, of_compat), "{name} alone");
        }
    }
}
