//! The profile of a Bazel build: its actions, the critical path that Bazel recorded, and the action graph beside it.
//!
//! Components of the critical path repeat actions on a thread of their own. Only the actions become tasks, so that no
//! work counts twice; each depends on the one before it on the path.

use std::rc::Rc;

use makespan_format::Severity;
use makespan_model::{HashMap, Interner, Order as _, StrId};

use super::actions::ActionGraph;
use crate::tally::Tally;
use crate::times::spelled;

/// The categories of actions and of components of the critical path.
pub(super) const ACTION: &str = "action processing";
pub(super) const COMPONENT: &str = "critical path component";

/// Maximum number of dependencies of an action: those that ended last decide when it could start.
pub(super) const MOST_INPUTS: usize = 64;

/// What a profile contains beyond other traces. Texts are ids of the trace.
#[derive(Default)]
pub(super) struct Bazel {
    pub(super) actions: Vec<Action>,
    pub(super) path: Vec<Component>,
    /// The action graph that was opened with the profile.
    pub(super) graph: Option<Rc<ActionGraph>>,
}

/// A slice that is an action. Times in ns from the origin of the trace.
pub(super) struct Action {
    pub(super) slice: u32,
    pub(super) name: StrId,
    pub(super) start: i64,
    pub(super) end: i64,
    /// The primary output, the label of the target and the mnemonic; empty if they were not recorded.
    pub(super) out: StrId,
    pub(super) target: StrId,
    pub(super) mnemonic: StrId,
}

/// A component of the critical path.
pub(super) struct Component {
    pub(super) name: StrId,
    pub(super) start: i64,
    pub(super) end: i64,
}

/// Returns the name of the action that a component of the critical path is about.
pub(super) fn action_of(component: &str) -> &str {
    component.strip_prefix("action '").and_then(|name| name.strip_suffix('\'')).unwrap_or(component)
}

/// Zones by their names in dates of Java, with their hours east of UTC: those of RFC 822, and of Europe. Other names, such
/// as IST, are used in several countries.
const ZONES: [(&str, i32); 17] = [
    ("UTC", 0),
    ("GMT", 0),
    ("EST", -5),
    ("EDT", -4),
    ("CST", -6),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
    ("WET", 0),
    ("WEST", 1),
    ("CET", 1),
    ("CEST", 2),
    ("EET", 2),
    ("EEST", 3),
    ("JST", 9),
];

/// Parses the date on which Bazel began its profile, `Tue Aug 16 13:12:51 CEST 2022`, to ns since the epoch.
pub(super) fn date(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [_, month, day, time, zone, year] = parts.as_slice() else { return None };
    let hours = ZONES.iter().find(|(name, _)| name == zone)?.1;
    spelled::civil(&format!("{month} {day} {time} {year}"))?.to_ns(hours * 3_600)
}

impl Bazel {
    /// Adds the dependencies along the critical path, and those of the action graph: (slice, slice it comes after).
    pub(super) fn connect(&mut self, texts: &Interner, edges: &mut Vec<(u32, u32)>, tally: &mut Tally) {
        self.along_path(edges, tally);
        if let Some(graph) = self.graph.take() {
            self.by_graph(&graph, texts, edges, tally);
        }
    }

    fn along_path(&mut self, edges: &mut Vec<(u32, u32)>, tally: &mut Tally) {
        let mut named: HashMap<StrId, Vec<usize>> = HashMap::default();
        for (at, action) in self.actions.iter().enumerate() {
            named.entry(action.name).or_default().push(at);
        }
        for list in named.values_mut() {
            list.order_by_key(|at| self.actions[*at].start);
        }
        self.path.order_by_key(|component| component.start);
        let (mut before, mut others): (Option<&Action>, u64) = (None, 0);
        for component in &self.path {
            let list = named.get(&component.name).map(Vec::as_slice).unwrap_or_default();
            let next = list.partition_point(|at| self.actions[*at].start <= component.start);
            let near = [next.checked_sub(1), Some(next)].into_iter().flatten().filter_map(|n| list.get(n));
            let near = near.map(|at| &self.actions[*at]);
            let action = near.into_iter().find(|a| a.start <= component.end && component.start <= a.end);
            let Some(action) = action else {
                others += 1;
                continue;
            };
            if let Some(before) = before.filter(|before| before.start < action.start) {
                edges.push((action.slice, before.slice));
            }
            before = Some(action);
        }
        let what =
            "components of the critical path that Bazel recorded became dependencies between its actions";
        tally.count(Severity::Info, "critical-path-recorded", what, self.path.len() as u64 - others);
        let what = "components of the critical path that Bazel recorded are about no action in the profile and are not shown";
        tally.count(Severity::Info, "not-shown", what, others);
    }

    fn by_graph(
        &self,
        graph: &ActionGraph,
        texts: &Interner,
        edges: &mut Vec<(u32, u32)>,
        tally: &mut Tally,
    ) {
        let mut of_node: HashMap<u32, &Action> = HashMap::default();
        let found: Vec<Option<u32>> = self
            .actions
            .iter()
            .map(|a| {
                let text = |id| texts.get(id);
                let node = graph.find(text(a.out), text(a.target), text(a.mnemonic), text(a.name))?;
                of_node.entry(node).or_insert(a);
                Some(node)
            })
            .collect();
        let (mut visits, mut known, mut thinned) = (graph.visits(), 0u64, 0u64);
        for (action, node) in self.actions.iter().zip(&found) {
            let Some(node) = node else { continue };
            known += 1;
            let inputs = graph.before(*node, &mut visits);
            let mut inputs: Vec<&Action> = inputs
                .iter()
                .filter_map(|node| of_node.get(node).copied())
                .filter(|input| input.slice != action.slice && input.start < action.start)
                .collect();
            if inputs.len() > MOST_INPUTS {
                thinned += 1;
                inputs.order_by_key(|input| std::cmp::Reverse((input.end, input.slice)));
                inputs.truncate(MOST_INPUTS);
            }
            edges.extend(inputs.into_iter().map(|input| (action.slice, input.slice)));
        }
        let unknown = self.actions.len() as u64 - known;
        let what = "actions were found in the action graph and depend on the actions whose outputs they read";
        tally.count(Severity::Info, "action-graph", what, known);
        let what = "actions were not found in the action graph; record the profile with \
                    --experimental_profile_include_primary_output, and the graph of the same build";
        tally.count(Severity::Warning, "action-graph-partial", what, unknown);
        let what = "actions are drawn as depending on the inputs that ended last, not on all of them";
        tally.count(Severity::Info, "edges-thinned", what, thinned + visits.cut_short);
    }
}

#[cfg(test)]
mod tests {
    use makespan_format::time::parse_rfc3339;

    use super::date;

    #[test]
    fn dates_of_bazel_have_the_names_of_zones() {
        assert_eq!(date("Tue Aug 16 13:12:51 CEST 2022"), parse_rfc3339("2022-08-16T11:12:51Z"));
        assert_eq!(date("Wed Aug 03 17:35:01 MDT 2022"), parse_rfc3339("2022-08-03T23:35:01Z"));
        assert_eq!(date("Wed Aug 03 17:35:01 IST 2022"), None);
        assert_eq!(date("2022-08-03"), None);
    }
}
