//! The tools: what each is for, its arguments, and the call of a verb that answers it.

use std::ffi::OsString;

use makespan_scene::counted;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::inputs::{
    CompareInput, FilesInput, PictureInput, QueryInput, RunsInput, StatsInput, StoredInput, input_schema,
};
use super::listed;
use super::places::Places;

/// How many runs are listed if nothing else is asked for.
const RUNS_LISTED: u32 = 50;
/// The most runs that may be named in one call: each is an argument of a process.
const MOST_NAMED: usize = 200;

/// The arguments of a call as they came.
pub(super) type Arguments = Map<String, Value>;

/// What answers a call.
pub(super) enum Work {
    /// What a verb prints.
    Verb(Vec<OsString>, Form),
    /// The files below the folders.
    Files(FilesInput),
}

/// How what a verb prints becomes an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A JSON document.
    Document,
    /// A JSON document on each line.
    Lines,
    /// The findings of a document of `stats`.
    Findings,
    /// A picture, which cannot be cut.
    Picture,
}

/// A tool.
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    pub(super) schema: fn() -> Map<String, Value>,
    pub(super) work: fn(Arguments, &Places) -> Result<Work, String>,
}

/// All tools, in the order in which they are usually needed.
pub(super) const TOOLS: [Tool; 8] = [
    Tool {
        name: "list_files",
        title: "List files",
        description: "Lists the files below the folders of this server, with size and time of modification. Any of \
            them may be a record of workflow runs; open one with summary. The format is detected by content.",
        schema: input_schema::<FilesInput>,
        work: |arguments, _| Ok(Work::Files(parsed(arguments)?)),
    },
    Tool {
        name: "list_runs",
        title: "List runs of the store",
        description: "Lists the runs kept in the store, the latest first: id, name, workflow, status, times, number of \
            tasks per status. Use an id as run:ID in the other tools.",
        schema: input_schema::<StoredInput>,
        work: |arguments, _| stored(&parsed(arguments)?),
    },
    Tool {
        name: "summary",
        title: "Open and summarise runs",
        description: "Opens runs and shows for each: format, status, start, end, makespan (first start to last end), \
            work (sum of all execution times), number of tasks per status, retries, critical path, and problems found in \
            the input. Start here.",
        schema: input_schema::<RunsInput>,
        work: |arguments, places| {
            let input: RunsInput = parsed(arguments)?;
            verb("summary", Vec::new(), &input.runs, places, Form::Document)
        },
    },
    Tool {
        name: "stats",
        title: "Statistics of runs",
        description: "Shows where the time of runs went: waits by cause (dependency, slot, queue, backoff), lower bounds, \
            the path that explains the makespan, statistics per step, stragglers, cost of retries, requested and used \
            resources, errors in groups, and findings. Can judge rules and show recorded metrics over time.",
        schema: input_schema::<StatsInput>,
        work: |arguments, places| stats(&parsed(arguments)?, places),
    },
    Tool {
        name: "query",
        title: "Find tasks",
        description: "Lists the tasks of runs that match an expression: fields status, step, name, id, worker, dur, wait, \
            attempts, mem and others, compared with :, <, >, = to values or to statistics such as p95; critical, retried; \
            up(X), down(X), between(X, Y); and, or, not. Example: `status:failed or dur>p95`.",
        schema: input_schema::<QueryInput>,
        work: |arguments, places| query(&parsed(arguments)?, places),
    },
    Tool {
        name: "compare",
        title: "Compare runs",
        description: "Compares two runs task by task and splits the difference between their makespans into parts that add \
            up to it; or tests a baseline set against a candidate set of runs statistically; or shows when a series of \
            three or more runs changed. A failed run is never called faster.",
        schema: input_schema::<CompareInput>,
        work: |arguments, places| compare(&parsed(arguments)?, places),
    },
    Tool {
        name: "findings",
        title: "Findings with suggestions",
        description: "Shows what is noteworthy in runs, the costliest first: a title with its number, the evidence, a \
            suggestion, the cost in time, and the tasks concerned.",
        schema: input_schema::<RunsInput>,
        work: |arguments, places| {
            let input: RunsInput = parsed(arguments)?;
            verb("stats", Vec::new(), &input.runs, places, Form::Findings)
        },
    },
    Tool {
        name: "picture",
        title: "Draw a run",
        description: "Draws a run as SVG: its attempts over time, one lane for each worker, or its graph of dependencies.",
        schema: input_schema::<PictureInput>,
        work: |arguments, places| picture(&parsed(arguments)?, places),
    },
];

fn parsed<T: DeserializeOwned>(arguments: Arguments) -> Result<T, String> {
    serde_json::from_value(Value::Object(arguments)).map_err(|error| format!("invalid arguments: {error}"))
}

/// An option with its value as one word, so that no value is taken for an option.
fn option(name: &str, value: &str) -> OsString {
    format!("--{name}={value}").into()
}

/// The arguments for named runs.
fn named(runs: &[String], places: &Places) -> Result<Vec<OsString>, String> {
    if runs.is_empty() {
        return Err("name at least one run; list_files and list_runs list the available ones".to_owned());
    }
    if runs.len() > MOST_NAMED {
        return Err(format!(
            "{} named; name at most {MOST_NAMED}, or their folder",
            counted(runs.len(), "run")
        ));
    }
    runs.iter().map(|run| places.argument(run).map(Into::into)).collect()
}

/// A verb that prints JSON about runs.
fn verb(
    name: &str,
    options: Vec<OsString>,
    runs: &[String],
    places: &Places,
    form: Form,
) -> Result<Work, String> {
    let mut words: Vec<OsString> = vec![name.into(), "--json".into()];
    words.extend(options);
    words.push("--".into());
    words.extend(named(runs, places)?);
    Ok(Work::Verb(words, form))
}

fn stored(input: &StoredInput) -> Result<Work, String> {
    let mut words: Vec<OsString> = vec!["list".into(), "--json".into()];
    let given = [
        ("workflow", &input.workflow),
        ("status", &input.status),
        ("since", &input.since),
        ("after", &input.after),
    ];
    words.extend(given.iter().filter_map(|(name, value)| value.as_ref().map(|value| option(name, value))));
    words.push(option("limit", &input.limit.unwrap_or(RUNS_LISTED).to_string()));
    words.extend(input.active.then(|| "--active".into()));
    Ok(Work::Verb(words, Form::Document))
}

fn stats(input: &StatsInput, places: &Places) -> Result<Work, String> {
    let mut options: Vec<OsString> = input.rules.iter().map(|rule| option("rule", rule)).collect();
    options.extend(input.metrics.iter().map(|metric| option("metric", metric)));
    options.extend(input.from.iter().map(|date| option("from", date)));
    options.extend(input.to.iter().map(|date| option("to", date)));
    verb("stats", options, &input.runs, places, Form::Document)
}

fn query(input: &QueryInput, places: &Places) -> Result<Work, String> {
    let options = input.run.iter().map(|number| option("run", &number.to_string())).collect();
    let Work::Verb(mut words, form) = verb("query", options, &input.runs, places, Form::Lines)? else {
        return Err("query is answered by a verb".to_owned());
    };
    words.push(input.expression.as_str().into());
    Ok(Work::Verb(words, form))
}

fn compare(input: &CompareInput, places: &Places) -> Result<Work, String> {
    let metric: Vec<OsString> = input.metric.iter().map(|metric| option("metric", metric)).collect();
    let sets = !input.baseline.is_empty() || !input.candidate.is_empty();
    if sets && !input.runs.is_empty() {
        return Err("give either runs, or baseline and candidate".to_owned());
    }
    if !sets {
        return verb("compare", metric, &input.runs, places, Form::Document);
    }
    let mut words: Vec<OsString> = vec!["compare".into(), "--json".into()];
    words.extend(metric);
    words.push("--baseline".into());
    words.extend(named(&input.baseline, places)?);
    words.push("--candidate".into());
    words.extend(named(&input.candidate, places)?);
    Ok(Work::Verb(words, Form::Document))
}

fn picture(input: &PictureInput, places: &Places) -> Result<Work, String> {
    let mut words: Vec<OsString> =
        vec!["export".into(), "--format=svg".into(), option("view", input.view.name())];
    words.extend(input.number.iter().map(|number| option("run", &number.to_string())));
    words.push("--".into());
    words.extend(named(std::slice::from_ref(&input.run), places)?);
    Ok(Work::Verb(words, Form::Picture))
}

impl Form {
    /// Parses the document that a verb printed. A picture is not a document.
    ///
    /// # Errors
    ///
    /// That it is not JSON.
    pub(super) fn document(self, printed: &[u8]) -> Result<Value, String> {
        let wrong = |error: serde_json::Error| format!("the answer is not valid JSON: {error}");
        match self {
            Form::Document | Form::Picture => serde_json::from_slice(printed).map_err(wrong),
            Form::Lines => {
                let lines = serde_json::Deserializer::from_slice(printed).into_iter::<Value>();
                Ok(json!({ "runs": lines.collect::<Result<Vec<_>, _>>().map_err(wrong)? }))
            }
            Form::Findings => {
                let document: Value = serde_json::from_slice(printed).map_err(wrong)?;
                let one = |run: &Value| {
                    let member = |name: &str| run.get(name).cloned().unwrap_or_default();
                    let names = ["id", "name", "status", "makespan_ns", "findings"];
                    Value::Object(names.map(|name| (name.to_owned(), member(name))).into_iter().collect())
                };
                let runs = document.get("runs").and_then(Value::as_array).into_iter().flatten();
                Ok(json!({ "runs": runs.map(one).collect::<Vec<_>>() }))
            }
        }
    }
}

/// The files below the folders, off the threads that serve.
///
/// # Errors
///
/// Why the folder may not be read.
pub(super) async fn files(input: FilesInput, places: Places) -> Result<Value, String> {
    let listed = tokio::task::spawn_blocking(move || listed::files(&input, &places));
    listed.await.map_err(|error| format!("the folders cannot be listed: {error}"))?
}
