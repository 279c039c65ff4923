//! Files that arrive in chunks.

use std::fmt;
use std::rc::Rc;

use makespan_format::EventSink;

use crate::archive::{self, Expander, Gunzip, Member, unpacked_name};
use crate::encoding::{looks_utf16, without_bom};
use crate::files::{
    Counts, Item, Names, Outcome, SURER_THAN_A_MAPPING, Verdict, Watch, claim, is_guess, of_member,
    read_whole, table, unpack,
};
use crate::importer::{FileReader, Options, Source, Utc, Zone};
use crate::json::preamble;
use crate::limits::{HEAD_BYTES, KEPT_TABLES, LISTED_CLAIMS, SHAPE_BYTES};
use crate::registry::{ALL, Importers};
use crate::sniff::Head;

/// The choices of a caller that opens files in chunks; the owned counterpart of [`Options`].
#[derive(Clone)]
pub struct Settings<'z> {
    /// The zone for times without one.
    pub zone: Rc<dyn Zone + 'z>,
    /// Number of files to come, if known. A single file is read as it arrives even if its format may spread a run over
    /// several files.
    pub files: Option<usize>,
    /// The importers to ask.
    pub importers: &'static Importers,
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Settings { zone: Rc::new(Utc), files: None, importers: &ALL }
    }
}

impl fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("zone", &self.zone.name()).field("files", &self.files).finish()
    }
}

/// Progress of opening files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Number of bytes received.
    pub bytes_read: u64,
    /// Total size of the files begun so far, in bytes, if all sizes are known.
    pub bytes_total: Option<u64>,
    /// Number of tasks found so far; a task that is recorded in parts counts once per part.
    pub tasks: u64,
}

/// Opens files that arrive in chunks, and reads them as they arrive; [`open()`] does the same for whole files.
///
/// The format is determined from the first 64 KiB if they leave hardly any doubt, otherwise from the first MiB.
/// Makespan events, Chrome traces, plain task lists and a single Kailash export are read record by record, also from
/// gzip, and only the incomplete record is kept in memory. All other files are kept until [`Opening::finish`].
///
/// ```
/// use makespan_import::{Opening, Settings};
/// let mut runs = makespan_model::RunsBuilder::new();
/// let mut opening = Opening::new(Settings { files: Some(1), ..Settings::default() });
/// opening.begin("run.json", Some(42));
/// opening.push(br#"{"tasks":[{"id":"a","sta"#, &mut runs);
/// opening.push(br#"rt":0,"end":9}]}"#, &mut runs);
/// opening.end(&mut runs);
/// assert_eq!(opening.finish(&mut runs).runs, 1);
/// ```
pub struct Opening<'z> {
    settings: Settings<'z>,
    expander: Expander,
    names: Names,
    items: Vec<Item>,
    /// The file that is arriving.
    arriving: Option<Arriving<'z>>,
    progress: Progress,
    /// Whether the size of a file is unknown.
    endless: bool,
    /// Number of bytes kept until all files are complete.
    kept: u64,
}

/// A file that is arriving.
struct Arriving<'z> {
    name: String,
    packing: Packing,
    content: Content<'z>,
}

/// The compression of a file.
enum Packing {
    /// Not yet known.
    Unknown(Vec<u8>),
    Plain,
    Gzip(Box<Gunzip>),
    /// Refused, with the reason.
    Refused(String),
}

/// How the content of a file is processed.
enum Content<'z> {
    /// The bytes so far, which do not yet show the format.
    Unknown(Vec<u8>),
    Read(Box<Reading<'z>>),
    /// Kept until complete.
    Kept(Vec<u8>),
}

/// A file that is read as it arrives.
struct Reading<'z> {
    reader: Box<dyn FileReader + 'z>,
    item: Item,
    alone: bool,
    counts: Counts,
}

impl fmt::Debug for Opening<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").field("settings", &self.settings).field("progress", &self.progress).finish()
    }
}

/// Number of bytes needed to detect the compression.
const PACKING_BYTES: usize = 4;

/// Minimum score of a claim that is accepted from the first [`HEAD_BYTES`].
const SURE: u8 = 90;

/// Number of bytes needed before memory is estimated.
const ENOUGH: u64 = 1 << 20;

/// Maximum memory per task while a run is read and frozen, for files that are read as they arrive, bytes.
const TASK_BYTES: u64 = 600;

/// Memory per byte that is kept until its file is complete: itself, its copy, and the results.
const KEPT_BYTES: u64 = 3;

/// Reads files into `sink`. Never fails as a whole: unreadable files are reported by their verdicts and, if there is a
/// run, by diagnostics with code `file-not-read`. The same files give the same events: first those of the files that
/// are read as they arrive, in the given order, then the others in the order of the [`REGISTRY`](crate::REGISTRY).
pub fn open(sources: Vec<Source>, options: &Options<'_>, sink: &mut dyn EventSink) -> Outcome {
    let settings = Settings { zone: Rc::new(options.zone), files: Some(sources.len()), importers: &ALL };
    let mut opening = Opening::new(settings);
    for source in sources {
        opening.begin(&source.name, Some(source.bytes.len() as u64));
        opening.push(&source.bytes, sink);
        opening.end(sink);
    }
    opening.finish(sink)
}

impl<'z> Opening<'z> {
    /// Creates an opening without files.
    pub fn new(settings: Settings<'z>) -> Opening<'z> {
        Opening {
            expander: Expander::new(settings.importers.decoders),
            settings,
            names: Names::default(),
            items: Vec::new(),
            arriving: None,
            progress: Progress { bytes_total: Some(0), ..Progress::default() },
            endless: false,
            kept: 0,
        }
    }

    /// Begins a file, with its relative path, and its length in bytes if known. A file that was begun and not ended is
    /// kept as far as it arrived, and is not read.
    pub fn begin(&mut self, name: &str, size: Option<u64>) {
        if let Some(left) = self.arriving.take() {
            self.items.push(Item::broken(left.name, "it was not read to its end".to_owned()));
        }
        self.endless |= size.is_none();
        let total = self.progress.bytes_total.unwrap_or(0).saturating_add(size.unwrap_or(0));
        self.progress.bytes_total = (!self.endless).then_some(total);
        self.arriving = Some(Arriving {
            name: name.to_owned(),
            packing: Packing::Unknown(Vec::new()),
            content: Content::Unknown(Vec::new()),
        });
    }

    /// Adds the next bytes of the file begun last, any number of them, split anywhere, and reads what is complete.
    /// Bytes before the first file are ignored.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn EventSink) {
        let Some(mut file) = self.arriving.take() else { return };
        self.progress.bytes_read += bytes.len() as u64;
        if let Packing::Unknown(begun) = &mut file.packing {
            if begun.is_empty() && bytes.len() >= PACKING_BYTES {
                file.packing = packing(bytes);
                self.unpack(&mut file, bytes, sink);
            } else {
                begun.extend_from_slice(bytes);
                if begun.len() >= PACKING_BYTES {
                    let begun = std::mem::take(begun);
                    file.packing = packing(&begun);
                    self.unpack(&mut file, &begun, sink);
                }
            }
        } else {
            self.unpack(&mut file, bytes, sink);
        }
        self.arriving = Some(file);
    }

    /// Says that the file begun last is complete.
    pub fn end(&mut self, sink: &mut dyn EventSink) {
        let Some(mut file) = self.arriving.take() else { return };
        if let Packing::Unknown(begun) = &mut file.packing {
            let begun = std::mem::take(begun);
            file.packing = packing(&begun);
            self.unpack(&mut file, &begun, sink);
        }
        let (is_gzip, damage) = match file.packing {
            Packing::Gzip(gunzip) => (true, gunzip.finish()),
            Packing::Refused(why) => {
                let mut item = match file.content {
                    Content::Read(reading) => reading.item,
                    _ => return self.items.push(Item::broken(file.name, why)),
                };
                item.verdict.kind = Verdict::Broken;
                item.verdict.error = Some(why);
                return self.items.push(item);
            }
            _ => (false, None),
        };
        let content = match file.content {
            Content::Unknown(begun) => self.recognise(&file.name, begun, true, is_gzip, sink),
            other => other,
        };
        match content {
            Content::Read(reading) => self.complete(*reading, damage, sink),
            Content::Kept(bytes) | Content::Unknown(bytes) if is_gzip => {
                self.kept += bytes.len() as u64;
                let content = match &damage {
                    Some(why) if bytes.is_empty() => Err(why.clone()),
                    _ => Ok(bytes),
                };
                let member = Member { name: unpacked_name(&file.name).to_owned(), content, damage };
                self.items.extend(self.expander.open_inner(member).into_iter().map(of_member));
            }
            Content::Kept(bytes) | Content::Unknown(bytes) => {
                self.kept += bytes.len() as u64;
                self.items.extend(unpack(Source::new(file.name, bytes), &mut self.expander));
            }
        }
    }

    /// Says that all files are complete, and reads what had to wait for that. The outcome is the one of [`open()`].
    pub fn finish(mut self, sink: &mut dyn EventSink) -> Outcome {
        if let Some(left) = self.arriving.take() {
            self.items.push(Item::broken(left.name, "it was not read to its end".to_owned()));
        }
        read_whole(&mut self.items, self.settings.importers, &*self.settings.zone, &mut self.names, sink);
        Outcome { files: self.items.into_iter().map(|i| i.verdict).collect(), runs: self.names.count() }
    }

    /// How far it has come.
    pub fn progress(&self) -> Progress {
        let reading = match &self.arriving {
            Some(Arriving { content: Content::Read(reading), .. }) => reading.counts.tasks,
            _ => 0,
        };
        Progress { tasks: self.progress.tasks + reading, ..self.progress }
    }

    /// How many bytes of memory the files will take at their peak until their runs are frozen, going by the tasks in
    /// what has come so far and by what is kept. An estimate, high rather than low; `None` while less than a MiB has
    /// come, or where a file did not say how long it is.
    pub fn expected_memory(&self) -> Option<u64> {
        let Progress { bytes_read, bytes_total, tasks } = self.progress();
        let total = u128::from(bytes_total?.max(bytes_read));
        if bytes_read < ENOUGH.min(bytes_total?) || bytes_read == 0 {
            return None;
        }
        let kept = match &self.arriving {
            Some(Arriving { content: Content::Kept(bytes) | Content::Unknown(bytes), .. }) => {
                self.kept + bytes.len() as u64
            }
            _ => self.kept,
        };
        let so_far = u128::from(tasks * TASK_BYTES + kept * KEPT_BYTES);
        u64::try_from(so_far * total / u128::from(bytes_read)).ok()
    }

    /// Hands on what comes out of the packing.
    fn unpack(&mut self, file: &mut Arriving<'z>, bytes: &[u8], sink: &mut dyn EventSink) {
        match std::mem::replace(&mut file.packing, Packing::Plain) {
            Packing::Gzip(mut gunzip) => {
                let mut budget = self.expander.budget;
                let done = gunzip.push(bytes, &mut budget, |part| self.deliver(file, part, true, sink));
                self.expander.budget = budget;
                file.packing = match done {
                    Ok(()) => Packing::Gzip(gunzip),
                    Err(why) => Packing::Refused(why),
                };
            }
            refused @ Packing::Refused(_) => file.packing = refused,
            Packing::Plain | Packing::Unknown(_) => self.deliver(file, bytes, false, sink),
        }
    }

    /// Takes the next bytes of the content.
    fn deliver(&mut self, file: &mut Arriving<'z>, bytes: &[u8], is_gzip: bool, sink: &mut dyn EventSink) {
        match &mut file.content {
            Content::Read(reading) => self.read(reading, bytes, sink),
            Content::Kept(all) => all.extend_from_slice(bytes),
            Content::Unknown(begun) => {
                let before = begun.len();
                begun.extend_from_slice(bytes);
                let reached = |limit: usize| before < limit && begun.len() >= limit;
                if reached(HEAD_BYTES) || reached(SHAPE_BYTES) {
                    let begun = std::mem::take(begun);
                    file.content = self.recognise(&file.name, begun, false, is_gzip, sink);
                }
            }
        }
    }

    /// Looks what it is that has begun, and begins to read it where that can be done as it comes.
    fn recognise(
        &mut self,
        name: &str,
        begun: Vec<u8>,
        is_all: bool,
        is_gzip: bool,
        sink: &mut dyn EventSink,
    ) -> Content<'z> {
        if packed(&begun) || begun.iter().all(u8::is_ascii_whitespace) {
            let is_final = is_all || begun.len() >= SHAPE_BYTES || packed(&begun);
            return if is_final { Content::Kept(begun) } else { Content::Unknown(begun) };
        }
        if looks_utf16(&begun).is_some() {
            return Content::Kept(begun);
        }
        let name = if is_gzip { unpacked_name(name) } else { name };
        // What is judged is the same however the bytes came.
        let limits: &[(usize, u8)] = &[(HEAD_BYTES, SURE), (SHAPE_BYTES, 1)];
        for &(limit, sure) in limits {
            if begun.len() < limit && !is_all {
                return Content::Unknown(begun);
            }
            let looked_at = &begun[..begun.len().min(limit)];
            let mut head = Head::new(name, looked_at);
            let mut item = Item::new(Source::new(name, Vec::new()), Verdict::Read, "");
            let mut place =
                claim(self.settings.importers, &head, &mut item.verdict, self.items.len() < LISTED_CLAIMS);
            // An unrecognised file may be recognised without the lines that a program printed before the text.
            if place.is_none()
                && let Some(len) = preamble(looked_at)
            {
                head = Head::new(name, &looked_at[len..]);
                item = Item::new(Source::new(name, Vec::new()), Verdict::Read, "");
                place = claim(
                    self.settings.importers,
                    &head,
                    &mut item.verdict,
                    self.items.len() < LISTED_CLAIMS,
                );
            }
            let sure = if begun.len() <= limit && is_all { 1 } else { sure };
            // What a mapping may mean better waits until it is complete.
            let sure =
                if self.settings.zone.mapping().is_some() { sure.max(SURER_THAN_A_MAPPING) } else { sure };
            let Some(entry) = place
                .and_then(|p| self.settings.importers.entries.get(p))
                .filter(|_| item.verdict.score >= sure)
            else {
                continue;
            };
            let by_itself = !entry.is_together(item.verdict.part) || self.settings.files == Some(1);
            let zone = &self.settings.zone;
            let reader =
                if by_itself { (entry.importer.stream)(&head, item.verdict.part, zone) } else { None };
            let Some(reader) = reader else { return Content::Kept(begun) };
            let alone = entry.is_alone(item.verdict.part);
            let kept = self.items.iter().filter(|item| item.verdict.table.is_some()).count();
            if let Some(tables) =
                self.settings.importers.tables.filter(|_| is_guess(entry) && kept < KEPT_TABLES)
            {
                let mut sample = table(tables, &begun, true);
                sample.iter_mut().for_each(|sample| sample.is_whole &= is_all);
                item.verdict.table = sample;
            }
            let mut reading = Reading { reader, item, alone, counts: Counts::default() };
            self.read(&mut reading, &begun, sink);
            return Content::Read(Box::new(reading));
        }
        Content::Kept(begun)
    }

    fn read(&mut self, reading: &mut Reading<'_>, bytes: &[u8], sink: &mut dyn EventSink) {
        let Reading { reader, item, alone, counts } = reading;
        let (label, alone) = (item.source.name.as_str(), *alone);
        let mut watch = Watch { sink, names: &mut self.names, counts, label, alone, decoded: false };
        reader.push(bytes, &mut watch);
    }

    /// Finishes a file that was read as it came.
    fn complete(&mut self, reading: Reading<'z>, damage: Option<String>, sink: &mut dyn EventSink) {
        let Reading { reader, mut item, alone, mut counts } = reading;
        let label = &item.source.name;
        let mut watch =
            Watch { sink, names: &mut self.names, counts: &mut counts, label, alone, decoded: false };
        let result = reader.finish(&mut watch);
        item.damage = damage;
        item.settle(&result, counts.events);
        self.progress.tasks += counts.tasks;
        self.items.push(item);
    }
}

fn packing(begun: &[u8]) -> Packing {
    match archive::kind(begun) {
        Some("gzip") => Packing::Gzip(Box::new(Gunzip::new())),
        _ => Packing::Plain,
    }
}

/// Whether it is an archive, or HTML that may be a report.
fn packed(begun: &[u8]) -> bool {
    archive::kind(begun).is_some() || without_bom(begun).trim_ascii_start().first() == Some(&b'<')
}
