//! The most important numbers of a run.

use makespan_analysis::Facts;
use makespan_model::Status;
use makespan_scene::{Bars, Hit, Rect, Scene, count, counted, duration};

use super::{is_simulated, part};
use crate::amount::plain;
use crate::roles::status_role;
use crate::section::{Block, Figure, Section, note};
use crate::table::Cell;
use crate::value::Value;

fn known(ns: Option<i64>) -> Cell {
    ns.map_or_else(|| Cell::new("unknown").exact("unknown"), |ns| Cell::new(Value::Duration(ns)))
}

/// Returns the figures of a run.
pub fn figures(facts: &Facts) -> Section {
    let (t, c) = (facts.totals(), facts.concurrency());
    let mut all = Vec::new();
    let mut figure = |label: &'static str, value: Cell, note: String| {
        all.push(Figure { label: label.into(), value, note })
    };
    let makespan_note = match t.recorded_wall {
        _ if is_simulated(facts.run()) => "simulated from durations and dependencies".to_owned(),
        Some(wall) if Some(wall) != t.makespan => format!("the file records {}", duration(wall)),
        _ => "first start to last end".to_owned(),
    };
    figure("Makespan", known(t.makespan), makespan_note);
    let work = match t.going_on {
        0 => "time of all attempts".to_owned(),
        n => format!("time of all attempts so far, {} still running", count(n as u64)),
    };
    figure("Work", known(t.known_work()), work);
    let path = facts.critical_path();
    let on_path = path.map_or(String::new(), |p| {
        let share = match t.makespan.map(|m| part(p.length, m)) {
            Some(share @ Value::Share(_)) => format!(", {} of the makespan", share.text()),
            _ => String::new(),
        };
        let inferred = if p.inferred { ", dependencies inferred" } else { "" };
        format!("{}{share}{inferred}", counted(p.tasks.len(), "task"))
    });
    figure("Critical path", known(path.map(|p| p.length)), on_path);
    let most = if c.t.is_empty() { Cell::new("unknown") } else { Cell::new(c.max_running) };
    let mean = c
        .mean_running
        .map_or(String::new(), |m| format!("; {} on average", plain((m * 100.0).round() / 100.0)));
    let so_far = if t.going_on == 0 { "" } else { " so far" };
    figure("Concurrency", most, format!("maximum{so_far}{mean}"));
    let edges = match (t.edges, t.edges_inferred) {
        (0, 0) => "no dependencies".to_owned(),
        (0, n) => format!("{}, inferred from times", counted(n, "dependency")),
        (n, _) => counted(n, "dependency"),
    };
    figure("Tasks", Cell::new(t.tasks), edges);
    let retries = if t.retries == 0 { "no retries".to_owned() } else { counted_retries(t.retries) };
    figure("Attempts", Cell::new(t.attempts), retries);
    Section::new("figures", "Figures", vec![Block::Figures(all)])
}

fn counted_retries(n: usize) -> String {
    format!("{} among them", counted(n, "retry"))
}

/// Returns the number of tasks per status: as a bar if a width in px is given, and as numbers.
pub fn statuses(facts: &Facts, wide: Option<f32>) -> Section {
    let t = facts.totals();
    let present: Vec<Status> = Status::ALL.into_iter().filter(|s| t.statuses[*s as usize] > 0).collect();
    if present.is_empty() {
        return Section::new("statuses", "Tasks by status", vec![note("This run has no tasks.")]);
    }
    let mut blocks = Vec::new();
    blocks.extend(wide.map(|wide| Block::Picture(strip(&present, &t.statuses, t.tasks, wide))));
    let pair = |s: &Status| (s.name().to_owned(), Cell::new(t.statuses[*s as usize]).status(status_role(*s)));
    blocks.push(Block::Pairs(present.iter().map(pair).collect()));
    Section::new("statuses", "Tasks by status", blocks)
}

fn strip(present: &[Status], statuses: &[u32; Status::COUNT], tasks: usize, wide: f32) -> Scene {
    let mut scene = Scene::new(wide, 14.0, "Tasks by status");
    let mut bars = Bars::default();
    let total = tasks.max(1) as f32;
    // Every status that occurs gets a few pixels, however few tasks have it.
    let least = 4.0;
    let free = (wide - least * present.len() as f32).max(0.0);
    let mut x = 0.0;
    for s in present {
        let w = least + statuses[*s as usize] as f32 / total * free;
        bars.push(Rect::new(x, 0.0, (w - 1.0).max(1.0), 14.0), status_role(*s), Hit::NONE);
        x += w;
    }
    scene.push(bars);
    scene
}
