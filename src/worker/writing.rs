//! The engine's side of what is saved as a whole: reports, and runs within links.

use std::sync::Arc;

use makespan_model::Run;
pub(super) use makespan_report::Redacted;
use makespan_report::{Assets, Options};
use wasm_bindgen::JsValue;

use super::port::{get, get_bytes};

/// What was written and what was taken out, or why nothing was.
type Written = Result<(String, Redacted), String>;

/// Writes a report of runs; the message holds what the report is made of.
pub(super) type Writer = fn(&[Arc<Run>], &JsValue) -> Written;

/// Packs a run as text.
pub(super) type Packer = fn(&Arc<Run>) -> Written;

/// The [`Writer`].
pub(super) fn write(runs: &[Arc<Run>], parts: &JsValue) -> Written {
    let text = |key: &str| get(parts, key).as_string().unwrap_or_default();
    let (script, programs, css) = (text("script"), text("programs"), text("css"));
    let unpacker = get_bytes(parts, "unpacker").unwrap_or_default();
    let assets = Assets { script: &script, programs: &programs, unpacker: &unpacker, css: &css };
    let view = Some(text("view")).filter(|view| !view.is_empty());
    let report = makespan_report::html(runs, Some(&assets), &Options { view, ..Options::default() });
    report.map(|report| (report.html, report.redacted)).map_err(|error| error.to_string())
}

/// The [`Packer`].
pub(super) fn pack(run: &Arc<Run>) -> Written {
    makespan_report::link_data(run).map_err(|error| error.to_string())
}
