//! Series of numbers with an order and no times.

use std::borrow::Cow;

use makespan_format::{Artifact, Diagnostic, Event, EventSink, Fields, Json, Sample, Severity};
use makespan_model::HashSet;
use serde_json::value::RawValue;

use crate::json;

/// Emits numbers as samples of the run, in the order of the file, and keeps what is not a number.
pub(super) struct Series<'s> {
    sink: &'s mut dyn EventSink,
    /// Places in lists that hold no number.
    gaps: u64,
    kept: HashSet<String>,
    /// Name and JSON of what is not a number, for labels.
    pub(super) words: Fields,
}

impl<'s> Series<'s> {
    /// Emits to `sink`.
    pub(super) fn new(sink: &'s mut dyn EventSink) -> Series<'s> {
        Series { sink, gaps: 0, kept: HashSet::default(), words: Fields::new() }
    }

    fn sample(&mut self, name: &str, value: f64) {
        let unit =
            if name.contains(".duration") || name == "execution_time" { Some("s".into()) } else { None };
        self.sink.event(Event::Sample(Sample { name: name.into(), value, unit, ..Sample::default() }));
    }

    /// A number, or a list of numbers: a sample for each. False for anything else.
    pub(super) fn numbers(&mut self, name: &str, value: &RawValue) -> bool {
        if is_number(value) {
            if let Some(number) = json::number_of(value) {
                self.sample(name, number);
            }
            return true;
        }
        let elements = json::elements(value);
        if elements.is_empty() || !elements.iter().all(|e| is_number(e) || e.get() == "null") {
            return false;
        }
        for element in elements {
            match json::number_of(element) {
                Some(number) => self.sample(name, number),
                None => self.gaps += 1,
            }
        }
        true
    }

    /// The members of a record: those that are numbers, lists of numbers, or objects of such are emitted as
    /// `<group>.<member>[<who>]`; of the rest, small values are kept as labels the first time, arrays and objects are
    /// handed over as values.
    pub(super) fn record(&mut self, group: &str, who: &str, members: Vec<(Cow<'_, str>, &RawValue)>) {
        for (key, value) in members {
            let name = format!("{group}.{key}[{who}]");
            if value.get() == "null" || self.numbers(&name, value) {
                continue;
            }
            let mut whole = false;
            let is_object = json::each_member(value, |inner, value| {
                if !self.numbers(&format!("{group}.{key}[{who}].{inner}"), value) && value.get() != "null" {
                    whole = true;
                }
            });
            if is_object && !whole {
                continue;
            }
            if self.kept.insert(name.clone()) {
                self.words.raw(&name, value.get());
            } else if is_object || value.get().starts_with('[') {
                self.sink.event(Event::Artifact(Artifact {
                    name: name.into(),
                    value: Some(Json::from_raw(value.get())),
                    ..Artifact::default()
                }));
            }
        }
    }

    /// Contributions of experts: a list of them, or one such list for each iteration.
    pub(super) fn experts(&mut self, list: &RawValue) -> u64 {
        let mut bad = 0;
        json::each_element(list, |element| {
            let of_iteration = json::elements(element);
            let records = if element.get().starts_with('[') { of_iteration } else { vec![element] };
            for record in records {
                let mut members = json::members(record);
                match id_of(&mut members, "expert_id") {
                    Some(who) => self.record("expert", &who, members),
                    None => bad += 1,
                }
            }
        });
        bad
    }

    /// Says what was left out of the file's lists.
    pub(super) fn finish(self, file: &str) -> Fields {
        if self.gaps > 0 {
            let message = format!(
                "{file}: lists of numbers hold places without one; they are left out, so what follows them moves up"
            );
            self.sink
                .diagnostic(Diagnostic::new(Severity::Warning, "gaps-in-series", message).times(self.gaps));
        }
        self.words
    }
}

/// Takes the member that identifies a record out of its members.
pub(super) fn id_of<'a>(members: &mut Vec<(Cow<'a, str>, &'a RawValue)>, key: &str) -> Option<Cow<'a, str>> {
    let at = members.iter().position(|(k, _)| k == key)?;
    json::text_of(members.remove(at).1)
}

fn is_number(value: &RawValue) -> bool {
    matches!(value.get().as_bytes().first(), Some(b'-' | b'0'..=b'9'))
}
