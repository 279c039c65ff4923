//! Parses a line of a console tracer.

use makespan_format::time::SECOND;

use crate::coloured::plain;

/// A day, ns.
pub(super) const DAY: i64 = 86_400 * SECOND;

/// A millisecond, ns.
pub(super) const MS: i64 = 1_000_000;

/// A line of the trace, taken apart.
pub(super) struct Line<'a> {
    pub(super) column: usize,
    /// Nanoseconds since midnight.
    pub(super) t: i64,
    pub(super) message: &'a str,
}

/// Makes times of day ascend over midnights.
#[derive(Default)]
pub(super) struct Days {
    last: Option<i64>,
    day: i64,
    pub(super) passed: u64,
}

impl Days {
    /// A time of day as time since the first midnight: the clock passed midnight where it falls back by more than half a
    /// day.
    pub(super) fn moment(&mut self, t: i64) -> i64 {
        if self.last.is_some_and(|last| last - t > DAY / 2) {
            self.day = self.day.saturating_add(DAY);
            self.passed += 1;
        }
        self.last = Some(t);
        self.day.saturating_add(t)
    }
}

/// Whether this is a line of a console trace.
pub(super) fn is_line(line: &str) -> bool {
    parse(&plain(line)).is_some_and(|l| {
        ["TRACE START: ", "TRACE END: ", "SPAN START: ", "SPAN END: "]
            .iter()
            .any(|k| l.message.starts_with(k))
    })
}

/// `  → [12:34:56.789] message`; the sign may be any, terminals without Unicode print `?`.
pub(super) fn parse(line: &str) -> Option<Line<'_>> {
    let trimmed = line.trim_start_matches(' ');
    let (sign, rest) = trimmed.split_once(' ')?;
    let (time, message) = rest.strip_prefix('[')?.split_once("] ")?;
    if sign.chars().count() > 2 {
        return None;
    }
    Some(Line { column: line.len() - trimmed.len(), t: time_of_day(time)?, message })
}

fn time_of_day(text: &str) -> Option<i64> {
    let (clock, millis) = text.split_once('.')?;
    let mut parts = clock.split(':').map(|p| p.parse::<i64>().ok().filter(|n| (0..60).contains(n)));
    let (h, m, s) = (parts.next()??, parts.next()??, parts.next()??);
    let ms = millis.parse::<i64>().ok().filter(|n| (0..1000).contains(n) && millis.len() == 3)?;
    (parts.next().is_none() && h < 24).then_some(((h * 60 + m) * 60 + s) * SECOND + ms * MS)
}

/// Splits `name (key: value, …)` as a start line has it.
pub(super) fn split_metadata(text: &str) -> (&str, Vec<(&str, &str)>) {
    let keys = ["trace_id", "task_type", "handler_type", "type"];
    let start = keys.iter().filter_map(|k| text.find(&format!(" ({k}: "))).min();
    let (Some(start), Some(body)) = (start, text.strip_suffix(')')) else { return (text, Vec::new()) };
    let pairs = body[start + 2..].split(", ").filter_map(|pair| pair.split_once(": ")).collect();
    (&text[..start], pairs)
}

/// Splits the duration off the end of a line: `(57ms)` or `(1.20s)`.
pub(super) fn split_duration(text: &str) -> Option<(&str, i64)> {
    let (rest, duration) = text.strip_suffix("s)")?.rsplit_once(" (")?;
    let (number, unit) = match duration.strip_suffix('m') {
        Some(number) => (number, MS as f64),
        None => (duration, SECOND as f64),
    };
    let value: f64 = number.parse().ok().filter(|v: &f64| v.is_finite() && *v >= 0.0)?;
    Some((rest, (value * unit) as i64))
}

/// Splits what follows `SPAN END: ` into the id, the error and the duration.
pub(super) fn split_end(text: &str) -> (&str, Option<&str>, Option<i64>) {
    let (text, duration) = split_duration(text).map_or((text, None), |(rest, d)| (rest, Some(d)));
    match text.split_once(" - ERROR: ") {
        Some((id, error)) => (id, Some(error), duration),
        None => (text, None, duration),
    }
}

/// A time of a text, which has only milliseconds, moved within its millisecond so that it is not before `exact`.
pub(super) fn not_before(t: i64, exact: Option<i64>) -> i64 {
    match exact {
        Some(exact) if t < exact && exact.saturating_sub(t) < MS => exact,
        _ => t,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lines_are_parsed_into_parts() {
        let line = parse("    ✓ [23:59:59.999] SPAN END: x (1.20s)").unwrap();
        assert_eq!((line.column, line.t), (4, DAY - MS));
        assert_eq!(split_duration("x - ERROR: y (3) (57ms)"), Some(("x - ERROR: y (3)", 57 * MS)));
        assert_eq!(split_duration("x (1.20s)"), Some(("x", 1_200 * MS)));
        assert_eq!(split_duration("x (many parts)"), None);
        let (name, pairs) = split_metadata("a (b) (task_type: T, handler_type: H)");
        assert_eq!((name, pairs), ("a (b)", vec![("task_type", "T"), ("handler_type", "H")]));
        assert!(parse("       (task_type: TaskWrapper) [00:48:24.066] ").is_none());
        assert!(is_line(
            "\u{1b}[90m→\u{1b}[0m \u{1b}[90m[00:00:01.000]\u{1b}[0m \u{1b}[94mSPAN START: a\u{1b}[0m"
        ));
        assert!(!is_line("→ [24:00:00.000] SPAN START: a"));
    }
}
