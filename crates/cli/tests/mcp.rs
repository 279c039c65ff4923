//! `makespan mcp`, spoken to over its standard input and output as an assistant does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use common::kept::Kept;
use common::{NIGHTLY, file};
use serde_json::{Value, json};

/// A client that has greeted the server.
struct Client {
    server: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    id: u64,
    greeting: Value,
}

impl Client {
    fn new(kept: &Kept, args: &[&str]) -> Client {
        let mut command = kept.command();
        command.arg("mcp").args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut server = command.spawn().unwrap();
        let (stdin, stdout) = (server.stdin.take(), BufReader::new(server.stdout.take().unwrap()));
        let mut client = Client { server, stdin, stdout, id: 0, greeting: Value::Null };
        let client_info = json!({ "name": "test", "version": "1" });
        client.greeting = client.ask(
            "initialize",
            json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client_info }),
        );
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        client
    }

    fn send(&mut self, message: &Value) {
        let stdin = self.stdin.as_mut().unwrap();
        writeln!(stdin, "{message}").unwrap();
        stdin.flush().unwrap();
    }

    /// The whole response to a request.
    fn response(&mut self, method: &str, params: Value) -> Value {
        self.id += 1;
        let id = self.id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        let response: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(response["id"], json!(id), "{response}");
        response
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let response = self.response(method, params);
        assert!(response["error"].is_null(), "{response}");
        response["result"].clone()
    }

    /// The texts that a tool answers, and whether they are an error.
    fn call(&mut self, tool: &str, arguments: Value) -> (Vec<String>, bool) {
        let result = self.ask("tools/call", json!({ "name": tool, "arguments": arguments }));
        let content = result["content"].as_array().unwrap();
        let texts = content.iter().map(|block| block["text"].as_str().unwrap().to_owned()).collect();
        (texts, result["isError"].as_bool().unwrap_or_default())
    }

    /// The document that a tool answers.
    fn document(&mut self, tool: &str, arguments: Value) -> Value {
        let (texts, is_error) = self.call(tool, arguments);
        assert!(!is_error, "{tool}: {texts:?}");
        serde_json::from_str(&texts[0]).unwrap()
    }

    /// What a tool says that it cannot do.
    fn refused(&mut self, tool: &str, arguments: Value) -> String {
        let (texts, is_error) = self.call(tool, arguments);
        assert!(is_error, "{tool}: {texts:?}");
        texts.concat()
    }

    /// Leaves; the server ends by itself, without a word on stderr.
    fn leave(mut self) {
        drop(self.stdin.take());
        let output = self.server.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}

const FASTER: &str = "\
run tuesday
fetch       0..3      w1
align       3..6      w1    fetch            step=align
sort        4..5      w2    fetch
call        6..9      w2    align sort
";

fn kept(name: &str) -> Kept {
    let kept = Kept::new(name, "file:store");
    file(&kept.folder, "runs/nightly.txt", NIGHTLY);
    file(&kept.folder, "runs/tuesday.txt", FASTER);
    file(&kept.folder, "secret/other.txt", FASTER);
    kept
}

#[test]
fn a_client_gets_read_only_tools() {
    let kept = kept("mcp-tools");
    let mut client = Client::new(&kept, &["runs"]);
    assert_eq!(client.greeting["serverInfo"]["name"], "makespan");
    assert!(client.greeting["capabilities"]["tools"].is_object(), "{}", client.greeting);
    assert!(client.greeting["instructions"].as_str().unwrap().contains("only read"));
    let tools = client.ask("tools/list", json!({}))["tools"].clone();
    let tools = tools.as_array().unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["list_files", "list_runs", "summary", "stats", "query", "compare", "findings", "picture"]
    );
    for tool in tools {
        assert!(tool["description"].as_str().unwrap().len() > 40, "{tool}");
        assert_eq!(tool["inputSchema"]["type"], "object", "{tool}");
        assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{tool}");
        for (name, member) in tool["inputSchema"]["properties"].as_object().unwrap() {
            assert!(!member["description"].as_str().unwrap_or_default().is_empty(), "{name}: {tool}");
        }
        assert_eq!(tool["annotations"]["readOnlyHint"], true);
        assert_eq!(tool["annotations"]["openWorldHint"], false);
    }
    let unknown = client.response("tools/call", json!({ "name": "delete_everything", "arguments": {} }));
    assert!(unknown["error"]["message"].as_str().unwrap().contains("delete_everything"), "{unknown}");
    client.leave();
}

#[test]
fn each_tool_returns_the_output_of_its_verb() {
    let kept = kept("mcp-answers");
    let mut client = Client::new(&kept, &["runs"]);
    let listed = client.document("list_files", json!({}));
    assert_eq!((&listed["total"], &listed["files"][0]["path"]), (&json!(2), &json!("nightly.txt")));
    assert_eq!(listed["files"][0]["bytes"], json!(NIGHTLY.len()));
    assert_eq!(client.document("list_files", json!({ "contains": "tues" }))["total"], json!(1));

    let summary = client.document("summary", json!({ "runs": ["nightly.txt"] }));
    assert_eq!(summary, kept.json(&["summary", "runs/nightly.txt"]));
    let stats = client.document("stats", json!({ "runs": ["nightly.txt"], "rules": ["failed = 0"] }));
    assert_eq!(stats, kept.json(&["stats", "runs/nightly.txt", "--rule", "failed = 0"]));
    assert_eq!(stats["runs"][0]["rules"][0]["verdict"], "violated");
    let findings = client.document("findings", json!({ "runs": ["nightly.txt"] }));
    assert_eq!(findings["runs"][0]["findings"], stats["runs"][0]["findings"]);
    assert!(!findings["runs"][0]["findings"].as_array().unwrap().is_empty());

    let found = client.document("query", json!({ "runs": ["."], "expression": "status:failed" }));
    let runs = found["runs"].as_array().unwrap();
    assert_eq!((runs.len(), &runs[0]["tasks"][0]["id"]), (2, &json!("call")));

    let compared = client.document("compare", json!({ "runs": ["nightly.txt", "tuesday.txt"] }));
    assert_eq!(compared, kept.json(&["compare", "runs/nightly.txt", "runs/tuesday.txt"]));
    let sets =
        json!({ "baseline": ["nightly.txt", "nightly.txt"], "candidate": ["tuesday.txt", "tuesday.txt"] });
    assert_eq!(client.document("compare", sets)["comparison"], "sets");

    let (texts, is_error) = client.call("picture", json!({ "run": "nightly.txt", "view": "graph" }));
    assert!(!is_error && texts[0].starts_with("<svg") && texts[0].contains("align"), "{texts:?}");
    assert_eq!(texts[0], kept.said(&["export", "runs/nightly.txt", "--format", "svg"]));
    client.leave();
}

#[test]
fn runs_of_the_store_are_listed_and_read() {
    let kept = kept("mcp-store");
    let mut client = Client::new(&kept, &["runs"]);
    assert_eq!(client.document("list_runs", json!({}))["total"], json!(0));
    assert!(!kept.folder.join("store").exists(), "a look leaves no empty store behind");
    kept.said(&["import", "runs/nightly.txt"]);
    let listed = client.document("list_runs", json!({ "status": "failed" }));
    assert_eq!(listed["runs"][0]["run"], "nightly");
    let summary = client.document("summary", json!({ "runs": ["run:nightly"] }));
    assert_eq!(summary["runs"][0]["status"], "failed");
    let unknown = client.refused("summary", json!({ "runs": ["run:nightli"] }));
    assert!(
        unknown.contains("there is no run nightli") && unknown.contains("did you mean nightly?"),
        "{unknown}"
    );
    client.leave();
}

#[test]
fn nothing_outside_the_folders_is_read() {
    let kept = kept("mcp-outside");
    let outside = kept.folder.join("secret/other.txt").canonicalize().unwrap();
    let mut client = Client::new(&kept, &["runs"]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, kept.folder.join("runs/link.txt")).unwrap();
    let mut paths = vec![
        outside.to_str().unwrap().to_owned(),
        "../secret/other.txt".to_owned(),
        "/etc/passwd".to_owned(),
        "run:../secret/other.txt".to_owned(),
        "--store=file:/x".to_owned(),
        "-".to_owned(),
    ];
    paths.extend(cfg!(unix).then(|| "link.txt".to_owned()));
    for path in &paths {
        for (tool, arguments) in [
            ("summary", json!({ "runs": [path] })),
            ("stats", json!({ "runs": ["nightly.txt", path] })),
            ("query", json!({ "runs": [path], "expression": "id:*" })),
            ("compare", json!({ "runs": ["nightly.txt", path] })),
            ("compare", json!({ "baseline": [path], "candidate": ["nightly.txt"] })),
            ("findings", json!({ "runs": [path] })),
            ("picture", json!({ "run": path })),
        ] {
            let (texts, is_error) = client.call(tool, arguments);
            assert!(!texts.concat().contains("tuesday"), "{tool} {path}: {texts:?}");
            // A run of the store that is missing beside a file that is there is a note.
            assert!(is_error || texts.len() > 1, "{tool} {path}: {texts:?}");
        }
        client.refused("list_files", json!({ "folder": path }));
    }
    let listed = client.document("list_files", json!({}));
    assert_eq!(listed["total"], json!(2), "{listed}");
    client.leave();
}

#[test]
fn invalid_calls_are_answered_with_advice() {
    let kept = kept("mcp-wrong");
    let mut client = Client::new(&kept, &["runs"]);
    for (tool, arguments, why) in [
        ("summary", json!({ "runs": [] }), "at least one run"),
        ("summary", json!({}), "missing field `runs`"),
        ("summary", json!({ "runs": ["nightly.txt"], "delete": true }), "unknown field `delete`"),
        ("summary", json!({ "runs": ["missing.txt"] }), "no such file"),
        ("query", json!({ "runs": ["nightly.txt"], "expression": "dur>" }), "expected"),
        ("query", json!({ "runs": ["nightly.txt"], "expression": "--ids" }), ""),
        ("stats", json!({ "runs": ["nightly.txt"], "rules": ["nonsense"] }), "nonsense"),
        ("compare", json!({ "runs": ["nightly.txt"] }), "at least two runs"),
        ("compare", json!({ "runs": ["nightly.txt"], "baseline": ["nightly.txt"] }), "either"),
        ("picture", json!({ "run": "." }), "the argument number"),
    ] {
        let (texts, is_error) = client.call(tool, arguments.clone());
        assert!(is_error || why.is_empty(), "{tool} {arguments}: {texts:?}");
        assert!(texts.concat().contains(why), "{tool} {arguments}: {texts:?}");
    }
    // What could not be read beside what could is noted.
    file(&kept.folder, "runs/noise.bin", b"\x00\x01nothing");
    let (texts, is_error) = client.call("summary", json!({ "runs": ["."] }));
    assert!(!is_error && texts[1].contains("noise.bin"), "{texts:?}");
    client.leave();
}

#[test]
fn large_answers_are_cut_and_slow_calls_are_stopped() {
    let kept = kept("mcp-large");
    let tasks: String = (0..5000).map(|i| format!("task{i}  {i}..{}  w{}\n", i + 1, i % 7)).collect();
    file(&kept.folder, "runs/large.txt", format!("run large\n{tasks}"));
    let mut client = Client::new(&kept, &["runs", "--max-bytes", "20 kB"]);
    let (texts, is_error) = client.call("query", json!({ "runs": ["large.txt"], "expression": "id:*" }));
    assert!(!is_error && texts[0].len() <= 20_000, "{}", texts[0].len());
    let found: Value = serde_json::from_str(&texts[0]).unwrap();
    let kept_tasks = found["runs"][0]["tasks"].as_array().unwrap().len();
    assert_eq!((kept_tasks > 20, &found["runs"][0]["matched"]), (true, &json!(5000)));
    assert!(texts[1].contains("/runs/0/tasks: 4,") && texts[1].contains("of 5,000 left out"), "{texts:?}");
    let refused = client.refused("picture", json!({ "run": "large.txt" }));
    assert!(refused.contains("at most 20,000 bytes"), "{refused}");
    client.leave();

    let mut client = Client::new(&kept, &["runs", "--timeout", "1ms"]);
    let refused = client.refused("stats", json!({ "runs": ["large.txt"] }));
    assert!(refused.contains("no answer within 1 ms"), "{refused}");
    client.leave();
}

#[test]
fn a_missing_folder_is_an_error_at_start() {
    let kept = kept("mcp-missing");
    let output = kept.run(&["mcp", "nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere: "), "{output:?}");
}
