//! The value of a cell, and its text. Painters show the text; programs and sorting use the value.

use std::borrow::Cow;

use makespan_analysis::Quantity;
use makespan_format::clip_chars;
use makespan_model::{Status, UNKNOWN};
use makespan_scene::{bytes, count, duration, duration_words, shown, shown_string, timestamp};
use serde::{Deserialize, Serialize};

use crate::amount::{Unit, change, exact_number, plain, share, signed, signed_number};

/// A value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Nothing, or unknown.
    #[default]
    Empty,
    /// Text, ours or that of a run.
    Text(String),
    /// A count.
    Count(u64),
    /// A plain number.
    Number(f64),
    /// A number in a unit of the source.
    Measured {
        /// The number.
        value: f64,
        /// Its unit.
        unit: String,
    },
    /// A fraction of 1.
    Share(f64),
    /// A size in bytes.
    Bytes(f64),
    /// A length of time, ns.
    Duration(i64),
    /// A difference of two lengths of time, ns.
    Delta(i64),
    /// A difference of two numbers.
    Difference(f64),
    /// Two durations, ns: shown as their difference and its percentage of the first.
    Change(i64, i64),
    /// Two amounts in any unit: shown as how much larger the second is.
    Relative(f64, f64),
    /// A moment.
    Time {
        /// ns since the epoch.
        t: i64,
        /// Its origin, ns since the epoch; `None` for date and time of day.
        since: Option<i64>,
        /// Offset of the clock for date and time of day, seconds east of UTC.
        offset: i32,
    },
    /// A time whose date is clear from the context: its time of day.
    Clock {
        /// ns since the epoch.
        t: i64,
        /// Seconds east of UTC.
        offset: i32,
    },
    /// The status of a task, an attempt or a run.
    Status(#[serde(with = "crate::named::status")] Status),
    /// A drawing of the neighbouring numbers. Text painters draw it with characters; a page, which has pictures, omits
    /// it.
    Plot(Plot),
}

/// A drawing that fits into a cell. Positions are fractions of its width, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Plot {
    /// A bar from one position to another, which may be further left.
    Bar {
        /// Where it begins.
        from: f64,
        /// Where it ends.
        to: f64,
    },
    /// An estimate within its interval, with a mark at zero.
    Interval {
        /// The ends of the interval, if it has any.
        ends: Option<(f64, f64)>,
        /// The estimate.
        estimate: f64,
        /// Position of zero.
        zero: f64,
    },
    /// Earlier values, and the newest.
    Spread {
        /// Minimum, 10th percentile, median, 90th percentile and maximum of earlier values.
        before: Option<[f64; 5]>,
        /// The newest value.
        newest: Option<f64>,
    },
}

impl Value {
    /// Returns a duration in ns; empty for [`UNKNOWN`].
    pub fn duration(ns: i64) -> Value {
        if ns == UNKNOWN { Value::Empty } else { Value::Duration(ns) }
    }

    /// Returns the shown text; empty for nothing and for drawings.
    pub fn text(&self) -> Cow<'_, str> {
        Cow::Owned(match *self {
            Value::Empty | Value::Plot(_) => return Cow::Borrowed(""),
            Value::Text(ref text) => return Cow::Borrowed(text),
            Value::Status(status) => return Cow::Borrowed(status.name()),
            Value::Count(n) => count(n),
            Value::Number(n) => plain(n),
            Value::Measured { value, ref unit } => format!("{} {unit}", plain(value)),
            Value::Share(part) => share(part),
            Value::Bytes(n) => bytes(n),
            Value::Duration(ns) => duration(ns),
            Value::Delta(ns) => signed(ns),
            Value::Difference(n) => signed_number(n),
            Value::Change(a, b) => match change(a as f64, b as f64) {
                share if share.is_empty() => signed(b.saturating_sub(a)),
                share => format!("{} ({share})", signed(b.saturating_sub(a))),
            },
            Value::Relative(a, b) => change(a, b),
            Value::Time { t, since: None, offset } => timestamp(t, offset),
            Value::Clock { t, offset } => clock(t, offset),
            Value::Time { t, since: Some(origin), .. } => {
                let since = t.saturating_sub(origin);
                if since < 0 { duration(since) } else { format!("+{}", duration(since)) }
            }
        })
    }

    /// Returns the number of an amount: of a duration in ns; `None` for text, moments and differences.
    pub fn amount(&self) -> Option<f64> {
        match *self {
            Value::Count(n) => Some(n as f64),
            Value::Number(n) | Value::Measured { value: n, .. } | Value::Share(n) | Value::Bytes(n) => {
                Some(n)
            }
            Value::Duration(ns) => Some(ns as f64),
            _ => None,
        }
    }

    /// Returns the text with all known digits; empty if [`Value::text`] already shows them.
    pub fn precise(&self) -> String {
        let difference = |ns: i64| {
            let word = if ns < 0 { "less" } else { "more" };
            format!("{} {word} ({ns} ns)", duration_words(ns.saturating_abs()))
        };
        match *self {
            Value::Number(n) => exact_number(n),
            Value::Measured { value, ref unit } => format!("{} {unit}", exact_number(value)),
            Value::Bytes(n) => format!("{} ({} bytes)", bytes(n), exact_number(n)),
            Value::Duration(ns) => format!("{} ({ns} ns)", duration_words(ns)),
            Value::Delta(ns) => difference(ns),
            Value::Change(a, b) => difference(b.saturating_sub(a)),
            Value::Time { t, .. } => timestamp(t, 0),
            Value::Clock { t, offset } => timestamp(t, offset),
            _ => String::new(),
        }
    }
}

/// Returns the time of day of a timestamp, to the millisecond: "13:05:00.250".
fn clock(t: i64, offset: i32) -> String {
    let whole = timestamp(t, offset);
    let of_day = whole.split_once('T').map_or("", |(_, of_day)| of_day);
    clip_chars(of_day, "hh:mm:ss.mmm".len()).to_owned()
}

impl Unit {
    /// Returns a number in this unit as a value; empty if it is not a number.
    pub fn value(&self, value: f64) -> Value {
        if !value.is_finite() {
            return Value::Empty;
        }
        match self.quantity {
            Quantity::Time => Value::Duration(value.round() as i64),
            Quantity::Bytes => Value::Bytes(value),
            Quantity::Percent => Value::Measured { value, unit: "%".to_owned() },
            Quantity::Count => Value::Number(value),
            Quantity::Number if self.name.is_empty() => Value::Number(value),
            Quantity::Number => Value::Measured { value, unit: self.name.clone() },
        }
    }

    /// Returns a difference of two numbers in this unit as a value.
    pub fn delta(&self, value: f64) -> Value {
        match self.quantity {
            _ if !value.is_finite() => Value::Empty,
            Quantity::Time => Value::Delta(value.round() as i64),
            Quantity::Count => Value::Difference(value),
            Quantity::Number if self.name.is_empty() => Value::Difference(value),
            _ => Value::Text(self.signed(value)),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        if text.is_empty() { Value::Empty } else { Value::Text(shown(text).into_owned()) }
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        if text.is_empty() { Value::Empty } else { Value::Text(shown_string(text)) }
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Value {
        text.as_str().into()
    }
}

impl From<Cow<'_, str>> for Value {
    fn from(text: Cow<'_, str>) -> Value {
        text.into_owned().into()
    }
}

impl From<Status> for Value {
    fn from(status: Status) -> Value {
        Value::Status(status)
    }
}

/// Numbers of things.
macro_rules! counts {
    ($($of:ty)*) => { $(impl From<$of> for Value {
        fn from(n: $of) -> Value {
            Value::Count(n as u64)
        }
    })* };
}
counts!(u32 u64 usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_its_text_and_its_exact_words() {
        const S: i64 = 1_000_000_000;
        let noon = Value::Time { t: 43_200 * S, since: None, offset: 3_600 };
        for (value, text, precise) in [
            (Value::Empty, "", ""),
            (Value::from("align"), "align", ""),
            (Value::from(12_480u32), "12,480", ""),
            (Value::Number(1.0 / 3.0), "0.3333", "0.3333333333333333"),
            (Value::Measured { value: 2.5, unit: "items/sec".to_owned() }, "2.5 items/sec", "2.5 items/sec"),
            (Value::Share(0.9999), "99.9 %", ""),
            (Value::Share(0.0004), "<0.1 %", ""),
            (Value::Bytes(2048.0), "2.05 kB", "2.05 kB (2,048 bytes)"),
            (Value::duration(S), "1 s", "1 second (1000000000 ns)"),
            (Value::duration(UNKNOWN), "", ""),
            (Value::Delta(-3 * S), "−3 s", "3 seconds less (-3000000000 ns)"),
            (Value::Difference(0.0), "±0", ""),
            (Value::Change(8 * S, 12 * S), "+4 s (+50 %)", "4 seconds more (4000000000 ns)"),
            (Value::Change(0, S), "+1 s", "1 second more (1000000000 ns)"),
            (Value::Relative(1.0, 12.0), "×12", ""),
            (noon, "1970-01-01T13:00:00.000+01:00", "1970-01-01T12:00:00.000Z"),
            (Value::Clock { t: 43_200 * S, offset: 3_600 }, "13:00:00.000", "1970-01-01T13:00:00.000+01:00"),
            (Value::Time { t: 4 * S, since: Some(S), offset: 0 }, "+3 s", "1970-01-01T00:00:04.000Z"),
            (Value::Time { t: 0, since: Some(S), offset: 0 }, "−1 s", "1970-01-01T00:00:00.000Z"),
            (Status::UpstreamFailed.into(), "upstream-failed", ""),
            (Value::Plot(Plot::Bar { from: 0.0, to: 1.0 }), "", ""),
        ] {
            assert_eq!((&*value.text(), value.precise().as_str()), (text, precise));
        }
    }

    #[test]
    fn values_survive_being_written_and_read() {
        for value in [
            Value::Status(Status::Cached),
            Value::Change(i64::MIN, i64::MAX),
            Value::Plot(Plot::Spread { before: None, newest: Some(0.5) }),
        ] {
            let read = serde_json::to_string(&value).ok().and_then(|json| serde_json::from_str(&json).ok());
            assert_eq!(read, Some(value));
        }
        assert!(serde_json::from_str::<Value>("{\"Status\":\"odd\"}").is_err());
    }
}
