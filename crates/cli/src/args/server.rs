//! Options of the verbs that show runs while they grow.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use crate::config::setting::Size;
use crate::date::Length;

#[derive(Debug, ClapArgs)]
pub(crate) struct ServeArgs {
    /// Port to listen on; 0 picks any free port
    #[arg(long, default_value_t = 7979)]
    pub(crate) port: u16,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) bind: IpAddr,
    /// Additional host name to accept in the Host header: name or name:port (repeatable)
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Vec<String>,
    /// File of access tokens, one per line: `read TOKEN`, `ingest TOKEN` or `all TOKEN`
    #[arg(long, value_name = "FILE")]
    pub(crate) tokens: Option<PathBuf>,
    /// Allow --bind without --tokens: anyone who can reach the address may read and write
    #[arg(long)]
    pub(crate) insecure: bool,
    /// Store the runs of this folder as its files appear and grow (repeatable)
    #[arg(long, value_name = "FOLDER")]
    pub(crate) watch: Vec<PathBuf>,
    /// Memory for runs that are held open for browsers, such as 4 GB
    #[arg(long, value_name = "BYTES", default_value = "4 GB")]
    pub(crate) session_memory: Size,
    /// Print the address without opening a browser
    #[arg(long)]
    pub(crate) no_browser: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct LineageArgs {
    #[command(subcommand)]
    pub(crate) verb: LineageVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LineageVerb {
    /// Serve the addresses of Graflow's lineage API, as `makespan serve` does
    #[command(after_help = "Example:\n  makespan lineage serve --port 8765")]
    Serve(ServeArgs),
    /// List the newest runs that Graflow recorded
    #[command(after_help = "Example:\n  makespan lineage status")]
    Status,
    /// Move finished runs that Graflow recorded to the trash, except pinned ones
    #[command(after_help = "Example:\n  makespan lineage clear --yes")]
    Clear {
        /// Move the runs instead of only counting them
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct MonitorArgs {
    /// Id of the run [default: list the active runs]
    run: Option<String>,
    /// The same, as MoneyPrinterTurbo's monitor names it
    #[arg(long, value_name = "ID", conflicts_with = "run")]
    workflow_id: Option<String>,
    /// Time between updates, such as 500ms or 2s; a number without a unit is seconds
    #[arg(long, value_name = "LENGTH", default_value = "2s", value_parser = interval)]
    pub(crate) interval: Length,
    /// Print once and exit
    #[arg(long)]
    pub(crate) once: bool,
    /// Print the summary of the run when it has finished
    #[arg(long)]
    pub(crate) generate_report: bool,
}

/// Parses the time between updates.
fn interval(text: &str) -> Result<Length, &'static str> {
    let seconds = text.trim().bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if seconds { format!("{} s", text.trim()).parse() } else { text.parse() }
}

impl MonitorArgs {
    /// Returns the id of the run, if one is given.
    pub(crate) fn run(&self) -> Option<&str> {
        self.run.as_deref().or(self.workflow_id.as_deref())
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct McpArgs {
    /// Folders whose files may be read
    #[arg(value_name = "FOLDERS", default_value = ".")]
    pub(crate) folders: Vec<PathBuf>,
    /// Maximum size of an answer; lists are shortened to fit, and what is left out is counted
    #[arg(long, value_name = "BYTES", default_value = "100 kB")]
    pub(crate) max_bytes: Size,
    /// Maximum time for an answer, such as 30s or 2min
    #[arg(long, value_name = "LENGTH", default_value = "60s")]
    pub(crate) timeout: Length,
}
