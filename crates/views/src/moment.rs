//! Moments of a run as a view writes them.

use makespan_model::{Run, UNKNOWN};

use crate::look::{Look, TimeMode};
use crate::table::Cell;
use crate::value::Value;

/// Where relative times count from: the first moment known of the run.
pub fn origin(run: &Run) -> i64 {
    run.extent().map_or(0, |e| e.0)
}

/// How moments are written: since the start of the run, or as date and time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moments {
    since: Option<i64>,
    offset: i32,
}

impl Moments {
    /// As the time mode of a look says. Costs a walk through the run where moments are relative.
    pub fn new(run: &Run, look: &Look) -> Moments {
        Moments {
            since: (look.time == TimeMode::Relative).then(|| origin(run)),
            offset: if look.time == TimeMode::Local { look.offset } else { 0 },
        }
    }

    /// Date and time of day in UTC.
    pub const UTC: Moments = Moments { since: None, offset: 0 };

    /// A moment as a value; nothing for [`UNKNOWN`].
    pub fn value(&self, t: i64) -> Value {
        if t == UNKNOWN {
            return Value::Empty;
        }
        Value::Time { t, since: self.since, offset: self.offset }
    }

    /// A moment in a cell, which says so where it is not known.
    pub fn cell(&self, t: i64) -> Cell {
        if t == UNKNOWN { Cell::default().exact("unknown") } else { Cell::new(self.value(t)) }
    }
}
