//! Graflow's messages: starts and ends of tasks in all runs that change while the client listens.

use std::collections::HashMap;
use std::sync::Arc;

use makespan_format::time::format_rfc3339;
use makespan_format::{Event, Status, read_line};
use serde_json::{Value, json};

use super::tail::Tail;
use crate::app::App;
use crate::net::reply::Problem;

/// Maximum number of runs followed at once.
const FOLLOWED: usize = 64;

/// The followed runs, and how far they were read.
#[derive(Default)]
pub(crate) struct Lineage {
    is_begun: bool,
    /// Number of events of each run when it was last seen.
    seen: HashMap<String, u64>,
    followed: HashMap<String, (Arc<Tail>, u64)>,
}

impl Lineage {
    /// Returns the messages since the last call.
    pub(crate) async fn messages(&mut self, app: &Arc<App>) -> Result<Vec<String>, Problem> {
        for run in app.list.latest(&app.shelf).await?.iter() {
            let before = self.seen.insert(run.id.clone(), run.events);
            // Events from before the client connected are not news.
            let from = before.unwrap_or(if self.is_begun { 0 } else { run.events });
            if run.events > from && !self.followed.contains_key(&run.id) && self.followed.len() < FOLLOWED {
                let mut state = run.clone();
                state.events = from;
                self.followed.insert(run.id.clone(), (app.tails.follow(state), from));
            }
        }
        self.is_begun = true;
        let mut messages = Vec::new();
        let mut over = Vec::new();
        for (id, (tail, at)) in &mut self.followed {
            while let Some(chunk) = tail.next(*at).await? {
                messages.extend(chunk.after(*at).iter().filter_map(|line| message(id, line)));
                *at = chunk.to();
            }
            let listed = self.seen.get(id).copied().unwrap_or(0);
            let is_over = tail.watch().borrow().as_ref().is_none_or(|shown| !shown.state.is_active());
            if is_over && *at >= listed {
                self.seen.insert(id.clone(), *at);
                over.push(id.clone());
            }
        }
        over.iter().for_each(|id| drop(self.followed.remove(id)));
        Ok(messages)
    }
}

/// Returns Graflow's word for a status; ours if it has none.
pub(crate) fn word(status: Status) -> &'static str {
    match status {
        Status::Succeeded | Status::Cached => "completed",
        Status::Failed | Status::UpstreamFailed => "failed",
        Status::Running | Status::Retrying => "running",
        Status::Pending | Status::Queued => "pending",
        other => other.name(),
    }
}

/// Returns the message for a line of a run, if there is one.
fn message(run: &str, line: &str) -> Option<String> {
    let (kind, at, data) = match read_line(line.as_bytes()).ok()?.event {
        Event::Run(info) if info.ended.is_none() && info.started.is_some() => {
            let data = json!({ "execution_id": run, "workflow_name": info.workflow.or(info.name) });
            ("workflow_started", info.started, data)
        }
        Event::Attempt(attempt) => {
            let over = attempt.status.filter(|status| status.is_terminal());
            let data = json!({
                "task_id": attempt.task,
                "execution_id": format!("{run}_{}_{}", attempt.task, attempt.number),
                "status": attempt.status.map(word),
                "error_message": attempt.error.as_ref().map(|error| error.message.clone()),
            });
            match over {
                Some(Status::Failed) => ("task_failed", attempt.ended, data),
                Some(_) => ("task_completed", attempt.ended, data),
                None if attempt.started.is_some() => ("task_started", attempt.started, data),
                None => return None,
            }
        }
        _ => return None,
    };
    let message: Value = json!({ "type": kind, "timestamp": at.map(format_rfc3339), "data": data });
    Some(message.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_become_messages_with_times_that_name_their_zone() {
        let line = r#"{"event":"attempt","task":"a","number":2,"started":1000000000,"ended":2000000000,"status":"failed"}"#;
        let message = message("r", line).unwrap_or_default();
        assert!(message.contains("task_failed") && message.contains("1970-01-01T00:00:02Z"), "{message}");
    }
}
