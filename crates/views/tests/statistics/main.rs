//! Charts and matrices: what they say of runs that a reader can work out by hand, and that nothing does them harm.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod charts;
mod hostile;
mod matrices;

use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_format::{Event, EventSink, Log, Sample};
use makespan_model::{RunsBuilder, TaskId};
use makespan_scene::{Item, Scene, Seg};

/// A sample: task (or the run), name, unit, value, time in seconds.
type Measured<'a> = (Option<&'a str>, &'a str, &'a str, f64, Option<i64>);

/// A run of the notation with samples.
fn measured(text: &str, samples: &[Measured<'_>]) -> Facts {
    built(|fold| {
        makespan_model::notation::read(text, fold);
        for &(task, name, unit, value, t) in samples {
            fold.event(sample(task, name, unit, value, t.map(|t| t * 1_000_000_000)));
        }
    })
}

fn sample<'a>(task: Option<&'a str>, name: &'a str, unit: &'a str, value: f64, t: Option<i64>) -> Event<'a> {
    let unit = Some(unit.into()).filter(|_| !unit.is_empty());
    Event::Sample(Sample {
        task: task.map(Into::into),
        name: name.into(),
        unit,
        value,
        t,
        ..Sample::default()
    })
}

/// A run of the notation with lines of a log: level, text.
fn logged(text: &str, lines: &[(&str, &str)]) -> Facts {
    built(|fold| {
        makespan_model::notation::read(text, fold);
        for &(level, text) in lines {
            fold.event(Event::Log(Log { level: Some(level.into()), text: text.into(), ..Log::default() }));
        }
    })
}

fn built(record: impl FnOnce(&mut RunsBuilder)) -> Facts {
    let mut fold = RunsBuilder::new();
    record(&mut fold);
    Facts::new(Arc::new(fold.finish().0.into_iter().next().unwrap_or_default()))
}

fn task(facts: &Facts, id: &str) -> TaskId {
    facts.run().find_task(id).unwrap()
}

/// The rows of a table as text, cells parted by ` | `.
fn rows(table: &makespan_views::Table) -> Vec<String> {
    let row = |row: &Vec<makespan_views::Cell>| {
        row.iter().map(|cell| cell.text().into_owned()).collect::<Vec<_>>().join(" | ")
    };
    table.rows.iter().map(row).collect()
}

/// Every text of a scene.
fn words(scene: &Scene) -> Vec<String> {
    let mut found = Vec::new();
    each(&scene.items, &mut |item| {
        if let Item::Text(text) = item {
            found.push(text.text.clone());
        }
    });
    found
}

fn each(items: &[Item], look: &mut dyn FnMut(&Item)) {
    for item in items {
        look(item);
        if let Item::Group(group) = item {
            each(&group.items, look);
        }
    }
}

/// Fails where a number of the scene is none.
fn must_be_finite(scene: &Scene, what: &str) {
    each(&scene.items, &mut |item| {
        let numbers: Vec<f32> = match item {
            Item::Bars(b) => b.iter().flat_map(|(r, ..)| [r.x, r.y, r.w, r.h]).collect(),
            Item::Text(t) => vec![t.x, t.y, t.size],
            Item::Group(g) => g.clip.map_or(vec![], |r| vec![r.x, r.y, r.w, r.h]),
            Item::Path(p) => p
                .segs
                .iter()
                .flat_map(|s| match *s {
                    Seg::Move(x, y) | Seg::Line(x, y) => vec![x, y],
                    Seg::Cubic(a, b, c, d, e, f) => vec![a, b, c, d, e, f],
                    Seg::Close => vec![],
                })
                .collect(),
            Item::Link(_) => vec![],
        };
        assert!(numbers.iter().all(|n| n.is_finite()), "{what}: {item:?}");
    });
}
