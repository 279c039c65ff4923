//! What a query is asked with.

/// What a query needs to know beside the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueryContext {
    /// Seconds east of UTC of the zone in which times of day, and dates without a zone, are read.
    pub utc_offset: i32,
}
