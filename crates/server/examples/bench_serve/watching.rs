//! Rows about clients that follow a run.

use serde_json::{Value, json};

use crate::load::viewers::{self, Follow, Seen};
use crate::load::{Served, folder};
use crate::{Scale, mib, print, yardstick};

/// Events per second, and clients that never read.
const PER_SECOND: u64 = 500;
const DEAF: usize = 200;

/// L6: an event reaches 1,000 clients within 300 ms (p95) and 1 s (p99); at most 100 KiB per client.
pub(crate) fn many(scale: Scale) {
    let mut bare = yardstick::broadcast(scale.viewers, (PER_SECOND, scale.long / 3));
    for follow in [Follow::WebSocket, Follow::Events] {
        let served = Served::start(&folder("viewers"), &[]);
        let before = served.memory().unwrap_or(0);
        let mut seen = watch(&served, follow, (scale.viewers, 0), scale);
        let peak = served.peak_memory().unwrap_or(0);
        let more = json!({
            "kib_per_client": (peak.saturating_sub(before) / scale.viewers as u64) >> 10,
            "peak_mib": mib(Some(peak)),
            "yardstick_p95_ms": bare.ms(0.95),
        });
        print_seen("L6", follow, (scale.viewers, 0), &mut seen, more);
    }
}

/// L7: 200 clients that never read change the p95 of the others by less than 10 %.
pub(crate) fn beside_deaf(scale: Scale) {
    let viewers = scale.viewers / 5;
    let mut p95 = Vec::new();
    // Alone, beside and alone again: the difference of the first and the last is that of the machine itself.
    for deaf in [0, DEAF, 0] {
        let served = Served::start(&folder("deaf"), &[]);
        let mut seen = watch(&served, Follow::Events, (viewers, deaf), scale);
        p95.push(seen.delays.ms(0.95));
        let more = json!({ "peak_mib": mib(served.peak_memory()) });
        print_seen("L7", Follow::Events, (viewers, deaf), &mut seen, more);
    }
    if let [alone, beside, again] = p95[..] {
        let percent = |of: f64, to: f64| ((of / to - 1.0) * 1000.0).round() / 10.0;
        let line = json!({
            "row": "L7",
            "what": "change of p95 by clients that never read",
            "change_percent": percent(beside, alone.max(again)),
            "change_of_the_machine_percent": percent(alone.max(again), alone.min(again)),
        });
        print(line, json!({}));
    }
}

fn watch(served: &Served, follow: Follow, clients: (usize, usize), scale: Scale) -> Seen {
    viewers::watch(served.port, "followed", follow, clients, (PER_SECOND, scale.long))
}

fn print_seen(row: &str, follow: Follow, (viewers, deaf): (usize, usize), seen: &mut Seen, more: Value) {
    let line = json!({
        "row": row,
        "what": format!("{PER_SECOND} events/s to clients"),
        "over": match follow {
            Follow::Events => "server-sent events",
            Follow::WebSocket => "WebSocket",
        },
        "viewers": viewers,
        "never_read": deaf,
        "p50_ms": seen.delays.ms(0.5),
        "p95_ms": seen.delays.ms(0.95),
        "p99_ms": seen.delays.ms(0.99),
        "sent": seen.sent,
        "missed": seen.sent - seen.fewest,
    });
    print(line, more);
}
