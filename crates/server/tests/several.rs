//! Several servers over one PostgreSQL, and a writer that is none of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod common;
#[path = "../../store/tests/support/servers.rs"]
mod servers;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Server, tasks};
use makespan_store::{Batch, Numbered, Store};
use serde_json::Value;
use servers::postgres;

/// The names of tasks that a client of the stream of a run is sent.
struct Viewer(std::io::Lines<BufReader<TcpStream>>);

impl Viewer {
    fn of(server: &Server, run: &str) -> Viewer {
        let mut stream = server.connect();
        let path = format!("/api/v1/runs/{run}/live?after=1");
        let head = format!("GET {path} HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", server.port);
        stream.write_all(head.as_bytes()).unwrap();
        Viewer(BufReader::new(stream).lines())
    }

    fn next(&mut self) -> String {
        self.0
            .by_ref()
            .map(Result::unwrap)
            .filter_map(|line| serde_json::from_str::<Value>(line.strip_prefix("data: ")?).ok())
            .find_map(|event| event["task"].as_str().map(str::to_owned))
            .expect("the stream goes on")
    }
}

fn append(store: &dyn Store, run: &str, first: u64) {
    let text = tasks(first, 1);
    let lines: Vec<Numbered<'_>> =
        (first..).zip(text.lines()).map(|(seq, line)| Numbered { seq, line }).collect();
    store.append(&Batch { run, producer: "writer", lines: &lines }).unwrap();
}

#[test]
fn viewers_of_one_server_see_at_once_what_another_one_and_a_writer_store() {
    let database = match postgres::start() {
        Ok(database) => database,
        Err(why) => return eprintln!("SKIPPED: {why}"),
    };
    let url = postgres::url(database.folder(), "postgres");
    let sql = |sql: &str| {
        let out = postgres::sql(database.folder(), "postgres", sql).output().unwrap();
        assert!(out.status.success(), "{out:?}");
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    };
    let open = || -> Arc<dyn Store> { Arc::from(makespan_store::open(&url).unwrap()) };
    let (one, other, writer) = (Server::over(open()), Server::over(open()), open());
    append(&*writer, "r", 1);
    let listening = "SELECT COUNT(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'";
    let both_listen = || {
        let began = Instant::now();
        while sql(listening) != "2" {
            assert!(began.elapsed() < Duration::from_secs(30), "{} servers listen", sql(listening));
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    both_listen();
    let mut viewers = [Viewer::of(&one, "r"), Viewer::of(&other, "r")];
    let mut longest = Duration::ZERO;
    for i in 2..32u64 {
        let stored = Instant::now();
        match i % 3 {
            0 => append(&*writer, "r", i),
            1 => assert_eq!(one.send("r", "one", i, &tasks(i, 1)).status, 200),
            _ => assert_eq!(other.send("r", "other", i, &tasks(i, 1)).status, 200),
        }
        for viewer in &mut viewers {
            assert_eq!(
                viewer.next(),
                format!("t{i}"),
                "each event once, in the order in which they were stored"
            );
        }
        // The first report shows the servers that reports come; from then on they ask less often than this.
        if i > 2 {
            longest = longest.max(stored.elapsed());
        }
    }
    eprintln!("an event was seen after {longest:?} at most");
    assert!(longest < Duration::from_secs(2), "{longest:?}");
    // Whoever looks at the list of the other one sees the run.
    assert_eq!(other.get("/api/v1/runs/r").json()["tasks"], 31);

    // The connections that listen are cut: nothing is missed, and they are made again.
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");
    for i in 32..36u64 {
        append(&*writer, "r", i);
        for viewer in &mut viewers {
            assert_eq!(viewer.next(), format!("t{i}"));
        }
    }
    both_listen();
}
