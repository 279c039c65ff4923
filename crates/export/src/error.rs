//! Reasons why an export fails.

/// The reason why an export fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// No runs were given.
    #[error("there is no run to export")]
    NoRun,
    /// The format can contain only one run.
    #[error("a file in the format {0} contains one run, but {1} were given; choose one")]
    OneRun(&'static str, usize),
    /// The run has none of the data that the picture shows.
    #[error("the run has no {0} to draw")]
    NoPicture(&'static str),
}
