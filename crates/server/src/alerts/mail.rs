//! Delivers a notification by mail (SMTP, RFC 5321).

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{SmtpTransport, Transport as _};

use super::handler::Notice;
use super::payload::{body_for_people, subject};
use super::webhook::Tried;

/// Maximum duration of each step of a conversation with the server.
const LONGEST: Duration = Duration::from_secs(10);
/// Maximum number of recipients.
const RECIPIENTS: usize = 50;

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS after the command STARTTLS, which the server must offer; port 587 unless stated.
    #[default]
    StartTls,
    /// TLS from the first byte; port 465 unless stated.
    Tls,
    /// None; only for servers on this machine, port 25 unless stated.
    None,
}

/// A mail server, and the mails to send through it.
#[derive(Clone, PartialEq)]
pub struct Mail {
    host: String,
    port: u16,
    security: MailSecurity,
    /// User and password.
    login: Option<(String, String)>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

/// Omits the password, and names nobody.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("security", &self.security).finish_non_exhaustive()
    }
}

impl Mail {
    /// Checks the parts: `server` as `host` or `host:port`, addresses as `name@host` or `Name <name@host>`.
    ///
    /// # Errors
    ///
    /// Which part is wrong (`smtp`, `tls`, `user`, `from` or `to`), and why.
    pub fn new(
        server: &str,
        security: MailSecurity,
        login: Option<(String, String)>,
        from: &str,
        to: &[String],
    ) -> Result<Mail, (&'static str, String)> {
        let (host, port) = place(server).ok_or(("smtp", "write host or host:port".to_owned()))?;
        let port = port.unwrap_or(match security {
            MailSecurity::StartTls => 587,
            MailSecurity::Tls => 465,
            MailSecurity::None => 25,
        });
        if security == MailSecurity::None && !is_loopback(&host) {
            let why = "mail without TLS is sent only to a server on this machine; use starttls or tls";
            return Err(("tls", why.to_owned()));
        }
        let address = |key: &'static str, text: &str| {
            let why =
                || (key, format!("{text:?} is not a mail address; write name@host or Name <name@host>"));
            text.parse::<Mailbox>().map_err(|_| why())
        };
        if to.is_empty() || to.len() > RECIPIENTS {
            return Err(("to", format!("name 1 to {RECIPIENTS} recipients")));
        }
        let to = to.iter().map(|text| address("to", text)).collect::<Result<_, _>>()?;
        Ok(Mail { host, port, security, login, from: address("from", from)?, to })
    }

    fn transport(&self) -> Result<SmtpTransport, lettre::transport::smtp::Error> {
        let tls = match self.security {
            MailSecurity::None => Tls::None,
            // Required: a server that stops offering STARTTLS gets no mail, and no password.
            MailSecurity::StartTls => Tls::Required(TlsParameters::new(self.host.clone())?),
            MailSecurity::Tls => Tls::Wrapper(TlsParameters::new(self.host.clone())?),
        };
        let mut builder = SmtpTransport::builder_dangerous(self.host.as_str())
            .port(self.port)
            .tls(tls)
            .timeout(Some(LONGEST));
        if let Some((user, password)) = &self.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(builder.build())
    }

    fn message(&self, notice: &Notice) -> Result<Message, lettre::error::Error> {
        let since = Duration::from_nanos(notice.t.max(0).unsigned_abs());
        // The same for each try, so that a mail that comes twice is recognised.
        let id = format!("<alert-{}-{}-{}@makespan>", notice.alert.id, notice.kind.name(), notice.t);
        let mut builder = Message::builder()
            .from(self.from.clone())
            .subject(subject(notice))
            .date(SystemTime::UNIX_EPOCH + since)
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            // No answer of a machine is wanted (RFC 3834).
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        for to in &self.to {
            builder = builder.to(to.clone());
        }
        builder.body(body_for_people(notice))
    }
}

/// Sends a notification once. No outcome contains what the server said, which may quote addresses.
pub(super) fn send(mail: &Mail, notice: &Notice) -> Tried {
    let Ok(message) = mail.message(notice) else {
        return Tried::Refused("the mail cannot be written".to_owned());
    };
    match mail.transport().and_then(|transport| transport.send(&message)) {
        Ok(answer) => Tried::Delivered(format!("SMTP status {}", answer.code())),
        Err(error) => {
            let code = error.status().map(|code| format!("SMTP status {code}"));
            match code {
                Some(code) if error.is_permanent() => Tried::Refused(code),
                Some(code) => Tried::Later(code),
                None if error.is_timeout() => {
                    Tried::Later(format!("no response within {} s", LONGEST.as_secs()))
                }
                None if error.is_tls() => Tried::Later("TLS: the connection cannot be protected".to_owned()),
                // What this side found wrong with what the server offers.
                None if error.is_client() => {
                    Tried::Refused("the server does not offer STARTTLS or a way to log in".to_owned())
                }
                None => Tried::Later("cannot connect, or the connection was lost".to_owned()),
            }
        }
    }
}

/// The host and the port of `host`, `host:port`, `[::1]` or `[::1]:port`.
fn place(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, if port.is_empty() { "" } else { port.strip_prefix(':')? })
        }
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | ':');
    let port = if port.is_empty() { None } else { Some(port.parse::<u16>().ok().filter(|port| *port > 0)?) };
    (!host.is_empty() && host.chars().all(is_part)).then(|| (host.to_owned(), port))
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use makespan_alerts::{Alert, AlertSeverity};

    use super::super::handler::NoticeKind;
    use super::*;

    fn mail(server: &str, security: MailSecurity) -> Result<Mail, (&'static str, String)> {
        Mail::new(server, security, None, "Makespan <alerts@example.com>", &["ops@example.com".to_owned()])
    }

    #[test]
    fn mail_without_tls_stays_on_this_machine() {
        for server in ["localhost", "LOCALHOST:2525", "127.0.0.1:25", "127.9.9.9", "[::1]", "[::1]:2525"] {
            assert!(mail(server, MailSecurity::None).is_ok(), "{server}");
        }
        for server in ["smtp.example.com", "localhost.example.com", "10.0.0.1", "[2001:db8::1]:25"] {
            assert_eq!(mail(server, MailSecurity::None).unwrap_err().0, "tls", "{server}");
            assert!(mail(server, MailSecurity::StartTls).is_ok(), "{server}");
        }
    }

    #[test]
    fn what_is_no_server_and_no_address_is_refused() {
        for server in ["", ":25", "a:b", "a:0", "a:99999", "a b", "[::1", "[x]:25", "[::1]25", "a\r\nb"] {
            assert_eq!(mail(server, MailSecurity::Tls).unwrap_err().0, "smtp", "{server:?}");
        }
        let to = |to: &str| Mail::new("a", MailSecurity::Tls, None, "a@b.c", &[to.to_owned()]);
        for address in ["", "nobody", "a@b.c\r\nBcc: x@y.z", "a@b.c, x@y.z", "<a@b.c> extra"] {
            assert_eq!(to(address).unwrap_err().0, "to", "{address:?}");
        }
        assert_eq!(Mail::new("a", MailSecurity::Tls, None, "a@b.c", &[]).unwrap_err().0, "to");
        assert_eq!(mail("a:2500", MailSecurity::Tls).unwrap().port, 2500);
        assert_eq!(mail("a", MailSecurity::Tls).unwrap().port, 465);
        assert!(!format!("{:?}", mail("secret.example", MailSecurity::Tls).unwrap()).contains("secret"));
    }

    #[test]
    fn no_text_of_a_run_becomes_a_header_or_a_line_of_its_own() {
        let hostile = "x\r\nBcc: spy@example.com\r\n\r\n.\r\nQUIT\u{2028}ü 数据";
        let alert = Alert {
            id: 7,
            rule: hostile.to_owned(),
            run: hostile.to_owned(),
            workflow: Some(hostile.to_owned()),
            severity: AlertSeverity::Critical,
            text: format!("{hostile}{}", "long ".repeat(5_000)),
            tasks: vec![hostile.to_owned()],
            ..Alert::default()
        };
        let notice = Notice { kind: NoticeKind::Fired, alert, t: 1_767_600_000_000_000_000 };
        let message = mail("localhost", MailSecurity::None).unwrap().message(&notice).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let names: Vec<&str> = head
            .split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .filter_map(|line| line.split_once(':').map(|(name, _)| name))
            .collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        let expected = [
            "Auto-Submitted",
            "Content-Transfer-Encoding",
            "Content-Type",
            "Date",
            "From",
            "MIME-Version",
            "Message-ID",
            "Subject",
            "To",
        ];
        assert!(sorted.iter().all(|name| expected.contains(name)), "{head}");
        assert!(head.contains("Date: Mon, 05 Jan 2026 08:00:00"), "{head}");
        assert!(!body.contains("\r\nBcc:") && !body.contains("\r\n.\r\n"), "{body}");
        assert!(text.lines().all(|line| line.len() <= 998), "RFC 5322, 2.1.1");
    }
}
