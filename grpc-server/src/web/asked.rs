//! Texts of a request's address: parts of its path and pairs of its query, decoded.

use percent_encoding::percent_decode;

/// Pairs in one query, at most.
const PAIRS_MAX: usize = 256;

/// A percent-encoded text; none if it is badly encoded or no UTF-8. In queries a plus is a space.
pub(super) fn decoded(text: &str, plus: bool) -> Option<String> {
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices('%') {
        let digits = bytes.get(at + 1..at + 3)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
    }
    let spaced = if plus { text.replace('+', " ") } else { text.to_owned() };
    percent_decode(spaced.as_bytes()).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// The pairs of a query, in their order; the reason if it is none.
pub(super) fn pairs(query: &str) -> Result<Vec<(String, String)>, String> {
    let parts = || query.split('&').filter(|pair| !pair.is_empty());
    if parts().count() > PAIRS_MAX {
        return Err(format!("the query has more than {PAIRS_MAX} pairs"));
    }
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let bad = || "the query is not percent-encoded UTF-8".to_owned();
        Ok((decoded(name, true).ok_or_else(bad)?, decoded(value, true).ok_or_else(bad)?))
    };
    parts().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_badly_encoded_is_refused() {
        assert_eq!(decoded("A%2D1%20%EA%B0%80", false).as_deref(), Some("A-1 가"));
        assert_eq!(decoded("a+b", false).as_deref(), Some("a+b"));
        for bad in ["%", "%2", "a%zz", "%ff", "%C3%28", "%+1"] {
            assert_eq!(decoded(bad, false), None, "{bad}");
            assert!(pairs(&format!("a={bad}")).is_err() && pairs(&format!("{bad}=a")).is_err(), "{bad}");
        }
    }

    #[test]
    fn queries_are_pairs_in_their_order() {
        let text = |pairs: Vec<(String, String)>| format!("{pairs:?}");
        let read = text(pairs("seat_ids=A-1&seat_ids=A%2D2&&q=a+b&flag").expect("good"));
        assert_eq!(read, r#"[("seat_ids", "A-1"), ("seat_ids", "A-2"), ("q", "a b"), ("flag", "")]"#);
        assert!(pairs(&"a=1&".repeat(PAIRS_MAX)).is_ok());
        assert!(pairs(&"a=1&".repeat(PAIRS_MAX + 1)).is_err());
    }
}
