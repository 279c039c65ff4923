//! The Trace Event format of Chrome's tracing (Google, "Trace Event Format", 2016), which Bazel, PyTorch, viztracer,
//! clang, Ray, nx, turbo and many others write too.
//!
//! A slice (`X`, or `B` with its `E`; `b` with its `e` for asynchronous ones) becomes a task: its name is the step, the
//! enclosing slice of the same thread is the parent, its thread is the worker. Flows (`s`, `t`, `f`, and slices with a
//! `bind_id`) become dependencies between the slices they bind to. Counters become samples; instants become logs or
//! alerts; names of processes and threads become workers. Records of Makespan's own export contain the original events,
//! which are read instead.

mod emit;
mod flow;
mod nest;
mod record;
mod trace;

use std::rc::Rc;

use makespan_format::EventSink;

use crate::importer::{Claim, ClaimedFile, FileReader, Importer, Options, ReadError, Zone, read_each};
use crate::json::document::Document;
use crate::sniff::{Head, JsonKind};

/// The importer of Chrome traces.
pub const CHROME_TRACE: Importer = Importer {
    id: "chrome-trace",
    title: "Chrome trace",
    parts: &["trace"],
    how: "chrome://tracing, `bazel build --profile`, torch.profiler, viztracer, `clang -ftime-trace`, nx, turbo, Ray",
    lossy: "retries; dependencies, unless flow events or the launches of GPU kernels were recorded; often the date",
    sniff,
    read,
    stream,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let claim = |score, reason| Some(Claim { score, part: "trace", reason });
    match shape.root {
        JsonKind::Object if shape.kind("traceEvents") == Some(JsonKind::Array) => {
            if shape.inner_has("traceEvents", "ph") {
                claim(95, "an object whose `traceEvents` have a phase `ph`")
            } else {
                claim(60, "an object with an array `traceEvents`")
            }
        }
        JsonKind::Array
            if shape.first_has("ph") && ["ts", "pid", "name"].iter().any(|k| shape.first_has(k)) =>
        {
            claim(90, "an array of objects with a phase `ph`")
        }
        _ => None,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    read_each(&CHROME_TRACE, parts, options, sink)
}

fn stream<'z>(
    head: &Head<'_>,
    _part: &'static str,
    zone: &Rc<dyn Zone + 'z>,
) -> Option<Box<dyn FileReader + 'z>> {
    Some(Box::new(Document::new(trace::Trace::new(head.name, zone.unit()))))
}

impl FileReader for Document<trace::Trace> {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn EventSink) {
        Document::push(self, bytes, sink);
    }

    fn finish(self: Box<Self>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
        // An event that the file stops within is not worth showing without its time or its end.
        let (mut trace, mut ending) = Document::finish(*self, false, sink);
        if !ending.half && !trace.items.is_empty() {
            // The format allows the closing brackets to be absent.
            ending.mended.truncated_at = None;
        }
        let name = trace.name.clone();
        ending.report(&name, trace.is_own || !trace.items.is_empty(), sink)?;
        if trace.is_own && trace.items.is_empty() {
            trace.tally.report(&name, sink);
            return Ok(());
        }
        let slices = nest::slices(&mut trace);
        let after = flow::edges(&mut trace, &slices);
        emit::emit(trace, &slices, &after, sink);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
