//! Handles every request: first the guard, then the token, then a route. All responses have the same security headers.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, Response, StatusCode, Version, header};
use axum::response::IntoResponse as _;
use tower_service::Service as _;

use crate::api::{self, grpc};
use crate::app::App;
use crate::net::reply::Problem;

/// Headers of every response, including refusals: scripts, styles, workers and requests of this address only.
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

/// The steps that every request goes through.
pub(crate) struct Front {
    app: Arc<App>,
    router: Router,
    /// The secret prefix of every path, if only clients that know the address have access.
    path_token: Option<String>,
}

impl Front {
    pub(crate) fn new(app: Arc<App>, path_token: Option<String>) -> Front {
        Front { router: api::router(Arc::clone(&app)), app, path_token }
    }

    /// Returns the response to a request.
    pub(crate) async fn answer(&self, mut request: Request) -> Response<Body> {
        let number = self.app.counters.requests.fetch_add(1, Ordering::Relaxed);
        let is_head = request.method() == Method::HEAD;
        let is_call = grpc::is_call(&request);
        let refusal = self.app.refusal(&request).or_else(|| unsupported(&request, is_call));
        let mut response = match refusal.or_else(|| self.enter(&mut request)) {
            Some(problem) if is_call => grpc::refused(&problem),
            Some(problem) => problem.into_response(),
            None if is_call => grpc::answer(&self.app, request).await,
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

    /// Removes the token from the path, or returns the reason to refuse the request.
    fn enter(&self, request: &mut Request) -> Option<Problem> {
        let token = self.path_token.as_ref()?;
        let uri = request.uri();
        let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
        let inner = behind(token, uri.path()).and_then(|rest| format!("/{rest}{query}").parse().ok());
        match inner {
            Some(inner) => {
                *request.uri_mut() = inner;
                None
            }
            None => Some(Problem::not_found("open the address that makespan printed")),
        }
    }
}

/// Returns the reason for refusing an HTTP/2 request. HTTP/2 is for gRPC only, because long responses and streams are
/// protected from slow clients only on HTTP/1.1.
fn unsupported(request: &Request, is_call: bool) -> Option<Problem> {
    let why = "over HTTP/2 this server answers gRPC only; use HTTP/1.1";
    (request.version() == Version::HTTP_2 && !is_call)
        .then(|| Problem::new(StatusCode::HTTP_VERSION_NOT_SUPPORTED, why))
}

/// Returns the part after the token; `None` if the token is wrong. The comparison takes the same time for any token.
fn behind<'p>(token: &str, path: &'p str) -> Option<&'p str> {
    let (given, rest) = path.strip_prefix('/')?.split_once('/')?;
    let pairs = given.bytes().zip(token.bytes());
    let differs = pairs.fold(given.len() ^ token.len(), |differs, (a, b)| differs | usize::from(a ^ b));
    (differs == 0).then_some(rest)
}
