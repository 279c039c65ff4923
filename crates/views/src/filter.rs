//! The filter that all views share: a query, statuses and an area.

use makespan_analysis::Facts;
use makespan_analysis::query::{Query, QueryContext, QueryError};
use makespan_model::Status;
use serde::{Deserialize, Serialize};

use crate::area::Area;

/// A filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Filter {
    /// The [query](makespan_analysis::query) as typed.
    pub text: String,
    /// Bit `i` is set if status `i` is shown; without any bit, every status is shown.
    pub statuses: u16,
    /// The part of the timeline in which tasks must have run.
    pub area: Option<Area>,
}

impl Filter {
    /// Returns whether all tasks match.
    pub fn is_empty(&self) -> bool {
        self.statuses == 0 && self.text.trim().is_empty() && self.area.is_none()
    }

    /// Returns whether tasks with this status are shown.
    pub fn shows(&self, status: Status) -> bool {
        self.statuses == 0 || self.statuses & (1 << status as u16) != 0
    }

    /// Returns the same filter with this status shown or hidden.
    pub fn toggled(mut self, status: Status) -> Filter {
        self.statuses ^= 1 << status as u16;
        self
    }

    /// Returns the same filter with another text.
    pub fn with_text(&self, text: impl Into<String>) -> Filter {
        Filter { text: text.into(), ..self.clone() }
    }

    /// Returns the same filter without the area.
    pub fn without_area(&self) -> Filter {
        Filter { area: None, ..self.clone() }
    }

    /// Returns for each task whether it matches the text and the statuses; [`Area::restrict`] adds the area, which
    /// needs the rows of the timeline. An invalid query, such as one that is being typed, matches all tasks, and
    /// [`Filter::error`] describes the error; the statuses still apply. Times of day are in UTC, so that a link shows
    /// the same tasks to everybody. The cost is that of [`Query::mask`].
    pub fn mask(&self, facts: &Facts) -> Vec<bool> {
        let run = facts.run();
        let asked = Query::parse(&self.text).and_then(|query| query.mask(facts, QueryContext::default()));
        let mut mask = asked.unwrap_or_else(|_| vec![true; run.task_count()]);
        mask.iter_mut().zip(&run.tasks.status).for_each(|(passes, status)| *passes &= self.shows(*status));
        mask
    }

    /// Returns the reason why the text is not a valid query for this run.
    pub fn error(&self, facts: &Facts) -> Option<QueryError> {
        Query::parse(&self.text).and_then(|query| query.check(facts)).err()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_task_must_match_the_query_and_a_status() {
        let run = makespan_model::notation::run(
            "Fetch 0..1 w1\nalign_1 1..2 w2 Fetch step=align\nalign_2 1..3 w1 Fetch step=align failed",
        )
        .unwrap();
        let facts = Facts::new(std::sync::Arc::new(run));
        let check = |text: &str, statuses: &[Status], wrong: bool| -> String {
            let statuses = statuses.iter().fold(0, |bits, s| bits | 1 << *s as u16);
            let filter = Filter { text: text.to_owned(), statuses, area: None };
            assert_eq!(filter.error(&facts).is_some(), wrong, "{text}");
            let (run, mask) = (facts.run(), filter.mask(&facts));
            let passing = run.task_ids().filter(|t| mask[t.index()]).map(|t| run.task_id(t));
            passing.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(check("", &[], false), "Fetch align_1 align_2");
        assert_eq!(check("step:align", &[Status::Failed], false), "align_2");
        assert_eq!(check("dur>1s or fetch", &[Status::Succeeded], false), "Fetch");
        assert_eq!(check("zzz", &[], false), "");
        // Still being typed, or of another run.
        assert_eq!(check("step:align (dur>", &[], true), "Fetch align_1 align_2");
        assert_eq!(check("rows>5", &[Status::Failed], true), "align_2");
    }
}
