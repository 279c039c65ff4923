//! What every format has in common: an id that occurs again, times that mean "never", values that cannot be read.

use makespan_model::{Run, TaskId};

/// How a format writes times.
#[derive(Clone, Copy)]
enum Clock {
    Iso,
    Seconds,
    /// A start and a duration in milliseconds; there is no end.
    Millis,
}

/// A format: importer; what stands around the records and between them; a record; its words for success and failure.
struct Format {
    id: &'static str,
    clock: Clock,
    around: [&'static str; 2],
    record: &'static str,
    /// Words for success and failure.
    words: [&'static str; 2],
}

const fn format(
    id: &'static str,
    clock: Clock,
    around: [&'static str; 2],
    record: &'static str,
    words: [&'static str; 2],
) -> Format {
    Format { id, clock, around, record, words }
}

const FORMATS: [Format; 12] = [
    format(
        "github-actions",
        Clock::Iso,
        [r#"{"total_count":1,"jobs":["#, "]}"],
        r#"{"id":ID,"run_id":7,"run_attempt":1,"name":"NAME","steps":[],"started_at":START,"completed_at":END,"status":"completed","conclusion":"WORD"}"#,
        ["success", "failure"],
    ),
    format(
        "gitlab-ci",
        Clock::Iso,
        ["[", "]"],
        r#"{"id":ID,"stage":"s","name":"NAME","allow_failure":false,"pipeline":{"id":5},"started_at":START,"finished_at":END,"status":"WORD"}"#,
        ["success", "failed"],
    ),
    format(
        "azure-pipelines",
        Clock::Iso,
        [r#"{"records":["#, "]}"],
        r#"{"id":"NAME","parentId":null,"previousAttempts":[],"type":"Job","name":"NAME","attempt":1,"startTime":START,"finishTime":END,"state":"completed","result":"WORD"}"#,
        ["succeeded", "failed"],
    ),
    format(
        "bitbucket",
        Clock::Iso,
        [r#"{"values":["#, "]}"],
        r#"{"type":"pipeline_step","uuid":"NAME","name":"NAME","pipeline":{"uuid":"p"},"run_number":1,"state":{"name":"COMPLETED","result":{"name":"WORD"}},"started_on":START,"completed_on":END}"#,
        ["SUCCESSFUL", "FAILED"],
    ),
    format(
        "buildkite",
        Clock::Iso,
        [r#"{"id":"b","number":4,"state":"passed","pipeline":{"slug":"p"},"jobs":["#, "]}"],
        r#"{"id":"NAME","type":"script","name":"NAME","step_key":"NAME","exit_status":0,"started_at":START,"finished_at":END,"state":"WORD"}"#,
        ["passed", "failed"],
    ),
    format(
        "slurm",
        Clock::Seconds,
        [r#"{"jobs":["#, "]}"],
        r#"{"job_id":ID,"name":"NAME","exit_code":{"return_code":0},"state":{"current":["WORD"]},"time":{"start":START,"end":END}}"#,
        ["COMPLETED", "FAILED"],
    ),
    format(
        "jenkins",
        Clock::Millis,
        [r#"{"name":"r","status":"SUCCESS","stages":["#, "]}"],
        r#"{"id":"NAME","name":"NAME","status":"WORD","startTimeMillis":START,"durationMillis":LASTED}"#,
        ["SUCCESS", "FAILED"],
    ),
    format(
        "mlflow",
        Clock::Iso,
        [r#"{"runs":["#, "]}"],
        r#"{"info":{"run_id":"NAME","run_name":"NAME","experiment_id":"1","status":"WORD","start_time":START,"end_time":END},"data":{}}"#,
        ["FINISHED", "FAILED"],
    ),
    format(
        "prefect",
        Clock::Iso,
        ["[", "]"],
        r#"{"id":"NAME","name":"NAME","flow_run_id":"f","task_key":"k","dynamic_key":"0","start_time":START,"end_time":END,"state_type":"WORD","state_name":"Z","state":{"type":"WORD"}}"#,
        ["COMPLETED", "FAILED"],
    ),
    format(
        "dbt",
        Clock::Iso,
        [
            r#"{"metadata":{"dbt_schema_version":"https://schemas.getdbt.com/dbt/run-results/v6.json","invocation_id":"i"},"args":{"which":"run"},"results":["#,
            "]}",
        ],
        r#"{"unique_id":"model.p.NAME","thread_id":"T","status":"WORD","timing":[{"name":"execute","started_at":START,"completed_at":END}]}"#,
        ["success", "error"],
    ),
    format(
        "airflow",
        Clock::Iso,
        [r#"{"total_entries":1,"task_instances":["#, "]}"],
        r#"{"task_id":"NAME","dag_id":"d","dag_run_id":"r","map_index":-1,"try_number":1,"start_date":START,"end_date":END,"state":"WORD"}"#,
        ["success", "failed"],
    ),
    format(
        "luigi",
        Clock::Seconds,
        [r#"{"response":{"#, "}}"],
        r#""NAME":{"status":"WORD","start_time":START,"time_running":START,"last_updated":END,"worker_running":"w"}"#,
        ["DONE", "FAILED"],
    ),
];

const BASE: i64 = 1_770_000_000;

impl Format {
    /// A record of that name from second to second; `None` means never, in the words of the format.
    fn record(&self, name: &str, start: &str, end: &str, word: &str) -> String {
        let id = name.bytes().fold(0u32, |id, b| id * 31 + u32::from(b));
        let lasted = match (start.parse::<i64>(), end.parse::<i64>()) {
            (Ok(start), Ok(end)) => (end - start).to_string(),
            _ => "1000".to_owned(),
        };
        self.record
            .replace("ID", &id.to_string())
            .replace("NAME", name)
            .replace("START", start)
            .replace("LASTED", &lasted)
            .replace("END", end)
            .replace("WORD", word)
    }

    fn time(&self, second: i64) -> String {
        match self.clock {
            Clock::Iso => format!("\"2026-02-02T02:{:02}:{:02}Z\"", 40 + second / 60, second % 60),
            Clock::Seconds => (BASE + second).to_string(),
            Clock::Millis => ((BASE + second) * 1000).to_string(),
        }
    }

    fn task(&self, name: &str, [start, end]: [i64; 2], word: usize) -> String {
        self.record(name, &self.time(start), &self.time(end), self.words[word])
    }

    /// The only run of a file of these records and of one that lets the file be known and dates it.
    fn open(&self, records: &[String]) -> Run {
        let mut all = vec![self.task("zz", [0, 60], 0)];
        all.extend_from_slice(records);
        let mut runs = super::text(self.id, &(self.around[0].to_owned() + &all.join(",") + self.around[1]));
        assert_eq!(runs.len(), 1, "{}", self.id);
        runs.remove(0)
    }

    /// The counts of diagnostics of that code.
    fn count(&self, run: &Run, code: &str) -> u64 {
        run.diagnostics.iter().filter(|d| d.code == code).map(|d| d.count).sum()
    }
}

fn tasks<'r>(run: &'r Run) -> impl Iterator<Item = TaskId> + 'r {
    let is_own = |id: &str| id.split(" #").next().is_some_and(|id| id.rsplit('.').next() == Some("a"));
    run.task_ids().filter(move |t| is_own(run.task_id(*t)))
}

fn interval(run: &Run, task: TaskId) -> Option<i64> {
    run.task_interval(task).map(|(from, to)| (to - from) / 1_000_000_000)
}

#[test]
fn records_of_one_id_that_overlap_are_two_tasks() {
    // The members of an object have one name each: Luigi cannot say it.
    for format in FORMATS.iter().filter(|f| f.id != "luigi") {
        let run = format.open(&[format.task("a", [0, 10], 0), format.task("a", [5, 25], 0)]);
        let mut lasted: Vec<_> = tasks(&run).map(|t| interval(&run, t)).collect();
        lasted.sort();
        assert_eq!(lasted, [Some(10), Some(20)], "{}: {:?}", format.id, run.diagnostics);
        assert_eq!(format.count(&run, "duplicate-id"), 1, "{}: {:?}", format.id, run.diagnostics);
    }
}

#[test]
fn records_that_are_the_same_are_duplicates() {
    for format in FORMATS.iter().filter(|f| f.id != "luigi") {
        let record = format.task("a", [0, 10], 0);
        let run = format.open(&[record.clone(), record]);
        let lasted: Vec<_> = tasks(&run).map(|t| interval(&run, t)).collect();
        assert_eq!(lasted, [Some(10)], "{}", format.id);
        assert_eq!(run.attempt_count(), 2, "{}", format.id);
        assert_eq!(format.count(&run, "duplicate-record"), 1, "{}: {:?}", format.id, run.diagnostics);
    }
}

#[test]
fn an_end_before_its_start_is_reported() {
    for format in &FORMATS {
        let run = format.open(&[format.task("a", [30, 10], 0)]);
        let is_said = ["time-backward", "bad-duration"].iter().any(|code| format.count(&run, code) == 1);
        assert!(is_said, "{}: {:?}", format.id, run.diagnostics);
    }
}

#[test]
fn placeholder_times_are_unknown_and_reported() {
    for format in &FORMATS {
        let nevers: &[&str] = match format.clock {
            Clock::Iso => {
                &["\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59Z\"", "\"1970-01-01T00:00:00Z\""]
            }
            Clock::Seconds | Clock::Millis => &["0", "-1", "9223372036854775807"],
        };
        for never in nevers {
            let run = format.open(&[format.record("a", never, never, format.words[0])]);
            let task = tasks(&run).next().expect(format.id);
            assert_eq!(interval(&run, task), None, "{}: {never}", format.id);
            let said = format.count(&run, "time-never");
            assert!(said >= 1, "{}: {never}: {:?}", format.id, run.diagnostics);
        }
    }
}

#[test]
fn times_that_cannot_be_read_are_unknown_and_reported() {
    for format in &FORMATS {
        for bad in ["\"abc\"", "1e30", "[1]"] {
            let run = format.open(&[format.record("a", bad, bad, format.words[0])]);
            let task = tasks(&run).next().expect(format.id);
            assert_eq!(interval(&run, task), None, "{}: {bad}", format.id);
            assert!(format.count(&run, "bad-time") >= 1, "{}: {bad}: {:?}", format.id, run.diagnostics);
        }
    }
}

#[test]
fn a_status_that_is_not_understood_is_unknown_and_counted() {
    for format in &FORMATS {
        let run = format.open(&[format.record("a", &format.time(0), &format.time(5), "WOBBLING")]);
        let task = tasks(&run).next().expect(format.id);
        assert_eq!(run.tasks.status[task.index()].name(), "unknown", "{}", format.id);
        assert_eq!(format.count(&run, "unknown-status"), 1, "{}: {:?}", format.id, run.diagnostics);
    }
}
