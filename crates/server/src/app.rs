//! The parts of a server that all routes share.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::http::{HeaderMap, Method};
use makespan_import::openlineage::Lineages;
use tokio::sync::watch;

use crate::alerts::AlertLedger;
use crate::appends::Appends;
use crate::cache::Cache;
use crate::live::list::RunList;
use crate::live::tail::Tails;
use crate::net::budget::{Budget, MOST_AT_ONCE};
use crate::net::guard::Guard;
use crate::net::reply::Problem;
use crate::net::token::{Scope, Tokens};
use crate::sessions::{SessionLimits, Sessions};
use crate::shelf::Shelf;
use crate::site::Site;

/// Counters since the start.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) requests: AtomicU64,
    pub(crate) stored: AtomicU64,
    pub(crate) duplicates: AtomicU64,
    pub(crate) viewers: AtomicU64,
}

/// The shared parts of a server.
pub(crate) struct App {
    pub(crate) site: Site,
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) appends: Appends,
    /// The memory of bodies.
    pub(crate) bodies: Budget,
    pub(crate) alerts: Option<Arc<AlertLedger>>,
    /// What OpenLineage clients have sent about runs so far.
    pub(crate) lineages: Mutex<Lineages>,
    guard: Guard,
    tokens: Option<Tokens>,
    pub(crate) tails: Tails,
    pub(crate) list: RunList,
    pub(crate) cache: Cache,
    pub(crate) sessions: Sessions,
    pub(crate) counters: Counters,
    pub(crate) stop: watch::Receiver<bool>,
}

impl App {
    pub(crate) fn new(
        site: Site,
        shelf: Shelf,
        alerts: Option<Arc<AlertLedger>>,
        guard: Guard,
        tokens: Option<Tokens>,
        limits: SessionLimits,
        stop: watch::Receiver<bool>,
    ) -> Arc<App> {
        let shelf = Arc::new(shelf);
        Arc::new(App {
            site,
            alerts,
            lineages: Mutex::default(),
            guard,
            tokens,
            tails: Tails::new(Arc::clone(&shelf), stop.clone()),
            list: RunList::default(),
            appends: Appends::new(Arc::clone(&shelf)),
            bodies: Budget::new(MOST_AT_ONCE),
            sessions: Sessions::new(Arc::clone(&shelf), limits),
            shelf,
            cache: Cache::default(),
            counters: Counters::default(),
            stop,
        })
    }

    /// Returns the reason to refuse a request, if any: first by its origin, then by its token.
    pub(crate) fn refusal(&self, request: &Request) -> Option<Problem> {
        if let Some(refusal) = self.guard.refusal(request) {
            return Some(refusal);
        }
        let tokens = self.tokens.as_ref()?;
        if request.uri().path() == "/health" {
            return None;
        }
        let reads =
            matches!(*request.method(), Method::GET | Method::HEAD) || is_question(request.uri().path());
        tokens.check(request.headers(), if reads { Scope::Read } else { Scope::Ingest }).err()
    }

    /// Returns whether the sender of these headers may do more than send events, such as snoozing alerts: with a token
    /// of scope `all`, or if no tokens are needed.
    pub(crate) fn may_manage(&self, headers: &HeaderMap) -> bool {
        self.tokens.as_ref().is_none_or(|tokens| tokens.check(headers, Scope::Manage).is_ok())
    }
}

/// Returns whether requests to this path only ask a question: their method is POST because a question has a body.
fn is_question(path: &str) -> bool {
    let inner = path.strip_prefix("/api/v1/runs/").and_then(|rest| rest.strip_suffix("/answers"));
    inner.is_some_and(|id| !id.is_empty() && !id.contains('/'))
}
