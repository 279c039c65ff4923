//! A fault in the syntax of a document costs the record that it is in, and its place is shown.
#![allow(clippy::unwrap_used)]

use makespan_import::testing::{Collect, messages};
use makespan_import::{Opening, Options, Settings, Source, Verdict, open};

fn read(text: &str) -> (Verdict, Collect) {
    let mut sink = Collect::default();
    let outcome = open(vec![Source::new("x.json", text.as_bytes().to_vec())], &Options::default(), &mut sink);
    // However it is cut, the same comes of it.
    for size in [1, 7, 64] {
        let mut cut = Collect::default();
        let mut opening = Opening::new(Settings { files: Some(1), ..Settings::default() });
        opening.begin("x.json", Some(text.len() as u64));
        text.as_bytes().chunks(size).for_each(|part| opening.push(part, &mut cut));
        opening.end(&mut cut);
        opening.finish(&mut cut);
        assert_eq!(cut.lines, sink.lines, "in chunks of {size}");
    }
    (outcome.files[0].kind, sink)
}

/// A trace of four slices, the second as given.
fn trace(second: &str, glue: &str) -> String {
    let one = |name: &str, ts: u32| {
        format!(
            r#"{{"name":"{name}","ph":"X","ts":{ts},"dur":5,"pid":1,"tid":1,"args":{{"k":[1,{{"name":2}}]}}}}"#
        )
    };
    let all = [one("cut", 0), second.to_owned(), one("glue", 20), one("paint", 30)];
    format!(
        "{{\"traceEvents\":[{}{}{}],\"unit\":\"ms\"}}",
        if glue == "," { "" } else { "\n" },
        all.join(glue),
        if glue == "," { "" } else { "\n" }
    )
}

fn tasks(sink: &Collect) -> usize {
    sink.lines
        .iter()
        .filter(|l| l.starts_with("{\"event\":\"task\"") || l.starts_with("{\"event\":\"attempt\""))
        .filter(|l| l.contains("\"task\""))
        .count()
}

#[test]
fn a_bad_record_affects_only_itself() {
    let good = tasks(&read(&trace(r#"{"name":"saw","ph":"X","ts":9,"dur":5,"pid":1,"tid":1}"#, ",\n")).1);
    let faults = [
        (r#"{"name":"board 2" wide","ph":"X","ts":9,"dur":5,"pid":1,"tid":1}"#, "unescaped quote"),
        (r#"{"name":"use("a", "b")","ph":"X","ts":9,"dur":5,"pid":1,"tid":1}"#, "unescaped quote"),
        (r#"{"name":"saw","ph":"X","ts":9,"dur":5,25,"pid":1,"tid":1}"#, "decimal comma"),
        (r#"{'name':'saw','ph':'X','ts':int(9),'dur':5,'pid':1,'tid':1}"#, "single quotes"),
        (r#"{"name":"saw","ph":"X","ts":9,"dur":undefined,"pid":1,"tid":1}"#, "another language"),
        (r#"{"name":"saw,"ph":"X","ts":9,"dur":5,"pid":1,"tid":1}"#, "unescaped quote"),
        (r#"{"name":"saw","ph":"X","ts":~,"args":{"a":[}}"#, "unexpected character"),
    ];
    for (second, cause) in faults {
        for glue in [",\n", ","] {
            let text = trace(second, glue);
            let (kind, sink) = read(&text);
            let found = messages(&sink.lines);
            assert_eq!(kind, Verdict::Read, "{text}");
            assert_eq!(tasks(&sink), good / 4 * 3, "{text}\n{found:?}");
            let line = if glue == "," { "line 1, column " } else { "line 3, column " };
            let hit = found.iter().find(|m| m.contains("bad-record")).unwrap();
            assert!(hit.contains(line) && hit.contains(cause), "{text}\n{hit}");
        }
    }
}

#[test]
fn a_record_written_as_a_python_literal_is_read_and_its_place_is_shown() {
    let good = tasks(&read(&trace(r#"{"name":"saw","ph":"X","ts":9,"dur":5,"pid":1,"tid":1}"#, ",\n")).1);
    for (second, mark) in [
        (r#"{'name':'saw','ph':'X','ts':9,'dur':5,'pid':1,'tid':1}"#, "{'name"),
        (r#"{"name":"saw","ph":"X","ts":9,"dur":5,"pid":1,"tid":1,"args":{"a":None}}"#, "None"),
        (
            r#"{"name":"saw","ph":"X","ts":9,"dur":5,"pid":1,"tid":1,"args":{'a}':'it\'s ]}','b':True}}"#,
            "{'a}'",
        ),
    ] {
        for glue in [",\n", ","] {
            let text = trace(second, glue);
            let (kind, sink) = read(&text);
            let found = messages(&sink.lines);
            assert_eq!((kind, tasks(&sink)), (Verdict::Read, good), "{text}\n{found:?}");
            assert!(!found.iter().any(|m| m.contains("bad-record")), "{found:?}");
            let column = second.find(mark).unwrap() + 1;
            let (line, column) =
                if glue == "," { (1, text.find(second).unwrap() + column) } else { (3, column) };
            let place = format!("(first: line {line}, column {column})");
            let hit = found.iter().find(|m| m.contains("python-literals")).unwrap();
            assert!(hit.contains(&place), "{text}\n{hit}");
        }
    }
    // Cut in the middle, it is the end of the file.
    let cut = "[{\"id\":\"a\",\"start\":1,\"end\":2},\n{'id':'b','start':2,'en";
    let (_, sink) = read(cut);
    let found = messages(&sink.lines);
    assert!(found.iter().any(|m| m.contains("truncated")), "{found:?}");
    assert!(!found.iter().any(|m| m.contains("bad-record")), "{found:?}");
}

#[test]
fn a_value_in_single_quotes_among_double_quotes_costs_nothing() {
    let records = [
        (r#"{"name":"saw","ph":"X","ts":9,"dur":5,"pid":1,"tid":1,"args":{"s":'x, "y" {z}'}}"#, 1),
        (r#"{"name":'saw',"ph":"X","ts":9,"dur":5,"pid":1,"tid":1,"args":{"s":['x','y']}}"#, 2),
        (r#"{"name":"saw","ph":"X","ts":9,'dur':5,"pid":1,"tid":1,"args":{"s":NaN}}"#, 1),
    ];
    for (record, literals) in records {
        for glue in [",\n", ","] {
            let (kind, sink) = read(&trace(record, glue));
            let found = messages(&sink.lines);
            assert_eq!((kind, tasks(&sink)), (Verdict::Read, 8), "{record}: {found:?}");
            let counted = format!("\"count\":{literals}");
            let is_counted =
                |l: &&String| l.contains("python-literals") && (literals == 1 || l.contains(&counted));
            assert!(sink.lines.iter().any(|l| is_counted(&l)), "{record}: {found:?}");
            assert!(!found.iter().any(|m| m.contains("bad-record")), "{record}: {found:?}");
        }
    }
    // Nothing is guessed where the quotes do not enclose a value.
    let (_, sink) = read(&trace(r#"{"name":'it's',"ph":"X","ts":9,"dur":5,"pid":1,"tid":1}"#, ",\n"));
    assert_eq!(tasks(&sink), 6);
    assert!(messages(&sink.lines).iter().any(|m| m.contains("bad-record")));
}

#[test]
fn single_quotes_are_read_at_the_top_of_a_document_and_in_lines() {
    let first = r#"{"id":"a","start":0,"end":10,"status":'failed'}"#;
    let second = r#"{"id":"b",'start':10,"end":20,"status":"failed","note":'say "so"'}"#;
    for text in [
        format!("[{first},\n{second}]"),
        format!("{first}\n{second}\n"),
        format!("{{\"tasks\":[{first},{second}],\"name\":'nightly'}}"),
    ] {
        let (kind, sink) = read(&text);
        let failed = sink.lines.iter().filter(|l| l.contains("\"failed\"")).count();
        assert_eq!((kind, failed), (Verdict::Read, 2), "{text}: {:?}", sink.lines);
    }
}

#[test]
fn mending_every_record_takes_time_that_grows_with_their_number() {
    let time = |count: usize, value: &str| {
        let record = |i: usize| {
            format!(r#"{{"name":"s{i}","ph":"X","ts":{i},"dur":1,"pid":1,"tid":1,"args":{{"x":{value}}}}}"#)
        };
        let records: Vec<String> = (0..count).map(record).collect();
        let text = format!("{{\"traceEvents\":[{}]}}", records.join(",\n"));
        let begun = std::time::Instant::now();
        let mut sink = Collect::default();
        let outcome = open(vec![Source::new("x.json", text.into_bytes())], &Options::default(), &mut sink);
        let tasks = sink.lines.iter().filter(|l| l.starts_with("{\"event\":\"task\"")).count();
        assert_eq!(tasks, count, "{value}: {}", outcome.files[0]);
        begun.elapsed()
    };
    for value in ["NaN", "None", "{'k':'v'}", "[1,]"] {
        let (few, many) = (time(1_000, value), time(16_000, value));
        // Squares would be 256 times as many.
        assert!(many < few * 80 + std::time::Duration::from_millis(500), "{value}: {few:?}, {many:?}");
    }
}

#[test]
fn documents_and_lines_with_python_literals_lose_no_record() {
    let job = |n: u8, text: &str| {
        format!(
            r#"{{"id":{n},"run_id":7,"name":"j{n}","steps":[],"status":"completed","conclusion":"success",{text}}}"#
        )
    };
    let jobs = format!(
        "{{\"total_count\":3,\"jobs\":[{},\n{},\n{}]}}",
        job(1, "\"started_at\":\"2026-01-06T12:00:00Z\",\"completed_at\":\"2026-01-06T12:00:09Z\""),
        "{'id': 2, 'run_id': 7, 'name': \"it's\", 'steps': [], 'status': 'completed', 'conclusion': 'failure', 'started_at': '2026-01-06T12:00:00Z', 'completed_at': '2026-01-06T12:00:09Z'}",
        job(3, "\"started_at\":\"2026-01-06T12:00:00Z\",\"completed_at\":None"),
    );
    let lines = "{\"id\":\"a\",\"start\":1,\"end\":2}\n{'id':\"it's\",'start':2,'end':None}\n{\"id\":\"c\",\"start\":3,\"end\":None}\n";
    for (text, place) in [(jobs.as_str(), "line 2, column 1"), (lines, "line 2, column 1")] {
        let (kind, sink) = read(text);
        let found = messages(&sink.lines);
        assert_eq!(kind, Verdict::Read, "{found:?}");
        assert_eq!(
            sink.lines.iter().filter(|l| l.starts_with("{\"event\":\"task\"")).count(),
            3,
            "{}",
            sink.text()
        );
        let hit = found.iter().find(|m| m.contains("python-literals")).unwrap();
        assert!(hit.contains(place), "{hit}");
        assert!(!found.iter().any(|m| m.contains("bad-")), "{found:?}");
    }
}

#[test]
fn a_task_list_continues_after_a_bad_record() {
    let text = "[\n  {\"id\": \"a\", \"start\": 1, \"end\": 2},\n  {\"id\": \"b \"q\"\", \"start\": 2},\n  {\"id\": \"c\", \"start\": 3, \"end\": 4}\n]\n";
    let (_, sink) = read(text);
    assert!(sink.text().contains("\"c\"") && sink.text().contains("line 3, column 14"), "{}", sink.text());
    let keyed = r#"{"tasks":{"a":{"start":1,"end":2},"b":{"start":1,5,"end":2},"c":{"start":3,"end":4}}}"#;
    let (_, sink) = read(keyed);
    assert!(sink.text().contains("\"c\"") && sink.text().contains("decimal comma"), "{}", sink.text());
}

#[test]
fn missing_commas_are_added_and_lines_in_front_are_skipped() {
    let text = "[{\"id\":\"a\",\"start\":1,\"end\":2}\n{\"id\":\"b\",\"start\":2,\"end\":3}]";
    let (_, sink) = read(text);
    assert!(sink.text().contains("\"b\"") && sink.text().contains("missing-comma"), "{}", sink.text());
    for front in ["2026-01-05 08:00:00 INFO starting\n", "[INFO] one\n[WARN] two\n", "Loading {models} ...\n"]
    {
        let (kind, sink) = read(&format!("{front}{{\"tasks\":[{{\"id\":\"a\",\"start\":1,\"end\":2}}]}}"));
        assert_eq!(kind, Verdict::Read, "{front}");
        assert!(sink.text().contains("text-before"), "{}", sink.text());
    }
}

#[test]
fn a_document_broken_at_the_start_states_the_place() {
    let (kind, _) = read("{\"tasks\":[{\"id\":\"a\" \"b\" c}]}");
    assert_eq!(kind, Verdict::Broken);
}

#[test]
fn documents_of_nodes_and_of_spans_lose_but_the_record_at_fault() {
    let node = |n: u8, name: &str| {
        format!(
            r#""n{n}":{{"id":"n{n}","name":"w.{n}","displayName" {name},"type":"Pod","phase":"Succeeded","startedAt":"2026-01-06T12:00:00Z","finishedAt":"2026-01-06T12:00:05Z"}}"#
        )
    };
    let argo = format!(
        r#"{{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","metadata":{{"name":"w"}},"status":{{"phase":"Succeeded","nodes":{{{},{},{}}}}}}}"#,
        node(1, r#":"a""#),
        node(2, r#""b""#),
        node(3, r#":"c""#)
    );
    let span = |n: u8, name: &str| {
        format!(
            r#"{{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"000000000000000{n}","name":{name},"startTimeUnixNano":"1767700000000000000","endTimeUnixNano":"1767700001000000000"}}"#
        )
    };
    let otlp = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{},{},{}]}}]}}]}}"#,
        span(1, r#""a""#),
        span(2, r#""say "b"""#),
        span(3, r#""c""#)
    );
    let moe = r#"2026-01-06 12:00:00 INFO written
{"workflow_id":"w","start_time":"2026-01-06T12:00:00","end_time":"2026-01-06T12:00:09","success":true,"events":[],
 "components":[{"component":"prediction","entry_time":"2026-01-06T12:00:00","exit_time":"2026-01-06T12:00:02","success":true,"result":{"n":1}},
 {"component":"evaluation","entry_time":"2026-01-06T12:00:02","exit_time":"2026-01-06T12:00:04","success":true,"result":{"n":1,5}},
 {"component":"integration","entry_time":"2026-01-06T12:00:04","exit_time":"2026-01-06T12:00:06","success":true,"result":null}],"results":{}}"#;
    for text in [argo.as_str(), &otlp, moe] {
        let (kind, sink) = read(text);
        let found = messages(&sink.lines);
        assert_eq!((kind, tasks(&sink)), (Verdict::Read, 4), "{text}\n{found:?}");
        assert!(found.iter().any(|m| m.contains("bad-record") && m.contains(", column ")), "{found:?}");
    }
    assert!(messages(&read(moe).1.lines).iter().any(|m| m.contains("line 4, column ")));
    // A literal of Python.
    let (kind, sink) = read("{'workflow_id': 'w', 'start_time': '2026-01-06T12:00:00', 'components': []}");
    assert_eq!(kind, Verdict::Read);
    assert!(messages(&sink.lines).iter().any(|m| m.contains("python-literals")));
}

#[test]
fn comments_and_lines_of_a_log_between_records_cost_none() {
    let slice = |at: u32| format!(r#"{{"name":"n{at}","ph":"X","ts":{at}0,"dur":5,"pid":1,"tid":1}}"#);
    let all = [1, 2, 3, 4].map(slice);
    for (text, code) in [
        (all.join(", // as \"usual\"\n"), "comment"),
        (format!("/* all */ {} /* last */", all.join(" /* } */ ,\n")), "comment"),
        (all.join(",\n2026-01-05 10:00:11 INFO flushed \"queue\" {1}\n"), "text-before"),
        (all.join(",\n[warn] slow\n  at x\n"), "text-before"),
        (format!("begin\n{}", all.join(",")), "text-before"),
    ] {
        let (kind, sink) = read(&format!("{{\"traceEvents\":[{text}],\"unit\":\"ms\"}}"));
        let found = messages(&sink.lines);
        assert_eq!(
            (kind, tasks(&sink)),
            (Verdict::Read, tasks(&read(&trace(&slice(9), ",")).1)),
            "{text}\n{found:?}"
        );
        assert!(found.iter().any(|m| m.contains(code)), "{text}\n{found:?}");
        assert!(!found.iter().any(|m| m.contains("bad-record")), "{text}\n{found:?}");
    }
}
