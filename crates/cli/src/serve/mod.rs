//! `makespan serve`: the app over the runs of the store, for browsers and programs.

mod watch;

use std::io::Write as _;
use std::sync::Arc;

use makespan_server::{Contents, OpenWriter, SessionLimits, Settings, Tokens};
use makespan_store::Store;

use crate::alerting::Alerting;
use crate::args::ServeArgs;
use crate::config::Config;
use crate::dist;
use crate::failure::Failure;
use crate::open::{announce, failed};
use crate::stored::Address;
use watch::Watch;

/// Serves until interrupted or terminated.
pub(crate) fn run(args: &ServeArgs, config: Config) -> Result<(), Failure> {
    if !dist::is_there() {
        let _ = writeln!(std::io::stderr(), "makespan: {}", dist::MISSING);
    }
    let tokens = args.tokens.clone().map(Tokens::open).transpose().map_err(Failure::Usage)?;
    let address = Address::new(&config)?;
    let store: Arc<dyn Store> = Arc::from(address.open()?);
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

/// The store, opened once more and with what its inbox held taken in, if it is one on a disk.
fn opened_anew(address: &Address) -> Option<Box<dyn Store>> {
    if address.is_on_disk() { address.try_open().ok() } else { None }
}
