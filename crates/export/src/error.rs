//! Why there is no export.

/// Why there is no export.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// There is nothing to export.
    #[error("there is no run to export")]
    NoRun,
    /// The format holds one run.
    #[error("{0} holds one run, and there are {1}; choose one of them")]
    OneRun(&'static str, usize),
    /// The run has nothing that the picture shows.
    #[error("the run has no {0} to draw")]
    NoPicture(&'static str),
}
