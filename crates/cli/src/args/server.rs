//! Verbs about watching runs.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::date::Length;

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
The server answers on this machine only, unless --bind names another address; then it needs --tokens. docs/server.md \
describes its addresses, from /api/v1/runs to /metrics.")]
pub(crate) struct ServeArgs {
    /// Port to listen on, 0 for any free one
    #[arg(long, default_value_t = 7979)]
    pub(crate) port: u16,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) bind: IpAddr,
    /// Another name to answer to, as in the Host header: name or name:port; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Vec<String>,
    /// A file of tokens: a line is `read TOKEN`, `ingest TOKEN` or `all TOKEN`; changes take effect at once
    #[arg(long, value_name = "FILE")]
    pub(crate) tokens: Option<PathBuf>,
    /// Listen without tokens on an address that other machines can reach
    #[arg(long)]
    pub(crate) insecure: bool,
    /// Store the runs of this folder as their files appear and grow; may be given several times
    #[arg(long, value_name = "FOLDER")]
    pub(crate) watch: Vec<PathBuf>,
    /// Print the address only
    #[arg(long)]
    pub(crate) no_browser: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct MonitorArgs {
    /// Id of the run; without one, the runs that go on are listed
    pub(crate) run: Option<String>,
    /// Time between two looks: 500ms, 2s
    #[arg(long, value_name = "LENGTH", default_value = "2s")]
    pub(crate) interval: Length,
    /// Print once and exit
    #[arg(long)]
    pub(crate) once: bool,
}
