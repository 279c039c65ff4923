//! `makespan report`.

use std::io::Write as _;

use makespan_report::{Options, WARN_BYTES, html};

use crate::args::ReportArgs;
use crate::config::Config;
use crate::dist;
use crate::failure::Failure;
use crate::load::load;
use crate::output::{clean, print_data, write_file};

/// Writes the report and says on stderr what is worth knowing about it.
pub(crate) fn run(args: &ReportArgs, config: &Config) -> Result<(), Failure> {
    let runs: Vec<_> = load(&args.input, config)?.into_iter().map(|l| l.run).collect();
    let options = Options { title: args.title.clone(), redact: args.redact || !args.no_redact };
    let assets = dist::assets();
    let report = html(&runs, assets.as_ref(), &options)?;
    let mut notes = Vec::new();
    if assets.is_none() {
        notes.push(format!("the report holds only what needs no script: {}", dist::MISSING));
    }
    if report.redacted.total() > 0 {
        notes.push(format!("{}; --no-redact keeps them", clean(&report.redacted.sentence())));
    }
    if report.html.len() > WARN_BYTES {
        notes.push(format!(
            "the report is of {} MiB and opens slowly; `makespan export --format jsonl` makes a smaller file",
            report.html.len() >> 20
        ));
    }
    for note in notes {
        let _ = writeln!(std::io::stderr(), "makespan: {note}");
    }
    if args.output.as_os_str() == "-" {
        return print_data(report.html.as_bytes());
    }
    write_file(&args.output, report.html.as_bytes())
}
