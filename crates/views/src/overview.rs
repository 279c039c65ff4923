//! What happened, in one page: figures, the critical path as a strip, failures, and where the time went.

use makespan_analysis::{Facts, differences, slowest};
use makespan_model::Order as _;
use makespan_model::{Run, Severity, Status, UNKNOWN};
use makespan_scene::{
    Anchor, Bars, Face, Hit, Paint, Rect, Role, Scene, Stroke, Text, TimeScale, Weight, count, duration,
    duration_words, fit, status_glyph, visible, width,
};

use crate::answers;
use crate::details::{Block, Section, number};
use crate::look::{Look, status_role};
use crate::table::{Cell, Column, Table};
use crate::target::Target;
use crate::tasks::duration_cell;
use crate::timeline::axis;

/// One number that people look for first.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What it is.
    pub label: &'static str,
    /// The number as shown; `unknown` where the run does not tell.
    pub value: String,
    /// What it rests on, or how it compares.
    pub note: String,
    /// The exact value, in words.
    pub exact: String,
}

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// What the run is called.
    pub title: String,
    /// Workflow, source and times in a line.
    pub subtitle: String,
    /// Status, in the words of the vocabulary.
    pub status: Option<Status>,
    /// The numbers.
    pub figures: Vec<Figure>,
    /// The rest.
    pub sections: Vec<Section>,
}

const TOP: usize = 5;

/// The page of a run, pictures `wide` px wide.
pub fn overview(facts: &Facts, look: &Look, wide: f32) -> Overview {
    let run = facts.run();
    let mut sections = vec![statuses(facts, wide)];
    sections.extend(failures(facts, look));
    sections.extend(answers::found(facts));
    sections.extend(critical(facts, look, wide));
    if !facts.concurrency().t.is_empty() {
        sections.push(Section::new("concurrency", "Running at the same time", vec![Block::Concurrency]));
    }
    sections.extend(answers::waited(facts));
    sections.extend(answers::bounds(facts));
    sections.extend(slow(facts, look));
    sections.extend(steps(facts));
    sections.extend(workers(facts));
    sections.extend(disagreements(facts));
    sections.extend(facts_of_run(run));
    sections.push(notes(run));
    Overview {
        title: visible(run.title()).into_owned(),
        subtitle: subtitle(run, look),
        status: run.status(),
        figures: figures(facts),
        sections,
    }
}

fn subtitle(run: &Run, look: &Look) -> String {
    let mut parts = Vec::new();
    let workflow = run.text(run.workflow);
    if !workflow.is_empty() && workflow != run.title() {
        parts.push(format!("workflow {}", visible(workflow)));
    }
    if !run.source.is_empty() {
        parts.push(visible(run.text(run.source)).into_owned());
    }
    if let Some((start, end)) = run.span() {
        let offset = if look.time == crate::TimeMode::Local { look.offset } else { 0 };
        parts.push(format!(
            "{} to {}",
            makespan_scene::timestamp(start, offset),
            makespan_scene::timestamp(end, offset)
        ));
    }
    parts.join(" · ")
}

fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 { String::new() } else { format!("{:.0} %", part as f64 / whole as f64 * 100.0) }
}

fn figures(facts: &Facts) -> Vec<Figure> {
    let t = facts.totals();
    let c = facts.concurrency();
    let time = |ns: Option<i64>| {
        ns.map_or(("unknown".to_owned(), String::new()), |n| {
            (duration(n), format!("{} ({n} ns)", duration_words(n)))
        })
    };
    let figure = |label, (value, exact): (String, String), note: String| Figure { label, value, note, exact };
    let makespan_note = match t.recorded_wall {
        Some(wall) if Some(wall) != t.makespan => format!("recorded for the run: {}", duration(wall)),
        _ => "first start to last end".to_owned(),
    };
    let mut all = vec![
        figure("Makespan", time(t.makespan), makespan_note),
        figure(
            "Work",
            time((t.attempts > t.open).then_some(t.work)),
            "time of all attempts together".to_owned(),
        ),
    ];
    let path = facts.critical_path();
    let note = path.map_or(String::new(), |p| {
        let share = t.makespan.map(|m| percent(p.length, m)).filter(|s| !s.is_empty());
        let inferred = if p.inferred { ", inferred" } else { "" };
        format!(
            "{} {}{}{inferred}",
            count(p.tasks.len() as u64),
            if p.tasks.len() == 1 { "task" } else { "tasks" },
            share.map_or(String::new(), |s| format!(", {s} of the makespan"))
        )
    });
    all.push(figure("Critical path", time(path.map(|p| p.length)), note));
    let mean = c
        .mean_running
        .map_or(String::new(), |m| format!("{} on average", number((m * 100.0).round() / 100.0)));
    let most = if c.t.is_empty() { "unknown".to_owned() } else { count(u64::from(c.max_running)) };
    all.push(figure(
        "Concurrency",
        (most, String::new()),
        if mean.is_empty() { "at most".to_owned() } else { format!("at most; {mean}") },
    ));
    let edges = match (t.edges, t.edges_inferred) {
        (0, 0) => "no dependencies".to_owned(),
        (0, n) => format!("{} dependencies, inferred", count(n as u64)),
        (1, _) => "1 dependency".to_owned(),
        (n, _) => format!("{} dependencies", count(n as u64)),
    };
    all.push(figure("Tasks", (count(t.tasks as u64), String::new()), edges));
    let retries = if t.retries == 0 {
        "none repeated".to_owned()
    } else {
        format!("{} repeated", count(t.retries as u64))
    };
    all.push(figure("Attempts", (count(t.attempts as u64), String::new()), retries));
    all
}

/// How many tasks ended how, as a bar with its legend.
fn statuses(facts: &Facts, wide: f32) -> Section {
    let t = facts.totals();
    let mut scene = Scene::new(wide, 14.0, "Tasks by status");
    let mut bars = Bars::default();
    let total = t.tasks.max(1) as f32;
    let mut pairs = Vec::new();
    let present: Vec<Status> = Status::ALL.into_iter().filter(|s| t.statuses[*s as usize] > 0).collect();
    // Every status that occurs gets a few pixels, however few its tasks are.
    let least = 4.0;
    let free = (wide - least * present.len() as f32).max(0.0);
    let mut x = 0.0;
    for s in &present {
        let n = t.statuses[*s as usize];
        let w = least + n as f32 / total * free;
        bars.push(Rect::new(x, 0.0, (w - 1.0).max(1.0), 14.0), status_role(*s), Hit::NONE);
        x += w;
        pairs.push((s.name().to_owned(), Cell::new(count(u64::from(n))).status(status_role(*s))));
    }
    scene.push(bars);
    let blocks = if present.is_empty() {
        vec![Block::Note("This run has no tasks.".to_owned())]
    } else {
        vec![Block::Picture(scene), Block::Pairs(pairs)]
    };
    Section::new("statuses", "Tasks by status", blocks)
}

fn failures(facts: &Facts, look: &Look) -> Option<Section> {
    let run = facts.run();
    let errors = facts.errors();
    let mut blocks = Vec::new();
    let message = run.text(run.error[0]);
    if !message.is_empty() {
        blocks.push(Block::Note("The run as a whole ended with:".to_owned()));
        blocks.push(Block::Text(short(message, 600)));
    }
    if let Some(first) = errors.first {
        let failed = run.attempts_of(first).find(|a| run.attempts.status[a.index()].is_failure());
        let at = failed.map_or(UNKNOWN, |a| run.attempts.ended[a.index()]);
        let when = if at == UNKNOWN { Cell::new("") } else { Cell::new(axis::moment(run, at, look)) };
        let error = failed.map_or("", |a| run.text(run.attempts.error[a.index()]));
        let mut pairs = vec![
            ("First failure".to_owned(), Cell::new(run.task_name(first)).task(first.0)),
            ("When".to_owned(), when),
        ];
        if !error.is_empty() {
            pairs.push(("It said".to_owned(), Cell::new(short(error, 300)).exact(short(error, 2_000))));
        }
        blocks.push(Block::Pairs(pairs));
    }
    if !errors.groups.is_empty() {
        let columns = vec![
            Column::number("attempts", "Tries"),
            Column::number("tasks", "Tasks"),
            Column::text("error", "Error"),
            Column::text("example", "First in"),
        ];
        let mut table = Table::new("Errors, alike ones together", columns);
        for group in errors.groups.iter().take(TOP * 2) {
            let mut example = Cell::default();
            if let Some(&t) = group.tasks.first() {
                example = Cell::new(run.task_name(t)).task(t.0);
            }
            let kind = if group.kind.is_empty() { String::new() } else { format!("{}: ", group.kind) };
            table.push(vec![
                Cell::new(count(u64::from(group.attempts))),
                Cell::new(count(group.tasks.len() as u64)),
                Cell::new(short(&format!("{kind}{}", group.message), 220))
                    .exact(short(&group.message, 2_000)),
                example,
            ]);
        }
        table.left_out = errors.groups.len().saturating_sub(TOP * 2);
        blocks.push(Block::Table(table));
    }
    (!blocks.is_empty()).then(|| Section::new("failures", "What failed", blocks))
}

/// The critical path over the whole run: bars where its tasks ran, gaps where the path waited.
fn critical(facts: &Facts, look: &Look, wide: f32) -> Option<Section> {
    let run = facts.run();
    let path = facts.critical_path()?;
    let (start, end) = run.span()?;
    let mut scene = Scene::new(wide, 58.0, "Critical path over time");
    let scale = TimeScale { t0: start, t1: end.max(start.saturating_add(1)), x0: 0.0, x1: f64::from(wide) };
    let mut ground = Bars { radius: 3.0, ..Bars::default() };
    ground.push(Rect::new(0.0, 8.0, wide, 26.0), Role::Panel, Hit::NONE);
    scene.push(ground);
    let mut bars = Bars { radius: 2.0, ..Bars::default() };
    let mut texts: Vec<makespan_scene::Item> = Vec::new();
    for &task in &path.tasks {
        let Some((s, e)) = run.task_interval(task) else { continue };
        let (x0, x1) = (scale.x(s) as f32, scale.x(e) as f32);
        let role = status_role(run.tasks.status[task.index()]);
        let rect = Rect::new(x0, 8.0, (x1 - x0 - 1.0).max(1.0), 26.0);
        bars.push(rect, role, Target::Task(task.0).hit());
        let on = Paint::from(role.on());
        let mut x = rect.x + 5.0;
        if rect.w > 18.0 {
            if let Some(sign) = status_glyph(role, x + 5.0, 21.0, 10.0, on) {
                texts.push(sign.into());
            }
            x += 14.0;
        }
        let text = fit(run.task_name(task), rect.right() - x - 4.0, 11.5, Weight::Regular, Face::Sans);
        if !text.is_empty() {
            texts.push(Text::new(x, 25.0, 11.5, on, text).into());
        }
    }
    scene.push(bars);
    scene.items.extend(texts);
    scene.push(makespan_scene::Path::line((0.0, 40.0), (wide, 40.0), Stroke::new(Role::Border, 1.0)));
    let last = duration(end.saturating_sub(start));
    scene.push(Text::new(0.0, 53.0, 11.0, Role::TextMuted, "0"));
    scene.push(Text::new(wide, 53.0, 11.0, Role::TextMuted, last).anchored(Anchor::End));
    let middle = duration(end.saturating_sub(start) / 2);
    if width(&middle, 11.0, Weight::Regular, Face::Sans) * 4.0 < wide {
        scene.push(Text::new(wide / 2.0, 53.0, 11.0, Role::TextMuted, middle).anchored(Anchor::Middle));
    }

    let columns = vec![
        Column::text("name", "Task"),
        Column::number("start", "Start"),
        Column::number("duration", "Duration"),
        Column::number("share", "Of the path"),
        Column::number("gap", "Gap before"),
    ];
    let mut table = Table::new("Largest parts of the critical path", columns);
    let mut parts: Vec<(usize, i64)> = path
        .tasks
        .iter()
        .enumerate()
        .map(|(i, t)| (i, run.task_interval(*t).map_or(0, |(s, e)| e.saturating_sub(s))))
        .collect();
    parts.order_by_key(|&(i, d)| (std::cmp::Reverse(d), i));
    for &(i, length) in parts.iter().take(TOP) {
        let task = path.tasks[i];
        table.push(vec![
            Cell::new(run.task_name(task)).task(task.0),
            Cell::new(run.task_interval(task).map_or(String::new(), |(s, _)| axis::moment(run, s, look))),
            duration_cell(length),
            Cell::new(percent(length, path.length)),
            duration_cell(path.waits.get(i).copied().unwrap_or(UNKNOWN)),
        ]);
    }
    table.left_out = parts.len().saturating_sub(TOP);
    let mut blocks = vec![Block::Picture(scene), Block::Table(table)];
    if path.inferred {
        blocks.push(Block::Note(
            "This file records no dependencies: the path rests on edges inferred from times.".to_owned(),
        ));
    }
    Some(Section::new("critical-path", "Critical path", blocks))
}

fn slow(facts: &Facts, look: &Look) -> Option<Section> {
    let run = facts.run();
    let columns = vec![
        Column::text("name", "Task"),
        Column::text("step", "Step"),
        Column::number("start", "Start"),
        Column::number("duration", "Duration"),
        Column::number("tries", "Tries"),
    ];
    let mut table = Table::new("Slowest tasks", columns);
    for t in slowest(run, TOP) {
        let Some((s, e)) = run.task_interval(t) else { continue };
        table.push(vec![
            Cell::new(run.task_name(t)).task(t.0),
            Cell::new(run.task_step(t)),
            Cell::new(axis::moment(run, s, look)),
            duration_cell(e.saturating_sub(s)),
            Cell::new(run.attempts_of(t).len().to_string()),
        ]);
    }
    (!table.is_empty()).then(|| Section::new("slowest", "Slowest tasks", vec![Block::Table(table)]))
}

fn steps(facts: &Facts) -> Option<Section> {
    let all = facts.steps();
    if all.len() < 2 || all.len() == facts.run().task_count() {
        return None;
    }
    let columns = vec![
        Column::text("step", "Step"),
        Column::number("tasks", "Tasks"),
        Column::number("failed", "Failed"),
        Column::number("work", "Work"),
        Column::number("median", "Median"),
        Column::number("p95", "95 %"),
        Column::number("max", "Longest"),
    ];
    let mut table = Table::new("Where the work went", columns);
    for s in all.iter().take(12) {
        table.push(vec![
            Cell::new(s.step.clone()),
            Cell::new(count(u64::from(s.tasks))),
            Cell::new(if s.failed == 0 { String::new() } else { count(u64::from(s.failed)) }),
            duration_cell(s.work),
            duration_cell(s.median),
            duration_cell(s.p95),
            duration_cell(s.max),
        ]);
    }
    table.left_out = all.len().saturating_sub(12);
    Some(Section::new("steps", "Where the work went", vec![Block::Table(table)]))
}

fn workers(facts: &Facts) -> Option<Section> {
    let all = facts.workers();
    if all.len() < 2 {
        return None;
    }
    let columns = vec![
        Column::text("worker", "Worker"),
        Column::number("attempts", "Attempts"),
        Column::number("busy", "At work"),
        Column::number("utilisation", "Of the makespan"),
    ];
    let mut table = Table::new("Workers", columns);
    for w in all.iter().take(12) {
        let name = if w.worker.is_empty() { "(no worker named)".to_owned() } else { w.worker.clone() };
        table.push(vec![
            Cell::new(name),
            Cell::new(count(u64::from(w.attempts))),
            duration_cell(w.busy),
            Cell::new(w.utilisation.map_or(String::new(), |u| format!("{:.0} %", u * 100.0))),
        ]);
    }
    table.left_out = all.len().saturating_sub(12);
    Some(Section::new("workers", "Workers", vec![Block::Table(table)]))
}

fn disagreements(facts: &Facts) -> Option<Section> {
    let all = differences(facts.run(), facts.totals());
    if all.is_empty() {
        return None;
    }
    let columns = vec![
        Column::text("what", "What"),
        Column::text("ours", "Recomputed"),
        Column::text("stored", "Stored in the file"),
    ];
    let mut table = Table::new("Totals that disagree", columns);
    for d in all {
        table.push(vec![Cell::new(d.what), Cell::new(d.ours), Cell::new(d.stored)]);
    }
    let note = Block::Note(
        "The file states totals that its own records do not bear out. All pages use the recomputed ones."
            .to_owned(),
    );
    Some(Section::new("differences", "Totals that disagree", vec![note, Block::Table(table)]))
}

fn facts_of_run(run: &Run) -> Option<Section> {
    let mut blocks = Vec::new();
    for text in [run.params, run.labels] {
        if !text.is_empty() {
            blocks.push(Block::Pairs(crate::details::members(run.text(text))));
        }
    }
    (!blocks.is_empty()).then(|| Section::new("run", "Parameters and labels", blocks))
}

/// What was recognised, what is missing, and every finding about the input.
fn notes(run: &Run) -> Section {
    let mut blocks = Vec::new();
    let mut table = Table::new(
        "About this file",
        vec![
            Column::text("severity", ""),
            Column::number("count", "Count"),
            Column::text("message", "Finding"),
        ],
    );
    let mut all: Vec<_> = run.diagnostics.iter().collect();
    all.order_by_key(|d| std::cmp::Reverse(d.severity));
    for d in all {
        let role = match d.severity {
            Severity::Error => Role::Failed,
            Severity::Warning => Role::Retrying,
            Severity::Info => Role::Queued,
        };
        let place = match (d.line, d.offset) {
            (Some(line), _) => format!(" (line {line})"),
            (None, Some(byte)) => format!(" (byte {byte})"),
            _ => String::new(),
        };
        table.push(vec![
            Cell::new(d.severity.name()).status(role),
            Cell::new(count(d.count)),
            Cell::new(short(&format!("{}{place}", d.message), 1_000)).exact(d.code.to_string()),
        ]);
    }
    if table.is_empty() {
        blocks.push(Block::Note(
            "Nothing was wrong with this file, and nothing had to be inferred.".to_owned(),
        ));
    } else {
        blocks.push(Block::Table(table));
    }
    Section::new("diagnostics", "About this file", blocks)
}

/// At most so many characters, with hidden ones made visible.
fn short(text: &str, most: usize) -> String {
    let cut: String = text.chars().take(most).collect();
    let seen = visible(&cut).into_owned();
    if cut.len() < text.len() { format!("{seen}…") } else { seen }
}
