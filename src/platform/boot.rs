//! The interface to the start script: the engine, and the blocks embedded in a report.

use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, Worker};

/// Element of a report that holds its events.
pub(crate) const DATA: &str = "makespan-data";

fn lent(name: &str) -> Option<JsValue> {
    let object = Reflect::get(&js_sys::global(), &"makespan".into()).ok().filter(JsValue::is_object)?;
    Reflect::get(&object, &name.into()).ok().filter(|v| !v.is_undefined())
}

/// The engine, started by the script in a worker, or in the page if no worker can be started.
pub(crate) struct Host {
    port: JsValue,
    worker: Option<Worker>,
}

/// Starts an engine. It receives posted messages once it is ready.
pub(crate) fn engine() -> Option<Host> {
    let start: Function = lent("startEngine")?.dyn_into().ok()?;
    let port = start.call0(&JsValue::NULL).ok()?;
    Some(Host { worker: port.clone().dyn_into().ok(), port })
}

impl Host {
    /// Returns the port to post to and listen on.
    pub(crate) fn port(&self) -> &JsValue {
        &self.port
    }

    /// Calls `failed` with the reason when the engine ends by itself.
    pub(crate) fn on_error(&self, failed: impl Fn(String) + 'static) -> Option<Closure<dyn FnMut(Event)>> {
        let worker = self.worker.as_ref()?;
        let listener: Closure<dyn FnMut(Event)> = Closure::new(move |event: Event| {
            event.prevent_default();
            failed(message(&event));
        });
        worker.set_onerror(Some(listener.as_ref().unchecked_ref()));
        Some(listener)
    }

    /// Stops the engine.
    pub(crate) fn end(self) {
        if let Some(worker) = self.worker {
            worker.terminate();
        }
    }
}

/// Returns the bytes of an embedded block; `None` if this page is not a report.
pub(crate) async fn embedded(id: &str) -> Option<Result<Vec<u8>, String>> {
    let read: Function = lent("readEmbedded")?.dyn_into().ok()?;
    let promise: Promise = read.call1(&JsValue::NULL, &id.into()).ok()?.dyn_into().ok()?;
    Some(match JsFuture::from(promise).await {
        Ok(bytes) => Ok(Uint8Array::new(&bytes).to_vec()),
        Err(e) => Err(message(&e)),
    })
}

/// Returns whether the page was served with something to open, and has no first page.
pub(crate) fn brings_a_run() -> bool {
    is_report() || super::dom::linked_data().is_some() || !served_files().is_empty()
}

/// The parts of a report besides its runs.
pub(crate) struct ReportParts {
    /// The script.
    pub(crate) script: String,
    /// The packed programs.
    pub(crate) programs: String,
    /// The style sheet of the app.
    pub(crate) css: String,
    /// The program that unpacks the others.
    pub(crate) unpacker: Vec<u8>,
}

/// Returns whether this page is a report, which cannot write another one.
pub(crate) fn is_report() -> bool {
    super::dom::document().is_some_and(|d| d.get_element_by_id(DATA).is_some())
}

/// Returns the view that a report opens with, as the hash of a link.
pub(crate) fn seen() -> Option<String> {
    let data = super::dom::document()?.get_element_by_id(DATA)?;
    data.get_attribute("data-view").filter(|view| !view.is_empty())
}

/// Fetches the parts of a report, which are files beside the page.
pub(crate) async fn report_parts() -> Result<ReportParts, String> {
    let text =
        |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| "a part of the app is damaged".to_owned());
    Ok(ReportParts {
        script: text(fetch("./report.js").await?)?,
        programs: text(fetch("./report.pack").await?)?,
        css: text(fetch("./style.css").await?)?,
        unpacker: fetch("./unpack_bg.wasm").await?,
    })
}

/// Returns the message of an exception.
pub(crate) fn message(error: &JsValue) -> String {
    let said = Reflect::get(error, &"message".into()).ok().and_then(|m| m.as_string());
    said.or_else(|| error.as_string()).unwrap_or_else(|| "the browser gave no reason".to_owned())
}

/// A file that the page was served with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServedFile {
    /// Its name.
    pub(crate) name: String,
    /// Its address, of the same origin.
    pub(crate) url: String,
    /// Whether it may grow; if so, `live` below its address reports changes.
    pub(crate) is_live: bool,
}

/// Returns the absolute address of a file beside this page, because a worker may have another base address.
pub(crate) fn absolute(url: &str) -> String {
    let base = super::dom::document().and_then(|d| d.base_uri().ok().flatten()).unwrap_or_default();
    web_sys::Url::new_with_base(url, &base).map_or_else(|_| url.to_owned(), |url| url.href())
}

/// Returns the address of the server's interface, if this page was served with a store.
pub(crate) fn server() -> Option<String> {
    let meta = super::dom::document()?.query_selector("meta[name=makespan-server]").ok()??;
    meta.get_attribute("content").filter(|url| url.starts_with("./")).map(|url| absolute(&url))
}

/// Returns the files that the page was served with.
pub(crate) fn served_files() -> Vec<ServedFile> {
    let Some(document) = super::dom::document() else { return Vec::new() };
    let Ok(Some(meta)) = document.query_selector("meta[name=makespan-files]") else { return Vec::new() };
    let content = meta.get_attribute("content").unwrap_or_default();
    let Ok(list) = serde_json::from_str::<Vec<serde_json::Value>>(&content) else { return Vec::new() };
    let text = |v: &serde_json::Value, key: &str| v.get(key).and_then(|t| t.as_str()).map(str::to_owned);
    // Only addresses beside this page: the list is ours, but checking costs nothing.
    let file = |v: &serde_json::Value| {
        let is_live = v.get("live").and_then(serde_json::Value::as_bool).unwrap_or(false);
        Some(ServedFile { name: text(v, "name")?, url: text(v, "url")?, is_live })
    };
    list.iter().filter_map(file).filter(|file| file.url.starts_with("./")).collect()
}

/// Sends JSON to an address of the same origin.
pub(crate) async fn post(url: &str, body: &str) -> Result<(), String> {
    let object = |members: &[(&str, JsValue)]| -> Result<JsValue, String> {
        let object = Object::new();
        for (name, value) in members {
            Reflect::set(&object, &(*name).into(), value).map_err(|e| message(&e))?;
        }
        Ok(object.into())
    };
    let headers = object(&[("content-type", "application/json".into())])?;
    let asked = object(&[("method", "POST".into()), ("headers", headers), ("body", body.into())])?;
    let window = super::dom::window().ok_or("no window is available")?;
    let fetch: Function = Reflect::get(&window, &"fetch".into())
        .and_then(JsCast::dyn_into)
        .map_err(|_| "this browser cannot send requests".to_owned())?;
    let answer = fetch.call2(&window, &url.into(), &asked).map_err(|e| message(&e))?;
    let answer: Promise = answer.dyn_into().map_err(|_| "no response".to_owned())?;
    let response = JsFuture::from(answer).await.map_err(|e| message(&e))?;
    let response: web_sys::Response = response.dyn_into().map_err(|_| "no response".to_owned())?;
    if response.ok() { Ok(()) } else { Err(format!("the server returned status {}", response.status())) }
}

/// Bytes from an address of the same origin.
pub(crate) async fn fetch(url: &str) -> Result<Vec<u8>, String> {
    let window = super::dom::window().ok_or("no window is available")?;
    let response = JsFuture::from(window.fetch_with_str(url)).await.map_err(|e| message(&e))?;
    let response: web_sys::Response = response.dyn_into().map_err(|_| "no response".to_owned())?;
    if !response.ok() {
        return Err(format!("{url}: the server returned status {}", response.status()));
    }
    let buffer = response.array_buffer().map_err(|e| message(&e))?;
    let buffer = JsFuture::from(buffer).await.map_err(|e| message(&e))?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
