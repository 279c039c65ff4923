//! Entry point of the program that unpacks the programs of a report.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// Returns the blocks of a packed text, each a `Uint8Array`.
///
/// # Errors
///
/// A message about the damage, if the text is invalid.
#[wasm_bindgen]
pub fn unpack(text: &str) -> Result<Array, JsError> {
    let blocks = makespan_pack::unpack(text)?;
    Ok(blocks.iter().map(|block| Uint8Array::from(block.as_slice())).collect())
}

fn main() {}
