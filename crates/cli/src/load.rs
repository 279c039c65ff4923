//! Files to runs, with a word on stderr about everything that was left out. What is not a file may be a run of the store.

use std::io::{ErrorKind, Write as _};
use std::sync::Arc;

use makespan_format::EventSink;
use makespan_import::{FileVerdict, Options, Source, Verdict, open};
use makespan_model::{Run, RunsBuilder};
use makespan_scene::counted;

use crate::args::Input;
use crate::config::Config;
use crate::failure::Failure;
use crate::origin::Origins;
use crate::output::clean;
use crate::stored::{bytes_of, name_of};
use crate::walk::{self, InputPlace, MOST_BYTES, Unreadable};
use crate::zone::TimeReading;

/// How many files are complained of one by one.
const TOLD: usize = 20;

/// A run and where it came from.
pub(crate) struct Loaded {
    /// The run.
    pub(crate) run: Arc<Run>,
    /// Id of the importer that read it.
    pub(crate) format: &'static str,
}

/// What became of the files.
struct Opened {
    sources: Vec<Source>,
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
    tell(&opened, nothing);
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
    tell(&opened, nothing);
    if nothing { Err(Failure::NothingRead) } else { Ok(()) }
}

/// Returns how what files leave open is read.
fn time_reading(input: &Input, config: &Config) -> Result<TimeReading, Failure> {
    let zone = config.zone(input.zone.as_ref())?;
    Ok(TimeReading { zone, unit: input.unit, mapping: input.map.clone() })
}

fn events(input: &Input, config: &Config, zone: &TimeReading, sink: &mut dyn EventSink) -> Opened {
    let walked = walk::files(&input.files);
    walked.tell();
    let walk::Walked { files, mut unreadable, .. } = walked;
    let mut sources = Vec::new();
    let mut left = MOST_BYTES;
    for file in files {
        match walk::read(&file.place, left) {
            Ok(bytes) => {
                left -= bytes.len() as u64;
                sources.push(Source::new(file.name, bytes));
            }
            // No file of that name: perhaps a run of that id.
            Err(error)
                if error.kind() == ErrorKind::NotFound
                    && let InputPlace::Path(path) = &file.place =>
            {
                match bytes_of(config, path) {
                    Ok(bytes) => sources.push(Source::new(name_of(path), bytes)),
                    Err(why) => unreadable.push((file.name, format!("{error}, and {why}"))),
                }
            }
            Err(error) => unreadable.push((file.name, error.to_string())),
        }
    }
    let outcome = open(sources.clone(), &Options { zone }, sink);
    Opened { sources, files: outcome.files, unreadable }
}

/// Says what was not read: of each file what is wrong with it, where, and what was tried.
fn tell(Opened { files, unreadable, .. }: &Opened, nothing: bool) {
    let word = if nothing { "error" } else { "warning" };
    let mut lines: Vec<String> = unreadable
        .iter()
        .map(|(name, why)| format!("makespan: {word}: {} cannot be read: {}\n", clean(name), clean(why)))
        .collect();
    for file in files.iter().filter(|f| f.kind != Verdict::Read) {
        let unknown = file.kind == Verdict::NotRecognised;
        let why = if unknown {
            format!("{}: not recognised: {}", file.name, file.reason)
        } else {
            file.to_string()
        };
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
    for line in lines.iter().take(TOLD) {
        let _ = err.write_all(line.as_bytes());
    }
    if lines.len() > TOLD {
        let _ = writeln!(err, "makespan: {word}: {} not read", counted(lines.len() - TOLD, "more file"));
    }
}
