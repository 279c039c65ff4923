//! Runs over HTTP: the app, a REST interface, ingest of events and live updates, over any store.
//!
//! [`serve`] listens until it is interrupted. One function answers every request, so that no route can bypass the checks:
//! first host name and origin, then the token if tokens are set, then the route. No part of a path ever reaches the disk.
//! `docs/server.md` describes the interface.

pub mod alerts;
mod api;
mod app;
mod appends;
mod cache;
pub mod documents;
mod fold;
mod front;
mod live;
mod net;
mod params;
mod sessions;
mod settings;
mod shelf;
mod site;
mod stop;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use makespan_store::Store;
use tokio::net::TcpListener;
use tokio::sync::watch;

use alerts::AlertLedger;
use app::App;
use front::Front;
use net::guard::Guard;
pub use net::token::{Scope, Tokens};
pub use sessions::SessionLimits;
pub use settings::{ServeError, Settings};
pub use shelf::OpenWriter;
use shelf::Shelf;
use site::Site;
pub use site::{Assets, Content, Served};
use stop::stopped;

/// What a server offers.
pub struct Contents {
    /// The files of the app.
    pub assets: Assets,
    /// Files of the user, opened by the page.
    pub files: Vec<Served>,
    /// The store whose runs are listed and that receives events.
    pub store: Option<Arc<dyn Store>>,
    /// Opens that store again for writing, if it allows only one writer at a time; the first one is then only used for reading.
    pub open_writer: Option<OpenWriter>,
    /// The history of alerts.
    pub alerts: Option<Arc<AlertLedger>>,
    /// Blocking work to do every second, each in a task of its own: taking in what programs wrote to the inbox of the store,
    /// applying alert rules.
    pub every_second: Vec<Box<dyn FnMut() + Send>>,
}

/// Listens until interrupted or terminated, then lets open requests finish. `started` is called with the address once it is
/// reachable; if it returns an error, the server stops.
///
/// # Errors
///
/// [`ServeError`], including the error returned by `started`.
pub fn serve<E>(
    settings: Settings,
    contents: Contents,
    started: impl FnOnce(&str) -> Result<(), E>,
) -> Result<(), ServeError<E>> {
    if !settings.bind.is_loopback() && settings.tokens.is_none() && !settings.is_open {
        return Err(ServeError::NoToken(settings.bind));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(32)
        .enable_all()
        .build()
        .map_err(ServeError::System)?;
    let served = runtime.block_on(run(settings, contents, started));
    // A store that takes long to answer must not keep the program from ending.
    runtime.shutdown_timeout(Duration::from_secs(2));
    served
}

async fn run<E>(
    settings: Settings,
    contents: Contents,
    started: impl FnOnce(&str) -> Result<(), E>,
) -> Result<(), ServeError<E>> {
    let place = SocketAddr::new(settings.bind, settings.port);
    let listener = TcpListener::bind(place).await.map_err(|source| ServeError::Port { place, source })?;
    let place = listener.local_addr().map_err(ServeError::System)?;
    let mut hosts = settings.hosts;
    if !place.ip().is_loopback() && !place.ip().is_unspecified() {
        hosts.push(place.to_string());
    }
    let (stopping, stop) = watch::channel(false);
    let site = Site::new(contents.assets, contents.files, contents.store.is_some());
    let guard = Guard::new(place.port(), hosts, settings.path_token.is_some());
    let app = App::new(
        site,
        Shelf::new(contents.store, contents.open_writer),
        contents.alerts,
        guard,
        settings.tokens,
        settings.sessions,
        stop.clone(),
    );
    // Registered before the address is known: anyone who knows it may already send a signal.
    let interrupted = interrupts().map_err(ServeError::System)?;
    let shown = if place.ip().is_unspecified() {
        SocketAddr::new([127, 0, 0, 1].into(), place.port())
    } else {
        place
    };
    let inner = settings.path_token.as_ref().map_or_else(String::new, |token| format!("{token}/"));
    started(&format!("http://{shown}/{inner}")).map_err(ServeError::Started)?;
    let watched = Arc::clone(&app);
    tokio::task::spawn_blocking(move || live::changes::pass_on(&watched));
    for work in contents.every_second {
        tokio::spawn(every_second(work, stop.clone()));
    }
    let accepting =
        tokio::spawn(net::accept::accept(listener, Arc::new(Front::new(app, settings.path_token)), stop));
    interrupted.await;
    let _ = stopping.send(true);
    let _ = accepting.await;
    Ok(())
}

/// Repeats blocking work, with a pause of one second.
async fn every_second(mut work: Box<dyn FnMut() + Send>, mut stop: watch::Receiver<bool>) {
    loop {
        let done = tokio::task::spawn_blocking(move || {
            work();
            work
        });
        let Ok(again) = done.await else { return };
        work = again;
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = stopped(&mut stop) => return,
        }
    }
}

/// Completes on an interrupt or, on Unix, on SIGTERM.
#[cfg(unix)]
fn interrupts() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Completes on an interrupt.
#[cfg(not(unix))]
fn interrupts() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
