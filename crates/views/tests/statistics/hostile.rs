//! Odd and enormous input: nothing fails, nothing is drawn that is not a number, and the work grows with the pixels.

use makespan_analysis::Facts;
use makespan_format::{Attempt, Event, EventSink, Log, Status, Task};
use makespan_model::TaskId;
use makespan_views::chart::{Choice, Kind, list, picture};
use makespan_views::heatmap::{
    Calendar, DayColour, Frame, LinedUp, Matrix, Normal, RowOrder, RunColour, Runs, RunsOptions, Tasks,
    TasksOptions, WorkerOrder, Workers, overlay, scene, twin,
};
use makespan_views::{Look, Subject};
use proptest::prelude::*;

use crate::{built, must_be_finite, sample};

const SIZES: [(f32, f32); 6] =
    [(1100.0, 400.0), (340.0, 250.0), (60.0, 40.0), (0.0, 0.0), (1.0, 900.0), (5000.0, 3.0)];

/// Draws everything of a run at many sizes.
fn draw_all(facts: &Facts, runs: &[&Facts]) {
    let looks = [Look::PLAIN, Look { selected: Some(0), time: makespan_views::TimeMode::Utc, ..Look::PLAIN }];
    for look in &looks {
        let subject = Subject { facts, runs, mask: None, look };
        for chart in list(&subject).into_iter().take(25) {
            for log in [false, true] {
                let Ok(made) = picture(&subject, &Choice { log, ..chart.choice.clone() }) else { continue };
                let key = chart.key();
                assert!(
                    made.height(340.0).is_finite() && made.height(f32::NAN.max(1.0)).is_finite(),
                    "{key}"
                );
                for (w, h) in SIZES {
                    let drawn = made.scene(w, h);
                    must_be_finite(&drawn, &key);
                    assert!(!drawn.title.contains('\u{202e}'), "{key}");
                    assert!(drawn.item_count() < 20_000, "{key}: {}", drawn.item_count());
                    for (x, y) in [(w / 2.0, h / 2.0), (0.0, 0.0), (-1.0, f32::NAN), (w, h)] {
                        if let Some(tip) = made.tip((w, h), x, y) {
                            assert!(
                                tip.at.0.is_finite() && tip.at.1.is_finite() && !tip.text.is_empty(),
                                "{key}"
                            );
                        }
                    }
                }
                let width = made.twin.columns.len();
                assert!(made.twin.rows.iter().all(|row| row.len() == width), "{key}");
                assert!(made.twin.rows.len() <= 1_100, "{key}");
            }
        }
        for normal in Normal::ALL {
            for order in RowOrder::ALL {
                let options = TasksOptions { normal, order, log: true, ..TasksOptions::default() };
                let made = Tasks::new(&subject, &options);
                made.as_ref().map(|m| draw_matrix(m)).unwrap_or(());
            }
        }
        let window = facts.run().span().unwrap_or((i64::MIN, i64::MAX));
        let made = Workers::new(facts, look, window, 100, WorkerOrder::Name);
        made.as_ref().map(|m| draw_matrix(m)).unwrap_or(());
        let rows: Vec<LinedUp> = (0..facts.run().task_count().min(50) as u32)
            .map(|t| (format!("t{t}"), vec![Some(TaskId(t)); runs.len()]))
            .collect();
        for colour in RunColour::ALL {
            let made = Runs::new(runs, rows.clone(), look, RunsOptions { colour, ..RunsOptions::default() });
            made.as_ref().map(|m| draw_matrix(m)).unwrap_or(());
        }
        for colour in DayColour::ALL {
            let made = Calendar::new(runs, 86_399, colour);
            made.as_ref().map(|m| draw_matrix(m)).unwrap_or(());
        }
    }
}

fn draw_matrix(matrix: &dyn Matrix) {
    let last = (matrix.rows().saturating_sub(1), matrix.columns().saturating_sub(1));
    for (w, h) in SIZES {
        let fit = Frame::fit(matrix, w, h);
        let odd =
            Frame { row_height: f32::NAN, column_width: -3.0, scroll_x: f64::NAN, scroll_y: 1e300, ..fit };
        let small = Frame { row_height: 1e-9, column_width: 0.0, ..fit };
        let end = fit.showing(matrix, last.0, last.1);
        for frame in [fit, odd, small, end, Frame { width: w, height: h, ..fit }] {
            let drawn = scene(matrix, &frame);
            must_be_finite(&drawn, matrix.title());
            must_be_finite(&overlay(matrix, &frame, Some((0, 0)), Some(last)), matrix.title());
            // A cell is two pixels wide and high at least.
            let cells = (frame.width.max(0.0) * frame.height.max(0.0) / 4.0) as usize;
            assert!(drawn.item_count() <= 3 * cells + 3_000, "{}: {}", matrix.title(), drawn.item_count());
        }
        assert!(end.rows(matrix).contains(&last.0) || matrix.rows() == 0, "{end:?}");
    }
    let table = twin(matrix, 0..20);
    assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
    assert_eq!(table.rows.len() + table.left_out, matrix.rows());
}

fn attempt<'a>(task: &'a str, started: i64, ended: i64, worker: &'a str, status: Status) -> Event<'a> {
    Event::Attempt(Attempt {
        task: task.into(),
        number: 1,
        started: Some(started),
        ended: Some(ended),
        worker: Some(worker.into()),
        status: Some(status),
        ..Attempt::default()
    })
}

#[test]
fn runs_without_any_data() {
    let empty = built(|_| {});
    draw_all(&empty, &[]);
    draw_all(&empty, &[&empty, &empty]);
    let pending = built(|fold| makespan_model::notation::read("t - - pending", fold));
    draw_all(&pending, &[&pending, &empty, &pending]);
}

#[test]
fn values_at_the_ends_of_numbers() {
    let odd = [f64::MAX, -f64::MAX, f64::MIN_POSITIVE, -0.0, 0.0, 5e-324, 1.0, -1.0, 1e-200, 1e200];
    let ids: Vec<String> = (0..odd.len()).map(|i| format!("t{i}")).collect();
    // All at once, one alone, and all equal.
    for pick in [&odd[..], &odd[..1], &odd[2..3], &odd[4..5], &[7.0; 10][..], &[-3.0; 10][..]] {
        let facts = built(|fold| {
            for (i, (id, value)) in ids.iter().zip(pick).enumerate() {
                fold.event(attempt(id, i as i64, i as i64 + 1, "w", Status::Succeeded));
                for (name, unit) in
                    [("cpu", "%"), ("rss", "TiB"), ("read_bytes", "B"), ("x", ""), ("lag", "d")]
                {
                    fold.event(sample(Some(id), name, unit, *value, Some(i as i64)));
                    fold.event(sample(None, &format!("run.{name}[k{i}]"), unit, *value, None));
                    fold.event(sample(None, &format!("run.{name}"), unit, *value, Some(-(i as i64))));
                }
            }
        });
        draw_all(&facts, &[&facts, &facts]);
    }
}

#[test]
fn times_at_the_ends_of_time() {
    let (first, last) = (i64::MIN + 1, i64::MAX);
    let long = built(|fold| {
        fold.event(attempt("a", first, last, "w", Status::Failed));
        fold.event(attempt("b", last - 1, last, "w", Status::Running));
        fold.event(attempt("c", 5, -5, "v", Status::Succeeded));
        fold.event(sample(None, "x", "", 1.0, Some(first)));
        fold.event(sample(None, "x", "", 2.0, Some(last)));
    });
    let short = built(|fold| fold.event(attempt("a", last, last, "w", Status::Succeeded)));
    draw_all(&long, &[&long, &short, &long]);
    draw_all(&short, &[&short, &long]);
}

#[test]
fn words_of_every_kind() {
    let names = [
        "",
        "\u{202e}evil",
        "</svg><script>",
        &"x".repeat(20_000),
        "漢字",
        "a[b",
        "[]",
        "{",
        "a[b]c]d[",
        "\n",
    ];
    let facts = built(|fold| {
        for (i, name) in names.iter().enumerate() {
            let id = format!("{i}{name}");
            fold.event(Event::Task(Task {
                id: id.as_str().into(),
                name: Some((*name).into()),
                ..Task::default()
            }));
            fold.event(attempt(&id, 0, 5, name, Status::Cancelled));
            fold.event(sample(Some(&id), name, name, 1.5, Some(3)));
            for k in 0..i {
                fold.event(sample(None, &format!("{name}[{k}]"), name, k as f64, None));
                let text = format!("{{\"{name}\":\"{name}\"}}");
                fold.event(Event::Log(Log {
                    level: Some((*name).into()),
                    text: text.into(),
                    ..Log::default()
                }));
            }
        }
    });
    draw_all(&facts, &[&facts, &facts]);
}

#[test]
fn ten_thousand_metrics() {
    let facts = built(|fold| {
        fold.event(attempt("a", 0, 5, "w", Status::Succeeded));
        fold.event(attempt("b", 0, 6, "w", Status::Succeeded));
        for i in 0..10_000 {
            fold.event(sample(Some("a"), &format!("m{i}"), "", f64::from(i), Some(1)));
            fold.event(sample(None, &format!("one[{i}]"), "", f64::from(i), None));
            for k in 0..6 {
                fold.event(sample(None, &format!("line[{i}]"), "", f64::from(k), None));
            }
        }
    });
    let subject = Subject::of(&facts);
    assert!(list(&subject).len() < 100);
    let matrix = Tasks::new(&subject, &TasksOptions::default()).unwrap();
    assert!(matrix.columns() <= 200);
    assert!(matrix.notes().iter().any(|n| n.ends_with("more measures.")));
    draw_all(&facts, &[&facts]);
}

#[test]
fn a_hundred_thousand_tasks_with_ten_metrics_cost_pixels() {
    let facts = built(|fold| {
        for i in 0..100_000i64 {
            let id = format!("t{i}");
            let start = i * 7919 % 1_000_003;
            let status = if i % 97 == 0 { Status::Failed } else { Status::Succeeded };
            fold.event(attempt(&id, start, start + 1 + i % 1_009, &format!("w{}", i % 500), status));
            for k in 0..10 {
                let value = ((i * (k + 3)) % 10_007) as f64;
                fold.event(sample(Some(&id), &format!("metric {k}"), "MB", value, Some(start)));
            }
        }
    });
    let subject = Subject::of(&facts);
    for chart in list(&subject).into_iter().filter(|c| c.missing.is_none()) {
        let made = picture(&subject, &chart.choice).unwrap();
        let count = made.scene(1100.0, made.height(1100.0)).item_count();
        assert!(count < 9_000, "{}: {count}", chart.key());
    }
    let options = TasksOptions { order: RowOrder::Alike, ..TasksOptions::default() };
    let matrix = Tasks::new(&subject, &options).unwrap();
    assert_eq!(matrix.rows(), 100_000);
    let frame = Frame::fit(&matrix, 1100.0, 700.0);
    let (top, middle) = (scene(&matrix, &frame), scene(&matrix, &frame.showing(&matrix, 50_000, 0)));
    assert!(top.item_count() < 2_000 && middle.item_count() < 2_000);
    assert_ne!(top, middle);
    // As many samples as that in one line, too.
    let line = Choice { kind: Kind::Series, of: "metric 3".into(), ..Choice::default() };
    assert!(picture(&subject, &line).unwrap().scene(1100.0, 300.0).item_count() < 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn any_measured_values(
        tasks in prop::collection::vec((any::<i32>(), any::<i32>(), 0u8..10), 0..12),
        samples in prop::collection::vec((0usize..14, 0usize..6, any::<f64>(), any::<Option<i32>>()), 0..60),
    ) {
        let units = ["%", "B", "", "s", "items/s", "GiB"];
        let facts = built(|fold| {
            for (i, (start, end, status)) in tasks.iter().enumerate() {
                let status = Status::ALL[usize::from(*status)];
                fold.event(attempt(&format!("t{i}"), i64::from(*start), i64::from(*end), "w", status));
            }
            for (task, metric, value, t) in &samples {
                let id = format!("t{task}");
                let of = (*task < tasks.len()).then_some(id.as_str());
                let name = format!("cpu_read[{metric}]");
                fold.event(sample(of, &name, units[*metric], *value, t.map(i64::from)));
            }
        });
        draw_all(&facts, &[&facts, &facts]);
    }
}
