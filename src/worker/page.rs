//! The page's side: sends questions to the engine and receives its answers. The engine runs in a worker; if no worker
//! can be started, it runs in the page, behind the same messages.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use js_sys::{Array, Object, Reflect, Uint8Array};
use makespan_engine::{Answer, Opened, Progress, Question, decode, encode};
use makespan_import::Unit;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, MessageEvent};

use super::port::{Message, Port, get, get_bytes, listen};
use crate::platform::boot::{self, Host};
use crate::platform::files::Given;
use crate::platform::random;

type Done = Box<dyn FnOnce(Answer)>;

/// A report or a packed run, and a sentence about removed secrets, if there were any.
pub(crate) struct Written {
    /// The text of the file, or of the run.
    pub(crate) text: String,
    /// Number of replaced values, by rule.
    pub(crate) redacted: Option<String>,
}

type Writing = Box<dyn FnOnce(Result<Written, String>)>;

/// Callbacks for files that are being opened.
pub(crate) struct Listener {
    /// Called with the progress.
    pub(crate) progress: Box<dyn Fn(Progress)>,
    /// Called with the result, or the reason of a failure.
    pub(crate) done: Box<dyn FnOnce(Result<Opened, String>)>,
}

/// A growing source.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Followed {
    /// A run of the server: its id, and the address of its live stream.
    Run(String, String),
    /// A run about which the server answers: its id, the address of its live stream, and that of its answers.
    Remote(String, String, String),
    /// A file of the server: its name, its address, and the address that reports changes.
    File(String, String, String),
}

/// The state of a growing source.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Grown {
    /// The result of freezing it again, if it was.
    pub(crate) opened: Option<Opened>,
    /// Number of events so far; 0 for a file.
    pub(crate) events: u64,
    /// Time of the last event, ms since the epoch; 0 before the first.
    pub(crate) heard: f64,
    /// Whether the connection to the server is lost.
    pub(crate) is_lost: bool,
    /// Whether the run has finished.
    pub(crate) is_over: bool,
}

#[derive(Default)]
struct Connection {
    port: Option<Port>,
    /// The worker, to stop it; `None` if the engine runs in the page.
    host: Option<Host>,
    next: u32,
    asked: BTreeMap<u32, Done>,
    opening: BTreeMap<u32, Listener>,
    writing: BTreeMap<u32, Writing>,
    following: BTreeMap<u32, Rc<dyn Fn(Grown)>>,
    listener: Option<Closure<dyn FnMut(MessageEvent)>>,
    on_error: Option<Closure<dyn FnMut(Event)>>,
    lost: Option<Rc<dyn Fn(String)>>,
    /// Called with the reason when a server does not answer.
    troubled: Option<Rc<dyn Fn(String)>>,
    /// Memory of the engine after files were last opened, bytes.
    memory: f64,
}

thread_local! {
    static CONNECTION: RefCell<Connection> = RefCell::default();
}

/// Starts the engine. Calls `lost` when it stops by itself, which closes everything that was open in it. Calls
/// `troubled` with the reason when a server does not answer.
pub(crate) fn start(lost: impl Fn(String) + 'static, troubled: impl Fn(String) + 'static) {
    CONNECTION.with_borrow_mut(|c| {
        c.lost = Some(Rc::new(lost));
        c.troubled = Some(Rc::new(troubled));
    });
    connect();
}

fn connect() {
    let Some(host) = boot::engine() else { return };
    let port: Port = host.port().clone().unchecked_into();
    let listener = listen(&port, |data| hear(&data));
    let on_error = host.on_error(|why| {
        end();
        if let Some(lost) = CONNECTION.with_borrow(|c| c.lost.clone()) {
            lost(why);
        }
    });
    CONNECTION.with_borrow_mut(|c| {
        (c.port, c.host) = (Some(port), Some(host));
        (c.listener, c.on_error) = (Some(listener), on_error);
    });
}

/// Stops the engine and starts a new one without open runs.
pub(crate) fn restart() {
    end();
    connect();
}

fn end() {
    CONNECTION.with_borrow_mut(|c| {
        if let Some(host) = c.host.take() {
            host.end();
        }
        c.port = None;
        c.asked.clear();
        c.opening.clear();
        c.writing.clear();
        c.following.clear();
    });
}

fn hear(data: &JsValue) {
    let Some(id) = get(data, "id").as_f64().map(|id| id as u32) else { return };
    if let Some(why) = get(data, "trouble").as_string()
        && let Some(hear) = CONNECTION.with_borrow(|c| c.troubled.clone())
    {
        hear(why);
    }
    if get(data, "grown").is_truthy() {
        let number = |key: &str| get(data, key).as_f64().unwrap_or(0.0);
        let grown = Grown {
            opened: get_bytes(data, "opened").and_then(|bytes| decode(&bytes).ok()),
            events: number("events") as u64,
            heard: number("heard"),
            is_lost: get(data, "lost").is_truthy(),
            is_over: get(data, "over").is_truthy(),
        };
        if let Some(hear) = CONNECTION.with_borrow(|c| c.following.get(&id).cloned()) {
            hear(grown);
        }
    } else if get(data, "saved").is_truthy() {
        if let Some(done) = CONNECTION.with_borrow_mut(|c| c.writing.remove(&id)) {
            let text = |key: &str| get(data, key).as_string();
            done(match text("text") {
                Some(written) => Ok(Written { text: written, redacted: text("redacted") }),
                None => Err(text("error").unwrap_or_default()),
            });
        }
    } else if let Some(bytes) = get_bytes(data, "answer") {
        if let Some(done) = CONNECTION.with_borrow_mut(|c| c.asked.remove(&id)) {
            done(decode(&bytes).unwrap_or(Answer::Nothing));
        }
    } else if let Some(bytes) = get_bytes(data, "progress") {
        let taken = CONNECTION.with_borrow_mut(|c| c.opening.remove(&id));
        if let (Some(listener), Ok(progress)) = (taken, decode(&bytes)) {
            (listener.progress)(progress);
            CONNECTION.with_borrow_mut(|c| c.opening.insert(id, listener));
        }
    } else if let Some(listener) = CONNECTION.with_borrow_mut(|c| c.opening.remove(&id)) {
        CONNECTION.with_borrow_mut(|c| c.memory = get(data, "memory").as_f64().unwrap_or(c.memory));
        (listener.done)(match get_bytes(data, "opened") {
            Some(bytes) => decode(&bytes).map_err(|e| e.to_string()),
            None => Err(get(data, "error").as_string().unwrap_or_default()),
        });
    }
}

fn send(message: Message) {
    CONNECTION.with_borrow_mut(|c| {
        if let Some(port) = &c.port {
            // A message that cannot be posted is lost with the worker, whose end is reported.
            drop(message.send(port));
        }
    });
}

fn number(keep: impl FnOnce(&mut Connection, u32)) -> u32 {
    CONNECTION.with_borrow_mut(|c| {
        c.next += 1;
        let id = c.next;
        keep(c, id);
        id
    })
}

/// Questions of one kind: at most one is in flight, and of those that arrive meanwhile only the newest is asked, so
/// that slow answers never queue up.
#[derive(Clone, Default)]
pub(crate) struct Line(Rc<RefCell<Queue>>);

thread_local! {
    /// Number of lines so far.
    static LINES: Cell<u32> = const { Cell::new(0) };
}

struct Queue {
    /// Distinguishes it from other lines, also on a server.
    number: u32,
    /// The generation of open runs that the questions are about. Questions about others are not waited for, because the
    /// engine may be gone.
    generation: u32,
    is_busy: bool,
    next: Option<(Question, Done)>,
}

impl Default for Queue {
    fn default() -> Queue {
        let number = LINES.get().wrapping_add(1);
        LINES.set(number);
        Queue { number, generation: 0, is_busy: false, next: None }
    }
}

impl Line {
    /// Asks about the open runs of a generation. Calls `done` with the answer, unless a newer question replaces this
    /// one before it is sent.
    pub(crate) fn ask(&self, generation: u32, question: Question, done: impl FnOnce(Answer) + 'static) {
        {
            let mut queue = self.0.borrow_mut();
            if queue.generation != generation {
                *queue = Queue { generation, ..Queue::default() };
            }
            if queue.is_busy {
                queue.next = Some((question, Box::new(done)));
                return;
            }
            queue.is_busy = true;
        }
        let line = self.clone();
        let number = self.0.borrow().number;
        ask_in(&question, Some(number), move |answer| {
            done(answer);
            let next = {
                let mut queue = line.0.borrow_mut();
                if queue.generation != generation {
                    return;
                }
                queue.is_busy = false;
                queue.next.take()
            };
            if let Some((question, done)) = next {
                line.ask(generation, question, done);
            }
        });
    }
}

/// Asks a question that no other one replaces.
pub(crate) fn ask(question: &Question, done: impl FnOnce(Answer) + 'static) {
    ask_in(question, None, done);
}

fn ask_in(question: &Question, line: Option<u32>, done: impl FnOnce(Answer) + 'static) {
    let id = number(|c, id| drop(c.asked.insert(id, Box::new(done))));
    let message = line.map_or_else(Message::new, |line| Message::new().with("line", line));
    send(message.with("id", id).bytes("ask", &encode(question)));
}

/// Opens files in addition to the open ones, with a mapping for tables unless it is empty.
pub(crate) fn open(given: &[Given], unit: Option<Unit>, mapping: &str, listener: Listener) {
    let files = Array::new();
    for file in given {
        let entry = Object::new();
        let (name, key, value): (&str, &str, JsValue) = match file {
            Given::File(name, file) => (name, "file", file.into()),
            Given::Bytes(name, bytes) => (name, "bytes", Uint8Array::from(&bytes[..]).into()),
        };
        let _ = Reflect::set(&entry, &"name".into(), &name.into());
        let _ = Reflect::set(&entry, &key.into(), &value);
        files.push(&entry);
    }
    let id = number(|c, id| drop(c.opening.insert(id, listener)));
    let message = Message::new().with("id", id).with("unit", unit.map_or("", Unit::symbol));
    send(message.with("mapping", mapping).with("open", files));
}

/// Writes a report of the runs with these numbers, which opens with a view, unless that is empty.
pub(crate) fn report(
    runs: &[usize],
    view: &str,
    parts: boot::ReportParts,
    done: impl FnOnce(Result<Written, String>) + 'static,
) {
    let numbers: Array = runs.iter().map(|number| JsValue::from(*number as f64)).collect();
    let id = number(|c, id| drop(c.writing.insert(id, Box::new(done))));
    let message = Message::new().with("id", id).with("report", numbers).with("view", view);
    let message =
        message.with("script", parts.script).with("programs", parts.programs).with("css", parts.css);
    send(message.bytes("unpacker", &parts.unpacker));
}

/// Packs a run as text for a link.
pub(crate) fn packed(run: usize, done: impl FnOnce(Result<Written, String>) + 'static) {
    let id = number(|c, id| drop(c.writing.insert(id, Box::new(done))));
    send(Message::new().with("id", id).with("pack", run as f64));
}

/// Cancels opening files, without a further report.
pub(crate) fn cancel() {
    CONNECTION.with_borrow_mut(|c| c.opening.clear());
    send(Message::new().with("cancel", true));
}

/// Follows a growing source. Calls `hear` when it has new events, and when the connection is lost or restored. Returns
/// a number with which to stop.
pub(crate) fn follow(followed: &Followed, hear: impl Fn(Grown) + 'static) -> u32 {
    let id = number(|c, id| drop(c.following.insert(id, Rc::new(hear))));
    let message = Message::new().with("id", id);
    send(match followed {
        Followed::Run(run, stream) => message.with("follow", &**stream).with("run", &**run),
        Followed::Remote(run, stream, answers) => {
            let message = message.with("follow", &**stream).with("run", &**run);
            message.with("answers", &**answers).with("page", random::token())
        }
        Followed::File(name, url, stream) => {
            message.with("follow", &**stream).with("name", &**name).with("file", &**url)
        }
    });
    id
}

/// Stops following; what is open stays as it is.
pub(crate) fn unfollow(id: u32) {
    CONNECTION.with_borrow_mut(|c| drop(c.following.remove(&id)));
    send(Message::new().with("id", id).with("unfollow", true));
}

/// Returns the memory of the engine after files were last opened, bytes; 0 before.
pub(crate) fn memory_bytes() -> f64 {
    CONNECTION.with_borrow(|c| c.memory)
}

/// Closes a run.
pub(crate) fn close(number: usize) {
    send(Message::new().with("close", number as f64));
}

/// Closes all runs.
pub(crate) fn close_all() {
    send(Message::new().with("closeAll", true));
}
