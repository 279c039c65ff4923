//! Facts of a run: computed on request, and kept as long as the run does not change.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use makespan_analysis::Facts;
use makespan_analysis::query::{Query, QueryContext};
use makespan_model::{Run, TaskId};
use makespan_views::tasks::{Sort, order};

use crate::app::App;
use crate::documents::{self, Summarised};
use crate::fold::fold;
use crate::net::reply::{Problem, document};
use crate::params::{Id, Params};

/// Number of tasks per page: the default, and the maximum.
const USUAL: usize = 1_000;
const MOST: usize = 10_000;

/// `GET /api/v1/runs/{id}/facts`: what `makespan summary --json` prints.
pub(crate) async fn summary(
    State(app): State<Arc<App>>,
    Id(id): Id,
    headers: HeaderMap,
    params: Params,
) -> Result<Response<Body>, Problem> {
    params.done()?;
    let make = |run: Run| {
        let runs = [Summarised { run: Arc::new(run), format: "makespan-events" }];
        Ok(documents::summary(&runs).into_bytes())
    };
    answer(&app, id, "facts".to_owned(), &headers, make).await
}

/// `GET /api/v1/runs/{id}/tasks`: what `makespan query --json` prints, page by page.
pub(crate) async fn tasks(
    State(app): State<Arc<App>>,
    Id(id): Id,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response<Body>, Problem> {
    let text = params.one("q")?.unwrap_or_default();
    let from: usize = params.number("after")?.unwrap_or(0);
    let limit: usize = params.number("limit")?.unwrap_or(USUAL);
    params.done()?;
    if limit == 0 || limit > MOST {
        return Err(Problem::bad(format!("limit must be 1 to {MOST}")));
    }
    let query = Query::parse(&text).map_err(|error| Problem::bad(format!("q: {error}")))?;
    let what = format!("tasks {from} {limit} {text}");
    let make = move |run: Run| {
        let facts = Facts::new(Arc::new(run));
        let mask =
            query.mask(&facts, QueryContext { utc_offset: 0 }).map_err(|error| format!("q: {error}"))?;
        let found: Vec<TaskId> =
            order(&facts, Some(&mask), &Sort::default()).into_iter().map(TaskId).collect();
        let page = from.min(found.len())..from.saturating_add(limit).min(found.len());
        Ok(documents::tasks(&query, &facts, &found, page).into_bytes())
    };
    answer(&app, id, what, &headers, make).await
}

/// Makes a document of a run, or returns the kept one; if a parameter of the client is invalid, the error is 400.
async fn answer(
    app: &App,
    id: String,
    what: String,
    headers: &HeaderMap,
    make: impl Fn(Run) -> Result<Vec<u8>, String> + Send + 'static,
) -> Result<Response<Body>, Problem> {
    let state = app.shelf.state_of(&id).await?;
    let key = (what, id.clone(), state.events);
    if let Some(kept) = app.cache.get(&key) {
        return Ok(document(headers, "application/json", kept.to_vec()));
    }
    let made = app.shelf.ask(move |store| Ok(fold(store, &id)?.map(&make))).await?;
    let bytes =
        made.ok_or_else(|| Problem::not_found("there is no run with this id"))?.map_err(Problem::bad)?;
    app.cache.put(key, bytes.clone().into());
    Ok(document(headers, "application/json", bytes))
}
