//! What can be had: the app's files by their names, the user's files by their numbers.

use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use makespan_format::write_json_string;
use makespan_report::escape;

use crate::dist;
use crate::output::inert_json;
use crate::stored::random;
use crate::walk::{self, InputPlace, MOST_BYTES};

/// A file of the user.
pub(crate) struct Served {
    /// What the page calls it.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) content: Content,
}

/// Where its bytes are.
pub(crate) enum Content {
    /// In memory.
    Bytes(Arc<[u8]>),
    /// On the disk, read anew each time.
    Path(PathBuf),
}

/// Everything that is served.
pub(crate) struct Site {
    files: Vec<Served>,
    index: Vec<u8>,
    port: u16,
    /// The first part of every path.
    token: String,
}

/// What stands where the app would be.
const NO_APP: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Makespan</title>\n\
    <h1>Makespan</h1>\n<p>This makespan was built without the app. Run <code>cargo xtask build</code>, then build the \
    program again.</p>\n<p><code>makespan summary</code> and <code>makespan convert</code> work without it.</p>\n";

impl Site {
    /// The app with these files to open, asked for on that port.
    pub(crate) fn new(files: Vec<Served>, port: u16) -> Site {
        let page = dist::file("index.html").and_then(|bytes| std::str::from_utf8(bytes).ok());
        let index = page.map_or_else(|| NO_APP.to_owned(), |page| with_files(page, &files));
        let token = format!("{:016x}{:016x}", random(), random());
        Site { files, index: index.into_bytes(), port, token }
    }

    /// The port it is asked for on.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// What every path begins with: only whoever was told the address knows it.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// The answer to a path, taken literally: nothing is decoded, joined or resolved.
    pub(super) async fn get(&self, path: &str) -> Response<Body> {
        let Some(name) = self.behind_token(path) else {
            return plain(StatusCode::NOT_FOUND, "open the address that makespan printed");
        };
        if name.is_empty() || name == "index.html" {
            return with_type(self.index.clone(), "text/html; charset=utf-8");
        }
        if let Some(number) = name.strip_prefix("files/") {
            return self.file(number).await;
        }
        match dist::file(name) {
            Some(bytes) => with_type(bytes, media_type(name)),
            None => plain(StatusCode::NOT_FOUND, "there is nothing of that name"),
        }
    }

    /// What follows the token; `None` where it is another one. How long that takes says nothing about the token.
    fn behind_token<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (given, rest) = path.strip_prefix('/')?.split_once('/')?;
        let pairs = given.bytes().zip(self.token.bytes());
        let differs =
            pairs.fold(given.len() ^ self.token.len(), |differs, (a, b)| differs | usize::from(a ^ b));
        (differs == 0).then_some(rest)
    }

    async fn file(&self, number: &str) -> Response<Body> {
        let canonical = number.parse::<usize>().ok().filter(|n| n.to_string() == number);
        let bytes: Vec<u8> = match canonical.and_then(|n| self.files.get(n)).map(|f| &f.content) {
            None => return plain(StatusCode::NOT_FOUND, "there is no file of that number"),
            Some(Content::Bytes(bytes)) => bytes.to_vec(),
            Some(Content::Path(path)) => {
                let place = InputPlace::Path(path.clone());
                match tokio::task::spawn_blocking(move || walk::read(&place, MOST_BYTES)).await {
                    Ok(Ok(bytes)) => bytes,
                    _ => return plain(StatusCode::GONE, "the file can no longer be read"),
                }
            }
        };
        // Never shown by the browser itself, whatever it holds.
        let mut response = with_type(bytes, "application/octet-stream");
        response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
        response
    }
}

fn with_type(bytes: impl Into<Body>, media_type: &'static str) -> Response<Body> {
    let mut response = Response::new(bytes.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// What a file of the app is, by the end of its name.
fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// The page with the list of files to open: `<meta name="makespan-files" content='[{"name":…,"url":…}]'>`.
fn with_files(page: &str, files: &[Served]) -> String {
    let Some(head_end) = page.find("</head>").filter(|_| !files.is_empty()) else { return page.to_owned() };
    let mut list = String::from("[");
    for (i, file) in files.iter().enumerate() {
        list.push_str(if i > 0 { ",{\"name\":" } else { "{\"name\":" });
        write_json_string(&file.name, &mut list);
        list.push_str(&format!(",\"url\":\"./files/{i}\"}}"));
    }
    list.push(']');
    let mut out = page[..head_end].to_owned();
    out.push_str("<meta name=\"makespan-files\" content=\"");
    escape::attribute(&inert_json(&list), &mut out);
    out.push_str("\">\n");
    out.push_str(&page[head_end..]);
    out
}

/// A few words.
pub(super) fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_stay_within_their_attribute() {
        let content = || Content::Bytes(Vec::new().into());
        let evil = "\"><script>x</script>\u{202e}\n.json".to_owned();
        let files =
            [Served { name: evil, content: content() }, Served { name: "b".to_owned(), content: content() }];
        let page = with_files("<html><head></head><body></body></html>", &files);
        assert!(
            !page.contains("<script") && !page.contains('\u{202e}') && page.matches('<').count() == 7,
            "{page}"
        );
        let from = page.find("content=\"").map_or(0, |at| at + 9);
        let value =
            page[from..].split('"').next().unwrap_or("").replace("&quot;", "\"").replace("&amp;", "&");
        let list: serde_json::Value = serde_json::from_str(&value).unwrap_or_default();
        assert_eq!(list[0]["name"], "\"><script>x</script>\u{202e}\n.json");
        assert_eq!(list[1]["url"], "./files/1");
        assert_eq!(with_files("<head></head>", &[]), "<head></head>");
    }
}
