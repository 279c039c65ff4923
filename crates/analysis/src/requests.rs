//! Requested and used resources of tasks: processors and memory.

use makespan_model::{HashMap, Run, Stored, StrId, TaskId};

use crate::{Measures, Standard};
use makespan_format::amount::{Quantity, unit as unit_of};

/// Processors and memory of one task; NaN if unknown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demand {
    /// The task.
    pub task: TaskId,
    /// Requested processors.
    pub cpus: f64,
    /// Processors used on average: the measured percentage divided by 100.
    pub cpus_used: f64,
    /// Requested memory, or if unknown the memory limit, bytes.
    pub memory: f64,
    /// Measured peak memory, bytes.
    pub memory_used: f64,
    /// Time for which it held its request: the sum of the durations of its attempts, ns.
    pub held: i64,
}

/// Requested and used amounts, summed over the tasks for which both are known, weighted by their durations.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Waste {
    /// Number of tasks.
    pub tasks: u32,
    /// Requested amount: processor seconds, or byte seconds.
    pub requested: f64,
    /// Used amount, in the same unit. Each task counts at most its request, because usage above it does not compensate
    /// the waste of another task.
    pub used: f64,
}

impl Waste {
    /// Returns the fraction that was used, 0 to 1; `None` if nothing was requested.
    pub fn share(&self) -> Option<f64> {
        (self.requested > 0.0).then(|| self.used / self.requested)
    }
}

/// Requested and used resources of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Requests {
    /// Returns the tasks with a recorded request, by index.
    pub tasks: Vec<Demand>,
    /// Processors; `None` where of no task both sides are known.
    pub cpus: Option<Waste>,
    /// Memory; `None` where of no task both sides are known.
    pub memory: Option<Waste>,
}

/// Compares the requests of tasks, in their parameters and labels, with the measured usage.
///
/// Engines use many names for requests: `cpus`, `cores`, `threads`, `memory`, `mem_mb`, `requestedMemory`,
/// `resources.requests.cpu`. A member counts if its name is one of these and its value is a number or a number with a
/// unit: `4`, `500m` (thousandths of a processor), `4 GB`, `16Gi`. Memory without a unit is in bytes if it is at least
/// a million, otherwise unknown. A request takes precedence over a limit. Usage is taken from the
/// [measures](crate::measures()) of processors and memory; memory of 0 counts as not measured, as do processor shares
/// that are 0 for every task. O(n + a + s), and each text is parsed once.
pub fn requests(run: &Run, measures: &Measures) -> Requests {
    let mut known: HashMap<StrId, Asked> = HashMap::default();
    let mut asked = |id: StrId| *known.entry(id).or_insert_with(|| Asked::read(run, id));
    let found: Vec<(TaskId, Asked)> = run
        .task_ids()
        .map(|t| {
            let (params, labels) = (run.tasks.params[t.index()], run.tasks.labels[t.index()]);
            (t, asked(params).or(asked(labels)))
        })
        .filter(|(_, a)| !a.cpus.is_nan() || !a.memory().is_nan())
        .collect();
    if found.is_empty() {
        return Requests::default();
    }
    let measured = |standard| {
        let values = measures.standard(standard).and_then(|m| measures.of_samples(run, m));
        values.filter(|v| v.iter().any(|v| *v > 0.0)).unwrap_or_default()
    };
    let (cpu, memory) = (measured(Standard::Cpu), measured(Standard::Memory));
    let value = |column: &[f64], t: TaskId| column.get(t.index()).copied().unwrap_or(f64::NAN);
    let demand = |(task, asked): (TaskId, Asked)| {
        let used = value(&memory, task);
        let lengths = run.attempts_of(task).filter_map(|a| run.interval(a));
        Demand {
            task,
            cpus: asked.cpus,
            cpus_used: value(&cpu, task) / 100.0,
            memory: asked.memory(),
            memory_used: if used > 0.0 { used } else { f64::NAN },
            held: lengths.fold(0i64, |sum, (s, e)| sum.saturating_add(e.saturating_sub(s).max(0))),
        }
    };
    let tasks: Vec<Demand> = found.into_iter().map(demand).collect();
    let waste = |side: fn(&Demand) -> (f64, f64)| {
        let mut waste = Waste::default();
        for demand in &tasks {
            let ((requested, used), seconds) = (side(demand), demand.held as f64 / 1e9);
            if requested > 0.0 && used.is_finite() {
                waste.tasks += 1;
                waste.requested += requested * seconds;
                waste.used += used.clamp(0.0, requested) * seconds;
            }
        }
        (waste.tasks > 0).then_some(waste)
    };
    let (cpus, memory) = (waste(|d| (d.cpus, d.cpus_used)), waste(|d| (d.memory, d.memory_used)));
    Requests { tasks, cpus, memory }
}

/// Returns the requests in one text; NaN if there are none.
#[derive(Clone, Copy, Debug)]
struct Asked {
    cpus: f64,
    request: f64,
    limit: f64,
}

impl Asked {
    const NOTHING: Asked = Asked { cpus: f64::NAN, request: f64::NAN, limit: f64::NAN };

    fn memory(self) -> f64 {
        if self.request.is_nan() { self.limit } else { self.request }
    }

    /// Returns the same with unknown values filled in from another.
    fn or(self, other: Asked) -> Asked {
        let either = |a: f64, b: f64| if a.is_nan() { b } else { a };
        Asked {
            cpus: either(self.cpus, other.cpus),
            request: either(self.request, other.request),
            limit: either(self.limit, other.limit),
        }
    }

    fn read(run: &Run, id: StrId) -> Asked {
        let mut out = Asked::NOTHING;
        let text = run.text(id).as_bytes();
        let holds = |word: &[u8]| text.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word));
        // Most texts ask for nothing, and need not be read for that.
        if !["cpu", "core", "thread", "mem", "ram"].iter().any(|w| holds(w.as_bytes())) {
            return out;
        }
        for (name, value) in run.members(id) {
            match resource(&name) {
                Some(Resource::Cpus) => out.cpus = if out.cpus.is_nan() { cpus(&value) } else { out.cpus },
                Some(Resource::Memory { factor, is_limit }) => {
                    let slot = if is_limit { &mut out.limit } else { &mut out.request };
                    *slot = if slot.is_nan() { memory(&value, factor) } else { *slot };
                }
                None => {}
            }
        }
        out
    }
}

enum Resource {
    Cpus,
    /// Returns the factor for a number without a unit, if the name contains the unit.
    Memory {
        factor: Option<f64>,
        is_limit: bool,
    },
}

/// Returns the resource that a member requests, by its name.
fn resource(name: &str) -> Option<Resource> {
    let lower = name.to_ascii_lowercase();
    // Names of measured values, and of values that are not amounts of processors or bytes.
    let others =
        ["used", "usage", "peak", "rss", "percent", "pct", "util", "avg", "mean", "free", "time", "max_"];
    if lower.len() > 80 || others.iter().any(|w| lower.contains(w)) {
        return None;
    }
    let plain: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    let ends = |words: &[&str]| words.iter().any(|w| plain.ends_with(w));
    let units = [("gib", 30), ("mib", 20), ("kib", 10), ("bytes", 0)];
    let decimal = [("gb", 1e9), ("mb", 1e6), ("kb", 1e3)];
    let unit = units.iter().map(|(u, power)| (*u, f64::from(1u32 << power))).chain(decimal);
    let unit = unit.into_iter().find(|(u, _)| plain.ends_with(u));
    let stem = unit.map_or(&plain[..], |(u, _)| &plain[..plain.len() - u.len()]);
    let of_memory = |stem: &str| stem == "ram" || ["memory", "mem"].iter().any(|w| stem.ends_with(w));
    let bare = ["request", "requested", "limit", "reservation"];
    let stem = bare.iter().find_map(|w| stem.strip_suffix(w)).unwrap_or(stem);
    if of_memory(stem) {
        return Some(Resource::Memory { factor: unit.map(|u| u.1), is_limit: plain.contains("limit") });
    }
    let of_cpus =
        ends(&["cpus", "cpu", "cores", "cpucount", "corecount", "cpurequest"]) || plain == "threads";
    (of_cpus && !plain.contains("limit")).then_some(Resource::Cpus)
}

/// A text as a number and what follows it.
fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..digits].parse().ok()?;
    Some((number, text[digits..].trim()))
}

fn cpus(value: &Stored) -> f64 {
    let number = match value {
        Stored::Number(n) => Some(*n),
        Stored::Text(text) => split(text).and_then(|(n, unit)| match unit {
            "" => Some(n),
            "m" => Some(n / 1000.0),
            _ => None,
        }),
    };
    number.filter(|n| *n > 0.0 && *n < 1e6).unwrap_or(f64::NAN)
}

fn memory(value: &Stored, factor: Option<f64>) -> f64 {
    let (number, unit) = match value {
        Stored::Number(n) => (*n, ""),
        Stored::Text(text) => match split(text) {
            Some(parts) => parts,
            None => return f64::NAN,
        },
    };
    let lower = unit.to_ascii_lowercase();
    let bytes = match (lower.as_str(), factor) {
        ("", Some(factor)) => Some(number * factor),
        ("", None) => (number >= 1e6).then_some(number),
        // `16G`, `16Gi`: the unit of bytes is left out, and `m` alone would be minutes.
        (short, _) => {
            let long = if short.ends_with('b') || short.ends_with('s') {
                short.to_owned()
            } else {
                format!("{short}b")
            };
            unit_of(&long).filter(|u| u.0 == Quantity::Bytes).map(|u| number * u.1)
        }
    };
    bytes.filter(|b| *b > 0.0 && b.is_finite()).unwrap_or(f64::NAN)
}
