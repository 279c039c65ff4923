//! What takes secrets out, and remembers names.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::key::{Said, judge};
use crate::redacted::{MARK, Redacted};
use crate::text::{self, Found, Line};

/// Takes secrets out, and remembers what it called those that stood in names: references keep finding what they refer to, in
/// all that one redactor is given. Keep one for all runs that are handed on together.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    pub(crate) redacted: Redacted,
    /// Secrets that stood in names, and their numbers.
    numbers: BTreeMap<String, usize>,
    /// Names that held no secret, each in the one slot it may stand in: those of tasks and workers come again and again.
    clean: Vec<String>,
    /// What the keys of JSON say, likewise.
    keys: Vec<(String, Said)>,
}

/// How many names are remembered, and how long they may be, bytes.
const SLOTS: usize = 64;
const LONGEST_REMEMBERED: usize = 256;

/// The slot of a name. Names that share one cost a search each, and nothing else.
fn slot(name: &str) -> usize {
    let bytes = name.as_bytes();
    let at = |i: usize| usize::from(bytes.get(i).copied().unwrap_or(0));
    (bytes.len() + at(0) * 7 + at(bytes.len() / 2) * 3 + at(bytes.len().wrapping_sub(1)) * 5) % SLOTS
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

    /// What a key of JSON says of its value.
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

/// How a numbered mark begins.
const NUMBERED: &str = "[redacted ";

/// The rule of a mark of ours, which is not a secret.
const OWN: &str = "";

/// The numbered marks that a text holds already.
fn marks(text: &str) -> impl Iterator<Item = Found> {
    text.match_indices(NUMBERED).filter_map(|(from, _)| {
        let digits = from + NUMBERED.len();
        let to = text[digits..].find(|c: char| !c.is_ascii_digit()).map(|n| digits + n)?;
        (to > digits && text[to..].starts_with(']')).then_some(Found { from, to: to + 1, rule: OWN })
    })
}
