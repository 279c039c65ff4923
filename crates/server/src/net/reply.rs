//! Responses: JSON with an entity tag, compressed if the client accepts it, and problems according to RFC 9457.

use std::io::Write as _;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// Minimum length of a body to compress.
const WORTH_PACKING: usize = 1_024;

/// The reason why a request is refused or failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
    /// Seconds after which a retry may succeed.
    pub(crate) retry_after: Option<u32>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem { status, detail: detail.into(), retry_after: None }
    }

    pub(crate) fn bad(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, detail)
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, detail)
    }

    /// The server is busy.
    pub(crate) fn busy(detail: impl Into<String>) -> Problem {
        Problem { retry_after: Some(1), ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let document = json!({ "type": "about:blank", "title": title, "status": self.status.as_u16(), "detail": self.detail });
        let mut response = Response::new(Body::from(document.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            // Browsers ask their user for it and send it as a password.
            let scheme = HeaderValue::from_static("Basic realm=\"makespan\", charset=\"UTF-8\"");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        if self.status == StatusCode::UPGRADE_REQUIRED {
            // What to send instead (RFC 9110, section 15.5.22; RFC 6455, section 4.4).
            headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
            headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Returns the entity tag of bytes: weak, because the same document is sent both compressed and plain.
pub(crate) fn tag(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{hex}\"")
}

/// Returns whether the client already has this version (RFC 9110, section 13.1.2).
pub(crate) fn has(headers: &HeaderMap, tag: &str) -> bool {
    let strong = tag.trim_start_matches("W/");
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok());
    known
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.trim_start_matches("W/") == strong)
}

/// Returns whether the client accepts gzip.
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let none = parts.any(|p| p.replace(' ', "").strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)));
        (name.eq_ignore_ascii_case("gzip") || name == "*") && !none
    })
}

/// Returns a response 200 with an entity tag, or 304 if the client already has this version.
pub(crate) fn document(headers: &HeaderMap, media_type: &'static str, bytes: Vec<u8>) -> Response<Body> {
    let tag = tag(&bytes);
    let mut response = if has(headers, &tag) {
        not_modified()
    } else if bytes.len() >= WORTH_PACKING && takes_gzip(headers) {
        let mut response = Response::new(Body::from(packed(&bytes).unwrap_or_default()));
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        response
    } else {
        Response::new(Body::from(bytes))
    };
    describe(&mut response, media_type, &tag);
    response
}

/// JSON.
pub(crate) fn json(headers: &HeaderMap, value: &serde_json::Value) -> Response<Body> {
    document(headers, "application/json", value.to_string().into_bytes())
}

pub(crate) fn not_modified() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response
}

/// The headers of a document that is requested repeatedly.
pub(crate) fn describe(response: &mut Response<Body>, media_type: &'static str, tag: &str) {
    let is_whole = response.status() != StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    if is_whole {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    // May be kept, must be asked about each time.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
}

/// Returns the bytes compressed by gzip, if they are long enough for that.
pub(crate) fn packed_if_worth(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() >= WORTH_PACKING { packed(bytes).ok() } else { None }
}

fn packed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(bytes)?;
    out.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_sent_to_clients_that_accept_it() {
        for takes in ["gzip", "deflate, GZIP;q=0.5", "*"] {
            assert!(takes_gzip(&headers(header::ACCEPT_ENCODING, takes)), "{takes}");
        }
        for not in ["", "identity", "gzip;q=0", "gzip; q=0.0", "br"] {
            assert!(!takes_gzip(&headers(header::ACCEPT_ENCODING, not)), "{not}");
        }
    }

    #[test]
    fn a_client_with_the_current_version_gets_304() {
        let first = document(&HeaderMap::new(), "application/json", b"{}".to_vec());
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        let known: &'static str = Box::leak(format!("\"other\", {tag}").into_boxed_str());
        let again = document(&headers(header::IF_NONE_MATCH, known), "application/json", b"{}".to_vec());
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let other = document(&headers(header::IF_NONE_MATCH, known), "application/json", b"[]".to_vec());
        assert_eq!(other.status(), StatusCode::OK);
    }
}
