//! Why a report is not written.

/// The largest report that is written, in bytes.
pub const MOST_BYTES: usize = 256 << 20;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The data could not be compressed.
    #[error("the data cannot be compressed: {0}")]
    Compress(#[source] std::io::Error),
    /// A part of the app cannot stand within a page.
    #[error("the app's {what} holds {found:?} and cannot stand within a page")]
    NotInline {
        /// Which part.
        what: &'static str,
        /// What it holds.
        found: &'static str,
    },
    /// The file would be too large to open.
    #[error(
        "the report would be of {} MiB, more than the {} MiB that browsers open well; write the events instead \
         (`makespan export FILES -o runs.jsonl.gz`) and open those, or report fewer runs",
        bytes >> 20,
        MOST_BYTES >> 20
    )]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
}
