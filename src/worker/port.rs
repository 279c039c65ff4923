//! The channel between the page and the engine: a worker, its scope, or one end of a message channel.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessageEvent;

#[wasm_bindgen]
extern "C" {
    /// An object that posts and receives messages.
    #[derive(Clone)]
    pub(crate) type Port;

    #[wasm_bindgen(method, catch, js_name = postMessage)]
    fn post_message(this: &Port, message: &JsValue, transfer: &Array) -> Result<(), JsValue>;

    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &Port, listener: &JsValue);
}

/// A message: members by name.
pub(crate) struct Message(Object, Array);

impl Message {
    pub(crate) fn new() -> Message {
        Message(Object::new(), Array::new())
    }

    /// Adds a member.
    pub(crate) fn with(self, key: &str, value: impl Into<JsValue>) -> Message {
        let _ = Reflect::set(&self.0, &key.into(), &value.into());
        self
    }

    /// Adds a block of bytes, which is transferred and not copied a second time.
    pub(crate) fn bytes(self, key: &str, bytes: &[u8]) -> Message {
        let array = Uint8Array::from(bytes);
        self.1.push(&array.buffer());
        self.with(key, array)
    }

    /// Sends it.
    pub(crate) fn send(self, port: &Port) -> Result<(), JsValue> {
        port.post_message(&self.0, &self.1)
    }
}

/// Returns a member of a received message.
pub(crate) fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Returns a block of bytes of a received message.
pub(crate) fn get_bytes(object: &JsValue, key: &str) -> Option<Vec<u8>> {
    let array: Uint8Array = get(object, key).dyn_into().ok()?;
    Some(array.to_vec())
}

/// Calls `hear` with every message, as long as the returned listener lives.
pub(crate) fn listen(port: &Port, hear: impl Fn(JsValue) + 'static) -> Closure<dyn FnMut(MessageEvent)> {
    let listener = Closure::new(move |event: MessageEvent| hear(event.data()));
    port.set_onmessage(listener.as_ref());
    listener
}
