//! Lower bounds on the makespan.

use makespan_analysis::{Facts, SlotCount};
use makespan_scene::{counted, duration, visible};

use super::maybe_share;
use crate::amount::plain;
use crate::section::{Block, Section, note};
use crate::table::{Cell, Column, Table};
use crate::value::Value;

/// Returns lower bounds on the makespan, and how well the run used its slots. `None` without a makespan.
pub fn bounds(facts: &Facts) -> Option<Section> {
    let b = facts.bounds()?;
    let columns =
        vec![Column::text("what", ""), Column::number("time", "Time"), Column::text("why", "Basis")];
    let mut table = Table::new("Lower bounds on the makespan", columns);
    let mut line = |what: String, ns: i64, why: String| {
        table.push(vec![Cell::new(what), Cell::new(Value::Duration(ns)), Cell::new(why)]);
    };
    let two = |x: f64| plain((x * 100.0).round() / 100.0);
    line("actual run".to_owned(), b.makespan, format!("average concurrency {}", two(b.parallelism)));
    let slots = counted(b.slots, "slot");
    let on = match b.slots_from {
        SlotCount::Workers => format!("on the {slots} of the workers"),
        SlotCount::Concurrency => format!("on {slots}, the most in use"),
    };
    line(on, b.at_least, format!("at most {} without idle slots", duration(b.at_most)));
    let enough = counted(b.max_speedup.ceil().max(0.0) as u64, "slot");
    line(
        "on any number of slots".to_owned(),
        b.critical_path,
        format!("critical path; not faster with more than {enough}"),
    );
    let mut pairs = vec![
        (
            "Speed-up".to_owned(),
            Cell::new(Value::Number((b.parallelism * 100.0).round() / 100.0)).exact("work over makespan"),
        ),
        (
            "Largest speed-up".to_owned(),
            Cell::new(Value::Number((b.max_speedup * 100.0).round() / 100.0))
                .exact("work over critical path"),
        ),
        (
            "Slots in use".to_owned(),
            Cell::new(Value::Share(b.efficiency)).exact("share of the slots, over the makespan"),
        ),
        ("One attempt running".to_owned(), Cell::new(Value::Duration(b.alone))),
        ("Idle".to_owned(), Cell::new(Value::Duration(b.idle))),
    ];
    if b.serial_share.is_some() {
        let exact = "the serial share that would explain the speed-up (Karp and Flatt)";
        pairs.push(("Serial share".to_owned(), Cell::new(maybe_share(b.serial_share)).exact(exact)));
    }
    let mut blocks = vec![Block::Table(table), Block::Pairs(pairs)];
    if b.inferred {
        blocks.push(note("The critical path follows dependencies inferred from times."));
    }
    if let Some(near) = facts.near_critical(1).first() {
        let names: Vec<_> =
            near.tasks.iter().take(4).map(|t| visible(facts.run().task_name(*t)).into_owned()).collect();
        let more = near.tasks.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        blocks.push(note(format!(
            "The next longest chain is {} shorter than the critical path: {}{more}.",
            duration(near.behind),
            names.join(", ")
        )));
    }
    Some(Section::new("bounds", "Lower bounds on the makespan", blocks))
}
