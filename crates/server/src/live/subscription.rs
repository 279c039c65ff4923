//! Subscriptions of a WebSocket client.

use std::collections::HashMap;
use std::sync::Arc;

use makespan_store::RunState;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::tail::Tail;
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
    Run { id: String, tail: Arc<Tail>, at: u64, said: Option<Arc<RunState>> },
    List { workflow: Option<String>, sent: HashMap<String, (u64, i64)>, seq: u64, is_begun: bool },
}

impl Subscription {
    pub(crate) async fn new(app: &Arc<App>, wanted: Wanted) -> Result<Subscription, Problem> {
        let list = |workflow| Subscription::List { workflow, sent: HashMap::new(), seq: 0, is_begun: false };
        Ok(match wanted {
            Wanted::All {} => list(None),
            Wanted::Workflow { workflow } => list(Some(workflow)),
            Wanted::Run { run, after } => {
                let state = app.shelf.state_of(&run).await?;
                if after > state.events {
                    return Err(Problem::bad(format!("the run has {} events, not {after}", state.events)));
                }
                Subscription::Run { id: run, tail: app.tails.follow(state), at: after, said: None }
            }
        })
    }

    /// Returns the next message, if there is one.
    pub(crate) async fn next(&mut self, app: &App) -> Result<Option<String>, Problem> {
        match self {
            Subscription::Run { id, tail, at, said } => {
                let now = tail.watch().borrow().clone();
                if let Some(chunk) = tail.next(*at).await? {
                    let events: Vec<Box<RawValue>> = chunk.after(*at).iter().map(|line| raw(line)).collect();
                    let from = std::mem::replace(at, chunk.to());
                    let message = Events { r#type: "events", run: id, from, to: *at, events };
                    return Ok(serde_json::to_string(&message).ok());
                }
                let Some(state) = now else {
                    let gone = said.take().map(|_| json!({ "type": "gone", "run": id }).to_string());
                    return Ok(gone);
                };
                if said.as_ref() == Some(&state) {
                    return Ok(None);
                }
                let message = json!({ "type": "state", "run": documents::run(&state) });
                *said = Some(state);
                Ok(Some(message.to_string()))
            }
            Subscription::List { workflow, sent, seq, is_begun } => {
                let runs = app.list.latest(&app.shelf).await?;
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
                if changed.is_empty() && *is_begun {
                    return Ok(None);
                }
                let kind = if std::mem::replace(is_begun, true) { "runs" } else { "snapshot" };
                *seq += 1;
                Ok(Some(json!({ "type": kind, "seq": *seq, "runs": changed }).to_string()))
            }
        }
    }
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
