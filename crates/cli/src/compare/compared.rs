//! The runs that are compared, and how much of the comparison is printed.

use makespan_analysis::Facts;

use crate::terminal::Terminal;

/// A run and where it came from.
pub(super) struct Compared {
    pub(super) facts: Facts,
    pub(super) format: &'static str,
    /// What it is in this comparison: `a`, `b`, `baseline`, `candidate` or `series`.
    pub(super) set: &'static str,
}

/// How much of a comparison is printed, and where.
pub(super) struct Layout<'a> {
    pub(super) terminal: Terminal,
    /// Rows of a table.
    pub(super) top: usize,
    /// What is the same, too, and all rows.
    pub(super) all: bool,
    /// Key of the measure.
    pub(super) metric: &'a str,
}

impl Layout<'_> {
    /// Rows of a table at most.
    pub(super) fn rows(&self) -> usize {
        if self.all { usize::MAX } else { self.top }
    }
}
