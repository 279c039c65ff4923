//! `makespan copy`: runs from one store into another, with all that belongs to them.

use makespan_scene::{count, counted};
use makespan_store::{all_runs, copy};
use serde_json::json;

use crate::args::CopyArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{clean, inert_json, print};
use crate::stored::{Address, patiently, state_of};

/// Copies runs; all of them where none is named.
pub(crate) fn run(args: &CopyArgs, config: &Config) -> Result<(), Failure> {
    let from = match &args.from {
        Some(url) => Address::at(config, url)?,
        None => Address::new(config)?,
    };
    let to = Address::at(config, &args.to)?;
    if from.is_same(&to) {
        return Err(Failure::Usage(format!("{} cannot be copied into itself", from.shown())));
    }
    let Some(source) = from.open_existing()? else {
        return Err(Failure::Refused(format!("there is no store {}", from.shown())));
    };
    let mut runs = Vec::new();
    for id in &args.runs {
        runs.push(state_of(&from, &*source, id)?);
    }
    if args.runs.is_empty() {
        runs = all_runs(&*source).map_err(|error| from.failed(error))?;
    }
    let target = to.open()?;
    let mut copied_runs = Vec::new();
    for run in runs {
        let copied = patiently(to.wait(), || copy(&*source, &*target, &run.id)).map_err(|error| {
            Failure::Store(format!(
                "copying {} from {} to {}: {error}",
                clean(&run.id),
                from.shown(),
                to.shown()
            ))
        })?;
        copied_runs.push((run.id, copied.events, copied.stored));
    }
    if args.json {
        let run = |(id, events, stored): &(String, u64, u64)| json!({ "run": id, "events": events, "stored": stored });
        let document = json!({ "runs": copied_runs.iter().map(run).collect::<Vec<_>>() });
        let text = serde_json::to_string_pretty(&document).unwrap_or_default();
        return print(format!("{}\n", inert_json(&text)).as_bytes());
    }
    let mut out = String::new();
    for (id, events, stored) in &copied_runs {
        out.push_str(&format!("{}: {} new of {}\n", clean(id), count(*stored), counted(*events, "event")));
    }
    out.push_str(&format!("copied {} to {}\n", counted(copied_runs.len(), "run"), to.shown()));
    print(out.as_bytes())
}
