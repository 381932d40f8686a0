//! What a token of the waiting line says, and tokens that are forged.

use crate::ids::{ReservationToken, WaitingToken};

/// A token of the waiting line, of either kind.
pub trait Token {
    /// The number of the event.
    fn event_number(&self) -> u32;
    /// The number of the ticket within the event.
    fn ticket(&self) -> u32;
    /// The same with another proof.
    #[must_use]
    fn forged(self) -> Self;
}

macro_rules! tokens {
    ($($token:ty),*) => {$(
        impl Token for $token {
            fn event_number(&self) -> u32 {
                self.event
            }
            fn ticket(&self) -> u32 {
                self.ticket
            }
            fn forged(mut self) -> Self {
                self.mac[3] ^= 1;
                self
            }
        }
    )*};
}
tokens!(WaitingToken, ReservationToken);
