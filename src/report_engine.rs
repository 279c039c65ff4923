//! Entry point of the engine in a report: it reads only what Makespan wrote, because other importers would make every
//! report larger.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Receives questions and answers them on a port: the scope of a worker, or one end of a channel.
#[wasm_bindgen]
pub fn serve(port: JsValue) {
    makespan_app::serve_report(port);
}

fn main() {}
