//! Ids and tokens that the engine issues. Each names a slot and the generation it belongs to, so that a look-up is an
//! index and not a map, plus bits that cannot be guessed. The text form is a prefix and lower-case base 32 (Crockford's
//! alphabet: no `i`, `l`, `o`, `u`).

use std::fmt;
use std::str::FromStr;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// What is no digit, in the table of values.
const NO_DIGIT: u8 = u8::MAX;
/// The value of each byte that is a digit.
static VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 32 {
        values[ALPHABET[value as usize] as usize] = value;
        value += 1;
    }
    values
};

/// Why a text is not an id of the kind asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuedIdError {
    /// The prefix that such ids have, for example `rsv_`.
    pub prefix: &'static str,
}

impl fmt::Display for IssuedIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is not an id of the form {}…", self.prefix)
    }
}

impl std::error::Error for IssuedIdError {}

/// Slot, generation and 64 unguessable bits: what reservation, hold, order, payment and webhook ids are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SlotId {
    pub(crate) slot: u32,
    pub(crate) generation: u32,
    pub(crate) tag: u64,
}

impl SlotId {
    pub(crate) const BYTES: usize = 16;

    pub(crate) fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..4].copy_from_slice(&self.slot.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.generation.to_be_bytes());
        bytes[8..].copy_from_slice(&self.tag.to_be_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        let word = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        Self { slot: word(0), generation: word(4), tag: (u64::from(word(8)) << 32) | u64::from(word(12)) }
    }
}

fn write_base32(f: &mut fmt::Formatter<'_>, prefix: &str, bytes: &[u8]) -> fmt::Result {
    f.write_str(prefix)?;
    let mut bits: u32 = 0;
    let mut held: u32 = 0;
    let mut text = [0u8; 64];
    let mut len = 0;
    for &byte in bytes {
        held = (held << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text[len] = ALPHABET[((held >> bits) & 31) as usize];
            len += 1;
        }
    }
    if bits > 0 {
        text[len] = ALPHABET[((held << (5 - bits)) & 31) as usize];
        len += 1;
    }
    f.write_str(std::str::from_utf8(&text[..len]).expect("the alphabet is ASCII"))
}

fn read_base32<const N: usize>(text: &str, prefix: &'static str) -> Result<[u8; N], IssuedIdError> {
    let refused = IssuedIdError { prefix };
    let digits = text.strip_prefix(prefix).ok_or(refused)?;
    if digits.len() != (N * 8).div_ceil(5) {
        return Err(refused);
    }
    let (mut bytes, mut at) = ([0u8; N], 0);
    let (mut held, mut bits) = (0u32, 0u32);
    for digit in digits.bytes() {
        let value = VALUES[usize::from(digit)];
        if value == NO_DIGIT {
            return Err(refused);
        }
        held = (held << 5) | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes[at] = u8::try_from((held >> bits) & 0xff).expect("masked");
            at += 1;
        }
    }
    // One id has one text: bits left over must be zero.
    if held & ((1 << bits) - 1) != 0 { Err(refused) } else { Ok(bytes) }
}

macro_rules! issued_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub(crate) SlotId);

        impl $name {
            /// What the text form begins with.
            pub const PREFIX: &'static str = $prefix;

            /// The sixteen bytes that the text form spells.
            #[must_use]
            pub fn to_bytes(self) -> [u8; 16] {
                self.0.to_bytes()
            }

            /// An id from its sixteen bytes. Whether it means something is seen when it is used.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(SlotId::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_base32(f, $prefix, &self.0.to_bytes())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IssuedIdError;
            fn from_str(text: &str) -> Result<Self, IssuedIdError> {
                Ok(Self(SlotId::from_bytes(read_base32(text, $prefix)?)))
            }
        }
    };
}

issued_id!(
    /// A reservation (`rsv_…`).
    ReservationId, "rsv_"
);
issued_id!(
    /// The hold of a reservation (`hold_…`); the same slot under another name.
    HoldId, "hold_"
);
issued_id!(
    /// The order that a confirmed reservation became (`ord_…`); the same slot under another name.
    OrderId, "ord_"
);
issued_id!(
    /// A payment intent (`pay_…`).
    PaymentId, "pay_"
);
issued_id!(
    /// The money movement of a payment that was processed (`txn_…`).
    TransactionId, "txn_"
);
issued_id!(
    /// A refund (`rfd_…`).
    RefundId, "rfd_"
);
issued_id!(
    /// A webhook in the outbox (`wh_…`).
    WebhookId, "wh_"
);

impl ReservationId {
    /// The reservation's hold.
    #[must_use]
    pub fn hold(self) -> HoldId {
        HoldId(self.0)
    }

    /// The order that the reservation becomes once confirmed.
    #[must_use]
    pub fn order(self) -> OrderId {
        OrderId(self.0)
    }
}

impl HoldId {
    /// The reservation that the hold belongs to.
    #[must_use]
    pub fn reservation(self) -> ReservationId {
        ReservationId(self.0)
    }
}

impl OrderId {
    /// The reservation that became this order.
    #[must_use]
    pub fn reservation(self) -> ReservationId {
        ReservationId(self.0)
    }
}

impl PaymentId {
    /// The transaction of this payment.
    #[must_use]
    pub fn transaction(self) -> TransactionId {
        TransactionId(self.0)
    }
}

macro_rules! token {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name {
            pub(crate) event: u32,
            pub(crate) ticket: u32,
            pub(crate) mac: [u8; 16],
        }

        impl $name {
            /// What the text form begins with.
            pub const PREFIX: &'static str = $prefix;

            /// The twenty-four bytes that the text form spells.
            #[must_use]
            pub fn to_bytes(self) -> [u8; 24] {
                let mut bytes = [0; 24];
                bytes[..4].copy_from_slice(&self.event.to_be_bytes());
                bytes[4..8].copy_from_slice(&self.ticket.to_be_bytes());
                bytes[8..].copy_from_slice(&self.mac);
                bytes
            }

            /// A token from its bytes. Whether it is one of ours is seen when it is used.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 24]) -> Self {
                let word = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
                let mut mac = [0; 16];
                mac.copy_from_slice(&bytes[8..]);
                Self { event: word(0), ticket: word(4), mac }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_base32(f, $prefix, &self.to_bytes())
            }
        }

        // A token is a credential: it shows itself only when asked for its text.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!($prefix, "(hidden)"))
            }
        }

        impl FromStr for $name {
            type Err = IssuedIdError;
            fn from_str(text: &str) -> Result<Self, IssuedIdError> {
                Ok(Self::from_bytes(read_base32(text, $prefix)?))
            }
        }

        impl PartialEq for $name {
            /// Constant time in the secret part.
            fn eq(&self, other: &Self) -> bool {
                (self.event, self.ticket) == (other.event, other.ticket)
                    && super::secrets::same_secret(&self.mac, &other.mac)
            }
        }

        impl Eq for $name {}
    };
}

token!(
    /// A place in the waiting line (`wtkn_…`): a bearer credential with 128 bits that cannot be guessed.
    WaitingToken, "wtkn_"
);
token!(
    /// The right to reserve (`rtkn_…`), given on admission: a bearer credential with 128 bits that cannot be guessed.
    ReservationToken, "rtkn_"
);

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips() {
        let id = ReservationId(SlotId { slot: 7, generation: u32::MAX, tag: 0x0123_4567_89ab_cdef });
        let text = id.to_string();
        assert_eq!(text.len(), 4 + 26);
        assert_eq!(text.parse::<ReservationId>(), Ok(id));
        assert_eq!(id.order().to_string().parse::<OrderId>().map(OrderId::reservation), Ok(id));
        assert!(text.parse::<PaymentId>().is_err());
    }

    #[test]
    fn one_id_has_one_text() {
        let text = ReservationId(SlotId { slot: 1, generation: 2, tag: 3 }).to_string();
        for wrong in [text.to_uppercase(), format!("{text}0"), text.replace("rsv_", "rsv-"), {
            // The last digit carries two bits that must be zero.
            let mut bytes = text.clone().into_bytes();
            let last = bytes.len() - 1;
            bytes[last] = b'z';
            String::from_utf8(bytes).expect("ASCII")
        }] {
            assert!(wrong.parse::<ReservationId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn tokens_do_not_show_themselves_in_debug() {
        let token = WaitingToken { event: 1, ticket: 2, mac: [9; 16] };
        assert_eq!(format!("{token:?}"), "wtkn_(hidden)");
        assert_eq!(token.to_string().parse::<WaitingToken>(), Ok(token));
    }
}
