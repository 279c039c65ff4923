//! Literals of Python, as `print` and `repr` write dictionaries, as JSON with the same values.
//!
//! The texts differ in quotes, escapes, three words and commas before closing brackets. A text is converted only if it
//! is a sequence of dictionaries, lists, texts, numbers, `None`, `True` and `False` to its last byte, so that nothing
//! is guessed: `datetime(…)`, `b'…'`, tuples, sets and infinite numbers are not.

/// Converts values that are separated by white space; returns their JSON and their number. `None` if the first of them
/// does not begin with a text in single quotes, or anything in them has no equal in JSON. Linear; does not recurse.
pub(crate) fn to_json(text: &str) -> Option<(String, u64)> {
    let inner = text.trim_start_matches(|c: char| matches!(c, '{' | '[') || c.is_ascii_whitespace());
    if !inner.starts_with('\'') || inner.len() == text.trim_start().len() {
        return None;
    }
    let mut pass =
        Pass { text, at: 0, out: Vec::with_capacity(text.len() + 16), open: Vec::new(), values: 0 };
    pass.run()?;
    String::from_utf8(pass.out).ok().map(|json| (json, pass.values))
}

/// Converts the lines of a text of which the first is a dictionary, and leaves the others that are none as they are;
/// returns the JSON and the number of dictionaries.
pub(crate) fn lines_to_json(text: &str) -> Option<(String, u64)> {
    let first = text.lines().find(|line| !line.trim().is_empty())?;
    to_json(first)?;
    let (mut out, mut count) = (String::with_capacity(text.len() + 16), 0);
    for line in text.split_inclusive('\n') {
        match to_json(line) {
            Some((json, values)) => {
                out.push_str(&json);
                count += values;
            }
            None => out.push_str(line),
        }
    }
    Some((out, count))
}

/// What may come next.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    /// A value; in a list also its end.
    Value,
    /// A key, or the end of a dictionary.
    Key,
    Colon,
    /// A comma, or the end of what is open.
    Comma,
}

/// Converts the list or dictionary that the text begins with, whatever follows it; returns its JSON and its length. A
/// text in double quotes and the words of JSON are literals of Python too, so the value may mix both.
///
/// # Errors
/// The offset at which the text stops being a literal; its length if it ends in the middle of one.
pub(super) fn value(text: &str) -> Result<(String, usize), usize> {
    let mut pass = Pass { text, at: 0, out: Vec::new(), open: Vec::new(), values: 0 };
    let is_read = pass.until(1).is_some() && pass.values == 1;
    match String::from_utf8(pass.out) {
        Ok(json) if is_read && json.starts_with(['{', '[']) => Ok((json, pass.at)),
        _ => Err(pass.at),
    }
}

/// Converts the text in single quotes that `text` begins with, whatever follows it; returns its JSON and its length.
///
/// # Errors
/// The offset at which the text stops being a literal; its length if it ends in the middle of one.
pub(super) fn quoted(text: &str) -> Result<(String, usize), usize> {
    let mut pass = Pass { text, at: 0, out: Vec::new(), open: Vec::new(), values: 0 };
    let is_read = pass.string(b'\'').is_some();
    match String::from_utf8(pass.out) {
        Ok(json) if is_read => Ok((json, pass.at)),
        _ => Err(pass.at),
    }
}

/// Returns the word of JSON for a word of Python that JSON does not have.
pub(super) fn word(word: &[u8]) -> Option<&'static str> {
    match word {
        b"None" => Some("null"),
        b"True" => Some("true"),
        b"False" => Some("false"),
        _ => None,
    }
}

struct Pass<'t> {
    text: &'t str,
    at: usize,
    out: Vec<u8>,
    /// The closing brackets of what is open.
    open: Vec<u8>,
    values: u64,
}

impl Pass<'_> {
    /// Converts values to the end of the text.
    fn run(&mut self) -> Option<()> {
        self.until(u64::MAX)
    }

    /// Converts at most so many values.
    fn until(&mut self, most: u64) -> Option<()> {
        let mut next = Next::Value;
        // Where the output has a comma that may turn out to be the last one.
        let mut comma = None;
        while let Some(&byte) = self.text.as_bytes().get(self.at).filter(|_| self.values < most) {
            if byte.is_ascii_whitespace() {
                self.copy(1);
                continue;
            }
            if self.open.is_empty() && next == Next::Comma {
                next = Next::Value;
            }
            let has_comma = comma.is_some();
            next = match (byte, next) {
                (b'{' | b'[', Next::Value) => {
                    comma = None;
                    self.copy(1);
                    self.open.push(byte + 2);
                    if byte == b'{' { Next::Key } else { Next::Value }
                }
                (b'}' | b']', Next::Comma | Next::Key | Next::Value) => {
                    let is_empty = self.out.trim_ascii_end().last() == Some(&(byte - 2));
                    if self.open.pop() != Some(byte) || !(next == Next::Comma || has_comma || is_empty) {
                        return None;
                    }
                    if let Some(at) = comma.take() {
                        self.out[at] = b' ';
                    }
                    self.copy(1);
                    self.close()
                }
                (b',', Next::Comma) => {
                    comma = Some(self.out.len());
                    self.copy(1);
                    if self.open.last() == Some(&b'}') { Next::Key } else { Next::Value }
                }
                (b':', Next::Colon) => {
                    self.copy(1);
                    Next::Value
                }
                (b'\'' | b'"', Next::Key | Next::Value) => {
                    comma = None;
                    self.string(byte)?;
                    if next == Next::Key { Next::Colon } else { self.close() }
                }
                (b'-' | b'0'..=b'9', Next::Key) => {
                    comma = None;
                    self.out.push(b'"');
                    self.number()?;
                    self.out.push(b'"');
                    Next::Colon
                }
                (_, Next::Value) => {
                    comma = None;
                    self.bare()?;
                    self.close()
                }
                _ => return None,
            };
        }
        (self.open.is_empty() && next == Next::Comma).then_some(())
    }

    /// Counts a value that is complete and not within another.
    fn close(&mut self) -> Next {
        self.values += u64::from(self.open.is_empty());
        Next::Comma
    }

    fn copy(&mut self, len: usize) {
        self.out.extend_from_slice(&self.text.as_bytes()[self.at..self.at + len]);
        self.at += len;
    }

    /// Converts a number or a word.
    fn bare(&mut self) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        let len = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let json = word(&rest.as_bytes()[..len])
            .or_else(|| ["null", "true", "false"].into_iter().find(|json| *json == &rest[..len]));
        if let Some(json) = json {
            self.out.extend_from_slice(json.as_bytes());
            self.at += len;
            return Some(());
        }
        self.number()
    }

    fn number(&mut self) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_');
        let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        // What is a number in JSON is the same number in Python.
        if serde_json::from_str::<serde_json::Number>(&rest[..len]).is_err() {
            // A word at the very end may go on beyond it.
            return if len == rest.len() { self.ends() } else { None };
        }
        self.copy(len);
        Some(())
    }

    /// Converts the text in quotes at the current place.
    fn string(&mut self, quote: u8) -> Option<()> {
        self.out.push(b'"');
        self.at += 1;
        loop {
            let rest = self.text.get(self.at..)?;
            let stops = |b: u8| b == quote || matches!(b, b'\\' | b'"') || b < 0x20;
            let len = rest.bytes().position(stops).unwrap_or(rest.len());
            self.copy(len);
            if len == rest.len() {
                return None;
            }
            match rest.as_bytes()[len] {
                byte if byte == quote => {
                    self.out.push(b'"');
                    self.at += 1;
                    return Some(());
                }
                b'"' => {
                    self.out.extend_from_slice(b"\\\"");
                    self.at += 1;
                }
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
    }

    /// Stops because the text ends in the middle of a literal.
    fn ends<T>(&mut self) -> Option<T> {
        self.at = self.text.len();
        None
    }

    fn escape(&mut self) -> Option<()> {
        let Some(code) = self.text.as_bytes().get(self.at + 1) else { return self.ends() };
        let digits = match code {
            b'\'' => {
                self.out.push(b'\'');
                self.at += 2;
                return Some(());
            }
            b'n' | b't' | b'r' | b'b' | b'f' | b'\\' | b'"' => {
                self.copy(2);
                return Some(());
            }
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => return None,
        };
        let from = self.at + 2;
        let Some(digits) = self.text.get(from..from + digits) else {
            return if self.text.len() < from + digits { self.ends() } else { None };
        };
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.at = from + digits.len();
        if digits.len() == 8 {
            let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?).filter(|c| !c.is_ascii())?;
            self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            // Half a surrogate pair stays one; whoever reads the JSON reports it.
            self.out.extend_from_slice(format!("\\u{digits:0>4}").as_bytes());
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Option<String> {
        to_json(text).map(|(json, _)| json)
    }

    #[test]
    fn literals_become_the_json_of_the_same_values() {
        for (text, expected) in [
            (
                "{'a': None, 'b': True, 'c': [False, -1.5, 1e-05]}",
                r#"{"a": null, "b": true, "c": [false, -1.5, 1e-05]}"#,
            ),
            ("[{'a': \"it's\", 'b': 'say \"x\"'}]", r#"[{"a": "it's", "b": "say \"x\""}]"#),
            (r"{'a': 'it\'s\n\x1b\u00e9\U0001f600'}", "{\"a\": \"it's\\n\\u001b\\u00e9\u{1f600}\"}"),
            ("{'a': [1, 2,], 'b': {}, 'c': [],}\n", "{\"a\": [1, 2 ], \"b\": {}, \"c\": [] }\n"),
            ("{'a': {1: 'x', -2: 'y'}}", r#"{"a": {"1": "x", "-2": "y"}}"#),
            ("{'a': 1}\n{'a': 2}", "{\"a\": 1}\n{\"a\": 2}"),
        ] {
            assert_eq!(json(text).as_deref(), Some(expected));
            assert!(
                serde_json::Deserializer::from_str(expected)
                    .into_iter::<serde_json::Value>()
                    .all(|v| v.is_ok())
            );
        }
    }

    #[test]
    fn what_has_no_equal_in_json_is_left_alone() {
        for text in [
            "{'a': datetime(2026, 1, 1)}",
            "{'a': (1, 2)}",
            "{'a': {1, 2}}",
            "{'a': b'x'}",
            "{'a': inf}",
            "{'a': nan}",
            "{'a': 'b' 'c'}",
            "{'a' 1}",
            "{'a': 1",
            "{'a': 1}]",
            "{'a': 1]",
            "{'a': 1,,}",
            "{'a': 'x\ny'}",
            "{'a': '\\ud800",
            "{'a': '\\q'}",
            "{'a':, 'b': 1}",
            "{'a': [,]}",
            "{\"a\": 1}",
            "'a'",
            "it's",
            "",
        ] {
            assert_eq!(json(text), None, "{text}");
        }
    }

    #[test]
    fn a_line_that_is_not_a_literal_stays_as_it_is() {
        let text = "{'a': 1}\n{\"a\": 2}\n{'a': 3";
        assert_eq!(lines_to_json(text), Some(("{\"a\": 1}\n{\"a\": 2}\n{'a': 3".to_owned(), 1)));
        assert_eq!(lines_to_json("words\n{'a': 1}"), None);
    }
}
