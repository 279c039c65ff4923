//! Events that programs send.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode};
use makespan_store::LONGEST_LINE;
use serde_json::json;

use crate::app::App;
use crate::appends::Lines;
use crate::net::body::{self, Received};
use crate::net::reply::{self, Problem};
use crate::params::{Id, Params};

/// Maximum number of events per request.
const MOST_EVENTS: usize = 10_000;
/// Accepted content types for lines of events. A form of another site cannot send these without a preflight request.
const MEDIA_TYPES: [&str; 3] = ["application/x-ndjson", "application/jsonl", "application/json"];

/// `POST /api/v1/runs/{id}/events?producer=ID&seq=N`: one event per line, numbered from N. Once the response is sent, the
/// events are durable; lines with the same numbers are not stored again.
pub(crate) async fn ingest(
    State(app): State<Arc<App>>,
    Id(id): Id,
    mut params: Params,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let producer = params.one("producer")?.ok_or_else(|| {
        Problem::bad("producer is missing: an id of the sender, new each time the program starts")
    })?;
    let first: u64 = params.number("seq")?.ok_or_else(|| {
        Problem::bad(
            "seq is missing: the number of the first line among all that this producer sends for this run",
        )
    })?;
    params.done()?;
    let (parts, sent) = request.into_parts();
    if !MEDIA_TYPES.contains(&body::media_type(&parts.headers).as_str()) {
        let why = "send lines of events as Content-Type: application/x-ndjson";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    let Received { bytes, held } = body::read(&app.bodies, &parts.headers, sent).await?;
    let text = String::from_utf8(bytes).map_err(|error| {
        Problem::bad(format!("byte {} is not valid UTF-8", error.utf8_error().valid_up_to()))
    })?;
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    if lines > MOST_EVENTS {
        let why = format!("{lines} events are too many for one request; send at most {MOST_EVENTS}");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, why));
    }
    if let Some(at) = text.lines().position(|line| line.len() > LONGEST_LINE) {
        let why = format!("line {} is longer than {LONGEST_LINE} bytes", at + 1);
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, why));
    }
    let last = first.checked_add(lines as u64).ok_or_else(|| Problem::bad("seq is too large"))?;
    let appended = app.appends.append(vec![Lines { run: id.clone(), producer, first, text }]).await?;
    drop(held);
    let appended = appended.first().copied().unwrap_or_default();
    app.counters.stored.fetch_add(appended.stored, Ordering::Relaxed);
    app.counters.duplicates.fetch_add(appended.duplicates, Ordering::Relaxed);
    app.tails.notify(&id);
    let answer = json!({
        "run": id,
        "stored": appended.stored,
        "duplicates": appended.duplicates,
        "events": appended.events,
        "next_seq": last,
    });
    Ok(reply::json(&HeaderMap::new(), &answer))
}
