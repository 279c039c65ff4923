//! Delivers a notification by a request.

use std::time::Duration;

use ureq::Agent;
use ureq::unversioned::transport::DefaultConnector;

use super::address::PublicResolver;
use super::handler::{Notice, Webhook};
use super::payload::body;
use super::sign::signature;

/// Maximum duration of a request, from resolving the name to the last byte of the response.
const LONGEST: Duration = Duration::from_secs(5);
/// Maximum size of the head of a response that is read.
const LARGEST: usize = 64 << 10;

/// The outcome of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tried {
    /// Delivered.
    Delivered(String),
    /// Not delivered; a retry may succeed.
    Later(String),
    /// Not delivered; a retry would not help.
    Refused(String),
}

/// Sends requests; connects only to checked addresses.
pub(super) fn agent(webhook: &Webhook) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(LONGEST))
        .https_only(!webhook.allow_http)
        // An answer that leads elsewhere would lead past the check of the address, and so would a proxy.
        .max_redirects(0)
        .proxy(None)
        .http_status_as_error(false)
        .max_response_header_size(LARGEST)
        // A notice is rare, and the address is to be checked for each.
        .max_idle_connections(0)
        .user_agent(concat!("makespan/", env!("CARGO_PKG_VERSION")))
        .build();
    let resolver = PublicResolver { allow_private: webhook.allow_private };
    Agent::with_parts(config, DefaultConnector::default(), resolver)
}

/// Sends a notification once. No outcome contains the URL, which may be a secret.
pub(super) fn send(agent: &Agent, webhook: &Webhook, notice: &Notice) -> Tried {
    let body = body(webhook.payload, notice);
    // The same for each attempt, so that a receiver recognises duplicates.
    let id = format!("alert-{}-{}", notice.alert.id, notice.kind.name());
    let timestamp = notice.t.div_euclid(1_000_000_000);
    let mut request = agent.post(&webhook.url).header("content-type", "application/json");
    for (name, value) in &webhook.headers {
        request = request.header(name, value);
    }
    request = request.header("webhook-id", &id).header("webhook-timestamp", timestamp.to_string());
    if let Some(secret) = &webhook.secret {
        request = request.header("webhook-signature", signature(secret, &id, timestamp, body.as_bytes()));
    }
    match request.send(body.as_bytes()) {
        Ok(answer) => {
            let status = answer.status();
            match status.as_u16() {
                200..300 => Tried::Delivered(format!("status {}", status.as_u16())),
                408 | 425 | 429 | 500.. => Tried::Later(format!("status {}", status.as_u16())),
                300..400 => Tried::Refused(format!("status {}; redirects are not followed", status.as_u16())),
                code => Tried::Refused(format!("status {code}")),
            }
        }
        Err(ureq::Error::Io(error)) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Tried::Refused(error.to_string())
        }
        Err(ureq::Error::Timeout(_)) => Tried::Later(format!("no response within {} s", LONGEST.as_secs())),
        Err(ureq::Error::HostNotFound) => Tried::Later("the host name was not found".to_owned()),
        Err(ureq::Error::ConnectionFailed) => Tried::Later("cannot connect".to_owned()),
        Err(ureq::Error::Io(error)) => Tried::Later(error.kind().to_string()),
        Err(ureq::Error::RequireHttpsOnly(_)) => {
            Tried::Refused("the address is http; use https, or set allow_http".to_owned())
        }
        Err(ureq::Error::BadUri(_) | ureq::Error::Http(_)) => {
            Tried::Refused("the address or a header is not valid".to_owned())
        }
        Err(ureq::Error::Tls(why)) => Tried::Later(format!("TLS: {why}")),
        Err(ureq::Error::Rustls(why)) => Tried::Later(format!("TLS: {why}")),
        Err(_) => Tried::Later("the request failed".to_owned()),
    }
}
