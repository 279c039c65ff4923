//! Location of a store: a URL whose password is never shown.

use std::fmt;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use crate::Error;

/// Replacement of a secret.
const HIDDEN: &str = "***";
/// Parameters of a URL whose values may be shown, in lower case. Drivers know many more, some of which contain secrets,
/// so any other parameter counts as a secret.
const SHOWN_PARAMETERS: [&str; 27] = [
    "appname",
    "application_name",
    "authmechanism",
    "authsource",
    "charset",
    "collation",
    "connect_timeout",
    "connecttimeoutms",
    "database",
    "db",
    "dbname",
    "directconnection",
    "expiry",
    "host",
    "journal",
    "port",
    "protocol",
    "readpreference",
    "replicaset",
    "retrywrites",
    "schema",
    "serverselectiontimeoutms",
    "ssl",
    "ssl-mode",
    "sslmode",
    "tls",
    "w",
];
/// Maximum length of a user name that is shown, in characters: longer ones may be tokens.
const LONGEST_USER: usize = 16;
/// Minimum length of a parameter's secret that is also removed from other texts. Shorter ones are hidden in the URL
/// only, because they would match unrelated words.
const SHORTEST_SOUGHT: usize = 4;

/// The URL of a store. Only [`secret_url`](Location::secret_url) reveals its password; `Display` and `Debug` do not.
#[derive(Clone, PartialEq, Eq)]
pub struct Location {
    url: String,
    shown: String,
    /// Secrets, longest first, as written and as decoded.
    secrets: Vec<String>,
}

impl Location {
    /// Parses a URL as far as needed to know its scheme and its secrets.
    ///
    /// # Errors
    ///
    /// [`Error::Location`] for a text that has no scheme.
    pub fn parse(url: &str) -> Result<Location, Error> {
        let secrets = secrets(url);
        let mut shown = url.to_owned();
        // From the end, so that earlier offsets stay valid.
        for secret in secrets.iter().rev() {
            shown.replace_range(secret.from..secret.to, HIDDEN);
        }
        let mut texts: Vec<String> = Vec::new();
        for secret in secrets.iter().filter(|secret| secret.sought) {
            texts.push(url[secret.from..secret.to].to_owned());
            texts.push(decoded(&url[secret.from..secret.to]));
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

    /// Returns the text before the first colon.
    pub fn scheme(&self) -> &str {
        self.url.split(':').next().unwrap_or("")
    }

    /// Returns the URL with its password, for the client that connects. It must not be used for anything else.
    pub fn secret_url(&self) -> &str {
        &self.url
    }

    /// Returns the part after the scheme as the path of a file or folder: `sqlite:runs.db`, `file:///var/runs`.
    /// Percent-encoding is decoded.
    ///
    /// # Errors
    ///
    /// [`Error::Location`] if there is no path, or it is on another machine.
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

    /// Returns the decoded value of a parameter after the question mark.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let (_, query) = self.url.split_once('?')?;
        let query = query.split('#').next().unwrap_or("");
        query.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            (decoded(key) == name).then(|| decoded(value))
        })
    }

    /// Returns the text without the secrets of this URL, for messages about a connection.
    pub fn scrub(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, HIDDEN))
    }

    /// Returns an error that this URL does not name a usable store, with the reason.
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

/// A part of a URL that must be hidden.
#[derive(Clone, Copy, Debug)]
struct Secret {
    from: usize,
    to: usize,
    /// Whether it must be hidden in other texts too.
    sought: bool,
}

/// The schemes of all kinds of stores ([`BACKENDS`](crate::BACKENDS)).
pub(crate) const SCHEMES: [&str; 10] = [
    "file",
    "sqlite",
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "redis",
    "redis+unix",
    "mongodb",
    "mongodb+srv",
];

/// Returns the secrets of a URL, first to last.
fn secrets(url: &str) -> Vec<Secret> {
    let all = |from: usize| vec![Secret { from, to: url.len(), sought: url.len() - from >= SHORTEST_SOUGHT }];
    let scheme = url.split(':').next().unwrap_or("");
    let known = SCHEMES.contains(&scheme);
    let Some(at) = url.find("://") else {
        return match scheme {
            "file" | "sqlite" => parameters(url, url.find('?').map_or(url.len(), |at| at + 1)),
            // Without the slashes, the parts of the URL are ambiguous.
            _ if known && url.len() > scheme.len() => all(scheme.len() + 1),
            _ => all(0),
        };
    };
    let mut found = Vec::new();
    let from = at + 3;
    // A password may contain any character that its owner did not encode, so the last @ ends it: the last one before
    // the parameters, otherwise the last one in the URL. It is better to hide too much than too little.
    let query = url[from..].find('?').map_or(url.len(), |i| from + i);
    let last = url[from..query].rfind('@').or_else(|| url[from..].rfind('@'));
    let host = match last.map(|i| from + i) {
        Some(end) => {
            let user = url[from..end].find(':').map_or(end, |i| from + i);
            if !is_plain_user(&url[from..user]) {
                found.push(Secret { from, to: user, sought: user - from >= SHORTEST_SOUGHT });
            }
            if user < end {
                found.push(Secret { from: user + 1, to: end, sought: true });
            }
            end + 1
        }
        None => from,
    };
    let rest = url[host..].find(['?', '#']).map_or(url.len(), |i| host + i + 1);
    found.extend(parameters(url, rest));
    found
}

/// Returns whether the user part is a user name rather than a token.
fn is_plain_user(user: &str) -> bool {
    let digits = user.bytes().filter(u8::is_ascii_digit).count();
    user.len() <= LONGEST_USER
        && digits <= 4
        && user.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}

/// Returns the secrets among the parameters that begin at this offset, and what follows them.
fn parameters(url: &str, mut from: usize) -> Vec<Secret> {
    let mut found = Vec::new();
    for pair in url[from..].split(['&', '#', '?']) {
        let value = pair.split_once('=').map_or(pair, |(_, value)| value);
        let name = decoded(&pair[..pair.len() - value.len()]).trim_end_matches('=').to_lowercase();
        let plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-/".contains(&b));
        let shown = value.is_empty() || plain && SHOWN_PARAMETERS.contains(&name.as_str());
        if !shown {
            let start = from + pair.len() - value.len();
            found.push(Secret {
                from: start,
                to: start + value.len(),
                sought: value.len() >= SHORTEST_SOUGHT,
            });
        }
        from += pair.len() + 1;
    }
    found
}

/// Decodes `%41` to `A`. Invalid percent-encoding is kept; invalid UTF-8 becomes U+FFFD.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
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
            "redis://hunter2-0123456789abcdef@db",
            "postgres://hunter2%21@db/runs",
            "postgres://me@db/runs?PassWord=hunter2",
            "postgres://me@db/runs?sslmode=require;password=hunter2",
            "mongodb://a,b/runs?tlsCertificateKeyFilePassword=hunter2",
            "mongodb://a/runs?authMechanismProperties=AWS_SESSION_TOKEN:hunter2",
            "mongodb://me:hunter2@a:27017,b:27017/runs?replicaSet=rs0",
            "mongodb+srv://me:hunter2@cluster.example.org/runs",
            "postgres://me@db/runs?hunter2",
            "postgres://me@db/runs#hunter2",
            "postgres:me:hunter2@db/runs",
            "sqlite:runs.db?key=hunter2",
            "other:hunter2",
            "other://me:hunter2@db",
        ] {
            let location = Location::parse(url).unwrap();
            let said = format!("{location} {location:?} {} {}", location.wrong("x"), location.scrub(url));
            assert!(!said.contains("hunter2") && !said.contains("hun%74er2"), "{said}");
            assert!(said.contains(HIDDEN));
        }
        let location = Location::parse("postgres://me:hun%74er2@db/runs").unwrap();
        assert_eq!(location.scrub("cannot log in with hunter2"), "cannot log in with ***");
        for url in [
            "postgres://me@db/runs",
            "mongodb://me@a:27017,b:27018/runs?replicaSet=rs0&w=majority",
            "redis://db/0?expiry=30d",
            "file:runs#1",
            "sqlite:/a%20b.db",
        ] {
            assert_eq!(Location::parse(url).unwrap().to_string(), url);
        }
        for text in ["hunter2", "hunter2 :x", ":hunter2"] {
            let error = Location::parse(text).unwrap_err().to_string();
            assert!(!error.contains("hunter2") && error.contains(HIDDEN), "{error}");
        }
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
