//! Where a store is: a URL, whose password nothing ever shows.

use std::fmt;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use crate::Error;

/// What stands where a secret stood.
const HIDDEN: &str = "***";
/// Parameters of a URL whose values are secrets.
const SECRET_PARAMETERS: [&str; 5] = ["password", "pass", "sslpassword", "token", "secret"];

/// The URL of a store. Only [`secret_url`](Location::secret_url) gives its password away; `Display` and `Debug` do
/// not.
#[derive(Clone, PartialEq, Eq)]
pub struct Location {
    url: String,
    shown: String,
    /// What must not be seen, longest first, as written and as decoded.
    secrets: Vec<String>,
}

impl Location {
    /// Takes a URL apart, as far as is needed to know its scheme and its secrets.
    ///
    /// # Errors
    ///
    /// [`Error::Location`] for a text that has no scheme.
    pub fn parse(url: &str) -> Result<Location, Error> {
        let secrets = secrets(url);
        let mut shown = url.to_owned();
        // From the end, so that the places before stay where they are.
        for &(from, to) in secrets.iter().rev() {
            shown.replace_range(from..to, HIDDEN);
        }
        let mut texts: Vec<String> = Vec::new();
        for &(from, to) in &secrets {
            texts.push(url[from..to].to_owned());
            texts.push(decoded(&url[from..to]));
        }
        texts.retain(|text| !text.is_empty());
        texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        texts.dedup();
        let location = Location { url: url.to_owned(), shown, secrets: texts };
        let scheme = location.scheme();
        let known = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        if !url.contains(':') || !known {
            return Err(location.wrong("missing scheme, as in file:runs or sqlite:runs.db"));
        }
        Ok(location)
    }

    /// What stands before the first colon.
    pub fn scheme(&self) -> &str {
        self.url.split(':').next().unwrap_or("")
    }

    /// The URL with its password, for the client that connects. It must go nowhere else.
    pub fn secret_url(&self) -> &str {
        &self.url
    }

    /// What follows the scheme as the path of a file or folder: `sqlite:runs.db`, `file:///var/runs`. Percent signs
    /// are decoded.
    ///
    /// # Errors
    ///
    /// [`Error::Location`] where there is no path, or where it names another machine.
    pub fn path(&self) -> Result<PathBuf, Error> {
        let rest = self.url.split_once(':').map_or("", |(_, rest)| rest);
        let path = match rest.strip_prefix("//") {
            Some(local) => {
                let local = local.strip_prefix("localhost").unwrap_or(local);
                if !local.starts_with('/') {
                    return Err(self.wrong("a path on this machine begins with a third slash"));
                }
                local
            }
            None => rest,
        };
        let path = decoded(path.split(['?', '#']).next().unwrap_or(""));
        if path.is_empty() {
            return Err(self.wrong("missing path"));
        }
        if path.contains('\0') {
            return Err(self.wrong("no path holds a NUL"));
        }
        Ok(PathBuf::from(path))
    }

    /// The value of a parameter after the question mark, decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let (_, query) = self.url.split_once('?')?;
        let query = query.split('#').next().unwrap_or("");
        query.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            (decoded(key) == name).then(|| decoded(value))
        })
    }

    /// The text without the secrets of this URL, for what others say about a connection.
    pub fn scrub(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, HIDDEN))
    }

    /// This URL names no store, for that reason.
    pub fn wrong(&self, reason: impl Into<String>) -> Error {
        Error::Location { location: self.to_string(), reason: reason.into() }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({:?})", self.shown)
    }
}

/// The places of the secrets of a URL, first to last.
fn secrets(url: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    if let Some(at) = url.find("://") {
        let from = at + 3;
        // A password may hold any character that its owner did not encode, so the last @ ends it: the last one before
        // the parameters, else the last of all. Hiding too much is better than too little.
        let query = url[from..].find('?').map_or(url.len(), |i| from + i);
        let last = url[from..query].rfind('@').or_else(|| url[from..].rfind('@'));
        if let Some(end) = last.map(|i| from + i)
            && let Some(colon) = url[from..end].find(':').map(|i| from + i)
        {
            found.push((colon + 1, end));
        }
    }
    if let Some(query) = url.find('?') {
        let mut from = query + 1;
        for pair in url[from..].split('&') {
            if let Some((name, _)) = pair.split_once('=')
                && SECRET_PARAMETERS.contains(&decoded(name).as_str())
            {
                found.push((from + name.len() + 1, from + pair.len()));
            }
            from += pair.len() + 1;
        }
    }
    found
}

/// The text with `%41` as `A`. What is no percent-encoding stays; what is no UTF-8 becomes U+FFFD.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_password_is_shown_nowhere() {
        for url in [
            "postgres://me:hunter2@db/runs",
            "mysql://me:hunter2@db/runs?ssl-mode=required",
            "redis://:hunter2@db",
            "postgres://me@db/runs?password=hunter2&x=1",
            "redis+unix:///run/redis.sock?pass=hunter2",
            "postgres://me:hun%74er2@db/runs",
            "postgres://me:a:hunter2@db:5432/runs",
            "postgres://me:p@ss/hunter2@db/runs",
            "postgres://me:p?hunter2@db/runs",
            "postgres://me:p#hunter2@db/runs",
        ] {
            let location = Location::parse(url).unwrap();
            let said = format!("{location} {location:?} {} {}", location.wrong("x"), location.scrub(url));
            assert!(!said.contains("hunter2") && !said.contains("hun%74er2"), "{said}");
            assert!(said.contains(HIDDEN));
        }
        let location = Location::parse("postgres://me:hun%74er2@db/runs").unwrap();
        assert_eq!(location.scrub("cannot log in with hunter2"), "cannot log in with ***");
        let other = Location::parse("postgres://me@db/runs").unwrap();
        assert_eq!(other.to_string(), "postgres://me@db/runs");
    }

    #[test]
    fn paths_and_parameters() {
        let path = |url: &str| Location::parse(url).and_then(|l| l.path()).map(|p| p.display().to_string());
        assert_eq!(path("file:runs"), Ok("runs".to_owned()));
        assert_eq!(path("file:///var/runs"), Ok("/var/runs".to_owned()));
        assert_eq!(path("sqlite:/a%20b.db?x=1"), Ok("/a b.db".to_owned()));
        assert!(path("sqlite://host/runs.db").is_err() && path("file:").is_err() && path("runs").is_err());
        let location = Location::parse("redis://db?expiry=7%64&b").unwrap();
        assert_eq!((location.parameter("expiry"), location.parameter("b")), (Some("7d".into()), None));
    }
}
