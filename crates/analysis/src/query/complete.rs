//! Completions at the cursor.

use std::ops::Range;

use makespan_format::Status;
use makespan_model::{HashSet, Run, members, plain};

use super::canonical::{bare, item, name, quoted};
use super::parser::{LONGEST, Parser};
use super::reached::{Reached, Slot};
use super::syntax::*;
use super::vocabulary::*;
use super::{columns, lexer};
use crate::Facts;

/// The most that is offered.
const MOST: usize = 50;
/// Maximum number of texts of labels or parameters that are searched for names and values.
const MEMBERS_READ: usize = 2_000;

/// A completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The range that it replaces, in bytes of the text: the word that ends at the cursor, or an empty range.
    pub replace: Range<usize>,
    /// The text, quoted if needed.
    pub insert: String,
    /// A short description.
    pub about: &'static str,
}

/// Returns at most 50 completions at the cursor (in bytes): those that begin with the word before the cursor first,
/// then those that contain it; fields in the order of the documentation, texts of the run in task order. Only the text
/// before the cursor counts. Empty if nothing can be suggested, and after an error. O(n).
pub fn complete(text: &str, cursor: usize, facts: &Facts) -> Vec<Completion> {
    let cursor = (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let before = text.get(..cursor).filter(|t| t.len() <= LONGEST).unwrap_or("");
    let mut parser = Parser::new(before);
    // Unfinished text is usually invalid; only the place where parsing stopped matters.
    let _ = parser.parse();
    let Reached { slot: Some(slot), at, .. } = parser.reader.reached else { return Vec::new() };
    let typed = before.get(at.clone()).unwrap_or("");
    let mut offers = Offers::new(at, typed.trim_start_matches('"'));
    offers.fill(&slot, facts);
    offers.done()
}

/// Collects completions in the order in which they are found.
struct Offers {
    replace: Range<usize>,
    /// In lower case.
    typed: String,
    begins: Vec<Completion>,
    holds: Vec<Completion>,
    seen: HashSet<String>,
}

impl Offers {
    fn new(replace: Range<usize>, typed: &str) -> Offers {
        let typed = typed.to_lowercase();
        Offers { replace, typed, begins: Vec::new(), holds: Vec::new(), seen: HashSet::default() }
    }

    fn is_full(&self) -> bool {
        self.begins.len() >= MOST
    }

    /// Offers `insert` if `name` begins with, or contains, what was typed.
    fn add(&mut self, name: &str, insert: impl FnOnce() -> String, about: &'static str) {
        let lower = name.to_lowercase();
        let list = if lower.starts_with(&self.typed) {
            &mut self.begins
        } else if lower.contains(&self.typed) {
            &mut self.holds
        } else {
            return;
        };
        if list.len() < MOST {
            let insert = insert();
            if self.seen.insert(insert.clone()) {
                list.push(Completion { replace: self.replace.clone(), insert, about });
            }
        }
    }

    fn done(mut self) -> Vec<Completion> {
        self.begins.append(&mut self.holds);
        self.begins.truncate(MOST);
        self.begins
    }

    fn fill(&mut self, slot: &Slot, facts: &Facts) {
        let run = facts.run();
        match slot {
            Slot::Operator => {
                for (word, about) in [("and", "both hold"), ("or", "one of them holds")] {
                    self.add(word, || format!("{word} "), about);
                }
                self.operands(facts);
            }
            Slot::Operand => self.operands(facts),
            Slot::Task => {
                self.words(run, Words::Task, "a task of this run");
                self.operands(facts);
            }
            Slot::Has => self.fields(facts, |field, _| field),
            Slot::Is => self.flags(),
            Slot::Member(means) => self.member_names(facts, *means),
            Slot::Value(field) => self.values(facts, field),
            Slot::Hops => {
                (1..4).for_each(|n: u32| self.add(&n.to_string(), || n.to_string(), "dependencies away"))
            }
            Slot::Nothing => {}
        }
    }

    fn operands(&mut self, facts: &Facts) {
        self.fields(facts, |field, sign| field + sign);
        for entry in FIELDS.iter().filter(|e| matches!(e.means, Means::Has | Means::Is)) {
            self.add(entry.name, || format!("{}:", entry.name), entry.about);
        }
        self.flags();
        for entry in FUNCTIONS {
            self.add(entry.name, || format!("{}(", entry.name), entry.about);
        }
        self.add("not", || "not ".to_owned(), "what does not hold");
    }

    fn flags(&mut self) {
        FLAGS.iter().for_each(|e| self.add(e.name, || e.name.to_owned(), e.about));
    }

    /// Every field, as `write` makes it of the name and the operator that is asked most.
    fn fields(&mut self, facts: &Facts, write: impl Fn(String, &str) -> String) {
        let measures = facts.measures();
        for entry in FIELDS {
            let sign = match entry.means {
                Means::Words(_) | Means::Status => ":",
                Means::Label | Means::Param | Means::Metric => ".",
                // Suggests nothing that the run does not contain.
                Means::Standard if measures.find(entry.name).is_none() => continue,
                Means::Has | Means::Is => continue,
                _ => ">",
            };
            if sign == "." {
                // A name must follow directly, even if no operator does.
                self.add(entry.name, || format!("{}.", entry.name), entry.about);
            } else {
                self.add(entry.name, || write(entry.name.to_owned(), sign), entry.about);
            }
        }
        for i in (0..measures.list.len()).filter(|i| measures.samples(*i).is_some()) {
            let key = &measures.list[i].key;
            let field = match key.strip_prefix("metric:") {
                Some(name) => Field::Metric(name.to_owned()),
                None => Field::Measure(key.clone()),
            };
            self.add(key, || write(name(&field), ">"), "a metric of this run");
        }
    }

    /// The texts of a field, each once, in the order of the tasks.
    fn words(&mut self, run: &Run, field: Words, about: &'static str) {
        let mut seen = HashSet::default();
        for t in run.task_ids() {
            if self.is_full() {
                return;
            }
            columns::words(run, field, t, |id| {
                if seen.insert(id) {
                    self.word(run.text(id), field, about);
                }
            });
        }
    }

    fn word(&mut self, text: &str, field: Words, about: &'static str) {
        // A text that would be a pattern is quoted.
        let literal = has_wildcard(text);
        let write = || match field {
            Words::Task => bare(text, literal, field),
            _ => {
                let value = Value { text: text.to_owned(), literal, by_step: false, at: TextPlace(0..0) };
                item(&value, &Field::Words(field))
            }
        };
        self.add(text, write, about);
    }

    fn values(&mut self, facts: &Facts, field: &Field) {
        let run = facts.run();
        match field {
            Field::Words(words @ (Words::Error | Words::Any)) => {
                self.words(run, *words, "in the errors of this run")
            }
            Field::Words(words) => self.words(run, *words, "of this run"),
            Field::Status => {
                Status::ALL.into_iter().for_each(|s| self.add(s.name(), || s.name().to_owned(), "a status"));
            }
            Field::Measure(_) | Field::Metric(_) => {
                for percentile in ["p50", "p90", "p95", "p99"] {
                    self.add(percentile, || percentile.to_owned(), "a percentile over the tasks of the run");
                }
                let named = STATISTICS.iter().filter(|e| e.means != Summary::Percentile);
                named.for_each(|e| self.add(e.name, || e.name.to_owned(), e.about));
            }
            Field::Label(name) => self.member_values(run, Means::Label, name),
            Field::Param(name) => self.member_values(run, Means::Param, name),
            Field::Moment(_) => {}
        }
    }

    /// Calls `look` with the members of labels or parameters, of a bounded number of texts.
    fn each_member(&mut self, run: &Run, means: Means, mut look: impl FnMut(&mut Offers, &str, &str)) {
        let column = if means == Means::Label { &run.tasks.labels } else { &run.tasks.params };
        let mut seen = HashSet::default();
        for &id in column.iter().filter(|id| !id.is_empty()) {
            if seen.len() >= MEMBERS_READ || self.is_full() {
                return;
            }
            if seen.insert(id) {
                members(run.text(id)).iter().for_each(|(name, json)| look(self, name, json));
            }
        }
    }

    fn member_names(&mut self, facts: &Facts, means: Means) {
        let plain = |name: &str| {
            if lexer::is_plain(name, lexer::Mode::Term) { name.to_owned() } else { quoted(name) }
        };
        if means == Means::Metric {
            let measures = facts.measures();
            for i in (0..measures.list.len()).filter(|i| measures.samples(*i).is_some()) {
                let key = &measures.list[i].key;
                let name = key.strip_prefix("metric:").unwrap_or(key);
                self.add(name, || plain(name), "a metric of this run");
            }
            return;
        }
        self.each_member(facts.run(), means, |offers, name, _| {
            offers.add(name, || plain(name), "of tasks of this run");
        });
    }

    fn member_values(&mut self, run: &Run, means: Means, wanted: &str) {
        self.each_member(run, means, |offers, name, json| {
            if name == wanted {
                let text = plain(json).into_owned();
                let literal = has_wildcard(&text);
                let value = Value { text, literal, by_step: false, at: TextPlace(0..0) };
                let field = Field::Label(String::new());
                offers.add(&value.text, || item(&value, &field), "of tasks of this run");
            }
        });
    }
}
