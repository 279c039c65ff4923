//! The simplest programs that move the same bytes: what the disk and the network of this machine allow at this moment.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::broadcast;

use crate::load::clients::lines;
use crate::load::{Times, folder, now, viewers};

/// What a yardstick reached.
pub(crate) struct Reached {
    pub(crate) per_second: f64,
    pub(crate) p99_ms: f64,
}

/// Appends the batches of one round of all senders to a file and syncs it, again and again.
pub(crate) fn fsync((senders, batch): (usize, u64), long: Duration) -> Reached {
    let path = folder("yardstick").join("events");
    let (mut events, mut times) = (0u64, Times::default());
    let begun = Instant::now();
    if let Ok(mut file) = OpenOptions::new().create(true).append(true).open(&path) {
        while begun.elapsed() < long {
            let bytes: String = (0..senders).map(|sender| lines(sender, events, batch)).collect();
            let from = now();
            if file.write_all(bytes.as_bytes()).and_then(|()| file.sync_data()).is_err() {
                break;
            }
            times.0.push(now() - from);
            events += batch * senders as u64;
        }
    }
    let per_second = (events as f64 / begun.elapsed().as_secs_f64()).round();
    Reached { per_second, p99_ms: times.ms(0.99) }
}

/// Sends the same messages to so many connections with nothing in between; returns the delays.
pub(crate) fn broadcast(viewers: usize, (per_second, long): (u64, Duration)) -> Times {
    let (to_port, port) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()
        else {
            return;
        };
        runtime.block_on(async move {
            let (all, _) = broadcast::channel::<std::sync::Arc<[u8]>>(64);
            let Ok(listener) = TcpListener::bind("127.0.0.1:0").await else { return };
            let _ = to_port.send(listener.local_addr().map_or(0, |place| place.port()));
            let sender = all.clone();
            let send = async move {
                let mut ticks = tokio::time::interval(Duration::from_millis(100));
                loop {
                    ticks.tick().await;
                    let events = (0..per_second / 10)
                        .map(|_| format!("{{\"event\":\"log\",\"text\":\"sent {}\"}}\n", now()));
                    // Nobody may be connected any more.
                    let _ = sender.send(events.collect::<String>().into_bytes().into());
                }
            };
            // As with the server: nothing is sent while clients still connect.
            let (mut send, mut missing) = (Some(send), viewers);
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut received = all.subscribe();
                missing = missing.saturating_sub(1);
                if missing == 0
                    && let Some(send) = send.take()
                {
                    tokio::spawn(send);
                }
                tokio::spawn(async move {
                    let _ = stream.read(&mut [0; 512]).await;
                    while let Ok(bytes) = received.recv().await {
                        if stream.write_all(&bytes).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
    });
    port.recv().map_or_else(|_| Times::default(), |port| viewers::listen(port, viewers, long))
}
