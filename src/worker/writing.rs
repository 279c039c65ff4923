//! The engine's side of a report that is saved.

use std::sync::Arc;

use makespan_model::Run;
use makespan_report::{Assets, Options, Report};
use wasm_bindgen::JsValue;

use super::port::{get, get_bytes};

/// Writes a report of runs, or says why there is none; the message holds what a report is made of.
pub(super) type Writer = fn(&[Arc<Run>], &JsValue) -> Result<Report, String>;

/// The [`Writer`].
pub(super) fn write(runs: &[Arc<Run>], parts: &JsValue) -> Result<Report, String> {
    let text = |key: &str| get(parts, key).as_string().unwrap_or_default();
    let (script, programs, css) = (text("script"), text("programs"), text("css"));
    let unpacker = get_bytes(parts, "unpacker").unwrap_or_default();
    let assets = Assets { script: &script, programs: &programs, unpacker: &unpacker, css: &css };
    makespan_report::html(runs, Some(&assets), &Options::default()).map_err(|error| error.to_string())
}
