//! The table of commands: what each is called, what it carries, and what it answers. Structs, the enum over them, the
//! methods of the engine, canonical bytes, fingerprints and the schema are made of these rows, and of nothing else.

/// Hands every row to the macro `$then`.
///
/// A row is: the docs, the number, the method, the form, the name, the reply, the codes of the refusals that are its
/// own, the fields. Numbers never change: they stand in remembered idempotency keys. Debug builds check that a refusal
/// is named; refusals that any command may get are not repeated (`schema::Command::refusals`). The form says how
/// [`Command`](super::Command) holds it: `plain`, `boxed` where it is large, `bare` where a single value needs no
/// struct. A field's mark, if it has one, is
///
/// - `key`: the idempotency key;
/// - `scope`: the user whose keys these are, hashed with the key;
/// - `right`: proves a right and is no part of what is asked for, so a retry may bring another one;
/// - `form`: its bytes in the fingerprint do not say which form it has, so the canonical bytes say it ahead;
/// - `later`: an `Option` that was added to the command after a release. Where it is not given the fingerprint is what it
///   always was, and keys that an older version remembered go on working. `docs/adding-a-field.md` walks through one.
///
/// `= with_…` says that a command need not have the field, and names the method that sets it; unset it is the type's
/// default. All others are what `new` asks for.
macro_rules! for_each_command {
    ($then:ident) => {
        $then! {
            /// Creates an event with its seats; its sale is a draft until it is opened.
            1 create_event boxed CreateEvent -> EventChanged refuses [invalid event_exists] {
                /// The new event's id.
                event: EventId,
                /// Its settings.
                settings: EventSettings,
                /// Its sections, rows and seats, in order of preference.
                seats: SeatMap,
                /// Its waiting line; without one, customers reserve without a token.
                queue: Option<QueuePolicy> = with_queue,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }

            /// Changes an event's settings. The currency must stay.
            2 update_event boxed UpdateEvent -> EventChanged refuses [invalid unknown_event] {
                /// The event.
                event: EventId,
                /// All settings, as they shall be.
                settings: EventSettings,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }

            /// Opens, pauses or closes a sale. Any state may follow any other, but nothing returns to draft.
            3 set_sale plain SetSale -> EventChanged refuses [invalid unknown_event] {
                /// The event.
                event: EventId,
                /// The state to be in.
                state: SaleState,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }

            /// Takes free seats off sale, or puts blocked ones back: all of them or none. The name of a standing
            /// section stands for one place there, and may be said several times.
            4 block_seats plain BlockSeats -> Done refuses [invalid unknown_event unknown_seats seats_taken insufficient] {
                /// The event.
                event: EventId,
                /// The seats, without doubles; at most 64 in one command.
                seats: Vec<SeatId>,
                /// True to block, false to unblock.
                block: bool,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }

            /// Gives an event a waiting line, or changes the rules of the one it has, while the sale runs.
            5 set_queue_policy boxed SetQueuePolicy -> EventChanged refuses [invalid unknown_event] {
                /// The event.
                event: EventId,
                /// All rules, as they shall be.
                policy: QueuePolicy,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }

            /// Stops or restarts admissions of one event's line. People keep their places.
            6 pause_queue plain PauseQueue -> EventChanged refuses [unknown_event no_waiting_line] {
                /// The event.
                event: EventId,
                /// True to pause, false to resume.
                paused: bool,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }

            /// Draws the order of the pre-sale room now; it is drawn by itself when its time comes. From then on the
            /// line is first come, first served.
            7 draw_room plain DrawRoom -> EventChanged refuses [invalid unknown_event no_waiting_line] {
                /// The event.
                event: EventId,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }

            /// Takes a place in an event's waiting line. At least one of session and user is needed; the same session
            /// joining again has the same place.
            8 join_queue plain JoinQueue -> Joined
            refuses [
                invalid unknown_event no_waiting_line already_waiting sale_not_open
            ] {
                /// The event.
                event: EventId,
                /// The customer's session.
                session: Option<SessionId> = with_session,
                /// The customer.
                user: Option<UserId> = with_user,
            }

            /// Gives a place in the line up.
            9 leave_queue bare LeaveQueue -> Done refuses [unknown_token token_expired left_line] {
                /// The place in the line.
                token: WaitingToken,
            }

            /// Asks to be let in; asked again, the answer is the same.
            14 request_admission plain RequestAdmission -> Admitted
            refuses [
                unknown_token token_expired left_line not_yet admission_paused
            ] {
                /// The place in the line.
                token: WaitingToken,
                /// Must be the token's event, if given.
                event: Option<EventId> = with_event,
                /// Must be who joined, if both are given. Who joined without a name is named here.
                user: Option<UserId> = with_user,
            }

            /// Holds seats for a customer until the deadline: all that are wanted or none.
            10 reserve boxed Reserve -> Reserved
            refuses [
                invalid unknown_event unknown_seats unknown_section sale_not_open unknown_token token_expired
                seats_taken insufficient not_adjacent quota_exceeded external_exists
            ] {
                /// The event.
                event: EventId,
                /// Who will own the seats.
                [scope] user: UserId,
                /// Which seats.
                want: SeatRequest,
                /// The right to reserve; needed where the event has a waiting line, unless the caller is
                /// [`Reserve::trusted`].
                [right] token: Option<ReservationToken> = with_token,
                /// A caller that is let past the line (an inventory client with its own admission).
                [right] trusted: bool = with_trusted,
                /// The caller's own id for this reservation, for services that keep their own.
                external: Option<ExternalId> = with_external,
                /// When the hold shall end, within the event's maximum; `None` for the event's usual time.
                hold_until: Option<UnixMs> = with_hold_until,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }

            /// Turns a hold into a sale.
            11 confirm boxed Confirm -> Confirmed
            refuses [
                invalid unknown_reservation unknown_seats forbidden seats_differ reservation_expired
                reservation_is payment_not_approved
            ] {
                /// The reservation.
                which: ReservationRef,
                /// Whose it must be, unless an operator asks.
                [scope] caller: Caller,
                /// What says that it is paid.
                [form] proof: Proof,
                /// If given, the hold must have exactly these seats.
                [form] exactly: Option<Seats> = with_exactly,
                /// If given, what the hold costs must be exactly this, in minor units: what the customer was charged
                /// where money is handled elsewhere.
                [later] total_minor: Option<i64> = with_total_minor,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }

            /// Gives a hold back, whole or in part; a part only while no payment is under way for the whole.
            12 release boxed Release -> Released
            refuses [
                invalid unknown_reservation unknown_seats forbidden seats_differ reservation_expired
                reservation_is payment_exists
            ] {
                /// The reservation.
                which: ReservationRef,
                /// Whose it must be, unless an operator asks.
                [scope] caller: Caller,
                /// Only these seats; empty for all. Naming all of them is the same as naming none. The name of a
                /// standing section stands for one place there.
                seats: Seats = with_seats,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }

            /// Lets a hold last longer.
            13 extend plain Extend -> Extended
            refuses [
                invalid unknown_reservation forbidden reservation_expired reservation_is extension_refused
            ] {
                /// The reservation.
                which: ReservationRef,
                /// Whose it must be, unless an operator asks.
                [scope] caller: Caller,
                /// By how much, in whole milliseconds.
                by: Duration,
                /// If given, the hold must end at this moment before it is extended: what was extended meanwhile is not
                /// extended again.
                [later] expires_at: Option<UnixMs> = with_expires_at,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }

            /// Expires a hold whose time has run out, as the engine does by itself: for an outside orchestrator.
            15 expire plain Expire -> Released refuses [unknown_reservation not_due reservation_is] {
                /// The reservation.
                which: ReservationRef,
            }

            /// Creates a payment intent.
            20 create_payment boxed CreatePayment -> PaymentChanged
            refuses [
                invalid unknown_reservation forbidden reservation_expired reservation_is payment_exists
            ] {
                /// What is paid for.
                payee: Payee,
                /// Who pays.
                [scope] user: UserId,
                /// How much; see `Config::payment_amount_must_match`.
                amount: Money,
                /// How.
                method: PaymentMethod,
                /// What the simulated processor does.
                scenario: Scenario,
                /// Where results are delivered, at most 2,048 bytes; the embedding service delivers from the outbox.
                webhook_url: Option<String> = with_webhook_url,
                /// Carried along unread, at most 4,096 bytes. Never put card data here.
                attachment: Vec<u8> = with_attachment,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }

            /// Starts processing a payment at once instead of shortly.
            21 process_payment plain ProcessPayment -> PaymentChanged refuses [unknown_payment forbidden payment_is] {
                /// The payment intent.
                payment: PaymentId,
                /// Whose it must be, unless an operator asks.
                [scope] caller: Caller,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }

            /// Calls a payment off before it completes, or pays back (all that is left, or a part) after.
            22 cancel_payment plain CancelPayment -> PaymentChanged
            refuses [
                invalid unknown_payment forbidden payment_is refund_too_large
            ] {
                /// The payment intent.
                payment: PaymentId,
                /// Whose it must be, unless an operator asks.
                [scope] caller: Caller,
                /// How much to pay back, in minor units; `None` for all that is left.
                refund_minor: Option<i64> = with_refund_minor,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }

            /// Reports the outcome of a payment at once, whatever its scenario.
            23 report_payment plain ReportPayment -> PaymentChanged refuses [unknown_payment payment_is] {
                /// The payment intent.
                payment: PaymentId,
                /// How it ended.
                outcome: PaymentOutcome,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }

            /// Reports what became of one delivery attempt of a webhook.
            24 report_webhook plain ReportWebhook -> Done refuses [unknown_webhook] {
                /// The webhook.
                webhook: WebhookId,
                /// True if the receiver took it.
                delivered: bool,
            }

            /// Puts a dead letter back into the outbox.
            25 replay_webhook bare ReplayWebhook -> Done refuses [invalid unknown_webhook] {
                /// The webhook.
                webhook: WebhookId,
            }

            /// Sets or removes a small durable fact of the embedding service: a setting that outlives a restart, a
            /// registered address.
            30 note plain Note -> Done refuses [invalid] {
                /// Its name. Names that begin with `tacos.` are the engine's own and are refused.
                name: ExternalId,
                /// Its value, at most 4,096 bytes; `None` removes it.
                value: Option<Vec<u8>>,
                /// Makes the command safe to send twice.
                [key] key: Option<IdempotencyKey> = with_key,
            }
        }
    };
}

/// The type that a command's method takes: the value itself where it needs no struct.
macro_rules! target {
    (bare $name:ident { $(#[$doc:meta])* $field:ident: $kind:ty, }) => {
        $kind
    };
    ($form:ident $name:ident { $($fields:tt)* }) => {
        $crate::command::$name
    };
}

pub(crate) use {for_each_command, target};
