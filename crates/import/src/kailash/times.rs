//! Times as text, with the count of what had to be assumed about them.

use std::fmt;
use std::rc::Rc;

use makespan_format::{Diagnostic, EventSink, Severity, time};

use crate::importer::Zone;
use crate::tally::clip;

/// Reads times and remembers which named no zone and which could not be read.
#[derive(Clone)]
pub(crate) struct Clock<'z> {
    zone: Rc<dyn Zone + 'z>,
    naive: u64,
    bad: u64,
    first_bad: String,
}

impl fmt::Debug for Clock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("naive", &self.naive).field("bad", &self.bad).finish()
    }
}

impl<'z> Clock<'z> {
    /// A clock that takes times without a zone in `zone`.
    pub(crate) fn new(zone: Rc<dyn Zone + 'z>) -> Clock<'z> {
        Clock { zone, naive: 0, bad: 0, first_bad: String::new() }
    }

    /// Nanoseconds since the epoch of an ISO time or of a count of seconds; `None`, and counted, for what is neither.
    pub(crate) fn read(&mut self, text: &str) -> Option<i64> {
        let ns = match time::parse_civil(text) {
            Some(civil) => {
                self.naive += u64::from(civil.offset.is_none());
                // A zone may be asked of a browser, which takes longer than all the rest.
                let offset = if civil.offset.is_some() { 0 } else { self.zone.offset(civil.seconds) };
                civil.to_ns(offset)
            }
            None => text.trim().parse().ok().and_then(time::from_epoch_seconds),
        };
        if ns.is_none() {
            if self.bad == 0 {
                self.first_bad = clip(text).to_owned();
            }
            self.bad += 1;
        }
        ns
    }

    /// The same of a time that may be absent.
    pub(crate) fn maybe<T: AsRef<str>>(&mut self, text: Option<&T>) -> Option<i64> {
        text.map(AsRef::as_ref).filter(|t| !t.is_empty()).and_then(|t| self.read(t))
    }

    /// Says what was assumed and what was left out; `place` names the run and its file.
    pub(crate) fn report(&self, place: &str, sink: &mut dyn EventSink) {
        if self.naive > 0 {
            let zone = self.zone.name();
            let message = format!("{place}: the times name no zone and are taken as {zone}");
            sink.diagnostic(Diagnostic::new(Severity::Info, "naive-times", message).times(self.naive));
        }
        if self.bad > 0 {
            let message =
                format!("{place}: times that cannot be read are left out (first: {:?})", self.first_bad);
            sink.diagnostic(Diagnostic::new(Severity::Warning, "bad-time", message).times(self.bad));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::importer::Fixed;

    #[test]
    fn zones_are_assumed_and_bad_times_counted() {
        let zone = Fixed { seconds: 3600, name: "CET".to_owned() };
        let mut clock = Clock::new(Rc::new(zone));
        assert_eq!(clock.read("1970-01-01 01:00:02"), Some(2_000_000_000));
        assert_eq!(clock.read("1970-01-01T00:00:02+00:00"), Some(2_000_000_000));
        assert_eq!(clock.read("2.5"), Some(2_500_000_000));
        assert_eq!(clock.maybe(Some(&"")), None);
        assert_eq!(clock.read("9999-01-01T00:00:00Z"), None);
        assert_eq!((clock.naive, clock.bad, clock.first_bad.as_str()), (1, 1, "9999-01-01T00:00:00Z"));
    }
}
