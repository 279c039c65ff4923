//! Alerts by mail, over a small SMTP server of the test's own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use makespan_alerts::{Alert, AlertSeverity};
use makespan_server::alerts::{
    AlertLedger, Couriers, Handler, HandlerTarget, Mail, MailSecurity, Notice, NoticeKind, test_handler,
};

/// One conversation: the commands of the client, and the mail.
#[derive(Debug, Default)]
struct Talk {
    commands: Vec<String>,
    mail: String,
}

/// A mail server that answers RCPT with these statuses, one a connection, and hands over each conversation.
fn server(offers: &'static str, statuses: &[u16]) -> (String, mpsc::Receiver<Talk>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap().to_string();
    let (to, talks) = mpsc::channel();
    let statuses = statuses.to_vec();
    std::thread::spawn(move || {
        for status in statuses {
            let (stream, _) = listener.accept().unwrap();
            let _ = to.send(talk(stream, offers, status));
        }
    });
    (place, talks)
}

fn talk(mut stream: TcpStream, offers: &str, status: u16) -> Talk {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    let mut talk = Talk::default();
    let mut say = |text: String| stream.write_all(text.as_bytes());
    let _ = say("220 test ESMTP\r\n".to_owned());
    loop {
        let mut line = String::new();
        if !lines.read_line(&mut line).is_ok_and(|count| count > 0) {
            return talk;
        }
        let line = line.trim_end().to_owned();
        talk.commands.push(line.clone());
        let answer = match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => format!("250-test\r\n{offers}250 8BITMIME\r\n"),
            "RCPT" if status != 250 => format!("{status} secret-mailbox@example.com is not available\r\n"),
            "AUTH" => "235 ok\r\n".to_owned(),
            "DATA" => {
                let _ = say("354 go on\r\n".to_owned());
                let mut part = String::new();
                while lines.read_line(&mut part).is_ok_and(|count| count > 0) && part != ".\r\n" {
                    talk.mail.push_str(&std::mem::take(&mut part));
                }
                "250 queued\r\n".to_owned()
            }
            "QUIT" => {
                let _ = say("221 bye\r\n".to_owned());
                return talk;
            }
            _ => "250 ok\r\n".to_owned(),
        };
        if say(answer).is_err() {
            return talk;
        }
    }
}

fn handler(place: &str, security: MailSecurity, login: Option<(&str, &str)>) -> Handler {
    let login = login.map(|(user, password)| (user.to_owned(), password.to_owned()));
    let to = ["Team <ops@example.com>".to_owned(), "second@example.com".to_owned()];
    let mail = Mail::new(place, security, login, "Makespan <alerts@example.com>", &to).unwrap();
    let events = NoticeKind::ALL.to_vec();
    let target = HandlerTarget::Mail(mail);
    Handler { name: "mail".to_owned(), target, events, least: AlertSeverity::Info, rules: Vec::new() }
}

fn notice(kind: NoticeKind) -> Notice {
    let alert = Alert {
        id: 3,
        rule: "late".to_owned(),
        run: "nightly\r\nBcc: spy@example.com".to_owned(),
        severity: AlertSeverity::Error,
        text: "makespan 12 min is above 10 min\r\n.\r\nMAIL FROM:<x@y.z>".to_owned(),
        tasks: vec!["load\r\nQUIT".to_owned()],
        resolved_text: Some("makespan 9 min".to_owned()),
        ..Alert::default()
    };
    Notice { kind, alert, t: 1_767_600_000_000_000_000 }
}

fn ledger() -> Arc<AlertLedger> {
    let folder = std::env::temp_dir().join(format!("makespan-mail-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{:?}.alerts", std::thread::current().id()).replace(['(', ')'], "-"));
    let _ = std::fs::remove_file(&path);
    Arc::new(AlertLedger::new(path))
}

#[test]
fn a_mail_is_retried_and_lists_its_facts_line_by_line() {
    let (place, talks) = server("250-AUTH PLAIN\r\n", &[451, 250, 250]);
    let login = Some(("user", "pass word"));
    let couriers = Couriers::new(vec![handler(&place, MailSecurity::None, login)], ledger()).unwrap();
    couriers.notify(&notice(NoticeKind::Fired));
    let wait = Duration::from_secs(30);
    let busy = talks.recv_timeout(wait).unwrap();
    assert!(busy.mail.is_empty(), "{busy:?}");
    let talk = talks.recv_timeout(wait).unwrap();
    let has = |start: &str| talk.commands.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!((has("AUTH PLAIN"), has("MAIL FROM:<alerts@example.com>"), has("RCPT TO:<")), (1, 1, 2));
    assert!(!talk.commands.iter().any(|line| line.contains("pass word") || line.contains("spy")));
    let (head, body) = talk.mail.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("Subject: [error] late: nightly"), "{head}");
    assert!(head.contains("Auto-Submitted: auto-generated") && head.contains("ops@example.com"), "{head}");
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    assert!(body.contains("makespan 12 min is above 10 min") && body.contains("rule: late"), "{body}");
    assert!(body.lines().all(|line| !line.starts_with("MAIL") && !line.starts_with("QUIT")), "{body}");
    couriers.notify(&notice(NoticeKind::Resolved));
    let resolved = talks.recv_timeout(wait).unwrap();
    assert!(resolved.mail.contains("[resolved] late") && resolved.mail.contains("makespan 9 min"));
    assert!(couriers.settle(wait));
}

#[test]
fn a_refusal_is_reported_without_the_server_text() {
    let (place, _talks) = server("", &[550]);
    let outcome = test_handler(&handler(&place, MailSecurity::None, None));
    assert_eq!(outcome, (false, "SMTP status 550".to_owned()));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (delivered, why) = test_handler(&handler(&closed, MailSecurity::None, None));
    assert!(!delivered && why.contains("cannot connect"), "{why}");
}

#[test]
fn nothing_is_sent_unencrypted_if_tls_is_required() {
    // It does not offer STARTTLS; it says that it does and cannot; it speaks no TLS at all.
    for (offers, security) in [
        ("250-AUTH PLAIN\r\n", MailSecurity::StartTls),
        ("250-STARTTLS\r\n250-AUTH PLAIN\r\n", MailSecurity::StartTls),
        ("250-AUTH PLAIN\r\n", MailSecurity::Tls),
    ] {
        let (place, talks) = server(offers, &[250]);
        let (delivered, why) = test_handler(&handler(&place, security, Some(("user", "password"))));
        assert!(!delivered, "{why}");
        let talk = talks.recv_timeout(Duration::from_secs(30)).unwrap();
        let withheld = ["AUTH", "MAIL", "RCPT", "DATA"];
        assert!(
            !talk.commands.iter().any(|line| withheld.iter().any(|word| line.starts_with(word))),
            "{talk:?}"
        );
        assert!(talk.mail.is_empty());
    }
}
