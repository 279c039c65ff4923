//! The place at which a text stops being JSON, and the usual reason.

/// So many characters are shown before and after the place.
const AROUND: usize = 20;

/// And so many bytes hold them, with the character itself: one has at most four.
pub(super) const AROUND_BYTES: usize = (AROUND + 1) * 4;

/// Names the usual reason why the byte at `stop` cannot stand there.
pub(super) fn cause(bytes: &[u8], stop: usize) -> &'static str {
    let before = bytes.get(..stop).unwrap_or(bytes);
    let rest = bytes.get(stop..).unwrap_or_default();
    let near = before.trim_ascii_end();
    let last = near.last().copied();
    let is_far = near.len() < before.len();
    match (last, rest.first().copied()) {
        (_, None) => "the text stops in the middle",
        (_, Some(b'\'')) => "single quotes (JSON takes double quotes)",
        (Some(b'\''), Some(_)) => "single quotes (JSON takes double quotes)",
        (Some(b','), Some(b'0'..=b'9'))
            if near.len() > 1 && near[near.len() - 2].is_ascii_digit() && !is_far =>
        {
            "a decimal comma (JSON takes a point)"
        }
        (Some(b'"'), Some(b'"')) if is_far => "a missing comma",
        (Some(b'"'), Some(_)) if !rest.starts_with(b",") => "an unescaped quote",
        (Some(b'0'..=b'9' | b'}' | b']' | b'e' | b'l'), Some(b'"' | b'{' | b'[')) => "a missing comma",
        (_, Some(b'/' | b'#')) => "a comment",
        _ if ["None", "True", "False", "undefined"].iter().any(|w| rest.starts_with(w.as_bytes())) => {
            "a word of another language (JSON has null, true and false)"
        }
        (_, Some(0..0x20)) => "a line break or control character in a string",
        _ => "an unexpected character",
    }
}

/// The text around the byte at `at`, on one line, with ⟦⟧ around the character that stands there.
pub(super) fn excerpt(bytes: &[u8], at: usize) -> String {
    let at = at.min(bytes.len());
    let from = at.saturating_sub(AROUND_BYTES);
    let before = String::from_utf8_lossy(&bytes[from..at]);
    let skipped = before.chars().count().saturating_sub(AROUND);
    let after = String::from_utf8_lossy(&bytes[at..bytes.len().min(at + AROUND_BYTES)]);
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut out: String = before.chars().skip(skipped).map(plain).collect();
    let mut after = after.chars().map(plain);
    if let Some(here) = after.next() {
        out.push('\u{27e6}');
        out.push(here);
        out.push('\u{27e7}');
    }
    out.extend(after.take(AROUND));
    out
}

/// What is wrong at `stop`, with line and column (from 1, in characters) where `line` is the number of the line that
/// `bytes` begins in and `column` the number of characters of it that came before; `tail` holds the last bytes of them.
pub(super) fn describe(tail: &[u8], bytes: &[u8], stop: usize, line: u64, column: u64) -> String {
    let stop = stop.min(bytes.len());
    let before = &bytes[..stop];
    let breaks = memchr::memchr_iter(b'\n', before).count() as u64;
    let (begins, earlier) = match memchr::memrchr(b'\n', before) {
        Some(at) => (at + 1, 0),
        None => (0, column),
    };
    let near = [tail, &bytes[..bytes.len().min(stop + AROUND_BYTES)]].concat();
    let at = tail.len() + stop;
    let column = earlier + characters(&before[begins..]) + 1;
    format!(
        "line {}, column {column}: {}, in `{}`",
        line + breaks,
        cause(&near, at),
        excerpt(&near, at).trim()
    )
}

/// How many characters begin in bytes of UTF-8, which may be cut anywhere.
pub(super) fn characters(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|b| (**b & 0xc0) != 0x80).count() as u64
}

/// How records of a list look from outside, to find the next one behind one that is not JSON.
#[derive(Debug)]
pub(super) struct Look<'t> {
    /// The white space before a record, where it holds a line break: the next one has the same.
    gap: Option<&'t [u8]>,
    /// Whether records are members of an object.
    keyed: bool,
    /// The first key of a record that is an object, with its quotes.
    first: Option<&'t [u8]>,
    /// Whether nothing follows what is at hand.
    complete: bool,
}

impl<'t> Look<'t> {
    /// Of the record that follows the white space at `at`.
    pub(super) fn of(bytes: &'t [u8], at: usize, keyed: bool, complete: bool) -> Look<'t> {
        let begins = past_space(bytes, at);
        let gap = &bytes[at..begins];
        let value = if keyed { past_key(bytes, begins) } else { Some(begins) };
        let first = value.and_then(|at| first_key(bytes, at)).map(|(from, to)| &bytes[from..to]);
        Look { gap: Some(gap).filter(|g| g.contains(&b'\n')), keyed, first, complete }
    }

    /// The byte behind the record that breaks at `stop`: where a comma follows, and a record that looks the same; or
    /// where the list ends on a line of its own. `None` where the text ends before.
    pub(super) fn next(&self, bytes: &[u8], stop: usize) -> Option<usize> {
        let mut from = stop;
        loop {
            let brace = from + memchr::memchr(b'}', bytes.get(from..)?)?;
            from = brace + 1;
            let comma = past_space(bytes, from);
            match bytes.get(comma)? {
                b',' => {}
                // The end of the list, as far as its brackets show.
                b']' if !self.keyed && self.closes(bytes, comma) => return Some(from),
                _ => continue,
            }
            let begins = past_space(bytes, comma + 1);
            if self.gap.is_some_and(|gap| gap != &bytes[comma + 1..begins]) {
                continue;
            }
            let value = if self.keyed { past_key(bytes, begins) } else { Some(begins) };
            let Some(value) = value else { continue };
            match (self.first, first_key(bytes, value)) {
                (Some(first), Some((from, to))) if &bytes[from..to] == first => return Some(brace + 1),
                (None, Some(_)) => return Some(brace + 1),
                _ => {}
            }
        }
    }

    /// Whether the `]` at `at` closes the list: nothing but closing brackets follows, or a member of the root.
    fn closes(&self, bytes: &[u8], at: usize) -> bool {
        let after = past_space(bytes, at + 1);
        match bytes.get(after) {
            None => self.complete,
            Some(b'}') => {
                let is_end = |b: &u8| matches!(b, b'}' | b']') || b.is_ascii_whitespace();
                self.complete && bytes[after..].iter().all(is_end)
            }
            Some(b',') => self.gap.is_some() && bytes[..at].ends_with(b"\n"),
            _ => false,
        }
    }
}

fn past_space(bytes: &[u8], at: usize) -> usize {
    super::tape::space(bytes, at)
}

/// The place behind `"key" :` and the white space after it.
fn past_key(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let (end, _) = super::tape::string(bytes, at).ok()?;
    let colon = past_space(bytes, end);
    (bytes.get(colon) == Some(&b':')).then(|| past_space(bytes, colon + 1))
}

/// Where the first key of the object at `at` stands, with its quotes, of either kind.
fn first_key(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    let from = past_space(bytes, at + 1);
    let quote = *bytes.get(from).filter(|b| matches!(b, b'"' | b'\''))?;
    let len = memchr::memchr(quote, bytes.get(from + 1..)?)?;
    Some((from, from + len + 2))
}

/// How many bytes of lines stand before a line that begins a JSON text, where at most [`LINES`] do and none of them is
/// JSON: what a program printed before it wrote.
pub(crate) fn preamble(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    for _ in 0..=LINES {
        let rest = bytes.get(at..)?;
        let text = rest.trim_ascii_start();
        let begins_json = match text {
            [b'{', more @ ..] => matches!(more.trim_ascii_start().first(), Some(b'"' | b'}')),
            [b'[', more @ ..] => matches!(more.trim_ascii_start().first(), Some(b'{')),
            _ => false,
        };
        if begins_json {
            return (at > 0).then_some(at);
        }
        at += memchr::memchr(b'\n', rest)? + 1;
    }
    None
}

/// So many lines may stand in front of a JSON text.
const LINES: usize = 50;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn cause_at(text: &str, mark: &str) -> &'static str {
        cause(text.as_bytes(), text.find(mark).unwrap())
    }

    #[test]
    fn the_usual_causes_have_names() {
        assert!(cause_at(r#"{"dur":1,5,"a":2}"#, "5").contains("decimal comma"));
        assert!(cause_at(r#"{"name":"say "hi" to","a":2}"#, "hi").contains("unescaped quote"));
        assert!(cause_at(r#"{'name':1}"#, "'").contains("single quotes"));
        assert!(cause_at("{\"a\":\"b\" \"c\":1}", "\"c").contains("missing comma"));
        assert!(cause_at("{\"a\":1 \"c\":1}", "\"c").contains("missing comma"));
        assert!(cause_at("{\"a\":None}", "None").contains("another language"));
        assert!(cause_at("{\"a\": // why", "/").contains("comment"));
        assert!(cause_at("{\"a\":~}", "~").contains("unexpected"));
    }

    #[test]
    fn an_error_is_shown_with_its_surroundings() {
        let text = "[{\"a\":1},\n {\"b\":\"é\" x}]";
        let recorded = describe(b"", text.as_bytes(), text.find('x').unwrap(), 7, 0);
        assert!(recorded.starts_with("line 8, column 11: an unescaped quote"), "{recorded}");
        assert!(recorded.contains("\u{27e6}x\u{27e7}}]"), "{recorded}");
    }

    #[test]
    fn lines_before_a_text_are_measured() {
        let logged = b"[INFO] begin\nwarning: x\n{\"a\":1}";
        assert_eq!(preamble(logged), Some(24));
        assert_eq!(preamble(b"{\"a\":1}"), None);
        assert_eq!(preamble(b"words\nand words\n"), None);
    }
}
