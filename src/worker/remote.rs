//! Questions that a server answers because the run is too large for a page: the same messages over HTTP.

use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use makespan_engine::{Answer, Opened, Question, decode};
use makespan_views::ViewState;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::platform::boot;

/// Number of retries for a busy or unreachable server, and the time between them, ms.
const TRIES: usize = 8;
const PAUSE: i32 = 1_000;

/// The server that is asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Remote {
    /// The address for questions about the run.
    pub(super) url: String,
    /// Distinguishes the lines of this page from those of others.
    pub(super) page: String,
    /// Offset of the reader's zone, seconds east of UTC.
    pub(super) offset: i32,
}

/// An answer, and the number of events of the run that it is based on.
pub(super) type Answered = (Vec<u8>, f64);

/// The reason why there is no answer.
#[derive(Debug)]
pub(super) enum Refusal {
    /// A newer question has replaced it.
    Overtaken,
    /// The reason as text.
    Because(String),
}

/// Waits for this time, ms.
async fn pause(ms: i32) {
    let promise = Promise::new(&mut |done, _| {
        let set_timeout: Result<Function, JsValue> =
            Reflect::get(&js_sys::global(), &"setTimeout".into()).and_then(JsCast::dyn_into);
        let done = Closure::once_into_js(move || {
            let _ = done.call0(&JsValue::UNDEFINED);
        });
        if let Ok(set_timeout) = set_timeout {
            let _ = set_timeout.call2(&JsValue::UNDEFINED, &done, &ms.into());
        }
    });
    let _ = JsFuture::from(promise).await;
}

impl Remote {
    /// Asks a question in its binary form.
    pub(super) async fn ask(&self, question: &[u8], line: Option<f64>) -> Result<Answered, Refusal> {
        let line = line.map_or_else(String::new, |line| format!("&line={}-{line}", self.page));
        let url = format!("{}?offset={}{line}", self.url, self.offset);
        let mut why = String::new();
        for attempt in 0..TRIES {
            if attempt > 0 {
                pause(PAUSE).await;
            }
            let response = match send(&url, question).await {
                Ok(response) => response,
                Err(error) => {
                    why = boot::message(&error);
                    continue;
                }
            };
            if response.ok() {
                let events = response.headers().get("makespan-events").ok().flatten();
                let events = events.and_then(|text| text.parse().ok()).unwrap_or(0.0);
                let bytes = match response.array_buffer() {
                    Ok(bytes) => JsFuture::from(bytes).await,
                    Err(error) => Err(error),
                };
                match bytes {
                    Ok(bytes) => return Ok((Uint8Array::new(&bytes).to_vec(), events)),
                    Err(error) => why = boot::message(&error),
                }
                continue;
            }
            if response.status() == 409 {
                return Err(Refusal::Overtaken);
            }
            why = reason(&response).await;
            if response.status() != 503 {
                break;
            }
        }
        Err(Refusal::Because(why))
    }

    /// Returns the result of opening the run on the server, which has only this run open.
    pub(super) async fn open(&self) -> Result<(Opened, f64), Refusal> {
        let question = makespan_engine::encode(&Question::Shell { view: ViewState::default() });
        let (bytes, events) = self.ask(&question, None).await?;
        match decode::<Answer>(&bytes) {
            Ok(Answer::Shell(shell)) => {
                Ok((Opened { runs: 1, found: 1, added: 1, title: shell.title, ..Opened::default() }, events))
            }
            Ok(_) => Err(Refusal::Because("the server has no such run".to_owned())),
            Err(error) => Err(Refusal::Because(format!("{error}: reload the page"))),
        }
    }
}

async fn send(url: &str, question: &[u8]) -> Result<Response, JsValue> {
    let (headers, options) = (Object::new(), Object::new());
    Reflect::set(&headers, &"content-type".into(), &"application/octet-stream".into())?;
    Reflect::set(&options, &"method".into(), &"POST".into())?;
    Reflect::set(&options, &"headers".into(), &headers)?;
    Reflect::set(&options, &"body".into(), &Uint8Array::from(question))?;
    let fetch: Function = Reflect::get(&js_sys::global(), &"fetch".into())?.dyn_into()?;
    let asked: Promise = fetch.call2(&JsValue::UNDEFINED, &url.into(), &options)?.dyn_into()?;
    JsFuture::from(asked).await?.dyn_into()
}

/// Returns the reason that the server gives.
async fn reason(response: &Response) -> String {
    let status = response.status();
    let text = match response.text() {
        Ok(text) => JsFuture::from(text).await.ok().and_then(|text| text.as_string()),
        Err(_) => None,
    };
    let detail = text.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    let detail = detail.and_then(|problem| problem.get("detail")?.as_str().map(str::to_owned));
    detail.unwrap_or_else(|| format!("the server returned status {status}"))
}
