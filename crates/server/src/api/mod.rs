//! The routes.

mod alerts;
mod answers;
mod content;
mod events;
mod facts;
mod files;
mod graflow;
pub(crate) mod grpc;
mod health;
mod ingest;
mod lineage;
mod metrics;
mod otlp;
mod runs;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::{MethodFilter, MethodRouter, get, on};

use crate::app::App;
use crate::live::{sse, ws};
use crate::net::reply::Problem;

/// Returns the routes of the interface.
pub(crate) fn router(app: Arc<App>) -> Router {
    let mut router =
        Router::new().route("/health", get(health::health)).route("/files/{number}/live", get(files::live));
    if app.shelf.is_there() {
        router = router
            .route("/api/v1/openapi.json", get(health::openapi))
            .route("/api/v1/runs", get(runs::list))
            .route("/api/v1/runs/{id}", get(runs::one))
            .route("/api/v1/runs/{id}/events", both(get(events::events), ingest::ingest))
            .route("/api/v1/runs/{id}/tasks", get(facts::tasks))
            .route("/api/v1/runs/{id}/facts", get(facts::summary))
            .route("/api/v1/runs/{id}/answers", on(MethodFilter::POST, answers::answer))
            .route("/api/v1/runs/{id}/live", get(sse::live))
            .route("/api/v1/alerts", get(alerts::list))
            .route("/api/v1/alerts/snooze", on(MethodFilter::POST, alerts::snooze))
            .route("/api/v1/lineage", on(MethodFilter::POST, lineage::post))
            .route("/api/v1/live", get(ws::live))
            .route("/v1/traces", on(MethodFilter::POST, otlp::traces))
            .route("/v1/logs", on(MethodFilter::POST, otlp::logs))
            .route("/v1/metrics", on(MethodFilter::POST, otlp::metrics))
            .route("/metrics", get(metrics::metrics))
            .route("/api/graph/current", get(graflow::graph))
            .route("/api/executions", get(graflow::executions))
            .route("/api/executions/{id}", get(graflow::execution))
            .route("/api/tasks/{id}/history", get(graflow::history))
            .route("/api/metrics/summary", get(graflow::summary))
            .route("/ws/lineage", get(ws::lineage));
    }
    router.method_not_allowed_fallback(not_allowed).fallback(site).with_state(app)
}

fn both<H, T>(get: MethodRouter<Arc<App>>, post: H) -> MethodRouter<Arc<App>>
where
    H: axum::handler::Handler<T, Arc<App>>,
    T: 'static,
{
    get.merge(on(MethodFilter::POST, post))
}

async fn not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this address does not support the method; see the header Allow",
    )
}

/// Returns the routes of the app and of the user's files.
async fn site(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut refused = not_allowed().await.into_response();
        refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    app.site.get(request.uri().path(), request.headers()).await
}
