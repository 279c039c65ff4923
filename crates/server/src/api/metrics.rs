//! `GET /metrics`, for Prometheus.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use makespan_format::Status;
use makespan_store::{Grouping, RunFilter};

use crate::app::App;
use crate::net::reply::Problem;
use crate::site::with_type;

/// Returns the runs by status, and the counters of this server.
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Result<Response<Body>, Problem> {
    let counts = app.shelf.ask(|store| store.counts(&RunFilter::default(), Grouping::All)).await?;
    let mut text = String::new();
    let _ = writeln!(text, "# HELP makespan_runs Runs in the store by status.\n# TYPE makespan_runs gauge");
    for status in Status::ALL {
        let runs: u64 = counts.iter().map(|group| group.runs.of(status)).sum();
        let _ = writeln!(text, "makespan_runs{{status=\"{}\"}} {runs}", status.name());
    }
    let counters = &app.counters;
    let all = [
        ("makespan_http_requests_total", "counter", "Requests answered or refused.", &counters.requests),
        ("makespan_events_stored_total", "counter", "Events stored for clients.", &counters.stored),
        (
            "makespan_events_duplicate_total",
            "counter",
            "Events that were sent again and not stored again.",
            &counters.duplicates,
        ),
        ("makespan_viewers", "gauge", "Clients that follow runs.", &counters.viewers),
    ];
    for (name, kind, about, value) in all {
        let value = value.load(Ordering::Relaxed);
        let _ = writeln!(text, "# HELP {name} {about}\n# TYPE {name} {kind}\n{name} {value}");
    }
    let _ = writeln!(
        text,
        "# HELP makespan_open_runs Runs held open for browsers.\n# TYPE makespan_open_runs gauge\nmakespan_open_runs {}",
        app.sessions.count()
    );
    Ok(with_type(text, "text/plain; version=0.0.4; charset=utf-8"))
}
