//! The metrics of a task record.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::json::tape::{Tape, Value};

/// What a sampler of resources fills; all of them zero means that it did not run.
const RESOURCES: [&str; 9] = [
    "cpu_usage",
    "memory_usage",
    "memory_usage_mb",
    "memory_delta_mb",
    "io_read_bytes",
    "io_write_bytes",
    "io_read_count",
    "io_write_count",
    "context_switches",
];

/// The numbers of a metrics object, and what in it is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Metrics<'a> {
    pub(super) numbers: Vec<(Cow<'a, str>, f64)>,
    /// Name and JSON of values that are no numbers.
    pub(super) words: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Whether resources are stated, all of them as zero.
    pub(super) not_collected: bool,
}

impl<'a> Metrics<'a> {
    /// Reads a metrics object that is there as text.
    pub(super) fn read(raw: &'a RawValue) -> Metrics<'a> {
        let mut tape = Tape::default();
        // An object ends with its bracket, so nothing needs to follow it.
        if tape.read(raw.get(), 0).is_err() {
            return Metrics::default();
        }
        Metrics::of(tape.value(raw.get()))
    }

    /// Reads a metrics object and the object of custom metrics in it.
    #[inline(never)]
    pub(super) fn of(object: Value<'_, 'a>) -> Metrics<'a> {
        let mut m = Metrics { numbers: Vec::with_capacity(12), ..Metrics::default() };
        for (key, value) in object.members() {
            if key == "custom_metrics" && value.is_object() {
                value.members().for_each(|(key, value)| m.take(key, value));
            } else {
                m.take(key, value);
            }
        }
        m.checked()
    }

    /// Without what is stated twice or was not measured.
    #[inline(never)]
    pub(super) fn checked(mut self) -> Metrics<'a> {
        let m = &mut self;
        let value_of = |m: &Metrics<'_>, name: &str| m.numbers.iter().find(|(k, _)| k == name).map(|e| e.1);
        // The same figure is written under an old and a new name.
        if let Some(old) = value_of(m, "memory_usage")
            && value_of(m, "memory_usage_mb") == Some(old)
        {
            m.numbers.retain(|(k, _)| k != "memory_usage");
        }
        let mut all_zero = None;
        for (name, value) in &m.numbers {
            // The list is asked only as long as all may be zero.
            if all_zero != Some(false) && RESOURCES.contains(&name.as_ref()) {
                all_zero = Some(*value == 0.0);
            }
        }
        if all_zero == Some(true) {
            m.not_collected = true;
            m.numbers.retain(|(k, _)| !RESOURCES.contains(&k.as_ref()) && k != "thread_count");
        }
        self
    }

    fn take(&mut self, key: Cow<'a, str>, value: Value<'_, 'a>) {
        match value.get().as_bytes().first() {
            Some(b'-' | b'0'..=b'9') => self.numbers.extend(value.number().map(|n| (key, n))),
            Some(b'n') | None => {}
            Some(_) => self.words.push((key, Cow::Borrowed(value.get()))),
        }
    }

    /// The same, owning its text.
    pub(super) fn into_owned(self) -> Metrics<'static> {
        let own = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        Metrics {
            numbers: self.numbers.into_iter().map(|(name, value)| (own(name), value)).collect(),
            words: self.words.into_iter().map(|(name, value)| (own(name), own(value))).collect(),
            not_collected: self.not_collected,
        }
    }
}

/// Name under which a metric is shown, and its unit.
pub(super) fn name_and_unit(name: &str) -> (&str, Option<&'static str>) {
    match name {
        // Counted since the start of the process, whatever else ran in it.
        "context_switches" => return ("context_switches_process_total", None),
        "memory_usage" | "total_memory_usage" => return (name, Some("MB")),
        "cpu_usage" | "total_cpu_usage" => return (name, Some("%")),
        "duration" | "avg_task_duration" | "execution_time" => return (name, Some("s")),
        "throughput" => return (name, Some("1/min")),
        _ => {}
    }
    let ends: &[(&str, &str)] = match name.as_bytes().last() {
        Some(b'b') => &[("_mb", "MB")],
        Some(b's') => &[("_bytes", "B"), ("_ms", "ms"), ("_seconds", "s"), ("_s", "s")],
        Some(b't') => &[("_percent", "%")],
        _ => &[],
    };
    let unit = ends.iter().find(|(end, _)| name.ends_with(end));
    (name, unit.map(|u| u.1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> (Vec<(String, f64)>, usize, bool) {
        let raw: &RawValue = serde_json::from_str(text).unwrap();
        let m = Metrics::read(raw);
        (m.numbers.into_iter().map(|(k, v)| (k.into_owned(), v)).collect(), m.words.len(), m.not_collected)
    }

    #[test]
    fn zeros_of_all_resources_mean_that_nothing_was_measured() {
        let zero = r#"{"duration":1.5,"memory_usage":0.0,"memory_usage_mb":0.0,"cpu_usage":0.0,
            "custom_metrics":{"io_read_count":0,"thread_count":1,"rows":10,"label":"x","bad":null}}"#;
        assert_eq!(read(zero), (vec![("duration".into(), 1.5), ("rows".into(), 10.0)], 1, true));
        let some = r#"{"memory_usage":2.0,"memory_usage_mb":2.0,"cpu_usage":0.0}"#;
        assert_eq!(read(some), (vec![("memory_usage_mb".into(), 2.0), ("cpu_usage".into(), 0.0)], 0, false));
        assert_eq!(read(r#"{"duration":0}"#), (vec![("duration".into(), 0.0)], 0, false));
    }

    #[test]
    fn units_follow_from_names() {
        assert_eq!(name_and_unit("io_read_bytes"), ("io_read_bytes", Some("B")));
        assert_eq!(name_and_unit("rows"), ("rows", None));
        assert_eq!(name_and_unit("context_switches").0, "context_switches_process_total");
    }
}
