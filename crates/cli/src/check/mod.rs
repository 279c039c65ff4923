//! `makespan check`: runs against rules and earlier runs, with an exit code that CI systems obey.

mod history;
mod outcome;
mod sarif;
mod written;

pub(crate) use written::CheckDocument;

use std::io::Write as _;

use makespan_analysis::{Facts, Verdict};

use crate::args::{CheckArgs, CheckFormat, Input};
use crate::config::Config;
use crate::config::settings::CHECK_RULES;
use crate::failure::Failure;
use crate::load::load;
use crate::output::{inert_json, print, print_foreign, write_file};
use crate::terminal::Terminal;
use outcome::{Checked, Outcome, distinguish, section, worst};

/// Exit code if a check could not be made.
const NOT_JUDGED: u8 = 2;

/// Checks runs; the exit code is the verdict.
pub(crate) fn run(args: &CheckArgs, config: &Config) -> Result<u8, Failure> {
    let gates = if args.rules.is_empty() { config.value(None, &CHECK_RULES)? } else { args.rules.clone() };
    if let Some(gate) = gates.iter().find(|gate| gate.needs_baseline() && args.baseline.is_empty()) {
        return Err(Failure::Usage(format!("the rule `{gate}` needs earlier runs: add --baseline RUNS")));
    }
    let facts = |input: &Input| -> Result<Vec<Facts>, Failure> {
        Ok(load(input, config)?.into_iter().map(|loaded| Facts::new(loaded.run)).collect())
    };
    let read = facts(&args.input).and_then(|runs| {
        let baseline = Input { files: args.baseline.clone(), ..args.input.clone() };
        let baseline = if args.baseline.is_empty() { Vec::new() } else { facts(&baseline)? };
        Ok((runs, baseline))
    });
    let (runs, baseline) = match read {
        Ok(read) => read,
        // What cannot be read cannot be judged, which is not the same as violated.
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "makespan: {failure}");
            return Ok(NOT_JUDGED);
        }
    };
    let mut all: Vec<Checked> = runs
        .iter()
        .map(|facts| Checked {
            id: facts.run().id.clone(),
            title: facts.run().title().to_owned(),
            outcomes: gates.iter().map(|gate| Outcome::of(gate, facts, &baseline)).collect(),
        })
        .collect();
    if !baseline.is_empty() {
        let outcome = history::judged(&runs, &baseline, args.tolerance);
        all.push(Checked { id: String::new(), title: "Baseline".to_owned(), outcomes: vec![outcome] });
    }
    let verdict = worst(all.iter().flat_map(|c| &c.outcomes));
    // In the JSON they differ in their ids.
    if !args.json {
        distinguish(&mut all);
    }
    write(args, &all)?;
    Ok(match verdict {
        Verdict::Ok => 0,
        Verdict::Violated => 1,
        Verdict::Unknown => NOT_JUDGED,
    })
}

fn write(args: &CheckArgs, all: &[Checked]) -> Result<(), Failure> {
    let text = match args.format {
        _ if args.json => inert_json(&written::json(all)),
        CheckFormat::Text => {
            let sections: Vec<_> = all.iter().filter_map(section).collect();
            let terminal = if args.output.is_some() { Terminal::of_file() } else { Terminal::of_stdout() };
            format!("{}\n{}\n", terminal.sections(&sections).trim_start(), written::counted_verdicts(all))
        }
        CheckFormat::Markdown => written::markdown(all),
        CheckFormat::Junit => written::junit(all),
        CheckFormat::Github => written::github(all),
        CheckFormat::Sarif => inert_json(&sarif::sarif(all, &args.input.files)),
    };
    match &args.output {
        Some(path) if path.as_os_str() != "-" => write_file(path, text.as_bytes()),
        _ if args.format == CheckFormat::Text || args.json => print(&text),
        _ => print_foreign(&text),
    }
}
