//! The accept loop. `axum::serve` has no timeouts, so a client that sends a byte per minute could hold a connection
//! forever; here each connection has limits.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::body::HEADER_LINES;
use super::timed::Timed;
use super::{http2, preface};
use crate::front::Front;
use crate::stop::stopped;

/// Maximum time for the first bytes of a connection, which show the version of HTTP.
const FIRST: Duration = Duration::from_secs(5);
/// Maximum time for the head of a request, and maximum idle time of a connection.
const HEAD: Duration = Duration::from_secs(10);
/// Maximum time that a client may not read what is sent to it.
const STALLED: Duration = Duration::from_secs(10);
/// Maximum time for open requests to finish when the server stops.
const DRAIN: Duration = Duration::from_secs(8);
/// Maximum number of connections: in total, and per address other than this machine.
const MOST: usize = 1_500;
const MOST_OF_ONE: usize = 64;
/// Maximum number of bytes of the head of a request.
const HEAD_BYTES: usize = 16 << 10;

/// Number of connections of each address.
#[derive(Default)]
struct Open(Mutex<(usize, HashMap<IpAddr, usize>)>);

/// A connection that is counted until this is dropped.
struct Place {
    open: Arc<Open>,
    of: IpAddr,
}

impl Open {
    fn take(self: &Arc<Open>, of: IpAddr) -> Option<Place> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, each) = &mut *held;
        let one = each.entry(of).or_default();
        if *all >= MOST || (*one >= MOST_OF_ONE && !of.is_loopback()) {
            return None;
        }
        *one += 1;
        *all += 1;
        Some(Place { open: Arc::clone(self), of })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.open.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, each) = &mut *held;
        *all = all.saturating_sub(1);
        if let Some(one) = each.get_mut(&self.of) {
            *one = one.saturating_sub(1);
            if *one == 0 {
                each.remove(&self.of);
            }
        }
    }
}

/// Answers requests until `stop` turns true, then lets open requests finish.
pub(crate) async fn accept(listener: TcpListener, front: Arc<Front>, mut stop: watch::Receiver<bool>) {
    let open = Arc::new(Open::default());
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => break,
            // Finished connections are dropped.
            Some(_) = connections.join_next() => continue,
        };
        let Ok((stream, peer)) = accepted else {
            // Probably out of file descriptors: some will be free soon.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        // One too many is closed at once.
        let Some(place) = open.take(peer.ip().to_canonical()) else { continue };
        connections.spawn(serve(stream, place, Arc::clone(&front), stop.clone()));
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    let _ = timeout(DRAIN, all).await;
}

/// Serves a connection in the version of HTTP that the client speaks; `place` is given back afterwards.
async fn serve(mut stream: TcpStream, place: Place, front: Arc<Front>, mut stop: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let first = tokio::select! {
        first = timeout(FIRST, preface::read(&mut stream)) => first,
        // Nobody has asked for anything yet.
        () = stopped(&mut stop) => return,
    };
    // Those that send nothing are closed.
    let Ok(Ok((first, is_http2))) = first else { return };
    let stream = Timed::new(first, stream, STALLED);
    if is_http2 {
        http2::serve(stream, front, stop).await;
    } else {
        http1(stream, front, stop).await;
    }
    drop(place);
}

async fn http1(stream: Timed, front: Arc<Front>, mut stop: watch::Receiver<bool>) {
    let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
        let front = Arc::clone(&front);
        async move { Ok::<_, std::convert::Infallible>(front.answer(request.map(Body::new)).await) }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD);
    server.max_headers(HEADER_LINES).max_buf_size(HEAD_BYTES);
    let connection = server.serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection.with_upgrades());
    // Errors of a connection only concern its client.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stopped(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_all_connections_but_this_machine_may() {
        let open = Arc::new(Open::default());
        let (far, near) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([127, 0, 0, 1]));
        let held: Vec<_> = (0..MOST_OF_ONE).map(|_| open.take(far)).collect();
        assert!(held.iter().all(Option::is_some) && open.take(far).is_none());
        let more: Vec<_> = (0..MOST).map_while(|_| open.take(near)).collect();
        assert_eq!(more.len(), MOST - MOST_OF_ONE);
        drop(held);
        assert!(open.take(far).is_some());
    }
}
