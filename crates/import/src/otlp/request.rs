//! A request of an exporter: a part of what belongs to its traces, of which more may have come before or may follow.

use makespan_format::EventSink;

use super::span::{Book, Signal};
use super::{emit, json, proto};
use crate::error::ReadError;
use crate::importer::Utc;
use crate::json::pages::Pages;

/// How a request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As JSON.
    Json,
    /// As protobuf.
    Protobuf,
}

/// What came of a request. What was accepted and what was rejected add up to what was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Spans, records or points that became events.
    pub accepted: u64,
    /// Those that did not.
    pub rejected: u64,
    /// Why not; empty if all did.
    pub why: String,
}

/// Emits what a request holds: for each trace the run first, as everywhere. Nothing is left out because its parent or its
/// trace is not in the same request. Records and points of no trace become a run for each service and day.
///
/// # Errors
///
/// Text that is not JSON, or bytes that are not a protobuf message.
pub fn take_request(
    bytes: &[u8],
    encoding: Encoding,
    signal: Signal,
    sink: &mut dyn EventSink,
) -> Result<Taken, ReadError> {
    let mut book = Book::new(&Utc, "request");
    let mut taken = Taken::default();
    match encoding {
        Encoding::Protobuf => {
            proto::take_part(bytes, signal, &mut book)?;
            conclude(&mut book, &mut taken, sink);
        }
        Encoding::Json => {
            let pages = Pages::read(bytes);
            let mut roots = pages.roots();
            let root = roots.next().filter(|root| root.is_object() && pages.is_sound());
            let root = root.ok_or_else(|| ReadError::broken("the body is not a JSON object"))?;
            json::take(root, &mut book);
            conclude(&mut book, &mut taken, sink);
        }
    }
    Ok(taken)
}

fn conclude(book: &mut Book<'_, '_>, taken: &mut Taken, sink: &mut dyn EventSink) {
    // Ids of any other length are not those of a tracer (W3C Trace Context, section 3.2.2).
    let is_id = |id: &str, length: usize| {
        id.len() == length && id.bytes().all(|b| b.is_ascii_hexdigit()) && id.bytes().any(|b| b != b'0')
    };
    taken.rejected = book.rejected;
    for trace in &mut book.traces.list {
        let whole = is_id(&trace.id, 32);
        let before = trace.spans.len();
        trace.spans.retain(|span| whole && is_id(&span.id, 16));
        taken.rejected += (before - trace.spans.len()) as u64;
        taken.accepted += trace.spans.len() as u64;
    }
    book.traces.list.retain(|trace| !trace.spans.is_empty());
    for record in &mut book.logs {
        if !is_id(&record.trace, 32) {
            record.trace.clear();
        }
    }
    let before = book.points.len();
    book.points.retain(|point| point.value.is_finite());
    taken.rejected += (before - book.points.len()) as u64;
    taken.accepted += (book.logs.len() + book.points.len()) as u64;
    if taken.rejected > 0 {
        taken.why =
            "an id is missing, has a wrong length or is all zeros, or a value is not a number".to_owned();
    }
    emit::emit_part(book, sink);
}
