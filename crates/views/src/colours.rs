//! The meaning of a task's colour: its status, or another property.

use makespan_model::{HashMap, Order as _, Run, Status, StrId, TaskId, quantile};
use makespan_scene::{Role, duration};
use serde::{Deserialize, Serialize};

use crate::exact::exactly;
use crate::roles::status_role;

/// The meaning of colours in the timeline and the graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
}

impl Colouring {
    /// All meanings.
    pub const ALL: [Colouring; 5] =
        [Colouring::Status, Colouring::Step, Colouring::Worker, Colouring::Kind, Colouring::Duration];

    /// Returns the name in links, which is also the field of the query.
    pub fn name(self) -> &'static str {
        match self {
            Colouring::Status => "status",
            Colouring::Step => "step",
            Colouring::Worker => "worker",
            Colouring::Kind => "kind",
            Colouring::Duration => "duration",
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

/// The classes of durations: the percentile at which each ends, its colour and its query.
const CLASSES: [(f64, Role, &str); 4] = [
    (0.5, Role::Heat1, "duration<=p50"),
    (0.9, Role::Heat3, "duration>p50 duration<=p90"),
    (0.99, Role::Heat6, "duration>p90 duration<=p99"),
    (1.0, Role::Heat8, "duration>p99"),
];

/// Returns colours by duration: up to the median, the 90th percentile, the 99th, and above. Classes without tasks are
/// left out of the legend.
fn by_duration(run: &Run) -> Colours {
    let length = |t: TaskId| run.task_interval(t).map(|(s, e)| e.saturating_sub(s) as f64);
    let mut lengths: Vec<f64> = run.task_ids().filter_map(length).collect();
    lengths.order();
    let limits = CLASSES.map(|(p, ..)| quantile(&lengths, p).unwrap_or_default());
    let class = |t: TaskId| length(t).map(|ns| limits.iter().position(|limit| ns <= *limit).unwrap_or(3));
    let classes: Vec<Option<usize>> = run.task_ids().map(class).collect();
    let mut legend = Vec::new();
    let mut place = [0u8; CLASSES.len()];
    for (i, (_, role, query)) in CLASSES.into_iter().enumerate().filter(|(i, _)| classes.contains(&Some(*i)))
    {
        let (from, to) = (i.checked_sub(1).map(|before| limits[before]), duration(limits[i] as i64));
        let name = match from {
            None => format!("up to {to}"),
            Some(from) => format!("{} to {to}", duration(from as i64)),
        };
        place[i] = legend.len() as u8;
        legend.push(Coloured { name, role, query: query.to_owned() });
    }
    let rest = legend.len() as u8;
    if classes.contains(&None) {
        legend.push(Coloured { name: "unknown".to_owned(), role: Role::Neutral, query: String::new() });
    }
    Colours { legend, of: classes.into_iter().map(|class| class.map_or(rest, |i| place[i])).collect() }
}

impl Colours {
    /// Computes the colours of a run; `None` if they mean the status. O(n log n) in attempts.
    pub fn of(run: &Run, by: Colouring) -> Option<Colours> {
        let first_worker =
            |t: TaskId| run.attempts_of(t).next().map_or(StrId::EMPTY, |a| run.attempts.worker[a.index()]);
        let step = |t: TaskId| {
            let i = t.index();
            [run.tasks.step[i], run.tasks.name[i], run.tasks.id[i]]
                .into_iter()
                .find(|s| !s.is_empty())
                .unwrap_or(StrId::EMPTY)
        };
        let key: &dyn Fn(TaskId) -> StrId = match by {
            Colouring::Status => return None,
            Colouring::Duration => return Some(by_duration(run)),
            Colouring::Step => &step,
            Colouring::Worker => &first_worker,
            Colouring::Kind => &|t| run.tasks.kind[t.index()],
        };
        let mut time: HashMap<StrId, i64> = HashMap::default();
        for task in run.task_ids() {
            let length =
                run.attempts_of(task).filter_map(|a| run.interval(a)).map(|(s, e)| e.saturating_sub(s));
            let sum = time.entry(key(task)).or_default();
            *sum = length.fold(*sum, i64::saturating_add);
        }
        let mut order: Vec<(StrId, i64)> = time.into_iter().collect();
        order.order_by_key(|(name, ns)| (name.is_empty(), std::cmp::Reverse(*ns), *name));
        let own = order.len().min(ROLES.len());
        let mut places: HashMap<StrId, u8> = HashMap::default();
        let mut legend = Vec::with_capacity(own + 1);
        for (i, (name, _)) in order.iter().enumerate().take(own).filter(|(_, (name, _))| !name.is_empty()) {
            places.insert(*name, i as u8);
            let text = run.text(*name);
            legend.push(Coloured { name: text.to_owned(), role: ROLES[i], query: exactly(by.name(), text) });
        }
        let rest = legend.len() as u8;
        if order.len() > legend.len() {
            let name = if legend.is_empty() { "unknown" } else { "others" };
            legend.push(Coloured { name: name.to_owned(), role: Role::Neutral, query: String::new() });
        }
        let of = run.task_ids().map(|t| places.get(&key(t)).copied().unwrap_or(rest)).collect();
        Some(Colours { legend, of })
    }

    /// Returns the colour of a task with a status: failures keep the colour of their status.
    pub(crate) fn role(&self, task: u32, status: Status) -> Role {
        let is_plain = matches!(status, Status::Succeeded | Status::Cached | Status::Running);
        let own = self.of.get(task as usize).and_then(|at| self.legend.get(usize::from(*at)));
        own.filter(|_| is_plain).map_or_else(|| status_role(status), |c| c.role)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_groups_have_their_own_colours_and_failures_keep_theirs() {
        let text: String = (0..9).map(|i| format!("t{i} 0..{} w{i} step=s{i}\n", 20 - i)).collect();
        let run = makespan_model::notation::run(&text).unwrap();
        let colours = Colours::of(&run, Colouring::Step).unwrap();
        let names: Vec<&str> = colours.legend.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "others"]);
        let at = |name: &str| run.find_task(name).unwrap().0;
        assert_eq!(colours.role(at("t0"), Status::Succeeded), Role::Category4);
        assert_eq!(colours.role(at("t8"), Status::Succeeded), Role::Neutral);
        assert_eq!(colours.role(at("t0"), Status::Failed), Role::Failed);
        assert_eq!(colours.legend[1].query, "step=\"s1\"");
        assert_eq!(Colours::of(&run, Colouring::Status), None);
    }

    #[test]
    fn each_colour_of_a_duration_is_what_its_query_selects() {
        let mut text: String = (0..200).map(|i| format!("t{i} {i}..{}\n", i + 1 + i * i % 97)).collect();
        text.push_str("never - -\nrunning 300.. w1\nlong 0..400 w1 failed\n");
        let run = std::sync::Arc::new(makespan_model::notation::run(&text).unwrap());
        let facts = makespan_analysis::Facts::new(run.clone());
        let colours = Colours::of(&run, Colouring::Duration).unwrap();
        let names: Vec<&str> = colours.legend.iter().map(|c| c.name.as_str()).collect();
        assert_eq!((names.len(), names[0], *names.last().unwrap()), (5, "up to 49 s", "unknown"));
        for (at, entry) in colours.legend.iter().enumerate().filter(|(_, c)| !c.query.is_empty()) {
            let mask = crate::filter::Filter::default().with_text(&*entry.query).mask(&facts);
            let of: Vec<bool> = colours.of.iter().map(|c| usize::from(*c) == at).collect();
            assert_eq!(mask, of, "{}", entry.query);
        }
        let few =
            Colours::of(&makespan_model::notation::run("a 0..1").unwrap(), Colouring::Duration).unwrap();
        assert_eq!((few.legend.len(), few.legend[0].name.as_str()), (1, "up to 1 s"));
    }
}
