//! The page's side: asks a worker, listens, and does the work itself where there is no worker.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use js_sys::{Array, Object, Reflect, Uint8Array};
use makespan_layout::{Layout, Request};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{MessageEvent, Worker};

use super::job::{self, Opened};
use crate::platform::boot;
use crate::platform::clock::Local;
use crate::platform::files::Given;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Getting the bytes; progress counts bytes.
    Read,
    /// Making events and a run of them; progress counts tasks.
    Parse,
}

/// How far it got.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Progress {
    /// What is being done.
    pub(crate) stage: Stage,
    /// How much of it.
    pub(crate) done: f64,
    /// Out of how much, 0 where unknown.
    pub(crate) total: f64,
}

type Done = Box<dyn FnOnce(Result<Vec<u8>, String>)>;

struct Pending {
    progress: Rc<dyn Fn(Progress)>,
    done: Done,
}

#[derive(Default)]
struct Helper {
    worker: Option<Worker>,
    tried: bool,
    next: u32,
    pending: BTreeMap<u32, Pending>,
    listeners: Vec<Closure<dyn FnMut(MessageEvent)>>,
}

thread_local! {
    static HELPER: RefCell<Helper> = RefCell::new(Helper::default());
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

fn set(object: &Object, key: &str, value: &JsValue) {
    let _ = Reflect::set(object, &key.into(), value);
}

/// The worker, started when it is first wanted.
fn worker() -> Option<Worker> {
    if let Some(worker) = HELPER.with_borrow(|h| h.worker.clone()) {
        return Some(worker);
    }
    if HELPER.with_borrow(|h| h.tried) {
        return None;
    }
    let Some(worker) = boot::spawn_worker() else {
        HELPER.with_borrow_mut(|h| h.tried = true);
        return None;
    };
    let on_message = Closure::new(|event: MessageEvent| hear(&event.data()));
    let on_error = Closure::new(|event: MessageEvent| {
        event.prevent_default();
        let said = get(&event, "message").as_string().unwrap_or_default();
        let said = if said.is_empty() { "it gave no reason".to_owned() } else { said };
        fail(&format!("the background worker stopped: {said}"));
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    HELPER.with_borrow_mut(|h| {
        h.listeners = vec![on_message, on_error];
        h.worker = Some(worker.clone());
    });
    Some(worker)
}

/// Starts the worker before it is wanted, so that the first file need not wait for it.
pub(crate) fn prepare() {
    drop(worker());
}

fn hear(data: &JsValue) {
    let Some(id) = get(data, "id").as_f64().map(|id| id as u32) else { return };
    let progress = get(data, "progress");
    if progress.is_object() {
        let stage = if get(&progress, "stage").as_string().as_deref() == Some("read") {
            Stage::Read
        } else {
            Stage::Parse
        };
        let number = |key: &str| get(&progress, key).as_f64().unwrap_or(0.0);
        let told = Progress { stage, done: number("done"), total: number("total") };
        if let Some(tell) = HELPER.with_borrow(|h| h.pending.get(&id).map(|p| Rc::clone(&p.progress))) {
            tell(told);
        }
        return;
    }
    let Some(pending) = HELPER.with_borrow_mut(|h| h.pending.remove(&id)) else { return };
    let error = get(data, "error");
    (pending.done)(match error.as_string() {
        Some(error) => Err(error),
        None => Ok(Uint8Array::new(&get(data, "ok")).to_vec()),
    });
}

/// Everything that was asked has failed; the next question starts a new worker.
fn fail(why: &str) {
    let pending = HELPER.with_borrow_mut(|h| {
        if let Some(worker) = h.worker.take() {
            worker.terminate();
        }
        std::mem::take(&mut h.pending)
    });
    for (_, p) in pending {
        (p.done)(Err(why.to_owned()));
    }
}

/// Stops whatever is being done; who asked hears nothing more.
pub(crate) fn cancel() {
    HELPER.with_borrow_mut(|h| {
        if let Some(worker) = h.worker.take() {
            worker.terminate();
        }
        h.pending.clear();
    });
}

fn ask(worker: &Worker, message: &Object, transfer: &Array, progress: Rc<dyn Fn(Progress)>, done: Done) {
    let id = HELPER.with_borrow_mut(|h| {
        h.next += 1;
        h.pending.insert(h.next, Pending { progress, done });
        h.next
    });
    set(message, "id", &id.into());
    if let Err(e) = worker.post_message_with_transfer(message, transfer) {
        fail(&format!("the background worker took no question: {}", boot::message(&e)));
    }
}

/// Opens files. `progress` hears of it, `done` gets what came of it.
pub(crate) fn open(
    given: Vec<Given>,
    progress: Rc<dyn Fn(Progress)>,
    done: impl FnOnce(Result<Opened, String>) + 'static,
) {
    let Some(worker) = worker() else {
        spawn_local(async move { done(here(given, &*progress).await) });
        return;
    };
    let (files, transfer) = (Array::new(), Array::new());
    for g in given {
        let entry = Object::new();
        match g {
            Given::File(name, file) => {
                set(&entry, "name", &name.into());
                set(&entry, "file", &file);
            }
            Given::Bytes(name, bytes) => {
                let array = Uint8Array::from(bytes.as_slice());
                transfer.push(&array.buffer());
                set(&entry, "name", &name.into());
                set(&entry, "bytes", &array);
            }
        }
        files.push(&entry);
    }
    let message = Object::new();
    set(&message, "job", &"open".into());
    set(&message, "files", &files);
    let answer = move |bytes: Result<Vec<u8>, String>| {
        done(bytes.and_then(|b| {
            Opened::decode(&b).ok_or_else(|| "the background worker answered with noise".to_owned())
        }));
    };
    ask(&worker, &message, &transfer, progress, Box::new(answer));
}

/// The same in the page.
async fn here(given: Vec<Given>, progress: &dyn Fn(Progress)) -> Result<Opened, String> {
    let mut files = Vec::new();
    for g in given {
        files.push(match g {
            Given::Bytes(name, bytes) => (name, bytes),
            Given::File(name, file) => {
                let buffer = JsFuture::from(file.array_buffer())
                    .await
                    .map_err(|e| format!("{name}: {}", boot::message(&e)))?;
                (name, Uint8Array::new(&buffer).to_vec())
            }
        });
        progress(Progress { stage: Stage::Read, done: files.len() as f64, total: 0.0 });
    }
    crate::platform::frame::breathe().await;
    Ok(job::open(files, &Local, &mut |tasks| {
        progress(Progress { stage: Stage::Parse, done: tasks as f64, total: 0.0 })
    }))
}

/// Lays out a graph. Small ones are done at once: asking would take longer.
pub(crate) fn lay_out(request: &Request, done: impl FnOnce(Layout) + 'static) {
    const AT_ONCE: usize = 60;
    let bytes = job::encode_request(request);
    let helper = (request.nodes.len() > AT_ONCE).then(worker).flatten();
    let Some(worker) = helper else {
        if let Some(layout) = job::lay_out(&bytes).and_then(|l| job::decode_layout(&l)) {
            done(layout);
        }
        return;
    };
    let array = Uint8Array::from(bytes.as_slice());
    let message = Object::new();
    set(&message, "job", &"layout".into());
    set(&message, "request", &array);
    let answer = move |bytes: Result<Vec<u8>, String>| {
        if let Some(layout) = bytes.ok().and_then(|b| job::decode_layout(&b)) {
            done(layout);
        }
    };
    ask(&worker, &message, &Array::of1(&array.buffer()), Rc::new(|_| {}), Box::new(answer));
}
