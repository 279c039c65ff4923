//! Secrets out of JSON text, token by token: no tree is built, nothing recurses, and text that is not JSON is still
//! searched as text.

use std::borrow::Cow;

use makespan_format::write_json_string;

use crate::alphabet::PARTS;
use crate::key::{Said, judge};
use crate::redacted::MARK;
use crate::redactor::Redactor;
use crate::text::{self, Line};
use crate::value::{
    is_credential_kind, is_made, is_nothing, is_path, is_prose, is_random, is_reference, is_sentence,
    is_settings,
};

/// One open bracket.
struct Level {
    object: bool,
    /// The judgement that applies to everything inside.
    said: Said,
    /// The command line that the strings of an array make up.
    line: Line,
    /// The judgement of the member `value` by the member `name` or `key` of the same object.
    named: Option<Said>,
    /// Position of the member `value` in the output, and whether it is a string.
    value: Option<(usize, usize)>,
}

impl Level {
    fn new(object: bool, said: Said) -> Level {
        Level { object, said, line: Line::default(), named: None, value: None }
    }
}

/// The role of the next value's key in its object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Other,
    Name,
    Value,
}

impl Redactor {
    /// JSON text without its secrets, token by token; `key` is what it is the value of. What is not JSON is searched as text.
    pub fn json(&mut self, place: &'static str, json: &str, key: Option<&str>) -> String {
        scrub(self, place, json, key)
    }
}

fn scrub(redactor: &mut Redactor, place: &'static str, json: &str, key: Option<&str>) -> String {
    let outermost = key.map_or(Said::Open, |key| judge(key.as_bytes()));
    let mut scrub = Scrub {
        redactor,
        place,
        out: String::with_capacity(json.len()),
        levels: Vec::new(),
        pending: outermost,
        part: Part::Other,
        late: Vec::new(),
    };
    scrub.all(json);
    scrub.finish()
}

struct Scrub<'r> {
    redactor: &'r mut Redactor,
    place: &'static str,
    out: String,
    levels: Vec<Level>,
    /// The judgement of the next value.
    pending: Said,
    part: Part,
    /// Values that a later member of their object made secret.
    late: Vec<(usize, usize)>,
}

impl Scrub<'_> {
    fn all(&mut self, json: &str) {
        let bytes = json.as_bytes();
        let mut expects_key = false;
        let mut at = 0;
        while at < bytes.len() {
            let from = at;
            match bytes[at] {
                b'{' | b'[' => {
                    self.levels.push(Level::new(bytes[at] == b'{', self.pending));
                    expects_key = bytes[at] == b'{';
                    at += 1;
                    self.out.push_str(&json[from..at]);
                }
                b'}' | b']' | b',' => {
                    if bytes[at] != b',' {
                        self.levels.pop();
                    }
                    let level = self.levels.last();
                    self.pending = level.map_or(Said::Open, |l| l.said);
                    self.part = Part::Other;
                    expects_key = bytes[at] == b',' && level.is_some_and(|l| l.object);
                    at += 1;
                    self.out.push_str(&json[from..at]);
                }
                b'"' => {
                    at = string_end(bytes, at);
                    let token = &json[from..at];
                    if std::mem::take(&mut expects_key) {
                        self.key(token);
                    } else {
                        self.string(token);
                    }
                }
                b'-' | b'0'..=b'9' => {
                    while at < bytes.len()
                        && matches!(bytes[at], b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')
                    {
                        at += 1;
                    }
                    match self.pending {
                        Said::Strong(rule) if rule != "token" => self.mark(rule),
                        _ => self.out.push_str(&json[from..at]),
                    }
                }
                _ => {
                    // White space, a colon, a word; or what is not JSON, up to the next thing that may be a token.
                    at += 1;
                    while at < bytes.len()
                        && !matches!(bytes[at], b'{' | b'}' | b'[' | b']' | b',' | b'"' | b'-' | b'0'..=b'9')
                    {
                        at += 1;
                    }
                    let foreign = self.redactor.text(self.place, Cow::Borrowed(&json[from..at]));
                    self.out.push_str(&foreign);
                }
            }
        }
    }

    fn mark(&mut self, rule: &'static str) {
        self.redactor.redacted.add_one(rule, self.place);
        write_json_string(MARK, &mut self.out);
    }

    fn key(&mut self, token: &str) {
        let key = content(token);
        let own = self.redactor.judge(&key);
        // A key that describes a secret (`"length"` below `"password"`) overrides the judgement of its object.
        if own != Said::Open {
            self.pending = own;
        } else if is_descriptive(&key) {
            self.pending = Said::Described;
        }
        self.part = match &*key {
            "name" | "Name" | "key" | "Key" => Part::Name,
            "value" | "Value" => Part::Value,
            _ => Part::Other,
        };
        match self.redactor.name(self.place, Cow::Borrowed(&*key)) {
            Cow::Owned(clean) => write_json_string(&clean, &mut self.out),
            Cow::Borrowed(_) => self.out.push_str(token),
        }
    }

    fn string(&mut self, token: &str) {
        let value = content(token);
        let from = self.out.len();
        let level = self.levels.last();
        let by_name = level.and_then(|l| l.named).filter(|_| self.part == Part::Value);
        let said = by_name.unwrap_or(self.pending);
        if let Some(rule) = by_key(value.as_bytes(), said) {
            self.mark(rule);
            return;
        }
        let array = self.levels.last_mut().filter(|l| !l.object);
        let mut alone = Line::default();
        let found = text::find(&value, array.map_or(&mut alone, |l| &mut l.line));
        if found.is_empty() {
            self.out.push_str(token);
        } else {
            let clean = self.redactor.replaced(self.place, &value, &found);
            write_json_string(&clean, &mut self.out);
        }
        self.pair(&value, from);
    }

    /// `{"name": "DB_PASSWORD", "value": "…"}`, in either order.
    fn pair(&mut self, value: &str, from: usize) {
        let to = self.out.len();
        let part = self.part;
        let Some(level) = self.levels.last_mut().filter(|l| l.object) else { return };
        match part {
            Part::Value => level.value = Some((from, to)),
            // A sentence is not a key.
            Part::Name if value.bytes().all(|b| PARTS.has(b)) => {
                let said = judge(value.as_bytes());
                if !matches!(said, Said::Strong(_) | Said::Weak(_) | Said::Pass) {
                    return;
                }
                level.named = Some(said);
                if let Some((from, to)) = level.value.take()
                    && let Some(rule) = by_key(content(&self.out[from..to]).as_bytes(), said)
                {
                    self.late.push((from, to));
                    self.redactor.redacted.add_one(rule, self.place);
                }
            }
            _ => {}
        }
    }

    fn finish(mut self) -> String {
        if self.late.is_empty() {
            return self.out;
        }
        self.late.sort_unstable();
        let mut whole = String::with_capacity(self.out.len());
        let mut copied = 0;
        for (from, to) in self.late {
            whole.push_str(&self.out[copied..from]);
            write_json_string(MARK, &mut whole);
            copied = to;
        }
        whole.push_str(&self.out[copied..]);
        whole
    }
}

/// The rule by which the string of a key is a secret.
fn by_key(value: &[u8], said: Said) -> Option<&'static str> {
    if is_nothing(value) || is_reference(value) || is_prose(value) || is_sentence(value) {
        return None;
    }
    let number = value.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    match said {
        Said::Strong("token") | Said::Header("authorization" | "proxyauthorization")
            if number && value.len() < 12 =>
        {
            None
        }
        Said::Strong(_) if is_path(value) => None,
        Said::Strong("credential") if is_credential_kind(value) => None,
        Said::Header("cookie" | "setcookie")
            if is_settings(value, |name| matches!(judge(name), Said::Open | Said::Described)) =>
        {
            None
        }
        Said::Strong(rule) | Said::Header(rule) => Some(rule),
        Said::Weak(rule) => {
            let basic = rule == "auth" && crate::base64::is_basic(value);
            (basic || is_made(value, false) || is_random(value)).then_some(rule)
        }
        Said::Pass => (!number && value.len() > 2).then_some("pass"),
        Said::Query(rule) => (rule == "signature" && value.len() >= 32 && is_random(value)).then_some(rule),
        Said::Open | Said::Described => None,
    }
}

/// Members that say of a secret what it must be, as schemas have them.
fn is_descriptive(key: &str) -> bool {
    matches!(
        key,
        "type"
            | "format"
            | "description"
            | "title"
            | "minLength"
            | "maxLength"
            | "required"
            | "pattern"
            | "in"
    )
}

/// The content of a string token.
fn content(token: &str) -> Cow<'_, str> {
    let inner = token.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.contains('\\') => Cow::Borrowed(inner),
        _ => Cow::Owned(serde_json::from_str(token).unwrap_or_else(|_| token.trim_matches('"').to_owned())),
    }
}

/// Returns the offset after the string that starts at `from`; the end of the text if it is not closed.
fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}
