//! The body of a webhook request.

use makespan_format::time::format_rfc3339;
use serde_json::json;

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
            "data": documents::alert(&notice.alert, None),
        })
        .to_string(),
        Payload::Slack => json!({ "text": message(notice) }).to_string(),
    }
}

/// Returns a message for people. Nothing in it is interpreted as a command or a link, because names come from runs.
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

/// Escapes Slack's three special characters ("Formatting text for app surfaces"), and replaces line breaks.
fn escaped(text: &str) -> String {
    let text = makespan_scene::visible(text);
    let clipped: String = text.chars().take(LONGEST).collect();
    clipped.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
