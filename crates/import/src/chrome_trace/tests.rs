#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::importer::Source;
use crate::testing::Collect;

fn read(text: &str) -> Vec<String> {
    let source = Source::new("t.json", text.as_bytes().to_vec());
    let mut sink = Collect::default();
    (CHROME_TRACE.read)(&[ClaimedFile { source: &source, part: "trace" }], &Options::default(), &mut sink)
        .unwrap();
    sink.lines
}

fn has(lines: &[String], part: &str) -> bool {
    lines.iter().any(|l| l.contains(part))
}

#[test]
fn complete_slices_nest_by_time() {
    let got = read(
        r#"{"displayTimeUnit":"ms","traceEvents":[
        {"ph":"M","name":"thread_name","pid":1,"tid":2,"args":{"name":"main"}},
        {"ph":"X","name":"inner","cat":"c","ts":15,"dur":5.5,"pid":1,"tid":2,"args":{"k":1}},
        {"ph":"X","name":"outer","ts":"10","dur":20,"pid":1,"tid":2},
        {"ph":"X","name":"other","ts":15,"dur":5,"pid":1,"tid":3}]}"#,
    );
    // The tasks are emitted as they come, their times when the origin is known.
    assert!(got[0].contains(r#""run":"t.json""#), "{got:?}");
    assert_eq!(
        got[1],
        r#"{"event":"task","task":"slice 1","name":"inner","step":"inner","labels":{"category":"c"},"params":{"k":1}}"#
    );
    assert!(got[4].contains(r#""displayTimeUnit":"ms""#) && got[5].contains("relative-times"), "{got:?}");
    assert_eq!(got[6], r#"{"event":"task","task":"slice 1","parent":"slice 2"}"#);
    assert_eq!(
        got[7],
        r#"{"event":"attempt","task":"slice 1","started":5000,"ended":10500,"worker":"main"}"#
    );
    assert!(got[9].contains(r#""worker":"thread 3""#) && got.len() == 10, "{got:?}");
}

#[test]
fn begins_and_ends_pair_on_their_thread() {
    let got = read(
        r#"[{"ph":"B","name":"a","ts":0,"pid":1,"tid":1},{"ph":"B","name":"b","ts":1,"pid":1,"tid":1,"args":{"x":1}},
        {"ph":"E","ts":2,"pid":1,"tid":1,"args":{"x":1,"y":2}},{"ph":"E","name":"a","ts":3,"pid":1,"tid":1},
        {"ph":"E","ts":4,"pid":1,"tid":1},{"ph":"B","name":"c","ts":5,"pid":1,"tid":1}"#,
    );
    assert!(has(&got, r#""name":"b","step":"b","parent":"slice 1","params":{"x":1,"y":2}"#), "{got:?}");
    assert!(has(&got, r#""task":"slice 2","started":1000,"ended":2000"#));
    assert!(has(&got, r#"{"event":"attempt","task":"slice 3","started":5000,"worker""#));
    assert!(has(&got, "end-without-begin") && has(&got, "unclosed-slice"));
}

#[test]
fn asynchronous_operations_pair_by_id() {
    let got = read(
        r#"[{"ph":"b","cat":"c","id":"0x1","name":"a","ts":0,"pid":1,"tid":1},
        {"ph":"b","cat":"c","id":"0x2","name":"b","ts":1,"pid":1,"tid":1},
        {"ph":"b","cat":"c","id":"0x1","name":"in a","ts":2,"pid":1,"tid":2},
        {"ph":"n","cat":"c","id":"0x1","name":"mark","ts":2,"pid":1,"tid":1},
        {"ph":"e","cat":"c","id":"0x1","ts":3,"pid":1,"tid":1},{"ph":"e","cat":"c","id":"0x1","ts":5,"pid":1,"tid":1},
        {"ph":"e","cat":"c","id":"0x2","ts":6,"pid":1,"tid":1}]"#,
    );
    assert!(has(&got, r#""task":"slice 1","started":0,"ended":5000"#), "{got:?}");
    assert!(has(&got, r#""task":"slice 3","name":"in a","step":"in a","parent":"slice 1""#));
    assert!(has(&got, r#"{"event":"log","task":"slice 3","t":2000,"text":"mark"}"#));
}

#[test]
fn flows_and_arguments_make_dependencies() {
    let got = read(
        r#"[{"ph":"X","name":"a","ts":0,"dur":10,"pid":1,"tid":1},{"ph":"X","name":"b","ts":20,"dur":10,"pid":1,"tid":2},
        {"ph":"X","name":"c","ts":40,"dur":5,"pid":1,"tid":2,"args":{"task_id":"C","deps":["B"],"status":"failed"}},
        {"ph":"X","name":"d","ts":60,"dur":5,"pid":1,"tid":2,"args":{"task_id":"C"}},
        {"ph":"s","id":1,"cat":"f","ts":5,"pid":1,"tid":1},{"ph":"t","id":1,"cat":"f","ts":25,"pid":1,"tid":2},
        {"ph":"f","id":1,"cat":"f","ts":35,"pid":1,"tid":2},{"ph":"f","id":9,"bp":"e","cat":"f","ts":35,"pid":1,"tid":2}]"#,
    );
    assert!(has(&got, r#"{"event":"task","task":"slice 2","after":["slice 1"]}"#), "{got:?}");
    assert!(has(&got, r#""task":"C","name":"c","step":"c","after":["B"]"#));
    assert!(has(&got, r#"{"event":"task","task":"C","after":["slice 2"]}"#));
    assert!(has(&got, r#""worker":"thread 2","status":"failed""#));
    assert!(has(&got, "duplicate-id") && has(&got, "flow-unbound") && has(&got, "flow-without-start"));
}

#[test]
fn counters_instants_and_names() {
    let got = read(
        r#"[{"ph":"C","name":"mem","ts":1000,"pid":1,"args":{"rss":5,"heap":"3"}},{"ph":"C","name":"cpu","ts":1001,"pid":2,"args":{"v":1}},
        {"ph":"i","name":"GC","ts":1002,"pid":1,"tid":1},{"ph":"I","name":"Load failed","ts":1003,"pid":1,"tid":1},
        {"ph":"M","name":"process_name","pid":1,"args":{"name":"P"}},{"ph":"M","name":"process_sort_index","pid":1,"args":{"sort_index":-5}},
        {"ph":"P","name":"s","ts":1,"pid":1,"tid":1},{"ph":"i","name":"x","pid":1,"tid":1},7,]"#,
    );
    assert!(has(&got, r#""name":"P: mem.rss","value":5,"t":0"#), "{got:?}");
    assert!(has(&got, r#""name":"2: cpu","value":1,"t":1000"#));
    assert!(has(&got, r#"{"event":"log","t":2000,"text":"GC"}"#));
    assert!(has(&got, r#"{"event":"alert","t":3000,"severity":"fail","text":"Load failed"}"#));
    assert!(has(&got, r#""sort_index":{"1":-5}"#));
    assert!(
        has(&got, "not-shown")
            && has(&got, "bad-time")
            && has(&got, "bad-record")
            && has(&got, "trailing-comma")
    );
}

#[test]
fn dates_in_the_file_are_kept() {
    let got = read(r#"[{"ph":"X","name":"a","ts":1700000000000000.5,"dur":1,"pid":1,"tid":1}]"#);
    assert!(has(&got, r#""started":1700000000000000500"#) && !has(&got, "relative"), "{got:?}");
    let got = read(
        r#"{"baseTimeNanoseconds":1700000000000000000,"traceEvents":[{"ph":"X","name":"a","ts":7,"dur":1,"pid":1,"tid":1}]}"#,
    );
    assert!(has(&got, r#""started":1700000000000007000"#), "{got:?}");
}

#[test]
fn hostile_nesting_stays_linear() {
    let mut text = String::from("[");
    for i in 0..50_000 {
        text.push_str(&format!(r#"{{"ph":"X","name":"a","ts":{i},"dur":{},"pid":1,"tid":1}},"#, 60_000 + i));
    }
    let got = read(&text);
    assert!(has(&got, "overlapping-slices") && got.len() > 100_000);
}
