//! Converts errors to records.

use std::fmt;

use crate::contain::say;
use crate::recorder::Failure;
use crate::redact::Redactor;

impl Failure {
    /// Returns the failure of an error: its message, including its causes if its `{:#}` prints them, and its type.
    pub(crate) fn of<E: fmt::Display + ?Sized>(error: &E, redactor: Option<&Redactor>) -> Failure {
        let message = Redactor::prose(redactor, "error", say(error));
        Failure { message, kind: kind(std::any::type_name::<E>()) }
    }

    /// Returns the failure of the panic that this thread is unwinding from.
    pub(crate) fn of_panic(redactor: Option<&Redactor>) -> Failure {
        let message = crate::contain::last_panic().unwrap_or_else(|| String::from("the program panicked"));
        Failure::new("panic", message, redactor)
    }

    /// Returns a failure with a given kind.
    pub(crate) fn new(kind: &str, message: String, redactor: Option<&Redactor>) -> Failure {
        Failure { message: Redactor::prose(redactor, "error", message), kind: Some(kind.to_owned()) }
    }
}

/// Returns the kind of an error type: the last part of its path, or the whole path if that part is not specific
/// (`std::io::error::Error`). `None` for a text or a trait object.
pub(crate) fn kind(type_name: &str) -> Option<String> {
    let path = type_name.trim_start_matches(['&', ' ']);
    let path = path.strip_prefix("mut ").unwrap_or(path);
    let path = path.split('<').next().unwrap_or(path);
    let last = path.rsplit("::").next().unwrap_or(path);
    match last {
        "str" | "String" | "Box" | "Rc" | "Arc" | "Cow" | "Arguments" => None,
        _ if path.starts_with("dyn ") || path.starts_with("alloc::") => None,
        "Error" | "ErrorKind" | "Report" => Some(path.to_owned()),
        _ => Some(last.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_an_error_is_its_type() {
        assert_eq!(kind("my::ParseError<alloc::string::String>").as_deref(), Some("ParseError"));
        assert_eq!(kind("&std::io::error::Error").as_deref(), Some("std::io::error::Error"));
        assert_eq!(kind("core::num::error::ParseIntError").as_deref(), Some("ParseIntError"));
        for without in
            ["&str", "alloc::string::String", "dyn core::error::Error", "alloc::boxed::Box<dyn x::Y>"]
        {
            assert_eq!(kind(without), None, "{without}");
        }
    }
}
