//! The picture of the screen: a function of its state, so that tests see every cell.

use makespan_alerts::{AlertSeverity, AlertState};
use makespan_model::Severity;
use makespan_scene::{Role, TimeScale, count, counted, duration, glyph_char};
use makespan_views::timeline::{Counter, tracks};
use makespan_views::{Recorded, status_role};
use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Layout, Margin, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, Paragraph, Sparkline};

use super::gantt;
use super::inks::Inks;
use super::plain::share_over;
use super::state::Monitor;
use crate::keeping::moment;
use crate::output::clean;
use crate::terminal::{Ink, bar, clipped, fitted};

/// From this width on, steps stand beside the timeline.
const WIDE: u16 = 100;
/// Rows of errors and alerts at most, without their heading.
const NOTES: usize = 6;
/// Rows of the counters, with their heading.
const COUNTERS: u16 = 4;
/// Columns that a counter needs.
const COUNTER: u16 = 24;
const SECOND: i64 = 1_000_000_000;
/// Columns of the bar of a step.
const BAR: usize = 10;

/// Paints the whole screen at a moment, ns since the epoch.
pub(super) fn paint(frame: &mut Frame, monitor: &Monitor, now: i64, inks: Inks) {
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(2), Constraint::Min(0), Constraint::Length(1)])
            .areas(frame.area());
    frame.render_widget(Paragraph::new(heading(monitor, now, head.width, inks)), head);
    match &monitor.seen {
        Some(_) => paint_run(frame, monitor, now, body, inks),
        None => {
            let text = format!("no active runs in {}", clean(&monitor.place));
            frame.render_widget(
                Paragraph::new(text).alignment(Alignment::Center),
                body.inner(Margin::new(1, 1)),
            );
        }
    }
    frame.render_widget(Paragraph::new(footer(monitor, foot.width, inks)), foot);
    if monitor.shows_help {
        paint_help(frame, inks);
    }
}

/// Two lines: which run, and how much of it is over.
fn heading(monitor: &Monitor, now: i64, width: u16, inks: Inks) -> Vec<Line<'static>> {
    let width = usize::from(width);
    let (Some(state), Some(run)) = (monitor.state(), monitor.run()) else {
        return vec![Line::styled("makespan monitor", inks.style(Ink::Strong))];
    };
    let role = state.status().map_or(Role::Unknown, status_role);
    let status = format!("{} {}", glyph_char(role), state.status().map_or("unknown", |s| s.name()));
    let elapsed = match (monitor.goes_on_until(now), state.started(), state.makespan()) {
        // Whole seconds: digits behind them would only flicker.
        (Some(until), Some(started), _) => {
            let so_far = until.saturating_sub(started).max(0);
            format!("  {}", duration(so_far - so_far % SECOND))
        }
        (_, _, Some(makespan)) => format!("  {}", duration(makespan)),
        _ => String::new(),
    };
    let many = match monitor.runs.len() {
        0 | 1 => String::new(),
        all => format!("  run {} of {all}", monitor.chosen + 1),
    };
    let right = format!("{status}{elapsed}{many}");
    let room = width.saturating_sub(crate::terminal::columns(&right) + 2);
    let title = fitted(&format!("{}  {}", clean(run.title()), clean(&state.id)), room);
    let first = Line::from(vec![
        Span::styled(title, inks.style(Ink::Strong)),
        Span::raw("  "),
        Span::styled(status, inks.role(role)),
        Span::raw(format!("{elapsed}{many}")),
    ]);
    let (over, all) = share_over(state);
    let share = if all > 0 { over as f64 / all as f64 } else { 0.0 };
    let totals = monitor.seen.as_ref().map(|seen| seen.facts.totals());
    let running: u32 = monitor.seen.iter().flat_map(|seen| &seen.steps).map(|step| step.running()).sum();
    let failed: u32 = monitor.seen.iter().flat_map(|seen| &seen.steps).map(|step| step.failed()).sum();
    let mut text = format!(
        " {:>3.0}%  {} of {} · {} running",
        // 100 % only when all is over.
        if over < all { (share * 100.0).min(99.0) } else { share * 100.0 },
        count(over),
        counted(all as usize, "task"),
        count(u64::from(running)),
    );
    if let Some(retries) = totals.map(|t| t.retries).filter(|n| *n > 0) {
        text.push_str(&format!(" · {}", counted(retries, "retry")));
    }
    let failures =
        if failed > 0 { format!(" · {} failed", count(u64::from(failed))) } else { String::new() };
    let wide = width.saturating_sub(crate::terminal::columns(&text) + failures.len() + 1).min(60);
    let second = Line::from(vec![
        Span::styled(fitted(&bar(share, wide), wide), inks.role(Role::Running)),
        Span::raw(text),
        Span::styled(failures, inks.style(Ink::Bad)),
    ]);
    vec![first, second]
}

fn paint_run(frame: &mut Frame, monitor: &Monitor, now: i64, area: Rect, inks: Inks) {
    let Some(seen) = &monitor.seen else { return };
    let until = monitor.goes_on_until(now);
    let notes = notes(monitor, inks);
    let tall = if notes.is_empty() { 0 } else { notes.len().min(NOTES) as u16 + 1 };
    let shown = counters(monitor, until, area.width);
    let counting = if shown.is_empty() || area.height < 16 { 0 } else { COUNTERS };
    let [main, middle, bottom] = Layout::vertical([
        Constraint::Min(0),
        Constraint::Length(counting),
        Constraint::Length(tall.min(area.height / 3)),
    ])
    .areas(area);
    let (steps, bars) = if main.width >= WIDE {
        let [steps, bars] =
            Layout::horizontal([Constraint::Percentage(38), Constraint::Min(0)]).spacing(1).areas(main);
        (steps, bars)
    } else {
        let tall = (seen.steps.len() as u16).min(main.height / 2).saturating_add(1);
        let [steps, bars] =
            Layout::vertical([Constraint::Length(tall.min(main.height / 2)), Constraint::Min(0)]).areas(main);
        (steps, bars)
    };
    paint_steps(frame, monitor, steps, inks);
    let inner = titled(frame, bars, "Running and last tasks", inks);
    let size = (usize::from(inner.width), usize::from(inner.height));
    let lines = gantt::rows(seen.facts.run(), monitor.step_name(), until, size, inks);
    let lines = if lines.is_empty() { vec![Line::from("no task has started")] } else { lines };
    frame.render_widget(Paragraph::new(lines), inner);
    if counting > 0 {
        paint_counters(frame, &shown, middle, inks);
    }
    if tall > 0 {
        let inner = titled(frame, bottom, "Errors and alerts", inks);
        let wide = usize::from(inner.width);
        let lines = notes.into_iter().map(|(text, style)| Line::styled(clipped(&text, wide), style));
        frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), inner);
    }
}

/// A heading over a part; the part below it.
fn titled(frame: &mut Frame, area: Rect, title: &str, inks: Inks) -> Rect {
    let block = Block::new().borders(Borders::TOP).border_style(inks.style(Ink::Muted));
    let title = Line::styled(format!(" {title} "), inks.style(Ink::Strong).remove_modifier(Modifier::DIM));
    let block = block.title(title);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}

fn paint_steps(frame: &mut Frame, monitor: &Monitor, area: Rect, inks: Inks) {
    let Some(seen) = &monitor.seen else { return };
    let title = match monitor.step {
        Some(at) => format!("Steps: {} of {}", at + 1, seen.steps.len()),
        None => format!("Steps: {}", seen.steps.len()),
    };
    let inner = titled(frame, area, &title, inks);
    let height = usize::from(inner.height);
    let first = monitor.step.map_or(0, |at| (at + 1).saturating_sub(height));
    let digits = seen.steps.iter().map(|s| s.tasks()).max().unwrap_or(0).to_string().len();
    let mut lines = Vec::new();
    for (at, step) in seen.steps.iter().enumerate().skip(first).take(height) {
        let is_chosen = monitor.step == Some(at);
        let counts = format!(" {:>digits$}/{:<digits$}", step.over(), step.tasks());
        let running = if step.running() > 0 { format!(" ▶{}", step.running()) } else { String::new() };
        let failed = if step.failed() > 0 { format!(" ✗{}", step.failed()) } else { String::new() };
        let taken = 2 + BAR + counts.len() + 2 * (digits + 2);
        let name = fitted(&clean(&step.step), usize::from(inner.width).saturating_sub(taken).max(4));
        let share = f64::from(step.over()) / f64::from(step.tasks().max(1));
        let mark = if is_chosen { "▸ " } else { "  " };
        let line = Line::from(vec![
            Span::raw(format!("{mark}{name}")),
            Span::styled(fitted(&bar(share, BAR), BAR), inks.role(Role::Succeeded)),
            Span::raw(counts),
            Span::styled(running, inks.role(Role::Running)),
            Span::styled(failed, inks.style(Ink::Bad)),
        ]);
        let weight = if is_chosen { Modifier::BOLD } else { Modifier::empty() };
        lines.push(line.patch_style(Style::new().add_modifier(weight)));
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The counters that fit beside each other, over the whole run: what runs, then what was sampled.
fn counters(monitor: &Monitor, until: Option<i64>, width: u16) -> Vec<Counter> {
    let Some(seen) = &monitor.seen else { return Vec::new() };
    let Some((t0, known)) = seen.facts.run().extent() else { return Vec::new() };
    let t1 = until.unwrap_or(known).max(t0.saturating_add(1));
    let most = usize::from(width / COUNTER).clamp(1, 3);
    let beside = |count: usize| {
        let x1 = f64::from(width / count as u16).max(2.0) - 1.0;
        let scale = TimeScale::plain((t0, t1), (0.0, x1));
        let mut all = tracks(&seen.facts, &scale);
        // What waits is said by the steps.
        all.retain(|counter| counter.role != Role::Queued);
        all.truncate(most);
        // Facts end with the last start or end; what was running then runs still.
        let last = seen.facts.run().span().map_or(t0, |(_, last)| last);
        let behind = scale.x(last).max(0.0) as usize + 1;
        let still = seen.facts.totals().going_on as f64;
        for counter in all.iter_mut().filter(|counter| until.is_some() && counter.role == Role::Running) {
            counter.envelope.iter_mut().skip(behind).for_each(|slot| *slot = Some((still, still)));
        }
        all
    };
    let all = beside(most);
    match all.len() {
        0 => all,
        // Fewer have more room each.
        count if count < most => beside(count),
        _ => all,
    }
}

fn paint_counters(frame: &mut Frame, shown: &[Counter], area: Rect, inks: Inks) {
    let parts = Layout::horizontal(vec![Constraint::Fill(1); shown.len()]).spacing(1).split(area);
    for (counter, part) in shown.iter().zip(parts.iter()) {
        let most = counter.most();
        let title = format!("{} ≤ {}", clean(&counter.name), counter.short(most));
        let inner = titled(frame, *part, &clipped(&title, usize::from(part.width).saturating_sub(2)), inks);
        // A sparkline has whole numbers from 0: thousandths of the greatest value.
        let scaled = |v: f64| (v.max(0.0) / most.max(f64::MIN_POSITIVE) * 1000.0).round() as u64;
        let values: Vec<Option<u64>> = counter.envelope.iter().map(|v| v.map(|(_, v)| scaled(v))).collect();
        let line = Sparkline::default().data(values).max(1000).style(inks.role(counter.role));
        frame.render_widget(line, inner);
    }
}

/// Firing alerts, errors, and what the run recorded itself: the gravest first.
fn notes(monitor: &Monitor, inks: Inks) -> Vec<(String, Style)> {
    let Some(seen) = &monitor.seen else { return Vec::new() };
    let run = seen.facts.run();
    let mut notes = Vec::new();
    for alert in &monitor.alerts {
        let style = match (alert.state(), alert.severity) {
            (AlertState::Resolved, _) => inks.style(Ink::Good),
            (_, AlertSeverity::Error | AlertSeverity::Critical) => inks.style(Ink::Bad),
            (_, AlertSeverity::Warning) => inks.style(Ink::Warning),
            (_, AlertSeverity::Info) => Style::new(),
        };
        let state = match alert.state() {
            AlertState::Firing => alert.severity.name(),
            AlertState::Resolved => "resolved",
        };
        let text = alert.resolved_text.as_deref().filter(|text| !text.is_empty()).unwrap_or(&alert.text);
        notes.push((format!("! {state} {}: {}", clean(&alert.rule), clean(text)), style));
    }
    for group in &seen.facts.errors().groups {
        let first = group.tasks.first().map_or("", |t| run.task_name(*t));
        let others = match group.tasks.len() {
            0 | 1 => String::new(),
            n => format!(" and {}", counted(n - 1, "other task")),
        };
        let kind = if group.kind.is_empty() { String::new() } else { format!("{}: ", clean(&group.kind)) };
        let message =
            if group.message.is_empty() { "(no message)".to_owned() } else { clean(&group.message) };
        notes.push((format!("✗ {}{others}: {kind}{message}", clean(first)), inks.style(Ink::Bad)));
    }
    let recorded = Recorded::of(run).into_iter().rev().filter(|entry| entry.severity != Severity::Info);
    for entry in recorded.take(NOTES) {
        let level = clean(&entry.level(run));
        notes.push((format!("· {level}: {}", clean(entry.text(run))), inks.role(entry.role(run))));
    }
    // The last line counts what does not fit.
    if notes.len() > NOTES {
        let more = notes.len() - (NOTES - 1);
        notes.truncate(NOTES - 1);
        notes.push((format!("… {} more", count(more as u64)), inks.style(Ink::Muted)));
    }
    notes
}

fn footer(monitor: &Monitor, width: u16, inks: Inks) -> Line<'static> {
    let width = usize::from(width);
    let read = moment(Some(monitor.at));
    let read = read.split_once(' ').map_or(read.as_str(), |(_, time)| time).to_owned();
    if let Some(fault) = &monitor.fault {
        let text = format!("not read since {read} UTC: {}", clean(fault));
        return Line::styled(clipped(&text, width), inks.style(Ink::Bad).add_modifier(Modifier::BOLD));
    }
    let right = if monitor.is_paused { format!("paused at {read} UTC") } else { format!("read {read} UTC") };
    let keys = "q quit  ↑↓ step  ←→ run  p pause  ? help";
    let room = width.saturating_sub(right.len());
    let ink = if monitor.is_paused { Ink::Warning } else { Ink::Muted };
    Line::from(vec![
        Span::styled(fitted(keys, room), inks.style(Ink::Muted)),
        Span::styled(clipped(&right, width), inks.style(ink)),
    ])
}

fn paint_help(frame: &mut Frame, inks: Inks) {
    let lines = [
        ("q, Ctrl-C", "quit"),
        ("↑ ↓, k j", "choose a step; the timeline then shows only its tasks"),
        ("← →, h l", "show another active run"),
        ("p, space", "pause or continue"),
        ("Esc", "show all steps again, or close this help"),
        ("?", "show or hide this help"),
        ("", ""),
        ("█ ▓ ▒", "attempts that ended, are running, failed"),
    ];
    let area = frame.area();
    let (wide, tall) = (68.min(area.width), (lines.len() as u16 + 2).min(area.height));
    let at = Rect::new((area.width - wide) / 2, (area.height - tall) / 2, wide, tall);
    let text: Vec<Line> = lines.iter().map(|(key, what)| Line::from(format!(" {key:<10} {what}"))).collect();
    let block = Block::bordered().title(Line::styled(" Keys ", inks.style(Ink::Strong)));
    frame.render_widget(Clear, at);
    frame.render_widget(Paragraph::new(text).block(block), at);
}
