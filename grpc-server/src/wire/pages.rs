//! Pages of lists: cursors as text, page sizes within their bounds.

use tacos_engine::views::Cursor;
use tacos_proto::common::v1::{PageInfo, Pagination};

use super::error::hex;
use super::inbound::Checks;

/// Items on a page when the request does not say.
const PAGE_SIZE: u32 = 20;

/// A page as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageRequest<C> {
    pub(crate) size: u32,
    pub(crate) after: Option<C>,
    /// Pages to pass over, for clients that count pages.
    pub(crate) skip: u32,
}

/// Reads a `Pagination` whose cursors `parse` understands.
pub(crate) fn wanted<C>(
    checks: &mut Checks,
    pagination: Option<&Pagination>,
    size_max: i64,
    parse: impl Fn(&str) -> Option<C>,
) -> Option<PageRequest<C>> {
    let Some(page) = pagination else { return Some(PageRequest { size: PAGE_SIZE, after: None, skip: 0 }) };
    let size = checks.range_or("pagination.page_size", page.page_size.into(), PAGE_SIZE, 1, size_max)?;
    if page.cursor.is_empty() {
        let number = checks.range_or("pagination.page", page.page.into(), 1, 1, 10_000)?;
        return Some(PageRequest { size, after: None, skip: number - 1 });
    }
    let after = parse(&page.cursor);
    if after.is_none() {
        checks.bad("pagination.cursor", "is not one that was given out here", "");
    }
    after.map(|after| PageRequest { size, after: Some(after), skip: 0 })
}

/// A cursor of the engine as text.
pub(crate) fn cursor_text(cursor: Cursor) -> String {
    hex(&cursor.to_bytes())
}

/// The engine's cursor behind a text.
pub(crate) fn cursor(text: &str) -> Option<Cursor> {
    let mut bytes = [0_u8; 16];
    // Numbers may be read with a sign: a cursor has none.
    if text.len() != 32 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..32).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(Cursor::from_bytes(bytes))
}

/// What is said of a page of a list in memory: items `from..from + shown` of `total`.
pub(crate) fn slice_info(from: usize, shown: usize, total: usize, size: usize) -> PageInfo {
    let end = from + shown;
    PageInfo {
        total_count: super::time::count(total),
        has_next_page: end < total,
        has_previous_page: from > 0,
        next_cursor: if end < total { end.to_string() } else { String::new() },
        previous_cursor: if from > 0 { from.saturating_sub(size).to_string() } else { String::new() },
    }
}

/// One page of a list in memory, whose cursors are positions.
pub(crate) fn slice<T>(items: Vec<T>, wanted: &PageRequest<usize>) -> (Vec<T>, PageInfo) {
    let (total, size) = (items.len(), wanted.size as usize);
    let from = wanted.after.unwrap_or(wanted.skip as usize * size).min(total);
    let shown: Vec<T> = items.into_iter().skip(from).take(size).collect();
    let info = slice_info(from, shown.len(), total, size);
    (shown, info)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_round_trip_and_foreign_ones_are_refused() {
        let at = Cursor::from_bytes([7; 16]);
        assert_eq!(cursor(&cursor_text(at)), Some(at));
        assert_eq!(cursor("zz"), None);
        assert_eq!(cursor(&"+7".repeat(16)), None);
        let mut checks = Checks::new();
        let page = Pagination { page: 0, page_size: 0, cursor: "zz".to_owned() };
        assert!(wanted(&mut checks, Some(&page), 100, cursor).is_none());
        assert!(checks.done().is_err());
    }

    #[test]
    fn slices_know_their_neighbours() {
        let wanted = PageRequest { size: 2, after: Some(2), skip: 0 };
        let (shown, info) = slice(vec![1, 2, 3, 4, 5], &wanted);
        assert_eq!(shown, [3, 4]);
        assert_eq!((info.next_cursor.as_str(), info.previous_cursor.as_str()), ("4", "0"));
    }
}
