//! What a setting is: a name, a type, and what it means.

use std::fmt;
use std::time::Duration;

use makespan_analysis::Gate;
use makespan_format::amount::bytes;
use makespan_scene::duration;
use makespan_store::{BACKENDS, Location};

use crate::date::Length;
use crate::zone::NamedZone;

/// With this, names of settings in the environment begin.
pub(super) const PREFIX: &str = "MAKESPAN_";

/// A type of settings: how its values are written.
pub(crate) trait SettingType: Sized {
    /// What such a value is, for people.
    const NAME: &'static str;

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// What is wrong with it, or what to write instead.
    fn read(text: &str) -> Result<Self, String>;

    /// The value as it may be shown to anybody: without passwords.
    fn shown(text: &str) -> String {
        text.to_owned()
    }
}

/// A setting with values of a type.
pub(crate) struct Setting<T> {
    /// Its name in files: `key`, or `section.key`.
    pub(crate) key: &'static str,
    /// Its value where nobody says one; `None` where it then has none, or one that depends on the machine.
    pub(crate) default: Option<&'static str>,
    /// What stands for the default in documents, where that is not the value.
    pub(crate) default_words: &'static str,
    /// What it means, a sentence.
    pub(crate) meaning: &'static str,
    /// The option that gives it on the command line, and of which verbs; empty where there is none.
    pub(crate) flag: &'static str,
    /// Keeps the type.
    pub(crate) read: fn(&str) -> Result<T, String>,
}

/// A setting, whatever the type of its values.
pub(crate) trait Described: Sync {
    fn key(&self) -> &'static str;
    fn default(&self) -> Option<&'static str>;
    fn default_words(&self) -> &'static str;
    fn meaning(&self) -> &'static str;
    fn flag(&self) -> &'static str;
    /// What its values are.
    fn kind(&self) -> &'static str;
    /// Whether a value is one.
    fn check(&self, text: &str) -> Result<(), String>;
    /// A value without its secrets.
    fn shown(&self, text: &str) -> String;

    /// Its name in the environment.
    fn variable(&self) -> String {
        format!("{PREFIX}{}", self.key().replace('.', "_").to_uppercase())
    }
}

impl<T: SettingType> Described for Setting<T> {
    fn key(&self) -> &'static str {
        self.key
    }
    fn default(&self) -> Option<&'static str> {
        self.default
    }
    fn default_words(&self) -> &'static str {
        self.default_words
    }
    fn meaning(&self) -> &'static str {
        self.meaning
    }
    fn flag(&self) -> &'static str {
        self.flag
    }
    fn kind(&self) -> &'static str {
        T::NAME
    }
    fn check(&self, text: &str) -> Result<(), String> {
        (self.read)(text).map(|_| ())
    }
    fn shown(&self, text: &str) -> String {
        T::shown(text)
    }
}

impl SettingType for String {
    const NAME: &'static str = "text";

    fn read(text: &str) -> Result<String, String> {
        Ok(text.to_owned())
    }
}

impl SettingType for bool {
    const NAME: &'static str = "true or false";

    fn read(text: &str) -> Result<bool, String> {
        match text {
            "true" | "1" | "yes" => Ok(true),
            "false" | "0" | "no" => Ok(false),
            _ => Err("write true or false".to_owned()),
        }
    }
}

impl SettingType for u64 {
    const NAME: &'static str = "whole number";

    fn read(text: &str) -> Result<u64, String> {
        text.parse().map_err(|_| "write a whole number from 0".to_owned())
    }
}

impl SettingType for u16 {
    const NAME: &'static str = "port";

    fn read(text: &str) -> Result<u16, String> {
        text.parse().map_err(|_| "write a port, 0 to 65535".to_owned())
    }
}

impl SettingType for NamedZone {
    const NAME: &'static str = "zone";

    fn read(text: &str) -> Result<NamedZone, String> {
        text.parse()
    }
}

impl SettingType for Length {
    const NAME: &'static str = "length of time";

    fn read(text: &str) -> Result<Length, String> {
        text.parse::<Length>().map_err(str::to_owned)
    }
}

impl SettingType for Vec<Gate> {
    const NAME: &'static str = "rules";

    fn read(text: &str) -> Result<Vec<Gate>, String> {
        Gate::parse_all(text)
    }
}

/// Where a store is.
pub(crate) type StoreUrl = Location;

impl SettingType for StoreUrl {
    const NAME: &'static str = "URL";

    fn read(text: &str) -> Result<Location, String> {
        Location::parse(text).map_err(|error| error.to_string())
    }

    /// Only what is the URL of a store can be shown: of anything else nobody knows which part is the secret.
    fn shown(text: &str) -> String {
        let known = |location: &Location| {
            text.contains("://") || BACKENDS.iter().any(|b| b.schemes.contains(&location.scheme()))
        };
        let location = Location::parse(text).ok().filter(known);
        location.map_or_else(|| "***".to_owned(), |location| location.to_string())
    }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

impl SettingType for Size {
    const NAME: &'static str = "number of bytes";

    fn read(text: &str) -> Result<Size, String> {
        text.parse()
    }
}

impl std::str::FromStr for Size {
    type Err = String;

    /// `64 KiB`, `2GB`, `500000`.
    fn from_str(text: &str) -> Result<Size, String> {
        bytes(text).map(Size).ok_or_else(|| "write a number of bytes: 64 KiB, 500 MB, 2 GB".to_owned())
    }
}

impl Length {
    /// The same for the clock of this machine.
    pub(crate) fn as_duration(self) -> Duration {
        Duration::from_nanos(self.0.unsigned_abs())
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&duration(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_bytes() {
        for (text, bytes) in
            [("500000", 500_000), ("64 KiB", 65_536), ("1.5MB", 1_500_000), ("2 GB", 2_000_000_000), ("0", 0)]
        {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
        for bad in ["", "MB", "-1", "5 apples", "3 s", "99999999999 TB"] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
        }
    }

    #[test]
    fn values_that_may_contain_a_password_are_never_shown() {
        assert_eq!(StoreUrl::shown("postgres://me:hunter2@db/runs"), "postgres://me:***@db/runs");
        assert_eq!(
            (StoreUrl::shown("hunter2"), StoreUrl::shown("me:hunter2@db")),
            ("***".into(), "***".into())
        );
        assert_eq!(StoreUrl::shown("file:runs"), "file:runs");
    }
}
