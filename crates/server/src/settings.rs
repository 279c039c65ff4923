//! Settings of a server, and reasons why it could not be started.

use std::net::{IpAddr, SocketAddr};

use crate::net::token::Tokens;
use crate::sessions::SessionLimits;

/// The address of a server, and who may access it.
#[derive(Debug)]
pub struct Settings {
    /// The address to listen on; a loopback address by default.
    pub bind: IpAddr,
    /// The port, 0 for any free one.
    pub port: u16,
    /// Additional authorities (`name:port`) to accept: the server's name in a network, or that of a proxy in front.
    pub hosts: Vec<String>,
    /// Access tokens. Without them, anyone who can reach the address may read and write.
    pub tokens: Option<Tokens>,
    /// A secret prefix of every path, so that only clients that know the address have access: every user of a machine can
    /// connect to its loopback address.
    pub path_token: Option<String>,
    /// Limits of the runs that are held open for browsers.
    pub sessions: SessionLimits,
    /// Whether to listen without tokens on an address that other machines can reach.
    pub is_open: bool,
}

/// The reason why a server could not be started, or has stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError<E> {
    /// Other machines could read and write everything, because there are no tokens.
    #[error(
        "{0} can be reached from other machines: name a file of tokens with --tokens, or pass --insecure to let \
         everybody read and write"
    )]
    NoToken(IpAddr),
    /// The address or port cannot be used.
    #[error("cannot listen on {place}: {source}; choose another port with --port, or 0 for any free one")]
    Port {
        /// The address and the port.
        place: SocketAddr,
        /// The error of the system.
        source: std::io::Error,
    },
    /// Another error of the system.
    #[error("the server stopped: {0}")]
    System(std::io::Error),
    /// The error returned by the function that was called at the start.
    #[error("the server was stopped by its owner")]
    Started(E),
}
