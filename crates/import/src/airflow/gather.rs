//! Combines the contents of the files by DAG and run.

use std::borrow::Cow;

use makespan_model::HashMap;

use crate::gather::Named;
use crate::json::tape::Value;

/// All that was read.
#[derive(Default)]
pub(super) struct Book<'t, 'a> {
    pub(super) runs: Named<Run<'t, 'a>>,
    pub(super) dags: Vec<Dag<'t, 'a>>,
    /// The lines of each log.
    pub(super) logs: Vec<Vec<Value<'t, 'a>>>,
    /// Files that hold nothing that belongs to a run.
    pub(super) unused: Vec<&'a str>,
}

/// A DAG run.
pub(super) struct Run<'t, 'a> {
    pub(super) id: String,
    pub(super) dag: Cow<'a, str>,
    pub(super) name: Cow<'a, str>,
    pub(super) facts: Option<Value<'t, 'a>>,
    pub(super) tasks: Named<Instance<'t, 'a>>,
    /// How many task instances the API has, when an answer about this run alone reports it.
    pub(super) total: u64,
}

/// A task instance: what is known of each of its tries.
pub(super) struct Instance<'t, 'a> {
    pub(super) id: String,
    pub(super) task: Cow<'a, str>,
    pub(super) tries: Vec<(u32, Value<'t, 'a>)>,
}

/// The tasks of a DAG.
pub(super) struct Dag<'t, 'a> {
    pub(super) file: &'a str,
    pub(super) tasks: Vec<(Cow<'a, str>, Value<'t, 'a>)>,
    /// What each task depends on.
    pub(super) upstream: HashMap<Cow<'a, str>, Vec<Cow<'a, str>>>,
}

impl<'t, 'a> Book<'t, 'a> {
    pub(super) fn take(&mut self, root: Value<'t, 'a>, part: &str, file: &'a str) {
        let list = |key: &str| -> Vec<Value<'t, 'a>> {
            match root.at(key) {
                Some(list) => list.elements().collect(),
                None if root.is_array() => root.elements().collect(),
                None => vec![root],
            }
        };
        match part {
            "task-instances" if root.is_array() => {
                for page in root.elements() {
                    match page.at("task_instances") {
                        Some(_) => self.take(page, part, file),
                        None => self.instances(&[page], page, file),
                    }
                }
            }
            "task-instances" => self.instances(&list("task_instances"), root, file),
            "dag-runs" => {
                for run in list("dag_runs") {
                    self.run(run).facts.get_or_insert(run);
                }
            }
            "tasks" => self.dags.push(Dag::read(&list("tasks"), file)),
            "logs" => self.logs.push(root.list("content").collect()),
            _ => self.unused.push(file),
        }
    }

    /// The run that a record names.
    fn run(&mut self, record: Value<'t, 'a>) -> &mut Run<'t, 'a> {
        let dag = record.text_at("dag_id").unwrap_or_default();
        let names = ["dag_run_id", "run_id", "logical_date", "execution_date"];
        let name = record.text_of(&names).unwrap_or_default();
        let id = format!("{dag}/{name}");
        self.runs.entry(&id.clone(), || Run { id, dag, name, facts: None, tasks: Named::default(), total: 0 })
    }

    /// Takes task instances, of a page that names their run when they do not.
    fn instances(&mut self, list: &[Value<'t, 'a>], page: Value<'t, 'a>, file: &'a str) {
        let mut of_run = None;
        let mut is_one = true;
        for record in list.iter().filter(|r| r.is_object()) {
            let Some(task) = record.text_at("task_id") else { continue };
            let named = if record.at("dag_id").is_some() { *record } else { page };
            let run = self.run(named);
            is_one &= of_run.as_ref().is_none_or(|id| *id == run.id);
            of_run.get_or_insert_with(|| run.id.clone());
            let index = record.at("map_index").and_then(Value::whole).filter(|i| *i >= 0);
            let id = match index {
                Some(index) => format!("{task}[{index}]"),
                None => task.clone().into_owned(),
            };
            let tried = record.at("try_number").map_or(Some(1), Value::whole);
            let tried = tried.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            let instance = run.tasks.entry(&id.clone(), || Instance { id, task, tries: Vec::new() });
            instance.tries.push((tried, *record));
        }
        match of_run {
            Some(id) if is_one => {
                let total = page.at("total_entries").and_then(Value::whole).unwrap_or(0);
                let run = self.runs.list.iter_mut().find(|r| r.id == id);
                if let Some(run) = run {
                    run.total = run.total.max(u64::try_from(total).unwrap_or(0));
                }
            }
            Some(_) => {}
            None => self.unused.push(file),
        }
    }
}

impl<'t, 'a> Dag<'t, 'a> {
    fn read(list: &[Value<'t, 'a>], file: &'a str) -> Dag<'t, 'a> {
        let mut dag = Dag { file, tasks: Vec::new(), upstream: HashMap::default() };
        for value in list {
            let Some(task) = value.text_at("task_id") else { continue };
            for down in value.list("downstream_task_ids").filter_map(Value::text) {
                dag.upstream.entry(down).or_default().push(task.clone());
            }
            dag.tasks.push((task, *value));
        }
        dag
    }

    /// How many of the tasks of a run it has.
    pub(super) fn common(&self, run: &Run<'_, '_>) -> usize {
        let of_run: makespan_model::HashSet<&str> = run.tasks.list.iter().map(|i| &*i.task).collect();
        self.tasks.iter().filter(|(task, _)| of_run.contains(&**task)).count()
    }
}
