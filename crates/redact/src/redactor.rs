//! Replaces secrets, and remembers replaced names.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::key::{Said, judge};
use crate::redacted::{MARK, Redacted};
use crate::text::{self, Found, Line};

/// Replaces secrets, and remembers the replacements of names, so that references still match within everything that one
/// redactor processes. Use one redactor for all runs that are shared together.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    pub(crate) redacted: Redacted,
    /// Secrets found in names, and their numbers.
    numbers: BTreeMap<String, usize>,
    /// Names without a secret, each in the one slot where it can be: names of tasks and workers repeat often.
    clean: Vec<String>,
    /// Judgements of JSON keys, likewise.
    keys: Vec<(String, Said)>,
}

/// Limits: number of remembered names, and their length in bytes.
const SLOTS: usize = 64;
const LONGEST_REMEMBERED: usize = 256;

/// Returns the slot of a name. Names with the same slot only cost a repeated search.
fn slot(name: &str) -> usize {
    let bytes = name.as_bytes();
    let at = |i: usize| usize::from(bytes.get(i).copied().unwrap_or(0));
    (bytes.len() + at(0) * 7 + at(bytes.len() / 2) * 3 + at(bytes.len().wrapping_sub(1)) * 5) % SLOTS
}

impl Redactor {
    /// Returns the counts of what has been redacted so far.
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
        if self.clean.get(slot(&name)).is_some_and(|known| !known.is_empty() && **known == *name) {
            return name;
        }
        let mut found = text::find(&name, &mut Line::default());
        // Hardly a name has a bracket: to look for one costs much less than to look for a mark.
        if found.is_empty() && !(name.as_bytes().contains(&b'[') && name.contains(NUMBERED)) {
            self.remember(&name);
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

    fn remember(&mut self, name: &str) {
        if name.len() > LONGEST_REMEMBERED {
            return;
        }
        self.clean.resize_with(SLOTS, String::new);
        let place = &mut self.clean[slot(name)];
        place.clear();
        place.push_str(name);
    }

    /// Returns the judgement of a value by its JSON key.
    pub(crate) fn judge(&mut self, key: &str) -> Said {
        if let Some((known, said)) = self.keys.get(slot(key))
            && !known.is_empty()
            && known == key
        {
            return *said;
        }
        let said = judge(key.as_bytes());
        if key.len() <= LONGEST_REMEMBERED {
            self.keys.resize_with(SLOTS, || (String::new(), Said::Open));
            self.keys[slot(key)] = (key.to_owned(), said);
        }
        said
    }

    /// The text with a mark in each of these places.
    pub(crate) fn replaced(&mut self, place: &'static str, text: &str, found: &[Found]) -> String {
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

/// The beginning of a numbered replacement.
const NUMBERED: &str = "[redacted ";

/// Returns the rule of one of our placeholders, which is not a secret.
const OWN: &str = "";

/// The numbered marks that a text holds already.
fn marks(text: &str) -> impl Iterator<Item = Found> {
    text.match_indices(NUMBERED).filter_map(|(from, _)| {
        let digits = from + NUMBERED.len();
        let to = text[digits..].find(|c: char| !c.is_ascii_digit()).map(|n| digits + n)?;
        (to > digits && text[to..].starts_with(']')).then_some(Found { from, to: to + 1, rule: OWN })
    })
}
