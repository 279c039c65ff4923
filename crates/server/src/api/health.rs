//! Health of the server, and the description of its interface.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use serde_json::json;

use crate::app::App;
use crate::net::reply::{self, Problem, document};

/// `GET /health`: 200 if the store answers, 503 otherwise.
pub(crate) async fn health(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    if app.shelf.is_there() {
        app.shelf.ask(|store| store.run("health").map(drop)).await?;
    }
    let version = env!("CARGO_PKG_VERSION");
    Ok(reply::json(
        &headers,
        &json!({ "status": "healthy", "version": version, "store": app.shelf.is_there() }),
    ))
}

/// `GET /api/v1/openapi.json`.
pub(crate) async fn openapi(headers: HeaderMap) -> Response<Body> {
    document(&headers, "application/json", include_bytes!("openapi.json").to_vec())
}
