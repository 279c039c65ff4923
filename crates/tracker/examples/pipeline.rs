//! A training pipeline whose functions are tasks by an attribute: stages within stages, curves of an optimizer, what
//! each expert contributed, a checkpoint, and a component that fails without ending the run.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, unreachable_pub)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::error::Error;

use makespan_model::Status;
use makespan_tracker::{Artifact, Context, Tracker, Value, task};

#[task(kind = "data_loading", params(path))]
fn load(path: &str) -> Vec<f64> {
    let rows: Vec<f64> = (0..100_u32).map(f64::from).collect();
    let here = Context::current();
    here.metric("rows", rows.len(), "");
    here.artifact(Artifact::input("training data").uri(path).size(800));
    rows
}

#[task("train", kind = "expert_training")]
fn train(rows: &[f64]) -> Result<Vec<f64>, String> {
    let experts = ["physiological", "environmental", "behavioral"];
    let mut weights = Vec::new();
    for (i, expert) in experts.iter().enumerate() {
        weights.push(train_expert(expert, rows, 1.0 / (i + 2) as f64)?);
        Context::current()
            .progress((i + 1) as f64 / experts.len() as f64, format_args!("{expert} is trained"));
    }
    // One that cannot be trained is left out; the pipeline goes on.
    if let Err(error) = train_expert("medication", &[], 0.1) {
        Context::current().alert("warning", format_args!("goes on without an expert: {error}"));
    }
    Ok(weights)
}

#[task(name = expert.to_owned(), step = "train expert", kind = "differential_evolution", params(expert, rate))]
fn train_expert(expert: &str, rows: &[f64], rate: f64) -> Result<f64, String> {
    if rows.is_empty() {
        return Err("no rows to learn from".into());
    }
    let mut fitness = 1.0;
    for _ in 0..20 {
        fitness *= 1.0 - rate;
        Context::current().metric("best fitness", fitness, "");
    }
    let contribution = format!(r#"{{"expert":"{expert}","weight":{rate:.3},"confidence":0.9}}"#);
    Context::current().artifact(Artifact::output("contribution").value(Value::json(contribution)));
    Ok(rate)
}

#[task(kind = "evaluation")]
fn evaluate(weights: &[f64]) -> f64 {
    let score = weights.iter().sum::<f64>() / weights.len() as f64;
    Context::current().metric("score", score, "");
    score
}

/// Records, reads it back and checks it.
pub fn main() -> Result<(), Box<dyn Error>> {
    let (tracker, recording) = Tracker::in_memory()?;
    let run = tracker.run("training of today").workflow("mixture of experts").label("team", "models").start();
    let score = {
        let _here = run.enter();
        let rows = load("s3://bucket/patients.csv");
        let weights = train(&rows)?;
        evaluate(&weights)
    };
    run.task("checkpoint").kind("checkpoint").run(|checkpoint| {
        checkpoint.artifact(Artifact::output("model").uri("file:///models/today.bin").size(4096));
    });
    // An expert failed, but the pipeline has what it was for.
    run.succeed();

    tracker.flush(support::LONG);
    let run = support::fold(&recording.text());
    assert!((score - 0.361).abs() < 0.001);
    assert_eq!((run.recorded_status, run.task_count()), (Some(Status::Succeeded), 8));
    assert_eq!(run.parent(support::task(&run, "behavioral")), run.find_task("train"));
    assert_eq!(support::metric(&run, Some("behavioral"), "best fitness").len(), 20);
    assert_eq!(
        support::attempts(&run, "medication"),
        [(Status::Failed, "no rows to learn from", "")],
        "what went wrong stays with the component"
    );
    assert_eq!(run.alerts.task, [support::task(&run, "train").0]);
    println!("{} tasks, score {score:.3}", run.task_count());
    Ok(())
}
