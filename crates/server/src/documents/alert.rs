//! An alert, for programs.

use makespan_alerts::Alert;
use makespan_format::time::format_rfc3339;
use serde_json::{Value, json};

/// An alert as `makespan alerts --json` lists it; `docs/alerts.md` describes every member.
pub fn alert(alert: &Alert, snoozed: Option<i64>) -> Value {
    let time = |ns: Option<i64>| ns.map(format_rfc3339);
    let deliveries = alert.deliveries.iter().map(|delivery| {
        json!({ "time": format_rfc3339(delivery.t), "handler": delivery.handler, "outcome": delivery.outcome })
    });
    json!({
        "id": alert.id,
        "rule": alert.rule,
        "run": alert.run,
        "workflow": alert.workflow,
        "severity": alert.severity.name(),
        "state": alert.state().name(),
        "text": alert.text,
        "value": alert.value,
        "limit": alert.limit,
        "tasks": alert.tasks,
        "fired": format_rfc3339(alert.fired),
        "announced": time(alert.announced),
        "snoozed_until": time(snoozed),
        "resolved": time(alert.resolved),
        "resolved_text": alert.resolved_text,
        "resolved_value": alert.resolved_value,
        "resolved_by": alert.resolved_by,
        "deliveries": deliveries.collect::<Vec<_>>(),
    })
}
