//! What answers a request: first the guard, then the token, then a route; the same headers on every answer.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, Response, header};
use axum::response::IntoResponse as _;
use tower_service::Service as _;

use crate::api;
use crate::app::App;
use crate::net::reply::Problem;

/// On every answer, refusals included: scripts, styles, workers and requests of this address only.
const HEADERS: [(&str, &str); 8] = [
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
];

/// What every request goes through.
pub(crate) struct Front {
    app: Arc<App>,
    router: Router,
    /// The first part of every path.
    secret: Option<String>,
}

impl Front {
    pub(crate) fn new(app: Arc<App>, secret: Option<String>) -> Front {
        Front { router: api::router(Arc::clone(&app)), app, secret }
    }

    /// The request without the secret that its path begins with; `None` where it is another one. How long that takes says
    /// nothing about the secret.
    fn behind_secret(&self, mut request: Request) -> Option<Request> {
        let Some(secret) = &self.secret else { return Some(request) };
        let whole = request.uri().path_and_query()?.as_str();
        let (given, _) = whole.strip_prefix('/')?.split_once('/')?;
        let pairs = given.bytes().zip(secret.bytes());
        let differs = pairs.fold(given.len() ^ secret.len(), |differs, (a, b)| differs | usize::from(a ^ b));
        if differs != 0 {
            return None;
        }
        *request.uri_mut() = whole.get(1 + given.len()..)?.parse().ok()?;
        Some(request)
    }

    /// The answer to everything.
    pub(crate) async fn answer(&self, request: Request) -> Response<Body> {
        let number = self.app.counters.requests.fetch_add(1, Ordering::Relaxed);
        let is_head = request.method() == Method::HEAD;
        let mut response = match (self.app.refusal(&request), self.behind_secret(request)) {
            (Some(problem), _) => problem.into_response(),
            (None, None) => Problem::not_found("open the address that makespan printed").into_response(),
            (None, Some(request)) => {
                let mut router = self.router.clone();
                router.call(request).await.into_response()
            }
        };
        if is_head {
            *response.body_mut() = Body::empty();
        }
        let headers = response.headers_mut();
        for (name, value) in HEADERS {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers.insert("x-request-id", HeaderValue::from(number));
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        response
    }
}
