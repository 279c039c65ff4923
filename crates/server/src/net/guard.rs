//! Checks the host name and the origin of requests. A page of another site can make the browser send requests to loopback,
//! and read the responses by a name that it points there (DNS rebinding). Therefore both are always checked.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, Version, header};

use super::reply::Problem;

/// Host names that are accepted on the server's own machine.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// The host names that this server accepts.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    port: u16,
    /// Additional authorities (`name` or `name:port`): the server's address in a network, a proxy's name.
    hosts: Vec<String>,
    /// Whether a page of another origin may link here: the response is a page of its own, which the other cannot read.
    may_be_led_to: bool,
}

impl Guard {
    pub(crate) fn new(port: u16, hosts: Vec<String>, may_be_led_to: bool) -> Guard {
        Guard { port, hosts, may_be_led_to }
    }

    /// Returns the reason to refuse the request, if any.
    pub(crate) fn refusal(&self, request: &Request) -> Option<Problem> {
        let headers = request.headers();
        let wrong_host =
            || Problem::new(StatusCode::MISDIRECTED_REQUEST, "unknown host name; add it with --host");
        let mut hosts = headers.get_all(header::HOST).iter();
        let (host, second) = (hosts.next().map(|h| h.to_str().unwrap_or_default()), hosts.next());
        // A request line may hold a whole address, which then counts above the header (RFC 9112, section 3.2.2). In HTTP/2
        // the authority takes the place of the header (RFC 9113, section 8.3.1).
        let authority = request.uri().authority().map(|a| a.as_str());
        let is_named = host.is_some() || (request.version() == Version::HTTP_2 && authority.is_some());
        if !is_named || second.is_some() || [host, authority].into_iter().flatten().any(|h| !self.is_own(h)) {
            return Some(wrong_host());
        }
        let foreign = || Problem::new(StatusCode::FORBIDDEN, "requests from other sites are refused");
        for origin in headers.get_all(header::ORIGIN) {
            let origin = origin.to_str().unwrap_or_default();
            let own = match (origin.strip_prefix("http://"), origin.strip_prefix("https://")) {
                (Some(authority), _) => self.is_own(authority),
                // Only a proxy in front speaks TLS, under a name that was configured.
                (_, Some(authority)) => self.is_listed(authority),
                _ => false,
            };
            if !own {
                return Some(foreign());
            }
        }
        let is_led_to = self.may_be_led_to && is_navigation(headers);
        (is_cross_site(headers) && !is_led_to).then(foreign)
    }

    fn is_own(&self, host: &str) -> bool {
        is_loopback(host, self.port) || self.is_listed(host)
    }

    fn is_listed(&self, host: &str) -> bool {
        self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host))
    }
}

/// Returns whether this is a name of this machine with the server's port; without a port it means port 80.
fn is_loopback(host: &str, port: u16) -> bool {
    LOOPBACK.iter().any(|own| {
        let rest = host.get(..own.len()).filter(|h| h.eq_ignore_ascii_case(own)).and(host.get(own.len()..));
        rest.is_some_and(|rest| match rest.strip_prefix(':') {
            Some(digits) => digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse() == Ok(port),
            None => rest.is_empty() && port == 80,
        })
    })
}

/// Returns whether the browser reports that another site sends the request (Fetch Metadata, section 2.2).
fn is_cross_site(headers: &HeaderMap) -> bool {
    headers.get_all("sec-fetch-site").iter().any(|v| v == "cross-site" || v == "same-site")
}

/// Returns whether the response becomes a page of its own, as when the browser follows the file that `makespan open` wrote.
fn is_navigation(headers: &HeaderMap) -> bool {
    let only = |name: &str, value: &str| {
        let mut values = headers.get_all(name).iter();
        values.next().is_some_and(|v| v == value) && values.next().is_none()
    };
    only("sec-fetch-mode", "navigate") && only("sec-fetch-dest", "document")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_names_with_our_port() {
        for own in ["127.0.0.1:7878", "localhost:7878", "LOCALHOST:7878", "[::1]:7878"] {
            assert!(is_loopback(own, 7878), "{own}");
        }
        for foreign in [
            "",
            "evil.example",
            "evil.example:7878",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.1.evil.example:7878",
            "localhost.:7878",
            "localhost.evil.example:7878",
            "[::ffff:7f00:1]:7878",
            "2130706433:7878",
            "127.1:7878",
            "0.0.0.0:7878",
            "user@127.0.0.1:7878",
            "127.0.0.1:7878@evil.example",
            "127.0.0.1:7878:7878",
            "127.0.0.1:+7878",
            "127.0.0.1:07878x",
            "xlocalhost:7878",
            "[::1]evil:7878",
            "::1:7878",
            "127.0.0.1: 7878",
        ] {
            assert!(!is_loopback(foreign, 7878), "{foreign}");
        }
        assert!(is_loopback("localhost", 80));
    }
}
