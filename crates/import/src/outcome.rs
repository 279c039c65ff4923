//! One reading of outcomes for every importer: how a task, an attempt or a run ended, from everything in its record.
//!
//! Records spread the outcome over members: `status: completed` with `conclusion: failure`, `state: {"type": …}`, an
//! exit code, an error object, a word such as `OOMKilled`. An [`Outcome`] takes them one by one, in any order; the
//! worst word wins. An unknown word makes the outcome [`Status::Unknown`], and [`Unread`] counts it: what was not
//! understood never counts as success.
//!
//! ```text
//! let mut outcome = Outcome::default();
//! for (key, value) in record.members() {
//!     if outcome.member(&key, value.get()) == Part::None { /* something else */ }
//! }
//! attempt.status = outcome.settle(&mut unread);
//! attempt.error = outcome.into_error();
//! ```

mod members;
mod unread;
mod words;

use std::borrow::Cow;

use makespan_format::{ErrorInfo, Status};

pub(crate) use unread::Unread;
pub(crate) use words::read;
pub(crate) use words::worse;

/// The outcome of a record, collected member by member.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome<'a> {
    /// The worst of the words.
    word: Option<Status>,
    /// The first unknown word.
    unread: Option<Cow<'a, str>>,
    /// The first unknown word of a member that may not be an outcome; it counts only if nothing else does.
    doubtful: Option<Cow<'a, str>>,
    /// Whether an exit code, a signal or an error means failure; whether an exit code means success.
    failed: bool,
    passed: bool,
    /// Whether a member for the result is empty, and whether a word of success says more than that the record is over.
    lacks_result: bool,
    has_success_word: bool,
    error: Option<ErrorInfo<'a>>,
    /// The exit code, for an error without other details.
    exit: Option<i64>,
}

/// The meaning of a member of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// It does not concern the outcome.
    None,
    /// It is the outcome, and need not be kept.
    Taken,
    /// It concerns the outcome and contains more: it is worth keeping as a label, too.
    Kept,
}

impl<'a> Outcome<'a> {
    /// Adds a word that is certain to be the status; if it is unknown, so is the outcome.
    pub(crate) fn word(&mut self, word: impl Into<Cow<'a, str>>) {
        let word = word.into();
        if word.trim().is_empty() {
            return;
        }
        match read(&word) {
            Some(status) => {
                self.has_success_word |= status == Status::Succeeded && !words::is_over(&word);
                self.add(status);
            }
            None => {
                self.add(Status::Unknown);
                self.unread.get_or_insert(word);
            }
        }
    }

    /// Adds the outcome of a record with one member for its result and one for its state: the result, otherwise the state.
    /// A state of success only says that the record is over; `missing` describes that in the place of an unknown word.
    pub(crate) fn result(
        &mut self,
        result: Option<impl Into<Cow<'a, str>>>,
        state: Option<impl Into<Cow<'a, str>>>,
        missing: &'static str,
    ) {
        if let Some(result) = result.map(Into::into).filter(|word| !word.trim().is_empty()) {
            return self.word(result);
        }
        match state.map(Into::into) {
            Some(state) if read(&state) == Some(Status::Succeeded) => self.missing(missing),
            Some(state) => self.word(state),
            None => {}
        }
    }

    /// Adds that a record is over and does not contain the outcome it should contain; `what` describes this in the place
    /// of an unknown word.
    pub(crate) fn missing(&mut self, what: &'static str) {
        self.add(Status::Unknown);
        self.unread.get_or_insert(Cow::Borrowed(what));
    }

    /// Adds a status that the importer has parsed itself.
    pub(crate) fn add(&mut self, status: Status) {
        self.word = Some(self.word.map_or(status, |known| worse(known, status)));
    }

    /// Adds an exit code: 0 is success, anything else failure.
    pub(crate) fn exit_code(&mut self, code: i64) {
        if code == 0 {
            self.passed = true;
        } else {
            self.failed = true;
            self.exit.get_or_insert(code);
        }
    }

    /// Adds an error; an empty message is ignored.
    pub(crate) fn error(&mut self, error: ErrorInfo<'a>) {
        if error.message.is_empty() && error.kind.is_none() && error.trace.is_none() {
            return;
        }
        self.failed = true;
        match &mut self.error {
            None => self.error = Some(error),
            Some(known) => {
                if known.message.is_empty() {
                    known.message = error.message;
                }
                known.kind = known.kind.take().or(error.kind);
                known.trace = known.trace.take().or(error.trace);
            }
        }
    }

    /// Returns the status: the worst word. An error or an exit code turns success, a running status or none into
    /// failure, and explains a cancelled, skipped or retried task. `None` if nothing was recorded.
    pub(crate) fn status(&self) -> Option<Status> {
        if self.is_over_without_result() {
            return Some(Status::Unknown);
        }
        let explained = matches!(
            self.word,
            Some(
                Status::Cancelled
                    | Status::Skipped
                    | Status::UpstreamFailed
                    | Status::Retrying
                    | Status::Pending
                    | Status::Queued
            )
        );
        if self.failed && !explained {
            return Some(Status::Failed);
        }
        self.word
            .or(self.passed.then_some(Status::Succeeded))
            .or(self.doubtful.is_some().then_some(Status::Unknown))
    }

    /// Whether all that was recorded is that it is over, and the member for the result is empty.
    fn is_over_without_result(&self) -> bool {
        let is_over = self.word == Some(Status::Succeeded) && !self.passed && !self.failed;
        self.lacks_result && is_over && !self.has_success_word
    }

    /// Adds everything that another one has collected.
    pub(crate) fn merge(&mut self, other: Outcome<'a>) {
        if let Some(word) = other.word {
            self.add(word);
        }
        self.unread = self.unread.take().or(other.unread);
        self.doubtful = self.doubtful.take().or(other.doubtful);
        self.failed |= other.failed;
        self.passed |= other.passed;
        self.lacks_result |= other.lacks_result;
        self.has_success_word |= other.has_success_word;
        self.exit = self.exit.or(other.exit);
        if let Some(error) = other.error {
            self.error(error);
        }
    }

    /// Returns the same with owned texts.
    pub(crate) fn into_owned(self) -> Outcome<'static> {
        let own = |text: Cow<'_, str>| Cow::<'static, str>::Owned(text.into_owned());
        let own_error = |e: ErrorInfo<'_>| ErrorInfo {
            message: own(e.message),
            kind: e.kind.map(own),
            trace: e.trace.map(own),
        };
        Outcome {
            word: self.word,
            unread: self.unread.map(own),
            doubtful: self.doubtful.map(own),
            failed: self.failed,
            passed: self.passed,
            lacks_result: self.lacks_result,
            has_success_word: self.has_success_word,
            error: self.error.map(own_error),
            exit: self.exit,
        }
    }

    /// Returns the status, and counts an unknown word.
    pub(crate) fn settle(&self, unread: &mut Unread) -> Option<Status> {
        let is_doubtful = self.word.is_none() && !self.passed && !self.failed;
        if let Some(word) = self.unread.as_ref().or(self.doubtful.as_ref().filter(|_| is_doubtful)) {
            unread.add(word);
        } else if self.is_over_without_result() {
            unread.add("over, without a result");
        }
        self.status()
    }

    /// Returns the recorded error; for an exit code alone, its number.
    pub(crate) fn into_error(self) -> Option<ErrorInfo<'a>> {
        let exit = self.exit.filter(|_| self.failed);
        let of_exit =
            |code| ErrorInfo { message: Cow::Owned(format!("exit code {code}")), ..ErrorInfo::default() };
        self.error.or_else(|| exit.map(of_exit))
    }
}

/// Returns the status of a record with a word and possibly an error; an empty word is ignored.
pub(crate) fn of(word: Option<&str>, has_error: bool, unread: &mut Unread) -> Option<Status> {
    let mut outcome = Outcome { failed: has_error, ..Outcome::default() };
    if let Some(word) = word {
        outcome.word(word);
    }
    outcome.settle(unread)
}

/// Returns whether a member or column of this name always records an outcome: an exit code, a signal, an error, a
/// conclusion. Ambiguous names, such as `phase`, do not count.
pub(crate) fn is_outcome_name(name: &str) -> bool {
    match words::role(name) {
        words::Role::Exit | words::Role::Signal | words::Role::Error | words::Role::Flag(..) => true,
        words::Role::Word => words::plain(name).as_str() == "conclusion",
        words::Role::Hint | words::Role::Other => false,
    }
}

/// Returns the status of a single word, if the caller counts unknown words elsewhere.
pub(crate) fn status_of(word: &str) -> Status {
    read(word).unwrap_or(Status::Unknown)
}

#[cfg(test)]
mod tests;
