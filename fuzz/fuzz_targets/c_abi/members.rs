//! What members of commands are made of: what a sale has most of the time, seldom anything else.

use std::ptr;

use tacos_c::abi::{
    tacos_bytes, tacos_head, tacos_id, tacos_list, tacos_reservation_ref, tacos_str, tacos_token,
};
use tacos_c::commands::{tacos_command, tacos_row, tacos_seat_exception, tacos_section};
use tacos_c::status::tacos_status;

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

/// Texts of members by their names: several of which one is taken, and whether a command has one most of the time.
const TEXTS: &[(&str, &[&str], bool)] = &[
    ("event", &["evt_1", "evt_1", "evt_1", "evt_2"], true),
    ("user", &["kim", "lee"], true),
    ("session", &["tab-1"], true),
    ("name", &["note-1"], true),
    ("currency", &["KRW"], true),
    ("key", &["key-1", "key-2", "key-3", "key-4"], false),
    ("section", &["floor"], false),
    ("external", &["ext-1"], false),
    ("webhook_url", &["http://127.0.0.1/hook"], false),
];
const SEATS: [&str; 6] = ["A-1", "A-2", "A-3", "B-1", "floor", "B-10"];

pub fn any_id(source: &mut Source<'_>) -> tacos_id {
    tacos_id { bytes: std::array::from_fn(|_| source.byte()) }
}

pub fn any_token(source: &mut Source<'_>) -> tacos_token {
    tacos_token { bytes: std::array::from_fn(|_| source.byte()) }
}

/// The items of a list that lie one behind the other.
pub fn first_of(list: tacos_list, at: usize) -> *const u8 {
    list.items.cast::<u8>().wrapping_add(at * list.stride)
}

/// A command of any kind, in memory that lasts as long as `memory`.
pub fn any(source: &mut Source<'_>, memory: &mut Memory, given: &Given) -> *const tacos_head {
    let kind = source.byte();
    if kind == 0xff {
        let kind = source.small();
        return memory.command(source, tacos_head { size: 0, kind: 0 }, kind);
    }
    let kind = Making::KINDS[usize::from(kind) % Making::KINDS.len()];
    Making { source, memory, given }.command(kind)
}

/// Where a command's members come from.
pub struct Making<'a, 'b> {
    source: &'a mut Source<'b>,
    memory: &'a mut Memory,
    given: &'a Given,
}

impl Making<'_, '_> {
    pub fn filled<T: Copy>(
        &mut self,
        kind: tacos_command,
        fill: impl FnOnce(&mut Self, &mut T),
    ) -> *const tacos_head {
        // SAFETY: the structs of commands are numbers and pointers, for which zeros are values.
        let mut body: T = unsafe { std::mem::zeroed() };
        fill(self, &mut body);
        self.memory.command(self.source, body, kind as u32)
    }

    /// A record that commands carry whole; seldom null.
    pub fn changed<T: Copy>(
        &mut self,
        init: unsafe extern "C" fn(*mut T, usize) -> tacos_status,
        change: impl FnOnce(&mut Self, &mut T),
    ) -> *const T {
        // SAFETY: as in `filled`; the call fills all of it.
        let mut body: T = unsafe { std::mem::zeroed() };
        // SAFETY: as long as is said.
        unsafe { init(&mut body, size_of::<T>()) };
        if self.source.seldom() {
            return ptr::null();
        }
        change(self, &mut body);
        self.memory.sized(self.source, body)
    }

    /// True if a record has other than its usual values.
    pub fn is_unusual(&mut self) -> bool {
        self.source.seldom()
    }

    /// One of those that were given, or any.
    fn one<T: Copy>(&mut self, of: &[T], other: fn(&mut Source<'_>) -> T) -> T {
        match self.source.byte() {
            0xf8.. => other(self.source),
            at if !of.is_empty() => of[usize::from(at) % of.len()],
            _ => other(self.source),
        }
    }

    pub fn id(&mut self, name: &str) -> tacos_id {
        let given = self.given;
        let of = match name {
            "payment" => &given.payments,
            "webhook" => &given.webhooks,
            _ if self.source.byte() & 1 == 1 => &given.payments,
            _ => &given.reservations,
        };
        self.one(of, any_id)
    }

    /// Tokens of people that wait, and of those whose turn it is.
    pub fn token(&mut self, _: &str) -> tacos_token {
        let given = self.given;
        let of = if self.source.byte() & 1 == 0 { &given.waiting } else { &given.right };
        self.one(of, any_token)
    }

    pub fn reservation_ref(&mut self, _: &str) -> tacos_reservation_ref {
        tacos_reservation_ref {
            id: self.one(&self.given.reservations, any_id),
            external: self.str("external"),
        }
    }

    pub fn str(&mut self, name: &str) -> tacos_str {
        let known = TEXTS.iter().find(|(known, ..)| *known == name);
        let (words, is_usual) =
            known.map_or((&["new"][..], false), |(_, words, is_usual)| (*words, *is_usual));
        match self.source.byte() {
            0xf0.. => self.memory.text(self.source),
            at if is_usual || at & 3 == 3 => self.memory.word(words[usize::from(at >> 2) % words.len()]),
            _ => tacos_str { data: ptr::null(), len: 0 },
        }
    }

    pub fn bytes(&mut self, _: &str) -> tacos_bytes {
        self.memory.bytes(self.source)
    }

    pub fn flag(&mut self) -> u32 {
        self.source.flag()
    }

    /// One of so many words, none, or one too many.
    pub fn word(&mut self, count: u32) -> u32 {
        match self.source.small() {
            small @ ..0x100 => small % (count + 2),
            large => large,
        }
    }

    pub fn small(&mut self) -> u32 {
        self.source.small()
    }

    pub fn number(&mut self) -> u64 {
        self.source.number()
    }

    /// Mostly none: small numbers are long ago.
    pub fn moment(&mut self) -> u64 {
        if self.source.seldom() { self.source.number() } else { 0 }
    }

    /// An amount: what a few seats cost, or any.
    pub fn minor(&mut self, _: &str) -> i64 {
        match self.source.byte() {
            0xf0.. => self.source.number() as i64,
            other => i64::from(other & 7) * 5_000,
        }
    }

    /// A few seats, or null.
    pub fn seats(&mut self) -> (*const tacos_str, usize) {
        if self.source.byte() & 1 == 0 { (ptr::null(), 0) } else { self.memory.texts(self.source, &SEATS) }
    }

    /// Two rows of seats, and places without numbers.
    pub fn sections(&mut self) -> (*const tacos_section, usize) {
        let rows = [self.row("A"), self.row("B")];
        let (rows, row_count) = self.memory.list(self.source, &rows);
        let sections = [
            tacos_section {
                name: self.memory.usual(self.source, "stalls"),
                rows,
                row_count,
                price_minor: 0,
                capacity: if self.source.seldom() { self.source.small() } else { 0 },
                reserved: 0,
            },
            tacos_section {
                name: self.memory.usual(self.source, "floor"),
                rows: ptr::null(),
                row_count: 0,
                price_minor: 3_000,
                capacity: 1 + u32::from(self.source.byte()),
                reserved: 0,
            },
        ];
        self.memory.list(self.source, &sections)
    }

    fn row(&mut self, label: &str) -> tacos_row {
        let (source, memory) = (&mut *self.source, &mut *self.memory);
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
}
