//! The eleven statuses a task, an attempt or a run can have.

/// Status of a task, an attempt or a run.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Known, nothing has happened to it yet.
    Pending,
    /// Handed to a scheduler, waiting for a worker.
    Queued,
    /// Started, not ended.
    Running,
    /// A try failed and another one will follow.
    Retrying,
    /// Ended well.
    Succeeded,
    /// Ended badly.
    Failed,
    /// Deliberately not executed (a condition, a branch not taken).
    Skipped,
    /// Stopped from outside.
    Cancelled,
    /// Not executed because something it depends on failed.
    UpstreamFailed,
    /// Not executed because its result was there already.
    Cached,
    /// It ended, or was recorded with a word that is not understood: how it went is not known.
    Unknown,
}

impl Status {
    /// Number of statuses.
    pub const COUNT: usize = 11;

    /// Every status, in the order of their declaration.
    pub const ALL: [Status; Status::COUNT] = [
        Status::Pending,
        Status::Queued,
        Status::Running,
        Status::Retrying,
        Status::Succeeded,
        Status::Failed,
        Status::Skipped,
        Status::Cancelled,
        Status::UpstreamFailed,
        Status::Cached,
        Status::Unknown,
    ];

    /// The name in files, on the screen and in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Queued => "queued",
            Status::Running => "running",
            Status::Retrying => "retrying",
            Status::Succeeded => "succeeded",
            Status::Failed => "failed",
            Status::Skipped => "skipped",
            Status::Cancelled => "cancelled",
            Status::UpstreamFailed => "upstream-failed",
            Status::Cached => "cached",
            Status::Unknown => "unknown",
        }
    }

    /// The status of that exact name.
    pub fn parse(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|s| s.name() == name)
    }

    /// The status for a word as engines write it (`ok`, `completed`, `SUCCESS`, `OOMKilled` …), case and `_`/`-`/space
    /// set aside; `None` for a word that no engine we know uses. Never guesses: see `outcome` in the importers for
    /// phrases and for several words about one thing.
    pub fn from_word(word: &str) -> Option<Status> {
        if word.len() > 48 {
            return None;
        }
        let plain: String =
            word.chars().filter(|c| c.is_ascii_alphabetic()).map(|c| c.to_ascii_lowercase()).collect();
        Some(match plain.as_str() {
            "pending" | "created" | "scheduled" | "waiting" | "notstarted" | "none" | "blocked" | "idle"
            | "new" | "onhold" | "held" | "requested" | "planned" | "todo" | "manual" | "actionrequired"
            | "delayed" | "late" | "notready" | "unstarted" | "nostatus" | "unscheduled" => Status::Pending,
            "queued" | "submitted" | "ready" | "starting" | "preparing" | "waitingforresource"
            | "provisioning" | "initializing" | "podinitializing" | "containercreating" | "enqueued"
            | "dispatched" | "assigned" | "upforreschedule" => Status::Queued,
            "running" | "started" | "inprogress" | "active" | "executing" | "processing" | "building"
            | "busy" | "deferred" | "cancelling" | "canceling" | "stopping" | "finalizing" | "paused"
            | "pausing" | "suspended" | "resumed" | "awaitinginput" => Status::Running,
            "retrying" | "upforretry" | "awaitingretry" | "retry" | "restarting" | "rerunning"
            | "requeued" => Status::Retrying,
            "succeeded" | "success" | "successful" | "successfully" | "succeed" | "completed"
            | "complete" | "ok" | "done" | "passed" | "pass" | "finished" | "neutral" | "warn"
            | "warning" | "warned" | "executed" => Status::Succeeded,
            "failed"
            | "failure"
            | "error"
            | "errored"
            | "errors"
            | "crashed"
            | "crash"
            | "timedout"
            | "timeout"
            | "fail"
            | "failing"
            | "fatal"
            | "exception"
            | "oomkilled"
            | "oom"
            | "outofmemory"
            | "evicted"
            | "deadlineexceeded"
            | "crashloopbackoff"
            | "imagepullbackoff"
            | "errimagepull"
            | "createcontainererror"
            | "createcontainerconfigerror"
            | "containercannotrun"
            | "starterror"
            | "invalidimagename"
            | "backofflimitexceeded"
            | "nodelost"
            | "nodefail"
            | "bootfail"
            | "nodefailure"
            | "lost"
            | "startupfailure"
            | "internalerror"
            | "systemerror"
            | "runtimeerror"
            | "systemfailure"
            | "infrastructurefailure"
            | "infrafailure"
            | "faulted"
            | "broken"
            | "rejected"
            | "dead"
            | "zombie"
            | "unstable"
            | "partialsuccess"
            | "partiallysucceeded"
            | "partiallyfailed"
            | "partialfailure"
            | "succeededwithissues"
            | "completedwitherrors"
            | "expired"
            | "panic"
            | "panicked"
            | "unsuccessful"
            | "notok"
            | "nok"
            | "segfault"
            | "segmentationfault"
            | "coredumped"
            | "unhealthy"
            | "deadlettered"
            | "missingdata" => Status::Failed,
            "skipped" | "skip" | "omitted" | "ignored" | "excluded" | "disabled" | "noop" | "bypassed"
            | "removed" | "notrun" | "notexecuted" | "notbuilt" | "notapplicable" | "notneeded"
            | "deselected" => Status::Skipped,
            "cancelled" | "canceled" | "cancel" | "cancellation" | "aborted" | "abort" | "terminated"
            | "killed" | "revoked" | "stopped" | "interrupted" | "preempted" | "superseded" | "stale"
            | "abandoned" | "discarded" | "withdrawn" | "shutdown" => Status::Cancelled,
            "upstreamfailed" | "dependencyfailed" | "dependencyfailure" | "parentfailed"
            | "upstreamfailure" | "depfailed" => Status::UpstreamFailed,
            "cached"
            | "cachehit"
            | "fromcache"
            | "uptodate"
            | "restored"
            | "reused"
            | "memoized"
            | "localcache"
            | "remotecache"
            | "localcachekeptexisting" => Status::Cached,
            "unknown" | "undefined" | "unk" | "containerstatusunknown" => Status::Unknown,
            _ => return None,
        })
    }

    /// Whether nothing more will happen.
    pub fn is_terminal(self) -> bool {
        !matches!(self, Status::Pending | Status::Queued | Status::Running | Status::Retrying)
    }

    /// Whether it counts as an error: failed, or not executed because of a failure.
    pub fn is_failure(self) -> bool {
        matches!(self, Status::Failed | Status::UpstreamFailed)
    }

    /// The status of a run, from which ones its tasks have, in this order: failed where one failed, though the engine
    /// may have tolerated it; running while one runs, unless the engine recorded another end; cancelled; unknown
    /// where that of a task is, unless the engine recorded one; pending or running while some wait; succeeded. A run without tasks is `is_empty` and has the one that was `recorded`.
    pub fn of_run(is_empty: bool, has: impl Fn(Status) -> bool, recorded: Option<Status>) -> Option<Status> {
        if is_empty {
            return recorded;
        }
        let ended = recorded.filter(|s| s.is_terminal());
        let done = has(Status::Succeeded) || has(Status::Cached);
        Some(if has(Status::Failed) || has(Status::UpstreamFailed) {
            Status::Failed
        } else if has(Status::Running) || has(Status::Retrying) {
            ended.filter(|s| *s != Status::Succeeded).unwrap_or(Status::Running)
        } else if has(Status::Cancelled) {
            Status::Cancelled
        } else if has(Status::Unknown) {
            ended.filter(|s| *s != Status::Succeeded || !has(Status::Pending)).unwrap_or(Status::Unknown)
        } else if has(Status::Pending) || has(Status::Queued) {
            let begun = done || has(Status::Skipped);
            ended.unwrap_or(if begun { Status::Running } else { Status::Pending })
        } else if done {
            ended.filter(|s| s.is_failure() || *s == Status::Cancelled).unwrap_or(Status::Succeeded)
        } else {
            Status::Skipped
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_words_are_understood() {
        for s in Status::ALL {
            assert_eq!(Status::parse(s.name()), Some(s));
            assert_eq!(Status::from_word(s.name()), Some(s));
        }
        assert_eq!(Status::from_word("UPSTREAM_FAILED"), Some(Status::UpstreamFailed));
        assert_eq!(Status::from_word("Completed"), Some(Status::Succeeded));
        assert_eq!(Status::from_word("<script>"), None);
    }
}
