//! A Rust program with the tracker's feature `server`: the server gets each event once, sooner or later, and the program
//! notices nothing of it.
//!
//! This program starts itself again as the program that is recorded.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[cfg(unix)]
mod common;

#[cfg(unix)]
fn main() {
    if let Ok(tasks) = std::env::var(recorded::TASKS) {
        return recorded::main(tasks.parse().unwrap());
    }
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    for (name, test) in tests::ALL.into_iter().filter(|(name, _)| name.contains(&wanted)) {
        println!("test {name} ...");
        test();
    }
    println!("ok");
}

#[cfg(not(unix))]
fn main() {}

/// The program that is recorded.
#[cfg(unix)]
mod recorded {
    use std::time::{Duration, Instant};

    use makespan_tracker::Tracker;

    /// Number of tasks that it records.
    pub(crate) const TASKS: &str = "RECORDED_TASKS";
    /// Milliseconds that each takes.
    pub(crate) const PAUSE: &str = "RECORDED_PAUSE";

    pub(crate) fn main(tasks: u64) {
        let pause = std::env::var(PAUSE).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
        let started = Instant::now();
        let tracker = Tracker::from_env();
        let run = tracker.run("nightly").id("nightly").start();
        for number in 0..tasks {
            let task = run.task("step").param("number", number as i64).start();
            std::thread::sleep(Duration::from_millis(pause));
            task.succeed();
        }
        run.succeed();
        println!("{}", started.elapsed().as_millis());
        if std::env::var_os("RECORDED_KILL").is_some() {
            std::process::abort();
        }
        drop(tracker);
    }
}

#[cfg(unix)]
mod tests {
    use std::net::TcpListener;
    use std::path::PathBuf;
    use std::process::{Command, Output, Stdio};
    use std::time::{Duration, Instant};

    use serde_json::json;

    use crate::common::kept::Kept;
    use crate::common::served::Server;
    use crate::common::{files_under, text};
    use crate::recorded::{PAUSE, TASKS};

    pub(crate) const ALL: [(&str, fn()); 7] = [
        ("events_arrive_once_while_the_program_runs_and_the_outbox_is_emptied", live),
        ("a_named_folder_is_sent_too_and_kept", named),
        ("what_a_server_that_was_away_missed_is_sent_by_the_next_program", away),
        ("what_a_program_that_died_left_is_sent_by_makespan_run_too", died),
        ("a_server_that_is_killed_in_the_middle_has_each_event_once", killed),
        ("a_server_that_refuses_the_token_is_reported_and_changes_nothing", refused),
        ("a_server_that_never_answers_delays_the_end_by_a_few_seconds", silent),
    ];

    /// The recorded program, without a place of its own for its events.
    fn program(kept: &Kept, port: u16, tasks: u64) -> Command {
        let mut command = kept.command_of(std::env::current_exe().unwrap().to_str().unwrap());
        command.env_remove("MAKESPAN_STORE").env("MAKESPAN_SERVER", format!("http://127.0.0.1:{port}"));
        command.env(TASKS, tasks.to_string()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn outbox(kept: &Kept) -> Vec<PathBuf> {
        files_under(&kept.folder.join(".local/state/makespan/outbox"))
    }

    /// Checks that the server has the run with all of its tasks, and each event once.
    fn has_all(server: &Server, tasks: u64) {
        let run = server.get("/api/v1/runs/nightly");
        assert_eq!((&run["status"], &run["tasks"]), (&json!("succeeded"), &json!(tasks)), "{run}");
        // The run's first and last event, and for each task its definition and its attempt or both ends of it.
        let events = events(server);
        assert!((2 * tasks..=3 * tasks + 6).contains(&events), "{events} events of {tasks} tasks");
    }

    fn events(server: &Server) -> u64 {
        let runs = server.get("/api/v1/runs");
        runs["runs"].as_array().unwrap().iter().map(|run| run["events"].as_u64().unwrap()).sum()
    }

    fn free_port() -> u16 {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
    }

    fn quiet(output: &Output) {
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    }

    fn live() {
        let (kept, there) =
            (Kept::new("rust-live", "file:runs"), Kept::new("rust-live-server", "sqlite:runs.db"));
        let server = Server::start(&there, 0, &[]);
        let child = program(&kept, server.port, 60).env(PAUSE, "50").spawn().unwrap();
        let until = Instant::now() + Duration::from_secs(60);
        while server.get("/api/v1/runs/nightly")["status"] != "running" {
            assert!(Instant::now() < until, "the run is not on the server while it runs");
            std::thread::sleep(Duration::from_millis(20));
        }
        quiet(&child.wait_with_output().unwrap());
        has_all(&server, 60);
        assert_eq!(outbox(&kept), Vec::<PathBuf>::new());
    }

    fn named() {
        let (kept, there) =
            (Kept::new("rust-named", "file:runs"), Kept::new("rust-named-server", "sqlite:runs.db"));
        let server = Server::start(&there, 0, &[]);
        let folder = kept.folder.join("recorded");
        quiet(&program(&kept, server.port, 10).env("MAKESPAN_DIR", &folder).output().unwrap());
        has_all(&server, 10);
        let files = files_under(&folder);
        assert_eq!((files.len(), outbox(&kept)), (1, Vec::new()));
        let lines = std::fs::read_to_string(&files[0]).unwrap().lines().count();
        assert_eq!(events(&server), lines as u64);
    }

    fn away() {
        let (kept, there) =
            (Kept::new("rust-away", "file:runs"), Kept::new("rust-away-server", "sqlite:runs.db"));
        let port = free_port();
        let started = Instant::now();
        let output = program(&kept, port, 10).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(started.elapsed() < Duration::from_secs(20), "a server that is away is not waited for");
        assert!(text(&output.stderr).contains("not everything is sent"), "{}", text(&output.stderr));
        assert_eq!(outbox(&kept).len(), 2, "a file and its note");
        let server = Server::start(&there, port, &[]);
        // Its run has the same id: the server keeps the events of both programs.
        quiet(&program(&kept, port, 0).output().unwrap());
        has_all(&server, 10);
        assert_eq!(outbox(&kept), Vec::<PathBuf>::new());
    }

    fn died() {
        let (kept, there) =
            (Kept::new("rust-died", "file:runs"), Kept::new("rust-died-server", "sqlite:runs.db"));
        let port = free_port();
        let output = program(&kept, port, 10).env("RECORDED_KILL", "1").output().unwrap();
        assert_eq!(output.status.code(), None);
        assert_eq!(outbox(&kept).len(), 2);
        let server = Server::start(&there, port, &[]);
        let mut command = kept.command();
        command.env("MAKESPAN_SERVER", format!("http://127.0.0.1:{port}"));
        quiet(&command.args(["run", "--id", "other", "--", "sleep", "3"]).output().unwrap());
        let run = server.get("/api/v1/runs/nightly");
        assert_eq!((&run["status"], &run["tasks"]), (&json!("succeeded"), &json!(10)), "{run}");
        assert_eq!(outbox(&kept), Vec::<PathBuf>::new());
    }

    fn killed() {
        let (kept, there) =
            (Kept::new("rust-killed", "file:runs"), Kept::new("rust-killed-server", "sqlite:runs.db"));
        let folder = kept.folder.join("recorded");
        let mut server = Server::start(&there, 0, &[]);
        let port = server.port;
        let mut command = program(&kept, port, 2_000);
        let mut child = command.env(PAUSE, "3").env("MAKESPAN_DIR", &folder).spawn().unwrap();
        for _ in 0..3 {
            std::thread::sleep(Duration::from_millis(1_500));
            drop(server);
            std::thread::sleep(Duration::from_millis(300));
            server = Server::start(&there, port, &[]);
        }
        assert!(child.try_wait().unwrap().is_none(), "the program ended before the last kill");
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        // If the server did not answer at the end, the next program sends the rest.
        quiet(&program(&kept, port, 0).env("MAKESPAN_DIR", kept.folder.join("next")).output().unwrap());
        has_all(&server, 2_000);
        let lines = |name: &str| -> usize {
            let files = files_under(&kept.folder.join(name));
            files.iter().map(|file| std::fs::read_to_string(file).unwrap().lines().count()).sum()
        };
        assert_eq!(events(&server), (lines("recorded") + lines("next")) as u64);
        assert_eq!(outbox(&kept), Vec::<PathBuf>::new());
    }

    fn refused() {
        let (kept, there) =
            (Kept::new("rust-refused", "file:runs"), Kept::new("rust-refused-server", "file:runs"));
        let token = "t".repeat(40);
        std::fs::write(there.folder.join("tokens"), format!("all {token}\n")).unwrap();
        let server = Server::start(&there, 0, &["--tokens", "tokens"]);
        let output = program(&kept, server.port, 10).env("MAKESPAN_TOKEN", "wrong").output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        let said = text(&output.stderr);
        assert!(said.contains("status 401") && said.contains("check MAKESPAN_TOKEN"), "{said}");
        assert!(!said.contains("wrong"), "the token is not shown: {said}");
        assert_eq!(outbox(&kept).len(), 2, "the events are kept");
        quiet(&program(&kept, server.port, 0).env("MAKESPAN_TOKEN", &token).output().unwrap());
        assert_eq!(outbox(&kept), Vec::<PathBuf>::new());
        let mut wrong = program(&kept, 1, 1);
        let output = wrong.env("MAKESPAN_SERVER", "localhost:1").output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(
            text(&output.stderr).contains("MAKESPAN_SERVER is not an address"),
            "{}",
            text(&output.stderr)
        );
    }

    fn silent() {
        let kept = Kept::new("rust-silent", "file:runs");
        // It accepts connections and never answers.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let held = std::thread::spawn(move || listener.incoming().take(1).collect::<Vec<_>>());
        let started = Instant::now();
        let output = program(&kept, port, 100).output().unwrap();
        let whole = started.elapsed();
        assert_eq!(output.status.code(), Some(0));
        let worked: u64 = text(&output.stdout).trim().parse().unwrap();
        assert!(worked < 4_000, "the work took {worked} ms");
        assert!(whole < Duration::from_secs(20), "{whole:?}");
        assert_eq!(outbox(&kept).len(), 2);
        drop(held);
    }
}
