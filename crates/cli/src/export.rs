//! `makespan export`: runs of files and of the store in the formats of other programs and our own; `extract`, which is
//! the same for reports, and `convert`, which it was called for files.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Read as _, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use makespan_analysis::{DateRange, Facts, RunFigures};
use makespan_export::{
    ExportError, Exported, Format, Options, document, export, parquet, perfetto, png, rasterise,
};
use makespan_format::{read_line, write_line};
use makespan_model::Run;
use makespan_redact::Redactor;
use makespan_report::{Options as Report, html, without_secrets};
use makespan_scene::{Theme, counted};
use makespan_store::{EventRange, Store};
use serde_json::Value;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::args::{ConvertArgs, DrawArgs, ExportArgs, ExportFormat, ExtractArgs, Input};
use crate::config::Config;
use crate::failure::Failure;
use crate::load::load;
use crate::output::{clean, print_data, print_foreign, tell_redacted, write_file};
use crate::pdf::printed;
use crate::stored::{Address, all_runs_of, damage, id_of, lines_of, state_of};

/// Maximum size of an SVG to draw, bytes.
const LARGEST_SVG: u64 = 64 << 20;

/// A run as the lines of its events.
struct Lines {
    id: String,
    /// In a file the first line names the run, in a document ([`is_document`]) that stands elsewhere.
    text: String,
}

/// Returns whether a format of events is one document of all runs.
fn is_document(format: ExportFormat) -> bool {
    matches!(format, ExportFormat::Yaml | ExportFormat::Of(Format::Json))
}

/// Writes runs in the format that was asked for.
pub(crate) fn run(args: &ExportArgs, config: &Config) -> Result<(), Failure> {
    let format = args.format().map_err(|ending| {
        Failure::Usage(format!("unknown file extension .{}; choose a format with --format", clean(&ending)))
    })?;
    let mut redactor = args.redact.then(Redactor::default);
    let bytes = match format {
        ExportFormat::Of(format) if !matches!(format, Format::Json | Format::Jsonl) => {
            exported(args, format, config, redactor.as_mut())?.into_bytes()
        }
        ExportFormat::Pdf => {
            let chosen = chosen(args, facts(&args.input, config, redactor.as_mut())?, config)?;
            let runs: Vec<_> = chosen.iter().map(Facts::shared_run).collect();
            // Secrets are gone already where that was asked for, as in every other format.
            let report = html(&runs, None, &Report { redact: false, ..Report::default() })?;
            printed(&report.html)?
        }
        ExportFormat::Perfetto => {
            let chosen = chosen(args, facts(&args.input, config, redactor.as_mut())?, config)?;
            let mut notes = Vec::new();
            let bytes = perfetto(&chosen.iter().collect::<Vec<_>>(), &mut notes);
            warn(&notes);
            bytes
        }
        ExportFormat::Png => {
            let chosen = chosen(args, facts(&args.input, config, redactor.as_mut())?, config)?;
            let (options, mut notes) = (options(args)?, Vec::new());
            let bytes = png(&chosen.iter().collect::<Vec<_>>(), &options, args.scale, &mut notes);
            warn(&notes);
            bytes.map_err(refused)?
        }
        ExportFormat::Parquet => {
            let chosen = chosen(args, facts(&args.input, config, redactor.as_mut())?, config)?;
            parquet(&chosen.iter().collect::<Vec<_>>(), args.table.into()).map_err(refused)?
        }
        _ => written(&lines(args, format, config, redactor.as_mut())?, format)?,
    };
    if let Some(redactor) = &redactor {
        tell_redacted(redactor);
    }
    save(args.output.as_deref(), format, &bytes)
}

/// Writes the events within reports.
pub(crate) fn extract(args: &ExtractArgs, config: &Config) -> Result<(), Failure> {
    let lines = folded(&args.input, config)?;
    let jsonl = ExportFormat::Of(Format::Jsonl);
    save(args.output.as_deref(), jsonl, &written(&lines, jsonl)?)
}

/// The verb's former name for files: runs are read, folded and written again.
pub(crate) fn convert(args: &ConvertArgs, config: &Config) -> Result<(), Failure> {
    let format = ExportFormat::Of(args.to);
    let mut redactor = args.redact.then(Redactor::default);
    let facts = facts(&args.input, config, redactor.as_mut())?;
    let text = match args.to {
        Format::Json | Format::Jsonl => {
            written(&facts.iter().map(|facts| of_run(facts.run())).collect::<Vec<_>>(), format)?
        }
        other => text(&facts, other, &Options::default())?.into_bytes(),
    };
    if let Some(redactor) = &redactor {
        tell_redacted(redactor);
    }
    save(args.output.as_deref(), format, &text)
}

/// Draws the SVG on standard input.
pub(crate) fn draw(args: &DrawArgs) -> Result<(), Failure> {
    let (mut svg, mut notes) = (String::new(), Vec::new());
    let read = io::stdin().take(LARGEST_SVG + 1).read_to_string(&mut svg);
    read.map_err(|error| Failure::Refused(format!("cannot read the SVG: {error}")))?;
    if svg.len() as u64 > LARGEST_SVG {
        return Err(Failure::Refused(format!("the SVG has more than {} MiB", LARGEST_SVG >> 20)));
    }
    let bytes = rasterise(&svg, args.scale, &mut notes);
    warn(&notes);
    save(args.output.as_deref(), ExportFormat::Png, &bytes.map_err(refused)?)
}

fn save(output: Option<&Path>, format: ExportFormat, bytes: &[u8]) -> Result<(), Failure> {
    match output {
        Some(path) if path.as_os_str() != "-" => write_file(path, bytes),
        _ if format.is_binary() && io::stdout().is_terminal() => {
            Err(Failure::Usage("a terminal cannot show binary data; name a file with -o".to_owned()))
        }
        _ if format.is_binary() => print_data(bytes),
        _ => print_foreign(&String::from_utf8_lossy(bytes)),
    }
}

fn failed(error: io::Error) -> Failure {
    Failure::Write { path: "the export".into(), source: error }
}

/// The runs that were asked for, in a format that is made of their facts.
fn exported(
    args: &ExportArgs,
    format: Format,
    config: &Config,
    redactor: Option<&mut Redactor>,
) -> Result<String, Failure> {
    let chosen = chosen(args, facts(&args.input, config, redactor)?, config)?;
    text(&chosen, format, &options(args)?)
}

fn options(args: &ExportArgs) -> Result<Options, Failure> {
    let theme = theme_named(&args.theme)?;
    Ok(Options { table: args.table.into(), csv_raw: args.csv_raw, picture: args.view.into(), theme })
}

/// Returns the theme with a name.
pub(crate) fn theme_named(name: &str) -> Result<Theme, Failure> {
    Theme::named(name).ok_or_else(|| {
        let known: Vec<&str> = Theme::all().iter().map(|t| t.name).collect();
        Failure::Usage(format!("unknown theme {}; valid themes: {}", clean(name), known.join(", ")))
    })
}

fn refused(error: ExportError) -> Failure {
    Failure::Refused(match error {
        ExportError::OneRun(..) => format!("{error} with --run N, counted from 1"),
        other => other.to_string(),
    })
}

fn text(runs: &[Facts], format: Format, options: &Options) -> Result<String, Failure> {
    let runs: Vec<&Facts> = runs.iter().collect();
    let Exported { text, notes } = export(&runs, format, options).map_err(refused)?;
    warn(&notes);
    Ok(text)
}

/// Prints what a format cannot represent.
fn warn(notes: &[String]) {
    for note in notes {
        let _ = writeln!(io::stderr(), "makespan: {}", clean(note));
    }
}

/// The runs of the files, or all of the store if no file is named.
pub(crate) fn runs_of(input: &Input, config: &Config) -> Result<Vec<Arc<Run>>, Failure> {
    if !input.files.is_empty() {
        return Ok(load(input, config)?.into_iter().map(|loaded| loaded.run).collect());
    }
    let address = Address::new(config)?;
    let Some(store) = address.open_existing()? else {
        return Err(Failure::Refused(format!("there is no store {}", address.shown())));
    };
    Ok(all_runs_of(&address, &*store)?.into_iter().map(Arc::new).collect())
}

fn facts(input: &Input, config: &Config, redactor: Option<&mut Redactor>) -> Result<Vec<Facts>, Failure> {
    let runs = runs_of(input, config)?.into_iter();
    Ok(match redactor {
        None => runs.map(Facts::new).collect(),
        Some(redactor) => runs.map(|run| Facts::new(without_secrets(&run, redactor))).collect(),
    })
}

/// Returns the runs within the dates, and of these the one with the given number.
fn chosen(args: &ExportArgs, all: Vec<Facts>, config: &Config) -> Result<Vec<Facts>, Failure> {
    let zone = &config.zone(args.input.zone.as_ref())?;
    let range = DateRange { from: args.from.map(|d| d.start(zone)), to: args.to.map(|d| d.end(zone)) };
    let started = |facts: &Facts| RunFigures::of(&facts.shared_run()).started;
    let within = |facts: &Facts| range.is_open() || started(facts).is_some_and(|t| range.contains(t));
    let mut those: Vec<Facts> = all.into_iter().filter(within).collect();
    let Some(number) = args.run else { return Ok(those) };
    let count = those.len();
    if number == 0 || number > count {
        return Err(Failure::NoSuchRun { number, count });
    }
    Ok(vec![those.swap_remove(number - 1)])
}

/// The events of what was asked for: of runs of the store as they are kept there, of anything else as it was read.
fn lines(
    args: &ExportArgs,
    format: ExportFormat,
    config: &Config,
    mut redactor: Option<&mut Redactor>,
) -> Result<Vec<Lines>, Failure> {
    let is_file = |path: &PathBuf| path.as_os_str() == "-" || path.exists();
    let ids: Option<Vec<&str>> = args.input.files.iter().map(|path| id_of(path)).collect();
    let Some(ids) =
        ids.filter(|ids| !ids.is_empty() && !args.chooses() && !args.input.files.iter().any(is_file))
    else {
        let chosen = chosen(args, facts(&args.input, config, redactor)?, config)?;
        return Ok(chosen.iter().map(|facts| of_run(facts.run())).collect());
    };
    let address = Address::new(config)?;
    let store = address.open_with(ids.first().copied().unwrap_or_default())?;
    for id in &ids {
        state_of(&address, &*store, id)?;
    }
    ids.iter().map(|id| of_store(&address, &*store, id, format, redactor.as_deref_mut())).collect()
}

fn folded(input: &Input, config: &Config) -> Result<Vec<Lines>, Failure> {
    Ok(load(input, config)?.iter().map(|loaded| of_run(&loaded.run)).collect())
}

fn of_run(run: &Run) -> Lines {
    Lines { id: run.id.clone(), text: run.to_jsonl() }
}

fn of_store(
    address: &Address,
    store: &dyn Store,
    id: &str,
    format: ExportFormat,
    redactor: Option<&mut Redactor>,
) -> Result<Lines, Failure> {
    let mut text = String::new();
    if is_document(format) {
        let read = store.read(id, EventRange::All, &mut |record| {
            text.push_str(record.line);
            text.push('\n');
            ControlFlow::Continue(())
        });
        damage::report(id, &read.map_err(|error| address.failed(error))?);
    } else {
        let file = lines_of(store, id).map_err(|error| address.failed(error))?;
        text = String::from_utf8_lossy(&file).into_owned();
    }
    let Some(redactor) = redactor else { return Ok(Lines { id: id.to_owned(), text }) };
    let mut unknown = 0;
    let text = text.lines().map(|line| line_without_secrets(line, redactor, &mut unknown)).collect();
    if unknown > 0 {
        let text = format!("run {id}: left out {} unknown to this version", counted(unknown, "member"));
        let _ = writeln!(io::stderr(), "makespan: warning: {}", clean(&text));
    }
    Ok(Lines { id: redactor.name("id", Cow::Borrowed(id)).into_owned(), text })
}

/// The line of an event without the secrets in it. What is not an event is searched as JSON or as text; members that
/// this version does not know are left out and counted.
fn line_without_secrets(line: &str, redactor: &mut Redactor, unknown: &mut u64) -> String {
    let mut out = String::new();
    match read_line(line.as_bytes()) {
        Ok(read) => {
            *unknown += u64::from(read.unknown);
            write_line(&redactor.event(read.event), &mut out);
        }
        Err(_) => {
            out.push_str(&redactor.json("line", line, None));
            out.push('\n');
        }
    }
    out
}

/// Events in one of the formats that hold them.
fn written(runs: &[Lines], format: ExportFormat) -> Result<Vec<u8>, Failure> {
    let file = || runs.iter().map(|run| run.text.as_str()).collect::<String>();
    let document = || document(runs.iter().map(|run| (run.id.as_str(), run.text.as_str())));
    Ok(match format {
        ExportFormat::JsonlGz => {
            let mut packed = GzEncoder::new(Vec::new(), Compression::default());
            let written = packed.write_all(file().as_bytes());
            written.and_then(|()| packed.finish()).map_err(failed)?
        }
        ExportFormat::Yaml => {
            let value: Value = serde_json::from_str(&document()).map_err(|error| failed(error.into()))?;
            serde_saphyr::to_string(&value).map_err(|error| failed(io::Error::other(error)))?.into_bytes()
        }
        ExportFormat::Of(Format::Json) => document().into_bytes(),
        // Every other format is made of facts.
        _ => file().into_bytes(),
    })
}
