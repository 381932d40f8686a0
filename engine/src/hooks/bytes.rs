//! Bytes that are read and written again: records, images, answers, layouts.

use std::ops::Range;

use crate::ids::UserId;
use crate::inventory::{Layout, SeatMap};
use crate::payments::Intent;
use crate::pipeline::Record;
use crate::record::{self, Image, Reader};
use crate::reply::Reply;
use crate::reservations::{Names, Reservation};

/// The body of a record of this kind, read and written again; `None` if it is no such body.
#[must_use]
pub fn record_again(kind: u16, body: &[u8]) -> Option<Vec<u8>> {
    let record = Record::get_body(kind, body).ok()?;
    let mut again = Vec::new();
    record.put_body(&mut again);
    Some(again)
}

/// A remembered answer, read and written again; `None` if it is none.
#[must_use]
pub fn reply_again(bytes: &[u8]) -> Option<Vec<u8>> {
    Reply::kept_again(bytes)
}

/// The body of an image of this kind, read and written again; `None` if it is no such body.
#[must_use]
pub fn image_again(kind: u16, body: &[u8]) -> Option<Vec<u8>> {
    record::image_again(kind, body)
}

/// The fields of an image's body: their names and where they stand.
#[must_use]
pub fn image_fields(kind: u16, body: &[u8]) -> Vec<(&'static str, Range<usize>)> {
    record::image_fields(kind, body)
}

/// The customer of whom an image tells, if it tells of one.
#[must_use]
pub fn person_of_image(kind: u16, body: &[u8]) -> Option<UserId> {
    match kind {
        Reservation::<Names>::KIND => {
            Reader::whole::<Reservation<Names>>(body).ok().map(|image| image.user.user)
        }
        Intent::<UserId>::KIND => Reader::whole::<Intent<UserId>>(body).ok().map(|image| image.user),
        _ => None,
    }
}

/// A snapshot's file with other images, its checksums right.
#[must_use]
pub fn rewritten_snapshot(file: &[u8], images: &[(u16, Vec<u8>)]) -> Vec<u8> {
    crate::journal::rewritten_snapshot(file, images)
}

/// Seats of the layout that is built of a map, and of the layout that is built of that one's own map, packed and read
/// again; `None` if the map makes none.
#[must_use]
pub fn layout_again(map: &SeatMap) -> Option<(u32, Option<u32>)> {
    let layout = Layout::build(map).ok()?;
    let (own, mut packed) = (layout.to_map(), Vec::new());
    own.pack(&mut packed);
    let again = SeatMap::of_stored(&packed).ok().filter(|again| *again == own);
    let again = again.and_then(|again| Layout::build(&again).ok()).map(|again| again.seats());
    Some((layout.seats(), again))
}

/// The seat map that was stored as these bytes, if they stand for one.
#[must_use]
pub fn stored_seat_map(bytes: &[u8]) -> Option<SeatMap> {
    SeatMap::of_stored(bytes).ok()
}
