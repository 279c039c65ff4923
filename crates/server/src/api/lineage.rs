//! Events of OpenLineage clients.

use std::sync::{Arc, PoisonError};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode};
use makespan_import::ReadError;
use makespan_import::openlineage::{Lineage, Lineages};
use makespan_store::Error;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::content::{Runs, keep_runs};
use crate::app::App;
use crate::net::body::{self, Received};
use crate::net::reply::{self, Problem};
use crate::params::Params;

/// `POST /api/v1/lineage`: an event of OpenLineage, or an array of them. Once the response is sent, they are durable; a request
/// that is sent again stores nothing again. Events without a run are rejected and counted.
pub(crate) async fn post(
    State(app): State<Arc<App>>,
    params: Params,
    request: Request,
) -> Result<Response<Body>, Problem> {
    params.done()?;
    let (parts, sent) = request.into_parts();
    if body::media_type(&parts.headers) != "application/json" {
        let why = "send events of OpenLineage as Content-Type: application/json";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    let Received { bytes, held } = body::read(&app.bodies, &parts.headers, sent).await?;
    let bytes = Arc::new(bytes);
    if !matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return Err(Problem::bad("send an event of OpenLineage, or an array of events"));
    }
    let asked = Arc::clone(&bytes);
    let unknown = with_lineages(&app, move |lineages| lineages.unknown(&asked)).await?;
    for run in unknown {
        let id = run.clone();
        let read = app.shelf.ask(move |store| {
            let mut lineage = Lineage::default();
            match store.events(&id, &mut lineage) {
                Ok(_) => Ok(lineage),
                // Its first event, or a word that can be no id, which appending refuses.
                Err(Error::NoRun { .. } | Error::Invalid { .. }) => Ok(Lineage::default()),
                Err(error) => Err(error),
            }
        });
        let lineage = read.await?;
        app.lineages.lock().unwrap_or_else(PoisonError::into_inner).remember(&run, lineage);
    }
    let sent = Arc::clone(&bytes);
    let take = move |lineages: &mut Lineages| {
        let mut runs = Runs::new(sent.len(), held);
        lineages.take(&sent, &mut runs).map(|taken| (taken, runs))
    };
    let (taken, runs) = with_lineages(&app, take).await?;
    let digest = Sha256::digest(&*bytes);
    let producer: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let (runs, held) = runs.joined()?;
    keep_runs(&app, "openlineage", Some(producer), runs).await?;
    drop(held);
    let answer = json!({ "accepted": taken.accepted, "rejected": taken.rejected, "reason": taken.why });
    Ok(reply::json(&HeaderMap::new(), &answer))
}

/// Reads a request, where computing is allowed to take a while.
async fn with_lineages<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&mut Lineages) -> Result<T, ReadError> + Send + 'static,
) -> Result<T, Problem> {
    let app = Arc::clone(app);
    let read = tokio::task::spawn_blocking(move || {
        work(&mut app.lineages.lock().unwrap_or_else(PoisonError::into_inner))
    });
    match read.await {
        Ok(read) => read.map_err(|error| Problem::bad(error.to_string())),
        Err(_) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the request could not be read")),
    }
}
