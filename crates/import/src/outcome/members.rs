//! The members of JSON records that contribute to an outcome.

use std::borrow::Cow;

use makespan_format::{ErrorInfo, Status};
use serde_json::value::RawValue;

use super::words::{self, read};
use super::{Outcome, Part};
use crate::json::{each_member, text_of};

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

fn text_of_json(json: &str) -> Option<Cow<'_, str>> {
    serde_json::from_str::<&RawValue>(json).ok().and_then(text_of)
}
