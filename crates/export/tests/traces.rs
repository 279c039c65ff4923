//! Traces for other programs: OTLP as our own importer reads it, and Perfetto's format field by field.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod support;

use std::collections::BTreeMap;

use makespan_analysis::Facts;
use makespan_export::{Format, Options, perfetto};
use makespan_model::{Run, Status, TaskId, UNKNOWN};
use proptest::prelude::*;
use support::{UNKIND, events, facts, read, write};

const PIPELINE: &str = "\
run nightly
fetch 1..4 w1
align 4..9 w1 fetch
call 9..12 w2 align try=1 failed error=no_reference
call 13..16 w2 try=2 failed error=no_reference
sort 17.. w1 fetch
report - - call upstream-failed
";

fn pipeline() -> Facts {
    Facts::new(makespan_model::notation::run(PIPELINE).unwrap().into())
}

fn task(run: &Run, name: &str) -> TaskId {
    let named = |t: &TaskId| run.task_name(*t) == name;
    run.task_ids().find(named).unwrap_or_else(|| panic!("no task {name}"))
}

#[test]
fn a_trace_reads_back_with_its_tasks_times_dependencies_and_statuses() {
    let before = pipeline();
    let exported = write(&[&before], Format::Otlp, &Options::default());
    assert_eq!(exported.notes, ["left out: 1 task without a start"]);
    let after = read("trace.json", exported.text.as_bytes());
    let [after] = after.as_slice() else { panic!("one run") };
    // Its tasks but the one that never started, the run itself, and both attempts of the one that was retried.
    assert_eq!(after.task_count(), before.run().task_count() - 1 + 1 + 2);
    assert_eq!(after.text(after.workflow), "nightly");
    let run = before.run();
    for name in ["fetch", "align", "call", "sort"] {
        let (was, is) = (task(run, name), task(after, name));
        assert_eq!(after.tasks.status[is.index()], run.tasks.status[was.index()], "{name}");
        let needed = |run: &Run, t: TaskId| -> Vec<String> {
            let row = run.predecessors.row(t.index());
            row.iter().map(|p| run.task_name(TaskId(*p)).to_owned()).collect()
        };
        assert_eq!(needed(after, is), needed(run, was), "{name}");
        let started = |run: &Run, t: TaskId| run.attempts.started[run.attempts_of(t).next().unwrap().index()];
        assert_eq!(started(after, is), started(run, was), "{name}");
        assert_eq!(after.parent(is).map(|p| after.task_name(p)), Some(run.title()), "{name}");
    }
    let call = task(after, "call");
    let last = after.attempts_of(call).next_back().unwrap().index();
    assert_eq!(after.text(after.attempts.error[last]), "no reference");
    assert_eq!(after.attempts.ended[last], 16_000_000_000);
    let second = task(after, "attempt 2");
    assert_eq!(after.task_interval(second), Some((13_000_000_000, 16_000_000_000)));
    assert_eq!(after.parent(second), Some(call));
    assert_eq!(after.tasks.status[task(after, "sort").index()], Status::Running);
}

#[test]
fn any_name_comes_back_in_a_trace() {
    let before = facts(&events(UNKIND));
    let text = write(&[&before, &pipeline()], Format::Otlp, &Options::default()).text;
    let after = read("x", text.as_bytes());
    assert_eq!(after.len(), 2);
    let names = |run: &Run| -> Vec<String> {
        let mut names: Vec<String> = run.task_ids().map(|t| run.task_name(t).to_owned()).collect();
        names.sort();
        names
    };
    let back = names(&after[0]);
    for name in UNKIND.iter().filter(|name| !name.trim().is_empty()) {
        assert!(back.contains(&(*name).to_owned()), "{name:?} in {back:?}");
    }
    let ids: Vec<&str> = text.split("\"spanId\":\"").skip(1).map(|rest| &rest[..16]).collect();
    assert!(ids.iter().all(|id| id.bytes().all(|b| b.is_ascii_hexdigit()) && *id != "0000000000000000"));
}

/// A field of a message: a number, or bytes.
#[derive(Clone, Debug, PartialEq)]
enum Field {
    Number(u64),
    Bytes(Vec<u8>),
}

impl Field {
    fn number(&self) -> u64 {
        match self {
            Field::Number(n) => *n,
            Field::Bytes(_) => panic!("not a number"),
        }
    }

    fn message(&self) -> BTreeMap<u32, Vec<Field>> {
        match self {
            Field::Bytes(bytes) => message(bytes),
            Field::Number(_) => panic!("not a message"),
        }
    }

    fn text(&self) -> String {
        match self {
            Field::Bytes(bytes) => String::from_utf8(bytes.clone()).unwrap(),
            Field::Number(_) => panic!("not a text"),
        }
    }
}

fn varint(bytes: &[u8], at: &mut usize) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = bytes[*at];
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}

/// The fields of a message, read without knowing what they mean.
fn message(bytes: &[u8]) -> BTreeMap<u32, Vec<Field>> {
    let mut fields: BTreeMap<u32, Vec<Field>> = BTreeMap::new();
    let mut at = 0;
    while at < bytes.len() {
        let tag = varint(bytes, &mut at);
        let field = match tag & 7 {
            0 => Field::Number(varint(bytes, &mut at)),
            1 => {
                at += 8;
                Field::Number(u64::from_le_bytes(bytes[at - 8..at].try_into().unwrap()))
            }
            2 => {
                let length = varint(bytes, &mut at) as usize;
                at += length;
                Field::Bytes(bytes[at - length..at].to_vec())
            }
            other => panic!("wire type {other}"),
        };
        fields.entry((tag >> 3) as u32).or_default().push(field);
    }
    fields
}

/// The packets of a trace; whether slices on each track begin and end in pairs and never go back in time is checked.
fn packets(runs: &[&Facts]) -> Vec<BTreeMap<u32, Vec<Field>>> {
    let bytes = perfetto(runs, &mut Vec::new());
    assert_eq!(bytes, perfetto(runs, &mut Vec::new()), "same input, same bytes");
    let packets: Vec<_> = message(&bytes).remove(&1).unwrap_or_default().iter().map(Field::message).collect();
    let (mut open, mut tracks) = (BTreeMap::<u64, (i64, u64)>::new(), Vec::new());
    for packet in &packets {
        if let Some(track) = packet.get(&60) {
            tracks.push(track[0].message()[&1][0].number());
        }
        let Some(event) = packet.get(&11) else { continue };
        let (event, t) = (event[0].message(), packet[&8][0].number());
        let (kind, track) = (event[&9][0].number(), event[&11][0].number());
        assert!(tracks.contains(&track), "a track is described before it is used");
        if kind < 3 {
            let (depth, last) = open.entry(track).or_default();
            *depth += if kind == 1 { 1 } else { -1 };
            assert!((0..=1).contains(depth) && t >= *last, "track {track} at {t}");
            *last = t;
        }
    }
    assert!(open.values().all(|(depth, _)| *depth == 0));
    let count = tracks.len();
    tracks.sort_unstable();
    tracks.dedup();
    assert_eq!(tracks.len(), count, "tracks have ids of their own");
    packets
}

#[test]
fn a_perfetto_trace_has_a_slice_for_each_attempt_and_a_flow_for_each_dependency() {
    let (one, two) = (pipeline(), facts(&events(UNKIND)));
    let packets = packets(&[&one, &two]);
    let of = |kind: u64| {
        let events = packets.iter().filter_map(|packet| packet.get(&11)).map(|event| event[0].message());
        events.filter(|event| event[&9][0].number() == kind).collect::<Vec<_>>()
    };
    let timed = |facts: &Facts| facts.run().attempts.started.iter().filter(|t| **t != UNKNOWN).count();
    assert_eq!(of(1).len(), timed(&one) + timed(&two));
    let mut names: Vec<String> = of(1).iter().map(|event| event[&23][0].text()).collect();
    names.dedup();
    assert!(names.iter().any(|name| name == UNKIND[0]), "{names:?}");
    let flows = |field: u32| -> Vec<u64> {
        let mut ids: Vec<u64> =
            of(1).iter().filter_map(|event| event.get(&field)).flatten().map(Field::number).collect();
        ids.sort_unstable();
        ids
    };
    assert!(flows(47).len() >= UNKIND.len() && flows(47) == flows(48), "every flow that leaves arrives");
    // One counter for each metric of each task, with its unit; and as many lines and alerts.
    assert_eq!(of(4).len(), UNKIND.len());
    assert_eq!(of(3).len(), UNKIND.len() * 2);
    let units = packets.iter().filter_map(|packet| Some(packet.get(&60)?[0].message().get(&8)?[0].message()));
    assert_eq!(units.filter(|unit| unit.contains_key(&6)).count(), UNKIND.len());
}

#[test]
fn items_omitted_from_a_trace_are_counted() {
    let run = facts(
        "{\"event\":\"run\",\"run\":\"r\"}\n{\"event\":\"attempt\",\"task\":\"a\",\"queued\":5}\n\
         {\"event\":\"sample\",\"name\":\"x\",\"value\":1}\n",
    );
    let mut notes = Vec::new();
    perfetto(&[&run], &mut notes);
    assert_eq!(notes, ["left out: 1 attempt without a start", "left out: 1 measured value without a time"]);
}

proptest! {
    #[test]
    fn slices_never_overlap_on_a_track(times in prop::collection::vec((0i64..50, 0i64..20), 0..30)) {
        let mut lines = String::from("{\"event\":\"run\",\"run\":\"r\"}\n");
        for (i, (from, length)) in times.iter().enumerate() {
            let to = from + length;
            lines.push_str(&format!(
                "{{\"event\":\"attempt\",\"task\":\"t{i}\",\"started\":{from},\"ended\":{to},\"worker\":\"w\"}}\n"
            ));
        }
        prop_assert!(packets(&[&facts(&lines)]).len() >= times.len() * 2);
    }
}
