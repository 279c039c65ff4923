//! Figures held against limits: thresholds, service levels, gates.

use makespan_format::clip_chars;
use makespan_model::Order as _;
use std::fmt;

use makespan_model::{Status, TaskId, quantile};

use crate::{Facts, Measures};
use makespan_format::amount::{Amount, Quantity, Unit};

/// Comparison of a figure with its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `=`
    Equal,
    /// `!=`
    Unequal,
}

impl Comparison {
    /// All of them, longer signs first.
    const ALL: [Comparison; 6] = [
        Comparison::AtMost,
        Comparison::AtLeast,
        Comparison::Unequal,
        Comparison::Below,
        Comparison::Above,
        Comparison::Equal,
    ];

    /// Returns how it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Below => "<",
            Comparison::AtMost => "<=",
            Comparison::Above => ">",
            Comparison::AtLeast => ">=",
            Comparison::Equal => "=",
            Comparison::Unequal => "!=",
        }
    }

    /// Returns whether a value relates to a limit in that way; always false if either is NaN, except for
    /// [`Comparison::Unequal`].
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Comparison::Below => value < limit,
            Comparison::AtMost => value <= limit,
            Comparison::Above => value > limit,
            Comparison::AtLeast => value >= limit,
            Comparison::Equal => value == limit,
            Comparison::Unequal => value != limit,
        }
    }
}

/// How the values of a measure are combined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aggregate {
    /// Each task separately: the rule holds if it holds for all of them.
    Each,
    /// The lowest.
    Min,
    /// The highest.
    Max,
    /// The arithmetic mean.
    Mean,
    /// The sum.
    Sum,
    /// A percentile, 0 to 100, by linear interpolation (Hyndman & Fan 1996, type 7).
    Percentile(f64),
}

/// One figure of a run, how it must relate to what.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// A figure of the run as a whole (see [`FIGURES`]) or the key of a [measure](crate::measures()).
    pub figure: String,
    /// The value of a measure; [`Aggregate::Each`] also for figures of the run.
    pub aggregate: Aggregate,
    /// Comparison with the limit.
    pub comparison: Comparison,
    /// The limit.
    pub limit: Amount,
    /// The limit as it is written. Without a unit, times are in seconds, sizes in bytes and shares in hundredths.
    pub written: String,
}

/// Whether a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Ok,
    /// It does not.
    Violated,
    /// The run does not have the figure, or the unit of the limit is of another quantity.
    Unknown,
}

impl Verdict {
    /// `ok`, `violated` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Violated => "violated",
            Verdict::Unknown => "unknown",
        }
    }
}

/// Verdict on a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Whether it holds.
    pub verdict: Verdict,
    /// The value of the figure in ns, bytes, hundredths or its own unit; of [`Aggregate::Each`] the one that is nearest
    /// to violating the rule or violates it most. NaN where not known.
    pub value: f64,
    /// The limit in the same unit; NaN if it cannot be compared.
    pub limit: f64,
    /// The quantity of both.
    pub quantity: Quantity,
    /// The task with that value, if it belongs to one.
    pub task: Option<TaskId>,
}

/// The figures of a run as a whole: name and quantity.
pub const FIGURES: [(&str, Quantity); 12] = [
    ("makespan", Quantity::Time),
    ("total-work", Quantity::Time),
    ("critical-path", Quantity::Time),
    ("lost-work", Quantity::Time),
    ("tasks", Quantity::Count),
    ("failed", Quantity::Count),
    ("unfinished", Quantity::Count),
    ("retries", Quantity::Count),
    ("success-rate", Quantity::Percent),
    ("max-concurrency", Quantity::Count),
    ("mean-concurrency", Quantity::Number),
    ("utilisation", Quantity::Percent),
];

/// Why a text is not a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleError {
    /// It holds no comparison.
    NoComparison,
    /// The part before it is not one or two words.
    NoFigure,
    /// The part after it is not a number, or has an unknown unit.
    NoLimit(String),
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RuleError::NoComparison => f.write_str("a rule needs one of < <= > >= = !="),
            RuleError::NoFigure => {
                f.write_str("a rule needs a figure before the comparison, as in `p95 duration < 30 s`")
            }
            RuleError::NoLimit(text) => write!(f, "{text:?} is not a number with a known unit"),
        }
    }
}

impl std::error::Error for RuleError {}

impl Rule {
    /// Parses `makespan <= 10 min`, `p95 duration < 30 s`, `max mem <= 4 GB`, `failed = 0`. A measure can be preceded
    /// by `each`, `min`, `max`, `mean`, `median`, `sum` or `p` with a number; the default is `each`.
    ///
    /// # Errors
    ///
    /// The part that could not be parsed.
    pub fn parse(text: &str) -> Result<Rule, RuleError> {
        let found = Comparison::ALL.into_iter().filter_map(|c| text.find(c.sign()).map(|at| (at, c)));
        // Of operators at the same place, the longer one is first in the list.
        let (at, comparison) =
            found.reduce(|a, b| if b.0 < a.0 { b } else { a }).ok_or(RuleError::NoComparison)?;
        let words: Vec<&str> = text[..at].split_whitespace().collect();
        let (aggregate, figure) = match words[..] {
            [figure] => (Aggregate::Each, figure),
            [word, figure] => (aggregate(word).ok_or(RuleError::NoFigure)?, figure),
            _ => return Err(RuleError::NoFigure),
        };
        let limit = text[at + comparison.sign().len()..].trim_start_matches('=').trim();
        let wrong = || RuleError::NoLimit(clip_chars(limit, 40).to_owned());
        let amount = Amount::read(limit).filter(|a| !matches!(a.unit, Unit::Other(_))).ok_or_else(wrong)?;
        let (figure, written) = (figure.to_owned(), limit.to_owned());
        Ok(Rule { figure, aggregate, comparison, limit: amount, written })
    }

    /// Returns the limit in the base unit of a quantity; `None` if it has another quantity. A share without a unit, such as
    /// `0.95`, could mean 95 % or 0.95 %, and is `None` too.
    pub fn limit_of(&self, quantity: Quantity) -> Option<f64> {
        match self.limit.unit {
            Unit::None if quantity == Quantity::Time => Some(self.limit.value * 1e9),
            Unit::None if quantity == Quantity::Percent && is_share(self.limit.value) => None,
            Unit::None => Some(self.limit.value),
            _ => self.limit.of(quantity, ""),
        }
    }
}

/// In the form that [`Rule::parse`] reads.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.aggregate {
            Aggregate::Each => {}
            Aggregate::Min => f.write_str("min ")?,
            Aggregate::Max => f.write_str("max ")?,
            Aggregate::Mean => f.write_str("mean ")?,
            Aggregate::Sum => f.write_str("sum ")?,
            Aggregate::Percentile(p) => write!(f, "p{p} ")?,
        }
        write!(f, "{} {} {}", self.figure, self.comparison.sign(), self.written)
    }
}

/// Returns whether a number may be a share of one instead of a percentage.
fn is_share(value: f64) -> bool {
    value > 0.0 && value <= 1.0
}

fn aggregate(word: &str) -> Option<Aggregate> {
    Some(match word {
        "each" => Aggregate::Each,
        "min" => Aggregate::Min,
        "max" => Aggregate::Max,
        "mean" => Aggregate::Mean,
        "sum" => Aggregate::Sum,
        "median" => Aggregate::Percentile(50.0),
        _ => {
            let p: f64 = word.strip_prefix('p')?.parse().ok()?;
            return (0.0..=100.0).contains(&p).then_some(Aggregate::Percentile(p));
        }
    })
}

/// Checks a run against a rule. A figure of the run takes precedence over a measure of the same name; tasks with an
/// unknown value do not count. The cost of the figure's fact, plus O(n log n).
pub fn judge(facts: &Facts, rule: &Rule) -> Judged {
    let of_run = FIGURES.iter().find(|f| f.0 == rule.figure).map(|f| (f.1, whole(facts, f.0), None));
    let (quantity, value, task) = of_run.unwrap_or_else(|| of_tasks(facts, facts.measures(), rule));
    let limit = rule.limit_of(quantity).unwrap_or(f64::NAN);
    let verdict = match rule.comparison.holds(value, limit) {
        _ if value.is_nan() || limit.is_nan() => Verdict::Unknown,
        true => Verdict::Ok,
        false => Verdict::Violated,
    };
    Judged { verdict, value, limit, quantity, task }
}

/// Returns a figure of the run as a whole; NaN if unknown.
fn whole(facts: &Facts, figure: &str) -> f64 {
    let totals = facts.totals();
    let count = |s: Status| f64::from(totals.statuses[s as usize]);
    let ns = |t: Option<i64>| t.map_or(f64::NAN, |t| t as f64);
    match figure {
        "makespan" => ns(totals.makespan),
        "total-work" => totals.work as f64,
        "critical-path" => ns(facts.critical_path().map(|p| p.length)),
        "lost-work" => facts.retries().lost as f64,
        "tasks" => totals.tasks as f64,
        "failed" => count(Status::Failed),
        "unfinished" => Status::ALL.into_iter().filter(|s| !s.is_terminal()).map(count).sum(),
        "retries" => totals.retries as f64,
        "success-rate" => {
            let ended = count(Status::Succeeded) + count(Status::Failed);
            if ended > 0.0 { count(Status::Succeeded) / ended * 100.0 } else { f64::NAN }
        }
        "max-concurrency" if totals.makespan.is_some() => f64::from(facts.concurrency().max_running),
        "mean-concurrency" => facts.concurrency().mean_running.unwrap_or(f64::NAN),
        "utilisation" => facts.utilisation().mean.map_or(f64::NAN, |m| m * 100.0),
        _ => f64::NAN,
    }
}

/// A figure made from a measure of tasks.
fn of_tasks(facts: &Facts, measures: &Measures, rule: &Rule) -> (Quantity, f64, Option<TaskId>) {
    let Some(measure) = measures.find(&rule.figure) else { return (Quantity::Number, f64::NAN, None) };
    let quantity = measures.list[measure].quantity;
    let values = measures.values(facts, measure).into_iter().enumerate();
    let mut known: Vec<(f64, TaskId)> =
        values.filter(|(_, v)| v.is_finite()).map(|(t, v)| (v, TaskId(t as u32))).collect();
    known.order_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let (Some(first), Some(last)) = (known.first().copied(), known.last().copied()) else {
        return (quantity, f64::NAN, None);
    };
    let sum = || known.iter().map(|k| k.0).sum::<f64>();
    let (value, task) = match rule.aggregate {
        Aggregate::Min => (first.0, Some(first.1)),
        Aggregate::Max => (last.0, Some(last.1)),
        Aggregate::Mean => (sum() / known.len() as f64, None),
        Aggregate::Sum => (sum(), None),
        Aggregate::Percentile(p) => {
            let values: Vec<f64> = known.iter().map(|k| k.0).collect();
            (quantile(&values, p / 100.0).unwrap_or(f64::NAN), None)
        }
        Aggregate::Each => {
            let limit = rule.limit_of(quantity).unwrap_or(f64::NAN);
            let worst = match rule.comparison {
                Comparison::Below | Comparison::AtMost => last,
                Comparison::Above | Comparison::AtLeast => first,
                Comparison::Equal if limit - first.0 > last.0 - limit => first,
                Comparison::Equal => last,
                Comparison::Unequal => known.iter().copied().find(|k| k.0 == limit).unwrap_or(first),
            };
            (worst.0, Some(worst.1))
        }
    };
    (quantity, value, task)
}
