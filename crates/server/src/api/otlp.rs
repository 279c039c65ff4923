//! Telemetry from OpenTelemetry exporters: OTLP over HTTP, as protobuf and as JSON.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use makespan_export::protobuf::Message;
use makespan_import::otlp::{Encoding, Signal, Taken, take_request};
use serde_json::json;

use super::content::{Runs, keep_runs};
use crate::app::App;
use crate::net::body::{self, Received};
use crate::net::reply::Problem;
use crate::params::Params;

/// `POST /v1/traces`: a trace is a run, a span a task.
pub(crate) async fn traces(State(app): State<Arc<App>>, params: Params, request: Request) -> Response<Body> {
    answer(app, params, request, Signal::Traces).await
}

/// `POST /v1/logs`.
pub(crate) async fn logs(State(app): State<Arc<App>>, params: Params, request: Request) -> Response<Body> {
    answer(app, params, request, Signal::Logs).await
}

/// `POST /v1/metrics`.
pub(crate) async fn metrics(State(app): State<Arc<App>>, params: Params, request: Request) -> Response<Body> {
    answer(app, params, request, Signal::Metrics).await
}

async fn answer(app: Arc<App>, params: Params, request: Request, signal: Signal) -> Response<Body> {
    let encoding = match body::media_type(request.headers()).as_str() {
        "application/json" => Encoding::Json,
        "application/x-protobuf" => Encoding::Protobuf,
        _ => {
            let why = "send OTLP as Content-Type: application/x-protobuf or application/json";
            return Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why).into_response();
        }
    };
    let kept = match params.done() {
        Ok(()) => keep(app, request, encoding, signal).await,
        Err(problem) => Err(problem),
    };
    match (kept, encoding) {
        (Ok(taken), _) => success(&taken, encoding, signal),
        (Err(problem), Encoding::Json) => problem.into_response(),
        (Err(problem), Encoding::Protobuf) => failure(problem),
    }
}

async fn keep(app: Arc<App>, request: Request, encoding: Encoding, signal: Signal) -> Result<Taken, Problem> {
    let (parts, sent) = request.into_parts();
    let received = body::read(&app.bodies, &parts.headers, sent).await?;
    keep_message(&app, received, encoding, signal).await
}

/// Stores the content of the message of a request, however it was sent; once this returns, the events are durable.
///
/// # Errors
///
/// 400 if it is not OTLP, 413 if its events become too large, and those of the store.
pub(super) async fn keep_message(
    app: &Arc<App>,
    Received { bytes, held }: Received,
    encoding: Encoding,
    signal: Signal,
) -> Result<Taken, Problem> {
    let read = tokio::task::spawn_blocking(move || {
        let mut runs = Runs::new(bytes.len(), held);
        let taken = take_request(&bytes, encoding, signal, &mut runs);
        taken.map(|taken| (taken, runs)).map_err(|error| Problem::bad(error.to_string()))
    });
    let failed = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the request could not be read");
    let (taken, runs) = read.await.map_err(failed)??;
    let (runs, held) = runs.whole()?;
    keep_runs(app, "otlp", None, runs).await?;
    drop(held);
    Ok(taken)
}

fn success(taken: &Taken, encoding: Encoding, signal: Signal) -> Response<Body> {
    typed(StatusCode::OK, encoding, answer_message(taken, encoding, signal))
}

/// Returns the message that answers a request whose content was stored: what was rejected of it, if anything.
pub(super) fn answer_message(taken: &Taken, encoding: Encoding, signal: Signal) -> Vec<u8> {
    if taken.rejected == 0 {
        return if encoding == Encoding::Json { b"{}".to_vec() } else { Vec::new() };
    }
    let name = match signal {
        Signal::Traces => "rejectedSpans",
        Signal::Logs => "rejectedLogRecords",
        Signal::Metrics => "rejectedDataPoints",
    };
    match encoding {
        // 64-bit numbers are texts in the JSON of protobuf.
        Encoding::Json => {
            let partial = json!({ name: taken.rejected.to_string(), "errorMessage": taken.why });
            json!({ "partialSuccess": partial }).to_string().into_bytes()
        }
        Encoding::Protobuf => {
            let (mut partial, mut message) = (Message::default(), Message::default());
            partial.number(1, taken.rejected).text(2, &taken.why);
            message.message(1, &partial);
            message.finish()
        }
    }
}

/// Returns a problem as `google.rpc.Status`, which the protocol requires.
fn failure(problem: Problem) -> Response<Body> {
    let mut message = Message::default();
    message.text(2, &problem.detail);
    let mut response = problem.into_response();
    *response.body_mut() = Body::from(message.finish());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
    response
}

fn typed(status: StatusCode, encoding: Encoding, bytes: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let media_type = match encoding {
        Encoding::Json => "application/json",
        Encoding::Protobuf => "application/x-protobuf",
    };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
