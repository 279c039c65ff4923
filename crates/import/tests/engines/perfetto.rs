//! Perfetto's own traces: slices, tracks, clocks, flows, counters, and what they hold besides.

use super::*;

const ID: &str = "perfetto";

#[test]
fn slices_of_tracks_are_tasks_and_flows_dependencies() {
    let runs = fixtures(ID, &["slices.pftrace"]);
    assert_eq!(
        all_counts(&runs),
        ["slices.pftrace: 6 tasks, 6 attempts, 1 edges: 5 succeeded 1 unknown"],
        "{:?}",
        runs[0].diagnostics
    );
    let run = &runs[0];
    let of = |name: &str| run.task_ids().find(|task| run.task_name(*task) == name).expect(name);
    let lasted = |name: &str| run.task_interval(of(name)).map(|(from, to)| (to - from) as f64 / 1e9);
    assert_eq!((lasted("handle"), lasted("parse"), lasted("write")), (Some(5.0), Some(1.0), Some(4.0)));
    // Monotonic times are shifted to those since boot, and these to dates.
    let start =
        |name: &str| run.task_interval(of(name)).map(|(from, _)| from / 1_000_000_000 - 1_770_000_000);
    assert_eq!((start("handle"), start("write"), start("flush")), (Some(1), Some(3), Some(4)));
    assert_eq!(run.parent(of("parse")), Some(of("handle")));
    assert_eq!(edges(run), [format!("{} -> {}", run.task_id(of("handle")), run.task_id(of("write")))]);
    let workers: Vec<&str> = run.attempts.worker.iter().map(|worker| run.text(*worker)).collect();
    assert!(["main", "pool", "pool / io"].iter().all(|name| workers.contains(name)), "{workers:?}");
    assert_eq!(run.samples.value.iter().sum::<f64>(), 7.5);
    assert_eq!((run.text(run.samples.unit[0]), run.text(run.samples.name[0])), ("jobs", "queue"));
    assert_eq!((run.alerts.t.len(), run.text(run.alerts.text[0])), (1, "cache error"));
    let mut found = codes(run);
    found.sort_unstable();
    assert_eq!(
        found,
        [("end-unknown", 1), ("no-end", 1), ("not-shown", 1), ("not-shown", 1), ("state-missing", 1)]
    );
}

#[test]
fn cut_and_corrupted_traces_are_harmless() {
    let bytes = std::fs::read(Path::new(FIXTURES).join(ID).join("slices.pftrace")).unwrap();
    for at in 0..bytes.len() {
        for value in [bytes[at] ^ 0x80, bytes[at] ^ 1, 0xff] {
            let mut flipped = bytes.clone();
            flipped[at] = value;
            let mut runs = RunsBuilder::new();
            let outcome = open(vec![Source::new("t", flipped)], &Options::default(), &mut runs);
            assert_eq!(outcome.files.len(), 1);
        }
    }
    // What is complete is kept.
    let runs = opened(ID, vec![Source::new("t", bytes[..bytes.len() - 3].to_vec())]);
    assert_eq!(runs[0].task_count(), 6);
    assert!(codes(&runs[0]).contains(&("truncated", 1)));
}

/// A packet with these fields, each below 16 and with a body below 128 bytes, or numbers as varints.
fn packet(parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    [&[0x0a, body.len() as u8][..], &body].concat()
}

#[test]
fn names_that_no_packet_defines_and_lost_packets_are_reported() {
    // The sequence begins; a slice whose name was never defined, and a packet before which others were lost.
    let begin = packet(&[&[8 << 3, 10], &[10 << 3, 1], &[13 << 3, 1], &[0x5a, 4, 9 << 3, 1, 10 << 3, 7]]);
    let end = packet(&[&[8 << 3, 90], &[10 << 3, 1], &[0xd0, 0x02, 1], &[0x5a, 2, 9 << 3, 2]]);
    let runs = opened(ID, vec![Source::new("t.pftrace", [begin, end].concat())]);
    assert_eq!(runs[0].task_count(), 1);
    let found = codes(&runs[0]);
    assert!(found.contains(&("name-missing", 1)) && found.contains(&("packets-lost", 1)), "{found:?}");
}
