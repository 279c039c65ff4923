//! What the columns of a table mean: fields of tasks.

use crate::unit::Unit;

/// The id of the importer that reads tables by a mapping.
pub(crate) const READER: &str = "table";

/// The importers that guess what columns mean by their names.
pub(crate) const GUESSING: [&str; 2] = [READER, "plain"];

/// What a column may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The id of the task; rows of one id are its attempts.
    Id,
    /// What people call it.
    Name,
    /// The kind of work.
    Step,
    /// The kind of task.
    Kind,
    /// The task or group that it is in.
    Parent,
    /// Ids of the tasks that it depends on.
    After,
    /// What executed it.
    Worker,
    /// When it was submitted.
    Queued,
    /// When it started.
    Started,
    /// When it ended.
    Ended,
    /// How long it took.
    Duration,
    /// How it ended.
    Status,
    /// Why it failed.
    Error,
    /// Which attempt it is.
    Attempt,
}

/// Each field: its name in a mapping, its member in a plain task list, and names that columns of that meaning have, in lower
/// case and without anything but letters.
pub(crate) const FIELDS: [(Field, &str, &str, &[&str]); 14] = [
    (
        Field::Id,
        "id",
        "id",
        &[
            "id", "taskid", "jobid", "taskname", "task", "jobname", "job", "name", "process", "activity",
            "testname", "test",
        ],
    ),
    (Field::Name, "name", "name", &["name", "taskname", "jobname", "title", "label", "description"]),
    (Field::Step, "step", "step", &["step", "stepname", "stage", "rule", "process", "function"]),
    (Field::Kind, "kind", "kind", &["kind", "type", "tasktype", "jobtype", "operator"]),
    (Field::Parent, "parent", "parent", &["parent", "parentid", "group", "taskgroup"]),
    (
        Field::After,
        "after",
        "after",
        &["after", "parents", "dependencies", "dependson", "deps", "upstream", "predecessors", "needs"],
    ),
    (
        Field::Worker,
        "worker",
        "worker",
        &[
            "worker", "host", "hostname", "node", "machine", "thread", "executor", "workerid", "server",
            "agent",
        ],
    ),
    (
        Field::Queued,
        "queued",
        "queued",
        &[
            "queued",
            "queuedat",
            "queuetime",
            "submit",
            "submitted",
            "submittime",
            "submittedat",
            "created",
            "createdat",
            "scheduledat",
        ],
    ),
    (
        Field::Started,
        "started",
        "started",
        &[
            "start",
            "started",
            "startedat",
            "starttime",
            "starttimestamp",
            "startdate",
            "began",
            "begin",
            "begintime",
            "begun",
            "begunat",
            "launched",
            "launchedat",
            "launchtime",
            "firststart",
            "startts",
            "timestart",
        ],
    ),
    (
        Field::Ended,
        "ended",
        "ended",
        &[
            "end",
            "ended",
            "endedat",
            "endtime",
            "endtimestamp",
            "enddate",
            "finish",
            "finished",
            "finishedat",
            "finishtime",
            "stop",
            "stoptime",
            "completed",
            "completedat",
            "completiontime",
            "closedat",
            "doneat",
            "stopped",
            "stoppedat",
            "terminatedat",
            "endts",
            "timeend",
            "complete",
        ],
    ),
    (
        Field::Duration,
        "duration",
        "duration",
        &[
            "duration",
            "elapsed",
            "elapsedtime",
            "runtime",
            "walltime",
            "time",
            "took",
            "realtime",
            "durationseconds",
            "totaltime",
            "executiontime",
        ],
    ),
    (
        Field::Status,
        "status",
        "status",
        &["status", "state", "result", "outcome", "conclusion", "exitcode", "exitstatus", "returncode"],
    ),
    (Field::Error, "error", "error", &["error", "errormessage", "message", "exception", "failure"]),
    (Field::Attempt, "attempt", "attempt", &["attempt", "try", "trynumber", "attemptnumber"]),
];

impl Field {
    /// Its name in a mapping.
    pub fn name(self) -> &'static str {
        FIELDS.iter().find(|f| f.0 == self).map_or("", |f| f.1)
    }

    pub(crate) fn of(name: &str) -> Option<Field> {
        FIELDS.iter().find(|f| f.1 == name).map(|f| f.0)
    }

    pub(crate) fn is_time(self) -> bool {
        matches!(self, Field::Queued | Field::Started | Field::Ended)
    }
}

/// What the columns of a table mean. Made of a text by `Mapping::parse`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    /// Path of the list of rows in a JSON text; empty when the text is the list.
    pub(crate) rows: String,
    /// What stands between cells; found in the first line when `None`.
    pub(crate) delimiter: Option<u8>,
    /// Offset of times without a zone, as ISO 8601 writes it.
    pub(crate) zone: String,
    /// The column, or the path, of each field.
    pub(crate) columns: Vec<(Field, String)>,
    /// What numbers count.
    pub(crate) units: Vec<(Field, Unit)>,
    /// Words of the table and the statuses that they stand for.
    pub(crate) words: Vec<(String, String)>,
}
