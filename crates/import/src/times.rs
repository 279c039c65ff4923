//! One reading of times for every importer: texts, numbers without a known unit, placeholders for "never", local times,
//! and what had to be assumed about them.
//!
//! A [`Clock`] is used for a file or a run. Unreadable times are unknown and counted, never 0. Times that mean "never"
//! by their form (year 1, year 9999, the largest integers) are unknown here; those that only their neighbours reveal (0
//! among present-day times) are detected by `makespan_model` when a run is finished, for every format.

mod local;
pub(crate) mod spelled;

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use makespan_format::time::{Civil, format_rfc3339, from_epoch_seconds};
use makespan_format::{Attempt, Diagnostic, EventSink, Severity, Status};

use crate::importer::{Unit, Zone};
use crate::json::tape::Value;
use crate::outcome::Unread;
use crate::tally::{Tally, clip};
use local::Local;

/// Parses times and statuses, and records what it had to assume and what it could not read.
#[derive(Clone)]
pub(crate) struct Clock<'z> {
    /// Unknown status words.
    pub(crate) unread: Unread,
    zone: Rc<dyn Zone + 'z>,
    local: Local,
    /// Number of times without a zone.
    naive: u64,
    /// Number of values that were taken for s, ms, µs and ns since the epoch.
    guessed: [u64; 4],
    /// Number of values so near to the epoch that they are hardly dates.
    near_zero: u64,
    bad: Counted,
    never: Counted,
    /// Number of unreadable times before the current attempt.
    settled: u64,
}

/// Number of occurrences, and the first one.
#[derive(Clone, Default)]
struct Counted {
    count: u64,
    first: String,
}

impl Counted {
    fn add(&mut self, text: &str) {
        if self.count == 0 {
            clip(text).clone_into(&mut self.first);
        }
        self.count += 1;
    }
}

impl fmt::Debug for Clock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("naive", &self.naive).field("bad", &self.bad.count).finish()
    }
}

/// The end of year 9999 and the start of year 1, in seconds and milliseconds: the latest and earliest times of many
/// languages.
const ENDS: [&str; 4] = ["253402300799", "253402300799999", "-62135596800", "-62135596800000"];

/// End of the first two years, s: no recording is that old.
const NEAR_ZERO: f64 = 6.3e7;

impl<'z> Clock<'z> {
    /// Creates a clock that reads times without a zone in `zone`.
    pub(crate) fn new(zone: Rc<dyn Zone + 'z>) -> Clock<'z> {
        Clock {
            unread: Unread::default(),
            zone,
            local: Local::default(),
            naive: 0,
            guessed: [0; 4],
            near_zero: 0,
            bad: Counted::default(),
            never: Counted::default(),
            settled: 0,
        }
    }

    /// Parses an ISO 8601 time or one of [`spelled`], or a count of seconds as text, to nanoseconds since the epoch; otherwise counts it and
    /// returns `None`.
    pub(crate) fn read(&mut self, text: &str) -> Option<i64> {
        let ns = match spelled::civil(text) {
            Some(civil) => self.civil(civil),
            None => text.trim().parse().ok().and_then(from_epoch_seconds),
        };
        self.kept(ns, text)
    }

    /// The same of a time that may be absent or empty.
    pub(crate) fn maybe<T: AsRef<str>>(&mut self, text: Option<&T>) -> Option<i64> {
        text.map(AsRef::as_ref).filter(|t| !t.is_empty()).and_then(|t| self.read(t))
    }

    /// ISO 8601 text only.
    pub(crate) fn iso(&mut self, text: &str) -> Option<i64> {
        let ns = spelled::civil(text).and_then(|civil| self.civil(civil));
        self.kept(ns, text)
    }

    /// Reads seconds since the epoch, unless the user set another unit.
    pub(crate) fn epoch(&mut self, seconds: f64) -> Option<i64> {
        let text = seconds.to_string();
        let ns = match self.zone.unit() {
            Some(unit) => unit.to_ns(seconds, &text),
            None => from_epoch_seconds(seconds),
        };
        self.kept(ns, &text)
    }

    /// A JSON value of which nobody said what it is: text as above, or a number whose unit is the one that the user
    /// named, else the one that its size gives away. `null` and the empty string are not times, without complaint.
    pub(crate) fn value(&mut self, value: Value<'_, '_>) -> Option<i64> {
        let text = value.get();
        if text == "null" || text == "\"\"" {
            return None;
        }
        let bare = text.trim_matches('"').trim();
        let ns = match spelled::civil(bare) {
            Some(civil) => self.civil(civil),
            None => value.number().and_then(|n| self.number(n, bare)),
        };
        self.kept(ns, text)
    }

    /// The unit that the user set.
    pub(crate) fn unit(&self) -> Option<Unit> {
        self.zone.unit()
    }

    /// Number of unreadable times so far.
    pub(crate) fn bad_times(&self) -> u64 {
        self.bad.count
    }

    /// Reads a JSON value, a number or ISO 8601 text, of a format whose numbers are in `unit` since 1970, unless the user
    /// set another unit. 0 and -1 mean that nothing was recorded, and are counted; other negative numbers cannot be read.
    pub(crate) fn moment(&mut self, value: Option<Value<'_, '_>>, unit: Unit) -> Option<i64> {
        let value = value?;
        let unit = self.zone.unit().unwrap_or(unit);
        match value.number() {
            Some(number) if (-1.0..=0.0).contains(&number) => {
                self.never.add(value.get());
                None
            }
            Some(number) if number < 0.0 => self.kept(None, value.get()),
            Some(number) => self.kept(unit.to_ns(number, value.get().trim_matches('"')), value.get()),
            None => self.value(value),
        }
    }

    /// A number of the unit that the user named, else of the one that its size gives away.
    fn number(&mut self, number: f64, text: &str) -> Option<i64> {
        let named = self.zone.unit();
        // One of these would be a date of 1978 in milliseconds.
        if named.is_none() && ENDS.contains(&text) {
            return None;
        }
        let unit = named.unwrap_or_else(|| Unit::by_size(number));
        let read = unit.to_ns(number, text);
        if read.is_some() && named.is_none() {
            self.guessed[unit as usize] += 1;
            self.near_zero += u64::from(unit == Unit::Seconds && number.abs() < NEAR_ZERO && number > 0.0);
        }
        read
    }

    fn civil(&mut self, civil: Civil) -> Option<i64> {
        if civil.offset.is_some() {
            return civil.to_ns(0);
        }
        self.naive += 1;
        // The epoch means "never" in any zone; a moment would differ by the zone.
        if civil.seconds == 0 && civil.nanos == 0 && self.zone.offset(0) != 0 {
            return Some(0);
        }
        civil.to_ns(self.local.offset(civil.seconds, &*self.zone))
    }

    /// Counts what could not be read, or stands for "never".
    fn kept(&mut self, ns: Option<i64>, text: &str) -> Option<i64> {
        if ns.is_none() {
            if is_never(text.trim_matches('"').trim()) { self.never.add(text) } else { self.bad.add(text) }
        }
        ns
    }

    /// Decides the local times of an attempt that exist twice: the end is not before the start, and what is recorded later
    /// in a file does not start earlier, where that can be. To be called once all times of the attempt are read.
    ///
    /// An attempt with a start but no end and no status is *unknown*, not running, if a time was unreadable since the
    /// previous attempt.
    pub(crate) fn settle(&mut self, attempt: &mut Attempt<'_>) {
        self.local.settle(attempt, None);
        self.settle_status(attempt);
    }

    /// Returns when the last of these tasks ended, of those that [`Clock::settle_after`] was called for near a change of
    /// the clocks.
    pub(crate) fn ready(&self, after: &[Cow<'_, str>]) -> Option<i64> {
        self.local.ready(after)
    }

    /// As [`Clock::settle`], for an attempt of a task that depends on others: it does not start before these have ended,
    /// at `ready`, where that can be.
    pub(crate) fn settle_after(&mut self, attempt: &mut Attempt<'_>, task: &str, ready: Option<i64>) {
        self.local.settle(attempt, ready);
        self.local.ended(task, attempt.ended);
        self.settle_status(attempt);
    }

    fn settle_status(&mut self, attempt: &mut Attempt<'_>) {
        let is_open = attempt.started.is_some() && attempt.ended.is_none() && attempt.status.is_none();
        if is_open && self.bad.count > self.settled {
            attempt.status = Some(Status::Unknown);
        }
        self.settled = self.bad.count;
    }

    /// Decides a local time that exists twice by the times of the records before it, for records in the order of time that
    /// contain one time each. To be called right after that time is read.
    pub(crate) fn in_order(&mut self, t: Option<i64>) -> Option<i64> {
        let mut moment = Attempt { started: t, ..Attempt::default() };
        self.local.settle(&mut moment, None);
        moment.started
    }

    /// Returns the status of a record with a word and possibly an error; see [`crate::outcome::of`].
    pub(crate) fn status(&mut self, word: Option<&str>, has_error: bool) -> Option<Status> {
        crate::outcome::of(word, has_error, &mut self.unread)
    }

    /// Adds what was assumed and left out to the problems of a file.
    pub(crate) fn add_to(&self, tally: &mut Tally) {
        self.unread.add_to(tally);
        for (severity, code, what, count) in self.findings() {
            tally.count(severity, code, &what, count);
        }
    }

    /// Emits what was assumed and left out; `whose` names the run and its file.
    pub(crate) fn report(&self, whose: &str, sink: &mut dyn EventSink) {
        self.unread.report(whose, sink);
        for (severity, code, what, count) in self.findings() {
            sink.diagnostic(Diagnostic::new(severity, code, format!("{whose}: {what}")).times(count));
        }
    }

    fn findings(&self) -> Vec<(Severity, &'static str, String, u64)> {
        let zone = self.zone.name();
        let mut all = Vec::new();
        let mut say = |severity, code, count: u64, what: String| {
            if count > 0 {
                all.push((severity, code, what, count));
            }
        };
        let (bad, never) = (&self.bad, &self.never);
        let what = format!(
            "times that cannot be read, or lie outside 1677 to 2262, are unknown (first: {}{})",
            bad.first,
            in_unit(&bad.first)
        );
        say(Severity::Warning, "bad-time", bad.count, what);
        let what = format!(
            "values that stand for \"never\" in the place of a time are unknown times (first: {})",
            never.first
        );
        say(Severity::Info, "time-never", never.count, what);
        say(
            Severity::Info,
            "naive-times",
            self.naive,
            format!("times without a zone were read as {zone}; --zone changes that"),
        );
        let what = format!(
            "local times that occur twice in {zone}: the order of the records decided which is meant"
        );
        say(Severity::Warning, "local-time-twice", self.local.twice, what);
        let what = format!(
            "local times that do not exist in {zone} were read with the offset before the clock change"
        );
        say(Severity::Warning, "local-time-skipped", self.local.skipped, what);
        for (count, unit) in self.guessed.into_iter().zip(Unit::ALL) {
            let name = unit.name();
            let what = format!(
                "numbers were read as {name} since 1970, judging by their size; --unit overrides this"
            );
            say(Severity::Info, "time-unit-guessed", count, what);
        }
        let what = "times are so close to 1970 that they must count from another moment";
        say(Severity::Info, "relative-times", self.near_zero, what.to_owned());
        all
    }
}

/// Returns a hint that names the unit in which a number would be a time of this century.
fn in_unit(text: &str) -> String {
    let bare = text.trim_matches('"').trim();
    let Ok(number) = bare.parse::<f64>() else { return String::new() };
    let this_century = |ns: &i64| (946_684_800_000_000_000..4_102_444_800_000_000_000).contains(ns);
    let found = Unit::ALL
        .into_iter()
        .find_map(|unit| unit.to_ns(number, bare).filter(this_century).map(|ns| (unit, ns)));
    found.map_or_else(String::new, |(unit, ns)| {
        let (name, time, symbol) = (unit.name(), format_rfc3339(ns), unit.symbol());
        format!("; as {name} it is {time}: --unit {symbol} reads it so")
    })
}

/// Returns whether a text that is not a time between 1677 and 2262 means "never": a distant year, the largest integers,
/// words.
pub(crate) fn is_never(text: &str) -> bool {
    let far = spelled::civil(text).is_some_and(|c| {
        let year = c.seconds.div_euclid(31_556_952) + 1970;
        year <= 1 || year >= 9998 || matches!(year, 1600 | 1601)
    });
    // The largest and smallest 64-bit integers, also after conversion to a 64-bit float.
    let largest =
        ["9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615"];
    let rounded =
        ["9223372036854776000", "-9223372036854776000", "18446744073709552000", "9.223372036854776e18"];
    let words = [
        "never",
        "none",
        "null",
        "nil",
        "infinity",
        "-infinity",
        "+infinity",
        "inf",
        "nat",
        "n/a",
        "na",
        "-",
    ];
    far || largest.contains(&text)
        || ENDS.contains(&text)
        || rounded.contains(&text)
        || words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Returns a duration in nanoseconds, from a number of the given unit; `None` if it is not a number, negative or too
/// long.
pub(crate) fn duration(value: Value<'_, '_>, unit_ns: f64) -> Option<i64> {
    let ns = value.number()? * unit_ns;
    (0.0..9.2e18).contains(&ns).then(|| ns.round() as i64)
}

#[cfg(test)]
mod tests;
