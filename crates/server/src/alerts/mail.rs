//! Delivers a notification by mail (SMTP, RFC 5321).

use std::time::{Duration, SystemTime};

use lettre::message::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{SmtpTransport, Transport as _};
use rustls::CertificateError;

use super::handler::Notice;
use super::mail_server::{Mail, MailSecurity};
use super::payload::{body_for_people, subject};
use super::webhook::Tried;

/// The first line of a certificate in PEM form (RFC 7468).
const BEGINNING: &[u8] = b"-----BEGIN CERTIFICATE-----";
/// Maximum duration of each step of a conversation with the server.
const LONGEST: Duration = Duration::from_secs(10);

/// What TLS trusts, or why that is not known.
fn tls(mail: &Mail) -> Result<TlsParameters, String> {
    let mut tls = TlsParameters::builder(mail.host.clone());
    if let Some(path) = &mail.authority {
        let shown = path.display();
        let pem = std::fs::read(path).map_err(|error| format!("{shown}: {error}"))?;
        let no_certificate = || format!("{shown} contains no certificate in PEM form");
        if !pem.windows(BEGINNING.len()).any(|part| part == BEGINNING) {
            return Err(no_certificate());
        }
        tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(|_| no_certificate())?);
    }
    tls.build().map_err(|_| "TLS cannot be set up with these certificates".to_owned())
}

fn transport(mail: &Mail) -> Result<SmtpTransport, String> {
    let tls = match mail.security {
        MailSecurity::None => Tls::None,
        // Required: a server that stops offering STARTTLS gets no mail, and no password.
        MailSecurity::StartTls => Tls::Required(tls(mail)?),
        MailSecurity::Tls => Tls::Wrapper(tls(mail)?),
    };
    let mut builder =
        SmtpTransport::builder_dangerous(mail.host.as_str()).port(mail.port).tls(tls).timeout(Some(LONGEST));
    if let Some((user, password)) = &mail.login {
        builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
    }
    Ok(builder.build())
}

fn message(mail: &Mail, notice: &Notice) -> Result<Message, lettre::error::Error> {
    let since = Duration::from_nanos(notice.t.max(0).unsigned_abs());
    // The same for each try, so that a mail that comes twice is recognised.
    let id = format!("<alert-{}-{}-{}@makespan>", notice.alert.id, notice.kind.name(), notice.t);
    let mut builder = Message::builder()
        .from(mail.from.clone())
        .subject(subject(notice))
        .date(SystemTime::UNIX_EPOCH + since)
        .message_id(Some(id))
        .header(ContentType::TEXT_PLAIN)
        // No answer of a machine is wanted (RFC 3834).
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    for to in &mail.to {
        builder = builder.to(to.clone());
    }
    builder.body(body_for_people(notice))
}

/// Returns what is wrong with the certificate of the server or its TLS, if that is why a mail was not sent. The names in a
/// certificate are not quoted.
fn tls_fault(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut errors = std::iter::successors(Some(error), |error| error.source());
    let found = errors.find_map(|error| {
        let inside = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        inside.and_then(|inside| inside.downcast_ref::<rustls::Error>())
    })?;
    let rustls::Error::InvalidCertificate(certificate) = found else {
        return Some("TLS: the connection cannot be protected".to_owned());
    };
    let why = match certificate {
        CertificateError::UnknownIssuer => {
            "no known authority has issued it; name a file with the certificate of the authority as `ca`"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another host name"
        }
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "it is the certificate of an authority (CA:TRUE), which may not be used by a server"
        }
        _ => "it is not valid",
    };
    Some(format!("TLS: the certificate of the server is not accepted: {why}"))
}

/// Sends a notification once. No outcome contains what the server said, which may quote addresses.
pub(super) fn send(mail: &Mail, notice: &Notice) -> Tried {
    let Ok(message) = message(mail, notice) else {
        return Tried::Refused("the mail cannot be written".to_owned());
    };
    let transport = match transport(mail) {
        Ok(transport) => transport,
        Err(why) => return Tried::Refused(why),
    };
    match transport.send(&message) {
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
                None => match tls_fault(&error) {
                    Some(why) => Tried::Refused(why),
                    None => Tried::Later("cannot connect, or the connection was lost".to_owned()),
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use makespan_alerts::{Alert, AlertSeverity};

    use super::super::handler::NoticeKind;
    use super::*;

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
        let to = ["ops@example.com".to_owned()];
        let mail = Mail::new("localhost", MailSecurity::None, None, "Makespan <alerts@example.com>", &to);
        let message = message(&mail.unwrap(), &notice).unwrap();
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
