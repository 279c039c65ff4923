//! Moments of a run as a view writes them.

use makespan_model::{Run, UNKNOWN};
use makespan_scene::timestamp;

use crate::look::{Look, TimeMode};
use crate::table::Cell;
use crate::value::Value;

/// Where relative times count from: the first start, from which the makespan counts too. What was queued or logged before
/// that has a negative time. Without any start, the first moment known of the run.
pub fn origin(run: &Run) -> i64 {
    run.span().or_else(|| run.extent()).map_or(0, |e| e.0)
}

/// How moments are written: since the start of the run, or as date and time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moments {
    since: Option<i64>,
    offset: i32,
    within_a_day: bool,
}

impl Moments {
    /// As the time mode of a look says. Costs a walk through the run where moments are relative.
    pub fn new(run: &Run, look: &Look) -> Moments {
        let since = (look.time == TimeMode::Relative).then(|| origin(run));
        let offset = if look.time == TimeMode::Local { look.offset } else { 0 };
        let day = |t: i64| timestamp(t, offset).split_once('T').map(|(day, _)| day.to_owned());
        let within_a_day = since.is_none() && run.extent().is_none_or(|(from, to)| day(from) == day(to));
        Moments { since, offset, within_a_day }
    }

    /// Date and time of day in UTC.
    pub const UTC: Moments = Moments { since: None, offset: 0, within_a_day: false };

    /// A moment as a value; nothing for [`UNKNOWN`].
    pub fn value(&self, t: i64) -> Value {
        if t == UNKNOWN {
            return Value::Empty;
        }
        Value::Time { t, since: self.since, offset: self.offset }
    }

    /// A moment in a narrow cell: where the whole run lies within one day, only its time of day. The day itself must
    /// stand elsewhere.
    pub(crate) fn short(&self, t: i64) -> Cell {
        match self.value(t) {
            Value::Time { t, offset, .. } if self.within_a_day => Cell::new(Value::Clock { t, offset }),
            _ => self.cell(t),
        }
    }

    /// A moment in a cell, which says so where it is not known.
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
