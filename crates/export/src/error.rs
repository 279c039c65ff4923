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
    /// The picture cannot be drawn as pixels; the reason is that of the renderer.
    #[error("the picture cannot be drawn as PNG: {0}; export it as SVG instead")]
    NotDrawn(String),
    /// The table cannot be written; the reason is that of the writer.
    #[error("the table cannot be written: {0}; export it as CSV instead")]
    NotWritten(String),
}
