//! What the addresses answer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};

use common::{Server, tasks};
use serde_json::Value;

/// Runs `a0` to `a9` of the workflow `odd` or `even`; the last has failed.
fn with_runs() -> Server {
    let server = Server::start();
    for i in 0..10u64 {
        let workflow = if i % 2 == 0 { "even" } else { "odd" };
        let mut lines = format!(
            "{{\"event\":\"run\",\"run\":\"a{i}\",\"workflow\":\"{workflow}\",\"name\":\"Night {i}\",\"labels\":{{\"team\":\"t{}\"}}}}\n",
            i % 3
        );
        lines.push_str(&tasks(i * 100, 5));
        if i == 9 {
            lines.push_str("{\"event\":\"attempt\",\"task\":\"t900\",\"number\":1,\"status\":\"failed\",\"error\":{\"message\":\"no disk\"}}\n");
        }
        let answer = server.send(&format!("a{i}"), "p", 1, &lines);
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    }
    server
}

fn ids(list: &Value) -> Vec<&str> {
    list["runs"].as_array().unwrap().iter().map(|run| run["run"].as_str().unwrap()).collect()
}

#[test]
fn runs_are_listed_filtered_searched_and_paged() {
    let server = with_runs();
    let list = |query: &str| server.get(&format!("/api/v1/runs?{query}")).json();
    let all = list("");
    assert_eq!((all["total"].as_u64(), ids(&all).len(), ids(&all)[0]), (Some(10), 10, "a9"));
    assert_eq!(ids(&list("order=oldest&limit=2")), ["a0", "a1"]);
    assert_eq!(ids(&list("workflow=odd")), ["a9", "a7", "a5", "a3", "a1"]);
    assert_eq!(ids(&list("status=failed")), ["a9"]);
    assert_eq!(ids(&list("status=failed,succeeded&label=team=t0")), ["a9", "a6", "a3", "a0"]);
    assert_eq!(ids(&list("q=NIGHT+4")), ["a4"]);
    assert_eq!(ids(&list("q=team%3Dt2&limit=1")), ["a8"]);
    assert_eq!(ids(&list("since=1970-01-01T00:13:00Z")), ["a9", "a8"]);
    assert_eq!(ids(&list("since=0001-01-01T00:00:00Z&until=9999-12-31T23:59:59Z")).len(), 10);
    assert_eq!(ids(&list("active=true")), Vec::<&str>::new());
    // Pages fit together, also those of a search.
    for filter in ["", "&q=night"] {
        let (mut seen, mut after) = (Vec::new(), "&after=".to_owned());
        loop {
            let page = list(&format!("limit=3{filter}{after}"));
            seen.extend(ids(&page).into_iter().map(str::to_owned));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(seen, ["a9", "a8", "a7", "a6", "a5", "a4", "a3", "a2", "a1", "a0"], "{filter}");
    }
}

#[test]
fn invalid_requests_get_a_problem_document_with_a_status() {
    let server = with_runs();
    for (path, status) in [
        ("/api/v1/runs?limit=0", 400),
        ("/api/v1/runs?limit=x", 400),
        ("/api/v1/runs?limit=1001", 400),
        ("/api/v1/runs?status=great", 400),
        ("/api/v1/runs?active=maybe", 400),
        ("/api/v1/runs?since=yesterday", 400),
        ("/api/v1/runs?after=x", 400),
        ("/api/v1/runs?order=up", 400),
        ("/api/v1/runs?unknown=1", 400),
        ("/api/v1/runs?q=%ff", 400),
        ("/api/v1/runs?workflow=a&workflow=b", 400),
        ("/api/v1/runs/nobody", 404),
        // Equal, not alike: `a` leads to no `a1`.
        ("/api/v1/runs/a", 404),
        ("/api/v1/runs/A1", 404),
        ("/api/v1/runs/a1%00", 404),
        ("/api/v1/runs/..%2f..%2fetc%2fpasswd", 404),
        ("/api/v1/runs/%ff", 400),
        ("/api/v1/runs/nobody/events", 404),
        ("/api/v1/runs/nobody/facts", 404),
        ("/api/v1/runs/nobody/live", 404),
        ("/api/v1/runs/a1/live?after=99", 409),
        ("/api/v1/runs/a1/tasks?q=dur%3E", 400),
        ("/api/executions/nobody", 404),
        ("/api/tasks/nothing/history", 404),
        ("/api/v1/nothing", 404),
        ("/nothing", 404),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
        let problem = answer.json();
        assert_eq!(problem["status"], status, "{path}");
        assert!(!problem["detail"].as_str().unwrap().contains("runs.db"), "{path} {problem}");
    }
    let wrong = server.ask("DELETE", "/api/v1/runs/a1", "", b"");
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("GET,HEAD")));
    assert_eq!(server.get("/api/v1/runs/a1").status, 200);
}

#[test]
fn a_document_that_the_client_has_is_not_sent_again_and_a_long_one_is_packed() {
    let server = with_runs();
    for path in ["/api/v1/runs", "/api/v1/runs/a1/events", "/api/v1/runs/a1/facts", "/api/v1/runs/a1/tasks"] {
        let first = server.get(path);
        let tag = first.header("etag").unwrap().to_owned();
        let again = server.ask("GET", path, &format!("If-None-Match: {tag}\r\n"), b"");
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, Some(&*tag)), "{path}");
        let packed = server.ask("GET", path, "Accept-Encoding: gzip\r\n", b"");
        let mut text = Vec::new();
        if packed.header("content-encoding") == Some("gzip") {
            flate2::read::GzDecoder::new(&packed.body[..]).read_to_end(&mut text).unwrap();
        } else {
            text = packed.body.clone();
        }
        assert_eq!(text, first.body, "{path}");
        assert_eq!(packed.header("etag"), Some(&*tag));
        let head = server.ask("HEAD", path, "", b"");
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
    }
    let tag = server.get("/api/v1/runs/a1/facts").header("etag").unwrap().to_owned();
    server.send("a1", "p", 7, &tasks(200, 1));
    let newer = server.ask("GET", "/api/v1/runs/a1/facts", &format!("If-None-Match: {tag}\r\n"), b"");
    assert_eq!((newer.status, newer.json()["runs"][0]["tasks"].as_u64()), (200, Some(6)));
}

#[test]
fn events_sent_again_are_stored_once() {
    let server = Server::start();
    let first = server.send("r", "p", 1, &tasks(0, 3)).json();
    assert_eq!((first["stored"].as_u64(), first["next_seq"].as_u64()), (Some(3), Some(4)));
    let again = server.send("r", "p", 1, &tasks(0, 5)).json();
    assert_eq!(
        (again["stored"].as_u64(), again["duplicates"].as_u64(), again["events"].as_u64()),
        (Some(2), Some(3), Some(5))
    );
    let other = server.send("r", "q", 1, &tasks(9, 1)).json();
    assert_eq!(other["events"].as_u64(), Some(6));
    // What was stored comes back byte for byte.
    let events = server.get("/api/v1/runs/r/events");
    let text = String::from_utf8(events.body).unwrap();
    let (name, lines) = text.split_once('\n').unwrap();
    assert!(name.contains("\"run\":\"r\""), "{name}");
    assert_eq!(lines, tasks(0, 5) + &tasks(9, 1));
    let listed = server.get("/api/v1/runs/r/tasks?limit=2&q=worker:w0").json();
    assert_eq!((listed["matched"].as_u64(), listed["of"].as_u64()), (Some(2), Some(6)));
    let page = server.get("/api/v1/runs/r/tasks?limit=2&after=4").json();
    assert_eq!((page["tasks"].as_array().unwrap().len(), page["next"].as_u64()), (2, None));
}

#[test]
fn invalid_events_are_refused_and_nothing_is_stored() {
    let server = Server::start();
    let lines = tasks(0, 2);
    let post = |path: &str, headers: &str, body: &[u8]| server.ask("POST", path, headers, body).status;
    let (good, json) = ("/api/v1/runs/r/events?producer=p&seq=1", "Content-Type: application/x-ndjson\r\n");
    assert_eq!(post(good, "", lines.as_bytes()), 415);
    for form in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        assert_eq!(post(good, &format!("Content-Type: {form}\r\n"), lines.as_bytes()), 415, "{form}");
    }
    for path in
        ["?producer=p", "?seq=1", "?producer=p&seq=-1", "?producer=p&seq=1&more=1", "?producer=&seq=1"]
    {
        assert_eq!(post(&format!("/api/v1/runs/r/events{path}"), json, lines.as_bytes()), 400, "{path}");
    }
    assert_eq!(post(good, json, b"\xff\xfe"), 400);
    assert_eq!(post(good, json, b"{\"event\":\"run\",\"run\":\"another\"}\n"), 400);
    assert_eq!(post(good, json, tasks(0, 10_001).as_bytes()), 413);
    assert_eq!(post(good, &format!("{json}Content-Encoding: br\r\n"), lines.as_bytes()), 415);
    assert_eq!(post(good, &format!("{json}Content-Encoding: gzip\r\n"), lines.as_bytes()), 400);
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let block = vec![b' '; 1 << 20];
    (0..80).for_each(|_| bomb.write_all(&block).unwrap());
    let bomb = bomb.finish().unwrap();
    assert_eq!(post(good, &format!("{json}Content-Encoding: gzip\r\n"), &bomb), 413);
    assert_eq!(server.get("/api/v1/runs/r").status, 404, "nothing was stored");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(lines.as_bytes()).unwrap();
    assert_eq!(post(good, &format!("{json}Content-Encoding: gzip\r\n"), &packed.finish().unwrap()), 200);
}

#[test]
fn a_plain_request_to_the_websocket_names_what_to_send() {
    let server = Server::start();
    let handshake = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    for path in ["/api/v1/live", "/ws/lineage"] {
        for headers in ["", handshake, &format!("{handshake}Sec-WebSocket-Version: 8\r\n")] {
            let answer = server.ask("GET", path, headers, b"");
            assert_eq!(answer.status, 426, "{path} {headers}");
            assert_eq!(answer.header("upgrade"), Some("websocket"));
            assert_eq!(answer.header("sec-websocket-version"), Some("13"));
            assert!(answer.json()["detail"].as_str().unwrap().contains("WebSocket"));
        }
        // A handshake but for its key.
        let mut stream = server.connect();
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\n\r\n",
            server.port
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 400") && answer.contains("Sec-WebSocket-Key"),
            "{path}: {answer}"
        );
    }
}

#[test]
fn every_address_of_the_description_answers_as_it_says() {
    let server = with_runs();
    let api = server.get("/api/v1/openapi.json").json();
    let paths = api["paths"].as_object().unwrap();
    assert!(paths.len() >= 15, "{}", paths.len());
    for (path, methods) in paths {
        let id = if path.contains("/tasks/{id}") { "t100" } else { "a1" };
        let place = path.replace("{id}", id);
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            // The events of a run never end.
            if path.ends_with("{id}/live") && method == "GET" {
                continue;
            }
            let answer = server.ask(method, &place, "", b"");
            let described = &methods[method.to_lowercase()]["responses"];
            if described.is_object() {
                assert!(
                    described[answer.status.to_string()].is_object(),
                    "{method} {path}: {}",
                    answer.status
                );
            } else {
                assert_eq!(answer.status, 405, "{method} {path}");
            }
            let foreign = server.ask(method, &place, "Origin: http://evil.example\r\n", b"");
            assert_eq!(foreign.status, 403, "{method} {path}");
            assert!(!foreign.head.to_lowercase().contains("access-control-allow"), "{}", foreign.head);
        }
    }
}

#[test]
fn every_route_of_the_interface_is_described() {
    let routes: BTreeSet<&str> = include_str!("../src/api/mod.rs")
        .split(".route(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let described: Value = serde_json::from_str(include_str!("../src/api/openapi.json")).unwrap();
    // The addresses of files given to `makespan open` are not described.
    let interface = routes.iter().filter(|route| !route.starts_with("/files/"));
    let missing: Vec<_> = interface.filter(|route| !described["paths"][**route].is_object()).collect();
    assert!(routes.len() > 20 && missing.is_empty(), "{missing:?}");
}

#[test]
fn graflow_addresses_return_the_state_of_the_store() {
    let server = with_runs();
    let all = server.get("/api/executions").json();
    let newest = &all["executions"][0];
    assert_eq!((newest["execution_id"].as_str(), newest["status"].as_str()), (Some("a9"), Some("failed")));
    assert_eq!(
        (newest["total_tasks"].as_u64(), newest["completed_tasks"].as_u64(), newest["failed_tasks"].as_u64()),
        (Some(5), Some(4), Some(1))
    );
    let one = server.get("/api/executions/a1").json();
    assert_eq!(one["task_executions"].as_array().unwrap().len(), 5);
    assert_eq!(one["task_executions"][0]["start_time"], "1970-01-01T00:01:40Z");
    assert_eq!(one["task_executions"][0]["duration"], 0.9);
    let graph = server.get("/api/graph/current").json();
    assert_eq!(graph["nodes"].as_array().unwrap().len(), 5);
    assert!(graph["nodes"].as_array().unwrap().iter().any(|n| n["data"]["error"] == "no disk"), "{graph}");
    let history = server.get("/api/tasks/t100/history").json();
    assert_eq!(history["executions"][0]["status"], "completed");
    assert_eq!(history["executions"][0]["execution_id"], "a1_t100");
    let figures = server.get("/api/metrics/summary").json();
    assert_eq!((figures["total_executions"].as_u64(), figures["total_tasks"].as_u64()), (Some(10), Some(50)));
    assert_eq!(figures["success_rate"].as_f64(), Some(0.98));
    assert!((figures["average_task_duration"].as_f64().unwrap() - 0.9).abs() < 1e-9, "{figures}");
    let text = String::from_utf8(server.get("/metrics").body).unwrap();
    assert!(
        text.contains("makespan_runs{status=\"failed\"} 1")
            && text.contains("makespan_events_stored_total 61"),
        "{text}"
    );
}

#[test]
fn the_history_of_a_task_is_also_found_by_its_name_and_its_step() {
    let server = Server::start();
    for run in 0..2u64 {
        let mut lines = format!("{{\"event\":\"run\",\"run\":\"r{run}\"}}\n");
        for number in 1..3 {
            let (started, id) = (run * 100 + number, run * 7);
            lines.push_str(&format!(
                "{{\"event\":\"task\",\"task\":\"{id}\",\"name\":\"fetch part\",\"step\":\"fetch\"}}\n\
                 {{\"event\":\"attempt\",\"task\":\"{id}\",\"try\":{number},\"started\":{started}000000000,\
                  \"ended\":{started}500000000,\"status\":\"succeeded\"}}\n"
            ));
        }
        assert_eq!(server.send(&format!("r{run}"), "p", 1, &lines).status, 200);
    }
    let by_id = server.get("/api/tasks/7/history").json();
    assert_eq!(by_id["executions"].as_array().unwrap().len(), 1);
    for name in ["fetch", "fetch%20part"] {
        let answer = server.get(&format!("/api/tasks/{name}/history"));
        assert_eq!(answer.status, 200, "{name}");
        let executions = answer.json()["executions"].as_array().unwrap().clone();
        let ids: Vec<&str> = executions.iter().map(|one| one["execution_id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["r1_7_2", "r1_7_1", "r0_0_2", "r0_0_1"], "the newest is first");
        assert_eq!(
            (executions[0]["task_id"].as_str(), executions[0]["duration"].as_f64()),
            (Some("7"), Some(0.5))
        );
    }
    let nobody = server.get("/api/tasks/fetch%20/history");
    assert!(nobody.status == 404 && nobody.json()["detail"].as_str().unwrap().contains("name or step"));
}
