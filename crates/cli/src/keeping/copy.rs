//! `makespan copy`: runs from one store into another, with all that belongs to them.

use std::io::Write as _;

use makespan_scene::{count, counted};
use makespan_store::{OnDamage, all_runs, copy};

use super::import::{Transfer, TransferDocument};
use crate::args::CopyArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{clean, print, print_json};
use crate::stored::{Address, damage, patiently, state_of};

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
    let on_damage = if args.damaged { OnDamage::Accept } else { OnDamage::Refuse };
    let mut refused = 0;
    for run in runs {
        if damage::check(&from, &*source, &run.id)? && !args.damaged {
            refused += 1;
            continue;
        }
        let copied =
            patiently(to.wait(), || copy(&*source, &*target, &run.id, on_damage)).map_err(|error| {
                Failure::Store(format!(
                    "copying {} from {} to {}: {error}",
                    clean(&run.id),
                    from.shown(),
                    to.shown()
                ))
            })?;
        damage::report(&run.id, &copied.gaps);
        copied_runs.push((run.id, copied.events, copied.stored));
    }
    if args.runs.is_empty() {
        damage::report_all(&from, &*source)?;
    }
    if refused > 0 {
        let runs = counted(refused, "damaged run");
        let text = format!("{runs} not copied; --damaged copies what can be read");
        let _ = writeln!(std::io::stderr(), "makespan: error: {text}");
    }
    if args.json {
        let run = |(run, events, stored)| Transfer { run, events, stored };
        return print_json(&TransferDocument { runs: copied_runs.into_iter().map(run).collect() });
    }
    let mut out = String::new();
    for (id, events, stored) in &copied_runs {
        out.push_str(&format!("{}: {} new of {}\n", clean(id), count(*stored), counted(*events, "event")));
    }
    out.push_str(&format!("copied {} to {}\n", counted(copied_runs.len(), "run"), to.shown()));
    print(&out)
}
