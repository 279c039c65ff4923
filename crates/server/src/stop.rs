//! The signal that stops a server.

use tokio::sync::watch;

/// Completes when the server stops.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A server that is gone has stopped, too.
    let _ = stop.wait_for(|stop| *stop).await;
}
