//! `makespan report`.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use makespan_analysis::Facts;
use makespan_export::{Format, export};
use makespan_redact::Redactor;
use makespan_report::{Options, Part, WARN_BYTES, html, with_pseudonyms, without_secrets};
use makespan_views::ViewState;

use crate::args::ReportArgs;
use crate::config::Config;
use crate::dist;
use crate::export::theme_named;
use crate::failure::Failure;
use crate::load::{Loaded, load};
use crate::output::{clean, print_data, tell_redacted, write_file};
use crate::summary::page;
use crate::terminal::Terminal;

/// The longest notes, bytes.
const MOST_NOTES: u64 = 1 << 20;

/// Writes the report and says on stderr what is worth knowing about it.
pub(crate) fn run(args: &ReportArgs, config: &Config) -> Result<(), Failure> {
    let mut loaded = load(&args.input(), config)?;
    if args.pseudonymise {
        let runs: Vec<_> = loaded.iter().map(|one| one.run.clone()).collect();
        for (one, run) in loaded.iter_mut().zip(with_pseudonyms(&runs)) {
            one.run = run;
        }
    }
    if let Some(form) = form_of(&args.output) {
        return write_file(&args.output, as_text(&loaded, form, args.no_redact)?.as_bytes());
    }
    let runs: Vec<_> = loaded.into_iter().map(|l| l.run).collect();
    let parts = if args.sections.is_empty() { Part::ALL.to_vec() } else { args.sections.clone() };
    let notes = args.notes.as_deref().map(notes).transpose()?;
    let redact = args.redact || !args.no_redact;
    let view = view(args.view.as_deref(), args.theme.as_deref())?;
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

/// A report without pictures.
#[derive(Clone, Copy)]
enum Form {
    Text,
    Markdown,
}

/// The form that the name of a file stands for; `None` for a page.
fn form_of(output: &Path) -> Option<Form> {
    match output.extension()?.to_str()?.to_lowercase().as_str() {
        "txt" => Some(Form::Text),
        "md" | "markdown" => Some(Form::Markdown),
        _ => None,
    }
}

fn as_text(loaded: &[Loaded], form: Form, with_secrets: bool) -> Result<String, Failure> {
    let mut redactor = Redactor::default();
    let mut facts = |one: &Loaded| match with_secrets {
        true => Facts::new(one.run.clone()),
        false => Facts::new(without_secrets(&one.run, &mut redactor)),
    };
    let facts: Vec<(Facts, &str)> = loaded.iter().map(|one| (facts(one), one.format)).collect();
    tell_redacted(&redactor);
    Ok(match form {
        Form::Text => {
            let pages = facts.iter().map(|(facts, format)| page(facts, format, Terminal::of_file()));
            pages.collect::<Vec<_>>().join("\n")
        }
        Form::Markdown => {
            let runs: Vec<&Facts> = facts.iter().map(|(facts, _)| facts).collect();
            let exported = export(&runs, Format::Markdown, &makespan_export::Options::default());
            exported.map_err(|error| Failure::Refused(error.to_string()))?.text
        }
    })
}

/// The view that the report opens with, as the hash of a link: what stands behind the `#` of a link, in the theme.
fn view(link: Option<&str>, theme: Option<&str>) -> Result<Option<String>, Failure> {
    let mut view = ViewState::default();
    if let Some(link) = link {
        let hash = link.split_once('#').map_or(link, |(_, hash)| hash);
        if !hash.contains("view=") {
            return Err(Failure::Usage(
                "--view: the link names no view; copy one from the app (Y)".to_owned(),
            ));
        }
        view = makespan_views::decode(hash).map_err(|error| Failure::Usage(format!("--view: {error}")))?;
        if theme.is_none() {
            return Ok(Some(hash.to_owned()));
        }
    }
    let Some(theme) = theme else { return Ok(None) };
    view.theme = Some(theme_named(theme)?.name.to_owned());
    Ok(Some(makespan_views::encode(&view)))
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
