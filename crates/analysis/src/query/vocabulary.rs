//! Every word that a query can contain, in one table: the parser looks names up here, completion offers them, and the
//! tables of `docs/query.md` are generated from it.

use super::syntax::{Direction, Flag, Moment, Words};

/// A word of the language and its meaning.
#[derive(Debug)]
pub(super) struct Entry<K: 'static> {
    /// The name in the canonical form.
    pub(super) name: &'static str,
    /// Other names with the same meaning.
    pub(super) aliases: &'static [&'static str],
    /// An expression that uses it.
    pub(super) example: &'static str,
    /// Its meaning, for people.
    pub(super) about: &'static str,
    /// Its meaning, for the parser.
    pub(super) means: K,
}

/// The meaning of a name before an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    Words(Words),
    Status,
    Moment(Moment),
    Duration,
    Count,
    Standard,
    Label,
    Param,
    Metric,
    Has,
    Is,
}

impl Means {
    /// Returns the word for the kind of its values.
    fn kind(self) -> &'static str {
        match self {
            Means::Words(_) => "text",
            Means::Status => "status",
            Means::Moment(_) => "moment",
            Means::Duration => "duration",
            Means::Count => "count",
            Means::Standard | Means::Metric => "metric",
            Means::Label | Means::Param => "text or number",
            Means::Has | Means::Is => "question",
        }
    }
}

macro_rules! entries {
    ($($name:literal $(| $alias:literal)*, $means:expr, $example:literal, $about:literal;)*) => {
        &[$(Entry { name: $name, aliases: &[$($alias),*], example: $example, about: $about, means: $means }),*]
    };
}

/// The fields.
pub(super) static FIELDS: &[Entry<Means>] = entries![
    "name", Means::Words(Words::Name), "name:align_*", "Name of the task, or its id if it has none";
    "id", Means::Words(Words::Id), "id=\"align/7\"", "Id of the task";
    "step", Means::Words(Words::Step), "step:{align, sort}", "Step of the task, or its name if it has none";
    "status" | "state", Means::Status, "status in (failed, cancelled)",
        "Status of the task; `:` matches the beginning of its name";
    "kind", Means::Words(Words::Kind), "kind:bash", "What executes the task, such as a class or an operator";
    "worker", Means::Words(Words::Worker), "worker:w1", "Worker of any attempt of the task";
    "error", Means::Words(Words::Error), "error:\"timed out\"", "Message and kind of the error of any attempt";
    "parent", Means::Words(Words::Parent), "parent:ingest", "Id of the task or group that contains the task";
    "start" | "started", Means::Moment(Moment::Start), "start>=\"12:00\"", "First start of any attempt";
    "end" | "ended", Means::Moment(Moment::End), "end<2026-01-05T09:30",
        "Last end, once every attempt that started has one";
    "queued", Means::Moment(Moment::Queued), "queued<+10m", "When the first attempt was queued";
    "ready", Means::Moment(Moment::Ready), "ready>1h30m", "When all its dependencies had ended";
    "duration" | "dur", Means::Duration, "dur>10s", "From first start to last end, retries included";
    "work", Means::Duration, "work>1h", "Execution time of its attempts, without contained tasks";
    "wait" | "waited", Means::Duration, "wait>=1m30s", "From ready to the first start";
    "queue", Means::Duration, "queue>p90", "From queued to started, of the first attempt";
    "backoff", Means::Duration, "backoff>0", "Time between its attempts";
    "slack", Means::Duration, "slack<1s", "How much later it could have ended without delaying the run, if slots are unlimited";
    "attempts" | "attempt" | "tries", Means::Count, "attempts>1", "Number of attempts";
    "cpu", Means::Standard, "cpu>150%", "Share of one processor in use";
    "cputime", Means::Standard, "cputime>1min", "Processor time";
    "mem", Means::Standard, "mem>=2GiB", "Memory in use, or its peak";
    "read", Means::Standard, "read>1MB", "Bytes read from disks";
    "written", Means::Standard, "written>1MB", "Bytes written to disks";
    "reads", Means::Standard, "reads>1000", "Operations that read";
    "writes", Means::Standard, "writes>1000", "Operations that wrote";
    "received", Means::Standard, "received>1GB", "Bytes received over the network";
    "sent", Means::Standard, "sent>1GB", "Bytes sent over the network";
    "threads", Means::Standard, "threads>=8", "Threads";
    "switches", Means::Standard, "switches>1e6", "Context switches";
    "metric" | "metrics", Means::Metric, "metric.\"rows out\">1e6", "A metric by its own name";
    "label" | "labels", Means::Label, "label.team:search", "A label by its name";
    "param" | "params", Means::Param, "param.threads>4", "A parameter by its name";
    "has", Means::Has, "has:error", "Whether the value of a field is known";
    "is", Means::Is, "is:critical", "Whether the task has a flag";
];

/// The flags, which can also be written alone.
pub(super) static FLAGS: &[Entry<Flag>] = entries![
    "critical", Flag::Critical, "critical", "On the critical path";
    "gate", Flag::Gate, "gate dur>p90", "Every path from the first tasks to the last goes through it";
    "retried", Flag::Retried, "retried and status:succeeded", "More than one attempt";
];

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Reach(Direction),
    Between,
}

/// The functions. Their results include their arguments.
pub(super) static FUNCTIONS: &[Entry<Function>] = entries![
    "up" | "upstream", Function::Reach(Direction::Up), "up(load_*, 2)",
        "The given tasks and all tasks they depend on, at most the given number of dependencies away";
    "down" | "downstream", Function::Reach(Direction::Down), "down(status:failed)",
        "The given tasks and all tasks that depend on them, at most the given number of dependencies away";
    "between", Function::Between, "between(fetch, report)",
        "The tasks on any path from the first to the second, both included";
];

/// The kinds of statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Summary {
    /// A percentile, in hundredths, given by the digits after the name.
    Percentile,
    /// A percentile with a name of its own, in hundredths.
    Named(u8),
    Mean,
}

/// The statistics that a number may be compared with.
pub(super) static STATISTICS: &[Entry<Summary>] = entries![
    "p", Summary::Percentile, "dur>p95", "Percentile, from `p0` to `p100`, with fractions (`p99.9`)";
    "median", Summary::Named(50), "mem>=median", "The same as `p50`";
    "min", Summary::Named(0), "dur=min", "Minimum, the same as `p0`";
    "max", Summary::Named(100), "dur=max(step)", "Maximum, the same as `p100`";
    "avg" | "mean", Summary::Mean, "wait>avg", "Arithmetic mean";
];

/// A part of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermKind {
    /// A field, which is followed by an operator.
    Fields,
    /// A flag, which is true or false and can be written alone.
    Flags,
    /// A function from tasks to tasks.
    Functions,
    /// A statistic, which can be compared with instead of a number.
    Statistics,
}

/// A word of the language, for help and documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The name in the canonical form.
    pub name: &'static str,
    /// Other names with the same meaning.
    pub aliases: &'static [&'static str],
    /// The kind of values of a field: `text`, `status`, `moment`, `duration`, `count`, `metric` …; empty for anything
    /// else.
    pub holds: &'static str,
    /// An expression that uses it.
    pub example: &'static str,
    /// Its meaning, as a sentence without its full stop.
    pub about: &'static str,
}

/// The words of a part of the language, in the order of the documents.
pub fn terms(part: TermKind) -> Vec<Term> {
    fn plain<K>(table: &'static [Entry<K>]) -> Vec<Term> {
        let term = |e: &Entry<K>| Term {
            name: e.name,
            aliases: e.aliases,
            holds: "",
            example: e.example,
            about: e.about,
        };
        table.iter().map(term).collect()
    }
    match part {
        TermKind::Fields => {
            let all = plain(FIELDS).into_iter().zip(FIELDS);
            all.map(|(term, e)| Term { holds: e.means.kind(), ..term }).collect()
        }
        TermKind::Flags => plain(FLAGS),
        TermKind::Functions => plain(FUNCTIONS),
        TermKind::Statistics => plain(STATISTICS),
    }
}

/// Returns the entry with this name or alias, ignoring case.
pub(super) fn find<K>(table: &'static [Entry<K>], name: &str) -> Option<&'static Entry<K>> {
    let is = |known: &&str| known.eq_ignore_ascii_case(name);
    table.iter().find(|e| is(&e.name) || e.aliases.iter().any(is))
}

/// Iterates over all names and aliases of a table.
pub(super) fn names<K>(table: &'static [Entry<K>]) -> impl Iterator<Item = &'static str> {
    table.iter().flat_map(|e| std::iter::once(e.name).chain(e.aliases.iter().copied()))
}
