//! The screen, cell by cell, of runs in the text notation.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use makespan_alerts::{Alert, AlertSeverity};
use makespan_analysis::Facts;
use makespan_format::{Event, EventSink as _, Sample, Status};
use makespan_model::{Run, RunsBuilder, notation};
use makespan_store::{RunState, Tally};
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::inks::Inks;
use super::paint::paint;
use super::reader::{Reading, Seen};
use super::state::{Monitor, Reaction};
use crate::terminal::{Terminal, columns};

const SECOND: i64 = 1_000_000_000;

const RUN: &str = "\
run nightly
fetch       0..4      w1
align-1     4..9      w1  fetch  step=align
align-2     4..7      w2  fetch  step=align try=1 failed error=no_reference_genome
align-2     8..       w2         step=align try=2 running
sort        9..       w1  align-1 running
report      -         -   sort align-2
";

/// The run with samples of its processor time, which the notation has no words for.
fn run(text: &str, cpu: &[(i64, f64)]) -> Run {
    let mut fold = RunsBuilder::new();
    notation::read(text, &mut fold);
    for (t, value) in cpu {
        let sample = Sample {
            task: Some("sort".into()),
            t: Some(t * SECOND),
            name: "cpu".into(),
            unit: Some("%".into()),
            value: *value,
            ..Sample::default()
        };
        fold.event(Event::Sample(sample));
    }
    fold.finish().0.remove(0)
}

fn state(run: &Run, id: &str) -> RunState {
    let mut tasks = Tally::default();
    run.tasks.status.iter().for_each(|status| tasks.0[*status as usize] += 1);
    RunState { tasks, first_start: Some(0), ..RunState::new(id, 0) }
}

fn reading(run: Run, others: &[&str]) -> Reading {
    let mut runs = vec![state(&run, "nightly-7")];
    runs.extend(others.iter().map(|id| state(&run, id)));
    let seen = Some(Seen::new(Facts::new(Arc::new(run))));
    Reading { at: 12 * SECOND, runs, chosen: Some(0), seen, ..Reading::default() }
}

fn monitor() -> Monitor {
    let samples = [(9, 20.0), (10, 250.0), (11, 90.0)];
    Monitor::new("sqlite:runs.db".to_owned(), reading(run(RUN, &samples), &["nightly-6"]))
}

/// What the screen of that size shows at 12 s, line by line.
fn shown(monitor: &Monitor, (width, height): (u16, u16)) -> Vec<String> {
    let mut terminal = ratatui::Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| paint(frame, monitor, 12 * SECOND, Inks::of(Terminal::plain(80)))).unwrap();
    let cells = terminal.backend().buffer().content();
    let line = |cells: &[ratatui::buffer::Cell]| -> String { cells.iter().map(|c| c.symbol()).collect() };
    cells.chunks(usize::from(width)).map(line).collect()
}

fn press(monitor: &mut Monitor, code: KeyCode) -> Reaction {
    monitor.press(KeyEvent::new(code, KeyModifiers::NONE))
}

fn line<'l>(lines: &'l [String], word: &str) -> &'l str {
    let found = lines.iter().find(|line| line.contains(word));
    assert!(found.is_some(), "no {word} in\n{}", lines.join("\n"));
    found.unwrap()
}

#[test]
fn a_screen_shows_progress_timeline_counters_and_errors() {
    for size in [(80, 24), (120, 40)] {
        let lines = shown(&monitor(), size);
        assert!(lines.iter().all(|line| columns(line) == usize::from(size.0)), "{}", lines.join("\n"));
        assert!(lines[0].starts_with("nightly") && lines[0].contains("nightly-7"), "{}", lines[0]);
        assert!(lines[0].contains("12 s  run 1 of 2"), "{}", lines[0]);
        assert!(lines[1].contains(" 40%  2 of 5 tasks · 2 running · 1 retry"), "{}", lines[1]);
        assert!(line(&lines, "  align ").contains("1/2 ▶1"), "{}", lines.join("\n"));
        assert!(line(&lines, "  report ").contains("0/1"), "{}", lines.join("\n"));
        // Its first try failed, the second is running up to now, which is the right edge.
        let row = line(&lines, "▶ align-2");
        let first = row.find('▒').expect("the failed try");
        assert!(row.trim_end().ends_with('▓') && first < row.find('▓').unwrap(), "{row}");
        assert!(line(&lines, "╷").contains("╷0"), "the axis counts from the start of the run");
        let at = lines.iter().position(|line| line.contains("Running ≤ 2")).expect("the counter");
        let row: Vec<char> = lines[at + 3].chars().collect();
        let end =
            lines[at].chars().collect::<Vec<_>>().windows(4).position(|w| w == [' ', 'c', 'p', 'u']).unwrap();
        assert_eq!(row[end - 3], '█', "what was running at the last event runs still: {}", lines[at + 3]);
        line(&lines, "cpu ≤ 250 %");
        line(&lines, "✗ align-2: no reference genome");
        assert!(
            lines.last().unwrap().starts_with("q quit")
                && lines.last().unwrap().contains("read 00:00:12 UTC")
        );
    }
}

#[test]
fn steps_are_beside_the_timeline_only_on_a_wide_screen() {
    let heads = |size| -> bool {
        let lines = shown(&monitor(), size);
        line(&lines, "Steps: 4").contains("Running and last tasks")
    };
    assert!(heads((120, 40)) && !heads((80, 24)));
}

#[test]
fn arrows_choose_a_step_and_a_run() {
    let mut monitor = monitor();
    press(&mut monitor, KeyCode::Down);
    press(&mut monitor, KeyCode::Down);
    let lines = shown(&monitor, (80, 24));
    assert!(line(&lines, "▸ align").contains("1/2"), "{}", lines.join("\n"));
    assert!(!lines.iter().any(|line| line.contains("✓ fetch")), "only tasks of that step");
    // It stays chosen although another step comes before it.
    let more = RUN
        .replace("align-1     4..9      w1  fetch", "check 1..2 w3\nalign-1     4..9      w1  fetch check");
    monitor.take(reading(run(&more, &[]), &["nightly-6"]));
    assert_eq!(monitor.step_name(), Some("align"));
    press(&mut monitor, KeyCode::Esc);
    assert_eq!(monitor.step_name(), None);
    assert_eq!(press(&mut monitor, KeyCode::Left), Reaction::Paint, "there is no run to the left");
    assert_eq!(press(&mut monitor, KeyCode::Right), Reaction::Read("nightly-6".to_owned()));
    assert_eq!(press(&mut monitor, KeyCode::Char('q')), Reaction::Quit);
    let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(monitor.press(interrupt), Reaction::Interrupt);
}

#[test]
fn a_pause_keeps_the_picture_and_resuming_shows_what_arrived() {
    let mut monitor = monitor();
    press(&mut monitor, KeyCode::Char('p'));
    let before = shown(&monitor, (80, 24));
    assert!(before[23].contains("paused at 00:00:12 UTC"), "{}", before[23]);
    monitor
        .take(reading(run(&RUN.replace("9..       w1  align-1 running", "9..11     w1  align-1"), &[]), &[]));
    // Nothing new since that one.
    monitor.take(Reading { seen: None, ..reading(run(RUN, &[]), &[]) });
    assert_eq!(shown(&monitor, (80, 24)), before);
    press(&mut monitor, KeyCode::Char('p'));
    line(&shown(&monitor, (80, 24)), "✓ sort");
}

#[test]
fn alerts_come_first_and_hidden_lines_are_counted() {
    let failing: String =
        (0..9).map(|i| format!("t{i} 0..1 w{i} failed error=reason_{}\n", ["a", "b", "c"][i % 3])).collect();
    let mut reading = reading(run(&failing, &[]), &[]);
    for (id, severity) in [(1, AlertSeverity::Critical), (2, AlertSeverity::Info)] {
        reading.alerts.push(Alert {
            id,
            rule: format!("rule-{id}"),
            severity,
            text: "3 tasks failed \u{1b}[2J".to_owned(),
            ..Alert::default()
        });
    }
    reading.alerts.extend((3..6).map(|id| Alert { id, rule: format!("rule-{id}"), ..Alert::default() }));
    let lines = shown(&Monitor::new(String::new(), reading), (120, 40));
    let alert = line(&lines, "! critical rule-1: 3 tasks failed");
    assert!(alert.contains("\\u{1b}[2J"), "{alert}");
    line(&lines, "… 3 more");
}

#[test]
fn an_unreadable_store_is_reported_and_the_picture_stays() {
    let mut monitor = monitor();
    let fault = Reading { fault: Some("no route to host".to_owned()), ..Reading::default() };
    monitor.take(fault);
    let lines = shown(&monitor, (80, 24));
    assert!(lines[23].starts_with("not read since 00:00:12 UTC: no route to host"), "{}", lines[23]);
    line(&lines, "▶ sort");
}

#[test]
fn no_screen_is_too_small_and_none_needs_a_run() {
    let mut empty = Monitor::new("file:runs".to_owned(), Reading::default());
    line(&shown(&empty, (80, 24)), "no active runs in file:runs");
    press(&mut empty, KeyCode::Char('?'));
    press(&mut empty, KeyCode::Down);
    line(&shown(&empty, (80, 24)), "show another active run");
    let mut monitor = monitor();
    monitor.shows_help = true;
    for width in [1, 2, 7, 20, 99, 300] {
        for height in [1, 2, 3, 5, 9, 100] {
            assert_eq!(shown(&monitor, (width, height)).len(), usize::from(height));
            assert_eq!(shown(&empty, (width, height)).len(), usize::from(height));
        }
    }
}

#[test]
fn the_clock_of_a_run_that_ended_or_was_abandoned_stops() {
    let monitor = monitor();
    assert_eq!(monitor.goes_on_until(12 * SECOND), Some(12 * SECOND));
    assert_eq!(monitor.goes_on_until(9_000_000 * SECOND), None, "nothing was heard of it for months");
    let mut ended = reading(run("a 0..4 w", &[]), &[]);
    ended.runs[0].recorded_status = Some(Status::Succeeded);
    ended.runs[0].recorded_end = Some(4 * SECOND);
    assert_eq!(Monitor::new(String::new(), ended).goes_on_until(12 * SECOND), None);
}
