//! Secrets out of what is handed on: out of text, out of JSON, out of events. Structure never changes: what depends on what,
//! how many tasks there are, which keys an object has, stays.
//!
//! A secret is found in one of three ways. Its key says so (`password=…`, `"apiKey": …`, `--token …`); it has the form that
//! its service documents (`ghp_…`, `AKIA…`, a JSON Web Token, a private key); or it stands where a secret stands (the user of
//! an address, the path of a webhook, an option of `curl` or `mysql`). No value is looked up anywhere and none is kept.
//!
//! ```
//! use makespan_redact::Redactor;
//! let mut redactor = Redactor::default();
//! let clean = redactor.text("log", "login with password=hunter2 failed".into());
//! assert_eq!(clean, "login with password=[redacted] failed");
//! assert_eq!(redactor.redacted().sentence(), "1 value was redacted (password in log 1)");
//! ```

mod alphabet;
mod base64;
mod events;
mod form;
mod json;
mod key;
mod redacted;
mod text;
mod value;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use events::Redacting;
pub use redacted::Redacted;

use text::{Found, Line};

/// What stands where a secret stood. In names and ids a number follows (`[redacted 2]`), the same for the same secret.
pub const MARK: &str = "[redacted]";

/// Takes secrets out, and remembers what it called those that stood in names: references keep finding what they refer to, in
/// all that one redactor is given. Keep one for all runs that are handed on together.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    redacted: Redacted,
    /// Secrets that stood in names, and their numbers.
    numbers: BTreeMap<String, usize>,
}

impl Redactor {
    /// What has been taken out so far.
    pub fn redacted(&self) -> &Redacted {
        &self.redacted
    }

    /// The text without its secrets; what was taken out counts for `place`, a word of ours such as `log`.
    pub fn text<'a>(&mut self, place: &'static str, text: Cow<'a, str>) -> Cow<'a, str> {
        let found = text::find(&text, &mut Line::default());
        if found.is_empty() {
            return text;
        }
        Cow::Owned(self.replaced(place, &text, &found))
    }

    /// A name, an id or a key without the secrets in it: always the same for the same one, and never that of another.
    pub fn name<'a>(&mut self, place: &'static str, name: Cow<'a, str>) -> Cow<'a, str> {
        let mut found = text::find(&name, &mut Line::default());
        if found.is_empty() && !name.contains(NUMBERED) {
            return name;
        }
        // A name that holds a mark of ours already must not become that of another: the mark is numbered like a secret.
        let marks: Vec<Found> =
            marks(&name).filter(|m| found.iter().all(|f| f.to <= m.from || m.to <= f.from)).collect();
        found.extend(marks);
        found.sort_by_key(|f| f.from);
        let mut out = String::with_capacity(name.len());
        let mut copied = 0;
        for Found { from, to, rule } in found {
            let next = self.numbers.len() + 1;
            let number = *self.numbers.entry(name[from..to].to_owned()).or_insert(next);
            out.push_str(&name[copied..from]);
            out.push_str(NUMBERED);
            out.push_str(&number.to_string());
            out.push(']');
            copied = to;
            if rule != OWN {
                self.redacted.add_one(rule, place);
            }
        }
        out.push_str(&name[copied..]);
        Cow::Owned(out)
    }

    /// JSON text without its secrets, token by token; `key` is what it is the value of. What is no JSON is searched as text.
    pub fn json(&mut self, place: &'static str, json: &str, key: Option<&str>) -> String {
        json::scrub(self, place, json, key)
    }

    fn replaced(&mut self, place: &'static str, text: &str, found: &[Found]) -> String {
        let mut out = String::with_capacity(text.len());
        let mut copied = 0;
        for found in found {
            out.push_str(&text[copied..found.from]);
            out.push_str(MARK);
            copied = found.to;
            self.redacted.add_one(found.rule, place);
        }
        out.push_str(&text[copied..]);
        out
    }
}

/// How a numbered mark begins.
const NUMBERED: &str = "[redacted ";

/// The rule of a mark of ours, which is no secret.
const OWN: &str = "";

/// The numbered marks that a text holds already.
fn marks(text: &str) -> impl Iterator<Item = Found> {
    text.match_indices(NUMBERED).filter_map(|(from, _)| {
        let digits = from + NUMBERED.len();
        let to = text[digits..].find(|c: char| !c.is_ascii_digit()).map(|n| digits + n)?;
        (to > digits && text[to..].starts_with(']')).then_some(Found { from, to: to + 1, rule: OWN })
    })
}
