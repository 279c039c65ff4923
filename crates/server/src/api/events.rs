//! The events of a run as a file.

use std::io::{self, Write};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use tokio::sync::mpsc;

use crate::app::App;
use crate::net::reply::{self, Problem};
use crate::params::{Id, Params};

/// Size of a piece in bytes, and number of pieces waiting for the client.
const PIECE: usize = 64 << 10;
const PIECES: usize = 4;

/// `GET /api/v1/runs/{id}/events`: JSON Lines, sent while they are read.
pub(crate) async fn events(
    State(app): State<Arc<App>>,
    Id(id): Id,
    headers: HeaderMap,
    params: Params,
) -> Result<Response<Body>, Problem> {
    params.done()?;
    let run = app.shelf.state_of(&id).await?;
    // Events are only added, so that their number says which they are.
    let tag = reply::tag(format!("{id}\n{}\n{}", run.created, run.events).as_bytes());
    let media_type = "application/x-ndjson";
    if reply::has(&headers, &tag) {
        let mut response = reply::not_modified();
        reply::describe(&mut response, media_type, &tag);
        return Ok(response);
    }
    let (pieces, received) = mpsc::channel(PIECES);
    let is_packed = reply::takes_gzip(&headers);
    let sender = Arc::clone(&app);
    tokio::spawn(async move {
        let broken = pieces.clone();
        let sent = sender
            .shelf
            .ask(move |store| {
                let mut out = Pieces { to: pieces.clone(), held: Vec::new() };
                if is_packed {
                    let mut packer = GzEncoder::new(&mut out, Compression::fast());
                    makespan_store::export(store, &id, &mut packer)?;
                    packer.finish()?;
                } else {
                    makespan_store::export(store, &id, &mut out)?;
                }
                Ok(out.flush()?)
            })
            .await;
        if sent.is_err() {
            // The client must not take a part for the whole.
            let _ = broken.send(Err(io::Error::other("the events could not be read completely"))).await;
        }
    });
    let body =
        stream::unfold(received, |mut received| async move { Some((received.recv().await?, received)) });
    let mut response = Response::new(Body::from_stream(body));
    reply::describe(&mut response, media_type, &tag);
    if is_packed {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    Ok(response)
}

/// Writes to the body of a response, and waits for the client to read it.
struct Pieces {
    to: mpsc::Sender<io::Result<Bytes>>,
    held: Vec<u8>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(&mut self.held));
        self.to.blocking_send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}
