//! Files that are sent to the server of `MAKESPAN_SERVER` too.
//!
//! The file of a run is the queue: the writer appends to it as without a server, and another thread reads it and sends it.
//! So no call waits for the network, and a program that is killed loses nothing: a note in the outbox names the file, and the
//! next program that records to this server sends the rest.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use makespan_ship::{Open, Server, Shipping};

use super::{Batch, FileSink, Sink};
use crate::contain::contained;
use crate::recorder::AtEnd;

/// Maximum number of bytes of a note in the outbox.
#[cfg(unix)]
const NOTE: u64 = 64 << 10;

/// Starts to send to the server that the environment names, and returns what the end of the program calls.
pub(super) fn start() -> Option<(Arc<Shipping>, AtEnd)> {
    let server = match Server::of_environment() {
        Ok(server) => server?,
        Err(problem) => {
            complain(&problem);
            return None;
        }
    };
    let address = server.address.clone();
    let started = Shipping::new(server, complain).and_then(|(shipping, worker)| {
        let work = move || {
            // Whatever fails there, the rest is sent by the next program.
            let _ = contained(|| worker.work());
        };
        std::thread::Builder::new().name("makespan-ship".to_owned()).spawn(work)?;
        Ok(Arc::new(shipping))
    });
    match started {
        Ok(shipping) => {
            let own = Arc::clone(&shipping);
            let at_end = move |limit: Duration| {
                if let Err(reason) = own.finish(limit) {
                    complain(&format!(
                        "not everything is sent to {address} yet ({reason}); the next program that sends to it sends the rest"
                    ));
                }
            };
            Some((shipping, Box::new(at_end)))
        }
        Err(error) => {
            complain(&format!("nothing is sent to {address}: {error}"));
            None
        }
    }
}

/// Writes a line to standard error.
pub(super) fn complain(text: &str) {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let _ = writeln!(io::stderr(), "makespan: {clean}");
}

/// Refuses a note if the system would end the program for writing it (SIGXFSZ).
#[cfg(unix)]
pub(super) fn may_write_note() -> io::Result<()> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Fsize).current;
    if limit.is_none_or(|limit| limit >= NOTE) { Ok(()) } else { Err(io::ErrorKind::FileTooLarge.into()) }
}

#[cfg(not(unix))]
pub(super) fn may_write_note() -> io::Result<()> {
    Ok(())
}

/// Writes files, and has them sent.
pub(super) struct Shipped {
    files: FileSink,
    shipping: Arc<Shipping>,
    /// A run that another program sends.
    within: Option<String>,
    /// The runs that are sent; `None` if that is not possible.
    runs: HashMap<String, Option<Open>>,
    has_complained: bool,
}

impl Shipped {
    pub(super) fn new(files: FileSink, within: Option<&str>, shipping: Arc<Shipping>) -> Shipped {
        let within = within.map(str::to_owned);
        Shipped { files, shipping, within, runs: HashMap::new(), has_complained: false }
    }

    /// Has a run sent from its next line on.
    fn add(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        let (file, length) = self.files.place_of(batch.run)?;
        let producer = format!("rust-{}", batch.producer);
        let added = may_write_note().and_then(|()| self.shipping.add(&producer, &file, batch.run, length));
        if let Err(error) = &added
            && !std::mem::replace(&mut self.has_complained, true)
        {
            let folder = self.shipping.folder().display();
            complain(&format!(
                "runs are recorded, but not sent to the server: cannot write to {folder}: {error}"
            ));
        }
        self.runs.insert(batch.run.to_owned(), added.ok());
        Ok(())
    }
}

impl Sink for Shipped {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        if self.within.as_deref() != Some(batch.run) && !self.runs.contains_key(batch.run) {
            self.add(batch)?;
        }
        self.files.write(batch)
    }

    fn sync(&mut self, run: &str) -> io::Result<()> {
        self.files.sync(run)
    }

    fn close(&mut self, run: &str) {
        self.files.close(run);
        self.runs.remove(run);
    }
}
