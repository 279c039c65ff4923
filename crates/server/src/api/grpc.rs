//! OTLP over gRPC: the same messages as over HTTP, with the framing and the errors of gRPC.
//!
//! A call is an HTTP/2 request whose body is one message after a prefix of five bytes, and whose outcome is in the trailers of
//! the response ("gRPC over HTTP2"). Only what the three services of OTLP need is implemented. Deadlines of clients are
//! ignored, because a repeated call stores nothing again.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Version, header};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use http_body_util::{BodyExt as _, Full};
use makespan_export::protobuf::Message;
use makespan_import::otlp::{Encoding, Signal};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::otlp::{answer_message, keep_message};
use crate::app::App;
use crate::net::body::{self, HEADER_LINES};
use crate::net::reply::Problem;

/// Length of the prefix of a message: whether it is compressed, and its length.
const PREFIX: usize = 5;
/// ASCII characters of a status message that are percent-encoded, besides all other characters.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");
const ACCEPTED: HeaderName = HeaderName::from_static("grpc-accept-encoding");

/// Returns whether a request is a gRPC call of any service.
pub(crate) fn is_call(request: &Request) -> bool {
    let media_type = body::media_type(request.headers());
    request.version() == Version::HTTP_2
        && matches!(media_type.as_str(), "application/grpc" | "application/grpc+proto")
}

/// Answers a call.
pub(crate) async fn answer(app: &Arc<App>, request: Request) -> Response<Body> {
    match call(app, request).await {
        Ok(message) => {
            let trailers = HeaderMap::from_iter([(STATUS, HeaderValue::from_static("0"))]);
            let sent = Full::from(framed(&message)).with_trailers(std::future::ready(Some(Ok(trailers))));
            typed(Body::new(sent))
        }
        Err(problem) => refused(&problem),
    }
}

/// Returns a problem as the outcome of a call. Like every gRPC response, it has status 200; its body is empty.
pub(crate) fn refused(problem: &Problem) -> Response<Body> {
    let mut response = typed(Body::empty());
    let code = code(problem.status);
    let headers = response.headers_mut();
    headers.insert(STATUS, HeaderValue::from(code));
    let message = utf8_percent_encode(&problem.detail, ENCODED).to_string();
    if let Ok(message) = HeaderValue::try_from(message) {
        headers.insert(MESSAGE, message);
    }
    if let Some(seconds) = problem.retry_after {
        let details = BASE64_STANDARD_NO_PAD.encode(retry_info(code, &problem.detail, seconds));
        if let Ok(details) = HeaderValue::try_from(details) {
            headers.insert(DETAILS, details);
        }
    }
    response
}

async fn call(app: &Arc<App>, request: Request) -> Result<Vec<u8>, Problem> {
    let signal = match request.uri().path() {
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => Signal::Traces,
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => Signal::Logs,
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" => Signal::Metrics,
        _ => {
            return Err(Problem::not_found("unknown service or method; only the services of OTLP are there"));
        }
    };
    if !app.shelf.is_there() {
        return Err(Problem::not_found("this server has no store"));
    }
    if request.method() != Method::POST {
        return Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "the method of a call is POST"));
    }
    if request.headers().len() > HEADER_LINES {
        let why = format!("a call has at most {HEADER_LINES} headers");
        return Err(Problem::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, why));
    }
    let (parts, sent) = request.into_parts();
    let mut frame = body::receive(&app.bodies, sent).await?;
    let is_gzip = is_compressed(&parts.headers, &frame.bytes)?;
    frame.bytes.drain(..PREFIX);
    let message = if is_gzip { body::unpacked(frame).await? } else { frame };
    let taken = keep_message(app, message, Encoding::Protobuf, signal).await?;
    Ok(answer_message(&taken, Encoding::Protobuf, signal))
}

/// Checks that a body is one whole message; returns whether that is compressed.
fn is_compressed(headers: &HeaderMap, frame: &[u8]) -> Result<bool, Problem> {
    let Some((&[flag, ref length @ ..], message)) = frame.split_first_chunk::<PREFIX>() else {
        return Err(Problem::bad("the message is missing or incomplete"));
    };
    match u32::from_be_bytes(*length) as usize {
        length if length > message.len() => return Err(Problem::bad("the message is incomplete")),
        length if length < message.len() => return Err(not_implemented("a call has one message")),
        _ => {}
    }
    let encoding = headers.get("grpc-encoding").map(HeaderValue::as_bytes);
    match (flag, encoding) {
        (0, _) => Ok(false),
        (1, Some(b"gzip")) => Ok(true),
        (1, None | Some(b"identity")) => Err(Problem::bad("a compressed message without grpc-encoding")),
        (1, Some(_)) => Err(not_implemented("only gzip and identity are accepted as grpc-encoding")),
        _ => Err(Problem::bad("the first byte of a message is 0 or 1")),
    }
}

fn not_implemented(why: &str) -> Problem {
    Problem::new(StatusCode::NOT_IMPLEMENTED, why)
}

/// Returns the code of gRPC for a status of HTTP. Exporters repeat calls that were `UNAVAILABLE` or took too long, and drop
/// what is refused for other reasons (OTLP, "Failures").
fn code(status: StatusCode) -> u16 {
    match status.as_u16() {
        // INVALID_ARGUMENT
        400 => 3,
        // DEADLINE_EXCEEDED
        408 => 4,
        // PERMISSION_DENIED
        403 | 421 => 7,
        // RESOURCE_EXHAUSTED
        413 | 431 | 507 => 8,
        // UNIMPLEMENTED
        404 | 405 | 501 => 12,
        // UNAVAILABLE
        503 => 14,
        // UNAUTHENTICATED
        401 => 16,
        // INTERNAL
        _ => 13,
    }
}

/// Returns a `google.rpc.Status` that names the seconds after which a retry may succeed.
fn retry_info(code: u16, message: &str, seconds: u32) -> Vec<u8> {
    let [mut duration, mut info, mut any, mut status] = std::array::from_fn(|_| Message::default());
    duration.number(1, seconds.into());
    info.message(1, &duration);
    any.text(1, "type.googleapis.com/google.rpc.RetryInfo").message(2, &info);
    status.number(1, code.into()).text(2, message).message(3, &any);
    status.finish()
}

fn framed(message: &[u8]) -> Vec<u8> {
    let mut frame = vec![0];
    // What is answered is a number and a sentence.
    frame.extend_from_slice(&u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes());
    frame.extend_from_slice(message);
    frame
}

fn typed(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(ACCEPTED, HeaderValue::from_static("identity,gzip"));
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_body_is_one_whole_message() {
        let with = |encoding: Option<&'static str>, frame: &[u8]| {
            let headers =
                encoding.map(|e| (HeaderName::from_static("grpc-encoding"), HeaderValue::from_static(e)));
            is_compressed(&headers.into_iter().collect(), frame).map_err(|problem| code(problem.status))
        };
        assert_eq!(with(None, &framed(b"abc")), Ok(false));
        // The encoding is that of messages that are compressed, and this one is not.
        assert_eq!(with(Some("gzip"), &framed(b"")), Ok(false));
        assert_eq!(with(Some("gzip"), b"\x01\0\0\0\x02ab"), Ok(true));
        assert_eq!(with(None, b"\x01\0\0\0\x02ab"), Err(3));
        assert_eq!(with(Some("zstd"), b"\x01\0\0\0\x02ab"), Err(12));
        assert_eq!(with(None, b"\x02\0\0\0\x02ab"), Err(3));
        for short in [b"".as_slice(), b"\0\0\0\0", b"\0\0\0\0\x01", b"\0\xff\xff\xff\xffabc"] {
            assert_eq!(with(None, short), Err(3), "{short:?}");
        }
        assert_eq!(with(None, &[framed(b"a"), framed(b"b")].concat()), Err(12), "two messages");
    }

    #[test]
    fn a_busy_server_says_when_to_come_again_and_why() {
        let refused = refused(&Problem::busy("100 % of the größte\nstore"));
        let header = |name: &str| refused.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!((refused.status().as_u16(), header("grpc-status").as_str()), (200, "14"));
        assert_eq!(header("grpc-message"), "100 %25 of the gr%C3%B6%C3%9Fte%0Astore");
        let details = BASE64_STANDARD_NO_PAD.decode(header("grpc-status-details-bin")).unwrap();
        assert_eq!(&details[..2], [1 << 3, 14]);
        // The last bytes are the delay: a message with a message with the number 1.
        assert_eq!(&details[details.len() - 4..], [1 << 3 | 2, 2, 1 << 3, 1]);
    }
}
