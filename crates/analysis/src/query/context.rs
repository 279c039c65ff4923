//! The context of a query.

/// The information that a query needs in addition to the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueryContext {
    /// Seconds east of UTC of the zone in which times of day, and dates without a zone, are read.
    pub utc_offset: i32,
}
