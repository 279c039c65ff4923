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

mod words;

use std::borrow::Cow;

use makespan_format::{Diagnostic, ErrorInfo, EventSink, Severity, Status};
use serde_json::value::RawValue;

use crate::json::{each_member, text_of};
use crate::tally::{Tally, clip};

pub(crate) use words::read;
use words::worse;

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

/// Unknown words, counted over a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unread {
    count: u64,
    first: String,
}

impl Unread {
    /// Counts an unknown word.
    pub(crate) fn add(&mut self, word: &str) {
        if self.count == 0 {
            clip(word).clone_into(&mut self.first);
        }
        self.count += 1;
    }

    /// Returns the status of a single word; if unknown, counts it and returns [`Status::Unknown`].
    pub(crate) fn word(&mut self, word: &str) -> Status {
        read(word).unwrap_or_else(|| {
            self.add(word);
            Status::Unknown
        })
    }

    /// Returns the message and the number of occurrences, for a diagnostic with code `unknown-status`; `None` if all
    /// words were known.
    fn message(&self) -> Option<String> {
        (self.count > 0).then(|| {
            format!(
                "unknown status words; the outcome of their tasks is shown as unknown (first: {:?})",
                self.first
            )
        })
    }

    /// Adds the counts to the problems of a file.
    pub(crate) fn tell(&self, tally: &mut Tally) {
        if let Some(message) = self.message() {
            tally.count(Severity::Warning, "unknown-status", &message, self.count);
        }
    }

    /// Emits the counts; `whose` names the run or the file.
    pub(crate) fn report(&self, whose: &str, sink: &mut dyn EventSink) {
        if let Some(message) = self.message() {
            let found = Diagnostic::new(Severity::Warning, "unknown-status", format!("{whose}: {message}"));
            sink.diagnostic(found.times(self.count));
        }
    }
}

impl<'a> Outcome<'a> {
    /// Adds a member of a record by its name, with its value as JSON text. Names are compared without case, `_` and
    /// `-`.
    pub(crate) fn member(&mut self, key: &str, json: &'a str) -> Part {
        if matches!(json, "null" | "\"\"") {
            self.empty(key);
            return Part::None;
        }
        self.role(words::role(key), key, json)
    }

    /// Adds a member without a value: one for the result means that a record that is over does not contain it.
    pub(crate) fn empty(&mut self, key: &str) {
        self.lacks_result |= words::is_result(key);
    }

    /// Does the same for an argument of the call `name`, which may have any of these names by chance. Only texts and
    /// truth values count. An unknown `state` is the outcome only if nothing else is and it does not look like the
    /// condition of a thread or a connection, as traces of schedulers have it.
    pub(crate) fn argument(&mut self, name: &str, key: &str, json: &'a str) -> Part {
        let role = match words::role(key) {
            words::Role::Word if json.starts_with('"') => match words::ambiguity(key) {
                words::Ambiguity::Sure => words::Role::Word,
                words::Ambiguity::State => return self.state(name, key, json),
                words::Ambiguity::Anything => words::Role::Hint,
            },
            words::Role::Word if matches!(json, "true" | "false") && key != "status" => words::Role::Word,
            words::Role::Word => words::Role::Hint,
            words::Role::Hint | words::Role::Signal => words::Role::Other,
            other => other,
        };
        self.role(role, key, json)
    }

    /// Adds an argument that is the outcome of a call or the condition of something else.
    fn state(&mut self, name: &str, key: &str, json: &'a str) -> Part {
        let part = match text_of_json(json) {
            // A slice that is named after a state is the time spent in it.
            Some(word) if word.trim().eq_ignore_ascii_case(name.trim()) => return Part::None,
            Some(word) if read(&word).is_none() && words::may_be_outcome(&word) => {
                self.doubtful.get_or_insert(word);
                Part::Kept
            }
            _ => Part::None,
        };
        match self.role(words::Role::Hint, key, json) {
            Part::None => part,
            known => known,
        }
    }

    fn role(&mut self, role: words::Role, key: &str, json: &'a str) -> Part {
        if matches!(json, "null" | "\"\"") {
            return Part::None;
        }
        match role {
            words::Role::Word => self.words(json, true),
            words::Role::Hint => self.words(json, false),
            words::Role::Exit => self.exit_text(json),
            words::Role::Signal => match text_of_json(json) {
                Some(text) if !words::is_nothing(&text) => {
                    self.failed = true;
                    Part::Kept
                }
                _ => Part::None,
            },
            words::Role::Error => self.error_json(key, json),
            words::Role::Flag(status, value) => match (json, value) {
                ("true", true) | ("false", false) => {
                    self.add(status);
                    Part::Taken
                }
                ("true" | "false", _) => Part::Taken,
                _ => Part::None,
            },
            words::Role::Other => Part::None,
        }
    }

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

    fn words(&mut self, json: &'a str, is_sure: bool) -> Part {
        match json.as_bytes().first() {
            Some(b'{') => {
                let Ok(object) = serde_json::from_str::<&RawValue>(json) else { return Part::None };
                let mut found = Part::None;
                each_member(object, |key, value| {
                    // The type of an object is its status; its name may be anything.
                    let role = match words::role(&key) {
                        words::Role::Other if words::is_type(&key) => words::Role::Word,
                        words::Role::Other if key == "name" => words::Role::Hint,
                        role => role,
                    };
                    let is_nested = value.get().starts_with('{') && role != words::Role::Error;
                    if !is_nested && self.role(role, &key, value.get()) != Part::None {
                        found = Part::Kept;
                    }
                });
                found
            }
            Some(b'[') => Part::None,
            Some(b't' | b'f') if matches!(json, "true" | "false") => {
                if !is_sure {
                    return Part::None;
                }
                self.add(if json == "true" { Status::Succeeded } else { Status::Failed });
                Part::Taken
            }
            _ => {
                let Some(text) = text_of_json(json) else { return Part::None };
                if is_sure {
                    let part = if read(&text).is_some() { Part::Taken } else { Part::Kept };
                    self.word(text);
                    return part;
                }
                match read(&text) {
                    Some(status) => {
                        self.add(status);
                        Part::Kept
                    }
                    None => Part::None,
                }
            }
        }
    }

    fn exit_text(&mut self, json: &'a str) -> Part {
        let Some(text) = text_of_json(json) else { return Part::None };
        // Slurm writes exit code and signal as `0:0`.
        let mut numbers = text.trim().split(':').map(str::parse::<f64>);
        if let Some(Ok(code)) = numbers.next()
            && code.is_finite()
        {
            let signal = numbers.next().and_then(Result::ok).unwrap_or(0.0);
            self.exit_code(if code != 0.0 { code as i64 } else { signal as i64 });
            // A fraction below one is not a success either.
            self.failed |= code != 0.0;
            return Part::Kept;
        }
        if words::is_nothing(&text) {
            return Part::None;
        }
        self.word(text);
        Part::Kept
    }

    fn error_json(&mut self, key: &str, json: &'a str) -> Part {
        let error = match json.as_bytes().first() {
            Some(b'{') => {
                let Ok(object) = serde_json::from_str::<&RawValue>(json) else { return Part::None };
                let mut error = ErrorInfo::default();
                let mut any = false;
                each_member(object, |key, value: &'a RawValue| {
                    any |= !matches!(value.get(), "null" | "\"\"" | "{}" | "[]" | "false");
                    let Some(text) = text_of(value).filter(|t| !t.is_empty()) else { return };
                    match words::plain(&key).as_str() {
                        "message" | "msg" | "text" | "description" | "detail" | "reason" | "error"
                            if error.message.is_empty() =>
                        {
                            error.message = text;
                        }
                        "kind" | "type" | "class" | "name" | "code" | "errorcode" | "exceptiontype" => {
                            error.kind.get_or_insert(text);
                        }
                        "trace" | "traceback" | "stack" | "stacktrace" => {
                            error.trace.get_or_insert(text);
                        }
                        _ => {}
                    }
                });
                if !any {
                    return Part::None;
                }
                if error.message.is_empty() {
                    error.message = error.kind.clone().unwrap_or(Cow::Borrowed(json));
                }
                error
            }
            Some(b'[') => {
                if json[1..json.len().saturating_sub(1)].trim().is_empty() {
                    return Part::None;
                }
                ErrorInfo { message: Cow::Borrowed(json), ..ErrorInfo::default() }
            }
            Some(b'-' | b'0'..=b'9') if words::plain(key).as_str() == "errors" => return Part::None,
            _ => match text_of_json(json) {
                Some(_) if json == "true" => {
                    self.failed = true;
                    return Part::Kept;
                }
                Some(text) if !words::is_nothing(&text) => {
                    if words::is_trace(key) {
                        ErrorInfo { message: Cow::Borrowed(""), trace: Some(text), ..ErrorInfo::default() }
                    } else {
                        ErrorInfo { message: text, ..ErrorInfo::default() }
                    }
                }
                _ => return Part::None,
            },
        };
        self.error(error);
        Part::Taken
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
pub(crate) fn tells_end(name: &str) -> bool {
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

fn text_of_json(json: &str) -> Option<Cow<'_, str>> {
    serde_json::from_str::<&RawValue>(json).ok().and_then(text_of)
}

#[cfg(test)]
mod tests;
