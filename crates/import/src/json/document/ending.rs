//! How a document ended, and what was wrong with it.

use makespan_format::{Diagnostic, EventSink, Severity};

use super::super::mended::Mended;
use super::super::wrong::JsonError;
use crate::error::ReadError;

/// How a document ended.
#[derive(Debug)]
pub(crate) struct Ending {
    /// What had to be mended.
    pub(crate) mended: Mended,
    /// The first thing that could not be.
    pub(crate) error: Option<JsonError>,
    /// How many records could not be.
    pub(crate) bad: u64,
    /// Whether the text stops within a value.
    pub(crate) half: bool,
}

impl Ending {
    /// Reports the faults of the file with this name; it is an error if nothing was `recorded` from it.
    pub(crate) fn report(
        self,
        name: &str,
        recorded: bool,
        sink: &mut dyn EventSink,
    ) -> Result<(), ReadError> {
        let Some(error) = self.error else {
            self.mended.report(name, sink);
            return Ok(());
        };
        if !recorded {
            return Err(error.into_read_error(name));
        }
        self.mended.report(name, sink);
        let (code, what) = if self.bad > 0 {
            ("bad-record", "records that are not valid JSON were ignored (first: ")
        } else {
            ("not-json", "what follows is not valid JSON and was ignored (")
        };
        let message = format!("{name}: {what}{})", error.message);
        let found = Diagnostic::new(Severity::Warning, code, message);
        sink.diagnostic(Diagnostic {
            offset: error.offset,
            line: error.line,
            ..found.times(self.bad.max(1))
        });
        Ok(())
    }
}
