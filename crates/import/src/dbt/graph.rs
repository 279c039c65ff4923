//! The dependencies between the nodes that ran.

use std::borrow::Cow;

use makespan_model::HashSet;

use super::files::{Manifest, Node, Results};
use crate::tally::Tally;

/// How many nodes that did not run are passed through in all to find what lies behind them.
const MOST_PASSED: usize = 2_000_000;

/// What each result depends on, of those that ran too: what did not run (ephemeral models, what was not selected) passes
/// on what it depends on itself.
pub(super) fn edges<'a>(
    results: &Results<'_, 'a>,
    manifest: Option<&Manifest<'_, 'a>>,
    tally: &mut Tally,
) -> Vec<Vec<Cow<'a, str>>> {
    let Some(manifest) = manifest else { return vec![Vec::new(); results.rows.len()] };
    let ran: HashSet<&str> = results.rows.iter().map(|r| &*r.id).collect();
    let mut budget = MOST_PASSED;
    let mut all = Vec::with_capacity(results.rows.len());
    for row in &results.rows {
        let mut after = Vec::new();
        let mut seen: HashSet<&str> = HashSet::default();
        let mut open: Vec<&Node<'_, 'a>> = manifest.nodes.get(&row.id).into_iter().collect();
        while let Some(node) = open.pop() {
            for parent in node.after.iter().filter(|p| seen.insert(p)) {
                if ran.contains(&**parent) {
                    after.push(parent.clone());
                } else if let Some(node) = manifest.nodes.get(parent) {
                    if budget == 0 {
                        tally.warn(
                            "too-dense",
                            "dependencies through nodes that did not run were not followed",
                            || &*row.id,
                        );
                        continue;
                    }
                    budget -= 1;
                    open.push(node);
                }
            }
        }
        all.push(after);
    }
    all
}
