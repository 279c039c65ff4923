//! `makespan open` and `makespan serve` over raw sockets: nothing tidies up what is sent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use common::{NIGHTLY, file, folder, program};

struct Server {
    child: Child,
    port: u16,
    token: String,
}

impl Server {
    fn start(files: &[&str]) -> Server {
        let mut command = program();
        command.args(["open", "--no-browser", "--port", "0"]).args(files);
        Server::of(command)
    }

    fn of(mut command: std::process::Command) -> Server {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line
            .strip_prefix("Makespan is at http://127.0.0.1:")
            .and_then(|rest| rest.strip_suffix("/\n"))
            .unwrap_or_else(|| panic!("{line:?}"));
        // The address of `serve` has none.
        let (port, token) = port.split_once('/').unwrap_or((port, ""));
        Server { port: port.parse().unwrap(), token: token.to_owned(), child }
    }

    /// Sends bytes as they are; `PORT` becomes the port and `TOKEN` the token.
    fn send(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let _ = stream.write_all(
            request.replace("PORT", &self.port.to_string()).replace("TOKEN", &self.token).as_bytes(),
        );
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let split = bytes.windows(4).position(|w| w == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
        let head = String::from_utf8_lossy(&bytes[..split]).to_lowercase();
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        Answer { status, head, body: bytes[split..].to_vec() }
    }

    fn get(&self, path: &str, more: &str) -> Answer {
        let inner = if self.token.is_empty() { "" } else { "/TOKEN" };
        self.send(&format!(
            "GET {inner}{path} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n{more}\r\n"
        ))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

#[test]
fn files_are_served_by_number_and_every_answer_is_guarded() {
    let dir = folder("served");
    let (run, page) = (file(&dir, "run.txt", NIGHTLY), file(&dir, "x/page.html", "<script>x</script>"));
    let server = Server::start(&[&run, dir.join("x").to_str().unwrap()]);
    let first = server.get("/files/0", "");
    assert_eq!((first.status, first.body), (200, NIGHTLY.as_bytes().to_vec()));
    let second = server.get("/files/1", "");
    assert_eq!(second.body, std::fs::read(page).unwrap());
    assert!(second.head.contains("content-type: application/octet-stream"), "{}", second.head);
    assert!(second.head.contains("content-disposition: attachment"));
    let index = server.get("/", "");
    assert_eq!(index.status, 200);
    assert!(String::from_utf8_lossy(&index.body).contains("Makespan"));
    let answers = [
        index,
        second,
        server.get("/nothing", ""),
        server.get("/", "Origin: http://evil.example\r\n"),
        server.send("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
        server.send("DELETE / HTTP/1.1\r\nHost: localhost:PORT\r\nConnection: close\r\n\r\n"),
    ];
    for answer in answers {
        for header in [
            "content-security-policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval';",
            "frame-ancestors 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "x-frame-options: deny",
            "cross-origin-opener-policy: same-origin",
            "cross-origin-embedder-policy: require-corp",
            "cross-origin-resource-policy: same-origin",
            "permissions-policy: camera=()",
        ] {
            assert!(answer.head.contains(header), "{header} is not in {}", answer.head);
        }
        assert!(!answer.head.contains("access-control-allow"), "{}", answer.head);
    }
}

#[test]
fn foreign_names_and_origins_are_refused() {
    let dir = folder("guarded");
    let server = Server::start(&[&file(&dir, "run.txt", NIGHTLY)]);
    let asked = |host: &str| {
        server
            .send(&format!("GET /TOKEN/files/0 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
            .status
    };
    for own in ["127.0.0.1:PORT", "localhost:PORT", "[::1]:PORT", "LocalHost:PORT"] {
        assert_eq!(asked(own), 200, "{own}");
    }
    for foreign in [
        "",
        "evil.example",
        "evil.example:PORT",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1.evil.example:PORT",
        "localhost.:PORT",
        "[::ffff:7f00:1]:PORT",
        "2130706433:PORT",
        "127.1:PORT",
        "0.0.0.0:PORT",
        "a@127.0.0.1:PORT",
    ] {
        let status = asked(foreign);
        assert!(matches!(status, 400 | 421), "{foreign}: {status}");
    }
    let twice = "GET /TOKEN/files/0 HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    assert_ne!(server.send(twice).status, 200);
    assert_ne!(server.send("GET /TOKEN/files/0 HTTP/1.1\r\nConnection: close\r\n\r\n").status, 200);
    let whole =
        "GET http://evil.example/TOKEN/files/0 HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n\r\n";
    assert_ne!(server.send(whole).status, 200);

    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        for origin in [
            "http://evil.example",
            "null",
            "https://127.0.0.1:PORT",
            "http://127.0.0.1:1",
            "http://localhost",
        ] {
            let request = format!(
                "{method} /TOKEN/files/0 HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: {origin}\r\nConnection: close\r\n\r\n"
            );
            assert_eq!(server.send(&request).status, 403, "{method} {origin}");
        }
    }
    assert_eq!(server.get("/files/0", "Origin: http://127.0.0.1:PORT\r\n").status, 200);
    assert_eq!(server.get("/files/0", "Sec-Fetch-Site: same-origin\r\n").status, 200);
    assert_eq!(server.get("/files/0", "Sec-Fetch-Site: cross-site\r\n").status, 403);
    assert_eq!(
        server
            .send("POST /TOKEN/files/0 HTTP/1.1\r\nHost: localhost:PORT\r\nConnection: close\r\n\r\n")
            .status,
        405
    );
}

#[test]
fn no_path_leads_outside_the_served_files() {
    let dir = folder("paths");
    file(&dir, "secret.txt", "the secret");
    let server = Server::start(&[&file(&dir, "run.txt", NIGHTLY)]);
    for path in [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/%252e%252e/secret.txt",
        "/..\\secret.txt",
        "//etc/passwd",
        "/files/../secret.txt",
        "/files/1",
        "/files/00",
        "/files/+0",
        "/files/-1",
        "/files/0/",
        "/files/0/..",
        "/files/%30",
        "/files/18446744073709551616",
        "/files/",
        "/files",
        "/./files/0",
        "//files/0",
        "/FILES/0",
        "/secret.txt",
        "/run.txt",
        "/file:///etc/passwd",
        "/index.html/",
        "/index.html%00",
        "/../files/0",
    ] {
        let answer = server.get(path, "");
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
        assert!(!String::from_utf8_lossy(&answer.body).contains("secret"), "{path}");
    }
    assert_eq!(server.get("/files/0?x=../secret.txt", "").body, NIGHTLY.as_bytes());
}

#[test]
fn nothing_is_served_without_the_token_of_the_address() {
    let dir = folder("token");
    let (server, other) = (Server::start(&[&file(&dir, "run.txt", NIGHTLY)]), Server::start(&[]));
    assert!(server.token.len() == 32 && server.token != other.token);
    let (short, long) = (&server.token[..31], format!("{}0", server.token));
    for token in ["", "/", "//", short, &long, &other.token, &server.token.to_uppercase(), "..", "files"] {
        if *token == server.token {
            continue;
        }
        for path in ["", "/", "/files/0", "/index.html", "/app.js"] {
            let answer = server.send(&format!(
                "GET /{token}{path} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n\r\n"
            ));
            assert_eq!(answer.status, 404, "/{token}{path}");
        }
    }
    for path in ["/", "/files/0", "/index.html"] {
        let answer =
            server.send(&format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n\r\n"));
        assert_eq!(answer.status, 404, "{path}");
        assert!(!String::from_utf8_lossy(&answer.body).contains(&server.token));
    }
    // So the browser comes from a file.
    let from_file = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
    assert_eq!(server.get("/", from_file).status, 200);
    for framed in ["iframe", "script", "empty"] {
        let more = from_file.replace("document", framed);
        assert_eq!(server.get("/files/0", &more).status, 403, "{framed}");
    }
}

#[test]
fn slow_clients_are_dropped_and_others_served() {
    let dir = folder("slow");
    let large = dir.join("large.txt");
    std::fs::write(&large, vec![b'x'; 64 << 20]).unwrap();
    let server = Server::start(&[large.to_str().unwrap()]);
    let connect = || {
        let stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    };
    let begun = std::time::Instant::now();
    let mut says_nothing = connect();
    let mut says_half = connect();
    says_half.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
    let mut takes_nothing = connect();
    let request =
        format!("GET /{}/files/0 HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", server.token, server.port);
    takes_nothing.write_all(request.as_bytes()).unwrap();
    assert_eq!(server.get("/", "").status, 200);
    for stream in [&mut says_nothing, &mut says_half] {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        assert!(begun.elapsed() < Duration::from_secs(14), "{:?}", begun.elapsed());
    }
    std::thread::sleep(Duration::from_secs(2));
    // What lay in buffers is there; the rest never comes.
    let mut bytes = Vec::new();
    let _ = takes_nothing.read_to_end(&mut bytes);
    assert!(bytes.len() < 48 << 20, "{} bytes", bytes.len());
    assert_eq!(server.get("/", "").status, 200);
}

#[test]
fn only_loopback_is_listened_on() {
    let server = Server::start(&[]);
    assert_eq!(server.get("/", "").status, 200);
    // The name of this machine leads, where it leads anywhere else, to an address that nobody listens on.
    let others = std::net::UdpSocket::bind("0.0.0.0:0").and_then(|s| {
        s.connect("192.0.2.1:9")?;
        s.local_addr()
    });
    let Ok(own) = others.map(|a| a.ip()) else { return };
    if !own.is_loopback() {
        assert!(TcpStream::connect_timeout(&(own, server.port).into(), Duration::from_secs(2)).is_err());
    }
}

#[cfg(unix)]
#[test]
fn interrupt_and_termination_signals_stop_the_server_cleanly() {
    for signal in ["-INT", "-TERM"] {
        let mut server = Server::start(&[]);
        // A client that says nothing does not hold it up.
        let _idle = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        let kill = std::process::Command::new("kill").args([signal, &server.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        let ended = (0..300).find_map(|_| {
            std::thread::sleep(Duration::from_millis(50));
            server.child.try_wait().unwrap()
        });
        assert_eq!(ended.expect("it ends").code(), Some(0), "{signal}");
    }
}

#[test]
fn the_rest_of_a_file_is_served_to_a_client_with_its_beginning() {
    let dir = folder("parts");
    let run = file(&dir, "run.txt", NIGHTLY);
    let server = Server::start(&[&run]);
    let rest = server.get("/files/0", "Range: bytes=10-\r\n");
    assert_eq!((rest.status, rest.body), (206, NIGHTLY.as_bytes()[10..].to_vec()));
    assert_eq!(server.get("/files/0", "Range: bytes=1000000-\r\n").status, 416);
    assert_eq!(server.get("/api/v1/runs", "").status, 404, "there is no store");
}

#[test]
fn a_store_is_served_with_what_a_watched_folder_brings() {
    let kept = common::kept::Kept::new("served", "sqlite:runs.db");
    let id = kept.created(&["--workflow", "nightly"]);
    std::fs::create_dir(kept.folder.join("results")).unwrap();
    let mut command = kept.command();
    command.args(["serve", "--port", "0", "--no-browser", "--watch", "results"]);
    let server = Server::of(command);
    let runs = |server: &Server| {
        let answer = server.get("/api/v1/runs", "");
        assert_eq!(answer.status, 200);
        serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap()
    };
    assert_eq!(runs(&server)["runs"][0]["run"], id.as_str());
    std::fs::write(kept.folder.join("results/a.txt"), "run watched\nfetch 0..4").unwrap();
    let tasks = |server: &Server| {
        let all = runs(server);
        let found = all["runs"].as_array().unwrap().iter().find(|run| run["run"] == "watched");
        found.and_then(|run| run["tasks"].as_u64()).unwrap_or(0)
    };
    let soon = |wanted: u64| {
        (0..400).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            tasks(&server) == wanted
        })
    };
    assert!(soon(1));
    std::fs::write(kept.folder.join("results/a.txt"), "run watched\nfetch 0..4\nalign 4..9 - fetch").unwrap();
    assert!(soon(2));
    // What another process of this machine records is seen, too.
    kept.said(&["step", "add", &id, "x"]);
    let state = server.get(&format!("/api/v1/runs/{id}"), "");
    let state: serde_json::Value = serde_json::from_slice(&state.body).unwrap();
    assert_eq!(state["tasks"], 1);
    let health = server.get("/health", "");
    assert_eq!((health.status, health.head.contains("content-security-policy")), (200, true));
}

#[test]
fn an_address_that_others_reach_is_refused_without_tokens() {
    let kept = common::kept::Kept::new("refused", "sqlite:runs.db");
    let output = kept.run(&["serve", "--bind", "0.0.0.0", "--port", "0", "--no-browser"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--tokens"));
    let output = kept.run(&["serve", "--tokens", "missing", "--port", "0", "--no-browser"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_server_whose_database_is_not_there_yet_waits_for_it() {
    // A port where nobody listens.
    let place = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = program();
    command.args(["serve", "--no-browser", "--port", "0", "--store", &format!("redis://{place}")]);
    let server = Server::of(command);
    for path in ["/health", "/api/v1/runs", "/metrics"] {
        let answer = server.get(path, "");
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.head.contains("retry-after: 1"), "{path}: {}", answer.head);
    }
    // The app itself needs no store.
    assert_ne!(server.get("/", "").status, 503);
}
