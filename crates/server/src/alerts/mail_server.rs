//! A mail server, and the mails to send through it.

use std::net::IpAddr;
use std::path::PathBuf;

use lettre::message::Mailbox;

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
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: MailSecurity,
    /// User and password.
    pub(super) login: Option<(String, String)>,
    /// A file of certificates (PEM) that are trusted besides those of public authorities.
    pub(super) authority: Option<PathBuf>,
    pub(super) from: Mailbox,
    pub(super) to: Vec<Mailbox>,
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
        let from = address("from", from)?;
        Ok(Mail { host, port, security, login, authority: None, from, to })
    }

    /// Also trusts the certificates in a file (PEM), such as that of an authority of one's own. The file is read for each
    /// mail, so that it may be replaced.
    #[must_use]
    pub fn trusting(mut self, authority: PathBuf) -> Mail {
        self.authority = Some(authority);
        self
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
    fn invalid_servers_and_addresses_are_refused() {
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
}
