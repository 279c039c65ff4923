//! Growing files of the user.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::Response;
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::app::App;
use crate::live::sse::stream_of;
use crate::net::reply::Problem;
use crate::params::Id;
use crate::stop::stopped;

/// Interval at which a file is checked, and number of checks after which a heartbeat is sent.
const LOOK: Duration = Duration::from_millis(400);
const BEAT: u32 = 12;

/// `GET /files/{number}/live`: a message with the size in bytes whenever the file changes.
pub(crate) async fn live(State(app): State<Arc<App>>, Id(number): Id) -> Result<Response<Body>, Problem> {
    let path = app.site.path(&number).cloned();
    let path = path.ok_or_else(|| Problem::not_found("there is no growing file with this number"))?;
    let (to, received) = mpsc::channel(2);
    tokio::spawn(feed(app, path, to));
    Ok(stream_of(received))
}

async fn feed(app: Arc<App>, path: PathBuf, to: mpsc::Sender<Bytes>) {
    let mut stop = app.stop.clone();
    let (mut said, mut looks) = (None, 0u32);
    loop {
        let looked = path.clone();
        let now = tokio::task::spawn_blocking(move || state(&looked)).await.unwrap_or_default();
        looks += 1;
        let message = if now.is_some() && now != said {
            said = now;
            looks = 0;
            let size = now.map_or(0, |(size, _)| size);
            Some(format!("event: size\ndata: {size}\n\n"))
        } else if looks >= BEAT {
            looks = 0;
            Some("event: beat\ndata: \n\n".to_owned())
        } else {
            None
        };
        if let Some(message) = message
            && to.send(message.into()).await.is_err()
        {
            return;
        }
        tokio::select! {
            () = sleep(LOOK) => {}
            () = to.closed() => return,
            () = stopped(&mut stop) => return,
        }
    }
}

/// Returns size and modification time; `None` if the file is gone.
fn state(path: &PathBuf) -> Option<(u64, Option<SystemTime>)> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.len(), meta.modified().ok()))
}
