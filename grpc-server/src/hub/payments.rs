//! The state of payments before an update. An update of a payment says its new state, and all but the outcome imply the
//! old one; a reader that needs the old state of an outcome too remembers what it has read.

use std::collections::HashMap;

use tacos_engine::{PaymentEffect, PaymentState, PaymentUpdate};

/// Payments that have begun and not ended, as one reader of updates has seen them: at most as many as the engine keeps.
#[derive(Default)]
pub(crate) struct PaymentStates(HashMap<[u8; 16], PaymentState>);

/// True if the update is a refund of money that had been taken.
pub(crate) fn is_refund(changed: &PaymentUpdate) -> bool {
    changed.refunded_minor > 0 && changed.effect != PaymentEffect::PaidBack
}

impl PaymentStates {
    /// Where the payment stood before this update. `None` for a new one, and for one that began before the reader did.
    pub(crate) fn before(&mut self, changed: &PaymentUpdate) -> Option<PaymentState> {
        let id = changed.id.to_bytes();
        match changed.state {
            PaymentState::Pending => {
                self.0.insert(id, PaymentState::Pending);
                None
            }
            PaymentState::Processing => {
                self.0.insert(id, PaymentState::Processing);
                Some(PaymentState::Pending)
            }
            _ if is_refund(changed) => Some(PaymentState::Completed),
            _ => self.0.remove(&id),
        }
    }
}
