//! `makespan serve`: the app over the runs of the store, for browsers and programs.

mod late;
mod watch;

use std::io::Write as _;
use std::sync::Arc;

use makespan_server::{Contents, OpenWriter, SessionLimits, Settings, Tokens};
use makespan_store::{Error, Store};

use crate::alerting::Alerting;
use crate::args::ServeArgs;
use crate::config::Config;
use crate::dist;
use crate::failure::Failure;
use crate::open::{announce, failed};
use crate::output::clean;
use crate::stored::Address;
use late::LateStore;
use watch::Watch;

/// Serves until interrupted or terminated.
pub(crate) fn run(args: &ServeArgs, config: Config) -> Result<(), Failure> {
    if !dist::is_there() {
        let _ = writeln!(std::io::stderr(), "makespan: {}", dist::MISSING);
    }
    let tokens = args.tokens.clone().map(Tokens::open).transpose().map_err(Failure::Usage)?;
    let address = Address::new(&config)?;
    let store = opened(&address)?;
    let mut watch = Watch::new(args.watch.clone());
    let config_alerts = config.alerts().clone();
    let (kept, work_address) = (Arc::clone(&store), address.clone());
    let work = move || {
        // A store on a disk has one writer at a time: it is opened for this and closed again.
        let opened = opened_anew(&work_address);
        let store = opened.as_deref().unwrap_or(&*kept);
        if opened.is_none() {
            work_address.take_in(store);
        }
        watch.look(&config, &work_address, store);
    };
    let alerts = Alerting::new(&config_alerts, &address)?;
    let ledger = alerts.ledger();
    let judged = alerts.every_second(Arc::clone(&store));
    let on_disk = address.is_on_disk();
    let open_writer: OpenWriter = Box::new(move || address.try_open());
    let settings = Settings {
        bind: args.bind,
        port: args.port,
        hosts: args.host.clone(),
        tokens,
        path_token: None,
        sessions: SessionLimits { bytes: args.session_memory.0, ..SessionLimits::default() },
        is_open: args.insecure,
    };
    let contents = Contents {
        assets: dist::file,
        files: Vec::new(),
        store: Some(store),
        open_writer: on_disk.then_some(open_writer),
        alerts: Some(ledger),
        every_second: vec![Box::new(work), judged],
    };
    makespan_server::serve(settings, contents, |address| {
        announce(address, (!args.no_browser).then_some(address))
    })
    .map_err(failed)
}

/// The store of a server. A database that cannot be reached is waited for, because a server may be started before it: every
/// request that needs the store is answered with 503 until then.
fn opened(address: &Address) -> Result<Arc<dyn Store>, Failure> {
    match address.try_open() {
        Ok(store) => Ok(Arc::from(store)),
        Err(error @ Error::Unavailable { .. }) if !address.is_on_disk() => {
            let (again, shown) = (address.clone(), address.shown());
            let report = move |error: Option<&Error>| {
                let text = match error {
                    Some(error) => format!("{error}; requests are answered with 503 until it can be opened"),
                    None => format!("{shown} is open"),
                };
                let _ = writeln!(std::io::stderr(), "makespan: {}", clean(&text));
            };
            let late = LateStore::start(error, move || again.try_open(), report);
            Ok(late.map_err(|error| Failure::Store(format!("cannot start a thread: {error}")))?)
        }
        Err(error) => Err(address.failed(error)),
    }
}

/// The store, opened once more and with what its inbox held taken in, if it is one on a disk.
fn opened_anew(address: &Address) -> Option<Box<dyn Store>> {
    if address.is_on_disk() { address.try_open().ok() } else { None }
}
