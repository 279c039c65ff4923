//! Secrets in addresses: users with their passwords, and paths that grant write access.

use super::found::{Found, run_of};
use crate::alphabet::{ALNUM, PARTS, WORD};
use crate::value::{is_made, is_nothing, is_random, is_reference};

/// `scheme://user:password@host`: everything between the slashes and the last `@` of the authority (RFC 3986, 3.2).
pub(super) fn user_info(bytes: &[u8], at: usize) -> Option<Found> {
    let before = at.checked_sub(1).map(|i| bytes[i])?;
    if !before.is_ascii_alphanumeric() {
        return None;
    }
    if bytes[..at].ends_with(b"oracle:thin") {
        return oracle(bytes, at + 1);
    }
    // The slashes may be escaped, as PHP does.
    let from = [&b"://"[..], b":\\/\\/", b":\\\\/\\\\/"]
        .iter()
        .find(|s| bytes[at..].starts_with(s))
        .map(|s| at + s.len())?;
    let belongs =
        |b: u8| b > b' ' && !matches!(b, b'/' | b'?' | b'#' | b'"' | b'<' | b'>' | b'\'' | b'\\' | b'`');
    let mut end = run_of(bytes, from, belongs);
    let mut at_sign = bytes[from..end].iter().rposition(|b| *b == b'@');
    if at_sign.is_none()
        && bytes[from..end].contains(&b':')
        && bytes.get(end).is_some_and(|b| matches!(b, b'/' | b'#' | b'?'))
    {
        // A password that should have been escaped: `user:pa/ss@host`. It does not begin with a port.
        let colon = bytes[from..end].iter().position(|b| *b == b':').map_or(end, |n| from + n + 1);
        let port = bytes[colon..end].iter().all(u8::is_ascii_digit);
        let near = bytes.len().min(end + 64);
        let wide = run_of(&bytes[..near], end, |b| belongs(b) || matches!(b, b'#' | b'/'));
        let found = bytes[end..wide].iter().position(|b| *b == b'@');
        if let Some(n) = found.filter(|_| !port) {
            at_sign = Some(end + n - from);
            end = wide;
        }
    }
    let info = from + at_sign.filter(|n| from + n < end)?;
    let user = &bytes[from..info];
    let password = user.iter().position(|b| *b == b':').map(|n| &user[n + 1..]);
    // A user alone (`git@`) is not a secret; a token put in its place is.
    let secret = match password {
        Some(password) => {
            !password.is_empty() && !is_nothing(password) && !is_reference(password) || is_random(user)
        }
        None => user.len() >= 16 && is_random(user),
    };
    secret.then(|| Found::new(from, info, "password in an address")).flatten()
}

/// `jdbc:oracle:thin:scott/tiger@…`
fn oracle(bytes: &[u8], from: usize) -> Option<Found> {
    let slash = WORD.end(bytes, from, 64);
    let near = &bytes[..bytes.len().min(slash + BACK)];
    let to = run_of(near, slash, |b| b > b' ' && !matches!(b, b'@' | b'"' | b'\''));
    (bytes.get(slash) == Some(&b'/') && bytes.get(to) == Some(&b'@') && slash > from)
        .then(|| Found::new(slash + 1, to, "password in an address"))
        .flatten()
}

/// Maximum distance of the user of a data source name, bytes.
const BACK: usize = 128;

/// `user:password@tcp(host)` of Go's drivers, and `user:password@host:port`. `after` is the end of the last secret.
pub(super) fn source_name(bytes: &[u8], at: usize, after: usize) -> Option<Found> {
    let least = at.saturating_sub(BACK).max(after);
    let ends =
        |b: u8| b <= b' ' || matches!(b, b'"' | b'\'' | b'=' | b',' | b'(' | b'[' | b'<' | b'`' | b'/');
    let from = bytes[least..at].iter().rposition(|b| ends(*b)).map_or(least, |n| least + n + 1);
    let colon = from + bytes[from..at].iter().position(|b| *b == b':')?;
    let (user, password) = (&bytes[from..colon], &bytes[colon + 1..at]);
    let named = !user.is_empty() && user.iter().all(|b| WORD.has(*b) || matches!(b, b'-' | b'.'));
    if !named || password.is_empty() || is_nothing(password) || is_reference(password) {
        return None;
    }
    let rest = &bytes[at + 1..];
    let go = [&b"tcp("[..], b"tcp4(", b"tcp6(", b"unix(", b"udp("].iter().any(|p| rest.starts_with(p));
    let host_end = run_of(rest, 0, |b| PARTS.has(b));
    let hosted = match rest.get(host_end) {
        Some(b':') => {
            rest[host_end + 1..].first().is_some_and(u8::is_ascii_digit) && !rest.starts_with(b"sha")
        }
        Some(b'/') => host_end > 0,
        _ => false,
    };
    (go || hosted && is_made(password, false) && !password.contains(&b':') && !is_version(password))
        .then(|| Found::new(colon + 1, at, "password in an address"))
        .flatten()
}

/// `1.2.3`, `v1.2`: the text between a colon and an `@` in names of images and packages.
fn is_version(text: &[u8]) -> bool {
    text.contains(&b'.') && text.iter().filter(|b| b.is_ascii_alphabetic()).count() <= 4
}

/// Addresses that grant write access: the text before the secret, and the minimum length of the secret.
const WEBHOOKS: &[(&str, usize, &str)] = &[
    ("hooks.slack.com/services/", 20, "Slack webhook"),
    ("hooks.slack.com/workflows/", 20, "Slack webhook"),
    ("hooks.slack.com/triggers/", 20, "Slack webhook"),
    ("hooks.slack-gov.com/services/", 20, "Slack webhook"),
    ("discord.com/api/webhooks/", 30, "Discord webhook"),
    ("discordapp.com/api/webhooks/", 30, "Discord webhook"),
    ("webhook.office.com/webhookb2/", 40, "Teams webhook"),
    ("outlook.office.com/webhook/", 40, "Teams webhook"),
    ("hooks.zapier.com/hooks/catch/", 8, "Zapier webhook"),
    ("maker.ifttt.com/trigger/", 16, "IFTTT webhook"),
    ("hook.eu1.make.com/", 20, "Make webhook"),
    ("hook.us1.make.com/", 20, "Make webhook"),
    ("events.pagerduty.com/integration/", 24, "PagerDuty webhook"),
    ("open.feishu.cn/open-apis/bot/v2/hook/", 20, "Feishu webhook"),
    ("open.larksuite.com/open-apis/bot/v2/hook/", 20, "Lark webhook"),
    ("webexapis.com/v1/webhooks/incoming/", 30, "Webex webhook"),
    ("hc-ping.com/", 20, "Healthchecks address"),
    ("api.telegram.org/bot", 30, "Telegram token"),
    ("alert.victorops.com/integrations/generic/", 20, "Splunk On-Call webhook"),
];

/// The secret part of a webhook whose host begins at `from`.
pub(super) fn webhook(bytes: &[u8], from: usize) -> Option<Found> {
    // All hosts begin with one of these letters.
    if !matches!(bytes[from], b'a' | b'd' | b'e' | b'h' | b'm' | b'o' | b'w') {
        return None;
    }
    let (host, least, rule) =
        WEBHOOKS.iter().find(|(host, ..)| bytes[from..].starts_with(host.as_bytes()))?;
    let begin = from + host.len();
    let near = &bytes[..bytes.len().min(begin + 1024)];
    let end =
        run_of(near, begin, |b| ALNUM.has(b) || matches!(b, b'-' | b'_' | b'/' | b'@' | b'.' | b':' | b'%'));
    let text = &bytes[begin..end];
    (text.len() >= *least && text.iter().any(u8::is_ascii_digit))
        .then(|| Found::new(begin, end, rule))
        .flatten()
}
