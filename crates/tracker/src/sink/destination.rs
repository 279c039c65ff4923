//! Where a tracker records to, and whether a server gets it too.

use super::{FileSink, Paths, Sink};
use crate::recorder::AtEnd;

/// A sink, and what belongs to it.
pub(crate) struct Destination {
    pub(crate) sink: Box<dyn Sink>,
    /// The files of runs, if they are written to files.
    pub(crate) paths: Option<Paths>,
    pub(crate) at_end: Option<AtEnd>,
}

impl Destination {
    /// Returns a sink of the program's own, from which nothing is sent.
    pub(crate) fn sink(sink: Box<dyn Sink>) -> Destination {
        Destination { sink, paths: None, at_end: None }
    }

    /// Returns files that a server gets too, if the environment names one; not the run `within`, which its own recorder
    /// sends.
    #[cfg(feature = "server")]
    pub(crate) fn files(files: FileSink, within: Option<&str>) -> Destination {
        let paths = Some(files.paths());
        match super::shipped::start() {
            None => Destination { sink: Box::new(files), paths, at_end: None },
            Some((shipping, at_end)) => {
                let sink = super::shipped::Shipped::new(files, within, shipping);
                Destination { sink: Box::new(sink), paths, at_end: Some(at_end) }
            }
        }
    }

    /// Returns files; programs without the feature `server` send nothing.
    #[cfg(not(feature = "server"))]
    pub(crate) fn files(files: FileSink, within: Option<&str>) -> Destination {
        if within.is_none() {
            without_server();
        }
        let paths = Some(files.paths());
        Destination { sink: Box::new(files), paths, at_end: None }
    }

    /// Returns the outbox of the server that the environment names, if there is one.
    #[cfg(feature = "server")]
    pub(crate) fn server() -> Option<Destination> {
        let (shipping, at_end) = super::shipped::start()?;
        let spool = super::spool::Spool::new(shipping);
        let paths = Some(spool.paths());
        Some(Destination { sink: Box::new(spool), paths, at_end: Some(at_end) })
    }

    #[cfg(not(feature = "server"))]
    pub(crate) fn server() -> Option<Destination> {
        without_server();
        None
    }
}

/// Reports once that nothing is sent to a server that the environment names.
#[cfg(not(feature = "server"))]
fn without_server() {
    use std::io::Write as _;
    static ONCE: std::sync::Once = std::sync::Once::new();
    if std::env::var_os("MAKESPAN_SERVER").is_some_and(|server| !server.is_empty()) {
        ONCE.call_once(|| {
            let _ = writeln!(
                std::io::stderr(),
                "makespan: MAKESPAN_SERVER is set, but this program is built without the feature `server` of \
                 makespan-tracker; nothing is sent"
            );
        });
    }
}
