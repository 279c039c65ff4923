//! The common part of two messages of the same error.

use makespan_format::clip_chars;

/// Longest fingerprint, in characters.
const LONGEST: usize = 200;
/// Number of characters of a message that are used; later ones would be clipped in almost all cases.
const READ: usize = 1000;

/// The first line of a message that is not blank, trimmed.
pub(crate) fn first_line(message: &str) -> &str {
    message.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("")
}

/// The first line of a message with what differs from one case to the next replaced: numbers by `<n>`, ids and hex
/// numbers by `<id>`, paths by `<path>`, URLs by `<url>`, quoted text by `<text>`, host and mail addresses by
/// `<address>`; white space runs become one space; clipped at 200 characters. Empty for an empty message. The idea
/// is that of log template mining (He et al. 2017, *Drain*: masking before grouping). O(1): it reads 1000 characters
/// at most.
pub fn fingerprint(message: &str) -> String {
    let line: Vec<char> = first_line(message).chars().take(READ).collect();
    let mut out = String::new();
    // Quotation marks that do not close any more: looked for once, so that all of it stays one pass.
    let mut unclosed: Vec<char> = Vec::new();
    let mut at = 0;
    while at < line.len() {
        let c = line[at];
        if c.is_whitespace() || c.is_control() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
            at += 1;
        } else if let Some(close) = closing_quote(&line, at, &mut unclosed) {
            out.push_str("<text>");
            at = close + 1;
        } else if in_word(c) {
            let length = line[at..].iter().take_while(|c| in_word(**c)).count();
            let word: String = line[at..at + length].iter().collect();
            replace_word(&word, &mut out);
            at += length;
        } else {
            out.push(c);
            at += 1;
        }
    }
    clip_chars(&out, LONGEST).to_owned()
}

/// Returns the end of the quotation that opens at `at`. An apostrophe within a word opens and closes none.
fn closing_quote(line: &[char], at: usize, unclosed: &mut Vec<char>) -> Option<usize> {
    let close = match line[at] {
        '“' => '”',
        '‘' => '’',
        q @ ('"' | '\'' | '`') => q,
        _ => return None,
    };
    let letter = |i: Option<usize>| i.and_then(|i| line.get(i)).is_some_and(|c| c.is_alphanumeric());
    if letter(at.checked_sub(1)) || unclosed.contains(&close) {
        return None;
    }
    let found = (at + 1..line.len()).find(|&i| line[i] == close && !letter(Some(i + 1)));
    if found.is_none() {
        unclosed.push(close);
    }
    found
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || "_-./:@\\~%+?&#=".contains(c)
}

fn replace_word(word: &str, out: &mut String) {
    // A full stop or a colon after a word belongs to the sentence.
    let body = word.trim_end_matches(['.', ':', '?']);
    let tail = &word[body.len()..];
    // The text before an equals sign names the value after it.
    let (name, value) = match body.split_once('=') {
        Some((name, value)) if !name.contains(['/', ':', '?']) => (&body[..=name.len()], value),
        _ => ("", body),
    };
    replace_pieces(name, out);
    match whole(value) {
        Some(placeholder) => out.push_str(placeholder),
        None => replace_pieces(value, out),
    }
    out.push_str(tail);
}

/// Returns the placeholder for a whole word, if there is one.
fn whole(word: &str) -> Option<&'static str> {
    let count = |c: char| word.chars().filter(|x| *x == c).count();
    let hex = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_hexdigit());
    if word.contains("://") {
        return Some("<url>");
    }
    if word.split_once('@').is_some_and(|(a, b)| !a.is_empty() && b.contains('.')) {
        return Some("<address>");
    }
    let rooted =
        ["/", "./", "../", "~/"].iter().any(|root| word.len() > root.len() && word.starts_with(root));
    let drive = word.len() > 2 && word.as_bytes()[0].is_ascii_alphabetic() && &word.as_bytes()[1..2] == b":";
    let file = count('/') == 1
        && word
            .rsplit('/')
            .next()
            .is_some_and(|f| f.contains('.') && f.contains(|c: char| c.is_alphabetic()));
    if rooted || file || count('/') > 1 || word.contains('\\') || (drive && word[2..].starts_with('/')) {
        return Some("<path>");
    }
    let mut groups = word.split('-').map(|g| (g.len(), hex(g)));
    if word.len() == 36 && [8, 4, 4, 4, 12].into_iter().all(|n| groups.next() == Some((n, true))) {
        return Some("<id>");
    }
    let host = word.split(':').next().unwrap_or("");
    let octets =
        host.split('.').filter(|o| matches!(o.len(), 1..=3) && o.bytes().all(|b| b.is_ascii_digit()));
    if octets.count() == 4 && host.matches('.').count() == 3 {
        return Some("<address>");
    }
    let colons = count(':');
    if colons >= 2 && (colons > 2 || word.contains("::")) && word.split(':').all(|g| g.is_empty() || hex(g)) {
        return Some("<address>");
    }
    None
}

/// Replaces ids and numbers among the pieces of a word.
fn replace_pieces(word: &str, out: &mut String) {
    for piece in word.split_inclusive(|c: char| !c.is_alphanumeric() && c != '.') {
        let body = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
        let prefixed = body.strip_prefix("0x").or_else(|| body.strip_prefix("0X"));
        let is_hex = |s: &str| s.bytes().all(|b| b.is_ascii_hexdigit());
        let mixed = body.bytes().any(|b| b.is_ascii_digit()) && body.bytes().any(|b| b.is_ascii_alphabetic());
        if prefixed.is_some_and(|p| !p.is_empty() && is_hex(p)) || (body.len() >= 8 && mixed && is_hex(body))
        {
            out.push_str("<id>");
        } else {
            replace_numbers(body, out);
        }
        out.push_str(&piece[body.len()..]);
    }
}

fn replace_numbers(text: &str, out: &mut String) {
    let mut in_number = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        // A point between digits belongs to the number.
        let point = c == '.' && in_number && chars.peek().is_some_and(char::is_ascii_digit);
        if c.is_ascii_digit() || point {
            if !in_number {
                out.push_str("<n>");
            }
            in_number = true;
        } else {
            out.push(c);
            in_number = false;
        }
    }
}
