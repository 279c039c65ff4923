//! The Trace Event format of Chrome's tracing (Google, "Trace Event Format", 2016), which Bazel, PyTorch, viztracer,
//! clang, Ray, nx, turbo and many others write too.
//!
//! A slice (`X`, or `B` with its `E`; `b` with its `e` for asynchronous ones) becomes a task: its name is the step, the
//! enclosing slice of the same thread is the parent, its thread is the worker. Flows (`s`, `t`, `f`) become
//! dependencies between the slices they bind to. Counters become samples; instants, logs or alerts; the names of
//! processes and threads, workers.

mod emit;
mod flow;
mod nest;
mod record;
mod trace;

use makespan_format::EventSink;

use crate::importer::{Claim, Importer, Options, Part, ReadError};
use crate::sniff::{Head, Kind};

/// The importer of Chrome traces.
pub const CHROME_TRACE: Importer = Importer {
    id: "chrome-trace",
    title: "Chrome trace",
    parts: &["trace"],
    how: "chrome://tracing, `bazel build --profile`, torch.profiler, viztracer, `clang -ftime-trace`, nx, turbo, Ray",
    lossy: "retries; dependencies where no flow events were recorded; often the date",
    sniff,
    read,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    let claim = |score, reason| Some(Claim { score, part: "trace", reason });
    match shape.root {
        Kind::Object if shape.kind("traceEvents") == Some(Kind::Array) => {
            if shape.inner_has("traceEvents", "ph") {
                claim(95, "an object whose `traceEvents` have a phase `ph`")
            } else {
                claim(60, "an object with an array `traceEvents`")
            }
        }
        Kind::Array if shape.first_has("ph") && ["ts", "pid", "name"].iter().any(|k| shape.first_has(k)) => {
            claim(90, "an array of objects with a phase `ph`")
        }
        _ => None,
    }
}

fn read(parts: &[Part<'_>], _options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    for part in parts {
        let mut scratch = Vec::new();
        let mut trace = trace::Trace::read(&part.source.bytes, &mut scratch, &part.source.name)?;
        trace.mended.report(&part.source.name, sink);
        let slices = nest::slices(&mut trace);
        let after = flow::edges(&mut trace, &slices);
        emit::emit(trace, &slices, &after, &part.source.name, sink);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
