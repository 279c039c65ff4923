//! The values that a query looks at, by task.

use makespan_model::{HashMap, HashSet, NONE, Run, StrId, TaskId, UNKNOWN, members, plain};

use super::syntax::{Field, Moment, Node, Words};
use crate::Facts;

/// Calls `look` with every text of a task that a field means; those that are not there are left out.
pub(super) fn words(run: &Run, words: Words, t: TaskId, mut look: impl FnMut(StrId)) {
    let (i, tasks) = (t.index(), &run.tasks);
    let mut first = |ids: &[StrId]| {
        if let Some(id) = ids.iter().find(|id| !id.is_empty()) {
            look(*id);
        }
    };
    match words {
        Words::Any => [tasks.name[i], tasks.id[i], tasks.step[i]].iter().for_each(|id| first(&[*id])),
        Words::Task => [tasks.name[i], tasks.id[i]].iter().for_each(|id| first(&[*id])),
        Words::Name => first(&[tasks.name[i], tasks.id[i]]),
        Words::Id => first(&[tasks.id[i]]),
        Words::Step => first(&[tasks.step[i], tasks.name[i], tasks.id[i]]),
        Words::Kind => first(&[tasks.kind[i]]),
        Words::Worker => run.attempts_of(t).for_each(|a| first(&[run.attempts.worker[a.index()]])),
        Words::Error => run.attempts_of(t).for_each(|a| {
            first(&[run.attempts.error[a.index()]]);
            first(&[run.attempts.error_kind[a.index()]]);
        }),
        Words::Parent => match tasks.parent[i] {
            NONE => first(&[tasks.group[i]]),
            parent => first(&[tasks.id[parent as usize]]),
        },
    }
}

/// The moments of all tasks, ns since the epoch or [`UNKNOWN`].
pub(super) fn moments(facts: &Facts, moment: Moment) -> Vec<i64> {
    let run = facts.run();
    let earliest = |column: &[i64], t: TaskId| {
        let known = run.attempts_of(t).map(|a| column[a.index()]).filter(|at| *at != UNKNOWN);
        known.min().unwrap_or(UNKNOWN)
    };
    match moment {
        Moment::Start => run.task_ids().map(|t| earliest(&run.attempts.started, t)).collect(),
        Moment::Queued => run.task_ids().map(|t| earliest(&run.attempts.queued, t)).collect(),
        Moment::End => run.task_ids().map(|t| run.task_interval(t).map_or(UNKNOWN, |i| i.1)).collect(),
        Moment::Ready => facts.waiting().ready.clone(),
    }
}

/// A label or a parameter of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) text: String,
    /// Whether it is a text, not a number or a truth value.
    pub(super) is_text: bool,
}

/// The labels and parameters that a query uses. Tasks share their texts, and each text is parsed once.
#[derive(Debug, Default)]
pub(super) struct Members {
    found: HashMap<(StrId, String), Member>,
}

impl Members {
    /// Reads what the nodes use. O(distinct texts), nothing if they use none.
    pub(super) fn new(run: &Run, nodes: &[Node]) -> Members {
        let fields = nodes.iter().filter_map(|node| match node {
            Node::Test(test) => Some(&test.field),
            Node::Has(field, _) => Some(field),
            _ => None,
        });
        let (mut labels, mut params) = (HashSet::default(), HashSet::default());
        for field in fields {
            match field {
                Field::Label(name) => labels.insert(name.as_str()),
                Field::Param(name) => params.insert(name.as_str()),
                _ => false,
            };
        }
        let mut found = HashMap::default();
        for (asked, column) in [(labels, &run.tasks.labels), (params, &run.tasks.params)] {
            if asked.is_empty() {
                continue;
            }
            let mut seen = HashSet::default();
            for &id in column.iter().filter(|id| !id.is_empty()) {
                if !seen.insert(id) {
                    continue;
                }
                let all = members(run.text(id)).into_iter();
                for (name, json) in all.filter(|(name, json)| asked.contains(name.as_str()) && json != "null")
                {
                    let member = Member { text: plain(&json).into_owned(), is_text: json.starts_with('"') };
                    found.insert((id, name), member);
                }
            }
        }
        Members { found }
    }

    /// The member of that name in a text of a column.
    pub(super) fn get(&self, id: StrId, name: &str) -> Option<&Member> {
        if id.is_empty() { None } else { self.found.get(&(id, name.to_owned())) }
    }
}
