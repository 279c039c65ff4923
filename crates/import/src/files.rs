//! Reads files: unpacks compressed ones, passes each file to the importer with the highest claim, and returns a verdict
//! for every file.

mod companions;
mod item;
mod notes;
mod watch;

use makespan_format::{Diagnostic, EventSink, Severity};

use crate::archive::{Expanded, Expander, Member};
use crate::encoding::{decode_utf16, looks_utf16, without_bom};
use crate::importer::{ClaimedFile, Options, Source, Zone};
use crate::json::python::{lines_to_json, to_json};
use crate::json::{Mended, preamble};
use crate::limits::{KEPT_TABLES, LISTED_CLAIMS, SHAPE_BYTES};
use crate::mapping::{GUESSING, READER};
use crate::registry::{Entry, Importers};
use crate::sniff::{Head, JsonKind};
use crate::sqlite::Database;
use crate::table::{TableSample, Tables};
use crate::tally::clip;
use companions::Companions;
pub(crate) use item::Item;
pub use item::{FileVerdict, Verdict};
use notes::Notes;
pub(crate) use watch::{Counts, Names, Watch};

/// The result of reading files.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// One verdict for each file, in the given order; members of archives in the place of their archive.
    pub files: Vec<FileVerdict>,
    /// Number of opened runs, each counted once.
    pub runs: usize,
}

/// Reads files that are complete in memory.
pub(crate) fn read_whole(
    items: &mut [Item],
    importers: &Importers,
    zone: &dyn Zone,
    names: &mut Names,
    sink: &mut dyn EventSink,
) -> u64 {
    let companions = Companions::find(items);
    let outlines: Vec<_> = (0..items.len()).map(|at| outline(importers, items, &companions, at)).collect();
    for (at, item) in items.iter_mut().enumerate() {
        if companions.is_companion(at) {
            item.verdict.reason = "it belongs to a database that is not recognised".to_owned();
        } else if item.verdict.kind == Verdict::NotRecognised {
            let head = Head::new(&item.source.name, &item.source.bytes);
            // The tried formats are recorded for the first files only: for an archive of 100,000 files they would take
            // gigabytes.
            let is_listed = at < LISTED_CLAIMS;
            item.importer = claim(importers, &head, &mut item.verdict, is_listed);
            if let (None, Some(outline)) = (item.importer, &outlines[at]) {
                item.verdict.tried.clear();
                let head = Head { bytes: outline, ..Head::new(&item.source.name, outline) };
                item.importer = claim(importers, &head, &mut item.verdict, is_listed);
            }
            // An unrecognised file may be recognised without the lines that a program printed before the text.
            if item.importer.is_none()
                && let Some(len) = preamble(&item.source.bytes[..item.source.bytes.len().min(SHAPE_BYTES)])
            {
                let head = Head::new(&item.source.name, &item.source.bytes[len..]);
                let mut verdict = FileVerdict { tried: Vec::new(), ..item.verdict.clone() };
                item.importer = claim(importers, &head, &mut verdict, is_listed);
                if item.importer.is_some() {
                    item.verdict = verdict;
                }
            }
            if item.importer.is_none() {
                read_as_json(importers, item);
            }
        }
    }
    if zone.mapping().is_some() {
        items.iter_mut().for_each(|item| map(importers, item));
    }
    if let Some(tables) = importers.tables {
        let mut kept = 0;
        for item in items.iter_mut() {
            kept += usize::from(item.verdict.table.is_some());
            if kept < KEPT_TABLES
                && item.verdict.kind == Verdict::NotRecognised
                && item.importer.is_none_or(|place| is_guess(&importers.entries[place]))
            {
                item.verdict.table = table(tables, &item.source.bytes, item.importer.is_some());
            }
        }
    }
    let mut tasks = 0;
    for (place, entry) in importers.entries.iter().enumerate() {
        let mine: Vec<usize> = (0..items.len()).filter(|i| items[*i].importer == Some(place)).collect();
        if mine.is_empty() {
            continue;
        }
        companions.adopt(items, place, entry.importer.id);
        let needs_others = mine.iter().any(|at| entry.needs_others(items[*at].verdict.part));
        let (together, apart): (Vec<usize>, Vec<usize>) =
            mine.into_iter().partition(|at| needs_others && entry.is_together(items[*at].verdict.part));
        if !together.is_empty() {
            tasks += read(items, &together, &companions, entry, zone, names, sink);
        }
        for at in apart {
            tasks += read(items, &[at], &companions, entry, zone, names, sink);
        }
    }
    if names.count() > 0 {
        emit(items, sink);
    }
    tasks
}

/// Passes a file that a program printed as literals of Python to the importer of the JSON with the same values.
fn read_as_json(importers: &Importers, item: &mut Item) {
    let Ok(text) = std::str::from_utf8(without_bom(&item.source.bytes)) else { return };
    let Some((json, values)) = to_json(text).or_else(|| lines_to_json(text)) else { return };
    let mut verdict = FileVerdict { tried: Vec::new(), ..item.verdict.clone() };
    item.importer = claim(importers, &Head::new(&item.source.name, json.as_bytes()), &mut verdict, false);
    if item.importer.is_some() {
        item.verdict = verdict;
        item.source.bytes = json.into_bytes().into();
        item.literals = values;
    }
}

/// Returns the schema of a database, which may be anywhere in the file or in the log beside it.
fn outline(importers: &Importers, items: &[Item], companions: &Companions, at: usize) -> Option<Vec<u8>> {
    let bytes: &[u8] = &items[at].source.bytes;
    if !Database::is_sqlite(bytes) {
        return None;
    }
    let log = companions.logs(at).first();
    (importers.decoders?.schema)(bytes, log.map(|log| &*items[*log].source.bytes))
}

/// Returns whether files of an importer were guessed to be tables of tasks.
pub(crate) fn is_guess(entry: &Entry) -> bool {
    GUESSING.contains(&entry.importer.id)
}

/// Returns the beginning of a file, if it is a table whose columns can be mapped.
pub(crate) fn table(tables: &Tables, bytes: &[u8], is_guessed: bool) -> Option<TableSample> {
    let head = Head::new("", bytes);
    if !head.text || (!is_guessed && crate::known::known(&head).is_some()) {
        return None;
    }
    let is_whole = head.len == head.bytes.len() as u64;
    let similarity = (tables.judge)(head.bytes, is_whole, is_guessed)?;
    Some(TableSample { bytes: head.bytes.to_vec(), is_whole, similarity })
}

/// Minimum score of a claim that takes precedence over a mapping of the user.
pub(crate) const SURER_THAN_A_MAPPING: u8 = 60;

/// Passes a file without a certain claim to the importer that reads tables by the user's mapping.
fn map(importers: &Importers, item: &mut Item) {
    let is_text = Head::new(&item.source.name, &item.source.bytes).text;
    let is_unread = matches!(item.verdict.kind, Verdict::NotRecognised | Verdict::Unused);
    let is_open = is_unread && item.verdict.score < SURER_THAN_A_MAPPING;
    let place = importers.entries.iter().position(|entry| entry.importer.id == READER);
    if let Some(place) = place.filter(|_| is_open && is_text && !item.source.bytes.is_empty()) {
        let table = importers.entries[place].importer;
        item.importer = Some(place);
        (item.verdict.format, item.verdict.part) = (Some(table.id), table.parts[0]);
        item.verdict.reason = "it is read by the mapping".to_owned();
        item.verdict.tried.clear();
    }
}

/// Returns the contents of a complete archive or report; otherwise the file itself.
pub(crate) fn unpack(source: Source, expander: &mut Expander) -> Vec<Item> {
    let name = source.name.clone();
    let (source, utf16) = in_utf8(source);
    let mut items = match expander.expand(source) {
        Expanded::Plain(source) => vec![look(source)],
        Expanded::Refused(why) => vec![Item::broken(name, why)],
        Expanded::Members(members) if members.is_empty() => {
            vec![Item::new(Source::new(name, Vec::new()), Verdict::Empty, "an archive without files")]
        }
        Expanded::Members(members) => members.into_iter().map(of_member).collect(),
    };
    items.iter_mut().for_each(|item| item.utf16 |= utf16);
    items
}

/// Returns a file as UTF-8, and whether it is UTF-16.
fn in_utf8(source: Source) -> (Source, bool) {
    match looks_utf16(&source.bytes) {
        Some(big_endian) => {
            let text = decode_utf16(&source.bytes, big_endian);
            (Source::new(source.name, text.into_bytes()), true)
        }
        None => (source, false),
    }
}

/// Returns a member of an archive.
pub(crate) fn of_member(member: Member) -> Item {
    match member.content {
        Ok(bytes) => {
            let (source, utf16) = in_utf8(Source::new(member.name, bytes));
            let mut item = look(source);
            item.utf16 = utf16;
            item.damage = member.damage;
            item
        }
        Err(why) => Item::broken(member.name, why),
    }
}

fn look(source: Source) -> Item {
    if source.bytes.is_empty() {
        Item::new(source, Verdict::Empty, "it has no content")
    } else if source.bytes.iter().all(|b| b.is_ascii_whitespace()) {
        Item::new(source, Verdict::Empty, "it holds nothing but white space")
    } else {
        Item::new(source, Verdict::NotRecognised, "")
    }
}

/// Asks every importer and returns the index of the highest claim in the registry; ties go to the first. The verdict
/// lists what was tried if `is_told`.
pub(crate) fn claim(
    importers: &Importers,
    head: &Head<'_>,
    verdict: &mut FileVerdict,
    is_listed: bool,
) -> Option<usize> {
    let mut best = None;
    let claims: Vec<_> = importers.entries.iter().map(|e| (e.importer.sniff)(head)).collect();
    for (place, claim) in claims.iter().enumerate() {
        if let Some(claim) = claim
            && best.is_none_or(|b: usize| claims[b].is_some_and(|held| held.score < claim.score))
        {
            best = Some(place);
        }
    }
    for (place, entry) in importers.entries.iter().enumerate() {
        let importer = entry.importer;
        match claims[place] {
            Some(claim) if best == Some(place) => {
                (verdict.format, verdict.part, verdict.score) = (Some(importer.id), claim.part, claim.score);
                verdict.reason = claim.reason.to_owned();
            }
            _ if !is_listed => {}
            Some(claim) => {
                verdict.tried.push((importer.id, format!("less sure ({}): {}", claim.score, claim.reason)))
            }
            None => {
                let why = format!("no {} in it ({})", importer.parts.join(", "), importer.title);
                verdict.tried.push((importer.id, why));
            }
        }
    }
    if best.is_none() {
        let known = crate::known::known(head).filter(|_| importers.otherwise.is_none());
        if known.as_ref().is_some_and(|known| known.is_extra) {
            verdict.kind = Verdict::Unused;
        }
        let what = || known.map_or_else(|| described(head), |known| known.text);
        verdict.reason = importers.otherwise.map_or_else(what, str::to_owned);
    }
    best
}

/// Describes the appearance of a file in no known format.
fn described(head: &Head<'_>) -> String {
    let shape = &head.shape;
    let names = |keys: &mut dyn Iterator<Item = &str>| -> String {
        let some: Vec<String> = keys.take(6).map(|k| clip(k).to_owned()).collect();
        if some.is_empty() { "no members".to_owned() } else { format!("members {}", some.join(", ")) }
    };
    match shape.root {
        JsonKind::Object => {
            let what =
                if shape.more { "lines or texts of JSON, the first an object" } else { "a JSON object" };
            format!("{what} with {}", names(&mut shape.keys.iter().map(|k| k.name.as_str())))
        }
        JsonKind::Array
            if head.bytes.trim_ascii().strip_prefix(b"[").is_some_and(|b| b.trim_ascii() == b"]") =>
        {
            "an empty JSON array; there is no task in it".to_owned()
        }
        JsonKind::Array if shape.first.is_empty() => {
            "a JSON array that does not begin with an object".to_owned()
        }
        JsonKind::Array => {
            format!(
                "a JSON array whose first element has {}",
                names(&mut shape.first.iter().map(String::as_str))
            )
        }
        JsonKind::String | JsonKind::Number | JsonKind::Bool | JsonKind::Null => {
            "a single JSON value".to_owned()
        }
        JsonKind::NotJson if head.text => {
            let start = String::from_utf8_lossy(&head.bytes[..head.bytes.len().min(400)]).trim().to_owned();
            let line = start.lines().next().unwrap_or_default();
            format!("text that begins {:?}", clip(line))
        }
        JsonKind::NotJson => {
            let start: Vec<String> = head.bytes.iter().take(8).map(|b| format!("{b:02x}")).collect();
            format!("binary data that begins {}", start.join(" "))
        }
    }
}

fn read(
    items: &mut [Item],
    mine: &[usize],
    companions: &Companions,
    entry: &Entry,
    zone: &dyn Zone,
    names: &mut Names,
    sink: &mut dyn EventSink,
) -> u64 {
    let mut parts = Vec::new();
    for &at in mine {
        parts.push(ClaimedFile { source: &items[at].source, part: items[at].verdict.part });
        for log in companions.logs(at) {
            parts.push(ClaimedFile { source: &items[*log].source, part: companions::LOG });
        }
    }
    let mut counts = Counts::default();
    let label = items[mine[0]].source.name.as_str();
    let alone = entry.is_alone(items[mine[0]].verdict.part);
    let decoded = mine.iter().any(|at| items[*at].utf16);
    let mut watch = Watch { sink, names, counts: &mut counts, label, alone, decoded };
    let mut notes = Notes::of_texts(&mut watch);
    let result = (entry.importer.read)(&parts, &Options { zone }, &mut notes);
    notes.finish();
    for &at in mine {
        items[at].settle(&result, counts.events);
    }
    counts.tasks
}

/// Reports within the runs what is missing from them.
fn emit(items: &[Item], sink: &mut dyn EventSink) {
    let mut notes = Notes::new(sink);
    for item in items {
        let name = &item.verdict.name;
        if item.verdict.kind == Verdict::Read {
            let (literals, utf16) = (item.literals, item.utf16);
            Mended { literals, utf16, ..Mended::default() }.report(name, &mut notes);
        }
        let (severity, code) = match (item.verdict.kind, &item.damage) {
            (Verdict::Read, None) => continue,
            (Verdict::Read, Some(damage)) => {
                let message = format!("{name}: {damage}; what came out was read");
                notes.diagnostic(Diagnostic::new(Severity::Warning, "archive-damaged", message));
                continue;
            }
            (Verdict::Empty, _) => (Severity::Info, "file-empty"),
            (Verdict::Unused, _) => (Severity::Info, "not-used"),
            (Verdict::NotRecognised | Verdict::Broken | Verdict::Newer, _) => {
                (Severity::Error, "file-not-read")
            }
        };
        let found = Diagnostic::new(severity, code, item.verdict.to_string());
        notes.diagnostic(Diagnostic { offset: item.verdict.offset, ..found });
    }
    notes.finish();
}

#[cfg(test)]
mod tests;
