//! `makespan export`: runs of the store as files.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};
use std::ops::ControlFlow;

use flate2::Compression;
use flate2::write::GzEncoder;
use makespan_format::{VERSION, read_line, write_line};
use makespan_redact::Redactor;
use makespan_store::{EventRange, Store};
use serde_json::{Value, json};

use crate::args::{ExportArgs, ExportFormat};
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{print_data, print_foreign, tell_redacted, write_file};
use crate::stored::{Address, damage, lines_of, state_of};

/// Writes runs with all their events.
pub(crate) fn run(args: &ExportArgs, config: &Config) -> Result<(), Failure> {
    let address = Address::new(config)?;
    let store = address.open_with(args.runs.first().map_or("", String::as_str))?;
    for id in &args.runs {
        state_of(&address, &*store, id)?;
    }
    let mut redactor = args.redact.then(Redactor::default);
    let bytes = match args.format() {
        ExportFormat::Jsonl => lines(&address, &*store, &args.runs, redactor.as_mut())?,
        ExportFormat::JsonlGz => {
            let mut packed = GzEncoder::new(Vec::new(), Compression::default());
            let written = packed.write_all(&lines(&address, &*store, &args.runs, redactor.as_mut())?);
            written.and_then(|()| packed.finish()).map_err(failed)?
        }
        ExportFormat::Json => {
            let document = document(&address, &*store, &args.runs, redactor.as_mut())?;
            serde_json::to_string_pretty(&document).map_err(|error| failed(error.into()))?.into_bytes()
        }
        ExportFormat::Yaml => {
            let document = document(&address, &*store, &args.runs, redactor.as_mut())?;
            serde_saphyr::to_string(&document).map_err(|error| failed(io::Error::other(error)))?.into_bytes()
        }
    };
    if let Some(redactor) = &redactor {
        tell_redacted(redactor);
    }
    match &args.output {
        Some(path) if path.as_os_str() != "-" => write_file(path, &bytes),
        _ if args.format() == ExportFormat::JsonlGz && io::stdout().is_terminal() => {
            Err(Failure::Usage("a terminal cannot show compressed bytes: name a file with -o".to_owned()))
        }
        _ if args.format() == ExportFormat::JsonlGz => print_data(&bytes),
        _ => print_foreign(&String::from_utf8_lossy(&bytes)),
    }
}

fn failed(error: io::Error) -> Failure {
    Failure::Write { path: "the export".into(), source: error }
}

/// The runs as a file of events.
fn lines(
    address: &Address,
    store: &dyn Store,
    runs: &[String],
    mut redactor: Option<&mut Redactor>,
) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    for id in runs {
        let all = lines_of(store, id).map_err(|error| address.failed(error))?;
        match redactor.as_deref_mut() {
            None => bytes.extend(all),
            Some(redactor) => {
                for line in String::from_utf8_lossy(&all).lines() {
                    bytes.extend(without_secrets(line, redactor).into_bytes());
                }
            }
        }
    }
    Ok(bytes)
}

/// The line of an event without the secrets in it. What is no event is searched as JSON or as text.
fn without_secrets(line: &str, redactor: &mut Redactor) -> String {
    let mut out = String::new();
    match read_line(line.as_bytes()) {
        Ok(read) => write_line(&redactor.event(read.event), &mut out),
        Err(_) => {
            out.push_str(&redactor.json("line", line, None));
            out.push('\n');
        }
    }
    out
}

/// The runs as one document: of each its id and its events, as `docs/events.md` describes them. A line that is no
/// JSON stands there as a text.
fn document(
    address: &Address,
    store: &dyn Store,
    runs: &[String],
    mut redactor: Option<&mut Redactor>,
) -> Result<Value, Failure> {
    let mut all = Vec::new();
    for id in runs {
        let mut events: Vec<Value> = Vec::new();
        let read = store.read(id, EventRange::All, &mut |record| {
            let line = match redactor.as_deref_mut() {
                None => Cow::Borrowed(record.line),
                Some(redactor) => Cow::Owned(without_secrets(record.line, redactor)),
            };
            events.push(serde_json::from_str(&line).unwrap_or_else(|_| line.trim_end().into()));
            ControlFlow::Continue(())
        });
        let read = read.map_err(|error| address.failed(error))?;
        damage::report(id, &read);
        let id = match redactor.as_deref_mut() {
            None => Cow::Borrowed(id.as_str()),
            Some(redactor) => redactor.name("id", Cow::Borrowed(id)),
        };
        all.push(json!({ "run": id, "events": events }));
    }
    Ok(json!({ "makespan": VERSION, "runs": all }))
}
