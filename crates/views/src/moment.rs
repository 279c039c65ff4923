//! Times of a run, formatted for a view.

use makespan_model::{Run, UNKNOWN};
use makespan_scene::timestamp;

use crate::look::{Look, TimeMode};
use crate::table::Cell;
use crate::value::Value;

/// Returns the origin of relative times: the first start, from which the makespan counts too. Anything queued or logged
/// before has a negative time. Without any start, the first known time of the run.
pub fn origin(run: &Run) -> i64 {
    run.span().or_else(|| run.extent()).map_or(0, |e| e.0)
}

/// The format of times: relative to the start of the run, or as date and time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moments {
    since: Option<i64>,
    offset: i32,
    within_a_day: bool,
}

impl Moments {
    /// Follows the time mode of a look. For relative times, this walks through the run.
    pub fn new(run: &Run, look: &Look) -> Moments {
        let since = (look.time == TimeMode::Relative).then(|| origin(run));
        let offset = if look.time == TimeMode::Local { look.offset } else { 0 };
        let day = |t: i64| timestamp(t, offset).split_once('T').map(|(day, _)| day.to_owned());
        let within_a_day = since.is_none() && run.extent().is_none_or(|(from, to)| day(from) == day(to));
        Moments { since, offset, within_a_day }
    }

    /// Date and time of day in UTC.
    pub const UTC: Moments = Moments { since: None, offset: 0, within_a_day: false };

    /// Returns a time as a value; empty for [`UNKNOWN`].
    pub fn value(&self, t: i64) -> Value {
        if t == UNKNOWN {
            return Value::Empty;
        }
        Value::Time { t, since: self.since, offset: self.offset }
    }

    /// Returns a time for a narrow cell: only the time of day if the whole run is within one day. The day itself must
    /// be shown elsewhere.
    pub(crate) fn short(&self, t: i64) -> Cell {
        match self.value(t) {
            Value::Time { t, offset, .. } if self.within_a_day => Cell::new(Value::Clock { t, offset }),
            _ => self.cell(t),
        }
    }

    /// Returns a time as a cell, which says so if it is unknown.
    pub fn cell(&self, t: i64) -> Cell {
        if t == UNKNOWN { Cell::default().exact("unknown") } else { Cell::new(self.value(t)) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn relative_times_count_from_the_first_start_as_the_makespan_does() {
        const S: i64 = 1_000_000_000;
        let mut run = makespan_model::notation::run("a 4..9 w1 failed").unwrap();
        run.attempts.queued[0] = 0;
        let facts = makespan_analysis::Facts::new(std::sync::Arc::new(run));
        let moments = Moments::new(facts.run(), &Look::default());
        let text = |t: i64| moments.value(t).text().into_owned();
        assert_eq!([text(0), text(4 * S), text(9 * S)], ["−4 s", "+0 s", "+5 s"]);
        let section = crate::sections::failures(&facts, &Look::default(), 9).unwrap();
        let words = format!("{section:?}");
        assert!(words.contains("Time of failure"), "{words}");
    }
}
