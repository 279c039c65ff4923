//! The answers of the overview: what was found, what tasks waited for and on whom, and how short the run could be.

use makespan_analysis::{Facts, SlotCount};
use makespan_model::Severity;
use makespan_scene::{Role, count, duration, visible};

use crate::details::{Block, Section, number};
use crate::findings::{told, view_of};
use crate::look::ViewState;
use crate::table::{Cell, Column, Table};
use crate::tasks::duration_cell;

/// A finding as it is shown: in words, with the view that shows it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Found {
    /// Stable code.
    pub code: std::borrow::Cow<'static, str>,
    /// What was found, in a few words.
    pub title: String,
    /// The numbers, in a sentence or two.
    pub text: String,
    /// What may be done about it.
    pub action: std::borrow::Cow<'static, str>,
    /// The colour of how much it matters.
    pub role: Role,
    /// Where to see it.
    pub view: ViewState,
}

/// Findings and culprits that are shown.
const MOST: usize = 8;

/// What was found, worst first. None where nothing was.
pub(crate) fn found(facts: &Facts) -> Option<Section> {
    let run = facts.run();
    let all = facts.findings();
    let shown: Vec<Found> = all
        .iter()
        .take(MOST)
        .map(|finding| {
            let words = told(run, finding);
            Found {
                code: finding.code().into(),
                title: words.title,
                text: words.text,
                action: words.action.into(),
                role: match finding.severity {
                    Severity::Error => Role::Failed,
                    Severity::Warning => Role::Retrying,
                    Severity::Info => Role::Accent,
                },
                view: view_of(run, finding),
            }
        })
        .collect();
    if shown.is_empty() {
        return None;
    }
    let mut blocks = vec![Block::Found(shown)];
    if all.len() > MOST {
        let more = count((all.len() - MOST) as u64);
        blocks.push(Block::Note(format!("{more} more of less weight: `makespan stats` prints all of them.")));
    }
    Some(Section::new("findings", "Findings", blocks))
}

/// What tasks waited for, summed over tasks, and who held them up. None where nothing waited.
pub(crate) fn waited(facts: &Facts) -> Option<Section> {
    let run = facts.run();
    let causes = facts.causes();
    let s = causes.sums;
    let rows = [
        ("something they depend on", s.dependency),
        ("a slot of a worker", s.slot),
        ("a queue or the scheduler", s.queue),
        ("the next try", s.backoff),
        ("what is not known", s.unknown),
    ];
    let total = rows.iter().fold(0i64, |sum, r| sum.saturating_add(r.1));
    if total <= 0 {
        return None;
    }
    let mut by_cause = Table::new(
        "What tasks waited for",
        vec![
            Column::text("cause", "Waited for"),
            Column::number("time", "Time, all tasks"),
            Column::number("share", "Share"),
        ],
    );
    for (cause, ns) in rows.into_iter().filter(|r| r.1 > 0) {
        let share = format!("{:.0} %", ns as f64 / total as f64 * 100.0);
        by_cause.push(vec![Cell::new(cause), duration_cell(ns), Cell::new(share)]);
    }
    let mut blocks = vec![Block::Table(by_cause)];
    if !causes.culprits.is_empty() {
        let columns = vec![
            Column::text("task", "Held others up"),
            Column::number("dependency", "Depended on"),
            Column::number("slot", "Held the slot"),
        ];
        let mut table = Table::new("Who held others up", columns);
        for c in causes.culprits.iter().take(MOST) {
            let name = Cell::new(run.task_name(c.task)).task(c.task.0);
            table.push(vec![name, duration_cell(c.dependency), duration_cell(c.slot)]);
        }
        table.left_out = causes.culprits.len().saturating_sub(MOST);
        blocks.push(Block::Table(table));
    }
    blocks.push(Block::Note(
        "Times are summed over tasks, so that ten tasks that wait a minute for one count ten minutes; they are no part of the \
         makespan."
            .to_owned(),
    ));
    Some(Section::new("waiting", "Why tasks waited", blocks))
}

/// How short the run could be. None without a makespan.
pub(crate) fn bounds(facts: &Facts) -> Option<Section> {
    let b = facts.bounds()?;
    let slots = match b.slots_from {
        SlotCount::Workers => "as many as workers are named",
        _ => "the most that were at work at once",
    };
    let two = |x: f64| number((x * 100.0).round() / 100.0);
    let mut pairs = vec![
        ("No shorter on these slots".to_owned(), duration_cell(b.at_least)),
        ("No shorter on any number".to_owned(), duration_cell(b.critical_path)),
        ("Speed-up of today".to_owned(), Cell::new(two(b.parallelism)).exact("work over makespan")),
        ("Speed-up at most".to_owned(), Cell::new(two(b.max_speedup)).exact("work over critical path")),
        ("Slots".to_owned(), Cell::new(count(u64::from(b.slots))).exact(slots)),
        (
            "Slots in use".to_owned(),
            Cell::new(format!("{:.0} %", b.efficiency * 100.0)).exact("of the makespan"),
        ),
        ("One task alone".to_owned(), duration_cell(b.alone)),
        ("Nothing at work".to_owned(), duration_cell(b.idle)),
    ];
    if let Some(serial) = b.serial_share {
        let exact = "the serial share that would explain the speed-up (Karp and Flatt)";
        pairs.push(("Serial share".to_owned(), Cell::new(format!("{:.0} %", serial * 100.0)).exact(exact)));
    }
    let mut blocks = vec![Block::Pairs(pairs)];
    if b.inferred {
        blocks.push(Block::Note(
            "The critical path follows dependencies that were inferred from times.".to_owned(),
        ));
    }
    if let Some(near) = facts.near_critical(1).first() {
        let names: Vec<_> =
            near.tasks.iter().take(4).map(|t| visible(facts.run().task_name(*t)).into_owned()).collect();
        let dots = if near.tasks.len() > names.len() { " …" } else { "" };
        blocks.push(Block::Note(format!(
            "Next comes a chain that is {} shorter than the critical path: {}{dots}",
            duration(near.behind),
            names.join(", ")
        )));
    }
    Some(Section::new("bounds", "How short it could be", blocks))
}
