//! Cargo's report of timings (`cargo build --timings`), and the lines that it prints with `--timings=json`.

use std::borrow::Cow;

use makespan_format::{Attempt, EventSink, Fields, Sample, Severity, Status};

use crate::draft::{Draft, Piece};
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::Pages;
use crate::json::tape::Value;
use crate::sniff::{Head, JsonKind};

/// Reads timings of Cargo.
pub const IMPORTER: Importer = Importer {
    id: "cargo",
    title: "Cargo timings",
    parts: &["report", "lines"],
    how: "`cargo build --timings` writes `target/cargo-timings/cargo-timing.html`",
    lossy: "failed units, fresh units, queue times, workers; in JSON lines: when a unit started",
    sniff,
    read,
    stream: whole,
};

const UNITS: &[u8] = b"UNIT_DATA = [";

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let has = |needle: &[u8]| memchr::memmem::find(head.bytes, needle).is_some();
    match head.shape.root {
        JsonKind::NotJson if head.text && has(b"<title>Cargo Build Timings") => {
            claim(95, "report", "HTML with the title of Cargo's timings")
        }
        JsonKind::NotJson if head.text && has(UNITS) && has(b"unblocked_units") => {
            claim(90, "report", "HTML with the UNIT_DATA of Cargo's timings")
        }
        JsonKind::Object if has(b"\"reason\":\"timing-info\"") => {
            claim(90, "lines", "lines of JSON whose reason is timing-info")
        }
        _ => None,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    for part in parts {
        let (name, bytes) = (part.source.name.as_str(), &*part.source.bytes);
        if part.part == "lines" {
            let pages = Pages::read(bytes);
            emit_lines(&pages, name, options, sink);
            pages.report(name, sink)?;
            continue;
        }
        let Some(data) = after(bytes, UNITS) else {
            return Err(ReadError::broken(format!(
                "{name}: a report of an old version of Cargo, which contains a picture and no data; build with Cargo 1.60 or \
                 newer"
            )));
        };
        let pages = Pages::read(data);
        emit_report(bytes, &pages, name, options, sink);
        pages.report(name, sink)?;
    }
    Ok(())
}

/// The array behind that name, up to the line that closes it.
fn after<'b>(bytes: &'b [u8], name: &[u8]) -> Option<&'b [u8]> {
    let at = memchr::memmem::find(bytes, name)? + name.len() - 1;
    let rest = &bytes[at..];
    let end = memchr::memmem::find(rest, b"];").map_or(rest.len(), |end| end + 1);
    Some(&rest[..end])
}

/// The cell of the summary behind that heading.
fn summary<'b>(html: &'b str, heading: &str) -> Option<&'b str> {
    let (_, rest) = html.split_once(heading)?;
    let (_, rest) = rest.split_once("<td>")?;
    rest.split('<').next().map(str::trim)
}

fn ns(seconds: f64) -> Option<i64> {
    (0.0..9e9).contains(&seconds).then(|| (seconds * 1e9).round() as i64)
}

fn emit_report(bytes: &[u8], pages: &Pages<'_>, name: &str, options: &Options<'_>, sink: &mut dyn EventSink) {
    let start = memchr::memmem::find(bytes, UNITS).unwrap_or_default();
    let html = String::from_utf8_lossy(&bytes[..start]).into_owned();
    let mut draft = Draft::new(Cow::Borrowed(name), "Cargo", options);
    let origin = summary(&html, "Build start:").and_then(|t| draft.clock.iso(t));
    if origin.is_none() {
        let what = "times count from the start of the build, not from a date";
        draft.tally.count(Severity::Info, "relative-times", what, 1);
    }
    draft.run.workflow = summary(&html, "Targets:").map(|t| t.to_owned().into());
    draft.run.started = origin;
    let mut labels = Fields::new();
    for (key, heading) in [
        ("profile", "Profile:"),
        ("fresh_units", "Fresh units:"),
        ("max_concurrency", "Max concurrency:"),
        ("rustc", "rustc:"),
    ] {
        if let Some(value) = summary(&html, heading) {
            labels.str(key, value);
        }
    }
    draft.run.labels = labels.finish();
    draft.run.infer_edges = Some(false);
    let mut edges: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
    let mut early = 0;
    for unit in pages.roots().flat_map(Value::elements).filter(|u| u.is_object()) {
        let id = unit.text_at("i").unwrap_or_default();
        let mut piece = piece_of(unit, id.clone());
        for key in ["unblocked_units", "unlocked_units", "unblocked_rmeta_units", "unlocked_rmeta_units"] {
            let before = edges.len();
            edges.extend(unit.list(key).filter_map(Value::text).map(|next| (id.clone(), next)));
            early += if key.contains("rmeta") { (edges.len() - before) as u64 } else { 0 };
        }
        let at = |seconds: Option<f64>| Some(origin.unwrap_or(0).saturating_add(ns(seconds?)?));
        let started = unit.number_at("start");
        let lasted = unit.number_at("duration");
        piece.tried(Attempt {
            started: at(started),
            ended: at(started.zip(lasted).map(|(from, lasted)| from + lasted)),
            // Only units that were built are written.
            status: Some(Status::Succeeded),
            ..Attempt::default()
        });
        let rmeta = unit.number_at("rmeta_time").map(|time| ("frontend", time));
        let sections = unit.list("sections").filter_map(|section| {
            let span = section.elements().nth(1)?;
            Some((section.elements().next()?.text()?, span.number_at("end")? - span.number_at("start")?))
        });
        for (name, seconds) in sections {
            piece.sample(name, Some(seconds), Some("s"));
        }
        if let Some((name, seconds)) = rmeta {
            piece.sample(name, Some(seconds), Some("s"));
        }
        draft.pieces.push(piece);
    }
    let index: makespan_model::HashMap<Cow<'_, str>, usize> =
        draft.pieces.iter().enumerate().map(|(at, p)| (p.native.clone(), at)).collect();
    for (before, next) in edges {
        if let Some(piece) = index.get(&next).and_then(|at| draft.pieces.get_mut(*at)) {
            piece.task.after.push(before);
        }
    }
    let what = "units may start before their dependencies have ended, as soon as the metadata of those crates is ready";
    draft.tally.count(Severity::Info, "early-starts", what, early);
    if let Some(usage) = after(bytes, b"CPU_USAGE = [") {
        let usage = Pages::read(usage);
        for pair in usage.roots().flat_map(Value::elements) {
            let mut numbers = pair.elements().filter_map(Value::number);
            if let (Some(t), Some(value)) = (numbers.next().and_then(ns), numbers.next()) {
                let t = Some(origin.unwrap_or(0).saturating_add(t));
                let unit = Some("%".into());
                draft.samples.push(Sample { task: None, number: None, name: "cpu".into(), value, unit, t });
            }
        }
    }
    draft.emit(&IMPORTER, sink);
}

fn piece_of<'a>(unit: Value<'_, 'a>, id: Cow<'a, str>) -> Piece<'a> {
    let name = unit.text_at("name").unwrap_or_default();
    let target = unit.text_at("target").unwrap_or_default();
    let mode = unit.text_at("mode").unwrap_or_default();
    // The version changes from build to build, the unit remains.
    let mut key = format!("{name}{target}");
    if !matches!(&*mode, "todo" | "build" | "") && !target.contains("(run)") {
        key = format!("{key} ({mode})");
    }
    let mut piece = Piece::new(id, key);
    piece.task.step = Some(name);
    piece.task.kind = Some(
        if target.contains("build-script") || target.contains("build script") {
            "build script"
        } else {
            "crate"
        }
        .into(),
    );
    piece.task.labels = crate::draft::labels(unit, &["version", "features", "mode", "target"]);
    piece
}

fn emit_lines(pages: &Pages<'_>, name: &str, options: &Options<'_>, sink: &mut dyn EventSink) {
    let mut draft = Draft::new(Cow::Borrowed(name), "Cargo", options);
    let mut left_out = 0;
    for line in pages.roots() {
        if line.text_at("reason").as_deref() != Some("timing-info") {
            left_out += 1;
            continue;
        }
        let id = line.text_at("package_id").unwrap_or_default();
        let target = line.at("target");
        let name = target.and_then(|t| t.text_at("name")).unwrap_or_else(|| id.clone());
        let mode = line.text_at("mode").unwrap_or_default();
        let key = if mode == "build" { name.clone() } else { Cow::Owned(format!("{name} ({mode})")) };
        let mut piece = Piece::new(id, key);
        piece.task.step = Some(name);
        piece.task.labels = crate::draft::labels(line, &["package_id", "mode"]);
        piece.tried(Attempt { status: Some(Status::Succeeded), ..Attempt::default() });
        piece.sample("duration", line.number_at("duration"), Some("s"));
        piece.sample("frontend", line.number_at("rmeta_time"), Some("s"));
        draft.pieces.push(piece);
    }
    let what = "lines with other reasons are not shown";
    draft.tally.count(Severity::Info, "lines-not-shown", what, left_out);
    draft.emit(&IMPORTER, sink);
}
