//! Reasons why a report cannot be written.

/// Maximum size of a report, in bytes.
pub const MOST_BYTES: usize = 256 << 20;

/// The reason why a report cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The data could not be compressed.
    #[error("the data cannot be compressed: {0}")]
    Compress(#[source] std::io::Error),
    /// A part of the app cannot be embedded in a page.
    #[error("the app's {what} contains {found:?} and cannot be embedded in a page")]
    NotInline {
        /// The part.
        what: &'static str,
        /// The text in it that prevents this.
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
