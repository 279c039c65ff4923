//! Plans: computed by a pure function, so that what is shown is what is done.

use std::collections::BTreeMap;
use std::fmt;

use makespan_format::{Diagnostic, Severity};

use super::policy::{DAY, IN_TRASH, Kept, Policy, Reason};
use crate::{Cursor, Order, RunState};

/// To remove more runs than this, or more than a fifth of all, requires confirmation.
const MANY: usize = 1_000;
/// If the clock is this far ahead of the last event, it may be wrong, ns.
const SILENCE: i64 = 365 * DAY;

/// A run to remove.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaving {
    /// The run when the plan was made.
    pub run: RunState,
    /// The reason.
    pub reason: Reason,
}

/// A reason to doubt the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It is this far behind the last event, ns.
    Behind(i64),
    /// It is this far ahead of the last event, ns.
    Ahead(i64),
}

/// The result of a policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Time at which it was made, ns since the epoch.
    pub now: i64,
    /// Number of runs that it considered, without those in the trash.
    pub runs: usize,
    /// The runs to move to the trash, sorted by their ends.
    pub goes: Vec<Leaving>,
    /// The runs that were moved to the trash at least [`IN_TRASH`] ago and are deleted permanently.
    pub spent: Vec<RunState>,
    /// Number of other runs that are kept, by reason.
    pub kept: BTreeMap<Kept, u64>,
    /// The ids of runs that are kept because their ends are implausible.
    pub undated: Vec<String>,
    /// Size of the lines of all remaining runs, in bytes.
    pub left: u64,
    /// A reason to doubt the clock, if there is one.
    pub doubt: Option<Doubt>,
}

/// Decides at time `now` (ns since the epoch) about all runs of a store, including those in the trash. O(n log n).
pub fn plan(runs: &[RunState], policy: &Policy, now: i64) -> Plan {
    let (trash, mut stored): (Vec<&RunState>, Vec<&RunState>) =
        runs.iter().partition(|run| run.trashed.is_some());
    stored.sort_by(|a, b| Cursor::after(a).cmp(&Cursor::after(b), Order::Newest));
    let mut plan = Plan { now, runs: stored.len(), doubt: doubt(runs, now), ..Plan::default() };
    plan.spent = trash.into_iter().filter(|run| is_spent(run, now)).cloned().collect();
    plan.left = stored.iter().fold(0, |sum: u64, run| sum.saturating_add(run.bytes));
    let mut later: BTreeMap<Option<&str>, u64> = BTreeMap::new();
    let mut free = Vec::new();
    for run in stored {
        let count = later.entry(run.workflow.as_deref()).or_default();
        match policy.age(run, *count, now) {
            Ok(age) => free.push((age, run, *count)),
            Err(why) => plan.keep(run, why),
        }
        *count += 1;
    }
    // The oldest first; runs of the same age by id, so that the same runs give the same plan.
    free.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    let mut stays = Vec::new();
    for (age, run, later) in free {
        match policy.reason(age, later) {
            Some(reason) => plan.let_go(run, reason),
            None => stays.push(run),
        }
    }
    for run in stays {
        if policy.max_size.is_some_and(|most| plan.left > most) {
            plan.let_go(run, Reason::Size);
        } else {
            plan.keep(run, Kept::Wanted);
        }
    }
    plan
}

/// Returns whether a run was moved to the trash long enough ago. A time in the future does not count.
fn is_spent(run: &RunState, now: i64) -> bool {
    let since = run.trashed.map(|since| now.saturating_sub(since));
    !run.pinned && !run.is_active() && since.is_some_and(|since| since >= IN_TRASH)
}

/// Compares the clock with the time of the last event in the store.
fn doubt(runs: &[RunState], now: i64) -> Option<Doubt> {
    let heard = runs.iter().map(|run| run.updated.max(run.trashed.unwrap_or(i64::MIN))).max()?;
    let silence = now.saturating_sub(heard);
    if silence < -DAY {
        return Some(Doubt::Behind(silence.saturating_neg()));
    }
    (silence > SILENCE).then_some(Doubt::Ahead(silence))
}

impl Plan {
    fn keep(&mut self, run: &RunState, why: Kept) {
        *self.kept.entry(why).or_default() += 1;
        if why == Kept::Undated {
            self.undated.push(run.id.clone());
        }
    }

    fn let_go(&mut self, run: &RunState, reason: Reason) {
        self.left = self.left.saturating_sub(run.bytes);
        self.goes.push(Leaving { run: run.clone(), reason });
    }

    /// Returns the reason why the plan must be confirmed, if it must: it removes unusually many runs, or the clock is
    /// in doubt.
    pub fn objection(&self) -> Option<String> {
        let (goes, runs) = (self.goes.len(), self.runs);
        if let Some(doubt) = self.doubt
            && goes + self.spent.len() > 0
        {
            return Some(format!("{doubt}: it may be wrong, and {goes} of {runs} runs would be removed"));
        }
        let is_much = goes > MANY || goes.saturating_mul(5) > runs;
        is_much.then(|| format!("{goes} of {runs} runs would be removed, which is a lot at once"))
    }

    /// Returns warnings for people.
    pub fn warnings(&self) -> Vec<Diagnostic> {
        let mut warnings = Vec::new();
        if let Some(first) = self.undated.first() {
            let count = self.undated.len();
            let text = format!(
                "the ends of {count} runs are unknown or no plausible times, so they are kept (first: {first:?})"
            );
            let warning = Diagnostic::new(Severity::Warning, "undated-run", text);
            warnings.push(warning.times(count as u64));
        }
        if let Some(doubt) = self.doubt {
            warnings.push(Diagnostic::new(Severity::Warning, "doubtful-clock", doubt.to_string()));
        }
        warnings
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Doubt::Behind(far) | Doubt::Ahead(far)) = self;
        let side = if matches!(self, Doubt::Behind(_)) { "before" } else { "after" };
        write!(f, "the clock is {} days {side} the last event in this store", far / DAY)
    }
}
