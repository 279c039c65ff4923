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
}

impl Front {
    pub(crate) fn new(app: Arc<App>) -> Front {
        Front { router: api::router(Arc::clone(&app)), app }
    }

    /// The answer to everything.
    pub(crate) async fn answer(&self, request: Request) -> Response<Body> {
        let number = self.app.counters.requests.fetch_add(1, Ordering::Relaxed);
        let is_head = request.method() == Method::HEAD;
        let mut response = match self.app.refusal(&request) {
            Some(problem) => problem.into_response(),
            None => {
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
