//! Requests to a Makespan server.

use std::fmt;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use ureq::Agent;

/// Maximum duration of a request.
const LONGEST: Duration = Duration::from_secs(10);
/// How often a request is made if the connection breaks.
const TRIES: u32 = 3;
/// Maximum number of bytes of a reason that are read, and of its characters that are shown.
const LARGEST: u64 = 4 << 10;
const SHOWN: usize = 200;
/// Maximum time that a server can ask to wait.
const LONGEST_WAIT: u64 = 60;

/// The outcome of a request.
#[derive(Debug)]
pub enum Sent {
    /// The events are durable.
    Stored,
    /// The server asks to try again, after a given time if it states one.
    Busy(Option<Duration>),
    /// No answer; the reason.
    Silent(String),
    /// The request is too large for the server: fewer events may fit.
    TooLarge,
    /// The server does not know the token, or wants one; the reason.
    Unauthorized(String),
    /// The server does not accept the events; the reason.
    Refused(String),
}

/// A server that stores events.
pub struct Server {
    /// Its address, without a slash at the end.
    pub address: String,
    token: Option<String>,
    agent: Agent,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Server {
    /// Returns the server that `MAKESPAN_SERVER` names, with the token in `MAKESPAN_TOKEN`; `None` if it is not set.
    ///
    /// # Errors
    ///
    /// A sentence for the user if the address is not valid.
    pub fn of_environment() -> Result<Option<Server>, String> {
        let word = |name: &str| {
            std::env::var(name).ok().map(|word| word.trim().to_owned()).filter(|w| !w.is_empty())
        };
        let Some(address) = word("MAKESPAN_SERVER") else { return Ok(None) };
        if !address.starts_with("http://") && !address.starts_with("https://") {
            return Err(
                "MAKESPAN_SERVER is not an address that begins with http:// or https://; nothing is sent to it".to_owned()
            );
        }
        Ok(Some(Server::new(&address, word("MAKESPAN_TOKEN"))))
    }

    /// Returns the server with that address, which begins with `http://` or `https://`.
    pub fn new(address: &str, token: Option<String>) -> Server {
        let config = Agent::config_builder()
            .timeout_global(Some(LONGEST))
            // The token is for this server only.
            .max_redirects(0)
            .proxy(None)
            // A program that closes all its descriptors may get their numbers again: none stays open between requests.
            .max_idle_connections(0)
            .http_status_as_error(false)
            .user_agent(concat!("makespan/", env!("CARGO_PKG_VERSION")))
            .build();
        let address = address.trim_end_matches('/').to_owned();
        Server { address, token, agent: Agent::new_with_config(config) }
    }

    /// Sends lines, the first of which has the given number.
    pub fn send(&self, run: &str, producer: &str, first: u64, lines: &[u8]) -> Sent {
        let run = utf8_percent_encode(run, NON_ALPHANUMERIC);
        let url = format!("{}/api/v1/runs/{run}/events?producer={producer}&seq={first}", self.address);
        // After a signal, or if the connection breaks, the request is repeated.
        let mut tries_left = TRIES;
        let sent = loop {
            let mut request = self.agent.post(&url).header("content-type", "application/x-ndjson");
            if let Some(token) = &self.token {
                request = request.header("authorization", format!("Bearer {token}"));
            }
            tries_left -= 1;
            match request.send(lines) {
                Err(ureq::Error::Io(error))
                    if tries_left > 0 && error.kind() != std::io::ErrorKind::ConnectionRefused => {}
                sent => break sent,
            }
        };
        let mut answer = match sent {
            Ok(answer) => answer,
            Err(ureq::Error::BadUri(_) | ureq::Error::Http(_)) => {
                return Sent::Refused("the address or the token is not valid".to_owned());
            }
            Err(ureq::Error::Timeout(_)) => {
                return Sent::Silent(format!("no answer within {} s", LONGEST.as_secs()));
            }
            Err(ureq::Error::HostNotFound) => return Sent::Silent("the host name was not found".to_owned()),
            Err(ureq::Error::ConnectionFailed) => return Sent::Silent("cannot connect".to_owned()),
            Err(ureq::Error::Io(error)) => return Sent::Silent(error.kind().to_string()),
            Err(error) => return Sent::Silent(error.to_string()),
        };
        let status = answer.status().as_u16();
        match status {
            200..300 => Sent::Stored,
            408 | 425 | 429 | 500.. => {
                let after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
                let after = after.and_then(|text| text.trim().parse::<u64>().ok());
                Sent::Busy(after.map(|seconds| Duration::from_secs(seconds.min(LONGEST_WAIT))))
            }
            413 => Sent::TooLarge,
            _ => {
                let text =
                    answer.body_mut().with_config().limit(LARGEST).read_to_string().unwrap_or_default();
                let problem: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
                let detail = problem["detail"].as_str().unwrap_or_default().chars().take(SHOWN);
                let reason = format!("status {status} {}", detail.collect::<String>()).trim_end().to_owned();
                if status == 401 { Sent::Unauthorized(reason) } else { Sent::Refused(reason) }
            }
        }
    }
}
