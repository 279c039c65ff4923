//! YAML as `kubectl` and its kin print it, to JSON: block mappings and sequences, plain, quoted and block scalars, flow
//! collections that are JSON. Anchors, tags and other flow collections stay text.

use makespan_format::write_json_string;

/// Nested values below this depth are null.
const DEEPEST: usize = 100;

/// The documents of a text, one behind the other. Linear in its length but for scalars over many lines, which are copied
/// once more.
pub(crate) fn to_json(text: &str) -> String {
    let mut reader = Reader { lines: text.lines().map(Line::new).collect(), at: 0, out: String::new() };
    while reader.peek().is_some() {
        let before = reader.at;
        reader.node(0, 0);
        reader.out.push('\n');
        // What makes no sense where it stands is passed over.
        reader.at = reader.at.max(before + 1);
    }
    reader.out
}

#[derive(Clone, Copy)]
struct Line<'a> {
    indent: usize,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn new(line: &'a str) -> Line<'a> {
        let text = line.trim_start_matches(' ');
        Line { indent: line.len() - text.len(), text: text.trim_end() }
    }

    fn is_item(self) -> bool {
        self.text == "-" || self.text.starts_with("- ")
    }
}

struct Reader<'a> {
    lines: Vec<Line<'a>>,
    at: usize,
    out: String,
}

impl<'a> Reader<'a> {
    /// The next line that says something; document marks are passed over.
    fn peek(&mut self) -> Option<Line<'a>> {
        loop {
            let line = *self.lines.get(self.at)?;
            let is_mark = line.indent == 0 && matches!(line.text, "---" | "...");
            if !line.text.is_empty() && !line.text.starts_with('#') && !is_mark {
                return Some(line);
            }
            self.at += 1;
        }
    }

    /// Whether a document ends before the next line.
    fn at_mark(&self) -> bool {
        self.lines.get(self.at).is_some_and(|l| l.indent == 0 && matches!(l.text, "---" | "..."))
    }

    /// Reads the value that begins with the next line, which is indented by `least` at least.
    fn node(&mut self, least: usize, depth: usize) {
        let Some(line) = self.peek().filter(|l| l.indent >= least && depth < DEEPEST) else {
            return self.out.push_str("null");
        };
        if line.is_item() {
            self.sequence(line.indent, depth);
        } else if key_of(line.text).is_some() {
            self.mapping(line.indent, depth);
        } else {
            self.at += 1;
            self.scalar(line.text, line.indent.saturating_sub(1));
        }
    }

    fn sequence(&mut self, indent: usize, depth: usize) {
        self.out.push('[');
        let mut is_first = true;
        while let Some(line) = self.peek().filter(|l| l.indent == indent && l.is_item()) {
            if !std::mem::take(&mut is_first) {
                self.out.push(',');
            }
            let rest = line.text[1..].trim_start();
            if rest.is_empty() {
                self.at += 1;
                self.node(indent + 1, depth + 1);
            } else {
                // What follows the dash is a line of its own, further in.
                let moved = line.text.len() - rest.len();
                self.lines[self.at] = Line { indent: indent + moved, text: rest };
                self.node(indent + 1, depth + 1);
            }
            if self.at_mark() {
                break;
            }
        }
        self.out.push(']');
    }

    fn mapping(&mut self, indent: usize, depth: usize) {
        self.out.push('{');
        let mut is_first = true;
        while let Some(line) = self.peek().filter(|l| l.indent == indent && !l.is_item()) {
            let Some((key, rest)) = key_of(line.text) else { break };
            if !std::mem::take(&mut is_first) {
                self.out.push(',');
            }
            write_json_string(&unquoted(key), &mut self.out);
            self.out.push(':');
            self.at += 1;
            if !rest.is_empty() && !rest.starts_with('#') {
                self.scalar(rest, indent);
            } else if self.at_mark() {
                self.out.push_str("null");
            } else {
                match self.peek() {
                    // The items of a sequence may stand as far left as its key.
                    Some(next) if next.indent == indent && next.is_item() => self.sequence(indent, depth + 1),
                    _ => self.node(indent + 1, depth + 1),
                }
            }
            if self.at_mark() {
                break;
            }
        }
        self.out.push('}');
    }

    /// Writes a scalar whose first line is `first`; it goes on with lines that are indented by more than `outer`.
    fn scalar(&mut self, first: &str, outer: usize) {
        match first.as_bytes().first() {
            Some(b'|' | b'>') if first.len() <= 3 => return self.block(first, outer),
            Some(quote @ (b'"' | b'\'')) => {
                let mut text = first.to_owned();
                let mut looked_at = 1;
                while let Some(end) = open_until(&text, looked_at, *quote) {
                    let Some(line) = self.lines.get(self.at) else { break };
                    looked_at = end;
                    text.push(' ');
                    text.push_str(line.text);
                    self.at += 1;
                }
                return write_json_string(&unquoted(&text), &mut self.out);
            }
            Some(b'{' | b'[') if serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok() => {
                return self.out.push_str(first);
            }
            _ => {}
        }
        let mut text = first.split(" #").next().unwrap_or(first).trim_end().to_owned();
        while let Some(line) = self.lines.get(self.at).filter(|l| l.indent > outer && !l.text.is_empty()) {
            text.push(' ');
            text.push_str(line.text);
            self.at += 1;
        }
        let is_number = serde_json::from_str::<serde_json::Number>(&text).is_ok();
        match text.as_str() {
            "" | "~" | "null" => self.out.push_str("null"),
            "true" | "false" => self.out.push_str(&text),
            _ if is_number => self.out.push_str(&text),
            _ => write_json_string(&text, &mut self.out),
        }
    }

    /// Writes a literal (`|`) or folded (`>`) scalar.
    fn block(&mut self, head: &str, outer: usize) {
        let mut text = String::new();
        let mut inner = None;
        while let Some(line) = self.lines.get(self.at).filter(|l| l.indent > outer || l.text.is_empty()) {
            let margin = *inner.get_or_insert(line.indent);
            text.push_str(&" ".repeat(line.indent.saturating_sub(margin).min(1000)));
            text.push_str(line.text);
            text.push(if head.starts_with('>') && !line.text.is_empty() { ' ' } else { '\n' });
            self.at += 1;
        }
        let kept = text.trim_end();
        let end = if head.contains('-') { "" } else { "\n" };
        write_json_string(&format!("{kept}{end}"), &mut self.out);
    }
}

/// The key of a line and what follows it.
fn key_of(text: &str) -> Option<(&str, &str)> {
    if let Some(quote @ (b'"' | b'\'')) = text.as_bytes().first() {
        let end = text[1..].find(char::from(*quote))? + 2;
        let rest = text.get(end..)?.strip_prefix(':')?;
        return (rest.is_empty() || rest.starts_with(' ')).then(|| (&text[..end], rest.trim()));
    }
    if text.starts_with(['{', '[']) {
        return None;
    }
    match text.find(": ") {
        Some(at) => Some((&text[..at], text[at + 1..].trim())),
        None => text.strip_suffix(':').map(|key| (key, "")),
    }
}

/// How far a quoted scalar was looked through that does not end with the text; `None` when it does. `from` is where the
/// look before stopped.
fn open_until(text: &str, from: usize, quote: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            b'\'' if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 1,
            byte if byte == quote => return None,
            _ => {}
        }
        at += 1;
    }
    Some(at)
}

/// The text of a scalar that may stand in quotes.
fn unquoted(text: &str) -> String {
    let inner = |quote: char| {
        let rest = text.strip_prefix(quote)?;
        Some(rest.rfind(quote).map_or(rest, |end| &rest[..end]))
    };
    if let Some(inner) = inner('"') {
        return serde_json::from_str(&format!("\"{inner}\"")).unwrap_or_else(|_| inner.to_owned());
    }
    match inner('\'') {
        Some(inner) => inner.replace("''", "'"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_of_kubectl_becomes_json() {
        let text = "a: 1\nb:\n- x: y\n  z:\n    - 1\n    - \"q: r\"\n-\n  name: long text\n    that goes on\nc: |\n  one\n    two\n\nd: {}\n\
                    f:metadata:\n  k: 'it''s'\ne: null\nlast: 2018-08-01T10:22:43Z # note\n---\nsecond: true\n";
        let json = to_json(text);
        let mut docs = json.lines();
        assert_eq!(
            docs.next().unwrap_or_default(),
            "{\"a\":1,\"b\":[{\"x\":\"y\",\"z\":[1,\"q: r\"]},{\"name\":\"long text that goes on\"}],\"c\":\"one\\n  two\\n\",\"d\":{},\
             \"f:metadata\":{\"k\":\"it's\"},\"e\":null,\"last\":\"2018-08-01T10:22:43Z\"}"
        );
        assert_eq!(docs.next(), Some("{\"second\":true}"));
    }

    #[test]
    fn damaged_text_ends() {
        let text = "a:\n  - \"open\n  b\n c: d\n  - x\n e";
        for cut in 0..text.len() {
            assert!(to_json(&text[..cut]).len() < 1000);
        }
        assert!(to_json(&"- ".repeat(10_000)).len() < 100_000);
        // Each line is looked at once, also of a quote that never closes.
        let open = format!("a: \"{}", "x\n".repeat(200_000));
        assert!(to_json(&open).len() > 400_000);
    }
}
