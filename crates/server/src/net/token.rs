//! Access tokens: who may read and who may write if other machines can reach the server.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use super::reply::Problem;

/// What a token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Reading runs.
    Read,
    /// Sending events.
    Ingest,
    /// Everything else, which only a token for everything allows.
    Manage,
}

/// The scope of a token (`None`: everything), and its hash.
type Known = (Option<Scope>, [u8; 32]);

/// Minimum length of a token, in characters: 128 bits as hexadecimal.
const SHORTEST: usize = 32;
/// Interval at which the file is checked for changes.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The tokens of a file, which may change while the server runs. Each line is a scope (`read`, `ingest` or `all`) and a
/// token; only hashes of tokens are kept.
#[derive(Debug)]
pub struct Tokens {
    path: PathBuf,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    looked: Instant,
    changed: Option<SystemTime>,
    known: Arc<[Known]>,
}

impl Tokens {
    /// Reads a file of tokens.
    ///
    /// # Errors
    ///
    /// A message about why the file cannot be read, or what is invalid in it. No message contains a token.
    pub fn open(path: PathBuf) -> Result<Tokens, String> {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let known = parse(&text).map_err(|why| format!("{}: {why}", path.display()))?;
        let changed = std::fs::metadata(&path).and_then(|m| m.modified()).ok();
        let held = Held { looked: Instant::now(), changed, known: known.into() };
        Ok(Tokens { path, held: Mutex::new(held) })
    }

    /// Returns whether the request has a token of this scope: as `Authorization: Bearer TOKEN`, or as the password of `Basic`
    /// authentication, for which browsers ask their user.
    pub(crate) fn check(&self, headers: &HeaderMap, scope: Scope) -> Result<(), Problem> {
        let known = self.known();
        let given = given(headers).map(|token| -> [u8; 32] { Sha256::digest(token.as_bytes()).into() });
        let fits = |(allowed, hash): &Known| {
            // All bytes are looked at, whatever the first ones are.
            let differs =
                given.iter().flatten().zip(hash).fold(u8::from(given.is_none()), |d, (a, b)| d | (a ^ b));
            (differs == 0).then_some(*allowed)
        };
        let found: Vec<Option<Scope>> = known.iter().filter_map(fits).collect();
        if found.iter().any(|allowed| allowed.is_none_or(|allowed| allowed == scope)) {
            Ok(())
        } else if found.is_empty() {
            Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "a token is required; send Authorization: Bearer TOKEN",
            ))
        } else {
            Err(Problem::new(StatusCode::FORBIDDEN, "this token does not allow that"))
        }
    }

    fn known(&self) -> Arc<[Known]> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.looked.elapsed() >= LOOK_AGAIN {
            held.looked = Instant::now();
            let changed = std::fs::metadata(&self.path).and_then(|m| m.modified()).ok();
            if changed != held.changed {
                held.changed = changed;
                // A missing or invalid file allows nothing: removing a token must take effect.
                let text = std::fs::read_to_string(&self.path).unwrap_or_default();
                held.known = parse(&text).unwrap_or_default().into();
            }
        }
        Arc::clone(&held.known)
    }
}

fn parse(text: &str) -> Result<Vec<Known>, String> {
    let mut known = Vec::new();
    for (place, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (scope, token) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let scope = match scope {
            "read" => Some(Scope::Read),
            "ingest" => Some(Scope::Ingest),
            "all" => None,
            _ => {
                return Err(format!(
                    "line {}: expected `read TOKEN`, `ingest TOKEN` or `all TOKEN`",
                    place + 1
                ));
            }
        };
        let token = token.trim();
        if token.len() < SHORTEST {
            return Err(format!("line {}: a token has at least {SHORTEST} characters", place + 1));
        }
        known.push((scope, Sha256::digest(token.as_bytes()).into()));
    }
    if known.is_empty() { Err("the file contains no token".to_owned()) } else { Ok(known) }
}

fn given(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64_STANDARD.decode(rest.trim()).ok()?).ok()?;
    Some(decoded.split_once(':')?.1.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_token_allows_its_scope_and_no_other() {
        let path = std::env::temp_dir().join(format!("makespan-tokens-{}", std::process::id()));
        let [read, ingest, all, other] = ["r", "i", "a", "o"].map(|c| c.repeat(64));
        std::fs::write(&path, format!("# team\nread {read}\ningest  {ingest}\nall {all}\n")).unwrap();
        let tokens = Tokens::open(path.clone()).unwrap();
        let with = |token: &str| {
            let value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
            HeaderMap::from_iter([(header::AUTHORIZATION, value)])
        };
        let status = |token: &str, scope| tokens.check(&with(token), scope).map_err(|p| p.status.as_u16());
        assert_eq!(status(&read, Scope::Read), Ok(()));
        assert_eq!(status(&read, Scope::Ingest), Err(403));
        assert_eq!(status(&ingest, Scope::Ingest), Ok(()));
        assert_eq!(status(&all, Scope::Read), Ok(()));
        assert_eq!(status(&read[..63], Scope::Read), Err(401));
        assert_eq!(
            tokens.check(&HeaderMap::new(), Scope::Read).unwrap_err().status,
            StatusCode::UNAUTHORIZED
        );
        // A token that is taken out of the file is refused soon.
        std::thread::sleep(LOOK_AGAIN * 2);
        std::fs::write(&path, format!("read {other}\n")).unwrap();
        assert_eq!(status(&read, Scope::Read), Err(401));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_browser_sends_the_token_as_a_password() {
        let value = HeaderValue::from_static("Basic dXNlcjpwYXNzOndvcmQ=");
        assert_eq!(
            given(&HeaderMap::from_iter([(header::AUTHORIZATION, value)])).as_deref(),
            Some("pass:word")
        );
        assert!(parse("read short").unwrap_err().contains("at least 32") && parse("").is_err());
    }
}
