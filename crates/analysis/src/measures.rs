//! Measures: every number that tasks of a run have, as one column each: times, waits, attempts, and the metrics that
//! the source recorded. Query, heatmap, charts and comparison all use these numbers.

use makespan_model::{HashMap, NONE, Order as _, Run, StrId};

use crate::natural_cmp;
use makespan_format::amount::{Quantity, unit};

/// Metrics that engines record under many names and that people ask for by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standard {
    /// Share of one processor in use; above 100 % with several.
    Cpu,
    /// Time that processors worked for it, in user mode and in the system together.
    CpuTime,
    /// Memory in use, or its peak.
    Memory,
    /// Bytes read from disks.
    BytesRead,
    /// Bytes written to disks.
    BytesWritten,
    /// Operations that read.
    Reads,
    /// Operations that wrote.
    Writes,
    /// Bytes that came over the network.
    NetReceived,
    /// Bytes that went over the network.
    NetSent,
    /// Threads.
    Threads,
    /// Switches from one thread to another.
    ContextSwitches,
}

impl Standard {
    /// All of them.
    pub const ALL: [Standard; 11] = [
        Standard::Cpu,
        Standard::CpuTime,
        Standard::Memory,
        Standard::BytesRead,
        Standard::BytesWritten,
        Standard::Reads,
        Standard::Writes,
        Standard::NetReceived,
        Standard::NetSent,
        Standard::Threads,
        Standard::ContextSwitches,
    ];

    /// The short name under which a query and a link know it.
    pub fn name(self) -> &'static str {
        match self {
            Standard::Cpu => "cpu",
            Standard::CpuTime => "cputime",
            Standard::Memory => "mem",
            Standard::BytesRead => "read",
            Standard::BytesWritten => "written",
            Standard::Reads => "reads",
            Standard::Writes => "writes",
            Standard::NetReceived => "received",
            Standard::NetSent => "sent",
            Standard::Threads => "threads",
            Standard::ContextSwitches => "switches",
        }
    }

    /// The well-known measure of a metric, found by its name and the quantity of its unit.
    fn of(name: &str, quantity: Quantity) -> Option<Standard> {
        let name = name.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|w| name.contains(w));
        // A change, a limit or a request is not a usage, and a tagged series is one of many.
        if has(&["delta", "limit", "request", "alloc", "free", "{", "[", "total_", "avg_"]) {
            return None;
        }
        match quantity {
            Quantity::Percent if has(&["cpu"]) => Some(Standard::Cpu),
            Quantity::Time if has(&["cpu"]) && !has(&["user", "sys", "wait"]) => Some(Standard::CpuTime),
            Quantity::Bytes if has(&["recv", "received", "net_in", "bytes_in", "rx_"]) => {
                Some(Standard::NetReceived)
            }
            Quantity::Bytes if has(&["sent", "net_out", "bytes_out", "tx_"]) => Some(Standard::NetSent),
            Quantity::Bytes if has(&["read", "rchar"]) => Some(Standard::BytesRead),
            Quantity::Bytes if has(&["writ", "wchar"]) => Some(Standard::BytesWritten),
            Quantity::Bytes if has(&["mem", "rss"]) && !has(&["vmem", "virtual"]) => Some(Standard::Memory),
            Quantity::Bytes | Quantity::Time | Quantity::Percent => None,
            _ if has(&["switch"]) && !has(&["process"]) => Some(Standard::ContextSwitches),
            _ if has(&["thread"]) => Some(Standard::Threads),
            _ if has(&["read_count", "reads", "read_op", "syscr"]) => Some(Standard::Reads),
            _ if has(&["write_count", "writes", "write_op", "syscw"]) => Some(Standard::Writes),
            _ => None,
        }
    }
}

/// Origin of the values of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum From {
    Duration,
    Work,
    Wait,
    Queue,
    Backoff,
    Slack,
    Attempts,
    /// Samples of a metric: place in [`Measures::samples`].
    Metric(u32),
}

/// One thing that is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Stable name, for queries, links and machines: `duration`, `wait`, the name of a metric. A metric that bears the
    /// name of one of ours is `metric:NAME`.
    pub key: String,
    /// Display name.
    pub title: String,
    /// The quantity that it measures.
    pub quantity: Quantity,
    /// The unit of a plain number as the source gives it; empty for other quantities and if there is none.
    pub unit: String,
    /// The well-known metric it is.
    pub standard: Option<Standard>,
    pub(crate) from: From,
}

/// The measures of the tasks of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measures {
    /// Ours first, then metrics in natural order of their names; keys are unique.
    pub list: Vec<Measure>,
    /// By metric: what its unit is multiplied with, and its samples (index) in order of tasks.
    samples: Vec<(f64, Vec<u32>)>,
}

/// Ours: key, title, quantity, source.
const OURS: [(&str, &str, Quantity, From); 7] = [
    ("duration", "Duration", Quantity::Time, From::Duration),
    ("work", "Work", Quantity::Time, From::Work),
    ("wait", "Waited", Quantity::Time, From::Wait),
    ("queue", "Queued", Quantity::Time, From::Queue),
    ("backoff", "Between tries", Quantity::Time, From::Backoff),
    ("slack", "Slack", Quantity::Time, From::Slack),
    ("attempts", "Tries", Quantity::Count, From::Attempts),
];

/// The measures of a run. A metric counts only where samples of tasks hold it; those of the run as a whole are series
/// over time and no measure of tasks. O(s log s) for s samples.
pub fn measures(run: &Run) -> Measures {
    let mut found = series(run);
    found.order_by(|a, b| {
        natural_cmp(run.text(a.0), run.text(b.0)).then_with(|| natural_cmp(run.text(a.1), run.text(b.1)))
    });
    let mut out = Measures::default();
    for (key, title, quantity, from) in OURS {
        let (key, title) = (key.to_owned(), title.to_owned());
        out.list.push(Measure { key, title, quantity, unit: String::new(), standard: None, from });
    }
    let mut taken: makespan_model::HashSet<String> = out.list.iter().map(|m| m.key.clone()).collect();
    let mut standards = [false; Standard::ALL.len()];
    for (name, unit_name, indices) in found {
        let (name, unit_name) = (run.text(name), run.text(unit_name));
        let known = unit(unit_name);
        let quantity = known.map_or(
            if unit_name.is_empty() && counts(name) { Quantity::Count } else { Quantity::Number },
            |k| k.0,
        );
        // Built-in measures keep their names; units distinguish metrics with the same name.
        let mut key = name.to_owned();
        if taken.contains(&key) {
            key = format!("metric:{name}");
        }
        if taken.contains(&key) {
            key = format!("metric:{name}:{unit_name}");
        }
        taken.insert(key.clone());
        // The first by name is the one that the short name means.
        let standard =
            Standard::of(name, quantity).filter(|s| !std::mem::replace(&mut standards[*s as usize], true));
        let from = From::Metric(out.samples.len() as u32);
        let unit = if known.is_some() { String::new() } else { unit_name.to_owned() };
        out.list.push(Measure { key, title: name.to_owned(), quantity, unit, standard, from });
        out.samples.push((known.map_or(1.0, |k| k.1), indices));
    }
    out
}

/// Returns the names and units of the samples of tasks, with the indices of these.
#[inline(never)]
fn series(run: &Run) -> Vec<(StrId, StrId, Vec<u32>)> {
    let mut place: HashMap<(StrId, StrId), usize> = HashMap::default();
    let mut found: Vec<(StrId, StrId, Vec<u32>)> = Vec::new();
    let samples = &run.samples;
    for i in 0..samples.task.len() {
        if samples.task[i] == NONE {
            continue;
        }
        let key = (samples.name[i], samples.unit[i]);
        let at = *place.entry(key).or_insert_with(|| {
            found.push((key.0, key.1, Vec::new()));
            found.len() - 1
        });
        found[at].2.push(i as u32);
    }
    found
}

/// Whether a metric without a unit is one of counts, by its name.
fn counts(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["count", "switches", "threads", "_ops", "retries", "errors", "records", "rows", "items"]
        .iter()
        .any(|w| name.contains(w))
}

impl Measures {
    /// The measure of that key, or else of that [short name](Standard::name).
    pub fn find(&self, key: &str) -> Option<usize> {
        let by_key = self.list.iter().position(|m| m.key == key);
        by_key.or_else(|| self.list.iter().position(|m| m.standard.is_some_and(|s| s.name() == key)))
    }

    /// The measure that is a well-known metric, if the run has it.
    pub fn standard(&self, standard: Standard) -> Option<usize> {
        self.list.iter().position(|m| m.standard == Some(standard))
    }

    /// The number of every task of a measure that is a metric, as [`values`](Measures::values) gives it; `None` for one that
    /// is computed. O(n + s).
    pub(crate) fn of_samples(&self, run: &Run, measure: usize) -> Option<Vec<f64>> {
        let (indices, factor) = self.samples(measure)?;
        Some(sampled(run, indices, factor, &self.list[measure]))
    }

    /// The samples (index, in order of tasks) behind a measure, and what their values are multiplied with to be in its
    /// unit; `None` for a measure that is computed.
    pub fn samples(&self, measure: usize) -> Option<(&[u32], f64)> {
        match self.list.get(measure)?.from {
            From::Metric(at) => self.samples.get(at as usize).map(|(factor, list)| (&list[..], *factor)),
            _ => None,
        }
    }
}

fn sampled(run: &Run, indices: &[u32], factor: f64, measure: &Measure) -> Vec<f64> {
    let mut out = vec![f64::NAN; run.task_count()];
    let samples = &run.samples;
    for group in indices.chunk_by(|a, b| samples.task[*a as usize] == samples.task[*b as usize]) {
        let values = || group.iter().map(|&i| samples.value[i as usize]);
        let value = match measure.quantity {
            _ if group.len() == 1 => values().next(),
            Quantity::Bytes if measure.standard == Some(Standard::Memory) => values().reduce(f64::max),
            Quantity::Percent => Some(values().sum::<f64>() / group.len() as f64),
            // Times may be missing: then the order of the file decides.
            _ => {
                group.iter().max_by_key(|&&i| (samples.t[i as usize], i)).map(|&i| samples.value[i as usize])
            }
        };
        if let (Some(slot), Some(value)) = (out.get_mut(samples.task[group[0] as usize] as usize), value) {
            *slot = value * factor;
        }
    }
    out
}
