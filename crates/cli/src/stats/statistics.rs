//! What is known of the runs that were asked for.

use makespan_analysis::{DateRange, Facts, RunsOverview};

use crate::args::StatsArgs;

/// A run within the range of dates, and what is known of it.
pub(super) struct Counted {
    pub(super) facts: Facts,
    pub(super) format: &'static str,
}

/// Everything that is printed.
pub(super) struct Statistics<'a> {
    pub(super) args: &'a StatsArgs,
    pub(super) range: DateRange,
    pub(super) overview: RunsOverview,
    pub(super) runs: Vec<Counted>,
}
