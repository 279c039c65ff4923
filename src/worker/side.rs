//! The engine's side: reads files in chunks, and answers questions between chunks.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use makespan_engine::{Answer, Question, Session, decode, encode};
use makespan_import::{ALL, Importers, OWN, Unit};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::File;

use super::growing::{Growing, Source};
use super::port::{Message, Port, get, get_bytes, listen};
use super::remote::{Refusal, Remote};
use super::warm::warm;
use super::writing::{Packer, Redacted, Writer, pack, write};
use crate::platform::clock::{Local, offset_at};
use crate::platform::{boot, random};

/// Size of a chunk, bytes: it is parsed before anybody notices a delay.
const CHUNK: f64 = 2_097_152.0;
/// Minimum time between two progress reports, ms.
const OFTEN: f64 = 60.0;

/// The reason why a run that is only on the server cannot be written.
const ELSEWHERE: &str = "the run is open on the server; open it in the browser, or use `makespan report`";

/// Files that wait for others: the number of the request, and the page's list.
type Waiting = VecDeque<(f64, Array)>;

struct Engine {
    port: Port,
    extras: Extras,
    session: Rc<RefCell<Session>>,
    /// Growing sources, by the page's numbers.
    growing: RefCell<HashMap<u64, Rc<Growing>>>,
    waiting: RefCell<Waiting>,
    /// The request whose files are being read.
    reading: RefCell<Option<f64>>,
    /// The server that is asked instead of the session.
    remote: RefCell<Option<Remote>>,
    /// Whether anything was opened.
    was_asked: Cell<bool>,
}

/// Creates an engine that receives and answers messages on a port.
pub fn serve(port: JsValue) {
    start(port, &ALL, Extras { idle: Some(warm), write: Some(write), pack: Some(pack) });
}

/// Does the same within a report, whose smaller engine reads only what Makespan wrote.
pub fn serve_report(port: JsValue) {
    start(port, &OWN, Extras::default());
}

/// Parts of an engine besides its session. What is not listed here is not part of the program.
#[derive(Clone, Copy, Default)]
struct Extras {
    /// Called once when no question is waiting.
    idle: Option<fn() -> usize>,
    /// Writes a report.
    write: Option<Writer>,
    /// Packs a run for a link.
    pack: Option<Packer>,
}

fn start(port: JsValue, importers: &'static Importers, extras: Extras) {
    random::seed_maps();
    let port: Port = port.unchecked_into();
    let engine = Rc::new(Engine {
        port: port.clone(),
        extras,
        session: Rc::new(RefCell::new(Session::of_formats(Rc::new(Local), importers))),
        growing: RefCell::default(),
        waiting: RefCell::default(),
        reading: RefCell::new(None),
        remote: RefCell::new(None),
        was_asked: Cell::new(false),
    });
    let heard = Rc::clone(&engine);
    let listener = listen(&port, move |data| heard.hear(&data));
    // It lives as long as the worker.
    listener.forget();
    let Some(idle) = extras.idle else { return };
    later(move || {
        if !engine.was_asked.get() {
            idle();
        }
    });
}

/// Runs in a later turn of the event loop, after waiting messages.
fn later(work: impl FnOnce() + 'static) {
    let work = Closure::once_into_js(work);
    let set_timeout: Result<Function, JsValue> =
        Reflect::get(&js_sys::global(), &"setTimeout".into()).and_then(JsCast::dyn_into);
    if let Ok(set_timeout) = set_timeout {
        let _ = set_timeout.call1(&JsValue::UNDEFINED, &work);
    }
}

/// Returns the memory of this module, bytes.
fn memory_bytes() -> f64 {
    let buffer = get(&wasm_bindgen::memory(), "buffer");
    get(&buffer, "byteLength").as_f64().unwrap_or(0.0)
}

/// Returns a promise of the bytes of a file from an offset on.
fn chunk(file: &File, at: f64) -> Result<Promise, JsValue> {
    Ok(file.slice_with_f64_and_f64(at, (at + CHUNK).min(file.size()))?.array_buffer())
}

impl Engine {
    fn hear(self: &Rc<Engine>, data: &JsValue) {
        let id = get(data, "id").as_f64().unwrap_or(0.0);
        if let Some(question) = get_bytes(data, "ask") {
            let remote = self.remote.borrow().clone();
            match (decode::<Question>(&question), remote) {
                // These are about files that are opened here.
                (Ok(here @ (Question::Preview { .. } | Question::Formats)), _) | (Ok(here), None) => {
                    let answer = self.session.borrow().answer(&here);
                    self.send(Message::new().with("id", id).bytes("answer", &encode(&answer)));
                }
                (Ok(_), Some(remote)) => {
                    let (engine, line) = (Rc::clone(self), get(data, "line").as_f64());
                    spawn_local(async move { engine.forward(id, remote, &question, line).await });
                }
                (Err(_), _) => {
                    self.send(Message::new().with("id", id).bytes("answer", &encode(&Answer::Nothing)));
                }
            }
        } else if let Ok(files) = get(data, "open").dyn_into::<Array>() {
            self.was_asked.set(true);
            *self.remote.borrow_mut() = None;
            let unit = get(data, "unit").as_string().and_then(|symbol| Unit::parse(&symbol));
            self.session.borrow_mut().read_numbers_as(unit);
            let mapping = get(data, "mapping").as_string().unwrap_or_default();
            self.session.borrow_mut().read_tables_by(&mapping);
            self.waiting.borrow_mut().push_back((id, files));
            if self.reading.borrow().is_none() {
                let engine = Rc::clone(self);
                spawn_local(async move { engine.read_all().await });
            }
        } else if let Some(url) = get(data, "follow").as_string() {
            self.was_asked.set(true);
            let text = |key: &str| get(data, key).as_string();
            let remote = text("answers").map(|url| Remote {
                url,
                page: text("page").unwrap_or_default(),
                offset: offset_at((js_sys::Date::now() * 1e6) as i64),
            });
            self.remote.borrow_mut().clone_from(&remote);
            let source = match (text("run"), text("name"), text("file")) {
                (Some(run), ..) => remote.map_or(Source::Run(run), Source::Remote),
                (_, Some(name), Some(url)) => Source::File { name, url },
                _ => return,
            };
            let growing = Growing::start(id, source, url, self.port.clone(), Rc::clone(&self.session));
            self.growing.borrow_mut().insert(id as u64, growing);
        } else if get(data, "unfollow").is_truthy() {
            if let Some(growing) = self.growing.borrow_mut().remove(&(id as u64)) {
                growing.end();
            }
        } else if get(data, "cancel").is_truthy() {
            *self.reading.borrow_mut() = None;
            self.waiting.borrow_mut().clear();
            self.session.borrow_mut().cancel();
        } else if let Ok(numbers) = get(data, "report").dyn_into::<Array>() {
            self.report(id, &numbers, data);
        } else if let Some(number) = get(data, "pack").as_f64() {
            self.pack(id, number);
        } else if let Some(number) = get(data, "close").as_f64() {
            self.session.borrow_mut().close(number as usize);
        } else if get(data, "closeAll").is_truthy() {
            *self.remote.borrow_mut() = None;
            self.session.borrow_mut().close_all();
        }
    }

    /// Forwards a question to the server, and its answer to the page.
    async fn forward(&self, id: f64, remote: Remote, question: &[u8], line: Option<f64>) {
        let answered = remote.ask(question, line).await;
        // The run was closed meanwhile, so the answer is no longer needed.
        let is_open = self.remote.borrow().as_ref() == Some(&remote);
        let nothing = || Message::new().with("id", id).bytes("answer", &encode(&Answer::Nothing));
        self.send(match answered {
            Ok((bytes, _)) if decode::<Answer>(&bytes).is_ok() => {
                Message::new().with("id", id).bytes("answer", &bytes)
            }
            Ok(_) if is_open => nothing().with("trouble", "the server runs another release; reload the page"),
            Err(Refusal::Because(why)) if is_open => nothing().with("trouble", why),
            _ => nothing(),
        });
    }

    /// Answers with a report of the runs with these numbers.
    fn report(&self, id: f64, numbers: &Array, parts: &JsValue) {
        let numbers = numbers.iter().filter_map(|number| number.as_f64()).map(|number| number as usize);
        let runs = self.session.borrow().runs_of(numbers);
        let written = match self.extras.write {
            _ if self.remote.borrow().is_some() => Err(ELSEWHERE.to_owned()),
            Some(write) => write(&runs, parts),
            None => Err("a report cannot write another one".to_owned()),
        };
        self.written(id, written);
    }

    /// Answers with a run as text.
    fn pack(&self, id: f64, number: f64) {
        let run = self.session.borrow().runs_of([number as usize]).pop();
        let written = match (self.extras.pack, run) {
            _ if self.remote.borrow().is_some() => Err(ELSEWHERE.to_owned()),
            (Some(pack), Some(run)) => pack(&run),
            (None, _) => Err("a report cannot make such a link; send the report instead".to_owned()),
            (_, None) => Err("the run is no longer open".to_owned()),
        };
        self.written(id, written);
    }

    fn written(&self, id: f64, written: Result<(String, Redacted), String>) {
        let message = Message::new().with("id", id).with("saved", true);
        self.send(match written {
            Ok((text, redacted)) if redacted.total() > 0 => {
                message.with("text", text).with("redacted", redacted.sentence())
            }
            Ok((text, _)) => message.with("text", text),
            Err(why) => message.with("error", why),
        });
    }

    fn send(&self, message: Message) {
        // A page that is gone receives nothing.
        let _ = message.send(&self.port);
    }

    /// Reads waiting files, one request after the other.
    async fn read_all(self: Rc<Engine>) {
        loop {
            let next = self.waiting.borrow_mut().pop_front();
            let Some((id, files)) = next else { return };
            *self.reading.borrow_mut() = Some(id);
            match self.read(id, &files).await {
                Ok(true) => {
                    let opened = self.session.borrow_mut().finish();
                    self.send(
                        Message::new()
                            .with("id", id)
                            .with("memory", memory_bytes())
                            .bytes("opened", &encode(&opened)),
                    );
                    *self.reading.borrow_mut() = None;
                }
                // Cancelled: no further report.
                Ok(false) => return,
                Err(why) => {
                    self.session.borrow_mut().cancel();
                    self.send(Message::new().with("id", id).with("error", why));
                    *self.reading.borrow_mut() = None;
                }
            }
        }
    }

    /// Reads the files of a request; `false` if it was cancelled meanwhile.
    async fn read(&self, id: f64, files: &Array) -> Result<bool, String> {
        let cancelled = || *self.reading.borrow() != Some(id);
        self.session.borrow_mut().begin(Some(files.length() as usize));
        let (mut told, mut buffer) = (f64::NEG_INFINITY, Vec::new());
        for entry in files.iter() {
            let name = get(&entry, "name").as_string().unwrap_or_default();
            let Ok(file) = get(&entry, "file").dyn_into::<File>() else {
                let bytes = get_bytes(&entry, "bytes").unwrap_or_default();
                self.session.borrow_mut().begin_file(&name, Some(bytes.len() as u64));
                self.session.borrow_mut().push(&bytes);
                self.session.borrow_mut().end_file();
                continue;
            };
            let size = file.size();
            self.session.borrow_mut().begin_file(&name, Some(size as u64));
            let (mut at, mut coming) = (0.0, chunk(&file, 0.0));
            while at < size {
                let came = match coming {
                    Ok(promise) => JsFuture::from(promise).await,
                    Err(error) => Err(error),
                };
                let came = came.map_err(|e| format!("{name} could not be read: {}", boot::message(&e)))?;
                if cancelled() {
                    return Ok(false);
                }
                let to = (at + CHUNK).min(size);
                // The browser fetches the next chunk while this one is parsed.
                coming = chunk(&file, to);
                let chunk = Uint8Array::new(&came);
                buffer.resize(chunk.length() as usize, 0);
                chunk.copy_to(&mut buffer);
                let progress = self.session.borrow_mut().push(&buffer);
                at = to;
                let now = js_sys::Date::now();
                if now - told >= OFTEN || at >= size {
                    told = now;
                    self.send(Message::new().with("id", id).bytes("progress", &encode(&progress)));
                }
            }
            self.session.borrow_mut().end_file();
        }
        Ok(!cancelled())
    }
}
