//! What a connection of HTTP/2 may not do.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{Request, Version};

use crate::client::{Client, TRACES, framed};
use crate::common::Server;
use crate::common::otlp::traces_message;
use crate::load::{self, Served};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;
const CANCEL: [u8; 4] = [0, 0, 0, 8];
const ENHANCE_YOUR_CALM: u8 = 0xb;

/// A frame, whatever it holds (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
    out.extend_from_slice(&[kind, flags]);
    out.extend_from_slice(&stream.to_be_bytes());
    out.extend_from_slice(payload);
    out
}

/// `:method POST`, `:scheme http`, `:path /x`, `:authority a`, as HPACK without its tables.
const HEAD: &[u8] = &[0x83, 0x86, 0x04, 2, b'/', b'x', 0x01, 1, b'a'];

fn begin(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    stream.write_all(&[PREFACE, &frame(SETTINGS, 0, 0, b"")].concat()).unwrap();
    stream
}

/// The error code with which the server ended the connection, if that was read before the end. It must have ended.
fn goaway(mut stream: TcpStream) -> Option<u8> {
    let (mut bytes, mut code) = (Vec::new(), None);
    let ended = stream.read_to_end(&mut bytes).map_err(|error| error.kind());
    assert!(!matches!(ended, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "it goes on");
    let mut rest = bytes.as_slice();
    while let Some((head, behind)) = rest.split_at_checked(9) {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let Some((payload, behind)) = behind.split_at_checked(length) else { break };
        if head[3] == GOAWAY {
            code = payload.get(7).copied();
        }
        rest = behind;
    }
    code
}

#[test]
fn floods_end_their_connection_and_nobody_elses() {
    let folder = load::folder("grpc-floods");
    let server = Served::start(&folder, BE_A_SERVER);
    let mut client = Client::connect(server.port);
    let message = framed(0, &traces_message());
    assert_eq!(client.call(TRACES, &[], &message).code, Some(0));
    let before = server.memory();
    // Requests that are taken back at once, as many as fit.
    let rapid: Vec<u8> = (0..20_000u32)
        .flat_map(|i| {
            [frame(HEADERS, END_HEADERS, 2 * i + 1, HEAD), frame(RST_STREAM, 0, 2 * i + 1, &CANCEL)]
        })
        .flatten()
        .collect();
    // A head that never ends.
    let endless: Vec<u8> = std::iter::once(frame(HEADERS, 0, 1, HEAD))
        .chain((0..20_000).map(|_| frame(CONTINUATION, 0, 1, &[0x00, 1, b'a', 1, b'b'].repeat(20))))
        .flatten()
        .collect();
    let (floods, mut codes) = ([rapid, endless], Vec::new());
    for flood in &floods {
        let mut attackers: Vec<_> = (0..10).map(|_| begin(server.port)).collect();
        for stream in &mut attackers {
            // It is closed on the way.
            let _ = stream.write_all(flood);
        }
        assert_eq!(client.call(TRACES, &[], &message).code, Some(0));
        codes.extend(attackers.into_iter().map(goaway));
    }
    // The connection may be reset before the last words are read.
    let calm = codes.iter().flatten().filter(|code| **code == ENHANCE_YOUR_CALM).count();
    assert!(codes.iter().flatten().count() == calm, "{codes:?}");
    // What is limited is the sum: 64 MiB.
    if let (Some(before), Some(after)) = (before, server.memory()) {
        assert!(after < before + (64 << 20), "{before} {after}");
    }
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let server = Server::start();
    let mut client = Client::connect(server.port);
    let long = "x".repeat(20 << 10);
    assert_eq!(client.call(TRACES, &[("x-long", &long)], b"").status, 431);
    let names: Vec<String> = (0..150).map(|i| format!("x-{i}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    assert_eq!(client.call(TRACES, &many, b"").code, Some(8));
    assert_eq!(client.call(TRACES, &[], &framed(0, b"")).code, Some(0));
}

#[test]
fn clients_that_never_finish_are_hung_up_on_and_others_are_served() {
    let server = Server::start();
    let from = Instant::now();
    // Part of a preface; a connection without a request; one with a head that stops; one that only pings.
    let mut silent = vec![server.connect(), begin(server.port), begin(server.port), begin(server.port)];
    silent[0].write_all(&PREFACE[..7]).unwrap();
    silent[2].write_all(&frame(HEADERS, 0, 1, HEAD)).unwrap();
    let mut pinging = silent[3].try_clone().unwrap();
    let pings = std::thread::spawn(move || {
        while pinging.write_all(&frame(PING, 0, 0, &[0; 8])).is_ok() {
            std::thread::sleep(Duration::from_millis(500));
        }
    });
    let ended: Vec<_> = silent
        .into_iter()
        .map(|mut stream| {
            std::thread::spawn(move || {
                let _ = stream.read_to_end(&mut Vec::new());
                from.elapsed()
            })
        })
        .collect();
    // A call whose body stops, which others on the same connection do not wait for.
    let mut client = Client::connect(server.port);
    let request = Request::post(format!("http://127.0.0.1:{}{TRACES}", server.port)).version(Version::HTTP_2);
    let request = request.header("content-type", "application/grpc").body(()).unwrap();
    let mut sender = client.sender.clone();
    let (response, mut sending) = client.runtime.block_on(async {
        let (response, mut sending) = sender.send_request(request, false).unwrap();
        sending.send_data(Bytes::from_static(b"\0\0\0"), false).unwrap();
        (response, sending)
    });
    let called = client.call(TRACES, &[], &framed(0, &traces_message()));
    assert_eq!(called.code, Some(0));
    let stopped = client.runtime.block_on(async { response.await.unwrap() });
    assert_eq!(stopped.headers()["grpc-status"], "4");
    assert!(from.elapsed() < Duration::from_secs(30), "{:?}", from.elapsed());
    sending.send_reset(h2::Reason::CANCEL);
    for (i, ended) in ended.into_iter().enumerate() {
        let took = ended.join().unwrap();
        assert!(took < Duration::from_secs(25), "{i}: {took:?}");
    }
    pings.join().unwrap();
}

const BE_A_SERVER: &[&str] = &["--exact", "limits::a_process_of_its_own_is_the_server", "--nocapture"];

#[test]
fn a_process_of_its_own_is_the_server() {
    // Returns only in the process of the tests themselves.
    load::serve_if_told();
    assert!(std::env::current_exe().unwrap().exists());
}

#[test]
#[cfg(unix)]
fn a_server_that_stops_answers_what_is_open_and_keeps_no_connection() {
    let folder = load::folder("grpc-stop");
    let server = Served::start(&folder, BE_A_SERVER);
    let mut client = Client::connect(server.port);
    let _idle = begin(server.port);
    let request = Request::post(format!("http://127.0.0.1:{}{TRACES}", server.port)).version(Version::HTTP_2);
    let request = request.header("content-type", "application/grpc").body(()).unwrap();
    let message = framed(0, &traces_message());
    let (head, rest) = message.split_at(20);
    let mut sender = client.sender.clone();
    let (response, mut sending) = client.runtime.block_on(async {
        let (response, mut sending) = sender.send_request(request, false).unwrap();
        sending.send_data(Bytes::copy_from_slice(head), false).unwrap();
        (response, sending)
    });
    // A second call goes the same way, so the first has arrived.
    assert_eq!(client.call(TRACES, &[], &framed(0, b"")).code, Some(0));
    let stopping = std::thread::spawn(move || server.terminate());
    let code = client.runtime.block_on(async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        sending.send_data(Bytes::copy_from_slice(rest), true).unwrap();
        let mut body = response.await.unwrap().into_body();
        while let Some(Ok(_)) = body.data().await {}
        body.trailers().await.unwrap().unwrap()["grpc-status"].clone()
    });
    assert_eq!(code, "0");
    let (took, is_well) = stopping.join().unwrap();
    assert!(is_well && took < Duration::from_secs(10), "{took:?}");
    assert_eq!(load::store(&folder).info().unwrap().runs, 1, "what was acknowledged is stored");
}
