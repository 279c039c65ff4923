//! The alerts of the store's runs.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode};
use makespan_alerts::{Alert, AlertEntry, AlertSeverity};
use makespan_format::time::format_rfc3339;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value, json};

use crate::app::App;
use crate::documents;
use crate::net::body;
use crate::net::reply::{self, Problem};
use crate::params::Params;

/// Number of alerts per page: the default, and the maximum.
const USUAL: usize = 100;
const MOST: usize = 1_000;
/// Longest snooze, seconds: 30 days.
const LONGEST_SNOOZE: u64 = 30 * 86_400;
/// Longest name of a rule or id of a run, in characters.
const LONGEST_ID: usize = 4_096;

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
    let now = now();
    let can_snooze = app.alerts.is_some() && app.may_manage(&headers);
    let Some(ledger) = app.alerts.clone() else {
        let none = json!({ "alerts": [], "total": 0, "next": null, "can_snooze": can_snooze });
        return Ok(reply::json(&headers, &none));
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
            json!({ "alerts": alerts, "total": all.len(), "next": next, "can_snooze": can_snooze })
        })
    });
    match read.await {
        Ok(Ok(document)) => Ok(reply::json(&headers, &document)),
        _ => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the history of alerts cannot be read")),
    }
}

/// What a client asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Snooze {
    rule: String,
    #[serde(default)]
    run: Option<String>,
    #[serde(deserialize_with = "whole")]
    seconds: u64,
}

/// Reads an integer, which in JSON may also be written as `60.0`.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = Number::deserialize(deserializer)?;
    let float = || number.as_f64().filter(|n| n.fract() == 0.0 && (0.0..=LONGEST_SNOOZE as f64).contains(n));
    let whole = number.as_u64().or_else(|| float().map(|n| n as u64));
    whole.ok_or_else(|| D::Error::custom("not an integer from 0 on"))
}

/// `POST /api/v1/alerts/snooze`: suspends notifications of a rule, for one run or for all, or ends that with 0 seconds.
pub(crate) async fn snooze(
    State(app): State<Arc<App>>,
    params: Params,
    request: Request,
) -> Result<Response<Body>, Problem> {
    params.done()?;
    let (parts, sent) = request.into_parts();
    // Programs that send events have no say in who is notified.
    if !app.may_manage(&parts.headers) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "this token does not allow that"));
    }
    if body::media_type(&parts.headers) != "application/json" {
        let why = "send the rule as Content-Type: application/json";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    let received = body::read(&app.bodies, &parts.headers, sent).await?;
    let asked: Snooze = serde_json::from_slice(&received.bytes)
        .map_err(|_| Problem::bad("send {\"rule\": NAME, \"run\": ID or null, \"seconds\": N}"))?;
    let is_id = |text: &str| (1..=LONGEST_ID).contains(&text.chars().count());
    if !is_id(&asked.rule) || asked.run.as_deref().is_some_and(|run| !is_id(run)) {
        return Err(Problem::bad(format!("rule and run have 1 to {LONGEST_ID} characters")));
    }
    if asked.seconds > LONGEST_SNOOZE {
        return Err(Problem::bad(format!("seconds must be at most {LONGEST_SNOOZE}")));
    }
    let Some(ledger) = app.alerts.clone() else {
        return Err(Problem::not_found("this server keeps no alerts"));
    };
    let now = now();
    let until = now.saturating_add(asked.seconds as i64 * 1_000_000_000);
    let entry = AlertEntry::snooze(&asked.rule, asked.run.as_deref(), now, until);
    let changed = tokio::task::spawn_blocking(move || ledger.change(|_| vec![entry])).await;
    match changed {
        Ok(Ok(_)) => {
            let until = (asked.seconds > 0).then(|| format_rfc3339(until));
            let answer = json!({ "rule": asked.rule, "run": asked.run, "snoozed_until": until });
            Ok(reply::json(&HeaderMap::new(), &answer))
        }
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::WouldBlock => {
            Err(Problem::busy("another process is writing to the history of alerts"))
        }
        _ => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the history of alerts cannot be written")),
    }
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_nanos()).unwrap_or(i64::MAX)
}
