//! The body of a webhook request.

use makespan_format::time::format_rfc3339;
use serde_json::{Value, json};

use super::handler::{Notice, NoticeKind, Payload};
use crate::documents;

/// Maximum length of a message for people, characters.
const LONGEST: usize = 2_000;

/// Returns the body.
pub(super) fn body(payload: Payload, notice: &Notice) -> String {
    match payload {
        Payload::Json => json!({
            "type": format!("alert.{}", notice.kind.name()),
            "timestamp": format_rfc3339(notice.t),
            "data": alert(notice),
        })
        .to_string(),
        Payload::Slack => json!({ "text": message(notice) }).to_string(),
    }
}

/// Returns the alert without the outcomes of deliveries: no handler learns which others there are.
fn alert(notice: &Notice) -> Value {
    let mut alert = documents::alert(&notice.alert, None);
    if let Value::Object(members) = &mut alert {
        members.remove("deliveries");
    }
    alert
}

/// Maximum length of the subject of a mail, characters.
const LONGEST_SUBJECT: usize = 150;

/// Returns the subject of a mail: one line, whatever the names are.
pub(super) fn subject(notice: &Notice) -> String {
    let rule = makespan_scene::visible(&notice.alert.rule);
    let run = makespan_scene::visible(&notice.alert.run);
    let text = format!("[{}] {rule}: {run}", state(notice));
    let mut line = text.chars().take(LONGEST_SUBJECT).collect::<String>();
    if line.len() < text.len() {
        line.push('…');
    }
    line
}

/// Returns the body of a mail. Each fact has a line of its own, in which names cannot begin another.
pub(super) fn body_for_people(notice: &Notice) -> String {
    let alert = &notice.alert;
    let clipped = |text: &str| makespan_scene::visible(text).chars().take(LONGEST).collect::<String>();
    let mut out = format!("{}\n\n", clipped(notice.text()));
    let mut pair = |name: &str, value: &str| out.push_str(&format!("{name}: {}\n", clipped(value)));
    pair("severity", alert.severity.name());
    pair("state", alert.state().name());
    pair("rule", &alert.rule);
    pair("run", &alert.run);
    if let Some(workflow) = &alert.workflow {
        pair("workflow", workflow);
    }
    alert.tasks.iter().for_each(|task| pair("task", task));
    pair("fired", &format_rfc3339(alert.fired));
    if let Some(resolved) = alert.resolved {
        pair("resolved", &format_rfc3339(resolved));
    }
    if let Some(by) = &alert.resolved_by {
        pair("resolved by run", by);
    }
    out
}

fn state(notice: &Notice) -> &'static str {
    match notice.kind {
        NoticeKind::Fired => notice.alert.severity.name(),
        NoticeKind::Resolved => "resolved",
    }
}

/// Returns a message for people. Nothing in it is interpreted as a command or a link, because names come from runs.
fn message(notice: &Notice) -> String {
    let alert = &notice.alert;
    let state = state(notice);
    let workflow =
        alert.workflow.as_ref().map_or_else(String::new, |name| format!(", workflow {}", escaped(name)));
    let by = alert.resolved_by.as_ref().map_or_else(String::new, |run| format!(", by run {}", escaped(run)));
    format!(
        "[{state}] {}: {}\nrun {}{workflow}{by}",
        escaped(&alert.rule),
        escaped(notice.text()),
        escaped(&alert.run)
    )
}

/// Escapes Slack's three special characters ("Formatting text for app surfaces"), and replaces line breaks.
fn escaped(text: &str) -> String {
    let text = makespan_scene::visible(text);
    let clipped: String = text.chars().take(LONGEST).collect();
    clipped.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
