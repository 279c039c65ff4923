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

/// A text that no other page has, but for chance; where the browser gives no randomness, made of the time.
pub(crate) fn token() -> String {
    let mut bytes = [0; 8];
    if fill(&mut bytes).is_err() {
        bytes = js_sys::Date::now().to_le_bytes();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
