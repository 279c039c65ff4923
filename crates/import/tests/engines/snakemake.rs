//! Snakemake.

use super::*;

const ID: &str = "snakemake";

#[test]
fn a_log_holds_jobs_tries_and_files() {
    let runs = fixtures(ID, &["run.log"]);
    assert_eq!(all_counts(&runs), ["run.log: 3 tasks, 4 attempts, 2 edges: 2 succeeded 1 failed"]);
    let run = &runs[0];
    assert_eq!(edges(run), ["make (s=a) -> sum", "make (s=b) -> sum"]);
    assert_eq!(
        (seconds(run, "make (s=a)"), seconds(run, "make (s=b)"), seconds(run, "sum")),
        (4.0, 9.0, 3.0)
    );
    assert_eq!(codes(run), [("naive-times", 8)]);
    let emitted: Vec<&str> = (0..run.attempts.task.len())
        .map(|i| run.text(run.attempts.error[i]))
        .filter(|e| !e.is_empty())
        .collect();
    assert!(emitted[0].ends_with("non-zero exit status 1."), "{emitted:?}");
}

#[test]
fn records_of_metadata_are_joined_by_job() {
    let record = |rule: &str, input: &str, start: f64| {
        format!(
            r#"{{"rule":"{rule}","input":[{input}],"log":[],"shellcmd":"x","params":[],"starttime":{start},"endtime":{},"incomplete":false,"job_hash":{}}}"#,
            start + 2.5,
            start as i64
        )
    };
    // out/a, out/b, out/c in base64; the first job has two outputs.
    let files = [
        ("m/b3V0L2E=", record("make", "", 1_740_000_000.0)),
        ("m/b3V0L2I=", record("make", "", 1_740_000_000.0)),
        ("m/b3V0L2M=", record("sum", "\"out/b\"", 1_740_000_003.0)),
    ];
    let sources = files.iter().map(|(name, text)| Source::new(*name, text.clone().into_bytes())).collect();
    let runs = opened(ID, sources);
    assert_eq!(all_counts(&runs), ["m: 2 tasks, 2 attempts, 1 edges: 2 succeeded"]);
    assert_eq!(edges(&runs[0]), ["make (out/a) -> sum (out/c)"]);
    assert_eq!(seconds(&runs[0], "make (out/a)"), 2.5);
}

#[test]
fn records_of_the_jobs_of_a_log_make_its_times_exact() {
    let record = |rule: &str, start: f64, end: f64| {
        format!(
            r#"{{"rule":"{rule}","input":[],"log":[],"shellcmd":"x > y","params":[],"starttime":{start},"endtime":{end},"incomplete":false,"job_hash":1}}"#
        )
    };
    let log = "Building DAG of jobs...\nJob stats:\n[Wed Feb  4 10:00:00 2026]\nrule make:\n    output: out/a\n    jobid: 1\n\
               [Wed Feb  4 10:00:03 2026]\nFinished jobid: 1 (Rule: make)\n[Wed Feb  4 10:00:04 2026]\nrule sum:\n    output: out/c\n    jobid: 2\n\
               [Wed Feb  4 10:00:09 2026]\nFinished jobid: 2 (Rule: sum)\n";
    let runs = |records: [(&str, String); 2]| {
        let mut all = vec![Source::new("run.log", log.as_bytes().to_vec())];
        all.extend(records.map(|(name, text)| Source::new(name, text.into_bytes())));
        opened(ID, all)
    };
    // 10:00:00 is 1,770,199,200.
    let make = || ("m/b3V0L2E=", record("make", 1_770_199_200.25, 1_770_199_202.75));
    let one = runs([make(), ("m/b3V0L2M=", record("sum", 1_770_199_204.5, 1_770_199_209.25))]);
    assert_eq!(all_counts(&one), ["run.log: 2 tasks, 2 attempts, 0 edges: 2 succeeded"]);
    assert_eq!((seconds(&one[0], "make"), seconds(&one[0], "sum")), (2.5, 4.75));
    assert!(one[0].text(one[0].tasks.params[0]).contains("x > y"));
    // A record that begins when its job ended leaves the times of the log as they are.
    let rough = runs([make(), ("m/b3V0L2M=", record("sum", 1_770_199_209.5, 1_770_199_209.25))]);
    assert_eq!((seconds(&rough[0], "make"), seconds(&rough[0], "sum")), (3.0, 5.0));
    // A record of another day is of another run.
    let two = runs([make(), ("m/b3V0L2M=", record("sum", 1_770_099_204.0, 1_770_099_209.0))]);
    assert_eq!(
        two.iter().map(counts).collect::<Vec<_>>(),
        ["2 tasks, 2 attempts, 0 edges: 2 succeeded", "1 tasks, 1 attempts, 0 edges: 1 succeeded"]
    );
}

#[test]
fn recorded_runs() {
    let Some(runs) = samples(ID, ID, &["main.snakemake.log"]) else { return };
    let mut got = all_counts(&runs);
    got.push(runs[0].text(runs[0].source).to_owned());
    got.extend(all_counts(&samples(ID, ID, &["run.out"]).unwrap()));
    let packed = std::fs::read(Path::new(SAMPLES).join("snakemake/dot_snakemake_metadata.tar.gz")).unwrap();
    let runs = opened(ID, untar(&packed));
    got.extend(all_counts(&runs));
    let mut both = read(Path::new(SAMPLES), ID, &["main.snakemake.log"]);
    both.extend(untar(&packed));
    let both = opened(ID, both);
    got.extend(all_counts(&both));
    assert!(codes(&both[0]).contains(&("records-joined", 74)), "{:?}", codes(&both[0]));
    assert_eq!(
        got,
        [
            "main.snakemake.log: 75 tasks, 76 attempts, 99 edges: 75 succeeded",
            "Snakemake 9.27.1",
            "run.out: 75 tasks, 76 attempts, 99 edges: 75 succeeded",
            ".snakemake/metadata: 74 tasks, 74 attempts, 74 edges: 74 succeeded",
            "main.snakemake.log: 75 tasks, 76 attempts, 99 edges: 75 succeeded",
        ]
    );
}

/// The files of a packed archive whose names are short.
fn untar(packed: &[u8]) -> Vec<Source> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed), &mut bytes).unwrap();
    let (mut at, mut files) = (0, Vec::new());
    while let Some(header) = bytes.get(at..at + 512).filter(|h| h[0] != 0) {
        let text = |from: usize, to: usize| {
            let text = String::from_utf8_lossy(&header[from..to]);
            text.trim_end_matches(['\0', ' ']).to_owned()
        };
        let size = usize::from_str_radix(&text(124, 135), 8).unwrap();
        if matches!(header[156], 0 | b'0') {
            files.push(Source::new(text(0, 100), bytes[at + 512..at + 512 + size].to_vec()));
        }
        at += 512 + size.div_ceil(512) * 512;
    }
    files
}
