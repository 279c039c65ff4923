//! `makespan report`.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use makespan_report::{Options, Part, WARN_BYTES, html};

use crate::args::ReportArgs;
use crate::config::Config;
use crate::dist;
use crate::failure::Failure;
use crate::load::load;
use crate::output::{clean, print_data, write_file};

/// The longest notes, bytes.
const MOST_NOTES: u64 = 1 << 20;

/// Writes the report and says on stderr what is worth knowing about it.
pub(crate) fn run(args: &ReportArgs, config: &Config) -> Result<(), Failure> {
    let runs: Vec<_> = load(&args.input, config)?.into_iter().map(|l| l.run).collect();
    let parts = if args.sections.is_empty() { Part::ALL.to_vec() } else { args.sections.clone() };
    let notes = args.notes.as_deref().map(notes).transpose()?;
    let redact = args.redact || !args.no_redact;
    let view = args.view.as_deref().map(view).transpose()?;
    let options = Options { title: args.title.clone(), redact, notes, view, parts };
    let assets = dist::assets().filter(|_| !args.without_app);
    let report = html(&runs, assets.as_ref(), &options)?;
    let mut notes = Vec::new();
    if assets.is_none() && !args.without_app {
        notes.push(format!("the report contains only the parts that need no scripts: {}", dist::MISSING));
    }
    if report.redacted.total() > 0 {
        notes.push(format!("{}; --no-redact keeps them", clean(&report.redacted.sentence())));
    }
    if report.html.len() > WARN_BYTES {
        notes.push(format!(
            "the report is {} MiB and opens slowly; `makespan export --format jsonl` makes a smaller file",
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

/// The view that a link names: what stands behind its `#`.
fn view(link: &str) -> Result<String, Failure> {
    let hash = link.split_once('#').map_or(link, |(_, hash)| hash);
    if !hash.contains("view=") {
        return Err(Failure::Usage("--view: the link names no view; copy one from the app (Y)".to_owned()));
    }
    makespan_views::decode(hash).map_err(|error| Failure::Usage(format!("--view: {error}")))?;
    Ok(hash.to_owned())
}

/// The notes in a file.
fn notes(path: &Path) -> Result<String, Failure> {
    let failed = |why: &str| Failure::Usage(format!("{}: {why}", clean(&path.to_string_lossy())));
    let mut text = String::new();
    let file = File::open(path).map_err(|error| failed(&error.to_string()))?;
    file.take(MOST_NOTES + 1).read_to_string(&mut text).map_err(|error| failed(&error.to_string()))?;
    if text.len() as u64 > MOST_NOTES {
        return Err(failed("notes may have at most 1 MiB"));
    }
    Ok(text)
}
