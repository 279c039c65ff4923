//! Server-sent events: the events of one run, from any position on.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use futures_util::stream;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::tail::{Chunk, Shown, Tail};
use crate::app::App;
use crate::documents;
use crate::net::reply::Problem;
use crate::params::{Id, Params};
use crate::stop::stopped;

/// Maximum number of messages waiting for the client; others are read again later.
const WAITING: usize = 2;
/// Interval of heartbeats, by which both sides detect that the other is gone.
const BEAT: Duration = Duration::from_secs(5);

/// `GET /api/v1/runs/{id}/live`: the events after `Last-Event-ID`, or after the first `after` events; with
/// `events=false` only the state of the run.
pub(crate) async fn live(
    State(app): State<Arc<App>>,
    Id(id): Id,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response<Body>, Problem> {
    let after: Option<u64> = params.number("after")?;
    let with_events = params.switch("events")?.unwrap_or(true);
    params.done()?;
    let last = headers.get("last-event-id").map(|value| value.to_str().map(str::trim));
    let after = match last.filter(|last| !matches!(last, Ok(""))) {
        Some(last) => {
            let number = last.ok().and_then(|last| last.parse().ok());
            number.ok_or_else(|| Problem::bad("Last-Event-ID must be a number of events"))?
        }
        None => after.unwrap_or(0),
    };
    let state = app.shelf.state_of(&id).await?;
    if after > state.events {
        let why = format!(
            "the run has {} events, fewer than {after}: it was deleted and created again",
            state.events
        );
        return Err(Problem::new(StatusCode::CONFLICT, why));
    }
    let tail = app.tails.follow(state);
    let (to, received) = mpsc::channel(WAITING);
    tokio::spawn(feed(app, tail, with_events.then_some(after), to));
    Ok(stream_of(received))
}

/// Returns a response that continues while there are messages.
pub(crate) fn stream_of(received: mpsc::Receiver<Bytes>) -> Response<Body> {
    let body = stream::unfold(received, |mut received| async move {
        Some((Ok::<_, Infallible>(received.recv().await?), received))
    });
    let mut response = Response::new(Body::from_stream(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response
}

/// Sends the events after the first `at`, if requested, and the state of the run.
async fn feed(app: Arc<App>, tail: Arc<Tail>, mut at: Option<u64>, to: mpsc::Sender<Bytes>) {
    app.counters.viewers.fetch_add(1, Ordering::Relaxed);
    let (mut changes, mut stop) = (tail.watch(), app.stop.clone());
    let mut said: Option<Arc<Shown>> = None;
    let mut next = Some(Bytes::from_static(b"retry: 1000\n\n"));
    loop {
        if let Some(message) = next.take()
            && to.send(message).await.is_err()
        {
            break;
        }
        let now = changes.borrow_and_update().clone();
        if let Some(from) = at {
            match tail.next(from).await {
                Ok(Some(chunk)) => {
                    next = Some(events(&chunk, from));
                    at = Some(chunk.to());
                    continue;
                }
                Ok(None) => {}
                // The client will connect again.
                Err(_) => break,
            }
        }
        // After all events, the state of the run.
        let Some(shown) = now else { break };
        if said.as_ref().is_none_or(|said| !Arc::ptr_eq(said, &shown)) {
            next = Some(shown.messages.sse(|| state_message(&shown)));
            said = Some(shown);
            continue;
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { break },
            () = sleep(BEAT) => next = Some(Bytes::from_static(b"event: beat\ndata: \n\n")),
            () = to.closed() => break,
            () = stopped(&mut stop) => break,
        }
    }
    app.counters.viewers.fetch_sub(1, Ordering::Relaxed);
}

/// Returns the events of a chunk after the first N of the run.
fn events(chunk: &Chunk, after: u64) -> Bytes {
    let make = || message(chunk.after(after), chunk.to());
    if after == chunk.from { chunk.messages.sse(make) } else { make() }
}

/// Returns one message of several lines; its id is the number of events up to its end.
fn message(lines: &[String], to: u64) -> Bytes {
    let mut text = format!("id: {to}\nevent: events\n");
    for line in lines {
        let _ = writeln!(text, "data: {line}");
    }
    text.push('\n');
    text.into()
}

fn state_message(shown: &Shown) -> Bytes {
    format!("event: state\ndata: {}\n\n", documents::run(&shown.state)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_a_line_for_each_event_and_the_number_after_them() {
        let message = message(&["{\"a\":1}".to_owned(), "{}".to_owned()], 12);
        assert_eq!(&message[..], b"id: 12\nevent: events\ndata: {\"a\":1}\ndata: {}\n\n");
    }
}
