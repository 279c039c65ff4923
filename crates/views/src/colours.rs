//! The meaning of a task's colour: its status, or another property.

use std::borrow::Cow;

use makespan_analysis::Facts;
use makespan_model::{HashMap, Order as _, Run, Status, StrId, TaskId, quantile};
use makespan_scene::{Role, duration};
use serde::{Deserialize, Serialize};

use crate::amount::Unit;
use crate::exact::exactly;
use crate::property::Property;
use crate::roles::status_role;

/// The meaning of colours in the timeline and the graph.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Colouring {
    /// The status of a task.
    #[default]
    Status,
    /// Its step.
    Step,
    /// The worker of its first attempt.
    Worker,
    /// What executes it.
    Kind,
    /// Its duration, in classes between percentiles.
    Duration,
    /// A label or a parameter, or a metric in classes between percentiles.
    Of(Property),
}

impl Colouring {
    /// The meanings of every run.
    pub const ALL: [Colouring; 5] =
        [Colouring::Status, Colouring::Step, Colouring::Worker, Colouring::Kind, Colouring::Duration];

    /// Returns the name in links.
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Colouring::Status => "status",
            Colouring::Step => "step",
            Colouring::Worker => "worker",
            Colouring::Kind => "kind",
            Colouring::Duration => "duration",
            Colouring::Of(property) => return Cow::Owned(property.name()),
        })
    }

    /// Returns the meaning with this name.
    pub fn named(name: &str) -> Option<Colouring> {
        let own = || Property::parse(name).map(Colouring::Of);
        Colouring::ALL.into_iter().find(|c| c.name() == name).or_else(own)
    }

    /// Returns the field of the query.
    fn field(&self) -> String {
        match self {
            Colouring::Of(property) => property.field(),
            built_in => built_in.name().into_owned(),
        }
    }
}

/// A colour and its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coloured {
    /// Its label.
    pub name: String,
    /// The colour.
    pub role: Role,
    /// The query that selects the tasks with this colour; empty for the colour of all others.
    pub query: String,
}

/// The colours of a run. The groups with the most time have a colour each; all others share the last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Colours {
    /// The meaning of each colour, the most time first.
    pub legend: Vec<Coloured>,
    /// Index in the legend, by task.
    of: Vec<u8>,
}

/// Colours that everybody can distinguish (Okabe and Ito, 2008), without the dark one, on which text is hard to read.
const ROLES: [Role; 7] = [
    Role::Category4,
    Role::Category0,
    Role::Category2,
    Role::Category6,
    Role::Category1,
    Role::Category5,
    Role::Category3,
];

/// The classes of numbers: the percentile at which each ends, its colour, and its query without the field.
const CLASSES: [(f64, Role, [&str; 2]); 4] = [
    (0.5, Role::Class0, ["", "<=p50"]),
    (0.9, Role::Class1, [">p50", "<=p90"]),
    (0.99, Role::Class2, [">p90", "<=p99"]),
    (1.0, Role::Class3, [">p99", ""]),
];

/// Returns colours by a number: up to the median, the 90th percentile, the 99th, and above. Classes without tasks are
/// left out of the legend. `values` are by task, NaN if unknown.
fn by_class(values: &[f64], field: &str, text: impl Fn(f64) -> String) -> Colours {
    let mut known: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    known.order();
    let limits = CLASSES.map(|(p, ..)| quantile(&known, p).unwrap_or_default());
    let class = |v: &f64| (!v.is_nan()).then(|| limits.iter().position(|limit| v <= limit).unwrap_or(3));
    let classes: Vec<Option<usize>> = values.iter().map(class).collect();
    let mut legend = Vec::new();
    let mut place = [0u8; CLASSES.len()];
    for (i, (_, role, tests)) in CLASSES.into_iter().enumerate().filter(|(i, _)| classes.contains(&Some(*i)))
    {
        let (from, to) = (i.checked_sub(1).map(|before| limits[before]), text(limits[i]));
        let name = match from {
            None => format!("up to {to}"),
            Some(from) => format!("{} to {to}", text(from)),
        };
        let tests: Vec<String> =
            tests.into_iter().filter(|t| !t.is_empty()).map(|t| format!("{field}{t}")).collect();
        place[i] = legend.len() as u8;
        legend.push(Coloured { name, role, query: tests.join(" ") });
    }
    let rest = legend.len() as u8;
    if classes.contains(&None) {
        legend.push(Coloured { name: "unknown".to_owned(), role: Role::Neutral, query: String::new() });
    }
    Colours { legend, of: classes.into_iter().map(|class| class.map_or(rest, |i| place[i])).collect() }
}

/// Returns colours by a metric.
fn by_metric(facts: &Facts, key: &str, field: &str) -> Colours {
    let measures = facts.measures();
    let Some(at) = measures.find(key) else {
        return by_class(&vec![f64::NAN; facts.run().task_count()], field, |_| String::new());
    };
    let unit = Unit::measure(&measures.list[at]);
    by_class(&measures.values(facts, at), field, |value| unit.text(value))
}

impl Colours {
    /// Computes the colours of a run; `None` if they mean the status. O(n log n) in attempts.
    pub fn of(facts: &Facts, by: &Colouring) -> Option<Colours> {
        let run = facts.run();
        let first_worker =
            |t: TaskId| run.attempts_of(t).next().map_or(StrId::EMPTY, |a| run.attempts.worker[a.index()]);
        let step = |t: TaskId| {
            let i = t.index();
            [run.tasks.step[i], run.tasks.name[i], run.tasks.id[i]]
                .into_iter()
                .find(|s| !s.is_empty())
                .unwrap_or(StrId::EMPTY)
        };
        let text = |id: StrId| (!id.is_empty()).then(|| run.text(id));
        match by {
            Colouring::Status => None,
            Colouring::Duration => {
                let length = |t| run.task_interval(t).map_or(f64::NAN, |(s, e)| e.saturating_sub(s) as f64);
                let values: Vec<f64> = run.task_ids().map(length).collect();
                Some(by_class(&values, "duration", |ns| duration(ns as i64)))
            }
            Colouring::Step => Some(Colours::by_text(run, by, &|t| text(step(t)))),
            Colouring::Worker => Some(Colours::by_text(run, by, &|t| text(first_worker(t)))),
            Colouring::Kind => Some(Colours::by_text(run, by, &|t| text(run.tasks.kind[t.index()]))),
            Colouring::Of(Property::Metric(key)) => Some(by_metric(facts, key, &by.field())),
            Colouring::Of(property) => {
                let texts = property.texts(run);
                Some(Colours::by_text(run, by, &|t| texts.get(t.index())))
            }
        }
    }

    /// Returns colours by a text, which a task may lack.
    fn by_text<'a>(run: &Run, by: &Colouring, text: &dyn Fn(TaskId) -> Option<&'a str>) -> Colours {
        let mut time: HashMap<Option<&str>, i64> = HashMap::default();
        for task in run.task_ids() {
            let length =
                run.attempts_of(task).filter_map(|a| run.interval(a)).map(|(s, e)| e.saturating_sub(s));
            let sum = time.entry(text(task)).or_default();
            *sum = length.fold(*sum, i64::saturating_add);
        }
        let mut order: Vec<(Option<&str>, i64)> = time.into_iter().collect();
        order.order_by_key(|(name, ns)| (name.is_none(), std::cmp::Reverse(*ns), *name));
        let named = order.iter().take(ROLES.len()).filter_map(|(name, _)| *name);
        let mut places: HashMap<&str, u8> = HashMap::default();
        let mut legend = Vec::with_capacity(ROLES.len() + 1);
        for (i, name) in named.enumerate() {
            places.insert(name, i as u8);
            legend.push(Coloured {
                name: name.to_owned(),
                role: ROLES[i],
                query: exactly(&by.field(), name),
            });
        }
        let rest = legend.len() as u8;
        if order.len() > legend.len() {
            let name = if order.iter().all(|(name, _)| name.is_none()) { "unknown" } else { "others" };
            legend.push(Coloured { name: name.to_owned(), role: Role::Neutral, query: String::new() });
        }
        let place = |t| text(t).and_then(|name| places.get(name).copied()).unwrap_or(rest);
        Colours { legend, of: run.task_ids().map(place).collect() }
    }

    /// Returns the colour of a task with a status: failures keep the colour of their status.
    pub fn role(&self, task: u32, status: Status) -> Role {
        let is_plain = matches!(status, Status::Succeeded | Status::Cached | Status::Running);
        let own = self.of.get(task as usize).and_then(|at| self.legend.get(usize::from(*at)));
        own.filter(|_| is_plain).map_or_else(|| status_role(status), |c| c.role)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn facts(text: &str) -> Facts {
        Facts::new(std::sync::Arc::new(makespan_model::notation::run(text).unwrap()))
    }

    #[test]
    fn the_largest_groups_have_their_own_colours_and_failures_keep_theirs() {
        let text: String = (0..9).map(|i| format!("t{i} 0..{} w{i} step=s{i}\n", 20 - i)).collect();
        let facts = facts(&text);
        let run = facts.run();
        let colours = Colours::of(&facts, &Colouring::Step).unwrap();
        let names: Vec<&str> = colours.legend.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "others"]);
        let at = |name: &str| run.find_task(name).unwrap().0;
        assert_eq!(colours.role(at("t0"), Status::Succeeded), Role::Category4);
        assert_eq!(colours.role(at("t8"), Status::Succeeded), Role::Neutral);
        assert_eq!(colours.role(at("t0"), Status::Failed), Role::Failed);
        assert_eq!(colours.legend[1].query, "step=\"s1\"");
        assert_eq!(Colours::of(&facts, &Colouring::Status), None);
    }

    #[test]
    fn each_colour_of_a_duration_is_what_its_query_selects() {
        let mut text: String = (0..200).map(|i| format!("t{i} {i}..{}\n", i + 1 + i * i % 97)).collect();
        text.push_str("never - -\nrunning 300.. w1\nlong 0..400 w1 failed\n");
        let facts = facts(&text);
        let colours = Colours::of(&facts, &Colouring::Duration).unwrap();
        let names: Vec<&str> = colours.legend.iter().map(|c| c.name.as_str()).collect();
        assert_eq!((names.len(), names[0], *names.last().unwrap()), (5, "up to 49 s", "unknown"));
        for (at, entry) in colours.legend.iter().enumerate().filter(|(_, c)| !c.query.is_empty()) {
            let mask = crate::filter::Filter::default().with_text(&*entry.query).mask(&facts);
            let of: Vec<bool> = colours.of.iter().map(|c| usize::from(*c) == at).collect();
            assert_eq!(mask, of, "{}", entry.query);
        }
        let few = Colours::of(&self::facts("a 0..1"), &Colouring::Duration).unwrap();
        assert_eq!((few.legend.len(), few.legend[0].name.as_str()), (1, "up to 1 s"));
    }
}
