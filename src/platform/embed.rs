//! Other pages that show runs in this one: an opener or an embedding page sends files by messages. The protocol is that
//! of Perfetto's page (`PING`, `PONG`, `{perfetto: {buffer}}`), so its clients work here too; `docs/embedding.md`
//! describes it.

use js_sys::{Array, ArrayBuffer, Reflect, Uint8Array};
use leptos::prelude::WindowListenerHandle;
use leptos::prelude::window_event_listener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, MessageEvent, Window};

use super::dom;
use super::files::Given;

/// Returns whether another page shows this one as a part of itself: its address has the parameter `embed`.
pub(crate) fn is_embedded() -> bool {
    dom::search_parameter("embed").is_some()
}

/// Calls `hear` with the files that the embedding page or the opener sends. The only answer is that this page is ready.
pub(crate) fn listen(hear: impl Fn(Vec<Given>) + 'static) -> WindowListenerHandle {
    window_event_listener(leptos::ev::message, move |event| {
        let Some(source) = host(&event) else { return };
        let data = event.data();
        if data.as_string().as_deref() == Some("PING") {
            // A page from a disk has no origin to name; that this page is ready is not a secret.
            let origin =
                Some(event.origin()).filter(|origin| origin != "null").unwrap_or_else(|| "*".to_owned());
            let _ = source.post_message(&"PONG".into(), &origin);
            return;
        }
        let given = files(&data);
        if !given.is_empty() {
            hear(given);
        }
    })
}

/// Returns the window that sent a message, if it is the embedding page or the opener.
fn host(event: &MessageEvent) -> Option<Window> {
    let own = dom::window()?;
    let source = event.source()?;
    let is = |other: Option<JsValue>| other.is_some_and(|other| !other.is_null() && other == *source);
    let is_around =
        own.parent().ok().flatten().is_some_and(|parent| parent != own && is(Some(parent.into())));
    // Not an instance of this window's class, because it belongs to another page.
    (is_around || is(own.opener().ok())).then(|| source.unchecked_into())
}

/// Returns the files of a message: `{makespan: {files: [{name, bytes}]}}`, or a trace in the form of Perfetto's page.
fn files(data: &JsValue) -> Vec<Given> {
    let get = |object: &JsValue, key: &str| Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED);
    let text = |object: &JsValue, key: &str| get(object, key).as_string();
    if !data.is_object() {
        return Vec::new();
    }
    let perfetto = get(data, "perfetto");
    if perfetto.is_object() {
        let name = text(&perfetto, "fileName").or_else(|| text(&perfetto, "title"));
        return given(name, &get(&perfetto, "buffer")).into_iter().collect();
    }
    let list: Array = get(&get(data, "makespan"), "files").dyn_into().unwrap_or_default();
    list.iter()
        .filter(JsValue::is_object)
        .filter_map(|file| given(text(&file, "name"), &get(&file, "bytes")))
        .collect()
}

fn given(name: Option<String>, content: &JsValue) -> Option<Given> {
    let name = name.filter(|name| !name.is_empty());
    if let Some(file) = content.dyn_ref::<File>() {
        return Some(Given::File(name.unwrap_or_else(|| file.name()), file.clone()));
    }
    let is_bytes = content.is_instance_of::<ArrayBuffer>() || content.is_instance_of::<Uint8Array>();
    let name = name.unwrap_or_else(|| "a run".to_owned());
    is_bytes.then(|| Given::Bytes(name, Uint8Array::new(content).to_vec()))
}
