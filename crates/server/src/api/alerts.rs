//! The alerts of the store's runs.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};
use makespan_alerts::{Alert, AlertSeverity};
use serde_json::{Value, json};

use crate::app::App;
use crate::documents;
use crate::net::reply::{self, Problem};
use crate::params::Params;

/// Number of alerts per page: the default, and the maximum.
const USUAL: usize = 100;
const MOST: usize = 1_000;

/// `GET /api/v1/alerts`: the newest first.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response<Body>, Problem> {
    let (rule, run, workflow) = (params.one("rule")?, params.one("run")?, params.one("workflow")?);
    let state = params.one("state")?;
    if state.as_deref().is_some_and(|state| !matches!(state, "firing" | "resolved")) {
        return Err(Problem::bad("state must be firing or resolved"));
    }
    let severities: Option<BTreeSet<AlertSeverity>> = match params.one("severity")? {
        Some(text) => Some(
            text.split(',')
                .map(|word| word.trim().parse().map_err(|why| Problem::bad(format!("severity: {why}"))))
                .collect::<Result<_, _>>()?,
        ),
        None => None,
    };
    let limit = params.number("limit")?.unwrap_or(USUAL);
    if limit == 0 || limit > MOST {
        return Err(Problem::bad(format!("limit must be 1 to {MOST}")));
    }
    let after: Option<u64> = params.number("after")?;
    params.done()?;
    let fits = move |alert: &Alert| {
        let is = |wanted: &Option<String>, has: Option<&str>| wanted.is_none() || wanted.as_deref() == has;
        is(&rule, Some(&alert.rule))
            && is(&run, Some(&alert.run))
            && is(&workflow, alert.workflow.as_deref())
            && is(&state, Some(alert.state().name()))
            && severities.as_ref().is_none_or(|wanted| wanted.contains(&alert.severity))
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(now.as_nanos()).unwrap_or(i64::MAX);
    let Some(ledger) = app.alerts.clone() else {
        return Ok(reply::json(&headers, &json!({ "alerts": [], "total": 0, "next": null })));
    };
    let read = tokio::task::spawn_blocking(move || {
        ledger.read(|book, _| {
            let all: Vec<&Alert> = book.alerts().filter(|alert| fits(alert)).collect();
            let page: Vec<&Alert> = all
                .iter()
                .copied()
                .filter(|alert| after.is_none_or(|after| alert.id < after))
                .take(limit + 1)
                .collect();
            let next = page.get(limit).and(page.get(limit - 1)).map(|alert| alert.id.to_string());
            let alerts: Vec<Value> = page
                .iter()
                .take(limit)
                .map(|alert| documents::alert(alert, book.snoozed(&alert.rule, &alert.run, now)))
                .collect();
            json!({ "alerts": alerts, "total": all.len(), "next": next })
        })
    });
    match read.await {
        Ok(Ok(document)) => Ok(reply::json(&headers, &document)),
        _ => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the history of alerts cannot be read")),
    }
}
