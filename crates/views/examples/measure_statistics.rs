//! How long charts and matrices take: `cargo run --release -p makespan-views --example measure_statistics [TASKS] [METRICS]`.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Instant;

use makespan_analysis::Facts;
use makespan_format::{Attempt, Event, EventSink, Sample, Status};
use makespan_model::RunsBuilder;
use makespan_views::heatmap::{Frame, Matrix, RowOrder, Tasks, TasksOptions, WorkerOrder, Workers, scene};
use makespan_views::{Look, Subject, chart};

fn main() {
    let mut args = std::env::args().skip(1).map(|n| n.parse::<i64>().unwrap());
    let (tasks, metrics) = (args.next().unwrap_or(100_000), args.next().unwrap_or(10));
    let mut fold = RunsBuilder::new();
    for i in 0..tasks {
        let (id, worker) = (format!("task {i}"), format!("w{}", i % 500));
        let start = i * 7_919 % (tasks * 10 + 1) * 1_000_000;
        let status = if i % 97 == 0 { Status::Failed } else { Status::Succeeded };
        fold.event(Event::Attempt(Attempt {
            task: id.as_str().into(),
            number: 1,
            started: Some(start),
            ended: Some(start + (1 + i % 1_009) * 1_000_000),
            worker: Some(worker.into()),
            status: Some(status),
            ..Attempt::default()
        }));
        for k in 0..metrics {
            let (name, value) = (format!("metric {k}"), ((i * (k + 3)) % 10_007) as f64);
            let task = Some(id.as_str().into());
            fold.event(Event::Sample(Sample {
                task,
                name: name.into(),
                value,
                unit: Some("MB".into()),
                t: Some(start),
                ..Sample::default()
            }));
        }
    }
    let facts = Facts::new(Arc::new(fold.finish().0.remove(0)));
    timed("facts", || {
        (facts.measures().list.len(), facts.concurrency().t.len(), facts.waiting().wait.len()).0
    });
    let subject = Subject::of(&facts);
    let offered = timed("list", || chart::list(&subject));
    for chart in offered.into_iter().filter(|c| c.missing.is_none()).take(14) {
        let made = timed(&chart.key(), || chart::picture(&subject, &chart.choice).unwrap());
        let drawn = timed("  drawn", || made.scene(1100.0, made.height(1100.0)));
        timed("  tip", || made.tip((1100.0, 300.0), 500.0, 150.0).is_some());
        println!("  {} items", drawn.item_count());
    }
    for order in RowOrder::ALL {
        let options = TasksOptions { order, ..TasksOptions::default() };
        let matrix = timed(order.name(), || Tasks::new(&subject, &options).unwrap());
        let frame = Frame::fit(&matrix, 1100.0, 700.0).showing(&matrix, matrix.rows() / 2, 0);
        timed("  frame", || scene(&matrix, &frame).item_count());
    }
    let span = facts.run().span().unwrap();
    let workers =
        timed("workers", || Workers::new(&facts, &Look::PLAIN, span, 120, WorkerOrder::Busiest).unwrap());
    let frame = Frame::fit(&workers, 1100.0, 700.0);
    timed("  frame", || scene(&workers, &frame).item_count());
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let made = work();
    println!("{what}: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    made
}
