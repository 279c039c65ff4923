//! Connections of HTTP/2, which exporters of OpenTelemetry open for gRPC. They send each batch in a stream of its own and keep
//! the connection between batches.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::timed::Timed;
use crate::front::Front;
use crate::stop::stopped;

/// Maximum number of open requests of a connection. Each may hold a whole body.
const STREAMS: u32 = 32;
/// Maximum number of streams that the client has reset and whose requests have not been looked at ("rapid reset"), and of
/// those reset because of its errors; then the connection is closed.
const RESETS: usize = 32;
/// Maximum size of the headers of a request, as HTTP/2 counts it.
const HEAD_BYTES: u32 = 16 << 10;
/// Flow-control window of a connection, bytes.
const WINDOW: u32 = 1 << 20;
/// Maximum time until the first request, and without any request after that. Pings do not count.
const FIRST_REQUEST: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(60);
/// Time for a client to take the last responses of a connection that is closed because it is idle.
const LAST: Duration = Duration::from_secs(5);
/// Interval of pings, and the maximum time for an answer, so that vanished clients are noticed.
const PING: Duration = Duration::from_secs(20);
const PONG: Duration = Duration::from_secs(10);

/// When a connection was last used.
struct Usage(Mutex<(usize, Option<Instant>)>);

/// A request that is counted as open until this is dropped.
struct Open(Arc<Usage>);

impl Usage {
    fn enter(self: &Arc<Usage>) -> Open {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 += 1;
        Open(Arc::clone(self))
    }

    /// Returns how much longer the connection may stay without a request; zero if it is to be closed.
    fn left(&self, began: Instant) -> Duration {
        let (open, last) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match last {
            _ if open > 0 => IDLE,
            Some(last) => IDLE.saturating_sub(last.elapsed()),
            None => FIRST_REQUEST.saturating_sub(began.elapsed()),
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut held = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        *held = (held.0.saturating_sub(1), Some(Instant::now()));
    }
}

/// Answers the requests of a connection until it ends, is idle for too long, or `stop` turns true.
pub(crate) async fn serve(stream: Timed, front: Arc<Front>, mut stop: watch::Receiver<bool>) {
    let usage = Arc::new(Usage(Mutex::default()));
    let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
        let (front, open) = (Arc::clone(&front), usage.enter());
        async move {
            let response = front.answer(request.map(Body::new)).await;
            drop(open);
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    let mut server = http2::Builder::new(TokioExecutor::new());
    server.timer(TokioTimer::new()).keep_alive_interval(PING).keep_alive_timeout(PONG);
    server.max_concurrent_streams(STREAMS).max_header_list_size(HEAD_BYTES);
    server.max_pending_accept_reset_streams(RESETS).max_local_error_reset_streams(RESETS);
    server.initial_stream_window_size(WINDOW).initial_connection_window_size(WINDOW);
    let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service));
    let began = Instant::now();
    // What goes wrong with a connection is its client's matter.
    loop {
        let left = usage.left(began);
        if left.is_zero() {
            connection.as_mut().graceful_shutdown();
            let _ = timeout(LAST, connection).await;
            return;
        }
        tokio::select! {
            _ = connection.as_mut() => return,
            () = sleep(left) => {}
            () = stopped(&mut stop) => {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_stays_while_it_is_used() {
        let usage = Arc::new(Usage(Mutex::default()));
        let now = Instant::now();
        assert!(usage.left(now) <= FIRST_REQUEST && !usage.left(now).is_zero());
        let long_ago = now.checked_sub(FIRST_REQUEST);
        assert!(long_ago.is_none_or(|began| usage.left(began).is_zero()), "no request ever came");
        let (first, second) = (usage.enter(), usage.enter());
        drop(first);
        assert_eq!(usage.left(now), IDLE, "one is open");
        drop(second);
        let left = usage.left(long_ago.unwrap_or(now));
        assert!(left <= IDLE && left > FIRST_REQUEST, "{left:?}");
    }
}
