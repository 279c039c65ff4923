//! The data of a report: base64 of gzip, with the same bytes on every machine.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use makespan_format::packed::Packer;
use makespan_model::Run;

use crate::ReportError;

/// Makes a gzip stream without time and name.
fn encoder() -> GzEncoder<Vec<u8>> {
    GzBuilder::new().mtime(0).write(Vec::new(), Compression::default())
}

/// Returns the bytes, compressed, in base64.
pub(crate) fn packed(bytes: &[u8]) -> Result<String, ReportError> {
    let mut gzip = encoder();
    gzip.write_all(bytes).map_err(ReportError::Compress)?;
    Ok(STANDARD.encode(gzip.finish().map_err(ReportError::Compress)?))
}

/// Returns the events of all runs, packed and compressed, in base64.
pub(crate) fn packed_runs<'r>(runs: impl IntoIterator<Item = &'r Run>) -> Result<String, ReportError> {
    Ok(STANDARD.encode(compressed(runs)?))
}

/// Does the same with the URL alphabet, without padding.
pub(crate) fn link<'r>(runs: impl IntoIterator<Item = &'r Run>) -> Result<String, ReportError> {
    Ok(URL_SAFE_NO_PAD.encode(compressed(runs)?))
}

/// The events are compressed block by block, so that the whole is never in memory.
fn compressed<'r>(runs: impl IntoIterator<Item = &'r Run>) -> Result<Vec<u8>, ReportError> {
    let mut packer = Packer::new(encoder());
    for run in runs {
        run.events(&mut packer);
    }
    let gzip = packer.finish().map_err(ReportError::Compress)?;
    gzip.finish().map_err(ReportError::Compress)
}
