//! OpenTelemetry.

use makespan_import::otlp::{Encoding, Signal, take_request};

use super::*;

const ID: &str = "otlp";
const TRACE: &str = "5b8efff798038103d269b633813fc60c";

#[test]
fn lines_in_every_dialect_make_traces() {
    let runs = fixtures(ID, &["trace.jsonl"]);
    assert_eq!(
        all_counts(&runs),
        [
            format!("{TRACE}: 3 tasks, 3 attempts, 1 edges: 2 succeeded 1 failed"),
            "00000000000000000000000000000b0b: 1 tasks, 1 attempts, 0 edges: 1 running".to_owned(),
        ]
    );
    let run = &runs[0];
    assert_eq!((run.title(), run.text(run.workflow)), ("order", "shop"));
    assert_eq!(edges(run), ["eee19b7ec3c1b174 -> 00000000000000aa"]);
    let chat = run.find_task("00000000000000aa").unwrap();
    assert_eq!((run.task_name(chat), run.task_step(chat)), ("chat", "small-model"));
    let order = run.find_task("eee19b7ec3c1b173").unwrap();
    assert_eq!(run.parent(chat), Some(order));
    assert_eq!((seconds(run, "eee19b7ec3c1b173"), seconds(run, "eee19b7ec3c1b174")), (4.0, 1.0));
    let mut measured: Vec<(&str, f64)> =
        (0..run.samples.value.len()).map(|i| (run.text(run.samples.name[i]), run.samples.value[i])).collect();
    measured.sort_by(|a, b| a.0.cmp(b.0));
    assert_eq!(
        measured,
        [
            ("db.rows", 12.0),
            ("gen_ai.usage.cost", 0.02),
            ("gen_ai.usage.input_tokens", 120.0),
            ("gen_ai.usage.output_tokens", 30.0),
        ]
    );
    assert_eq!(run.logs.text.len(), 1);
    let codes: Vec<&str> = codes(&runs[1]).into_iter().map(|c| c.0).collect();
    assert!(codes.contains(&"parent-missing") && codes.contains(&"open-end"), "{codes:?}");
}

#[test]
fn metrics_and_printed_spans() {
    let runs = fixtures(ID, &["metrics.json"]);
    assert_eq!(all_counts(&runs), ["logs and metrics of shop: 0 tasks, 0 attempts, 0 edges:"]);
    assert_eq!(runs[0].samples.value.len(), 4);
    let runs = fixtures(ID, &["console.json", "metrics.json"]);
    assert_eq!(
        all_counts(&runs),
        ["0000000000000000000000000000c0de: 2 tasks, 2 attempts, 0 edges: 1 succeeded 1 failed"]
    );
    assert_eq!((runs[0].title(), runs[0].samples.value.len(), runs[0].logs.text.len()), ("root", 4, 1));
}

/// A field of a protobuf message that is bytes.
fn field(number: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![(number << 3) | 2];
    let mut length = body.len();
    while length > 127 {
        out.push((length as u8 & 0x7f) | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(body);
    out
}

fn fixed(number: u8, value: u64) -> Vec<u8> {
    [&[(number << 3) | 1][..], &value.to_le_bytes()].concat()
}

fn request() -> Vec<u8> {
    let text = |key: &str, value: &str| {
        field(1, &[field(1, key.as_bytes()), field(2, &field(1, value.as_bytes()))].concat())
    };
    let resource = field(1, &text("service.name", "shop"));
    let span = |id: u8, parent: u8, name: &str, code: u8| {
        let parts = [
            field(1, &[7; 16]),
            field(2, &[id; 8]),
            if parent > 0 { field(4, &[parent; 8]) } else { Vec::new() },
            field(5, name.as_bytes()),
            vec![6 << 3, 2],
            fixed(7, 1_700_000_000_000_000_000),
            fixed(8, 1_700_000_000_000_000_000 + u64::from(id) * 1_000_000_000),
            field(9, &[field(1, b"row.count"), field(2, &[3 << 3, 5])].concat()),
            field(15, &[field(2, b"no"), vec![3 << 3, code]].concat()),
        ];
        field(2, &parts.concat())
    };
    let scope = field(2, &[span(9, 0, "root", 1), span(4, 9, "step", 2)].concat());
    field(1, &[resource, scope].concat())
}

#[test]
fn protobuf_is_read_bare_and_in_frames() {
    let message = request();
    let framed = [&(message.len() as u32).to_be_bytes()[..], &message].concat();
    // A varint with the length, as behind the number of a field.
    let delimited = field(1, &message).split_off(1);
    for bytes in [message.clone(), framed, delimited] {
        let runs = opened(ID, vec![Source::new("traces", bytes)]);
        let id = "07".repeat(16);
        assert_eq!(all_counts(&runs), [format!("{id}: 2 tasks, 2 attempts, 0 edges: 1 succeeded 1 failed")]);
        assert_eq!(
            (seconds(&runs[0], "0909090909090909"), seconds(&runs[0], "0404040404040404")),
            (9.0, 4.0)
        );
        assert_eq!((runs[0].text(runs[0].workflow), runs[0].samples.value.len()), ("shop", 2));
    }
    // No cut of it does harm.
    for cut in 0..message.len() {
        let mut runs = RunsBuilder::new();
        open(vec![Source::new("cut", message[..cut].to_vec())], &Options::default(), &mut runs);
    }
}

#[test]
fn the_spans_before_the_end_of_a_truncated_file_are_read() {
    let message = request();
    let delimited = field(1, &message).split_off(1);
    let framed = [&(message.len() as u32).to_be_bytes()[..], &message].concat();
    for bytes in [message, framed, delimited] {
        let runs = opened(ID, vec![Source::new("cut", bytes[..bytes.len() - 3].to_vec())]);
        let id = "07".repeat(16);
        assert_eq!(all_counts(&runs), [format!("{id}: 1 tasks, 1 attempts, 0 edges: 1 succeeded")]);
        assert_eq!(codes(&runs[0]), [("truncated", 1)]);
    }
}

#[test]
fn requests_of_a_trace_give_the_run_of_its_file_in_any_order() {
    let request = |span: &str| {
        format!("{{\"resourceSpans\":[{{\"resource\":{{}},\"scopeSpans\":[{{\"spans\":[{span}]}}]}}]}}")
    };
    let span = |id: &str, parent: &str, more: &str| {
        format!(
            "{{\"traceId\":\"{TRACE}\",\"spanId\":\"{id}\",\"parentSpanId\":\"{parent}\",\"name\":\"{id}\",\
             \"startTimeUnixNano\":\"5\",\"endTimeUnixNano\":\"9\"{more}}}"
        )
    };
    let (root, one, two) = ("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc");
    let link = format!(",\"links\":[{{\"traceId\":\"{TRACE}\",\"spanId\":\"{one}\"}}]");
    let parts = [span(two, root, &link), span(one, root, ""), span(root, "", "")];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut runs = RunsBuilder::new();
        for at in order {
            let bytes = request(&parts[at]).into_bytes();
            let taken = take_request(&bytes, Encoding::Json, Signal::Traces, &mut runs).unwrap();
            assert_eq!((taken.accepted, taken.rejected), (1, 0));
        }
        let runs = runs.finish().0;
        let run = &runs[0];
        assert_eq!((runs.len(), run.title(), run.task_count()), (1, root, 3), "{order:?}");
        assert_eq!(run.parent(run.find_task(one).unwrap()), run.find_task(root), "{order:?}");
        assert_eq!(edges(run), [format!("{one} -> {two}")], "{order:?}");
    }
}

#[test]
fn cut_and_corrupted_requests_are_harmless() {
    let message = request();
    for at in 0..message.len() {
        let mut flipped = message.clone();
        flipped[at] ^= 0xff;
        for bytes in [&message[..at], &flipped] {
            for signal in [Signal::Traces, Signal::Logs, Signal::Metrics] {
                let mut runs = RunsBuilder::new();
                let _ = take_request(bytes, Encoding::Protobuf, signal, &mut runs);
                let _ = take_request(bytes, Encoding::Json, signal, &mut runs);
                assert!(runs.finish().0.len() <= 4);
            }
        }
    }
    let whole = take_request(&message, Encoding::Protobuf, Signal::Traces, &mut RunsBuilder::new()).unwrap();
    assert_eq!((whole.accepted, whole.rejected), (2, 0));
}

#[test]
fn recorded_traces() {
    let names = [
        "gha_success-trace.otlp.jsonl",
        "jaegerui_otlp-multi-in.jsonl",
        "jaegerui_otlp2jaeger-in.json",
        "proto_example_logs.json",
        "proto_example_metrics.json",
        "proto_example_trace.json",
        "python_console_exporter.json",
        "python_sdk_file_exporter_small.jsonl",
    ];
    let mut got = Vec::new();
    for name in names {
        let Some(runs) = samples(ID, ID, &[name]) else { return };
        got.extend(runs.iter().take(3).map(|run| format!("{name}: {} runs, {}", runs.len(), counts(run))));
    }
    assert_eq!(
        got,
        [
            "gha_success-trace.otlp.jsonl: 1 runs, 16 tasks, 16 attempts, 0 edges: 4 succeeded 12 failed",
            "jaegerui_otlp-multi-in.jsonl: 1 runs, 4 tasks, 4 attempts, 0 edges: 4 succeeded",
            "jaegerui_otlp2jaeger-in.json: 1 runs, 1 tasks, 1 attempts, 0 edges: 1 succeeded",
            "proto_example_logs.json: 1 runs, 1 tasks, 0 attempts, 0 edges: 1 unknown",
            "proto_example_metrics.json: 1 runs, 0 tasks, 0 attempts, 0 edges:",
            "proto_example_trace.json: 1 runs, 1 tasks, 1 attempts, 0 edges: 1 succeeded",
            "python_console_exporter.json: 1 runs, 6 tasks, 6 attempts, 0 edges: 6 succeeded",
            "python_sdk_file_exporter_small.jsonl: 1 runs, 241 tasks, 241 attempts, 135 edges: 235 succeeded 6 failed",
        ]
    );
}
