//! `makespan mcp`: the verbs that read, for assistants, by the Model Context Protocol on standard input and output. Each
//! tool calls a verb of this program and returns what it prints, so that an assistant reads what a person would read.

mod called;
mod cut;
mod inputs;
mod listed;
mod places;
mod server;
mod tools;

use std::io;

use rmcp::ServiceExt as _;
use rmcp::transport::stdio;

use crate::args::McpArgs;
use crate::failure::Failure;
use called::Verbs;
use places::Places;
use server::Tools;

/// Serves until standard input ends.
///
/// # Errors
///
/// Fails when a folder does not exist, or the protocol cannot be started.
pub(crate) fn run(args: &McpArgs, store: Option<&str>) -> Result<(), Failure> {
    let places = Places::new(&args.folders).map_err(Failure::Usage)?;
    let verbs = Verbs::new(store, args.timeout.as_duration()).map_err(failed)?;
    let most = usize::try_from(args.max_bytes.0).unwrap_or(usize::MAX);
    let tools = Tools::new(places, verbs, most);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(failed)?;
    let served = runtime.block_on(async {
        // A client may leave before it has sent anything; that is not an error.
        let Ok(service) = tools.serve(stdio()).await else { return Ok(()) };
        service.waiting().await.map(|_| ())
    });
    // A verb that still runs is ended with its task; a pending read of standard input is not waited for.
    runtime.shutdown_background();
    served.map_err(|error| failed(io::Error::other(error)))
}

fn failed(error: io::Error) -> Failure {
    Failure::Serve(format!("cannot serve the Model Context Protocol: {error}"))
}
