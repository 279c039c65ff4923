#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::registry::REGISTRY;
use crate::testing::{Collect, messages};
use crate::{OWN, Opening, Settings, open};

fn opened(files: &[(&str, &[u8])]) -> (Vec<FileVerdict>, Vec<String>) {
    let sources = files.iter().map(|(name, bytes)| Source::new(*name, bytes.to_vec())).collect();
    let mut sink = Collect::default();
    let outcome = open(sources, &Options::default(), &mut sink);
    (outcome.files, sink.lines)
}

const RUN: &[u8] = b"{\"event\":\"run\",\"run\":\"r\"}\n{\"event\":\"task\",\"task\":\"t\"}\n";

#[test]
fn every_kind_of_failure_has_its_verdict() {
    let (files, lines) = opened(&[
        ("empty", b""),
        ("space", b" \n\t"),
        ("noise", b"\x00\x01\x02\xff\xfe\x00\x13binary"),
        ("prose.txt", b"It was a dark and stormy night."),
        ("other.json", b"{\"who\":1,\"knows\":2}"),
        ("list.json", b"[]"),
        ("newer", b"{\"event\":\"run\",\"makespan\":99,\"run\":\"r\"}"),
        ("broken.json", b"{\"tasks\":[{\"id\": +x}]}"),
    ]);
    let kinds: Vec<Verdict> = files.iter().map(|f| f.kind).collect();
    use Verdict::*;
    assert_eq!(
        kinds,
        [Empty, Empty, NotRecognised, NotRecognised, NotRecognised, NotRecognised, Newer, Broken],
        "{files:#?}"
    );
    assert!(lines.is_empty());
    assert!(files[2].reason.contains("binary") && files[3].reason.contains("dark and stormy"));
    assert!(files[4].reason.contains("who, knows") && files[4].tried.len() == REGISTRY.len());
    assert_eq!((files[7].format, files[7].offset), (Some("plain"), Some(17)));
}

#[test]
fn a_report_reads_what_makespan_wrote_and_says_where_others_open() {
    let mut sink = Collect::default();
    let mut opening = Opening::new(Settings { importers: &OWN, ..Settings::default() });
    for (name, bytes) in [("events", RUN), ("list.json", br#"{"tasks":[{"id":"a","start":0,"end":9}]}"#)] {
        opening.begin(name, Some(bytes.len() as u64));
        opening.push(bytes, &mut sink);
        opening.end(&mut sink);
    }
    let files = opening.finish(&mut sink).files;
    assert_eq!((files[0].kind, files[0].format), (Verdict::Read, Some("makespan")));
    assert_eq!(files[1].kind, Verdict::NotRecognised);
    assert!(files[1].reason.contains("open others in the app") && files[1].tried.len() == OWN.entries.len());
}

#[test]
fn a_bad_file_among_good_ones_is_reported_in_the_run() {
    let (files, lines) = opened(&[("bad", b"nothing of use"), ("good", RUN)]);
    assert_eq!(files[1].kind, Verdict::Read);
    let found = messages(&lines);
    assert!(
        found.len() == 1 && found[0].contains("file-not-read") && found[0].contains("bad: not recognised")
    );
}

#[test]
fn runs_of_one_id_in_two_files() {
    let plain = br#"{"run_id":"r","tasks":[{"id":"a"}]}"#;
    let (_, lines) = opened(&[("one.json", plain), ("two.json", plain), ("r1", RUN), ("r2", RUN)]);
    let runs: Vec<&String> = lines.iter().filter(|l| l.contains("\"event\":\"run\"")).collect();
    // They are read as they come; what event files record of one run is that run's alone.
    assert!(runs[0].contains(r#""run":"r""#) && runs[1].contains("r (two.json)"), "{runs:?}");
    assert!(runs[2].contains(r#""run":"r (r1)""#) && runs[3].contains(r#""run":"r (r1)""#), "{runs:?}");
    assert!(lines.iter().any(|l| l.contains("run-id-taken")));
}

#[test]
fn companions_go_with_their_database() {
    let database = b"SQLite format 3\0of nobody's";
    let (files, _) = opened(&[("x.db-wal", b"wal"), ("x.db", database), ("x.db-shm", b"")]);
    assert_eq!(files[0].reason, "it belongs to a database that is not recognised");
    assert!(files[1].reason.contains("a SQLite database of an unknown program"), "{files:#?}");
    let (files, _) = opened(&[("y.db-wal", b"\x37\x7f\x06\x82\x00\x2d")]);
    assert!(files[0].reason.contains("binary"));
}

#[test]
fn an_empty_zip_is_empty_and_many_bad_files_are_counted() {
    let zip: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let names: Vec<String> = (0..50).map(|i| format!("bad{i}")).collect();
    let mut files: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), b"nothing".as_slice())).collect();
    files.extend([("none.zip", zip), ("good", RUN)]);
    let (files, lines) = opened(&files);
    assert_eq!((files[50].kind, files[50].name.as_str()), (Verdict::Empty, "none.zip"));
    let found = messages(&lines);
    assert_eq!(found.len(), crate::limits::REPORTED_FILES + 2);
    assert!(
        found.iter().any(|l| l.contains("file-empty")) && found.iter().any(|l| l.contains("\"count\":30"))
    );
}

#[test]
fn notes_of_thousands_of_files_are_counted_and_the_first_are_kept() {
    let names: Vec<String> = (0..3000).map(|i| format!("x{i}.json")).collect();
    let drawing: &[u8] = b"graph TD\n  a --> b\n";
    // The results of one run, each a file, each cut.
    let cut = br#"{"uuid":"u","historyId":"h","name":"a","status":"passed","stage":"finished","start":1767700000000,"stop":176770"#;
    for (content, code) in
        [(b"".as_slice(), "file-empty"), (b" \n", "file-empty"), (drawing, "not-used"), (cut, "truncated")]
    {
        let mut files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), content)).collect();
        files.push(("good", RUN));
        let (_, lines) = opened(&files);
        let found = messages(&lines);
        let of_kind: Vec<_> = found.iter().filter(|l| l.contains(code)).collect();
        assert_eq!(of_kind.len(), crate::limits::REPORTED_FILES + 1, "{code}: {:?}", of_kind.first());
        assert!(of_kind[0].contains("x0.json") && of_kind[20].contains("\"count\":2980"), "{of_kind:?}");
        assert!(found.len() < 100, "{}", found.len());
    }
}
