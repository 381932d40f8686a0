//! Requests whose answers wait for the disk: all writes, and reads of what must be durable before it is shown. A
//! request is read whole and checked before the engine hears of it.

use tacos_engine::views::Cursor;
use tacos_engine::{
    Caller, Command, Engine, EventId, PaymentId, PaymentState, Pending, Refusal, ReservationId,
    ReservationRef, ReservationState, UserId,
};

use crate::answers::Found;
use crate::codec::{Input, Lookup, Take, Taken, Unfit, command};

/// What is asked for.
pub(crate) enum Request {
    Write(Command),
    Reservation(ReservationRef, Caller),
    Reservations(UserId, Option<ReservationState>, Option<EventId>, Option<Cursor>, usize),
    Payment(PaymentId, Caller),
    Payments(UserId, Option<PaymentState>, Option<ReservationId>, Option<Cursor>, usize),
    /// It cannot be taken as it is, and is refused like anything else that the engine refuses.
    Refused(Refusal),
}

impl Request {
    /// Reads one request.
    ///
    /// # Errors
    /// Why the bytes are those of no request.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        match Input::whole(bytes, read) {
            Ok(request) => Ok(request),
            Err(Unfit::Refused(refusal)) => Ok(Self::Refused(refusal)),
            Err(Unfit::Malformed(why)) => Err(format!("not the bytes of a request: {why}")),
        }
    }

    /// Reads requests that each have their length ahead.
    ///
    /// # Errors
    /// Why the bytes are those of no requests.
    pub(crate) fn read_all(bytes: &[u8]) -> Result<Vec<Self>, String> {
        let apart: Taken<Vec<&[u8]>> = Input::whole(bytes, |from| {
            from.list(|from| {
                let length = from.count()?;
                from.bytes(length)
            })
        });
        match apart {
            Ok(apart) => apart.into_iter().map(Self::read).collect(),
            Err(Unfit::Malformed(why)) => Err(format!("not the bytes of requests: {why}")),
            Err(Unfit::Refused(refusal)) => Err(refusal.to_string()),
        }
    }

    /// Asks.
    pub(crate) fn submit(self, engine: &Engine) -> Pending<Found> {
        match self {
            Self::Write(command) => engine.submit(&command).map(Found::Reply),
            Self::Reservation(which, caller) => {
                engine.reservation(&which, &caller).map(|view| Found::Reservation(Box::new(view)))
            }
            Self::Reservations(user, state, event, after, most) => {
                engine.reservations(&user, state, event.as_ref(), after, most).map(Found::Reservations)
            }
            Self::Payment(payment, caller) => {
                engine.payment(payment, &caller).map(|view| Found::Payment(Box::new(view)))
            }
            Self::Payments(user, state, reservation, after, most) => {
                engine.payments(&user, state, reservation, after, most).map(Found::Payments)
            }
            Self::Refused(refusal) => Pending::refused(refusal.into()),
        }
    }
}

fn read(from: &mut Input<'_>) -> Taken<Request> {
    let number = from.tag()?;
    if let Some(write) = command(number, from)? {
        return Ok(Request::Write(write));
    }
    let most = |from: &mut Input<'_>| from.take::<u32>("most").map(|most| most as usize);
    Ok(match Lookup::numbered(number)? {
        Lookup::Reservation => Request::Reservation(Take::take(from, "which")?, from.take("user")?),
        Lookup::Reservations => Request::Reservations(
            from.take("user")?,
            from.take("state")?,
            from.take("event")?,
            from.take("after")?,
            most(from)?,
        ),
        Lookup::Payment => Request::Payment(from.take("payment")?, from.take("user")?),
        Lookup::Payments => Request::Payments(
            from.take("user")?,
            from.take("state")?,
            from.take("reservation")?,
            from.take("after")?,
            most(from)?,
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the other side writes for `LeaveQueue`.
    fn leave(token: &str) -> Vec<u8> {
        let length = u32::try_from(token.len()).expect("short").to_be_bytes();
        [&[9], &length[..], token.as_bytes()].concat()
    }

    #[test]
    fn a_request_that_is_cut_off_or_too_long_is_none() {
        let bytes = leave("wtkn_x");
        for cut in 0..bytes.len() {
            assert!(Request::read(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        let draw = [7, 0, 0, 0, 1, b'e', 0, 0];
        assert!(Request::read(&draw[..7]).is_ok());
        assert!(Request::read(&draw).is_err(), "a byte too many");
    }

    #[test]
    fn a_value_that_cannot_be_is_refused_by_its_name() {
        let Ok(Request::Refused(Refusal::Invalid(problems))) = Request::read(&leave("wtkn_nonsense")) else {
            panic!("a refusal is wanted")
        };
        assert_eq!(problems[0].field, "token");
    }

    #[test]
    fn numbers_that_no_request_has_are_refused_as_bytes() {
        let known = |number: u8| !matches!(Request::read(&[number]), Err(why) if why.contains("no request has number"));
        let known = (0..=u8::MAX).filter(|number| known(*number)).count();
        assert_eq!(known, 26, "22 writes and 4 reads");
    }

    #[test]
    fn a_length_that_is_promised_and_not_there_reserves_nothing() {
        let endless = [0x7f; 8];
        assert!(Request::read_all(&endless).is_err());
        assert!(Request::read(&[9, 0x7f, 0xff, 0xff, 0xff]).is_err());
        assert!(Request::read(&[9, 0xff, 0xff, 0xff, 0xff]).is_err());
    }
}
