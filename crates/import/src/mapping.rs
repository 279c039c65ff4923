//! The meaning of table columns as fields of tasks.

use crate::unit::Unit;

/// Id of the importer that reads tables by a mapping.
pub(crate) const READER: &str = "table";

/// Importers that guess the meaning of columns from their names.
pub(crate) const GUESSING: [&str; 2] = [READER, "plain"];

/// A field of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Id of the task; rows with the same id are its attempts.
    Id,
    /// Display name.
    Name,
    /// The kind of work.
    Step,
    /// The kind of task.
    Kind,
    /// The task or group that contains it.
    Parent,
    /// Ids of the tasks that it depends on.
    After,
    /// The worker that executed it.
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

/// Each field: its name in a mapping, its member in a plain task list, and typical column names, in lower case and
/// reduced to letters.
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
    /// Returns its name in a mapping.
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

/// The meaning of the columns of a table, parsed from text by `Mapping::parse`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    /// Path of the list of rows in a JSON text; empty if the text is the list.
    pub(crate) rows: String,
    /// Separator between cells; detected in the first line if `None`.
    pub(crate) delimiter: Option<u8>,
    /// Offset of times without a zone, in ISO 8601 form.
    pub(crate) zone: String,
    /// The column, or the path, of each field.
    pub(crate) columns: Vec<(Field, String)>,
    /// Units of numbers.
    pub(crate) units: Vec<(Field, Unit)>,
    /// Words in the table and their statuses.
    pub(crate) words: Vec<(String, String)>,
}
