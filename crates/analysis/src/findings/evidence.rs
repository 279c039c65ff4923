//! Evidence of findings, and suggested actions.

use makespan_model::TaskId;

use crate::{Difference, Waste};

/// The evidence, with its numbers; times and durations in ns, shares from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// Nothing was executing between the first start and the last end.
    IdleGaps {
        /// How many times.
        gaps: u32,
        /// All of them together.
        total: i64,
        /// The longest, from and to.
        longest: (i64, i64),
    },
    /// At the end of the run no two attempts were executing at the same time.
    SerialTail {
        /// How long.
        length: i64,
        /// Of the makespan.
        share: f64,
    },
    /// Few of the slots were in use on average.
    LowParallelism {
        /// Mean concurrency.
        parallelism: f64,
        /// Slots there were.
        slots: u32,
        /// Lower bound for the same work on them; `None` if dependencies are inferred.
        at_least: Option<i64>,
    },
    /// The path that explains the makespan was waiting for much of it.
    PathWaits {
        /// How long.
        total: i64,
        /// Of the makespan.
        share: f64,
        /// The longest wait, from and to.
        longest: (i64, i64),
    },
    /// Tasks that took much longer than others of their step.
    Straggler {
        /// The step.
        step: String,
        /// Duration of the one with the largest excess.
        duration: i64,
        /// The median of the step.
        median: i64,
        /// Number of tasks of the step.
        peers: u32,
        /// Whether one of them is on the observed path.
        on_path: bool,
    },
    /// Durations within a step differ widely, not only those of a few.
    SkewedStep {
        /// The step.
        step: String,
        /// Median duration.
        median: i64,
        /// 90th percentile.
        p90: i64,
        /// Number of tasks.
        peers: u32,
    },
    /// One task is a large part of the critical path and has no slack.
    Bottleneck {
        /// Its weight.
        weight: i64,
        /// Share of the critical path.
        share: f64,
        /// Whether the path follows inferred dependencies.
        inferred: bool,
    },
    /// The same step ran with the same parameters more than once.
    DuplicatedWork {
        /// The step.
        step: String,
        /// How often.
        times: u32,
        /// The work of all but the first.
        work: i64,
    },
    /// Work was lost in attempts that failed.
    RetryWaste {
        /// How much.
        lost: i64,
        /// Of all work.
        share: f64,
        /// Time between tries.
        backoff: i64,
        /// Tasks that were tried more than once.
        retried: u32,
        /// Those of them that succeeded in the end.
        recovered: u32,
    },
    /// Tasks that were ready waited for slots.
    SlotStarved {
        /// Summed over them.
        total: i64,
        /// The longest wait of one.
        longest: i64,
        /// Share of the slots in use over the run, where known.
        efficiency: Option<f64>,
        /// The ratio of critical path and makespan, if it is so large that more slots gain almost nothing.
        critical: Option<f64>,
    },
    /// Tasks waited long in a queue or for the scheduler although, as far as is recorded, slots were free.
    LongQueue {
        /// Summed over them.
        total: i64,
        /// The longest wait of one.
        longest: i64,
    },
    /// Tasks were ready, and only one worker was executing.
    SingleWorker {
        /// The one that was, for most of the time.
        worker: String,
        /// How many there were.
        workers: u32,
        /// For how long.
        total: i64,
    },
    /// Tasks asked for many more processors than they used.
    OverRequestedCpu(Waste),
    /// Tasks asked for much more memory than they used.
    OverRequestedMemory(Waste),
    /// Tasks used nearly all the memory they had asked for, or more.
    NearMemoryLimit {
        /// Used over asked for, of the one that came nearest.
        share: f64,
        /// Bytes that this task used.
        used: f64,
        /// Bytes that it requested.
        requested: f64,
    },
    /// Tasks started before their dependencies had ended, or were executing outside of their container.
    ClockSkew {
        /// How many times.
        pairs: u32,
        /// By how much at most.
        overlap: i64,
        /// What should have come before, in the largest case.
        before: TaskId,
    },
    /// Tasks are not over.
    Unfinished {
        /// Attempts that started and have no end.
        open: u32,
        /// Whether the engine recorded that the run is over.
        is_over: bool,
    },
    /// The source states totals that its tasks contradict.
    StoredTotalDiffers(Vec<Difference>),
    /// The same error came again and again.
    RepeatedError {
        /// The message, or the common part of different messages.
        message: String,
        /// Class or code; may be empty.
        kind: String,
        /// Number of attempts that it ended.
        attempts: u32,
        /// Whether a task failed for good with it.
        is_final: bool,
    },
}

/// The suggested action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See what the run waited for.
    LookAtWaits,
    /// Split what ran alone, or start it earlier.
    SplitTail,
    /// Let more run at once.
    RunMoreAtOnce,
    /// Compare the task with others of its step.
    CompareWithPeers,
    /// Cut the work of a step into more equal parts.
    BalanceStep,
    /// Make one task faster.
    SpeedUpTask,
    /// Keep a result instead of computing it again.
    KeepResult,
    /// Remove what made attempts fail.
    RemoveCause,
    /// Add slots, or take work off those that are full.
    AddSlots,
    /// Make the critical path shorter: more slots do not.
    ShortenPath,
    /// Look at the queue or the scheduler.
    CheckQueue,
    /// Share the work among the workers.
    SpreadWork,
    /// Ask for less.
    LowerRequest,
    /// Ask for more.
    RaiseRequest,
    /// Compare the clocks of the machines.
    CheckClocks,
    /// See whether the recording is complete.
    CheckRecording,
    /// Use the values computed from the tasks.
    TrustTasks,
}

impl Action {
    /// A stable name in kebab case.
    pub fn name(self) -> &'static str {
        match self {
            Action::LookAtWaits => "look-at-waits",
            Action::SplitTail => "split-tail",
            Action::RunMoreAtOnce => "run-more-at-once",
            Action::CompareWithPeers => "compare-with-peers",
            Action::BalanceStep => "balance-step",
            Action::SpeedUpTask => "speed-up-task",
            Action::KeepResult => "keep-result",
            Action::RemoveCause => "remove-cause",
            Action::AddSlots => "add-slots",
            Action::ShortenPath => "shorten-path",
            Action::CheckQueue => "check-queue",
            Action::SpreadWork => "spread-work",
            Action::LowerRequest => "lower-request",
            Action::RaiseRequest => "raise-request",
            Action::CheckClocks => "check-clocks",
            Action::CheckRecording => "check-recording",
            Action::TrustTasks => "trust-tasks",
        }
    }
}

impl Evidence {
    /// A stable name of the rule in kebab case.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Evidence::IdleGaps { .. } => "idle-gaps",
            Evidence::SerialTail { .. } => "serial-tail",
            Evidence::LowParallelism { .. } => "low-parallelism",
            Evidence::PathWaits { .. } => "path-waits",
            Evidence::Straggler { .. } => "straggler",
            Evidence::SkewedStep { .. } => "skewed-step",
            Evidence::Bottleneck { .. } => "bottleneck",
            Evidence::DuplicatedWork { .. } => "duplicated-work",
            Evidence::RetryWaste { .. } => "retry-waste",
            Evidence::SlotStarved { .. } => "slot-starved",
            Evidence::LongQueue { .. } => "long-queue",
            Evidence::SingleWorker { .. } => "single-worker",
            Evidence::OverRequestedCpu(_) => "over-requested-cpu",
            Evidence::OverRequestedMemory(_) => "over-requested-memory",
            Evidence::NearMemoryLimit { .. } => "near-memory-limit",
            Evidence::ClockSkew { .. } => "clock-skew",
            Evidence::Unfinished { .. } => "unfinished",
            Evidence::StoredTotalDiffers(_) => "stored-total-differs",
            Evidence::RepeatedError { .. } => "repeated-error",
        }
    }

    /// Returns the suggested action.
    pub(super) fn action(&self) -> Action {
        match self {
            Evidence::IdleGaps { .. } | Evidence::PathWaits { .. } => Action::LookAtWaits,
            Evidence::SerialTail { .. } => Action::SplitTail,
            Evidence::LowParallelism { .. } => Action::RunMoreAtOnce,
            Evidence::Straggler { .. } => Action::CompareWithPeers,
            Evidence::SkewedStep { .. } => Action::BalanceStep,
            Evidence::Bottleneck { .. } => Action::SpeedUpTask,
            Evidence::DuplicatedWork { .. } => Action::KeepResult,
            Evidence::RetryWaste { .. } | Evidence::RepeatedError { .. } => Action::RemoveCause,
            Evidence::SlotStarved { critical: Some(_), .. } => Action::ShortenPath,
            Evidence::SlotStarved { critical: None, .. } => Action::AddSlots,
            Evidence::LongQueue { .. } => Action::CheckQueue,
            Evidence::SingleWorker { .. } => Action::SpreadWork,
            Evidence::OverRequestedCpu(_) | Evidence::OverRequestedMemory(_) => Action::LowerRequest,
            Evidence::NearMemoryLimit { .. } => Action::RaiseRequest,
            Evidence::ClockSkew { .. } => Action::CheckClocks,
            Evidence::Unfinished { .. } => Action::CheckRecording,
            Evidence::StoredTotalDiffers(_) => Action::TrustTasks,
        }
    }
}
