//! The engine's side of growing runs: listens to the server, adds new events to the session, and reports when the run
//! has new events. None of it blocks the page's thread.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect, Uint8Array};
use makespan_engine::{Opened, Session, encode};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Event, EventSource, MessageEvent, Response};

use super::port::{Message, Port};
use super::remote::{Refusal, Remote};

/// Minimum time between two freezes of a run, ms, which is also at least a multiple of the time that the last one took:
/// an engine that only froze could not answer.
const SOONEST: f64 = 300.0;
const TIMES: f64 = 6.0;
/// Time after which a connection that the browser has given up is opened again, ms.
const AGAIN: i32 = 2_000;

/// A listener for messages of one kind, for as long as it lives.
type Listener = Closure<dyn FnMut(JsValue)>;

/// What is followed.
#[derive(Clone)]
pub(super) enum Source {
    /// The run with this id: its events arrive as lines.
    Run(String),
    /// The run with this id, about which the server answers.
    Remote(Remote),
    /// The file with this name at this address: it is read again when it has changed.
    File { name: String, url: String },
}

/// A followed source.
pub(super) struct Growing {
    id: f64,
    source: Source,
    /// The address of the stream, without the position to continue from.
    url: String,
    port: Port,
    session: Rc<RefCell<Session>>,
    stream: RefCell<Option<EventSource>>,
    listeners: RefCell<Vec<Listener>>,
    events: Cell<f64>,
    /// Time of the last event, ms since the epoch; 0 before the first.
    heard: Cell<f64>,
    is_due: Cell<bool>,
    /// When it was last frozen, and how long that took, ms.
    frozen: Cell<(f64, f64)>,
    is_lost: Cell<bool>,
    is_over: Cell<bool>,
    is_ended: Cell<bool>,
    /// Number of events that the answers of the server are based on.
    answered: Cell<f64>,
}

/// Calls `work` after this time.
fn after(ms: i32, work: impl FnOnce() + 'static) {
    let work = Closure::once_into_js(work);
    let set_timeout: Result<Function, JsValue> =
        Reflect::get(&js_sys::global(), &"setTimeout".into()).and_then(JsCast::dyn_into);
    if let Ok(set_timeout) = set_timeout {
        let _ = set_timeout.call2(&JsValue::UNDEFINED, &work, &ms.into());
    }
}

impl Growing {
    /// Starts listening. `id` is the page's number for the source.
    pub(super) fn start(
        id: f64,
        source: Source,
        url: String,
        port: Port,
        session: Rc<RefCell<Session>>,
    ) -> Rc<Growing> {
        if let Source::Run(run) = &source {
            session.borrow_mut().live_begin(run);
        }
        let growing = Rc::new(Growing {
            id,
            source,
            url,
            port,
            session,
            stream: RefCell::new(None),
            listeners: RefCell::default(),
            events: Cell::new(0.0),
            heard: Cell::new(0.0),
            is_due: Cell::new(false),
            frozen: Cell::new((0.0, 0.0)),
            is_lost: Cell::new(false),
            is_over: Cell::new(false),
            is_ended: Cell::new(false),
            answered: Cell::new(0.0),
        });
        growing.connect();
        growing
    }

    /// Stops listening; what is open stays as it is.
    pub(super) fn end(&self) {
        self.is_ended.set(true);
        if let Some(stream) = self.stream.take() {
            stream.close();
        }
        if let Source::Run(run) = &self.source {
            self.session.borrow_mut().live_end(run);
        }
    }

    fn connect(self: &Rc<Growing>) {
        if self.is_ended.get() {
            return;
        }
        let url = match self.source {
            Source::Run(_) => format!("{}?after={}", self.url, self.events.get()),
            Source::Remote(_) => format!("{}?events=false", self.url),
            Source::File { .. } => self.url.clone(),
        };
        let Ok(stream) = EventSource::new(&url) else {
            self.lose();
            return;
        };
        self.on(&stream, "events", |growing, data| growing.take(&data));
        self.on(&stream, "size", |growing, _| growing.freeze_soon());
        self.on(&stream, "state", |growing, data| growing.hear_state(&data));
        self.on(&stream, "beat", |_, _| {});
        let growing = Rc::downgrade(self);
        let failed = Closure::<dyn FnMut(Event)>::new(move |_| {
            if let Some(growing) = growing.upgrade() {
                growing.lose();
            }
        });
        stream.set_onerror(Some(failed.as_ref().unchecked_ref()));
        // It lives as long as the stream may call it.
        failed.forget();
        *self.stream.borrow_mut() = Some(stream);
    }

    fn on(self: &Rc<Growing>, stream: &EventSource, kind: &str, hear: fn(&Rc<Growing>, String)) {
        let growing = Rc::downgrade(self);
        let listener = Listener::new(move |event: JsValue| {
            let Some(growing) = growing.upgrade() else { return };
            let data = event.dyn_ref::<MessageEvent>().and_then(|e| e.data().as_string()).unwrap_or_default();
            if growing.is_lost.replace(false) {
                growing.tell(None);
            }
            hear(&growing, data);
        });
        let _ = stream.add_event_listener_with_callback(kind, listener.as_ref().unchecked_ref());
        self.listeners.borrow_mut().push(listener);
    }

    /// Handles a lost connection. The browser reconnects by itself and sends its position; if it has given up, a new
    /// connection is opened.
    fn lose(self: &Rc<Growing>) {
        if self.is_ended.get() {
            return;
        }
        self.is_lost.set(true);
        self.tell(None);
        let given_up = self.stream.borrow().as_ref().is_none_or(|s| s.ready_state() == EventSource::CLOSED);
        if given_up {
            let growing = Rc::downgrade(self);
            after(AGAIN, move || {
                if let Some(growing) = growing.upgrade() {
                    growing.listeners.borrow_mut().clear();
                    growing.connect();
                }
            });
        }
    }

    fn take(self: &Rc<Growing>, lines: &str) {
        if let Source::Run(run) = &self.source {
            let events = self.session.borrow_mut().live_push(run, lines);
            self.events.set(events as f64);
            self.heard.set(js_sys::Date::now());
            self.freeze_soon();
        }
    }

    fn hear_state(self: &Rc<Growing>, data: &str) {
        let state = serde_json::from_str::<serde_json::Value>(data).unwrap_or_default();
        self.is_over.set(state["active"] == false);
        if let (Source::Remote(_), Some(events)) = (&self.source, state["events"].as_f64())
            && events > self.events.replace(events)
        {
            self.heard.set(js_sys::Date::now());
        }
        self.freeze_soon();
        self.tell(None);
    }

    fn freeze_soon(self: &Rc<Growing>) {
        if self.is_due.replace(true) {
            return;
        }
        let (last, took) = self.frozen.get();
        let wait = SOONEST.max(took * TIMES) - (js_sys::Date::now() - last);
        let growing = Rc::downgrade(self);
        after(wait.clamp(0.0, 60_000.0) as i32, move || {
            if let Some(growing) = growing.upgrade() {
                growing.is_due.set(false);
                spawn_local(async move { growing.freeze().await });
            }
        });
    }

    async fn freeze(self: Rc<Growing>) {
        if self.is_ended.get() {
            return;
        }
        let from = js_sys::Date::now();
        let opened = match &self.source {
            Source::Run(run) => self.session.borrow_mut().live_refresh(run),
            Source::Remote(remote) => self.ask_again(remote).await,
            Source::File { name, url } => self.read_again(name, url).await,
        };
        let now = js_sys::Date::now();
        self.frozen.set((now, now - from));
        if opened.is_some() {
            self.tell(opened);
        }
    }

    /// Asks the server for the current state of the run; answers during that time may be based on an older state.
    async fn ask_again(self: &Rc<Growing>, remote: &Remote) -> Option<Opened> {
        match remote.open().await {
            Ok((opened, events)) => {
                let is_newer = events > self.answered.replace(events) || self.answered.get() == 0.0;
                if events < self.events.get() {
                    self.freeze_soon();
                }
                is_newer.then_some(opened)
            }
            Err(Refusal::Overtaken) => None,
            Err(Refusal::Because(why)) => {
                let _ = Message::new().with("id", self.id).with("trouble", why).send(&self.port);
                None
            }
        }
    }

    /// Reads the whole file again, because its earlier content may have changed.
    async fn read_again(&self, name: &str, url: &str) -> Option<Opened> {
        let fetch: Function = Reflect::get(&js_sys::global(), &"fetch".into()).ok()?.dyn_into().ok()?;
        let asked: Promise = fetch.call1(&JsValue::UNDEFINED, &url.into()).ok()?.dyn_into().ok()?;
        let response: Response = JsFuture::from(asked).await.ok()?.dyn_into().ok()?;
        if !response.ok() {
            return None;
        }
        let bytes = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
        let bytes = Uint8Array::new(&bytes).to_vec();
        self.heard.set(js_sys::Date::now());
        let mut session = self.session.borrow_mut();
        // Files that are being opened meanwhile must not be mixed with it.
        if session.is_opening() {
            return None;
        }
        session.begin(Some(1));
        session.begin_file(name, Some(bytes.len() as u64));
        session.push(&bytes);
        session.end_file();
        Some(session.finish_again())
    }

    /// Reports the state to the page.
    fn tell(&self, opened: Option<Opened>) {
        let mut message = Message::new()
            .with("id", self.id)
            .with("grown", true)
            .with("events", self.events.get())
            .with("heard", self.heard.get())
            .with("lost", self.is_lost.get())
            .with("over", self.is_over.get());
        if let Some(opened) = opened {
            message = message.bytes("opened", &encode(&opened));
        }
        // A page that is gone receives nothing.
        let _ = message.send(&self.port);
    }
}
