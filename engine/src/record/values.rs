//! What the bodies of several kinds of records are made of.

use smallvec::SmallVec;

use super::{Malformed, Reader, Wire, wire_enum, wire_struct};
use crate::admission::{JoinedRecord, Key, LineImage, PresaleRoom, QueuePolicy, TicketImage, TicketState};
use crate::clock::UnixMs;
use crate::command::{EventSettings, PaymentMethod, Scenario};
use crate::error::SaleState;
use crate::inventory::{Change, Changes};
use crate::list::Places;

// In one piece: records are full of these.
impl Wire for Change {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        let both = u64::from(self.place.bits()) | u64::from(self.version) << 32;
        out.extend_from_slice(&both.to_le_bytes());
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self { place: Wire::get(from)?, version: Wire::get(from)? })
    }
}

/// How the places of a reservation are written: as changes without a version.
pub(crate) struct Versionless(Places);

impl Wire for Versionless {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.iter().map(|&place| Change { place, version: 0 }).collect::<Changes>().put(out);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let changes = Changes::get(from)?;
        let has_version = changes.iter().any(|change| change.version != 0);
        if has_version {
            return Err(Malformed("version of a reservation's place"));
        }
        Ok(Self(changes.iter().map(|change| change.place).collect()))
    }
}

impl From<&Places> for Versionless {
    fn from(places: &Places) -> Self {
        Self(places.clone())
    }
}

impl From<Versionless> for Places {
    fn from(Versionless(places): Versionless) -> Self {
        places
    }
}

/// Slots with their generations.
pub(crate) type Slots = SmallVec<[(u32, u32); 8]>;

/// The idempotency key that a write was sent with, hashed, and until when its answer is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Remember {
    pub(crate) key: u128,
    /// Keyed hash of the request.
    pub(crate) fingerprint: u64,
    pub(crate) until: UnixMs,
}

impl Wire for Remember {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&self.key.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.fingerprint.to_le_bytes());
        bytes[24..].copy_from_slice(&self.until.get().to_le_bytes());
        out.extend_from_slice(&bytes);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self { key: Wire::get(from)?, fingerprint: Wire::get(from)?, until: Wire::get(from)? })
    }
}

impl Wire for (u32, u32) {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok((u32::get(from)?, u32::get(from)?))
    }
}

/// Which table forgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableKind {
    Reservations,
    Payments,
    Webhooks,
}
wire_enum!(TableKind { Reservations = 1, Payments = 2, Webhooks = 3 });

wire_enum!(SaleState { Draft = 0, Open = 1, Paused = 2, Closed = 3 });
wire_enum!(PaymentMethod { CreditCard = 1, DebitCard = 2, BankTransfer = 3, MobilePay = 4, DigitalWallet = 5 });
wire_enum!(Scenario { Approve = 1, Fail = 2, Delay = 3, Random = 4, Timeout = 5, Outside = 6 });
wire_struct!(EventSettings {
    name,
    currency,
    seats_per_reservation_max,
    seats_per_user_max,
    hold_ms,
    hold_ms_max,
    extension_ms_max,
    extensions_max,
    sale_starts,
    sale_ends,
});

wire_enum!(TicketState {
    Void = 0, Room = 1, Waiting = 2, Ready = 3, Admitted = 4, Used = 5, Left = 6, Expired = 7, Lost = 8,
});
wire_struct!(LineImage {
    event,
    policy,
    next,
    room_open,
    room_end,
    drawn,
    order,
    paused,
    ready_floor,
    totals,
});
wire_struct!(TicketImage { number, state, one_place, session, user, joined_at, until });
wire_struct!(JoinedRecord { number, session, user, in_room, one_place, expires_at } beside { joined_at });

impl Wire for Key {
    fn put(&self, out: &mut Vec<u8>) {
        let (hi, lo) = self.parts();
        hi.put(out);
        lo.put(out);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let parts = (u64::get(from)?, u16::get(from)?);
        let key = Self::from_parts(parts.0, parts.1);
        if key.parts() == parts { Ok(key) } else { Err(Malformed("key of a ticket")) }
    }
}

wire_struct!(PresaleRoom { opens_at, draws_at });
wire_struct!(QueuePolicy {
    enabled,
    admissions_per_minute,
    burst,
    inside_max,
    waiting_max,
    claim_window_ms,
    token_ttl_ms,
    inactivity_ms,
    one_place_per_user,
    room,
});

impl Wire for crate::command::Currency {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let code = <[u8; 3]>::get(from)?;
        // Upper case is what is written; anything else is damage.
        if code.iter().all(u8::is_ascii_uppercase) { Ok(Self(code)) } else { Err(Malformed("currency")) }
    }
}
