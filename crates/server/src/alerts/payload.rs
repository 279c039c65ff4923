//! What the body of a webhook is.

use makespan_format::time::format_rfc3339;
use serde_json::json;

use super::handler::{Notice, NoticeKind, Payload};
use crate::documents;

/// Longest text of a message for people, characters.
const LONGEST: usize = 2_000;

/// The body.
pub(super) fn body(payload: Payload, notice: &Notice) -> String {
    match payload {
        Payload::Json => json!({
            "type": format!("alert.{}", notice.kind.name()),
            "timestamp": format_rfc3339(notice.t),
            "data": documents::alert(&notice.alert, None),
        })
        .to_string(),
        Payload::Slack => json!({ "text": message(notice) }).to_string(),
    }
}

/// A message for people. Nothing in it is a command or a link: names come from runs.
fn message(notice: &Notice) -> String {
    let alert = &notice.alert;
    let state = match notice.kind {
        NoticeKind::Fired => alert.severity.name(),
        NoticeKind::Resolved => "resolved",
    };
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

/// Slack's three characters with a meaning ("Formatting text for app surfaces"), and no line breaks.
fn escaped(text: &str) -> String {
    let text = makespan_scene::visible(text);
    let clipped: String = text.chars().take(LONGEST).collect();
    clipped.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
