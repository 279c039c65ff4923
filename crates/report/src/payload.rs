//! What a report carries for machines: base64 of gzip, the same bytes on every machine.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use makespan_format::{Event, EventSink, write_line};
use makespan_model::Run;

use crate::ReportError;

/// A gzip stream without a time and without a name.
fn encoder() -> GzEncoder<Vec<u8>> {
    GzBuilder::new().mtime(0).write(Vec::new(), Compression::default())
}

/// The bytes, compressed, in base64.
pub(crate) fn packed(bytes: &[u8]) -> Result<String, ReportError> {
    let mut gzip = encoder();
    gzip.write_all(bytes).map_err(ReportError::Compress)?;
    Ok(STANDARD.encode(gzip.finish().map_err(ReportError::Compress)?))
}

/// The events of all runs as JSON Lines, compressed, in base64. Lines go into the compressor as they are made, so that
/// the text never stands in memory as a whole.
pub(crate) fn packed_runs<'r>(runs: impl IntoIterator<Item = &'r Run>) -> Result<String, ReportError> {
    let mut lines = Lines { gzip: encoder(), line: String::new(), failed: None };
    for run in runs {
        run.events(&mut lines);
    }
    if let Some(error) = lines.failed {
        return Err(ReportError::Compress(error));
    }
    Ok(STANDARD.encode(lines.gzip.finish().map_err(ReportError::Compress)?))
}

struct Lines {
    gzip: GzEncoder<Vec<u8>>,
    line: String,
    failed: Option<std::io::Error>,
}

impl EventSink for Lines {
    fn event(&mut self, event: Event<'_>) {
        self.line.clear();
        write_line(&event, &mut self.line);
        if let Err(error) = self.gzip.write_all(self.line.as_bytes()) {
            self.failed.get_or_insert(error);
        }
    }
}
