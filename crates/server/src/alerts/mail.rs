//! Delivers a notification by mail (SMTP, RFC 5321).

use std::time::{Duration, SystemTime};

use lettre::message::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{SmtpTransport, Transport as _};

use super::handler::Notice;
use super::mail_server::{Mail, MailSecurity};
use super::payload::{body_for_people, subject};
use super::webhook::Tried;

/// Maximum duration of each step of a conversation with the server.
const LONGEST: Duration = Duration::from_secs(10);

fn transport(mail: &Mail) -> Result<SmtpTransport, lettre::transport::smtp::Error> {
    let tls = match mail.security {
        MailSecurity::None => Tls::None,
        // Required: a server that stops offering STARTTLS gets no mail, and no password.
        MailSecurity::StartTls => Tls::Required(TlsParameters::new(mail.host.clone())?),
        MailSecurity::Tls => Tls::Wrapper(TlsParameters::new(mail.host.clone())?),
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

/// Sends a notification once. No outcome contains what the server said, which may quote addresses.
pub(super) fn send(mail: &Mail, notice: &Notice) -> Tried {
    let Ok(message) = message(mail, notice) else {
        return Tried::Refused("the mail cannot be written".to_owned());
    };
    match transport(mail).and_then(|transport| transport.send(&message)) {
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
