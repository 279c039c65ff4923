//! Parameters of requests.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::extract::Path;
use axum::http::request::Parts;
use makespan_format::time::parse_civil;
use percent_encoding::percent_decode_str;

use crate::app::App;
use crate::net::reply::Problem;

/// The id in a path, decoded once and never split.
pub(crate) struct Id(pub(crate) String);

impl FromRequestParts<Arc<App>> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Id, Problem> {
        let path = Path::<String>::from_request_parts(parts, app).await;
        path.map(|Path(id)| Id(id)).map_err(|_| Problem::bad("the id in the address is not valid UTF-8"))
    }
}

/// The query parameters, each of which must be read by the route.
pub(crate) struct Params(Vec<(String, String)>);

impl FromRequestParts<Arc<App>> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Params, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let decoded = |text: &str| {
            let text = text.replace('+', " ");
            let text = percent_decode_str(&text).decode_utf8().map(|t| t.into_owned());
            text.map_err(|_| Problem::bad("a parameter is not valid UTF-8"))
        };
        let mut all = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            all.push((decoded(name)?, decoded(value)?));
        }
        Ok(Params(all))
    }
}

impl Params {
    /// Reads a parameter that is given at most once.
    pub(crate) fn one(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let mut values = self.all(name);
        if values.len() > 1 {
            return Err(Problem::bad(format!("the parameter {name} is given more than once")));
        }
        Ok(values.pop())
    }

    /// Reads a parameter that may be given several times.
    pub(crate) fn all(&mut self, name: &str) -> Vec<String> {
        let (taken, rest) = std::mem::take(&mut self.0).into_iter().partition(|(key, _)| key == name);
        self.0 = rest;
        let taken: Vec<(String, String)> = taken;
        taken.into_iter().map(|(_, value)| value).collect()
    }

    /// Reads a number.
    pub(crate) fn number<T: std::str::FromStr>(&mut self, name: &str) -> Result<Option<T>, Problem> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse().ok().filter(|_| plain);
        number.map(Some).ok_or_else(|| Problem::bad(format!("{name} must be a whole number")))
    }

    /// Reads a switch.
    pub(crate) fn switch(&mut self, name: &str) -> Result<Option<bool>, Problem> {
        match self.one(name)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Problem::bad(format!("{name} must be true or false"))),
        }
    }

    /// Reads a time, ns since the epoch. A valid one that is too early or too late for that is the first or last that is not.
    pub(crate) fn moment(&mut self, name: &str) -> Result<Option<i64>, Problem> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let wrong = || Problem::bad(format!("{name} must be a time such as 2026-01-05T08:00:00Z"));
        let civil = parse_civil(&text).filter(|civil| civil.offset.is_some()).ok_or_else(wrong)?;
        let nearest = if civil.seconds < 0 { i64::MIN } else { i64::MAX };
        Ok(Some(civil.to_ns(0).unwrap_or(nearest)))
    }

    /// Rejects parameters that the route did not read.
    pub(crate) fn done(self) -> Result<(), Problem> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => Err(Problem::bad(format!("unknown parameter {name:?}"))),
        }
    }
}
