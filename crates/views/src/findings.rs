//! Findings in words, and as views that show them.

#[cfg(test)]
mod tests;

use makespan_analysis::{Action, Evidence, Finding};
use makespan_model::{Run, TaskId};
use makespan_scene::{bytes, count, counted, duration};

use crate::amount::{plain, share as percent};
use crate::clip::{in_a_line, shortened};
use crate::filter::Filter;
use crate::look::View;
use crate::state::ViewState;
use crate::timeline::Lanes;

/// Longest name in a sentence, in characters.
const LONGEST: usize = 60;

/// The view that shows a finding.
pub fn view_of(run: &Run, finding: &Finding) -> ViewState {
    let subject = &finding.subject;
    let (view, lanes) = place_of(&finding.evidence);
    let filter = Filter {
        area: None,
        text: subject.step.as_deref().map_or_else(String::new, step_query),
        statuses: subject.status.map_or(0, |s| 1 << s as u16),
    };
    ViewState {
        view,
        lanes,
        filter,
        // An id that no link can carry selects nothing.
        selected: subject.task.map(|t| run.task_id(t)).filter(|id| id.len() <= LONGEST_ID).map(str::to_owned),
        window: subject.window,
        critical: matches!(finding.evidence, Evidence::Bottleneck { .. }),
        ..ViewState::default()
    }
}

/// Longest id of a selected task in the view of a finding, bytes.
const LONGEST_ID: usize = 16 * 1024;

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

fn name(run: &Run, task: Option<&TaskId>) -> String {
    task.map_or_else(|| "a task".to_owned(), |t| shortened(run.task_name(*t), LONGEST))
}

/// How often `part` holds `whole`: `9 times`, `1.6 times`.
fn times(whole: i64, part: i64) -> String {
    let ratio = whole as f64 / part.max(1) as f64;
    format!("{} times", plain(if ratio >= 10.0 { ratio.round() } else { (ratio * 10.0).round() / 10.0 }))
}

/// That a task took longer than others of its step. From a hundred times on the factor says nothing: such tasks do other
/// work, or the median is close to nothing.
fn slower_than_peers(task: &str, took: i64, median: i64) -> String {
    if took / median.max(1) < 100 {
        return format!("{task} took {} as long as its peers", times(took, median));
    }
    format!("{task} took {}; half of its peers took at most {}", duration(took), duration(median))
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
pub(crate) fn sentences(run: &Run, finding: &Finding) -> (String, String) {
    let first = name(run, finding.tasks.first());
    let tasks = finding.concerned;
    match &finding.evidence {
        Evidence::IdleGaps { gaps, total, longest } => (
            format!("Nothing ran for {}", duration(*total)),
            format!(
                "No attempt was running in {} between the first start and the last end; the longest, {}, begins {}.",
                counted(*gaps, "gap"),
                length(*longest),
                after_start(run, longest.0)
            ),
        ),
        Evidence::SerialTail { length, share } => (
            format!("The last {} ran one task at a time", duration(*length)),
            format!(
                "In the last {} of the makespan no two attempts ran at once; most of it was {first}.",
                percent(*share)
            ),
        ),
        Evidence::LowParallelism { parallelism, slots, at_least } => {
            let least = at_least.map_or(String::new(), |ns| {
                let took = duration(run.span().map_or(0, |(s, e)| e.saturating_sub(s)));
                format!(" Its work and dependencies allow {} on these slots; it took {took}.", duration(ns))
            });
            let mean = plain((parallelism * 100.0).round() / 100.0);
            (
                "Most slots were idle".to_owned(),
                format!("On average {mean} attempts ran on {}.{least}", counted(*slots, "slot")),
            )
        }
        Evidence::PathWaits { total, share, longest } => (
            format!("{} of the makespan was waiting", percent(*share)),
            format!(
                "On the path that explains the makespan nothing ran for {}; the longest wait, {}, came before {first}.",
                duration(*total),
                length(*longest)
            ),
        ),
        Evidence::Straggler { step, duration: took, median, peers, on_path } => {
            let others = match tasks {
                0 | 1 => String::new(),
                n => format!(" {} did too, to a lesser degree.", counted(n - 1, "other task")),
            };
            let path = match (*on_path, tasks) {
                (false, _) => "",
                (true, 0 | 1) => " The run waited for it.",
                (true, _) => " The run waited for one of them.",
            };
            (
                slower_than_peers(&first, *took, *median),
                format!(
                    "It took {}; the median of the {} of {} is {}.{others}{path}",
                    duration(*took),
                    counted(*peers, "task"),
                    shortened(step, LONGEST),
                    duration(*median)
                ),
            )
        }
        Evidence::SkewedStep { step, median, p90, peers } => (
            format!("The tasks of {} vary widely", shortened(step, LONGEST)),
            format!(
                "Half of its {} took at most {}; one in ten took {} or longer.",
                counted(*peers, "task"),
                duration(*median),
                duration(*p90)
            ),
        ),
        Evidence::Bottleneck { weight, share, inferred } => {
            let guess = if *inferred { " The path rests on dependencies inferred from times." } else { "" };
            (
                format!("{first} is {} of the critical path", percent(*share)),
                format!(
                    "It took {} and has no slack, so whatever delays it delays the run.{guess}",
                    duration(*weight)
                ),
            )
        }
        Evidence::DuplicatedWork { step, times, work } => (
            format!("{} ran {} with the same parameters", shortened(step, LONGEST), counted(*times, "time")),
            format!("All but the first took {} of work together.", duration(*work)),
        ),
        Evidence::RetryWaste { lost, share, backoff, retried, recovered } => {
            let (lost, pause) = (duration(*lost), duration(*backoff));
            let title = if share * 10.0 >= 0.1 || *backoff == 0 {
                format!("{lost} of work was lost in attempts that did not succeed")
            } else {
                format!("{pause} passed between attempts")
            };
            let retries = match retried {
                0 => String::new(),
                n => {
                    format!("; {} of {} succeeded", count(u64::from(*recovered)), counted(*n, "retried task"))
                }
            };
            let between =
                if *backoff > 0 { format!(", after {pause} between attempts") } else { String::new() };
            (title, format!("{lost} of work, {} of the total, was lost{retries}{between}.", percent(*share)))
        }
        Evidence::SlotStarved { total, longest, efficiency, critical } => {
            let used = match (critical, efficiency) {
                (Some(share), _) => format!(
                    " The critical path is {} of the makespan, so more slots cannot shorten the run.",
                    percent(*share)
                ),
                (None, Some(e)) => format!(" Over the whole run {} of the slots were in use.", percent(*e)),
                (None, None) => String::new(),
            };
            (
                format!("Tasks waited {} for slots", duration(*total)),
                format!(
                    "{} {} ready, but every slot was busy; {first} waited {}.{used}",
                    counted(tasks, "task"),
                    were(tasks),
                    duration(*longest)
                ),
            )
        }
        Evidence::LongQueue { total, longest } => (
            format!("Tasks waited {} to start", duration(*total)),
            format!(
                "{} {} ready and, as far as recorded, a slot was free; {first} waited {}.",
                counted(tasks, "task"),
                were(tasks),
                duration(*longest)
            ),
        ),
        Evidence::SingleWorker { worker, workers, total } => (
            format!("Only one worker was busy for {}", duration(*total)),
            format!(
                "Tasks were ready while one of {} was busy and the others idle; mostly it was {}.",
                counted(*workers, "worker"),
                shortened(worker, LONGEST)
            ),
        ),
        Evidence::OverRequestedCpu(waste) => (
            format!("{} of the requested CPU time was used", percent(waste.share().unwrap_or(0.0))),
            format!(
                "{} requested {} of CPU time and used {}.",
                counted(waste.tasks, "task"),
                duration((waste.requested * 1e9) as i64),
                duration((waste.used * 1e9) as i64)
            ),
        ),
        Evidence::OverRequestedMemory(waste) => (
            format!("{} of the requested memory was used", percent(waste.share().unwrap_or(0.0))),
            format!(
                "The share is of {}, weighted by the request and the time it was held; {first} left the most unused.",
                counted(waste.tasks, "task")
            ),
        ),
        Evidence::NearMemoryLimit { share, used, requested } => {
            let others = match tasks {
                0 | 1 => String::new(),
                n => format!(" {} came within 10 % of their requests.", counted(n - 1, "other task")),
            };
            (
                format!("{first} used {} of its requested memory", percent(*share)),
                format!("It used {} and had requested {}.{others}", bytes(*used), bytes(*requested)),
            )
        }
        Evidence::ClockSkew { pairs, overlap, before } => {
            let other = shortened(run.task_name(*before), LONGEST);
            let held = finding.tasks.first().and_then(|t| run.parent(*t)) == Some(*before);
            let cases = counted(*pairs, "case");
            if held {
                (
                    "Tasks outside the time of the task that contains them".to_owned(),
                    format!(
                        "{first} lies {} outside {other}, which contains it; {cases} in all.",
                        duration(*overlap)
                    ),
                )
            } else {
                (
                    "Tasks started before their dependencies ended".to_owned(),
                    format!("{first} started {} before {other} ended; {cases} in all.", duration(*overlap)),
                )
            }
        }
        Evidence::Unfinished { open, is_over } => {
            let over = if *is_over {
                "although the run is recorded as finished"
            } else {
                "so the run is still going, or its recording stopped"
            };
            let have = if tasks == 1 { "has" } else { "have" };
            (
                format!("{} {have} not finished", counted(tasks, "task")),
                match open {
                    0 => format!("None of them has started, {over}."),
                    open => format!("{} started and did not end, {over}.", counted(*open, "attempt")),
                },
            )
        }
        Evidence::StoredTotalDiffers(all) => {
            let shown = all.iter().take(3).map(|d| {
                format!(
                    "{}: {} in the file, {} computed",
                    shortened(&d.what, LONGEST),
                    shortened(&d.stored, LONGEST),
                    shortened(&d.ours, LONGEST)
                )
            });
            (
                "Totals in the file disagree with its tasks".to_owned(),
                format!("{}.", shown.collect::<Vec<_>>().join("; ")),
            )
        }
        Evidence::RepeatedError { message, kind, attempts, is_final } => {
            let kind =
                if kind.is_empty() { String::new() } else { format!("{}: ", shortened(kind, LONGEST)) };
            let last = if *is_final { "Not every task recovered." } else { "All of them recovered." };
            (
                format!("The same error ended {}", counted(*attempts, "attempt")),
                format!(
                    "“{kind}{}” in {}, first in {first}. {last}",
                    in_a_line(message, LONGEST),
                    counted(tasks, "task")
                ),
            )
        }
    }
}

fn were(n: u32) -> &'static str {
    if n == 1 { "was" } else { "were" }
}

/// Returns what a kind of finding is called in a list of kinds; the code itself if it is of a newer version.
pub(crate) fn finding_name(code: &'static str) -> &'static str {
    match code {
        "idle-gaps" => "nothing running",
        "serial-tail" => "serial end of the run",
        "low-parallelism" => "few tasks at a time",
        "path-waits" => "waits on the critical path",
        "straggler" => "tasks slower than their peers",
        "skewed-step" => "uneven steps",
        "bottleneck" => "one step with most of the work",
        "duplicated-work" => "duplicated work",
        "retry-waste" => "work lost in failed attempts",
        "slot-starved" => "waits for slots",
        "long-queue" => "long queues",
        "single-worker" => "a single worker",
        "over-requested-cpu" => "more CPU requested than used",
        "over-requested-memory" => "more memory requested than used",
        "near-memory-limit" => "memory close to its limit",
        "clock-skew" => "clocks that disagree",
        "unfinished" => "unfinished tasks",
        "stored-total-differs" => "totals that disagree",
        "repeated-error" => "the same error in several tasks",
        other => other,
    }
}

/// One thing to try.
pub(crate) fn advice(action: Action) -> &'static str {
    match action {
        Action::LookAtWaits => "Check what the tasks after these waits were waiting for.",
        Action::SplitTail => "Split this work, or start it earlier.",
        Action::RunMoreAtOnce => "Run more at once (smaller tasks, fewer dependencies), or use fewer slots.",
        Action::CompareWithPeers => "Compare it with its peers: input, worker, resources.",
        Action::BalanceStep => "Divide the work of this step into more equal parts.",
        Action::SpeedUpTask => "Make this task faster, or split it.",
        Action::KeepResult => "Keep the result and reuse it.",
        Action::RemoveCause => "Fix the cause of the failed attempts.",
        Action::ShortenPath => "Shorten the tasks on the critical path, or let them depend on less.",
        Action::AddSlots => "Add slots, or move work away from the busy workers.",
        Action::CheckQueue => "Check the queue, and how often the scheduler looks for ready tasks.",
        Action::SpreadWork => "Spread ready tasks over the workers.",
        Action::LowerRequest => "Request less, so that more can run at once.",
        Action::RaiseRequest => "Request more, before the task is killed for exceeding it.",
        Action::CheckClocks => {
            "Compare the clocks of the machines; if such overlaps are intended, nothing is wrong."
        }
        Action::CheckRecording => "Check whether the recording is complete.",
        Action::TrustTasks => "Use the computed totals; the file's own were made in another way.",
    }
}
