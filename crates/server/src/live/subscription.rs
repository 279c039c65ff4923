//! Subscriptions of a WebSocket client.

use std::collections::HashMap;
use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::task::Poll;

use axum::extract::ws::Utf8Bytes;
use makespan_store::RunState;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::tail::{Chunk, Shown, Tail};
use crate::app::App;
use crate::documents;
use crate::net::reply::Problem;

/// A subscription.
#[derive(Debug, Deserialize)]
#[serde(tag = "subscribe", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Wanted {
    /// The events of a run, after the first N.
    Run {
        run: String,
        #[serde(default)]
        after: u64,
    },
    /// The runs of a workflow.
    Workflow { workflow: String },
    /// All runs.
    All {},
}

/// How far a subscription has been served.
pub(crate) enum Subscription {
    Run {
        id: String,
        tail: Arc<Tail>,
        changes: watch::Receiver<Option<Arc<Shown>>>,
        at: u64,
        said: Option<Arc<Shown>>,
    },
    List {
        workflow: Option<String>,
        /// The list that was looked at last; the same list has no news.
        seen: Option<Arc<Vec<RunState>>>,
        sent: HashMap<String, (u64, i64)>,
        seq: u64,
    },
}

impl Subscription {
    pub(crate) async fn new(app: &Arc<App>, wanted: Wanted) -> Result<Subscription, Problem> {
        let list = |workflow| Subscription::List { workflow, seen: None, sent: HashMap::new(), seq: 0 };
        Ok(match wanted {
            Wanted::All {} => list(None),
            Wanted::Workflow { workflow } => list(Some(workflow)),
            Wanted::Run { run, after } => {
                let state = app.shelf.state_of(&run).await?;
                if after > state.events {
                    return Err(Problem::bad(format!("the run has {} events, not {after}", state.events)));
                }
                let tail = app.tails.follow(state);
                Subscription::Run { id: run, changes: tail.watch(), tail, at: after, said: None }
            }
        })
    }

    /// Returns whether it lists runs, which are looked up at intervals.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self, Subscription::List { .. })
    }

    /// Returns the next message, if there is one.
    pub(crate) async fn next(&mut self, app: &App) -> Result<Option<Utf8Bytes>, Problem> {
        match self {
            Subscription::Run { id, tail, changes, at, said } => {
                let now = changes.borrow_and_update().clone();
                if let Some(chunk) = tail.next(*at).await? {
                    let from = std::mem::replace(at, chunk.to());
                    return Ok(Some(events(id, &chunk, from)));
                }
                let Some(shown) = now else {
                    let gone = said.take().map(|_| json!({ "type": "gone", "run": id }).to_string().into());
                    return Ok(gone);
                };
                if said.as_ref().is_some_and(|said| Arc::ptr_eq(said, &shown)) {
                    return Ok(None);
                }
                let make =
                    || json!({ "type": "state", "run": documents::run(&shown.state) }).to_string().into();
                let message = shown.messages.ws(make);
                *said = Some(shown);
                Ok(Some(message))
            }
            Subscription::List { workflow, seen, sent, seq } => {
                let runs = app.list.latest(&app.shelf).await?;
                if seen.as_ref().is_some_and(|seen| Arc::ptr_eq(seen, &runs)) {
                    return Ok(None);
                }
                let wanted = runs
                    .iter()
                    .filter(|run| workflow.is_none() || run.workflow.as_ref() == workflow.as_ref());
                let mut changed: Vec<Value> = Vec::new();
                for run in wanted {
                    let now = (run.events, run.updated);
                    if sent.get(&run.id) != Some(&now) {
                        sent.insert(run.id.clone(), now);
                        changed.push(documents::run(run));
                    }
                }
                let kind = if seen.replace(runs).is_some() { "runs" } else { "snapshot" };
                if changed.is_empty() && kind == "runs" {
                    return Ok(None);
                }
                *seq += 1;
                Ok(Some(json!({ "type": kind, "seq": *seq, "runs": changed }).to_string().into()))
            }
        }
    }
}

/// Waits until a followed run changes.
pub(crate) async fn any_change(subscriptions: &mut [Subscription]) {
    let mut waits: Vec<_> = subscriptions
        .iter_mut()
        .filter_map(|subscription| match subscription {
            Subscription::Run { changes, .. } => Some(Box::pin(changes.changed())),
            Subscription::List { .. } => None,
        })
        .collect();
    if waits.is_empty() {
        return pending().await;
    }
    poll_fn(|context| match waits.iter_mut().any(|wait| wait.as_mut().poll(context).is_ready()) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

/// Returns the events of a chunk after the first `from` of the run.
fn events(run: &str, chunk: &Chunk, from: u64) -> Utf8Bytes {
    let make = || {
        let events: Vec<Box<RawValue>> = chunk.after(from).iter().map(|line| raw(line)).collect();
        let message = Events { r#type: "events", run, from, to: chunk.to(), events };
        // Serialising texts cannot fail.
        serde_json::to_string(&message).unwrap_or_default().into()
    };
    if from == chunk.from { chunk.messages.ws(make) } else { make() }
}

#[derive(serde::Serialize)]
struct Events<'a> {
    r#type: &'static str,
    run: &'a str,
    from: u64,
    to: u64,
    events: Vec<Box<RawValue>>,
}

/// Returns a line unchanged if it is JSON, otherwise as a string.
fn raw(line: &str) -> Box<RawValue> {
    RawValue::from_string(line.to_owned())
        .or_else(|_| RawValue::from_string(Value::from(line).to_string()))
        .unwrap_or_default()
}
