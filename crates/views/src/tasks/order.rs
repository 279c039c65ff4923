//! The order of the task table.

use makespan_analysis::{Facts, natural_cmp};
use makespan_model::{Order as _, TaskId, UNKNOWN};

use super::field::{Field, Values};

/// Order of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Sort {
    /// The field.
    pub key: Field,
    /// Whether the largest come first.
    pub descending: bool,
}

/// Returns the tasks in `mask`, sorted. Unknown values come last in either direction. O(n log n).
pub fn order(facts: &Facts, mask: Option<&[bool]>, sort: &Sort) -> Vec<u32> {
    sorted(facts, &Values::new(facts, &sort.key), mask, sort)
}

/// Does the same with the values of the sort field.
pub(super) fn sorted(facts: &Facts, values: &Values, mask: Option<&[bool]>, sort: &Sort) -> Vec<u32> {
    let run = facts.run();
    let passes = |t: &TaskId| mask.is_none_or(|m| m.get(t.index()).copied().unwrap_or(true));
    let mut tasks: Vec<u32> = run.task_ids().filter(passes).map(|t| t.0).collect();
    let turned = |v: i64| if sort.descending { v.saturating_neg() } else { v };
    match values {
        Values::Own if sort.key == Field::Status => {
            tasks.order_by_numbers(|&t| turned(run.tasks.status[t as usize] as i64));
        }
        Values::Own | Values::Texts(_) => {
            let text = |t: &u32| values.text(run, &sort.key, TaskId(*t));
            tasks.order_by(|a, b| {
                let (a, b) = (text(a), text(b));
                let order = natural_cmp(a, b);
                a.is_empty().cmp(&b.is_empty()).then(if sort.descending { order.reverse() } else { order })
            });
        }
        Values::Moments(all) | Values::Lengths(all) => {
            tasks.order_by_numbers(|&t| {
                let v = all.get(t as usize).copied().unwrap_or(UNKNOWN);
                (v == UNKNOWN, turned(v))
            });
        }
        Values::Numbers(all, _) => tasks.order_by(|a, b| {
            let (a, b) = (all[*a as usize], all[*b as usize]);
            let order = a.total_cmp(&b);
            a.is_nan().cmp(&b.is_nan()).then(if sort.descending { order.reverse() } else { order })
        }),
    }
    tasks
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn order_is_natural_and_unknown_comes_last() {
        let run = makespan_model::notation::run("t10 0..1 w\nt2 3..9 w\nt1 5..6 w\nlater - -").unwrap();
        let facts = Facts::new(std::sync::Arc::new(run));
        let check = |key, descending| -> Vec<&str> {
            let order = order(&facts, None, &Sort { key, descending });
            order.into_iter().map(|t| facts.run().task_id(TaskId(t))).collect()
        };
        assert_eq!(check(Field::Name, false), ["later", "t1", "t2", "t10"]);
        assert_eq!(check(Field::Duration, true), ["t2", "t10", "t1", "later"]);
        assert_eq!(check(Field::Duration, false), ["t10", "t1", "t2", "later"]);
        assert_eq!(check(Field::Work, true), ["t2", "t10", "t1", "later"]);
        assert_eq!(check(Field::Start, true)[3], "later");
        assert_eq!(check(Field::End, false), ["t10", "t1", "t2", "later"]);
    }
}
