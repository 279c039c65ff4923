//! The WebSocket: changes of a run, a workflow or all runs, on one connection.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{Response, StatusCode};
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use super::lineage::Lineage;
use super::subscription::{Subscription, Wanted, any_change};
use crate::app::App;
use crate::net::reply::Problem;
use crate::stop::stopped;

/// Maximum number of bytes of a frame and of a message that a client sends, and of bytes waiting to be sent to it.
const FRAME: usize = 64 << 10;
const MESSAGE: usize = 256 << 10;
const UNREAD: usize = 1 << 20;
/// Number of bytes that are read from a client at once. The WebSocket fills that much memory with zeros whenever it looks for
/// a message, and keeps it; clients send a few bytes.
const READ: usize = 4 << 10;
/// Maximum number of subscriptions per connection.
const SUBSCRIPTIONS: usize = 64;
/// Interval at which lists of runs are looked up.
const TICK: Duration = Duration::from_millis(100);
/// Maximum time to send a message, and the interval of pings.
const SLOW: Duration = Duration::from_secs(20);
const PING: Duration = Duration::from_secs(10);

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// `GET /api/v1/live`: the client sends its subscriptions as JSON.
pub(crate) async fn live(State(app): State<Arc<App>>, upgrade: Upgrade) -> Result<Response<Body>, Problem> {
    Ok(limited(upgrade)?.on_upgrade(|socket| serve(app, socket, None)))
}

/// `GET /ws/lineage`: Graflow's messages about all runs.
pub(crate) async fn lineage(
    State(app): State<Arc<App>>,
    upgrade: Upgrade,
) -> Result<Response<Body>, Problem> {
    Ok(limited(upgrade)?.on_upgrade(|socket| serve(app, socket, Some(Lineage::default()))))
}

fn limited(upgrade: Upgrade) -> Result<WebSocketUpgrade, Problem> {
    let upgrade = upgrade.map_err(|why| match why {
        WebSocketUpgradeRejection::WebSocketKeyHeaderMissing(_) => {
            Problem::bad("the header Sec-WebSocket-Key is missing")
        }
        // The request is not a handshake of a known version.
        _ => {
            let why = "this address requires a WebSocket connection (version 13)";
            Problem::new(StatusCode::UPGRADE_REQUIRED, why)
        }
    })?;
    Ok(upgrade
        .read_buffer_size(READ)
        .max_frame_size(FRAME)
        .max_message_size(MESSAGE)
        .max_write_buffer_size(UNREAD * 2))
}

async fn serve(app: Arc<App>, mut socket: WebSocket, lineage: Option<Lineage>) {
    app.counters.viewers.fetch_add(1, Ordering::Relaxed);
    let close = converse(&app, &mut socket, lineage).await;
    let frame = CloseFrame { code: close, reason: "".into() };
    let _ = timeout(Duration::from_secs(1), socket.send(Message::Close(Some(frame)))).await;
    app.counters.viewers.fetch_sub(1, Ordering::Relaxed);
}

/// Serves the connection until one side closes it; returns the close code.
async fn converse(app: &Arc<App>, socket: &mut WebSocket, mut lineage: Option<Lineage>) -> u16 {
    let mut subscriptions: Vec<Subscription> = Vec::new();
    let (mut ticks, mut stop) = (interval(TICK), app.stop.clone());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut heard, mut has_more) = (Instant::now(), false);
    loop {
        let has_lists = lineage.is_some() || subscriptions.iter().any(Subscription::is_list);
        tokio::select! {
            biased;
            () = stopped(&mut stop) => return close_code::AWAY,
            received = socket.recv() => match received {
                Some(Ok(Message::Text(text))) if lineage.is_none() => {
                    let reply = subscribe(app, &mut subscriptions, &text).await;
                    if let Err(why) = reply
                        && !send(socket, json!({ "type": "error", "detail": why.detail }).to_string().into()).await
                    {
                        return close_code::AGAIN;
                    }
                }
                Some(Ok(Message::Close(_))) | None => return close_code::NORMAL,
                Some(Ok(_)) => heard = Instant::now(),
                Some(Err(_)) => return close_code::SIZE,
            },
            () = ready(()), if has_more => {}
            _ = ticks.tick(), if has_lists => {}
            () = any_change(&mut subscriptions) => {}
            () = sleep_until(heard + PING) => {}
        }
        if let Some(lineage) = &mut lineage {
            let Ok(messages) = lineage.messages(app).await else { return close_code::AGAIN };
            for message in messages {
                if !send(socket, message.into()).await {
                    return close_code::AGAIN;
                }
            }
        }
        has_more = false;
        for subscription in &mut subscriptions {
            let Ok(message) = subscription.next(app).await else { return close_code::AGAIN };
            if let Some(message) = message {
                if !send(socket, message).await {
                    return close_code::AGAIN;
                }
                has_more |= !subscription.is_list();
            }
        }
        if heard.elapsed() >= PING {
            heard = Instant::now();
            if timeout(SLOW, socket.send(Message::Ping("".into()))).await.is_err() {
                return close_code::AGAIN;
            }
        }
    }
}

async fn subscribe(app: &Arc<App>, subscriptions: &mut Vec<Subscription>, text: &str) -> Result<(), Problem> {
    let wanted: Wanted =
        serde_json::from_str(text).map_err(|error| Problem::bad(format!("not a subscription: {error}")))?;
    if subscriptions.len() >= SUBSCRIPTIONS {
        return Err(Problem::bad(format!("a connection may have at most {SUBSCRIPTIONS} subscriptions")));
    }
    subscriptions.push(Subscription::new(app, wanted).await?);
    Ok(())
}

/// Sends a message; returns `false` if the client does not read it.
async fn send(socket: &mut WebSocket, message: Utf8Bytes) -> bool {
    matches!(timeout(SLOW, socket.send(Message::Text(message))).await, Ok(Ok(())))
}
