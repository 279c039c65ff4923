//! Packed events: what goes in comes out, and no bytes do harm.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::borrow::Cow;

use makespan_format::packed::{BLOCK_EVENTS, MAGIC, PackedError, Packer, read};
use makespan_format::{
    Alert, Artifact, Attempt, Diagnostic, Direction, ErrorInfo, Event, EventSink, Json, Log, RunInfo, Sample,
    Severity, Status, Task,
};
use proptest::prelude::*;

/// Keeps the events with owned texts, by writing them down as Rust shows them: numbers keep every bit.
#[derive(Default)]
struct Keep(Vec<String>);

impl EventSink for Keep {
    fn event(&mut self, event: Event<'_>) {
        self.0.push(shown(&event));
    }
}

fn shown(event: &Event<'_>) -> String {
    let value = if let Event::Sample(sample) = event { sample.value.to_bits() } else { 0 };
    format!("{event:?} {value:x}")
}

fn pack(events: &[Event<'_>]) -> Vec<u8> {
    let mut packer = Packer::new(Vec::new());
    events.iter().for_each(|event| packer.event(event.clone()));
    packer.finish().unwrap()
}

fn assert_comes_back(events: &[Event<'_>]) {
    let mut back = Keep::default();
    read(&pack(events), &mut back).unwrap();
    assert_eq!(back.0, events.iter().map(shown).collect::<Vec<_>>());
}

fn text() -> impl Strategy<Value = Cow<'static, str>> {
    prop_oneof![
        Just(Cow::Borrowed("")),
        "[a-c]{1,3}-[0-9]{1,4}".prop_map(Cow::Owned),
        "\\PC{0,12}".prop_map(Cow::Owned),
        "é{60,70}[0-9]".prop_map(Cow::Owned),
    ]
}

fn maybe_text() -> impl Strategy<Value = Option<Cow<'static, str>>> {
    proptest::option::of(text())
}

fn json() -> impl Strategy<Value = Option<Json<'static>>> {
    proptest::option::of(
        prop_oneof![Just("{}"), Just("{\"a\":[1,null]}"), Just("[\"x\\ny\"]")].prop_map(Json::from_raw),
    )
}

fn time() -> impl Strategy<Value = Option<i64>> {
    proptest::option::of(prop_oneof![
        any::<i64>(),
        Just(i64::MIN),
        Just(i64::MAX),
        (0..1_000_000_i64).prop_map(|us| 1_767_592_800_000_000_000 + us * 1000),
    ])
}

fn status() -> impl Strategy<Value = Option<Status>> {
    proptest::option::of(proptest::sample::select(Status::ALL.to_vec()))
}

fn error() -> impl Strategy<Value = Option<ErrorInfo<'static>>> {
    let info = (text(), maybe_text(), maybe_text()).prop_map(|(message, kind, trace)| ErrorInfo {
        message,
        kind,
        trace,
    });
    proptest::option::of(info)
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |v| v.is_finite()),
        (0..10_000_i32).prop_map(|v| f64::from(v) / 100.0),
        Just(-0.0)
    ]
}

fn event() -> impl Strategy<Value = Event<'static>> {
    let run = (
        text(),
        (maybe_text(), maybe_text(), maybe_text()),
        status(),
        (time(), time()),
        error(),
        (json(), json(), json()),
        any::<Option<bool>>(),
    )
        .prop_map(
            |(
                id,
                (name, workflow, source),
                status,
                (started, ended),
                error,
                (labels, params, stored),
                infer_edges,
            )| {
                Event::Run(RunInfo {
                    id,
                    name,
                    workflow,
                    status,
                    started,
                    ended,
                    source,
                    error,
                    labels,
                    params,
                    stored,
                    infer_edges,
                })
            },
        );
    let task = (
        text(),
        (maybe_text(), maybe_text(), maybe_text(), maybe_text()),
        proptest::collection::vec(text(), 0..4),
        status(),
        json(),
        json(),
    )
        .prop_map(|(id, (name, step, kind, parent), after, status, labels, params)| {
            Event::Task(Task { id, name, step, kind, parent, after, status, labels, params })
        });
    let attempt = (
        text(),
        any::<u32>(),
        (time(), time(), time()),
        maybe_text(),
        status(),
        proptest::option::of(number()),
        error(),
    )
        .prop_map(|(task, number, (queued, started, ended), worker, status, progress, error)| {
            Event::Attempt(Attempt { task, number, queued, started, ended, worker, status, progress, error })
        });
    let sample = (maybe_text(), any::<Option<u32>>(), text(), number(), maybe_text(), time()).prop_map(
        |(task, number, name, value, unit, t)| Event::Sample(Sample { task, number, name, value, unit, t }),
    );
    let log = (maybe_text(), any::<Option<u32>>(), time(), maybe_text(), text())
        .prop_map(|(task, number, t, level, text)| Event::Log(Log { task, number, t, level, text }));
    let alert = (maybe_text(), time(), maybe_text(), text(), any::<Option<bool>>()).prop_map(
        |(task, t, severity, text, resolved)| Event::Alert(Alert { task, t, severity, text, resolved }),
    );
    let artifact = (maybe_text(), text(), any::<bool>(), maybe_text(), time(), json()).prop_map(
        |(task, name, input, uri, size, value)| {
            let direction = if input { Direction::Input } else { Direction::Output };
            Event::Artifact(Artifact { task, name, direction, uri, size, value })
        },
    );
    let diagnostic = (0..3_u8, text(), text(), any::<u64>(), any::<Option<u64>>(), any::<Option<u64>>())
        .prop_map(|(severity, code, message, count, offset, line)| {
            let severity = [Severity::Info, Severity::Warning, Severity::Error][usize::from(severity)];
            Event::Diagnostic(Diagnostic {
                severity,
                code,
                message: message.into_owned(),
                count,
                offset,
                line,
            })
        });
    // Boxed: values of strategies this large, one within the other, overflow the stack of a test without optimisation.
    prop_oneof![
        run.boxed(),
        task.boxed(),
        attempt.boxed(),
        sample.boxed(),
        log.boxed(),
        alert.boxed(),
        artifact.boxed(),
        diagnostic.boxed()
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_events_come_back_as_they_were_and_in_their_order(events in proptest::collection::vec(event(), 0..60)) {
        assert_comes_back(&events);
    }

    #[test]
    fn bytes_with_a_right_checksum_are_an_error_or_events(body in proptest::collection::vec(any::<u8>(), 1..200)) {
        let _ = read(&sealed(&body), &mut Keep::default());
    }
}

/// A file of one block with that body, whatever it holds.
fn sealed(body: &[u8]) -> Vec<u8> {
    let sum = body.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut bytes = MAGIC.to_vec();
    bytes.push(1);
    let mut length = body.len();
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend(sum.to_le_bytes());
    bytes.extend(body);
    bytes.push(0);
    bytes
}

/// A few tasks with everything that a run mostly has.
fn usual(n: u32) -> Vec<Event<'static>> {
    let mut events = vec![Event::Run(RunInfo { id: "r".into(), ..RunInfo::default() })];
    for i in 0..n {
        let id = format!("fetch-{i:04}");
        let after = if i > 0 { vec![format!("fetch-{:04}", i - 1).into()] } else { Vec::new() };
        events.push(Event::Task(Task {
            id: id.into(),
            step: Some("fetch".into()),
            after,
            ..Task::default()
        }));
    }
    for i in 0..n {
        let started = Some(1_767_592_800_000_000_000 + i64::from(i) * 3_000_000);
        events.push(Event::Attempt(Attempt {
            task: format!("fetch-{i:04}").into(),
            number: 1,
            started,
            ended: started.map(|t| t + 2_500_000 + i64::from(i % 7) * 1000),
            worker: Some(format!("w{}", i % 4).into()),
            status: Some(Status::Succeeded),
            ..Attempt::default()
        }));
        events.push(Event::Sample(Sample {
            task: Some(format!("fetch-{i:04}").into()),
            name: "cpu".into(),
            value: f64::from(i % 97) / 10.0,
            unit: Some("%".into()),
            ..Sample::default()
        }));
    }
    events
}

#[test]
fn a_run_of_many_blocks_comes_back_and_takes_a_few_bytes_an_event() {
    let events = usual(BLOCK_EVENTS as u32);
    assert_comes_back(&events);
    let bytes = pack(&events).len();
    assert!(bytes < events.len() * 32, "{} bytes an event", bytes / events.len());
    assert_comes_back(&[]);
}

#[test]
fn every_cut_and_every_flipped_bit_is_an_error() {
    let bytes = pack(&usual(5));
    for end in 0..bytes.len() {
        assert!(read(&bytes[..end], &mut Keep::default()).is_err(), "cut at {end}");
    }
    for at in 0..bytes.len() * 8 {
        let mut bad = bytes.clone();
        bad[at / 8] ^= 1 << (at % 8);
        assert!(read(&bad, &mut Keep::default()).is_err(), "bit {at}");
    }
    let mut more = bytes.clone();
    more.push(0);
    assert_eq!(read(&more, &mut Keep::default()), Err(PackedError::Damaged { offset: bytes.len() }));
}

#[test]
fn a_changed_block_with_a_right_checksum_does_no_harm() {
    let bytes = pack(&usual(5));
    // Behind the magic, the version, a length of two bytes and the checksum; before the end.
    let body = bytes[MAGIC.len() + 11..bytes.len() - 1].to_vec();
    assert_eq!(sealed(&body), bytes);
    for at in 0..body.len() * 8 {
        let mut bad = body.clone();
        bad[at / 8] ^= 1 << (at % 8);
        let mut kept = Keep::default();
        let _ = read(&sealed(&bad), &mut kept);
        assert!(kept.0.len() <= body.len());
    }
    for end in 1..body.len() {
        assert!(read(&sealed(&body[..end]), &mut Keep::default()).is_err(), "cut at {end}");
    }
}

#[test]
fn other_files_and_later_versions_are_distinguished() {
    assert_eq!(read(b"{}", &mut Keep::default()), Err(PackedError::Foreign));
    let mut later = MAGIC.to_vec();
    later.push(9);
    assert_eq!(read(&later, &mut Keep::default()), Err(PackedError::Newer { version: 9 }));
}

#[test]
fn a_write_that_fails_is_reported_at_the_end() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("full"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut packer = Packer::new(Full);
    packer.event(Event::Run(RunInfo::default()));
    assert_eq!(packer.finish().err().map(|error| error.to_string()).as_deref(), Some("full"));
}
