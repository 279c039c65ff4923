//! Entry point of the engine: a program of its own, so that the page is small and ready while the engine still
//! compiles.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Receives questions and answers them on a port: the scope of a worker, or one end of a channel.
#[wasm_bindgen]
pub fn serve(port: JsValue) {
    makespan_app::serve(port);
}

fn main() {}
