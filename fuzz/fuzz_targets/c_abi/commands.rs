//! Commands made of bytes: every struct that can be submitted.

use std::ptr;

use tacos_c::abi::{tacos_head, tacos_id, tacos_list, tacos_str, tacos_token, tacos_which};
use tacos_c::commands::*;
use tacos_c::config::{
    tacos_event_settings, tacos_event_settings_init, tacos_queue_policy, tacos_queue_policy_init,
};

use crate::memory::Memory;
use crate::source::Source;

/// Ids and tokens that the engine gave out.
#[derive(Default)]
pub struct Given {
    pub reservations: Vec<tacos_id>,
    pub payments: Vec<tacos_id>,
    pub webhooks: Vec<tacos_id>,
    pub waiting: Vec<tacos_token>,
    pub right: Vec<tacos_token>,
}

const SEATS: [&str; 6] = ["A-1", "A-2", "A-3", "B-1", "floor", "B-10"];
const HEAD: tacos_head = tacos_head { size: 0, kind: 0 };

/// One of those that were given, or any.
fn one<T: Copy>(source: &mut Source<'_>, of: &[T], other: impl FnOnce(&mut Source<'_>) -> T) -> T {
    match source.byte() {
        0xf8.. => other(source),
        at if !of.is_empty() => of[usize::from(at) % of.len()],
        _ => other(source),
    }
}

pub fn any_id(source: &mut Source<'_>) -> tacos_id {
    tacos_id { bytes: std::array::from_fn(|_| source.byte()) }
}

pub fn any_token(source: &mut Source<'_>) -> tacos_token {
    tacos_token { bytes: std::array::from_fn(|_| source.byte()) }
}

fn which(source: &mut Source<'_>, memory: &mut Memory, given: &Given) -> tacos_which {
    let id = one(source, &given.reservations, any_id);
    let external = if source.byte() & 3 == 3 {
        memory.usual(source, "ext-1")
    } else {
        tacos_str { data: ptr::null(), len: 0 }
    };
    tacos_which { id, external }
}

fn key(source: &mut Source<'_>, memory: &mut Memory) -> tacos_str {
    match source.byte() {
        at @ 0..4 => memory.word(["key-1", "key-2", "key-3", "key-4"][usize::from(at)]),
        0xf0.. => memory.text(source),
        _ => tacos_str { data: ptr::null(), len: 0 },
    }
}

fn user(source: &mut Source<'_>, memory: &mut Memory) -> tacos_str {
    match source.byte() {
        at @ 0..0x80 => memory.word(["kim", "lee"][usize::from(at & 1)]),
        0xf0.. => memory.text(source),
        _ => tacos_str { data: ptr::null(), len: 0 },
    }
}

/// A command of any kind, in memory that lasts as long as `memory`.
pub fn any(source: &mut Source<'_>, memory: &mut Memory, given: &Given) -> *const tacos_head {
    let kind = match source.byte() {
        0xff => source.small(),
        other if other & 0x80 != 0 => 64 + u32::from(other & 3),
        other => 1 + u32::from(other) % 22,
    };
    match tacos_command::from_number(kind) {
        Some(command) => of_kind(command, source, memory, given),
        None => memory.command(source, HEAD, kind),
    }
}

/// A command of this kind.
pub fn of_kind(
    command: tacos_command,
    source: &mut Source<'_>,
    memory: &mut Memory,
    given: &Given,
) -> *const tacos_head {
    use tacos_command as C;
    match command {
        C::CreateEvent
        | C::UpdateEvent
        | C::SetSale
        | C::BlockSeats
        | C::SetQueuePolicy
        | C::PauseQueue
        | C::DrawRoom
        | C::Note => organiser(command, source, memory),
        C::JoinQueue
        | C::LeaveQueue
        | C::RequestAdmission
        | C::Reserve
        | C::Confirm
        | C::Release
        | C::Extend
        | C::Expire => customer(command, source, memory, given),
        C::ReadReservation | C::ListReservations | C::ReadPayment | C::ListPayments => {
            read(command, source, memory, given)
        }
        _ => money(command, source, memory, given),
    }
}

fn organiser(command: tacos_command, source: &mut Source<'_>, memory: &mut Memory) -> *const tacos_head {
    use tacos_command as C;
    let kind = command as u32;
    let event = memory.usual(source, "evt_1");
    let key = key(source, memory);
    match command {
        C::CreateEvent => create_event(source, memory, key),
        C::UpdateEvent => {
            let settings = settings(source, memory);
            memory.command(source, tacos_update_event { head: HEAD, event, key, settings }, kind)
        }
        C::SetSale => {
            let state = source.small() % 6;
            memory.command(source, tacos_set_sale { head: HEAD, event, key, state, reserved: 0 }, kind)
        }
        C::BlockSeats => {
            let ((seats, seat_count), block) = (memory.texts(source, &SEATS), source.flag());
            let body = tacos_block_seats { head: HEAD, event, key, seats, seat_count, block, reserved: 0 };
            memory.command(source, body, kind)
        }
        C::SetQueuePolicy => {
            let policy = policy(source, memory);
            memory.command(source, tacos_set_queue_policy { head: HEAD, event, key, policy }, kind)
        }
        C::PauseQueue => {
            let paused = source.flag();
            memory.command(source, tacos_pause_queue { head: HEAD, event, key, paused, reserved: 0 }, kind)
        }
        C::DrawRoom => memory.command(source, tacos_draw_room { head: HEAD, event, key }, kind),
        _ => {
            let (name, value, remove) = (memory.usual(source, "note-1"), memory.bytes(source), source.flag());
            memory.command(source, tacos_note { head: HEAD, name, key, value, remove, reserved: 0 }, kind)
        }
    }
}

fn settings(source: &mut Source<'_>, memory: &mut Memory) -> *const tacos_event_settings {
    // SAFETY: numbers and pointers, for which zeros are values; the call fills all of it.
    let mut settings: tacos_event_settings = unsafe { std::mem::zeroed() };
    // SAFETY: as long as is said.
    unsafe { tacos_event_settings_init(&mut settings, size_of::<tacos_event_settings>()) };
    settings.name = memory.usual(source, "a name for people");
    settings.currency = memory.usual(source, "KRW");
    if source.seldom() {
        settings.hold_ms = source.number();
        settings.hold_ms_max = source.number();
        settings.extension_ms_max = source.number();
        settings.extensions_max = source.small();
        settings.seats_per_user_max = source.small();
        settings.seats_per_reservation_max = source.small();
        settings.sale_starts_ms = source.number();
        settings.sale_ends_ms = source.number();
    }
    memory.sized(source, settings)
}

fn policy(source: &mut Source<'_>, memory: &mut Memory) -> *const tacos_queue_policy {
    // SAFETY: as in `settings`.
    let mut policy: tacos_queue_policy = unsafe { std::mem::zeroed() };
    // SAFETY: as long as is said.
    unsafe { tacos_queue_policy_init(&mut policy, size_of::<tacos_queue_policy>()) };
    if source.seldom() {
        policy.enabled = source.flag();
        policy.admissions_per_minute = source.small();
        policy.burst = source.small();
        policy.inside_max = source.small();
        policy.waiting_max = source.small();
        policy.claim_window_ms = source.number();
        policy.token_ttl_ms = source.number();
        policy.inactivity_ms = source.number();
        policy.one_place_per_user = source.flag();
        policy.has_room = source.flag();
        policy.room_opens_at_ms = source.number();
        policy.room_draws_at_ms = source.number();
    }
    memory.sized(source, policy)
}

fn row(source: &mut Source<'_>, memory: &mut Memory, label: &str) -> tacos_row {
    let (aisles_before, aisle_count) = {
        let at = [source.small()];
        let count = source.below(2);
        memory.list(source, &at[..count])
    };
    let exceptions: Vec<tacos_seat_exception> = (0..source.below(3))
        .map(|_| tacos_seat_exception {
            index: source.small(),
            has_price: source.flag(),
            price_minor: source.number() as i64,
            accessible: source.flag(),
            reserved: 0,
        })
        .collect();
    let (exceptions, exception_count) = memory.list(source, &exceptions);
    // Rows of a few seats: large ones are the business of another target.
    let count = if source.seldom() { u32::from(source.byte()) } else { 10 };
    let labels = if source.seldom() {
        let texts: Vec<tacos_str> = (0..count).map(|_| memory.text(source)).collect();
        memory.plain(&texts)
    } else {
        ptr::null()
    };
    tacos_row {
        label: memory.usual(source, label),
        price_minor: 5_000 - i64::from(source.byte()),
        prefix: memory.usual(source, &format!("{label}-")),
        labels,
        aisles_before,
        aisle_count,
        exceptions,
        exception_count,
        count,
        first_number: if source.seldom() { source.small() } else { 1 },
        step: if source.seldom() { source.small() as i32 } else { 1 },
        digits_min: if source.seldom() { source.small() } else { 0 },
        accessible: source.flag() & 1,
        reserved: 0,
    }
}

fn create_event(source: &mut Source<'_>, memory: &mut Memory, key: tacos_str) -> *const tacos_head {
    let rows = [row(source, memory, "A"), row(source, memory, "B")];
    let (rows, row_count) = memory.list(source, &rows);
    let sections = [
        tacos_section {
            name: memory.usual(source, "stalls"),
            rows,
            row_count,
            price_minor: 0,
            capacity: if source.seldom() { source.small() } else { 0 },
            reserved: 0,
        },
        tacos_section {
            name: memory.usual(source, "floor"),
            rows: ptr::null(),
            row_count: 0,
            price_minor: 3_000,
            capacity: 1 + u32::from(source.byte()),
            reserved: 0,
        },
    ];
    let (sections, section_count) = memory.list(source, &sections);
    let name = if source.byte() & 1 == 0 { "evt_1" } else { "evt_2" };
    let event = memory.usual(source, name);
    let settings = settings(source, memory);
    let queue = if source.byte() & 1 == 0 { ptr::null() } else { policy(source, memory) };
    let body = tacos_create_event { head: HEAD, event, key, settings, queue, sections, section_count };
    memory.command(source, body, tacos_command::CreateEvent as u32)
}

fn customer(
    command: tacos_command,
    source: &mut Source<'_>,
    memory: &mut Memory,
    given: &Given,
) -> *const tacos_head {
    use tacos_command as C;
    let (kind, user, key) = (command as u32, user(source, memory), key(source, memory));
    match command {
        C::JoinQueue => {
            let (event, session) = (memory.usual(source, "evt_1"), memory.usual(source, "tab-1"));
            memory.command(source, tacos_join_queue { head: HEAD, event, session, user }, kind)
        }
        C::LeaveQueue => {
            let token = one(source, &given.waiting, any_token);
            memory.command(source, tacos_leave_queue { head: HEAD, token }, kind)
        }
        C::RequestAdmission => {
            let token = one(source, &given.waiting, any_token);
            let event = memory.usual(source, "evt_1");
            memory.command(source, tacos_request_admission { head: HEAD, token, event, user }, kind)
        }
        C::Reserve => reserve(source, memory, given, user, key),
        C::Confirm => {
            let (which, payment) = (which(source, memory, given), one(source, &given.payments, any_id));
            let (exactly, exactly_count) =
                if source.byte() & 3 == 3 { memory.texts(source, &SEATS) } else { (ptr::null(), 0) };
            let outside = source.flag();
            let (total_minor, has_total) = (source.number() as i64, source.flag());
            let body = tacos_confirm {
                head: HEAD,
                which,
                user,
                key,
                exactly,
                exactly_count,
                payment,
                outside,
                reserved: 0,
                total_minor,
                has_total,
                reserved2: 0,
            };
            memory.command(source, body, kind)
        }
        C::Release => {
            let which = which(source, memory, given);
            let (seats, seat_count) =
                if source.byte() & 3 == 3 { memory.texts(source, &SEATS) } else { (ptr::null(), 0) };
            memory.command(source, tacos_release { head: HEAD, which, user, key, seats, seat_count }, kind)
        }
        C::Extend => {
            let (which, by_ms) = (which(source, memory, given), source.number());
            let expires_at_ms = if source.flag() == 0 { 0 } else { source.number() };
            memory.command(source, tacos_extend { head: HEAD, which, user, key, by_ms, expires_at_ms }, kind)
        }
        _ => {
            let which = which(source, memory, given);
            memory.command(source, tacos_expire { head: HEAD, which }, kind)
        }
    }
}

fn reserve(
    source: &mut Source<'_>,
    memory: &mut Memory,
    given: &Given,
    user: tacos_str,
    key: tacos_str,
) -> *const tacos_head {
    // SAFETY: numbers and pointers, for which zeros are values.
    let mut body: tacos_reserve = unsafe { std::mem::zeroed() };
    body.event = memory.usual(source, "evt_1");
    (body.user, body.key) = (user, key);
    if source.byte() & 1 == 0 {
        (body.seats, body.seat_count) = memory.texts(source, &SEATS);
    } else {
        body.quantity = source.small();
        body.section = if source.byte() & 1 == 0 { body.section } else { memory.usual(source, "floor") };
        (body.whole_only, body.accessible) = (source.flag(), source.flag());
    }
    if source.byte() & 3 == 3 {
        body.external = memory.usual(source, "ext-1");
    }
    body.trusted = u32::from(source.byte() & 3 != 3);
    if body.trusted == 0 {
        (body.token, body.has_token) = (one(source, &given.right, any_token), source.flag());
    }
    if source.seldom() {
        body.hold_until_ms = source.number();
    }
    memory.command(source, body, tacos_command::Reserve as u32)
}

fn money(
    command: tacos_command,
    source: &mut Source<'_>,
    memory: &mut Memory,
    given: &Given,
) -> *const tacos_head {
    use tacos_command as C;
    let (kind, user, key) = (command as u32, user(source, memory), key(source, memory));
    let payment = one(source, &given.payments, any_id);
    match command {
        C::CreatePayment => {
            // SAFETY: numbers and pointers, for which zeros are values.
            let mut body: tacos_create_payment = unsafe { std::mem::zeroed() };
            (body.which, body.user, body.key) = (which(source, memory, given), user, key);
            if source.seldom() {
                body.unlinked = memory.text(source);
            }
            body.amount_minor = match source.byte() {
                0xf0.. => source.number() as i64,
                other => i64::from(other & 7) * 5_000,
            };
            body.currency = memory.usual(source, "KRW");
            if source.byte() & 1 == 1 {
                body.webhook_url = memory.usual(source, "http://127.0.0.1/hook");
            }
            body.attachment = memory.bytes(source);
            (body.method, body.scenario) = (source.small() % 8, source.small() % 8);
            memory.command(source, body, kind)
        }
        C::ProcessPayment => {
            memory.command(source, tacos_process_payment { head: HEAD, payment, user, key }, kind)
        }
        C::CancelPayment => {
            let (refund_minor, has_refund) = (source.number() as i64, source.flag());
            let body = tacos_cancel_payment {
                head: HEAD,
                payment,
                user,
                key,
                refund_minor,
                has_refund,
                reserved: 0,
            };
            memory.command(source, body, kind)
        }
        C::ReportPayment => {
            let outcome = source.small() % 4;
            memory.command(
                source,
                tacos_report_payment { head: HEAD, payment, key, outcome, reserved: 0 },
                kind,
            )
        }
        C::ReportWebhook => {
            let (webhook, delivered) = (one(source, &given.webhooks, any_id), source.flag());
            memory.command(source, tacos_report_webhook { head: HEAD, webhook, delivered, reserved: 0 }, kind)
        }
        _ => {
            let webhook = one(source, &given.webhooks, any_id);
            memory.command(source, tacos_replay_webhook { head: HEAD, webhook }, kind)
        }
    }
}

fn read(
    command: tacos_command,
    source: &mut Source<'_>,
    memory: &mut Memory,
    given: &Given,
) -> *const tacos_head {
    use tacos_command as C;
    let (kind, user) = (command as u32, user(source, memory));
    let payment = one(source, &given.payments, any_id);
    match command {
        C::ReadReservation => {
            let which = which(source, memory, given);
            memory.command(source, tacos_read_reservation { head: HEAD, which, user }, kind)
        }
        C::ListReservations => {
            // SAFETY: numbers and pointers, for which zeros are values.
            let mut body: tacos_list_reservations = unsafe { std::mem::zeroed() };
            body.user = user;
            if source.byte() & 1 == 1 {
                body.event = memory.usual(source, "evt_1");
            }
            (body.after, body.has_after) = (one(source, &given.reservations, any_id), source.flag());
            (body.most, body.state) = (source.small(), source.small() % 8);
            memory.command(source, body, kind)
        }
        C::ReadPayment => memory.command(source, tacos_read_payment { head: HEAD, payment, user }, kind),
        _ => {
            // SAFETY: numbers and pointers, for which zeros are values.
            let mut body: tacos_list_payments = unsafe { std::mem::zeroed() };
            body.user = user;
            body.reservation = one(source, &given.reservations, any_id);
            (body.after, body.has_after) = (payment, source.flag());
            (body.most, body.state, body.has_reservation) =
                (source.small(), source.small() % 9, source.flag());
            memory.command(source, body, kind)
        }
    }
}

/// The items of a list that lie one behind the other.
pub fn first_of(list: tacos_list, at: usize) -> *const u8 {
    list.items.cast::<u8>().wrapping_add(at * list.stride)
}
