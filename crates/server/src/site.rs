//! The app's files by their names, and the user's files by their numbers.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use makespan_format::write_json_string;
use makespan_report::escape;

use crate::documents::inert_json;
use crate::net::reply::{Problem, document};

/// A file of the user.
#[derive(Clone, Debug)]
pub struct Served {
    /// Its name in the page.
    pub name: String,
    /// Its content.
    pub content: Content,
}

/// Where the bytes of a file are.
#[derive(Clone, Debug)]
pub enum Content {
    /// In memory.
    Bytes(Arc<[u8]>),
    /// On disk; read again for each request, because it may grow.
    Path(PathBuf),
}

/// Finds a file of the app by its exact name.
pub type Assets = fn(&str) -> Option<&'static [u8]>;

/// The app and the files to open.
#[derive(Debug)]
pub(crate) struct Site {
    assets: Assets,
    files: Vec<Served>,
    index: Vec<u8>,
}

/// The largest file that is served, bytes.
const MOST_BYTES: u64 = 4 << 30;

/// The page that is shown if the app is missing.
const NO_APP: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Makespan</title>\n\
    <h1>Makespan</h1>\n<p>This makespan was built without the app. Run <code>cargo xtask build</code>, then build the \
    program again.</p>\n<p><code>makespan summary</code> and <code>makespan export</code> work without it.</p>\n";

impl Site {
    /// Makes the app with these files to open; `has_store` says whether it lists the runs of a store.
    pub(crate) fn new(assets: Assets, files: Vec<Served>, has_store: bool) -> Site {
        let page = assets("index.html").and_then(|bytes| std::str::from_utf8(bytes).ok());
        let index = page.map_or_else(|| NO_APP.to_owned(), |page| with_start(page, &files, has_store));
        Site { assets, files, index: index.into_bytes() }
    }

    /// Returns the response for a path, taken literally: nothing is decoded, joined or resolved.
    pub(crate) async fn get(&self, path: &str, headers: &HeaderMap) -> Response<Body> {
        let name = path.strip_prefix('/').unwrap_or(path);
        if name.is_empty() || name == "index.html" {
            return with_type(self.index.clone(), "text/html; charset=utf-8");
        }
        if let Some(number) = name.strip_prefix("files/") {
            return self.file(number, headers).await.unwrap_or_else(Problem::into_response);
        }
        match (self.assets)(name) {
            Some(bytes) => document(headers, media_type(name), bytes.to_vec()),
            None => Problem::not_found("not found").into_response(),
        }
    }

    /// Returns the path of a file on disk.
    pub(crate) fn path(&self, number: &str) -> Option<&PathBuf> {
        match &self.numbered(number)?.content {
            Content::Path(path) => Some(path),
            Content::Bytes(_) => None,
        }
    }

    fn numbered(&self, number: &str) -> Option<&Served> {
        let canonical = number.parse::<usize>().ok().filter(|n| n.to_string() == number)?;
        self.files.get(canonical)
    }

    async fn file(&self, number: &str, headers: &HeaderMap) -> Result<Response<Body>, Problem> {
        let file =
            self.numbered(number).ok_or_else(|| Problem::not_found("there is no file with this number"))?;
        let from = range_from(headers).unwrap_or(0);
        let bytes = match &file.content {
            Content::Bytes(bytes) => bytes.get(from as usize..).unwrap_or_default().to_vec(),
            Content::Path(path) => {
                let path = path.clone();
                let read = tokio::task::spawn_blocking(move || read(&path, from)).await;
                read.ok()
                    .and_then(Result::ok)
                    .ok_or_else(|| Problem::new(StatusCode::GONE, "the file can no longer be read"))?
            }
        };
        let end = from + bytes.len() as u64;
        // Never shown by the browser itself, whatever it holds.
        let mut response = with_type(bytes, "application/octet-stream");
        if from > 0 {
            if end == from {
                let why = "the file has no bytes there yet";
                return Err(Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, why));
            }
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            if let Ok(range) = HeaderValue::from_str(&format!("bytes {from}-{}/*", end - 1)) {
                response.headers_mut().insert(header::CONTENT_RANGE, range);
            }
        }
        response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
        Ok(response)
    }
}

/// Returns the start of a range without an end, such as `bytes=100-`. For any other range, the whole file is sent.
fn range_from(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}

fn read(path: &PathBuf, from: u64) -> std::io::Result<Vec<u8>> {
    let mut file = std::fs::File::open(path)?;
    let mut bytes = Vec::new();
    if from > 0 {
        file.seek(SeekFrom::Start(from))?;
    }
    let took = file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if took as u64 > MOST_BYTES { Err(std::io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

pub(crate) fn with_type(bytes: impl Into<Body>, media_type: &'static str) -> Response<Body> {
    let mut response = Response::new(bytes.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// Returns the media type of a file of the app, by its extension.
fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// Returns the page with its start data: `<meta name="makespan-files" content='[{"name":…,"url":…,"live":…}]'>` lists files
/// to open, with `live` if the file may grow, and `<meta name="makespan-server">` states that there is a store.
fn with_start(page: &str, files: &[Served], has_store: bool) -> String {
    let wanted = !files.is_empty() || has_store;
    let Some(head_end) = page.find("</head>").filter(|_| wanted) else { return page.to_owned() };
    let mut out = page[..head_end].to_owned();
    if has_store {
        out.push_str("<meta name=\"makespan-server\" content=\"./api/v1/\">\n");
    }
    if !files.is_empty() {
        let mut list = String::from("[");
        for (i, file) in files.iter().enumerate() {
            list.push_str(if i > 0 { ",{\"name\":" } else { "{\"name\":" });
            write_json_string(&file.name, &mut list);
            let live = matches!(file.content, Content::Path(_));
            list.push_str(&format!(",\"url\":\"./files/{i}\",\"live\":{live}}}"));
        }
        list.push(']');
        out.push_str("<meta name=\"makespan-files\" content=\"");
        escape::attribute(&inert_json(&list), &mut out);
        out.push_str("\">\n");
    }
    out.push_str(&page[head_end..]);
    out
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
        let page = with_start("<html><head></head><body></body></html>", &files, false);
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
        assert_eq!(with_start("<head></head>", &[], false), "<head></head>");
        assert!(with_start("<head></head>", &[], true).contains("makespan-server"));
    }
}
