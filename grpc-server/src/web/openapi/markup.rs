//! The little of HTML that the page needs: escaping, and comments with their paragraphs, lists, code and bold words.

/// A text in which nothing is a tag.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// One line: what stands between backticks is code, between two stars bold.
pub(super) fn line(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split('`').enumerate() {
        if at % 2 == 1 {
            out.push_str(&format!("<code>{}</code>", escaped(part)));
            continue;
        }
        for (at, words) in part.split("**").enumerate() {
            let words = escaped(words);
            out.push_str(&if at % 2 == 1 { format!("<strong>{words}</strong>") } else { words });
        }
    }
    out
}

/// Paragraphs with an empty line between them; lines that begin with a dash are a list.
pub(super) fn paragraphs(text: &str) -> String {
    let mut out = String::new();
    for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
        if block.lines().all(|one| one.starts_with("- ")) {
            let items = block.lines().map(|one| format!("<li>{}</li>", line(&one[2..])));
            out.push_str(&format!("<ul>{}</ul>\n", items.collect::<String>()));
        } else {
            out.push_str(&format!("<p>{}</p>\n", line(&block.replace('\n', " "))));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_become_markup_and_nothing_else_does() {
        let said = paragraphs("Takes `a<b` & **never**\nmore.\n\n- one\n- two `x`\n\n<script>");
        assert_eq!(
            said,
            "<p>Takes <code>a&lt;b</code> &amp; <strong>never</strong> more.</p>\n\
             <ul><li>one</li><li>two <code>x</code></li></ul>\n<p>&lt;script&gt;</p>\n"
        );
    }
}
