//! A server for one user: on loopback only, to pages of its own only.
//!
//! One function answers every request, so that no route can be without its checks: [`guard::refusal`] first (name and
//! origin of the asker), then the token that the path begins with, for every user of this machine can connect, then a
//! look-up by exact name in a fixed table. No path of a request ever reaches the disk. Slow clients are dropped
//! ([`patience`]).

mod guard;
mod patience;
mod site;

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::Ipv4Addr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, Response, StatusCode, header};

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use patience::{Impatient, PATIENCE};
use site::plain;
pub(crate) use site::{Content, Served, Site};
use tokio::net::TcpListener;

use crate::failure::Failure;

/// On every answer, refusals included: scripts, styles, workers and requests of this address only.
const HEADERS: [(&str, &str); 9] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default worker",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    ("cache-control", "no-store"),
];

/// Listens on the loopback address until interrupted. `started` is told the address once it is reachable.
///
/// # Errors
///
/// [`Failure::Port`] where the port cannot be had, [`Failure::Serve`] for anything later, and what `started` returns.
pub(crate) fn serve(
    port: u16,
    site: impl FnOnce(u16) -> Site,
    started: impl FnOnce(&str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Failure::Serve)?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(|source| Failure::Port { port, source })?;
        let port = listener.local_addr().map_err(Failure::Serve)?.port();
        let site = Arc::new(site(port));
        let mut interrupted = pin!(async {
            // Without a way to hear of an interrupt, the system's own way of ending the program stays.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        });
        // The first look at it begins to listen for interrupts: whoever knows the address may already send one.
        if poll_fn(|cx| Poll::Ready(interrupted.as_mut().poll(cx).is_ready())).await {
            return Ok(());
        }
        started(&format!("http://127.0.0.1:{port}/{}/", site.token()))?;
        tokio::select! {
            error = accept(&listener, &site) => Err(Failure::Serve(error)),
            () = &mut interrupted => Ok(()),
        }
    })
}

/// Connections at the same time; more are closed at once.
const MOST_CONNECTIONS: usize = 256;

/// Answers whoever connects, until that cannot go on.
async fn accept(listener: &TcpListener, site: &Arc<Site>) -> std::io::Error {
    let open = Arc::new(());
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // One that is gone again, or no file descriptor left: neither is the end of the others.
            Err(error) if is_passing(&error) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
            Err(error) => return error,
        };
        if Arc::strong_count(&open) > MOST_CONNECTIONS {
            continue;
        }
        let (site, counted) = (site.clone(), open.clone());
        tokio::spawn(async move {
            let service = service_fn(|request: Request<Incoming>| {
                let answered = answer(site.clone(), request.map(Body::new));
                async { Ok::<_, Infallible>(answered.await) }
            });
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(16 << 10);
            // What goes wrong with one connection is for whoever is at its other end to know.
            let _ = http.serve_connection(TokioIo::new(Impatient::new(stream)), service).await;
            drop(counted);
        });
    }
}

/// Whether accepting may go well the next time (accept(2)).
fn is_passing(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    // EMFILE and ENFILE have no name in the standard library.
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
        || matches!(error.raw_os_error(), Some(23 | 24))
}

/// The one answer to everything.
async fn answer(site: Arc<Site>, request: Request) -> Response<Body> {
    let mut response = match guard::refusal(&request, site.port()) {
        Some((status, why)) => plain(status, why),
        None if !matches!(*request.method(), Method::GET | Method::HEAD) => {
            let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered");
            refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            refused
        }
        None => site.get(request.uri().path()).await,
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
