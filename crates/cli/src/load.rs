//! Files to runs, with a word on stderr about everything that was left out. What is not a file may be a run of the store.

use std::io::{ErrorKind, Write as _};
use std::sync::Arc;

use makespan_format::EventSink;
use makespan_import::{FileVerdict, Options, Source, Verdict, open, unpacked_name};
use makespan_model::{Run, RunsBuilder};
use makespan_scene::counted;

use crate::args::Input;
use crate::config::Config;
use crate::failure::Failure;
use crate::origin::{Origins, is_of};
use crate::output::clean;
use crate::stored::{bytes_of, name_of};
use crate::walk::{self, InputPlace, MOST_BYTES, Unreadable};
use crate::zone::TimeReading;

/// Maximum number of files whose problems are printed one by one.
const TOLD: usize = 20;

/// A run and where it came from.
pub(crate) struct Loaded {
    /// The run.
    pub(crate) run: Arc<Run>,
    /// Id of the importer that read it.
    pub(crate) format: &'static str,
}

/// The result of opening the files.
struct Opened {
    sources: Vec<Source>,
    /// The path of each source.
    shown: Vec<String>,
    files: Vec<FileVerdict>,
    unreadable: Vec<Unreadable>,
}

/// Reads everything that can be read.
///
/// # Errors
///
/// [`Failure::NothingRead`] where that is not a run at all.
pub(crate) fn load(input: &Input, config: &Config) -> Result<Vec<Loaded>, Failure> {
    let zone = time_reading(input, config)?;
    let mut fold = RunsBuilder::new();
    let opened = events(input, config, &zone, &mut fold);
    let (runs, early) = fold.finish();
    let nothing = runs.is_empty();
    warn(&opened, nothing);
    for d in early {
        let _ = writeln!(std::io::stderr(), "makespan: {}: {}", d.severity.name(), clean(&d.message));
    }
    if nothing {
        return Err(Failure::NothingRead);
    }
    let origins = Origins::new(&opened.sources, &opened.files, &Options { zone: &zone });
    Ok(runs.into_iter().map(|run| Loaded { format: origins.of(&run), run: Arc::new(run) }).collect())
}

/// Reads everything that can be read into a sink, which says afterwards whether that was nothing.
///
/// # Errors
///
/// [`Failure::NothingRead`] where it was.
pub(crate) fn load_events<S: EventSink>(
    input: &Input,
    config: &Config,
    sink: &mut S,
    is_nothing: fn(&S) -> bool,
) -> Result<(), Failure> {
    let zone = time_reading(input, config)?;
    let opened = events(input, config, &zone, sink);
    let nothing = is_nothing(sink);
    warn(&opened, nothing);
    if nothing { Err(Failure::NothingRead) } else { Ok(()) }
}

/// Returns how what files leave open is read.
fn time_reading(input: &Input, config: &Config) -> Result<TimeReading, Failure> {
    let zone = config.zone(input.zone.as_ref())?;
    Ok(TimeReading { zone, unit: input.unit, mapping: input.map.clone() })
}

fn events(input: &Input, config: &Config, zone: &TimeReading, sink: &mut dyn EventSink) -> Opened {
    let walked = walk::files(&input.files);
    walked.warn();
    let walk::Walked { files, mut unreadable, .. } = walked;
    let (mut sources, mut shown) = (Vec::new(), Vec::new());
    let mut left = MOST_BYTES;
    for file in files {
        match walk::read(&file.place, left) {
            Ok(bytes) => {
                left -= bytes.len() as u64;
                shown.push(file.shown());
                sources.push(Source::new(file.name, bytes));
            }
            // No file of that name: perhaps a run of that id.
            Err(error)
                if error.kind() == ErrorKind::NotFound
                    && let InputPlace::Path(path) = &file.place =>
            {
                match bytes_of(config, path) {
                    Ok(bytes) => {
                        shown.push(file.shown());
                        sources.push(Source::new(name_of(path), bytes));
                    }
                    Err(why) => unreadable.push((file.shown(), format!("{error}; {why}"))),
                }
            }
            Err(error) => unreadable.push((file.shown(), error.to_string())),
        }
    }
    let outcome = open(sources.clone(), &Options { zone }, sink);
    Opened { sources, shown, files: outcome.files, unreadable }
}

/// The name of each file by the path that leads there: files of different folders may have one name.
fn paths(opened: &Opened) -> Vec<String> {
    let is_in = |verdict: &FileVerdict, at: usize| {
        opened.sources.get(at).is_some_and(|source| is_of(verdict, source))
    };
    let (mut at, mut last) = (0, "");
    let mut all = Vec::with_capacity(opened.files.len());
    for verdict in &opened.files {
        // Verdicts come in the order of the sources; one name twice is a second file.
        let is_next = last == verdict.name && is_in(verdict, at + 1);
        if is_next || !is_in(verdict, at) {
            at = (at + 1..opened.sources.len()).find(|at| is_in(verdict, *at)).unwrap_or(at);
        }
        last = &verdict.name;
        let source = opened.sources.get(at).filter(|source| is_of(verdict, source));
        all.push(source.map_or_else(
            || verdict.name.clone(),
            |source| {
                let rest = verdict.name.strip_prefix(source.name.as_str());
                let rest = rest.or_else(|| verdict.name.strip_prefix(unpacked_name(&source.name)));
                format!("{}{}", opened.shown[at], rest.unwrap_or_default())
            },
        ));
    }
    all
}

/// Prints what was not read: for each file the problem, its place, and the formats tried.
fn warn(opened: &Opened, nothing: bool) {
    let word = if nothing { "error" } else { "warning" };
    let mut lines: Vec<String> = (opened.unreadable.iter().take(TOLD))
        .map(|(name, why)| format!("makespan: {word}: {} cannot be read: {}\n", clean(name), clean(why)))
        .collect();
    let mut count = opened.unreadable.len();
    let paths = paths(opened);
    for (file, path) in opened.files.iter().zip(&paths).filter(|(f, _)| f.kind != Verdict::Read) {
        count += 1;
        if lines.len() >= TOLD {
            continue;
        }
        let unknown = file.kind == Verdict::NotRecognised;
        let why = if unknown {
            format!("{path}: not recognised: {}", file.reason)
        } else {
            let text = file.to_string();
            format!("{path}{}", text.strip_prefix(&file.name).unwrap_or(&text))
        };
        let word = if file.kind == Verdict::Unused && !nothing { "note" } else { word };
        let mut text = format!("makespan: {word}: {}\n", clean(&why));
        // Where other files could be read, that none of the formats fits says enough.
        if nothing && unknown {
            for (id, why) in &file.tried {
                text.push_str(&format!("  tried {id}: {}\n", clean(why)));
            }
        }
        lines.push(text);
    }
    let mut err = std::io::stderr().lock();
    for line in &lines {
        let _ = err.write_all(line.as_bytes());
    }
    if count > lines.len() {
        let _ = writeln!(err, "makespan: {word}: {} not read", counted(count - lines.len(), "more file"));
    }
}
