//! Answers to the questions of the engine, for runs that are too large for a browser.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use makespan_engine::{Question, VERSION, WireError, decode};

use crate::app::App;
use crate::net::body::{self, Received};
use crate::net::reply::{self, Problem};
use crate::params::{Id, Params};
use crate::sessions::Asked;

/// Maximum size of a question and of the name of its line, bytes.
const LONGEST: usize = 256 << 10;
const LONGEST_LINE: usize = 64;
/// Maximum width and height of a picture, px, and maximum number of rows.
const WIDEST: f32 = 16_384.0;
const MOST_ROWS: usize = 10_000;
/// Maximum distance of a time zone from UTC, seconds.
const FARTHEST: i32 = 18 * 3_600;
/// A form of another site cannot send this without a preflight request.
const MEDIA_TYPE: &str = "application/octet-stream";

/// `POST /api/v1/runs/{id}/answers`: a question in the binary form of the engine; the response is the answer.
pub(crate) async fn answer(
    State(app): State<Arc<App>>,
    Id(id): Id,
    mut params: Params,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let line = params.one("line")?;
    if line.as_ref().is_some_and(|line| line.len() > LONGEST_LINE) {
        return Err(Problem::bad(format!("line is longer than {LONGEST_LINE} bytes")));
    }
    let offset = match params.one("offset")? {
        Some(text) => text.parse().ok().filter(|seconds: &i32| seconds.abs() <= FARTHEST),
        None => Some(0),
    };
    let offset = offset.ok_or_else(|| Problem::bad("offset must be a number of seconds east of UTC"))?;
    params.done()?;
    let (parts, sent) = request.into_parts();
    if body::media_type(&parts.headers) != MEDIA_TYPE {
        let why = format!("send a question as Content-Type: {MEDIA_TYPE}");
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    let Received { bytes, held } = body::read(&app.bodies, &parts.headers, sent).await?;
    if bytes.len() > LONGEST {
        let why = format!("the question is larger than {} KiB", LONGEST >> 10);
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, why));
    }
    let question: Question = decode(&bytes).map_err(|error| match error {
        WireError::Version(version) => Problem::bad(format!(
            "the page asks in version {version}, and this server answers in version {VERSION}: reload the page"
        )),
        WireError::Damaged => Problem::bad("the question is damaged"),
    })?;
    if let Some(why) = excess(&question) {
        return Err(Problem::bad(why));
    }
    drop((bytes, held));
    let state = app.shelf.state_of(&id).await?;
    let takes_gzip = reply::takes_gzip(&parts.headers);
    let answered = app.sessions.ask(state, Asked { question, line, offset, takes_gzip }).await?;
    let mut response = Response::new(Body::from(answered.bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert("makespan-events", HeaderValue::from(answered.events));
    if answered.is_packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// Returns what is too large in a question: the work of a picture grows with its size.
fn excess(question: &Question) -> Option<&'static str> {
    let (width, height) = match question {
        Question::Picture { size, .. }
        | Question::Map { size, .. }
        | Question::Overlay { size, .. }
        | Question::Touch { size, .. }
        | Question::Export { size, .. }
        | Question::Preview { size } => *size,
        Question::Counters { width, .. } | Question::Page { width, .. } => (*width, 0.0),
        Question::Rows { range, .. } if range.len() > MOST_ROWS => return Some("these are too many rows"),
        _ => (0.0, 0.0),
    };
    let fits = |length: f32| (0.0..=WIDEST).contains(&length);
    (!fits(width) || !fits(height)).then_some("the picture is too large")
}

#[cfg(test)]
mod tests {
    use super::*;
    use makespan_views::ViewState;

    #[test]
    fn a_question_whose_answer_would_be_huge_is_refused() {
        let view = ViewState::default;
        for size in [(1e9, 10.0), (10.0, f32::INFINITY), (f32::NAN, 10.0), (-1.0, 10.0)] {
            assert!(excess(&Question::Picture { view: view(), size }).is_some(), "{size:?}");
        }
        for width in [1e9, f32::INFINITY, f32::NAN, -1.0] {
            assert!(excess(&Question::Page { view: view(), width }).is_some(), "{width}");
        }
        assert!(excess(&Question::Rows { view: view(), range: 0..usize::MAX }).is_some());
        assert!(excess(&Question::Rows { view: view(), range: 5_000_000..5_000_100 }).is_none());
        assert!(excess(&Question::Picture { view: view(), size: (3_840.0, 2_160.0) }).is_none());
    }
}
