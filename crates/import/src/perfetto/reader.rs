//! Packets of a trace, in the order of the file.

use std::borrow::Cow;

use makespan_format::{Fields, Severity};
use makespan_model::HashMap;

use super::clocks::{BOOT, Clocks};
use super::names::Names;
use crate::protobuf::{Field, all, fields};
use crate::tally::Tally;

// Fields of packets (`trace_packet.proto`).
pub(super) const FTRACE: u64 = 1;
const PROCESS_TREE: u64 = 2;
pub(super) const CLOCK_SNAPSHOT: u64 = 6;
pub(super) const TIMESTAMP: u64 = 8;
pub(super) const SEQUENCE: u64 = 10;
pub(super) const EVENT: u64 = 11;
pub(super) const INTERNED: u64 = 12;
pub(super) const SEQUENCE_FLAGS: u64 = 13;
pub(super) const CLEARED: u64 = 41;
const DROPPED: u64 = 42;
const OLD_THREAD: u64 = 44;
const COMPRESSED: u64 = 50;
pub(super) const CLOCK_ID: u64 = 58;
const DEFAULTS: u64 = 59;
pub(super) const TRACK: u64 = 60;
/// Fields of packets that say something about the trace, not about what ran.
const ABOUT: [u64; 10] = [3, 9, 33, 35, 36, 43, 45, 69, 79, 89];

/// Where a packet says that it needs what the sequence has said before.
const NEEDS_STATE: u64 = 2;

/// How much may come out of packets that are compressed.
const MOST_INFLATED: u64 = 1 << 30;

/// What an event is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What {
    Begin,
    End,
    /// A slice that says how long it took.
    Whole(i64),
    Instant,
    Counter(f64),
}

/// An event of a track.
pub(super) struct Item {
    pub(super) t: i64,
    /// Index into [`Trace::tracks`].
    pub(super) track: u32,
    pub(super) what: What,
    pub(super) name: String,
    pub(super) category: String,
    /// Annotations, JSON; empty where there are none.
    pub(super) args: String,
    /// Flows, each with whether it ends here.
    pub(super) flows: Vec<(u64, bool)>,
}

/// A track, and what descriptors say of it.
#[derive(Default)]
pub(super) struct Track {
    pub(super) name: String,
    pub(super) parent: Option<u64>,
    /// Where the track is a process: its number and name.
    pub(super) process: Option<(u64, String)>,
    /// Where it is a thread: the numbers of process and thread, and its name.
    pub(super) thread: Option<(u64, u64, String)>,
    pub(super) unit: String,
    factor: f64,
    is_incremental: bool,
    total: f64,
}

/// What packets of one sequence have said so far.
#[derive(Default)]
struct Sequence<'a> {
    names: Names<'a>,
    clock: Option<u64>,
    track: Option<u64>,
    counters: Vec<u64>,
    /// Thread and reference time of writers that have no tracks.
    thread: Option<u64>,
    reference: i64,
    /// Whether packets were lost that later ones build on.
    is_broken: bool,
    is_begun: bool,
}

/// All that was read.
#[derive(Default)]
pub(super) struct Trace {
    pub(super) items: Vec<Item>,
    pub(super) tracks: Vec<Track>,
    pub(super) by_id: HashMap<u64, u32>,
    /// Names of processes and threads as the system gives them, by number.
    pub(super) system: HashMap<u64, String>,
    pub(super) clocks: Clocks,
    pub(super) tally: Tally,
    pub(super) packets: u64,
    left_out: u64,
    kernel: u64,
}

impl Trace {
    /// Reads a file.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        let mut inflated = Vec::new();
        for packed in packets(bytes).flatten().flat_map(|packet| all(packet, COMPRESSED)) {
            self.inflate(packed, &mut inflated);
        }
        let whole = || packets(bytes).chain(packets(&inflated));
        // Snapshots of clocks come late, and events need them.
        for (sequence, snapshot) in whole().flatten().flat_map(|packet| {
            let sequence = fields(packet).flatten().find(|f| f.0 == SEQUENCE).map_or(0, |f| f.1.number());
            all(packet, CLOCK_SNAPSHOT).map(move |snapshot| (sequence, snapshot))
        }) {
            self.clocks.snapshot(sequence, snapshot);
        }
        self.clocks.forget_local();
        let mut sequences: HashMap<u64, Sequence<'_>> = HashMap::default();
        for packet in whole() {
            match packet {
                Some(packet) => self.packet(packet, &mut sequences),
                None => {
                    let what = "the file ends inside a packet, or contains bytes that are not a packet; what follows was ignored";
                    self.tally.warn("truncated", what, String::new);
                }
            }
        }
        let what = "packets of the kernel (scheduling and other ftrace events) were left out";
        self.tally.count(Severity::Info, "not-shown", what, self.kernel);
        let what = "packets of other data sources were left out";
        self.tally.count(Severity::Info, "not-shown", what, self.left_out);
    }

    fn inflate(&mut self, packed: &[u8], out: &mut Vec<u8>) {
        use std::io::Read as _;
        let left = MOST_INFLATED.saturating_sub(out.len() as u64);
        if left == 0 {
            return self.tally.warn(
                "archive-damaged",
                "compressed packets beyond 1 GiB were ignored",
                String::new,
            );
        }
        if flate2::read::ZlibDecoder::new(packed).take(left).read_to_end(out).is_err() {
            let what = "compressed packets are damaged; only the readable part was used";
            self.tally.warn("archive-damaged", what, String::new);
        }
    }

    /// The track of that id, made when it is mentioned for the first time.
    fn track(&mut self, id: u64) -> u32 {
        let next = self.tracks.len() as u32;
        let at = *self.by_id.entry(id).or_insert(next);
        if at == next {
            self.tracks.push(Track { factor: 1.0, ..Track::default() });
        }
        at
    }

    fn packet<'a>(&mut self, packet: &'a [u8], sequences: &mut HashMap<u64, Sequence<'a>>) {
        self.packets += 1;
        let (mut id, mut flags, mut cleared, mut time, mut clock) = (0, 0, false, None, None);
        for (number, field) in fields(packet).flatten() {
            match number {
                SEQUENCE => id = field.number(),
                SEQUENCE_FLAGS => flags = field.number(),
                CLEARED => cleared = field.number() != 0,
                TIMESTAMP => time = Some(field.number()),
                CLOCK_ID => clock = Some(field.number()),
                _ => {}
            }
        }
        let sequence = sequences.entry(id).or_default();
        if cleared || flags & 1 != 0 {
            *sequence = Sequence { thread: sequence.thread, is_begun: true, ..Sequence::default() };
        }
        let mut is_known = false;
        for (number, field) in fields(packet).flatten() {
            match (number, field) {
                (DROPPED, field) if field.number() != 0 && !cleared && flags & 1 == 0 => {
                    // The first packet of a sequence carries it, too.
                    if sequence.is_begun {
                        let what = "the writer lost packets before some of those in the file; their events are missing";
                        self.tally.warn("packets-lost", what, String::new);
                    }
                    sequence.is_broken = true
                }
                (INTERNED, Field::Bytes(data)) => sequence.names.learn(data),
                (DEFAULTS, Field::Bytes(defaults)) => sequence.defaults(defaults),
                _ => continue,
            }
            is_known = true;
        }
        for (number, field) in fields(packet).flatten() {
            match (number, field) {
                (FTRACE, _) => self.kernel += 1,
                (TRACK, Field::Bytes(track)) => self.descriptor(track),
                (PROCESS_TREE, Field::Bytes(tree)) => self.tree(tree),
                (OLD_THREAD, Field::Bytes(thread)) => self.old_thread(id, thread, sequence),
                (EVENT, Field::Bytes(event)) => {
                    if (sequence.is_broken || !sequence.is_begun) && flags & NEEDS_STATE != 0 {
                        let what = "events were ignored because the packets that name them are missing";
                        self.tally.warn("state-missing", what, String::new);
                    } else {
                        let clock = clock.or(sequence.clock).unwrap_or(BOOT);
                        let t = time.and_then(|time| self.clocks.time(id, clock, time));
                        self.event(event, t, time.is_some(), sequence);
                    }
                }
                (CLOCK_SNAPSHOT, Field::Bytes(snapshot)) => self.clocks.snapshot(id, snapshot),
                (COMPRESSED, _) => {}
                (number, _) if ABOUT.contains(&number) => {}
                _ => continue,
            }
            is_known = true;
        }
        self.left_out += u64::from(!is_known);
    }

    fn descriptor(&mut self, message: &[u8]) {
        let id = fields(message).flatten().find(|f| f.0 == 1).map_or(0, |f| f.1.number());
        let at = self.track(id) as usize;
        let track = &mut self.tracks[at];
        for (number, field) in fields(message).flatten() {
            match number {
                2 | 10 | 13 => track.name = field.text().into_owned(),
                5 => track.parent = Some(field.number()),
                3 => {
                    let (pid, name) = numbered(field.bytes(), 6);
                    track.process = Some((pid[0], name));
                }
                4 => {
                    let (ids, name) = numbered(field.bytes(), 5);
                    track.thread = Some((ids[0], ids[1], name));
                }
                8 => {
                    for (number, field) in fields(field.bytes()).flatten() {
                        match number {
                            3 => {
                                track.unit = ["", "ns", "", "B"]
                                    .get(field.number() as usize)
                                    .unwrap_or(&"")
                                    .to_string()
                            }
                            4 => track.factor = field.number() as i64 as f64,
                            5 => track.is_incremental = field.number() != 0,
                            6 => track.unit = field.text().into_owned(),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn tree(&mut self, tree: &[u8]) {
        for process in all(tree, 1) {
            let (ids, name) = numbered(process, 3);
            self.system.insert(ids[0], name.rsplit('/').next().unwrap_or_default().to_owned());
        }
        for thread in all(tree, 2) {
            let tid = fields(thread).flatten().find(|f| f.0 == 1).map_or(0, |f| f.1.number());
            if let Some((_, name)) = fields(thread).flatten().find(|f| f.0 == 2) {
                self.system.entry(tid).or_insert_with(|| name.text().into_owned());
            }
        }
    }

    /// A thread as writers describe it that have no tracks: its track is that of the sequence.
    fn old_thread(&mut self, id: u64, message: &[u8], sequence: &mut Sequence<'_>) {
        let (ids, name) = numbered(message, 5);
        let track = u64::MAX ^ id;
        let at = self.track(track) as usize;
        self.tracks[at].thread = Some((ids[0], ids[1], name));
        sequence.thread = Some(track);
        if let Some((_, reference)) = fields(message).flatten().find(|f| f.0 == 6) {
            sequence.reference = reference.number() as i64;
        }
    }

    fn event<'a>(&mut self, event: &'a [u8], t: Option<i64>, has_time: bool, sequence: &mut Sequence<'a>) {
        let (mut name, mut categories): (Cow<'a, str>, Vec<Cow<'a, str>>) = (Cow::Borrowed(""), Vec::new());
        let (mut kind, mut track, mut t) = (0, sequence.track.or(sequence.thread), t);
        let (mut value, mut args, mut flows) = (0.0, Fields::new(), Vec::new());
        let (mut legacy, mut length) = (0, 0);
        let (mut extra, mut extra_tracks) = (Vec::new(), Vec::new());
        for (number, field) in fields(event).flatten() {
            match (number, field) {
                (1, field) => {
                    sequence.reference = sequence.reference.saturating_add(field.number() as i64);
                    t = sequence.reference.checked_mul(1000);
                }
                (16, field) => t = (field.number() as i64).checked_mul(1000),
                (3, field) => categories.extend(sequence.names.categories.get(&field.number()).cloned()),
                (22, field) => categories.push(field.text()),
                (4, Field::Bytes(annotation)) => sequence.names.annotate(annotation, &mut args),
                (9, field) => kind = field.number(),
                (10, field) => match sequence.names.events.get(&field.number()) {
                    Some(known) => name = known.clone(),
                    None => {
                        let what =
                            "the names of events are missing: no packet before them defines these names";
                        self.tally.warn("name-missing", what, || field.number().to_string());
                    }
                },
                (23, field) => name = field.text(),
                (11, field) => track = Some(field.number()),
                (30, field) => value = field.number() as i64 as f64,
                (44, field) => value = f64::from_bits(field.number()),
                (36 | 47, Field::Number(id)) => flows.push((id, false)),
                (42 | 48, Field::Number(id)) => flows.push((id, true)),
                (12, Field::Number(value)) => extra.push(value as i64 as f64),
                (46, Field::Number(bits)) => extra.push(f64::from_bits(bits)),
                (31 | 45, Field::Number(id)) => extra_tracks.push(id),
                (6, Field::Bytes(old)) => {
                    for (number, field) in fields(old).flatten() {
                        match number {
                            1 if name.is_empty() => {
                                name =
                                    sequence.names.events.get(&field.number()).cloned().unwrap_or_default();
                            }
                            2 => legacy = field.number(),
                            3 => length = (field.number() as i64).saturating_mul(1000),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        let what = match (kind, u8::try_from(legacy).unwrap_or(0)) {
            (1, _) | (0, b'B') => What::Begin,
            (2, _) | (0, b'E') => What::End,
            (3, _) | (0, b'I' | b'i' | b'R') => What::Instant,
            (4, _) => What::Counter(value),
            (_, b'X') => What::Whole(length.max(0)),
            _ => {
                let what = "events of other kinds (asynchronous ones of old writers, metadata) were left out";
                return self.tally.info("not-shown", what, || &*name);
            }
        };
        let Some(t) = t else {
            let what = if has_time {
                "events whose clock no snapshot relates to the others were ignored"
            } else {
                "events without a time were ignored"
            };
            return self.tally.warn("bad-time", what, || &*name);
        };
        let counters = if extra_tracks.is_empty() { &sequence.counters } else { &extra_tracks };
        for (id, value) in counters.clone().into_iter().zip(extra) {
            self.counter(id, t, value);
        }
        let track = track.unwrap_or(0);
        if let What::Counter(value) = what {
            return self.counter(track, t, value);
        }
        let track = self.track(track);
        let args = args.finish().map_or_else(String::new, |args| args.as_str().to_owned());
        let category = categories.join(",");
        self.items.push(Item { t, track, what, name: name.into_owned(), category, args, flows });
    }

    fn counter(&mut self, id: u64, t: i64, value: f64) {
        let at = self.track(id);
        let track = &mut self.tracks[at as usize];
        let factor = if track.factor == 0.0 { 1.0 } else { track.factor };
        track.total = if track.is_incremental { track.total + value } else { value };
        let what = What::Counter(track.total * factor);
        let (name, category, args) = (String::new(), String::new(), String::new());
        self.items.push(Item { t, track: at, what, name, category, args, flows: Vec::new() });
    }
}

impl Sequence<'_> {
    fn defaults(&mut self, message: &[u8]) {
        for (number, field) in fields(message).flatten() {
            match (number, field) {
                (CLOCK_ID, field) => self.clock = Some(field.number()),
                (EVENT, Field::Bytes(defaults)) => {
                    self.counters.clear();
                    for (number, field) in fields(defaults).flatten() {
                        match number {
                            11 => self.track = Some(field.number()),
                            31 | 45 => self.counters.push(field.number()),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// The packets of a trace; `None` for what is not one.
fn packets(bytes: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    fields(bytes).filter_map(|field| match field {
        Some((1, Field::Bytes(packet))) => Some(Some(packet)),
        Some(_) => None,
        None => Some(None),
    })
}

/// The first two numbers of a descriptor and its text of that number.
fn numbered(message: &[u8], text: u64) -> ([u64; 2], String) {
    let (mut ids, mut name) = ([0; 2], String::new());
    for (number, field) in fields(message).flatten() {
        match number {
            1 | 2 if matches!(field, Field::Number(_)) => ids[number as usize - 1] = field.number(),
            number if number == text && name.is_empty() => name = field.text().into_owned(),
            _ => {}
        }
    }
    (ids, name)
}
