//! Randomness, which WebAssembly only gets from the browser.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn fill(bytes: &mut [u8]) -> Result<JsValue, JsValue>;
}

/// Seeds the maps of this program, so that no file can be crafted to slow them down. Without randomness they still
/// work.
pub(crate) fn seed_maps() {
    let mut seed = [0; 8];
    if fill(&mut seed).is_ok() {
        makespan_model::seed_maps(u64::from_le_bytes(seed));
    }
}

/// Returns a text that is unique among pages with high probability; without randomness, derived from the time.
pub(crate) fn token() -> String {
    let mut bytes = [0; 8];
    if fill(&mut bytes).is_err() {
        bytes = js_sys::Date::now().to_le_bytes();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
