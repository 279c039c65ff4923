//! Unique ids of runs.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

/// Maximum number of remembered ids.
const REMEMBERED: usize = 4096;

/// The ids of the last runs of a recorder.
#[derive(Debug, Default)]
pub(super) struct Ids {
    known: HashSet<Arc<str>>,
    order: VecDeque<Arc<str>>,
}

impl Ids {
    /// Returns the id, with a number if an earlier run had it: lines of two runs must never have the same id.
    pub(super) fn unique(&mut self, id: &str) -> Arc<str> {
        let mut unique: Arc<str> = id.into();
        let mut number = 1_u64;
        while self.known.contains(&unique) {
            number += 1;
            unique = format!("{id}-{number}").into();
        }
        self.known.insert(Arc::clone(&unique));
        self.order.push_back(Arc::clone(&unique));
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        unique
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_comes_again_gets_a_number() {
        let mut ids = Ids::default();
        assert_eq!(["a", "a", "a-2", "a"].map(|id| ids.unique(id).to_string()), ["a", "a-2", "a-2-2", "a-3"]);
        for i in 0..REMEMBERED {
            ids.unique(&format!("run {i}"));
        }
        assert_eq!(
            (&*ids.unique("a"), ids.known.len()),
            ("a", REMEMBERED),
            "and nothing grows without a bound"
        );
    }
}
