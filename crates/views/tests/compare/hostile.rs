//! Runs that are not as one would wish: no panic, no number that is none, nothing without bound.

use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_format::{Attempt, Event, EventSink, Fields, RunInfo, Task};
use makespan_model::{Run, RunsBuilder};

use super::{facts, is_sound, pictures, tables};

fn folded(events: &[Event<'_>]) -> Facts {
    let mut runs = RunsBuilder::new();
    events.iter().for_each(|e| runs.event(e.clone()));
    Facts::new(Arc::new(runs.finish().0.remove(0)))
}

fn all_are_sound(a: &Facts, b: &Facts) {
    for width in [1100.0, 340.0, 30.0] {
        for (name, scene) in pictures(a, b, width) {
            is_sound(&name, &scene);
        }
    }
    for table in tables(a, b) {
        for row in &table.rows {
            assert_eq!(row.len(), table.columns.len(), "{}", table.title);
            for cell in row {
                assert!(cell.text().len() < 4_000, "{}: a cell of {} bytes", table.title, cell.text().len());
            }
        }
    }
}

#[test]
fn runs_without_times_tasks_or_anything_in_common() {
    let empty = Facts::new(Arc::new(Run::default()));
    let untimed = facts("a - -\nb - - a\nc - - b pending");
    let open = facts("a 0.. w1\nb 3.. w2 a running");
    let other = facts("x 0..3 w9 failed\ny 3..9 w9 x");
    let instant = facts("a 5..5 w1\nb 5..5 w1 a");
    let early = facts("a -900..-800 w1\nb -800..7 w1 a");
    let all = [&empty, &untimed, &open, &other, &instant, &early];
    for a in all {
        for b in all {
            all_are_sound(a, b);
        }
    }
}

#[test]
fn names_that_are_markup_or_ten_thousand_letters_long() {
    let names = [
        "<script>alert(1)</script>".to_owned(),
        "\u{202e}\u{0}\n\t\"'&amp;".to_owned(),
        "x".repeat(10_000),
        "é<b>".repeat(2_500),
        String::new(),
    ];
    let run = |shift: i64| {
        let mut params = Fields::new();
        params.str(&"k".repeat(9_000), &shift.to_string());
        let mut events = vec![Event::Run(RunInfo {
            id: "r".into(),
            name: Some(names[0].as_str().into()),
            params: params.finish(),
            ..RunInfo::default()
        })];
        for (i, name) in names.iter().enumerate() {
            let id = format!("t{i}");
            events.push(Event::Task(Task {
                id: id.clone().into(),
                name: Some(name.as_str().into()),
                step: Some(name.as_str().into()),
                ..Task::default()
            }));
            events.push(Event::Attempt(Attempt {
                task: id.into(),
                number: 1,
                started: Some(i as i64),
                ended: Some(i as i64 + shift),
                worker: Some(name.as_str().into()),
                ..Attempt::default()
            }));
        }
        folded(&events)
    };
    let (a, b) = (run(5_000_000_000), run(9_000_000_000));
    all_are_sound(&a, &b);
    let scenes = pictures(&a, &b, 1100.0);
    for (name, scene) in &scenes {
        let drawn = makespan_scene::svg(scene, &makespan_scene::Theme::dark());
        assert!(!drawn.contains("<script") && !drawn.contains("<b>"), "{name}");
        assert!(drawn.len() < 400_000, "{name}: {} bytes", drawn.len());
    }
}

#[test]
fn times_at_both_ends_of_the_range() {
    let run = |times: &[(i64, i64)]| {
        let mut events = vec![Event::Run(RunInfo { id: "r".into(), ..RunInfo::default() })];
        for (i, &(started, ended)) in times.iter().enumerate() {
            let id = format!("t{i}");
            events.push(Event::Task(Task { id: id.clone().into(), ..Task::default() }));
            let attempt = Attempt {
                task: id.into(),
                number: 1,
                started: Some(started),
                ended: Some(ended),
                ..Attempt::default()
            };
            events.push(Event::Attempt(attempt));
        }
        folded(&events)
    };
    let wide = run(&[(i64::MIN + 1, i64::MAX), (0, 1), (i64::MAX - 1, i64::MAX), (9, 3)]);
    let plain = run(&[(0, 1), (0, 1_000_000_000)]);
    for (a, b) in [(&wide, &plain), (&plain, &wide), (&wide, &wide)] {
        all_are_sound(a, b);
    }
}
