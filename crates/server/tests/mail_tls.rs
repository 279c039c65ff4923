//! Alerts by mail over TLS, to a small SMTP server whose certificate is issued by an authority of the test's own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use makespan_alerts::AlertSeverity;
use makespan_server::alerts::{Handler, HandlerTarget, Mail, MailSecurity, NoticeKind, test_handler};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// An authority: its certificate in a file, and what it needs to issue others.
struct Authority {
    file: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("makespan-mail-tls-{}-{name}", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path
}

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Authority { file: file(name, &certificate.pem()), issuer: Issuer::new(params, key) }
}

/// What a server shows: a certificate for a host name.
fn identity(authority: &Authority, host: &str) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority.issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(builder.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap())
}

/// What a client sent.
#[derive(Debug, Default)]
struct Talk {
    /// Without and with TLS.
    open: Vec<String>,
    protected: Vec<String>,
    mail: String,
}

fn line(stream: &mut impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut byte = [0];
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
        if bytes.ends_with(b"\r\n") {
            return Some(String::from_utf8_lossy(&bytes).trim_end().to_owned());
        }
    }
}

/// Answers until the client leaves or, without TLS, asks for it; returns whether it did the latter.
fn answer(
    stream: &mut (impl Read + Write),
    offers: &str,
    commands: &mut Vec<String>,
    mail: &mut String,
) -> bool {
    while let Some(command) = line(stream) {
        commands.push(command.clone());
        let reply = match command.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => format!("250-test\r\n{offers}250 8BITMIME\r\n"),
            "STARTTLS" => "220 begin\r\n".to_owned(),
            "AUTH" => "235 ok\r\n".to_owned(),
            "DATA" => {
                let _ = stream.write_all(b"354 go on\r\n");
                while let Some(part) = line(stream).filter(|part| part != ".") {
                    mail.push_str(&(part + "\n"));
                }
                "250 queued\r\n".to_owned()
            }
            _ => "250 ok\r\n".to_owned(),
        };
        if stream.write_all(reply.as_bytes()).and_then(|()| stream.flush()).is_err() {
            return false;
        }
        if command == "STARTTLS" {
            return true;
        }
    }
    false
}

/// A server for one connection.
fn server(security: MailSecurity, config: Arc<ServerConfig>) -> (u16, mpsc::Receiver<Talk>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (to, talks) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut talk = Talk::default();
        let is_begun = security == MailSecurity::Tls || {
            stream.write_all(b"220 test ESMTP\r\n").unwrap();
            answer(&mut stream, "250-STARTTLS\r\n", &mut talk.open, &mut talk.mail)
        };
        if is_begun {
            protected(stream, security, config, &mut talk);
        }
        let _ = to.send(talk);
    });
    (port, talks)
}

fn protected(stream: TcpStream, security: MailSecurity, config: Arc<ServerConfig>, talk: &mut Talk) {
    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
    if security == MailSecurity::Tls && stream.write_all(b"220 test ESMTP\r\n").is_err() {
        return;
    }
    answer(&mut stream, "250-AUTH PLAIN\r\n", &mut talk.protected, &mut talk.mail);
}

fn send(port: u16, security: MailSecurity, trusted: Option<&PathBuf>) -> (bool, String) {
    let login = Some(("user".to_owned(), "pass word".to_owned()));
    let to = ["ops@example.com".to_owned()];
    let mail = Mail::new(&format!("localhost:{port}"), security, login, "a@example.com", &to).unwrap();
    let mail = trusted.map_or_else(|| mail.clone(), |file| mail.clone().trusting(file.clone()));
    test_handler(&Handler {
        name: "mail".to_owned(),
        target: HandlerTarget::Mail(mail),
        events: NoticeKind::ALL.to_vec(),
        least: AlertSeverity::Info,
        rules: Vec::new(),
    })
}

const BOTH: [MailSecurity; 2] = [MailSecurity::StartTls, MailSecurity::Tls];

#[test]
fn mail_is_sent_over_tls_to_a_server_whose_authority_is_trusted() {
    let own = authority("own");
    for security in BOTH {
        let (port, talks) = server(security, identity(&own, "localhost"));
        assert_eq!(
            send(port, security, Some(&own.file)),
            (true, "SMTP status 250".to_owned()),
            "{security:?}"
        );
        let talk = talks.recv_timeout(Duration::from_secs(30)).unwrap();
        let is_open = security == MailSecurity::StartTls;
        assert_eq!(talk.open.len(), if is_open { 2 } else { 0 }, "EHLO and STARTTLS: {talk:?}");
        assert!(talk.protected.iter().any(|line| line.starts_with("AUTH PLAIN")), "{talk:?}");
        assert!(talk.mail.contains("To: ops@example.com"), "{talk:?}");
    }
}

#[test]
fn a_certificate_that_is_not_trusted_gets_neither_mail_nor_password() {
    let (own, other) = (authority("one"), authority("other"));
    let cases = [
        (None, "localhost", "no known authority"),
        (Some(&other.file), "localhost", "no known authority"),
        (Some(&own.file), "example.com", "another host name"),
    ];
    for security in BOTH {
        for (trusted, host, expected) in cases {
            let (port, talks) = server(security, identity(&own, host));
            let (delivered, why) = send(port, security, trusted);
            assert!(!delivered && why.contains(expected), "{security:?} {host}: {why}");
            let talk = talks.recv_timeout(Duration::from_secs(30)).unwrap();
            assert!(talk.protected.is_empty() && talk.mail.is_empty(), "{talk:?}");
        }
    }
}

#[test]
fn a_file_without_certificates_is_reported() {
    let (empty, missing) =
        (file("empty", "no certificate"), std::env::temp_dir().join("makespan-missing.pem"));
    // Nobody is asked: the port is that of no server.
    assert!(send(1, MailSecurity::Tls, Some(&empty)).1.contains("contains no certificate in PEM form"));
    let (delivered, why) = send(1, MailSecurity::Tls, Some(&missing));
    assert!(!delivered && why.contains("makespan-missing.pem"), "{why}");
}
