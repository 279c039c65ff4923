//! The members that record an outcome, and the words in them.

use makespan_format::Status;

/// What a member of that name records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The status, in a word.
    Word,
    /// A word that is the status where it is understood, and anything else where it is not.
    Hint,
    /// An exit code.
    Exit,
    /// The signal that ended a process.
    Signal,
    /// An error.
    Error,
    /// A truth value that says so where it is this one.
    Flag(Status, bool),
    Other,
}

/// A name or a word in lower case, its letters and digits only.
pub(super) struct Plain {
    letters: [u8; 64],
    length: usize,
}

impl Plain {
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.letters[..self.length]).unwrap_or_default()
    }
}

/// Returns the letters and digits of a name or a word; of a longer one, which is none, the first 64.
pub(super) fn plain(text: &str) -> Plain {
    let mut plain = Plain { letters: [0; 64], length: 0 };
    let letters = text.bytes().filter(u8::is_ascii_alphanumeric);
    for (slot, letter) in plain.letters.iter_mut().zip(letters) {
        *slot = letter.to_ascii_lowercase();
        plain.length += 1;
    }
    plain
}

/// What a member of that name records.
pub(super) fn role(key: &str) -> Role {
    if key.len() > 32 {
        return Role::Other;
    }
    match plain(key).as_str() {
        "status" | "state" | "conclusion" | "statetype" | "outcome" | "phase" | "executionstatus"
        | "executionstate" | "taskstatus" | "taskstate" | "jobstatus" | "jobstate" | "runstatus"
        | "runstate" | "finalstatus" | "finalstate" | "stepstatus" | "nodestatus" | "currentstate"
        | "currentstatus" | "actionstatus" => Role::Word,
        "result" | "reason" | "terminationreason" | "stopreason" | "statename" | "statusname"
        | "statusreason" | "statereason" | "substatus" | "substate" | "verdict" => Role::Hint,
        "exitcode" | "exitstatus" | "returncode" | "returnstatus" | "exitval" | "exitvalue" | "retcode"
        | "rc" => Role::Exit,
        "signal" | "termsignal" | "exitsignal" => Role::Signal,
        "error" | "err" | "exception" | "errormessage" | "errormsg" | "errors" | "failure"
        | "failurereason" | "failuremessage" | "exceptionmessage" | "traceback" | "stacktrace"
        | "errorinfo" | "errordetails" | "lasterror" => Role::Error,
        // `true` is success, `false` failure, and a word is read as a word.
        "success" | "succeeded" | "successful" | "passed" | "ok" => Role::Word,
        "failed" | "iserror" | "haserror" | "hasfailed" | "isfailed" | "timedout" | "crashed"
        | "oomkilled" => Role::Flag(Status::Failed, true),
        "cancelled" | "canceled" | "aborted" | "iscancelled" | "iscanceled" => {
            Role::Flag(Status::Cancelled, true)
        }
        "skipped" | "isskipped" => Role::Flag(Status::Skipped, true),
        "cached" | "fromcache" | "cachehit" | "iscached" => Role::Flag(Status::Cached, true),
        _ => Role::Other,
    }
}

/// Whether a member of this name has the result of a record that is over, and nothing else.
pub(super) fn is_result(key: &str) -> bool {
    plain(key).as_str() == "conclusion"
}

/// Whether a word only says that something is over, and not how it ended.
pub(super) fn is_over(word: &str) -> bool {
    matches!(plain(word).as_str(), "completed" | "complete" | "finished" | "done" | "ended" | "closed")
}

/// How certain it is that an argument of a call with the name of a status is its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ambiguity {
    /// The name has no other meaning.
    Sure,
    /// It is the outcome, or the condition of something else.
    State,
    /// It can be anything.
    Anything,
}

/// Returns how certain it is that an argument with the name of a status is an outcome.
pub(super) fn ambiguity(key: &str) -> Ambiguity {
    match plain(key).as_str() {
        "phase" | "success" | "succeeded" | "successful" | "passed" | "ok" => Ambiguity::Anything,
        "state" | "currentstate" | "currentstatus" | "statetype" => Ambiguity::State,
        _ => Ambiguity::Sure,
    }
}

/// Returns whether an unknown text in the place of a state may be an outcome: a word or a few, and not one that says in
/// what condition a thread, a connection or a window is.
pub(super) fn may_be_outcome(text: &str) -> bool {
    let tokens = tokens(text.get(..64).unwrap_or(text));
    let is_word = |t: &String| t.len() > 2 && t.chars().all(char::is_alphabetic);
    let is_condition = |t: &String| {
        matches!(
            t.as_str(),
            "sleep"
                | "sleeping"
                | "asleep"
                | "awake"
                | "runnable"
                | "interruptible"
                | "uninterruptible"
                | "preempted"
                | "parked"
                | "idle"
                | "busy"
                | "active"
                | "inactive"
                | "blocked"
                | "wait"
                | "awaiting"
                | "suspended"
                | "stopped"
                | "zombie"
                | "dead"
                | "wakekill"
                | "waking"
                | "swapped"
                | "locked"
                | "unlocked"
                | "enabled"
                | "disabled"
                | "on"
                | "off"
                | "open"
                | "opened"
                | "opening"
                | "close"
                | "closed"
                | "closing"
                | "connect"
                | "connected"
                | "connecting"
                | "disconnected"
                | "loading"
                | "loaded"
                | "visible"
                | "hidden"
                | "foreground"
                | "background"
                | "paused"
                | "resumed"
                | "initial"
                | "online"
                | "offline"
                | "healthy"
        )
    };
    text.len() <= 64 && tokens.len() <= 4 && tokens.iter().any(is_word) && !tokens.iter().any(is_condition)
}

/// Whether a member of an object that is a status names its type.
pub(super) fn is_type(key: &str) -> bool {
    matches!(plain(key).as_str(), "type" | "value" | "code" | "kind" | "id" | "current" | "label")
}

/// Whether a member of errors holds a traceback.
pub(super) fn is_trace(key: &str) -> bool {
    matches!(plain(key).as_str(), "traceback" | "stacktrace")
}

/// Whether a text in the place of an error or a code stands for none.
pub(super) fn is_nothing(text: &str) -> bool {
    let plain = plain(text);
    plain.as_str().is_empty()
        || matches!(
            plain.as_str(),
            "none"
                | "null"
                | "nil"
                | "na"
                | "false"
                | "0"
                | "00"
                | "ok"
                | "noerror"
                | "noerrors"
                | "nan"
                | "undefined"
        )
}

/// Tokens that turn the meaning of what stands beside them.
const TURNS: [&str; 8] = ["no", "not", "without", "non", "never", "un", "zero", "0"];

/// The status that a text says: a word as engines write it, also behind the name of its type (`TaskState.FAILED`), with
/// a number behind it (`exited (137)`, `failed: 3`), or a phrase of which each word is understood or one says failure.
/// `None` where it is not understood.
pub(crate) fn read(text: &str) -> Option<Status> {
    let text = text.trim();
    if text.is_empty() || text.len() > 200 {
        return None;
    }
    if let Some(status) = Status::from_word(text) {
        return Some(status);
    }
    let last = text.rsplit(['.', ':', '/']).next().unwrap_or(text);
    if last.len() < text.len()
        && !text.contains(char::is_whitespace)
        && let Some(status) = Status::from_word(last)
    {
        return Some(status);
    }
    phrase(text)
}

fn phrase(text: &str) -> Option<Status> {
    let tokens = tokens(text);
    // `exited 137`, `exit code: 1`, `Exited (0)`
    if matches!(tokens.first()?.as_str(), "exit" | "exited" | "code" | "rc" | "returned") {
        let number = tokens.iter().find_map(|t| t.parse::<u32>().ok())?;
        return Some(if number == 0 { Status::Succeeded } else { Status::Failed });
    }
    if tokens.len() > 12 || tokens.iter().any(|t| TURNS.contains(&t.as_str())) {
        return None;
    }
    let mut worst = None;
    let mut is_understood = true;
    // A number says no more than the word beside it.
    for word in tokens.iter().filter(|t| !is_filler(t) && t.parse::<u64>().is_err()) {
        match Status::from_word(word) {
            Some(status) => worst = Some(worst.map_or(status, |known| worse(known, status))),
            None => is_understood = false,
        }
    }
    // Beside a word of failure the others explain; beside any other they may say the opposite.
    worst.filter(|status| is_understood || *status == Status::Failed)
}

/// Words that add nothing to a phrase.
fn is_filler(token: &str) -> bool {
    matches!(
        token,
        "job"
            | "task"
            | "run"
            | "step"
            | "state"
            | "status"
            | "by"
            | "user"
            | "with"
            | "the"
            | "was"
            | "is"
            | "has"
            | "been"
            | "from"
            | "to"
            | "a"
            | "and"
            | "in"
            | "on"
            | "for"
            | "at"
    )
}

/// The words of a text in lower case, cut where anything but a letter or a digit stands and where a small letter is
/// followed by a capital.
fn tokens(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    for c in text.chars() {
        let cut = (before.is_ascii_lowercase() && c.is_ascii_uppercase())
            || (before.is_ascii_digit() != c.is_ascii_digit() && before.is_ascii_alphanumeric());
        if (!c.is_alphanumeric() || cut) && !word.is_empty() {
            all.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    if !word.is_empty() {
        all.push(word);
    }
    all
}

/// The worse of two statuses that are said of one thing.
pub(crate) fn worse(a: Status, b: Status) -> Status {
    let rank = |s: Status| match s {
        // What says but that it is over says less than what says how.
        Status::Succeeded => 0,
        Status::Cached => 1,
        Status::Pending => 2,
        Status::Queued => 3,
        Status::Running => 4,
        Status::Skipped => 5,
        Status::Retrying => 6,
        Status::Unknown => 7,
        Status::Cancelled => 8,
        Status::UpstreamFailed => 9,
        Status::Failed => 10,
    };
    if rank(b) > rank(a) { b } else { a }
}
