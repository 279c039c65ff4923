//! The worker's side: listens, works, answers.

use std::cell::Cell;

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use super::job;
use super::warm::warm;
use crate::platform::boot;
use crate::platform::clock::Local;

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

fn answer(id: &JsValue, key: &str, value: &JsValue, transfer: &Array) {
    let message = Object::new();
    let _ = Reflect::set(&message, &"id".into(), id);
    let _ = Reflect::set(&message, &key.into(), value);
    let _ = scope().post_message_with_transfer(&message, transfer);
}

fn tell(id: &JsValue, stage: &str, done: f64, total: f64) {
    let progress = Object::new();
    for (key, value) in [("stage", stage.into()), ("done", done.into()), ("total", total.into())] {
        let _ = Reflect::set(&progress, &key.into(), &value);
    }
    answer(id, "progress", &progress, &Array::new());
}

fn answer_bytes(id: &JsValue, bytes: &[u8]) {
    let array = Uint8Array::from(bytes);
    answer(id, "ok", &array, &Array::of1(&array.buffer()));
}

/// Runs in the next turn of the worker's loop. A trap there reaches the page as the worker's error, which one inside
/// a promise would not.
fn later(work: impl FnOnce() + 'static) {
    let work = Closure::once_into_js(work);
    let _ = scope().set_timeout_with_callback(work.unchecked_ref());
}

async fn read(id: &JsValue, files: &Array) -> Result<Vec<(String, Vec<u8>)>, String> {
    let total: f64 =
        files.iter().filter_map(|f| get(&f, "file").dyn_into::<File>().ok()).map(|f| f.size()).sum();
    let mut done = 0.0;
    let mut all = Vec::new();
    for entry in files.iter() {
        let name = get(&entry, "name").as_string().unwrap_or_default();
        match get(&entry, "file").dyn_into::<File>() {
            Ok(file) => {
                tell(id, "read", done, total);
                let buffer = JsFuture::from(file.array_buffer()).await;
                let buffer =
                    buffer.map_err(|e| format!("{name} could not be read: {}", boot::message(&e)))?;
                done += file.size();
                all.push((name, Uint8Array::new(&buffer).to_vec()));
            }
            Err(_) => all.push((name, Uint8Array::new(&get(&entry, "bytes")).to_vec())),
        }
    }
    tell(id, "read", total, total);
    Ok(all)
}

thread_local! {
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

fn hear(data: &JsValue) {
    ASKED.set(true);
    let id = get(data, "id");
    match get(data, "job").as_string().as_deref() {
        Some("open") => {
            let Ok(files) = get(data, "files").dyn_into::<Array>() else { return };
            spawn_local(async move {
                match read(&id, &files).await {
                    Ok(files) => later(move || {
                        tell(&id, "parse", 0.0, 0.0);
                        let opened =
                            job::open(files, &Local, &mut |tasks| tell(&id, "parse", tasks as f64, 0.0));
                        answer_bytes(&id, &opened.encode());
                    }),
                    Err(why) => answer(&id, "error", &why.into(), &Array::new()),
                }
            });
        }
        Some("layout") => match job::lay_out(&Uint8Array::new(&get(data, "request")).to_vec()) {
            Some(layout) => answer_bytes(&id, &layout),
            None => answer(&id, "error", &"no layout request".into(), &Array::new()),
        },
        _ => {}
    }
}

/// Makes this thread a worker: called once by the script that started it, when the module is up.
#[wasm_bindgen]
pub fn worker_main() {
    let listen: Closure<dyn FnMut(MessageEvent)> = Closure::new(|event: MessageEvent| hear(&event.data()));
    scope().set_onmessage(Some(listen.as_ref().unchecked_ref()));
    // The listener lives as long as the worker does.
    listen.forget();
    later(|| {
        if !ASKED.get() {
            warm();
        }
    });
}
