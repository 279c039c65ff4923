//! The questions of the engine over sockets: the answers of a session here, and the limits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use common::{Answer as Response, Server, folder, tasks};
use makespan_engine::{Answer, Pointer, Question, Session, Touch, decode, encode};
use makespan_server::{SessionLimits, Tokens};
use makespan_views::{View, ViewState};

const TYPE: &str = "Content-Type: application/octet-stream\r\n";

fn ask(server: &Server, run: &str, parameters: &str, headers: &str, question: &Question) -> Response {
    let path = format!("/api/v1/runs/{run}/answers{parameters}");
    server.ask("POST", &path, &format!("{TYPE}{headers}"), &encode(question))
}

fn lines(run: &str, count: u64) -> String {
    format!("{{\"event\":\"run\",\"run\":\"{run}\",\"name\":\"Night\"}}\n{}", tasks(0, count))
}

fn of(view: View) -> ViewState {
    ViewState { view, ..ViewState::default() }
}

/// The number of tasks in an answer to the question for the shell.
fn tasks_of(response: &Response) -> usize {
    assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
    let Answer::Shell(shell) = decode(&response.body).unwrap() else { panic!("another answer") };
    shell.tasks
}

fn shell() -> Question {
    Question::Shell { view: ViewState::default() }
}

#[test]
fn a_server_answers_what_a_session_here_answers() {
    let server = Server::start();
    let over = format!("{}{{\"event\":\"run\",\"run\":\"r\",\"status\":\"succeeded\"}}\n", lines("r", 300));
    assert_eq!(server.send("r", "p", 1, &over).status, 200);
    let mut session = Session::new(Rc::new(makespan_import::Utc));
    // As a page does that fetches the events.
    session.live_begin("r");
    session.live_push("r", &String::from_utf8(server.get("/api/v1/runs/r/events").body).unwrap());
    assert!(session.live_refresh("r").is_some());
    let size = (900.0, 500.0);
    let selected = ViewState { selected: Some("t7".to_owned()), ..of(View::Graph) };
    let questions = [
        shell(),
        Question::Picture { view: of(View::Timeline), size },
        Question::Picture { view: of(View::Graph), size },
        Question::Map { view: of(View::Timeline), size: (900.0, 30.0) },
        Question::Counters { view: of(View::Timeline), width: 900.0 },
        Question::Overlay { view: selected.clone(), size, pointer: Pointer::default() },
        Question::Rows { view: of(View::Table), range: 20..60 },
        Question::Page { view: of(View::Overview), width: 900.0 },
        Question::Details { view: selected.clone() },
        Question::Find { view: of(View::Timeline), text: "t29".to_owned() },
        Question::Charts { view: of(View::Charts) },
        Question::Touch { view: selected, size, touch: Touch::Fit },
        Question::Complete { run: 0, text: "sta".to_owned(), cursor: 3 },
    ];
    for question in &questions {
        let response = ask(&server, "r", "", "", question);
        assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
        let here = session.answer(question);
        assert_ne!(here, Answer::Nothing, "{question:?}");
        // The whole of both would be pages of text.
        assert!(decode::<Answer>(&response.body) == Ok(here), "{question:?}");
        let packed = ask(&server, "r", "", "Accept-Encoding: gzip\r\n", question);
        assert_eq!(packed.header("content-encoding").is_some(), response.body.len() >= 1_024);
    }
    assert_eq!(tasks_of(&ask(&server, "r", "?line=shell&offset=-3600", "", &shell())), 300);
}

#[test]
fn answers_reflect_the_current_state_of_a_growing_run() {
    let url = format!("sqlite:{}", folder().join("runs.db").display());
    let server = Server::over(Arc::from(makespan_store::open(&url).unwrap()));
    assert_eq!(server.send("r", "p", 1, &lines("r", 10)).status, 200);
    let first = ask(&server, "r", "", "", &shell());
    assert_eq!((tasks_of(&first), first.header("makespan-events")), (10, Some("11")));
    for (seq, text) in
        [(12, tasks(10, 5)), (17, "{\"event\":\"run\",\"run\":\"r\",\"status\":\"succeeded\"}\n".to_owned())]
    {
        assert_eq!(server.send("r", "p", seq, &text).status, 200);
        std::thread::sleep(Duration::from_millis(700));
        assert_eq!(tasks_of(&ask(&server, "r", "", "", &shell())), 15);
    }
    // Deleted and created again, it is another run.
    server.store.delete("r").unwrap();
    assert_eq!(ask(&server, "r", "", "", &shell()).status, 404);
    assert_eq!(server.send("r", "q", 1, &lines("r", 3)).status, 200);
    assert_eq!(tasks_of(&ask(&server, "r", "", "", &shell())), 3);
}

#[test]
fn unanswerable_questions_are_refused_with_a_reason() {
    let server = Server::start();
    assert_eq!(server.send("r", "p", 1, &lines("r", 3)).status, 200);
    let post = |path: &str, headers: &str, body: &[u8]| server.ask("POST", path, headers, body);
    let (path, good) = ("/api/v1/runs/r/answers", encode(&shell()));
    assert_eq!(post(path, TYPE, &good).status, 200);
    assert_eq!(post("/api/v1/runs/other/answers", TYPE, &good).status, 404);
    assert_eq!(post(path, "Content-Type: text/plain\r\n", &good).status, 415);
    assert_eq!(post(path, TYPE, &good[..good.len() - 1]).status, 400);
    assert_eq!(post(path, TYPE, b"").status, 400);
    assert_eq!(post(path, TYPE, &vec![6; 300 << 10]).status, 413);
    assert_eq!(post(&format!("{path}?offset=100000"), TYPE, &good).status, 400);
    assert_eq!(post(&format!("{path}?line={}", "x".repeat(65)), TYPE, &good).status, 400);
    assert_eq!(post(&format!("{path}?other=1"), TYPE, &good).status, 400);
    assert_eq!(server.get(path).status, 405);
    let foreign = format!("{TYPE}Origin: http://evil.example\r\n");
    assert_eq!(post(path, &foreign, &good).status, 403);
    let mut older = good;
    older[0] = older[0].wrapping_sub(1);
    let refused = post(path, TYPE, &older);
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(refused.status == 400 && detail.contains("reload the page"), "{detail}");
    let huge = Question::Picture { view: of(View::Timeline), size: (1e9, 1e9) };
    assert_eq!(ask(&server, "r", "", "", &huge).status, 400);
}

#[test]
fn asking_needs_a_token_that_may_read() {
    let file = folder().join("tokens");
    let (read, ingest) = ("r".repeat(40), "i".repeat(40));
    std::fs::write(&file, format!("read {read}\ningest {ingest}\n")).unwrap();
    let server = Server::with(Some(Tokens::open(file).unwrap()));
    let with =
        |token: &str| ask(&server, "r", "", &format!("Authorization: Bearer {token}\r\n"), &shell()).status;
    assert_eq!((with(&read), with(&ingest)), (404, 403));
    assert_eq!(ask(&server, "r", "", "", &shell()).status, 401);
}

#[test]
fn the_number_of_open_runs_and_their_memory_are_bounded() {
    let limits = SessionLimits { runs: 2, idle: Duration::from_millis(300), ..SessionLimits::default() };
    let server = Server::holding(limits);
    for i in 0..6 {
        assert_eq!(server.send(&format!("r{i}"), "p", 1, &lines(&format!("r{i}"), 5 + i)).status, 200);
    }
    let open = || {
        let text = String::from_utf8(server.get("/metrics").body).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("makespan_open_runs ")).unwrap();
        line.parse::<u64>().unwrap()
    };
    // Two at a time, whatever their order; all of them are answered.
    for i in [0, 1, 2, 3, 4, 5, 0, 5] {
        assert_eq!(tasks_of(&ask(&server, &format!("r{i}"), "", "", &shell())) as u64, 5 + i);
        assert!(open() <= 2);
    }
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while open() > 0 {
        assert!(std::time::Instant::now() < until, "runs that nobody asks about are closed");
        std::thread::sleep(Duration::from_millis(100));
    }
    let small = Server::holding(SessionLimits { bytes: 1 << 20, ..SessionLimits::default() });
    assert_eq!(small.send("large", "p", 1, &lines("large", 4_000)).status, 200);
    assert_eq!(small.send("small", "p", 1, &lines("small", 20)).status, 200);
    let refused = ask(&small, "large", "", "", &shell());
    assert_eq!(refused.status, 507, "{}", String::from_utf8_lossy(&refused.body));
    assert_eq!(tasks_of(&ask(&small, "small", "", "", &shell())), 20);
}

#[test]
fn concurrent_clients_are_all_answered_or_superseded() {
    let server = Server::holding(SessionLimits { computing: 1, ..SessionLimits::default() });
    assert_eq!(server.send("r", "p", 1, &lines("r", 3_000)).status, 200);
    let question = Question::Picture { view: of(View::Graph), size: (900.0, 500.0) };
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..40)
            .map(|i| {
                let line = if i % 2 == 0 { "?line=shared".to_owned() } else { format!("?line=own{i}") };
                let (server, question) = (&server, &question);
                scope.spawn(move || (i, ask(server, "r", &line, "", question).status))
            })
            .collect();
        asked
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .map(|(i, status)| {
                assert!(status == 200 || (i % 2 == 0 && status == 409), "{i}: {status}");
                status
            })
            .collect()
    });
    assert!(statuses.iter().filter(|status| **status == 200).count() > 20);
}

#[test]
fn a_client_that_follows_only_the_state_gets_no_events() {
    use std::io::{Read as _, Write as _};
    let server = Server::start();
    assert_eq!(server.send("r", "p", 1, &lines("r", 3)).status, 200);
    let mut stream = server.connect();
    let head =
        format!("GET /api/v1/runs/r/live?events=false HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", server.port);
    stream.write_all(head.as_bytes()).unwrap();
    let (mut text, mut part) = (String::new(), [0; 4096]);
    let mut sent = false;
    while text.matches("event: state").count() < 2 {
        let n = stream.read(&mut part).unwrap();
        assert!(n > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&part[..n]));
        if text.contains("event: state") && !std::mem::replace(&mut sent, true) {
            assert_eq!(server.send("r", "p", 5, &tasks(3, 2)).status, 200);
        }
    }
    assert!(text.contains("\"events\":6") && !text.contains("event: events"), "{text}");
}
