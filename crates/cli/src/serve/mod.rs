//! A server for one user: on loopback only, to pages of its own only.
//!
//! One function answers every request, so that no route can be without its checks: [`guard::refusal`] first (name and
//! origin of the asker), then a look-up by exact name in a fixed table. No path of a request ever reaches the disk.

mod guard;
mod site;

use std::future::poll_fn;
use std::net::Ipv4Addr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, Response, StatusCode, header};

use site::plain;
pub(crate) use site::{Content, Served, Site};

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
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(|source| Failure::Port { port, source })?;
        let port = listener.local_addr().map_err(Failure::Serve)?.port();
        let router = Router::new().fallback(answer).with_state(Arc::new(site(port)));
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
        started(&format!("http://127.0.0.1:{port}/"))?;
        tokio::select! {
            result = async { axum::serve(listener, router).await } => result.map_err(Failure::Serve),
            () = &mut interrupted => Ok(()),
        }
    })
}

/// The one answer to everything.
async fn answer(State(site): State<Arc<Site>>, request: Request) -> Response<Body> {
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
