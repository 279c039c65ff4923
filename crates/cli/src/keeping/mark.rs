//! `makespan pin`, `unpin`, `rm` and `restore`.

use makespan_store::{Mark, RunState, Store};
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::{RemoveArgs, RunsArgs};
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{clean, print, print_json_line};
use crate::stored::{Address, damage, now, patiently, state_of};

/// The document of `--json` of the verbs `pin`, `unpin`, `rm` and `restore`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MarkDocument<'a> {
    runs: &'a [String],
    /// The action: `pinned`, `not pinned`, `in the trash`, `removed` or `restored`.
    done: &'a str,
}

/// Keeps runs from being removed, or no more.
pub(crate) fn pin(args: &RunsArgs, pinned: bool, config: &Config) -> Result<(), Failure> {
    let word = if pinned { "pinned" } else { "not pinned" };
    each(&args.runs, args.json, config, word, |_, _, _| Ok(()), &|store, id| {
        store.mark(id, &Mark::Pin(pinned))
    })
}

/// Takes runs out of the trash.
pub(crate) fn restore(args: &RunsArgs, config: &Config) -> Result<(), Failure> {
    each(&args.runs, args.json, config, "restored", |_, _, _| Ok(()), &|store, id| {
        store.mark(id, &Mark::Trash(None))
    })
}

/// Puts runs into the trash, or removes them for good.
pub(crate) fn remove(args: &RemoveArgs, config: &Config) -> Result<(), Failure> {
    let may = |address: &Address, store: &dyn Store, run: &RunState| {
        let refused = |why: &str| Err(Failure::Refused(format!("run {} is {why}", clean(&run.id))));
        if run.pinned {
            return refused("pinned: unpin it first");
        }
        if !args.damaged && damage::check(address, store, &run.id)? {
            return refused("damaged: re-run with --damaged to remove it");
        }
        if run.is_active() && !args.force {
            return refused("unfinished: re-run with --force to remove it");
        }
        Ok(())
    };
    let now = now();
    if args.for_good {
        each(&args.runs, args.json, config, "removed", may, &|store, id| store.delete(id))
    } else {
        let trash = |store: &dyn Store, id: &str| store.mark(id, &Mark::Trash(Some(now)));
        each(&args.runs, args.json, config, "in the trash", may, &trash)
    }
}

/// Does something to all runs, if it may be done to each; to none where it may not.
fn each(
    runs: &[String],
    as_json: bool,
    config: &Config,
    word: &str,
    may: impl Fn(&Address, &dyn Store, &RunState) -> Result<(), Failure>,
    act: &dyn Fn(&dyn Store, &str) -> Result<(), makespan_store::Error>,
) -> Result<(), Failure> {
    let address = Address::new(config)?;
    let store = address.open_with(runs.first().map_or("", String::as_str))?;
    for id in runs {
        may(&address, &*store, &state_of(&address, &*store, id)?)?;
    }
    let mut out = String::new();
    for id in runs {
        patiently(address.wait(), || act(&*store, id)).map_err(|error| address.failed(error))?;
        out.push_str(&format!("{}: {word}\n", clean(id)));
    }
    if as_json {
        return print_json_line(&MarkDocument { runs, done: word });
    }
    print(&out)
}
