//! Findings in words, and as views that show them.

#[cfg(test)]
mod tests;

use makespan_analysis::{Action, Evidence, Finding};
use makespan_model::{Run, TaskId};
use makespan_scene::{bytes, count, duration, visible};

use crate::amount::plain;
use crate::filter::Filter;
use crate::look::{View, ViewState};
use crate::timeline::Lanes;

/// A finding in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What was found, in a few words.
    pub title: String,
    /// The numbers, in a sentence or two.
    pub text: String,
    /// What may be done about it.
    pub action: &'static str,
}

/// Longest name in a sentence, in characters.
const LONGEST: usize = 60;

/// A finding about a run in simple words.
pub fn told(run: &Run, finding: &Finding) -> Told {
    let (title, text) = sentences(run, finding);
    Told { title, text, action: advice(finding.action()) }
}

/// The view that shows a finding.
pub fn view_of(run: &Run, finding: &Finding) -> ViewState {
    let subject = &finding.subject;
    let (view, lanes) = place_of(&finding.evidence);
    let filter = Filter {
        text: subject.step.as_deref().map_or_else(String::new, step_query),
        statuses: subject.status.map_or(0, |s| 1 << s as u16),
    };
    ViewState {
        view,
        lanes,
        filter,
        selected: subject.task.map(|t| run.task_id(t).to_owned()),
        window: subject.window,
        critical: matches!(finding.evidence, Evidence::Bottleneck { .. }),
        ..ViewState::default()
    }
}

/// Where what was found is best seen.
fn place_of(evidence: &Evidence) -> (View, Lanes) {
    use Evidence as E;
    match evidence {
        E::IdleGaps { .. }
        | E::SerialTail { .. }
        | E::PathWaits { .. }
        | E::RetryWaste { .. }
        | E::ClockSkew { .. } => (View::Timeline, Lanes::default()),
        E::LowParallelism { .. } | E::SlotStarved { .. } | E::LongQueue { .. } | E::SingleWorker { .. } => {
            (View::Timeline, Lanes::Worker)
        }
        E::Bottleneck { .. } => (View::Graph, Lanes::default()),
        E::StoredTotalDiffers(_) => (View::Overview, Lanes::default()),
        E::Straggler { .. }
        | E::SkewedStep { .. }
        | E::DuplicatedWork { .. }
        | E::RepeatedError { .. }
        | E::OverRequestedCpu(_)
        | E::OverRequestedMemory(_)
        | E::NearMemoryLimit { .. }
        | E::Unfinished { .. } => (View::Table, Lanes::default()),
    }
}

/// The query of the tasks of one step, whatever its name holds.
fn step_query(step: &str) -> String {
    let mut out = "step=\"".to_owned();
    for c in step.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out + "\""
}

/// Foreign text within a sentence.
fn clipped(text: &str) -> String {
    let text = visible(text);
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.into_owned(),
    }
}

fn name(run: &Run, task: Option<&TaskId>) -> String {
    task.map_or_else(|| "a task".to_owned(), |t| clipped(run.task_name(*t)))
}

/// `1 task`, `2 tasks`.
fn many(n: u32, word: &str) -> String {
    format!("{} {word}{}", count(u64::from(n)), if n == 1 { "" } else { "s" })
}

fn percent(share: f64) -> String {
    let hundredths = share * 100.0;
    // Two digits are enough, and a whole is only what is one.
    let rounded = if hundredths >= 10.0 { hundredths.round() } else { (hundredths * 10.0).round() / 10.0 };
    let shown = if share < 1.0 { rounded.min(99.9) } else { rounded };
    format!("{} %", plain(shown))
}

/// How often `part` holds `whole`: `9 times`, `1.6 times`.
fn times(whole: i64, part: i64) -> String {
    let ratio = whole as f64 / part.max(1) as f64;
    format!("{} times", plain(if ratio >= 10.0 { ratio.round() } else { (ratio * 10.0).round() / 10.0 }))
}

/// A moment, counted from the start of the run.
fn after_start(run: &Run, t: i64) -> String {
    let start = run.span().map_or(t, |s| s.0);
    if t <= start {
        "at the start".to_owned()
    } else {
        format!("{} after the start", duration(t.saturating_sub(start)))
    }
}

fn length((from, to): (i64, i64)) -> String {
    duration(to.saturating_sub(from))
}

/// Title and text.
fn sentences(run: &Run, finding: &Finding) -> (String, String) {
    let first = name(run, finding.tasks.first());
    let tasks = finding.concerned;
    match &finding.evidence {
        Evidence::IdleGaps { gaps, total, longest } => (
            format!("Nothing ran for {}", duration(*total)),
            format!(
                "In {} between the first start and the last end no attempt was at work; the longest, {}, begins {}.",
                many(*gaps, "gap"),
                length(*longest),
                after_start(run, longest.0)
            ),
        ),
        Evidence::SerialTail { length, share } => (
            format!("The last {} ran one at a time", duration(*length)),
            format!(
                "No two attempts were at work at once in the last {} of the makespan, most of it {first}.",
                percent(*share)
            ),
        ),
        Evidence::LowParallelism { parallelism, slots, at_least } => {
            let least = at_least.map_or(String::new(), |ns| {
                let took = run.span().map_or(0, |(s, e)| e.saturating_sub(s));
                format!(
                    " On these slots its work and its dependencies allow {}; it took {}.",
                    duration(ns),
                    duration(took)
                )
            });
            let mean = plain((parallelism * 100.0).round() / 100.0);
            (
                "Most slots were idle".to_owned(),
                format!("On average {mean} attempts were at work on {}.{least}", many(*slots, "slot")),
            )
        }
        Evidence::PathWaits { total, share, longest } => (
            format!("Waiting is {} of the makespan", percent(*share)),
            format!(
                "On the path that explains the makespan nothing ran for {}; the longest wait, {}, is before {first}.",
                duration(*total),
                length(*longest)
            ),
        ),
        Evidence::Straggler { step, duration: took, median, peers, on_path } => {
            let others = if tasks > 1 {
                format!(" So did {} more, less so.", count(u64::from(tasks - 1)))
            } else {
                String::new()
            };
            let path = if *on_path { " The run waited for it." } else { "" };
            let path = if *on_path && tasks > 1 { " The run waited for one of them." } else { path };
            (
                format!("{first} took {} as long as its peers", times(*took, *median)),
                format!(
                    "It took {}; the median of the {} of {} is {}.{others}{path}",
                    duration(*took),
                    many(*peers, "task"),
                    clipped(step),
                    duration(*median)
                ),
            )
        }
        Evidence::SkewedStep { step, median, p90, peers } => (
            format!("The tasks of {} differ widely", clipped(step)),
            format!(
                "Half of its {} took up to {}, one in ten {} or more.",
                many(*peers, "task"),
                duration(*median),
                duration(*p90)
            ),
        ),
        Evidence::Bottleneck { weight, share, inferred } => {
            let guess = if *inferred { " The path rests on dependencies inferred from times." } else { "" };
            (
                format!("{first} is {} of the critical path", percent(*share)),
                format!(
                    "It takes {} and has no slack: what delays it delays the run.{guess}",
                    duration(*weight)
                ),
            )
        }
        Evidence::DuplicatedWork { step, times, work } => (
            format!("{} ran {} with the same parameters", clipped(step), many(*times, "time")),
            format!("All but the first took {} of work together.", duration(*work)),
        ),
        Evidence::RetryWaste { lost, share, backoff, retried, recovered } => {
            let (lost, pause) = (duration(*lost), duration(*backoff));
            let title = if share * 10.0 >= 0.1 || *backoff == 0 {
                format!("{lost} of work was lost in failed attempts")
            } else {
                format!("{pause} passed between tries")
            };
            let part = format!("{lost} of work, {} of all, came to nothing", percent(*share));
            let tried = match retried {
                0 => String::new(),
                1 => format!("; 1 task was tried again, {} succeeded in the end", recovered),
                n => format!(
                    "; {} were tried again, {} succeeded in the end",
                    many(*n, "task"),
                    count(u64::from(*recovered))
                ),
            };
            let between = if *backoff > 0 { format!(", after {pause} between tries") } else { String::new() };
            (title, format!("{part}{tried}{between}."))
        }
        Evidence::SlotStarved { total, longest, efficiency } => {
            let used = efficiency.map_or(String::new(), |e| {
                format!(" Over the whole run {} of the slots were in use.", percent(e))
            });
            (
                format!("Tasks waited {} for slots", duration(*total)),
                format!(
                    "{} had only to start while the worker was full, {first} for {}.{used}",
                    many(tasks, "task"),
                    duration(*longest)
                ),
            )
        }
        Evidence::LongQueue { total, longest } => (
            format!("Tasks waited {} to be started", duration(*total)),
            format!(
                "{} had only to start and, as far as is recorded, a slot was free; {first} waited for {}.",
                many(tasks, "task"),
                duration(*longest)
            ),
        ),
        Evidence::SingleWorker { worker, workers, total } => (
            format!("One worker alone for {}", duration(*total)),
            format!(
                "Tasks were ready while one of {} was busy and no other, mostly {}.",
                many(*workers, "worker"),
                clipped(worker)
            ),
        ),
        Evidence::OverRequestedCpu(waste) => (
            format!("{} of the requested processors were used", percent(waste.share().unwrap_or(0.0))),
            format!(
                "{} asked for {} of processor time and used {}.",
                many(waste.tasks, "task"),
                duration((waste.requested * 1e9) as i64),
                duration((waste.used * 1e9) as i64)
            ),
        ),
        Evidence::OverRequestedMemory(waste) => (
            format!("{} of the requested memory was used", percent(waste.share().unwrap_or(0.0))),
            format!(
                "Of {}, each weighed by what it asked for and how long it held it; most was left by {first}.",
                many(waste.tasks, "task")
            ),
        ),
        Evidence::NearMemoryLimit { share, used, requested } => {
            let others = if tasks > 1 {
                format!(" {} more came within a tenth of what they asked for.", count(u64::from(tasks - 1)))
            } else {
                String::new()
            };
            (
                format!("{first} used {} of its memory", percent(*share)),
                format!("It used {} and had asked for {}.{others}", bytes(*used), bytes(*requested)),
            )
        }
        Evidence::ClockSkew { pairs, overlap, before } => {
            let other = clipped(run.task_name(*before));
            let held = finding.tasks.first().and_then(|t| run.parent(*t)) == Some(*before);
            let worst = if held {
                format!("{first} lies {} outside of {other}, which contains it", duration(*overlap))
            } else {
                format!("{first} started {} before {other} had ended", duration(*overlap))
            };
            let title = if held {
                "Contents outside of their container"
            } else {
                "Starts before what comes first ended"
            };
            (title.to_owned(), format!("{worst}; {} in all.", many(*pairs, "such case")))
        }
        Evidence::Unfinished { open, is_over } => {
            let open = format!("{} of their attempts started and did not end", count(u64::from(*open)));
            let over = if *is_over {
                "though the run is recorded as over"
            } else {
                "the run goes on, or its recording stopped"
            };
            let are = if tasks == 1 { "is" } else { "are" };
            (format!("{} {are} not over", many(tasks, "task")), format!("{open}; {over}."))
        }
        Evidence::StoredTotalDiffers(all) => {
            let shown = all.iter().take(3).map(|d| {
                format!("{}: {} stated, {} computed", clipped(&d.what), clipped(&d.stored), clipped(&d.ours))
            });
            (
                "The file states totals that its tasks do not bear out".to_owned(),
                format!("{}.", shown.collect::<Vec<_>>().join("; ")),
            )
        }
        Evidence::RepeatedError { fingerprint, kind, attempts, is_final } => {
            let kind = if kind.is_empty() { String::new() } else { format!("{}: ", clipped(kind)) };
            let last = if *is_final { " Not every task recovered." } else { " All of them recovered." };
            (
                format!("The same error ended {}", many(*attempts, "attempt")),
                format!(
                    "“{kind}{}” in {}, first in {first}.{last}",
                    clipped(fingerprint),
                    many(tasks, "task")
                ),
            )
        }
    }
}

/// What may be done, as a sentence.
fn advice(action: Action) -> &'static str {
    match action {
        Action::LookAtWaits => "See what the tasks after these waits had waited for.",
        Action::SplitTail => "Split this work, or start it earlier.",
        Action::RunMoreAtOnce => {
            "Let more run at once: smaller tasks, fewer dependencies; or take fewer slots."
        }
        Action::CompareWithPeers => "Compare it with its peers: input, worker, resources.",
        Action::BalanceStep => "Cut the work of this step into more equal parts.",
        Action::SpeedUpTask => "Make this task faster, or split it.",
        Action::KeepResult => "Keep the result and use it again.",
        Action::RemoveCause => "Remove what made the attempts fail.",
        Action::AddSlots => "Add slots, or move work away from the workers that are full.",
        Action::CheckQueue => "Look at the queue and at how often the scheduler looks for ready tasks.",
        Action::SpreadWork => "Share ready tasks among the workers.",
        Action::LowerRequest => "Ask for less, so that more can run at once.",
        Action::RaiseRequest => "Ask for more, before the task is stopped for it.",
        Action::CheckClocks => {
            "Compare the clocks of the machines; where such overlaps are meant, nothing is wrong."
        }
        Action::CheckRecording => "See whether the recording is complete.",
        Action::TrustTasks => {
            "Trust what is computed from the tasks; the file's own totals were made in another way."
        }
    }
}
