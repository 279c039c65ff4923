//! Who may ask. A page of another site can make the browser send requests to loopback, and with a name that it points
//! there (DNS rebinding) read the answers: so the name asked for and the origin of the asker are judged, always.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};

/// Names under which this server may be asked.
const HOSTS: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Why the request is not answered, if it is not.
pub(super) fn refusal(request: &Request, port: u16) -> Option<(StatusCode, &'static str)> {
    let headers = request.headers();
    let wrong_host = (StatusCode::MISDIRECTED_REQUEST, "this server answers to 127.0.0.1 and localhost only");
    let mut hosts = headers.get_all(header::HOST).iter();
    let (host, second) = (hosts.next().and_then(|h| h.to_str().ok()), hosts.next());
    if !host.is_some_and(|h| is_own(h, port)) || second.is_some() {
        return Some(wrong_host);
    }
    // A request line may hold a whole address, which then counts above the header (RFC 9112, section 3.2.2).
    if request.uri().authority().is_some_and(|a| !is_own(a.as_str(), port)) {
        return Some(wrong_host);
    }
    let foreign = (StatusCode::FORBIDDEN, "this server answers to its own page only");
    for origin in headers.get_all(header::ORIGIN) {
        let own =
            origin.to_str().ok().and_then(|o| o.strip_prefix("http://")).is_some_and(|o| is_own(o, port));
        if !own {
            return Some(foreign);
        }
    }
    if is_cross_site(headers) && !is_navigation(headers) { Some(foreign) } else { None }
}

/// Whether that is one of our names with our port; without one it means port 80.
fn is_own(host: &str, port: u16) -> bool {
    HOSTS.iter().any(|own| {
        let rest = host.get(..own.len()).filter(|h| h.eq_ignore_ascii_case(own)).and(host.get(own.len()..));
        rest.is_some_and(|rest| match rest.strip_prefix(':') {
            Some(digits) => digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse() == Ok(port),
            None => rest.is_empty() && port == 80,
        })
    })
}

/// Whether the browser says that another site asks (Fetch Metadata, section 2.2).
fn is_cross_site(headers: &HeaderMap) -> bool {
    headers.get_all("sec-fetch-site").iter().any(|v| v == "cross-site" || v == "same-site")
}

/// Whether the answer becomes a page of its own, which no other site can look into: so the browser comes from the file
/// that makespan has it open.
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
            assert!(is_own(own, 7878), "{own}");
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
            assert!(!is_own(foreign, 7878), "{foreign}");
        }
        assert!(is_own("localhost", 80));
    }
}
