//! The filter that all views share: words that a task must match, and statuses it may have.
//!
//! Words are parted by white space and all must match, whatever their case. `status:failed`, `step:align`,
//! `worker:w1`, `kind:bash` and `id:7` look at one field, a bare word looks at name, id and step; `!` before a word
//! turns it round.

use makespan_model::{Run, Status, TaskId};

/// What is filtered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// The words as typed.
    pub text: String,
    /// Bit `i` is set where status `i` is shown; no bit at all shows every status.
    pub statuses: u16,
}

enum Field {
    Any,
    Id,
    Step,
    Worker,
    Kind,
    Status,
}

struct Word {
    negated: bool,
    field: Field,
    text: String,
}

fn words(text: &str) -> Vec<Word> {
    text.split_whitespace()
        .map(|w| {
            let (negated, w) = w.strip_prefix('!').map_or((false, w), |rest| (true, rest));
            let (field, text) = match w.split_once(':') {
                Some(("id", rest)) => (Field::Id, rest),
                Some(("step", rest)) => (Field::Step, rest),
                Some(("worker", rest)) => (Field::Worker, rest),
                Some(("kind", rest)) => (Field::Kind, rest),
                Some(("status", rest)) => (Field::Status, rest),
                _ => (Field::Any, w),
            };
            Word { negated, field, text: text.to_lowercase() }
        })
        .filter(|w| !w.text.is_empty())
        .collect()
}

/// Whether `text` holds `lower`, which is in lower case. Most names are ASCII, and those need no copy.
fn holds(text: &str, lower: &str) -> bool {
    if text.is_ascii() {
        let (hay, needle) = (text.as_bytes(), lower.as_bytes());
        hay.windows(needle.len().max(1)).any(|w| w.eq_ignore_ascii_case(needle))
    } else {
        text.to_lowercase().contains(lower)
    }
}

impl Filter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.statuses == 0 && self.text.trim().is_empty()
    }

    /// Whether tasks of that status are shown.
    pub fn shows(&self, status: Status) -> bool {
        self.statuses == 0 || self.statuses & (1 << status as u16) != 0
    }

    /// The same with that status shown or not.
    pub fn toggled(mut self, status: Status) -> Filter {
        self.statuses ^= 1 << status as u16;
        self
    }

    /// For each task whether it passes. O(tasks × words).
    pub fn mask(&self, run: &Run) -> Vec<bool> {
        let words = words(&self.text);
        run.task_ids()
            .map(|t| self.shows(run.tasks.status[t.index()]) && words.iter().all(|w| passes(run, t, w)))
            .collect()
    }
}

fn passes(run: &Run, t: TaskId, word: &Word) -> bool {
    let i = t.index();
    let found = match word.field {
        Field::Any => {
            holds(run.task_name(t), &word.text)
                || holds(run.task_id(t), &word.text)
                || holds(run.task_step(t), &word.text)
        }
        Field::Id => holds(run.task_id(t), &word.text),
        Field::Step => holds(run.task_step(t), &word.text),
        Field::Kind => holds(run.text(run.tasks.kind[i]), &word.text),
        Field::Worker => {
            run.attempts_of(t).any(|a| holds(run.text(run.attempts.worker[a.index()]), &word.text))
        }
        Field::Status => run.tasks.status[i].name().starts_with(&word.text),
    };
    found != word.negated
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn words_fields_and_negation() {
        let run = makespan_model::notation::run(
            "Fetch 0..1 w1\nalign_1 1..2 w2 Fetch step=align\nalign_2 1..3 w1 Fetch step=align failed\nÉtat 3..4 w2 align_2",
        )
        .unwrap();
        let check = |text: &str, statuses: &[Status]| -> Vec<&str> {
            let statuses = statuses.iter().fold(0, |bits, s| bits | 1 << *s as u16);
            let mask = Filter { text: text.to_owned(), statuses }.mask(&run);
            run.task_ids().filter(|t| mask[t.index()]).map(|t| run.task_id(t)).collect()
        };
        assert_eq!(check("", &[]).len(), 4);
        assert_eq!(check("fetch", &[]), ["Fetch"]);
        assert_eq!(check("step:align worker:w1", &[]), ["align_2"]);
        assert_eq!(check("!status:failed step:align", &[]), ["align_1"]);
        assert_eq!(check("état", &[]), ["État"]);
        assert_eq!(check("", &[Status::Failed]), ["align_2"]);
        assert!(check("zzz", &[]).is_empty());
    }
}
