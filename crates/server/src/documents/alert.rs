//! An alert, for programs.

use makespan_alerts::Alert;
use makespan_format::time::format_rfc3339;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::schema::Moment;

/// An alert as `makespan alerts --json` lists it; `docs/alerts.md` describes every member.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Alert")]
pub struct AlertDocument<'a> {
    id: u64,
    rule: &'a str,
    run: &'a str,
    workflow: Option<&'a str>,
    severity: &'static str,
    state: &'static str,
    text: &'a str,
    value: Option<f64>,
    limit: Option<f64>,
    tasks: &'a [String],
    #[schemars(with = "Moment")]
    fired: String,
    #[schemars(with = "Option<Moment>")]
    announced: Option<String>,
    #[schemars(with = "Option<Moment>")]
    snoozed_until: Option<String>,
    #[schemars(with = "Option<Moment>")]
    resolved: Option<String>,
    resolved_text: Option<&'a str>,
    resolved_value: Option<f64>,
    resolved_by: Option<&'a str>,
    deliveries: Vec<Delivery<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Delivery<'a> {
    #[schemars(with = "Moment")]
    time: String,
    handler: &'a str,
    outcome: &'a str,
}

impl<'a> AlertDocument<'a> {
    /// The document of an alert whose rule is snoozed until `snoozed`, ns since the epoch.
    pub fn new(alert: &'a Alert, snoozed: Option<i64>) -> AlertDocument<'a> {
        let time = |ns: Option<i64>| ns.map(format_rfc3339);
        let deliveries = alert.deliveries.iter().map(|delivery| Delivery {
            time: format_rfc3339(delivery.t),
            handler: &delivery.handler,
            outcome: &delivery.outcome,
        });
        AlertDocument {
            id: alert.id,
            rule: &alert.rule,
            run: &alert.run,
            workflow: alert.workflow.as_deref(),
            severity: alert.severity.name(),
            state: alert.state().name(),
            text: &alert.text,
            value: alert.value,
            limit: alert.limit,
            tasks: &alert.tasks,
            fired: format_rfc3339(alert.fired),
            announced: time(alert.announced),
            snoozed_until: time(snoozed),
            resolved: time(alert.resolved),
            resolved_text: alert.resolved_text.as_deref(),
            resolved_value: alert.resolved_value,
            resolved_by: alert.resolved_by.as_deref(),
            deliveries: deliveries.collect(),
        }
    }
}

/// The document of an alert ([`AlertDocument`]) as a value.
pub fn alert(alert: &Alert, snoozed: Option<i64>) -> Value {
    // Serialising plain values cannot fail.
    serde_json::to_value(AlertDocument::new(alert, snoozed)).unwrap_or_default()
}
