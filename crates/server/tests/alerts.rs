//! Alerts: what is judged while runs grow, who is notified, and what the server answers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use common::{Server, folder};
use makespan_alerts::{AlertEntry, AlertRule, AlertSeverity, Condition};
use makespan_server::Tokens;
use makespan_server::alerts::{
    AlertLedger, AlertWatch, Couriers, Handler, HandlerTarget, NoticeKind, Payload, Webhook, test_handler,
};
use makespan_store::{Batch, Mark, Numbered, Store};
use serde_json::Value;

/// A store whose runs are judged by some rules.
struct Watching {
    folder: PathBuf,
    store: Box<dyn Store>,
    ledger: Arc<AlertLedger>,
    watch: AlertWatch,
}

impl Watching {
    fn new(rules: Vec<AlertRule>, handlers: Vec<Handler>) -> Watching {
        let folder = folder();
        let store = makespan_store::open(&format!("sqlite:{}", folder.join("runs.db").display())).unwrap();
        let ledger = Arc::new(AlertLedger::new(folder.join("runs.db.alerts")));
        let couriers = Couriers::new(handlers, Arc::clone(&ledger)).unwrap();
        let watch = AlertWatch::new(rules, Arc::clone(&ledger), couriers).eager();
        Watching { folder, store, ledger, watch }
    }

    /// Appends lines, numbered on from what the run has.
    fn append(&self, run: &str, lines: &[&str]) {
        let before = self.store.run(run).unwrap().map_or(0, |state| state.events);
        let lines: Vec<Numbered<'_>> =
            (before + 1..).zip(lines).map(|(seq, line)| Numbered { seq, line }).collect();
        self.store.append(&Batch { run, producer: "p", lines: &lines }).unwrap();
    }

    fn look(&mut self, now: i64) {
        self.watch.look(&*self.store, now).unwrap();
    }

    /// Rule, run and state of all alerts, the oldest first.
    fn alerts(&self) -> Vec<String> {
        let text = |book: &makespan_alerts::AlertBook, _| {
            let alerts = book.alerts().map(|a| format!("{} {} {}", a.rule, a.run, a.state().name()));
            alerts.collect::<Vec<String>>()
        };
        let mut all = self.ledger.read(text).unwrap();
        all.reverse();
        all
    }
}

fn run_line(run: &str, workflow: &str) -> String {
    format!("{{\"event\":\"run\",\"run\":\"{run}\",\"workflow\":\"{workflow}\"}}")
}

fn attempt(task: &str, start: i64, end: Option<i64>, status: &str) -> String {
    let end = end.map_or_else(String::new, |end| format!("\"ended\":{end}000000000,"));
    format!(
        "{{\"event\":\"attempt\",\"task\":\"{task}\",\"number\":1,\"started\":{start}000000000,{end}\"status\":\"{status}\"}}"
    )
}

fn failures() -> AlertRule {
    AlertRule::new("failures", Condition::tasks("status:failed").unwrap())
}

const SECOND: i64 = 1_000_000_000;

#[test]
fn rules_apply_to_growing_runs_and_later_runs_resolve_alerts() {
    let slow = AlertRule::new("slow", Condition::figure("makespan > 1 min").unwrap());
    let mut watching = Watching::new(vec![failures(), slow], Vec::new());
    watching.look(0);
    watching.append("r1", &[&run_line("r1", "w"), &attempt("a", 10, None, "running")]);
    watching.look(20 * SECOND);
    assert_eq!(watching.alerts(), Vec::<String>::new());
    // Time alone makes it slow.
    watching.look(80 * SECOND);
    assert_eq!(watching.alerts(), ["slow r1 firing"]);
    watching.append("r1", &[&attempt("a", 10, Some(90), "failed")]);
    watching.look(91 * SECOND);
    assert_eq!(watching.alerts(), ["slow r1 firing", "failures r1 firing"]);
    watching.append("r2", &[&run_line("r2", "w"), &attempt("a", 100, Some(110), "succeeded")]);
    watching.look(111 * SECOND);
    assert_eq!(watching.alerts(), ["slow r1 resolved", "failures r1 resolved"]);
}

#[test]
fn imported_runs_are_not_judged_but_open_alerts_are() {
    let mut watching = Watching::new(vec![failures()], Vec::new());
    // A day before now.
    watching.append("old", &[&attempt("a", 10, Some(20), "failed")]);
    let now = 86_400 * SECOND;
    watching.look(now);
    watching.append("imported", &[&attempt("a", 10, Some(20), "failed")]);
    watching.look(now);
    assert_eq!(watching.alerts(), Vec::<String>::new());
    watching.append("new", &[&attempt("a", 86_000, Some(86_300), "failed")]);
    watching.look(now);
    assert_eq!(watching.alerts(), ["failures new firing"]);
    // Another server begins after the run was mended, and after it was removed.
    watching.append("new", &[&attempt("a", 86_000, Some(86_300), "succeeded")]);
    let couriers = Couriers::new(Vec::new(), Arc::clone(&watching.ledger)).unwrap();
    watching.watch = AlertWatch::new(vec![failures()], Arc::clone(&watching.ledger), couriers).eager();
    watching.look(now);
    assert_eq!(watching.alerts(), ["failures new resolved"]);
    watching.append("gone", &[&attempt("a", 86_000, Some(86_300), "failed")]);
    watching.look(now);
    watching.store.mark("gone", &Mark::Trash(Some(now))).unwrap();
    watching.look(now);
    assert_eq!(watching.alerts()[1], "failures gone resolved");
}

/// A receiver that answers with these statuses, one a request, and hands over what it received.
fn receiver(statuses: &[u16]) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (to, received) = mpsc::channel();
    let statuses = statuses.to_vec();
    std::thread::spawn(move || {
        for status in statuses {
            let (mut stream, _) = listener.accept().unwrap();
            let request = read_request(&mut stream);
            let answer = format!(
                "HTTP/1.1 {status} X\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            stream.write_all(answer.as_bytes()).unwrap();
            to.send(request).unwrap();
        }
    });
    (url, received)
}

fn read_request(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.to_lowercase().lines().find_map(|l| l.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        let count = stream.read(&mut part).unwrap();
        assert!(count > 0, "{text}");
        bytes.extend_from_slice(&part[..count]);
    }
}

fn webhook(url: &str) -> Webhook {
    Webhook {
        url: url.to_owned(),
        secret: None,
        headers: Vec::new(),
        payload: Payload::Json,
        allow_http: true,
        allow_private: true,
    }
}

fn handler(target: HandlerTarget) -> Handler {
    let events = NoticeKind::ALL.to_vec();
    Handler { name: "ops".to_owned(), target, events, least: AlertSeverity::Info, rules: Vec::new() }
}

fn until_delivered(watching: &Watching, id: u64, count: usize) -> Vec<String> {
    for _ in 0..600 {
        let outcomes = watching.ledger.read(|book, _| {
            let alert = book.alert(id).unwrap();
            alert.deliveries.iter().map(|d| d.outcome.clone()).collect::<Vec<String>>()
        });
        let outcomes = outcomes.unwrap();
        if outcomes.len() >= count {
            return outcomes;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("alert {id} was not delivered");
}

#[test]
fn a_webhook_is_signed_retried_and_notified_of_the_resolution() {
    let (url, received) = receiver(&[503, 200, 204]);
    let hook = Webhook {
        secret: Some("0123456789abcdef".to_owned()),
        headers: vec![("X-Team".to_owned(), "data".to_owned())],
        ..webhook(&url)
    };
    let mut watching = Watching::new(vec![failures()], vec![handler(HandlerTarget::Webhook(hook))]);
    watching.append(
        "r",
        &[&run_line("r", "<w>"), &attempt("a", 10, Some(20), "failed"), &attempt("b", 20, None, "running")],
    );
    watching.look(30 * SECOND);
    let wait = Duration::from_secs(30);
    let (first, again) = (received.recv_timeout(wait).unwrap(), received.recv_timeout(wait).unwrap());
    // The same request each time.
    assert_eq!(first, again);
    let (head, body) = again.split_once("\r\n\r\n").unwrap();
    let head = head.to_lowercase();
    for line in
        ["x-team: data", "webhook-id: alert-1-fired", "webhook-timestamp: 30", "webhook-signature: v1,"]
    {
        assert!(head.contains(line), "{line} is not in {head}");
    }
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!((&body["type"], &body["data"]["workflow"]), (&"alert.fired".into(), &"<w>".into()));
    assert_eq!(until_delivered(&watching, 1, 1), ["delivered: status 200"]);
    watching
        .append("r", &[&attempt("a", 10, Some(20), "succeeded"), &attempt("b", 20, Some(40), "succeeded")]);
    watching.look(50 * SECOND);
    let resolved = received.recv_timeout(wait).unwrap();
    assert!(resolved.contains("alert.resolved") && resolved.contains("No task of run "), "{resolved}");
    assert!(!resolved.contains("deliveries"), "the outcomes of handlers are not for them: {resolved}");
    assert!(watching.watch.couriers().settle(wait));
}

#[test]
fn a_snoozed_alert_notifies_nobody() {
    let (url, received) = receiver(&[200]);
    let hook = handler(HandlerTarget::Webhook(webhook(&url)));
    let mut watching = Watching::new(vec![failures()], vec![hook]);
    watching.ledger.change(|_| vec![AlertEntry::snooze("failures", None, 0, 60 * SECOND)]).unwrap();
    watching.append("r", &[&attempt("a", 10, Some(20), "failed")]);
    watching.append("r", &[&attempt("b", 20, None, "running")]);
    watching.look(30 * SECOND);
    assert_eq!(watching.alerts(), ["failures r firing"]);
    assert!(received.recv_timeout(Duration::from_millis(500)).is_err());
    watching.append("r", &[&attempt("c", 20, None, "running")]);
    watching.look(61 * SECOND);
    assert!(received.recv_timeout(Duration::from_secs(30)).unwrap().contains("alert.fired"));
}

#[test]
fn webhooks_to_forbidden_addresses_are_refused() {
    let (url, received) = receiver(&[302]);
    let test = |hook: Webhook| test_handler(&handler(HandlerTarget::Webhook(hook)));
    let private = test(Webhook { allow_private: false, ..webhook(&url) });
    assert!(!private.0 && private.1.contains("private network"), "{private:?}");
    let port = url.rsplit(':').next().unwrap().split('/').next().unwrap();
    for host in ["localhost", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"] {
        let url = format!("http://{host}:{port}/");
        let (delivered, why) = test(Webhook { allow_private: false, ..webhook(&url) });
        assert!(!delivered, "{host}: {why}");
    }
    let http = test(Webhook { allow_http: false, ..webhook(&url) });
    assert!(!http.0 && http.1.contains("https"), "{http:?}");
    assert!(received.try_recv().is_err(), "nothing was connected to until now");
    let redirected = test(webhook(&url));
    assert_eq!(redirected, (false, "status 302; redirects are not followed".to_owned()));
    assert!(received.recv_timeout(Duration::from_secs(10)).is_ok());
}

#[test]
fn a_slack_message_has_no_links_and_commands_of_a_run() {
    let (url, received) = receiver(&[200]);
    let hook = Webhook { payload: Payload::Slack, ..webhook(&url) };
    let mut watching = Watching::new(vec![failures()], vec![handler(HandlerTarget::Webhook(hook))]);
    watching
        .append("r", &[&run_line("r", "<!channel>"), &attempt("<http://x|y>\\nz", 10, Some(20), "failed")]);
    watching.append("r", &[&attempt("b", 20, None, "running")]);
    watching.look(30 * SECOND);
    let request = received.recv_timeout(Duration::from_secs(30)).unwrap();
    let body: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    let text = body["text"].as_str().unwrap();
    assert!(text.starts_with("[warning] failures: 1 task of run "), "{text}");
    assert!(!text.contains('<') && text.contains("&lt;!channel&gt;") && text.lines().count() == 2, "{text}");
}

#[cfg(unix)]
#[test]
fn a_command_finds_the_alert_in_its_environment_and_no_shell_reads_it() {
    let folder = folder();
    let out = folder.join("out");
    let script = "printf '%s|%s|%s|%s' \"$MAKESPAN_ALERT_EVENT\" \"$MAKESPAN_ALERT_RUN\" \"$MAKESPAN_ALERT_TASKS\" \"$1\" > \"$0\"";
    let words = ["sh", "-c", script, out.to_str().unwrap(), "$(touch nothing)"].map(str::to_owned).to_vec();
    let mut watching = Watching::new(vec![failures()], vec![handler(HandlerTarget::Command(words))]);
    watching.append("$(id)", &[&attempt("`id`", 10, Some(20), "failed"), &attempt("b", 20, None, "running")]);
    watching.look(30 * SECOND);
    assert_eq!(until_delivered(&watching, 1, 1), ["delivered: exit status 0"]);
    assert_eq!(std::fs::read_to_string(out).unwrap(), "fired|$(id)|`id`|$(touch nothing)");
    let missing = test_handler(&handler(HandlerTarget::Command(vec!["/nothing/there".to_owned()])));
    assert!(!missing.0 && missing.1.starts_with("cannot start"), "{missing:?}");
    assert!(watching.folder.join("runs.db.alerts").exists());
}

#[test]
fn a_client_with_full_scope_can_snooze_and_unsnooze_a_rule() {
    let server = Server::start();
    let ledger = AlertLedger::new(server.folder.join("runs.db.alerts"));
    let line = "{\"t\":1,\"kind\":\"fired\",\"id\":1,\"rule\":\"late\",\"run\":\"n\",\"severity\":\"error\",\"text\":\"x\"}";
    ledger.change(|_| vec![AlertEntry::read(line).unwrap()]).unwrap();
    let json = "Content-Type: application/json\r\n";
    let snooze = |body: &str| server.ask("POST", "/api/v1/alerts/snooze", json, body.as_bytes());
    let until = || server.get("/api/v1/alerts").json()["alerts"][0]["snoozed_until"].clone();
    assert_eq!(server.get("/api/v1/alerts").json()["can_snooze"], true);
    let answer = snooze("{\"rule\":\"late\",\"run\":\"n\",\"seconds\":3600}");
    assert_eq!((answer.status, &answer.json()["snoozed_until"]), (200, &until()));
    assert!(until().is_string());
    assert_eq!(
        snooze("{\"rule\":\"late\",\"run\":\"n\",\"seconds\":0}").json()["snoozed_until"],
        Value::Null
    );
    assert_eq!(until(), Value::Null);
    // The same integer, as other programs write it.
    assert_eq!(snooze("{\"rule\":\"late\",\"seconds\":0.0}").status, 200);
    for wrong in [
        "{}",
        "{\"rule\":\"\",\"seconds\":1}",
        "{\"rule\":\"a\",\"seconds\":-1}",
        "{\"rule\":\"a\",\"seconds\":0.5}",
        "{\"rule\":\"a\",\"seconds\":9999999999}",
        "{\"rule\":\"a\",\"seconds\":1,\"more\":1}",
        "nothing",
    ] {
        assert_eq!(snooze(wrong).status, 400, "{wrong}");
    }
    let form = server.ask("POST", "/api/v1/alerts/snooze", "Content-Type: text/plain\r\n", b"{}");
    assert_eq!(form.status, 415);
    let path = server.folder.join("tokens");
    let tokens = ["r", "i", "a"].map(|c| c.repeat(40));
    std::fs::write(&path, format!("read {}\ningest {}\nall {}\n", tokens[0], tokens[1], tokens[2])).unwrap();
    let guarded = Server::with(Some(Tokens::open(path).unwrap()));
    let statuses = tokens.each_ref().map(|token| {
        let head = format!("{json}Authorization: Bearer {token}\r\n");
        let body = b"{\"rule\":\"late\",\"seconds\":60}";
        guarded.ask("POST", "/api/v1/alerts/snooze", &head, body).status
    });
    assert_eq!(statuses, [403, 403, 200]);
    let listed = |token: &str| {
        let head = format!("Authorization: Bearer {token}\r\n");
        guarded.ask("GET", "/api/v1/alerts", &head, b"").json()["can_snooze"].clone()
    };
    assert_eq!((listed(&tokens[0]), listed(&tokens[2])), (false.into(), true.into()));
}

#[test]
fn the_server_lists_alerts_by_page() {
    let server = Server::start();
    assert_eq!(server.get("/api/v1/alerts").json()["total"], 0);
    let ledger = AlertLedger::new(server.folder.join("runs.db.alerts"));
    for i in 1..=5u64 {
        let line = format!(
            "{{\"t\":{i},\"kind\":\"fired\",\"id\":{i},\"rule\":\"r{}\",\"run\":\"n\",\"severity\":\"error\",\"text\":\"x\"}}",
            i % 2
        );
        ledger.change(|_| vec![AlertEntry::read(&line).unwrap()]).unwrap();
    }
    let ids = |path: &str| {
        let list = server.get(path).json();
        let ids: Vec<u64> =
            list["alerts"].as_array().unwrap().iter().map(|a| a["id"].as_u64().unwrap()).collect();
        (ids, list["next"].as_str().map(str::to_owned), list["total"].as_u64())
    };
    assert_eq!(ids("/api/v1/alerts?limit=2"), (vec![5, 4], Some("4".to_owned()), Some(5)));
    assert_eq!(ids("/api/v1/alerts?limit=2&after=4"), (vec![3, 2], Some("2".to_owned()), Some(5)));
    assert_eq!(ids("/api/v1/alerts?limit=2&after=2"), (vec![1], None, Some(5)));
    assert_eq!(ids("/api/v1/alerts?rule=r1&severity=error,info&state=firing").0, [5, 3, 1]);
    assert_eq!(ids("/api/v1/alerts?state=resolved").0, Vec::<u64>::new());
    for wrong in ["limit=0", "limit=1001", "state=open", "severity=bad", "after=x", "unknown=1"] {
        let answer = server.get(&format!("/api/v1/alerts?{wrong}"));
        assert_eq!((answer.status, answer.header("content-type")), (400, Some("application/problem+json")));
    }
}
