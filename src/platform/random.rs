//! Randomness, which wasm has only from the browser.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn fill(bytes: &mut [u8]) -> Result<JsValue, JsValue>;
}

/// Seeds the maps of this program, so that no file can be made to slow them down. Where the browser gives no randomness
/// they work all the same.
pub(crate) fn seed_maps() {
    let mut seed = [0; 8];
    if fill(&mut seed).is_ok() {
        makespan_model::seed_maps(u64::from_le_bytes(seed));
    }
}
