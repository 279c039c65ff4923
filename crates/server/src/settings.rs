//! How a server is set up, and why it could not be started.

use std::net::{IpAddr, SocketAddr};

use crate::net::token::Tokens;

/// How a server is reached, and by whom.
#[derive(Debug)]
pub struct Settings {
    /// The address to listen on; a loopback address by default.
    pub bind: IpAddr,
    /// The port, 0 for any free one.
    pub port: u16,
    /// Other authorities (`name:port`) that it answers to: its name in a network, or that of a proxy in front.
    pub hosts: Vec<String>,
    /// Who may read and write. Without any, everybody may who reaches the address.
    pub tokens: Option<Tokens>,
    /// What every path begins with, if only whoever was told the address may ask: every user of a machine can connect to
    /// its loopback address.
    pub path_token: Option<String>,
    /// Whether an address that other machines reach may be listened on without tokens.
    pub is_open: bool,
}

/// Why a server could not be started, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError<E> {
    /// Other machines could read and write everything.
    #[error(
        "{0} can be reached from other machines: name a file of tokens with --tokens, or pass --insecure to let \
         everybody read and write"
    )]
    NoToken(IpAddr),
    /// The port cannot be listened on.
    #[error("cannot listen on {place}: {source}; choose another port with --port, or 0 for any free one")]
    Port {
        /// The address and the port.
        place: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system refused something else.
    #[error("the server stopped: {0}")]
    System(std::io::Error),
    /// What whoever started it said once it was reachable.
    #[error("the server was stopped by its owner")]
    Started(E),
}
