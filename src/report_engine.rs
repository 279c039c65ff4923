//! Entry of the engine that a report carries: it reads what Makespan wrote, and not the files of others, whose importers
//! would make every report larger.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Hears questions and answers them on a port: the scope of a worker, or one end of a channel.
#[wasm_bindgen]
pub fn serve(port: JsValue) {
    makespan_app::serve_report(port);
}

fn main() {}
