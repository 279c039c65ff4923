//! Tables while they are written: what the formats of tables have in common.

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text from the run, or a word of ours.
    Text,
    /// Several texts.
    Texts,
    /// A count or a number.
    Count,
    /// A measured value.
    Value,
    /// A duration.
    Seconds,
    /// A time.
    Time,
    /// Yes or no.
    Flag,
}

/// The name of a column and what its cells are.
pub(crate) type Column = (&'static str, Kind);

/// Takes the cells of a table row by row, in the order of its columns. Each cell has the [`Kind`] of its column.
pub(crate) trait Rows {
    /// Adds text from the run; empty if it is unknown.
    fn text(&mut self, text: &str);

    /// Adds several texts from the run.
    fn texts(&mut self, texts: &[&str]);

    /// Adds a word of ours, such as a status; empty if it is unknown.
    fn word(&mut self, word: &str);

    /// Adds a count.
    fn count(&mut self, n: Option<usize>);

    /// Adds a number; unknown if it is not finite.
    fn value(&mut self, value: f64);

    /// Adds a duration in ns, or `UNKNOWN`.
    fn seconds(&mut self, ns: i64);

    /// Adds a time in ns since the epoch, or `UNKNOWN`.
    fn time(&mut self, t: i64);

    /// Adds yes or no.
    fn flag(&mut self, is: bool);

    /// Ends the row.
    fn end(&mut self);
}
