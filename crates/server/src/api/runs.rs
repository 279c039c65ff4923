//! The runs of the store.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use makespan_format::Status;
use makespan_store::{Cursor, Error, LARGEST_PAGE, Order, RunFilter, RunQuery, RunState, Store};
use serde_json::{Value, json};

use crate::app::App;
use crate::documents;
use crate::net::reply::{self, Problem};
use crate::params::{Id, Params};

/// Number of runs per page: the default, and the maximum.
const USUAL: u32 = 100;
const MOST: u32 = 1_000;
/// Number of runs that a search looks at.
const SEARCHED: usize = 20_000;

/// `GET /api/v1/runs`.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response<Body>, Problem> {
    let (query, text) = asked(&mut params)?;
    params.done()?;
    let answer = app
        .shelf
        .ask(move |store| {
            let (page, searched) = match &text {
                None => (store.runs(&query)?, None),
                Some(text) => {
                    let (page, searched) = search(store, &query, text)?;
                    (page, Some(searched))
                }
            };
            let runs: Vec<Value> = page.runs.iter().map(documents::run).collect();
            let next = page.next.map(|cursor| cursor.to_string());
            let total = if searched.is_some() { None } else { Some(page.total) };
            Ok(json!({ "runs": runs, "total": total, "searched": searched, "next": next }))
        })
        .await?;
    Ok(reply::json(&headers, &answer))
}

fn asked(params: &mut Params) -> Result<(RunQuery, Option<String>), Problem> {
    let mut statuses = Vec::new();
    for word in params.all("status").iter().flat_map(|list| list.split(',')) {
        let status = Status::ALL.into_iter().find(|status| status.name() == word);
        statuses.push(status.ok_or_else(|| Problem::bad(format!("unknown status {word:?}")))?);
    }
    let label = |text: String| match text.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => (text, None),
    };
    let filter = RunFilter {
        workflow: params.one("workflow")?,
        statuses,
        since: params.moment("since")?,
        until: params.moment("until")?,
        labels: params.all("label").into_iter().map(label).collect(),
        active: params.switch("active")?,
        pinned: params.switch("pinned")?,
        trashed: params.switch("trashed")?.unwrap_or(false),
    };
    let limit = params.number("limit")?.unwrap_or(USUAL);
    if limit == 0 || limit > MOST {
        return Err(Problem::bad(format!("limit must be 1 to {MOST}")));
    }
    let after: Option<Cursor> = match params.one("after")?.filter(|after| !after.is_empty()) {
        Some(text) => Some(
            text.parse().map_err(|_| Problem::bad("after must be the value of next from another page"))?,
        ),
        None => None,
    };
    let order = match params.one("order")?.as_deref() {
        None | Some("newest") => Order::Newest,
        Some("oldest") => Order::Oldest,
        Some(_) => return Err(Problem::bad("order must be newest or oldest")),
    };
    let text = params.one("q")?.filter(|text| !text.trim().is_empty());
    Ok((RunQuery { filter, order, limit, after }, text))
}

/// Searches ids, names, workflows and labels, ignoring case; also returns the number of runs searched.
fn search(store: &dyn Store, query: &RunQuery, text: &str) -> Result<(makespan_store::Page, usize), Error> {
    let text = text.trim().to_lowercase();
    let has = |part: &str| part.to_lowercase().contains(&text);
    let fits = |run: &RunState| {
        has(&run.id)
            || run.name.as_deref().is_some_and(has)
            || run.workflow.as_deref().is_some_and(has)
            || run.all_labels().iter().any(|(name, value)| has(&format!("{name}={value}")))
    };
    let mut from = RunQuery { limit: LARGEST_PAGE, ..query.clone() };
    let (mut found, mut searched) = (makespan_store::Page::default(), 0);
    loop {
        let page = store.runs(&from)?;
        for run in page.runs {
            if found.runs.len() >= query.page_size() || searched >= SEARCHED {
                found.next = found.runs.last().map(Cursor::after).or(from.after);
                return Ok((found, searched));
            }
            searched += 1;
            if fits(&run) {
                found.runs.push(run);
            }
        }
        match page.next {
            Some(next) => from.after = Some(next),
            None => return Ok((found, searched)),
        }
    }
}

/// `GET /api/v1/runs/{id}`.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Id(id): Id,
    headers: HeaderMap,
    params: Params,
) -> Result<Response<Body>, Problem> {
    params.done()?;
    let run = app.shelf.state_of(&id).await?;
    Ok(reply::json(&headers, &documents::run(&run)))
}
