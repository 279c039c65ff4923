//! The processes and threads of a trace, with the names and positions that its metadata give them.

use std::borrow::Cow;

use makespan_model::HashMap;

use super::record::Record;
use crate::json::tape::Value;

/// A thread with its metadata.
#[derive(Default)]
pub(super) struct Thread {
    pub(super) process: u32,
    pub(super) tid: String,
    pub(super) name: Option<String>,
    pub(super) sort: Option<i64>,
}

/// A process with its metadata.
#[derive(Default)]
pub(super) struct Process {
    pub(super) pid: String,
    pub(super) name: Option<String>,
    pub(super) labels: Option<String>,
    pub(super) sort: Option<i64>,
}

/// The processes and threads of a trace, in the order of their first occurrence.
#[derive(Default)]
pub(super) struct Tracks {
    pub(super) threads: Vec<Thread>,
    pub(super) processes: Vec<Process>,
    thread_of: HashMap<u32, HashMap<String, u32>>,
    process_of: HashMap<String, u32>,
    last: u32,
}

impl Tracks {
    /// Returns the index of a process.
    pub(super) fn process(&mut self, pid: &str) -> u32 {
        if let Some(&at) = self.process_of.get(pid) {
            return at;
        }
        let at = self.processes.len() as u32;
        self.processes.push(Process { pid: pid.to_owned(), ..Process::default() });
        self.process_of.insert(pid.to_owned(), at);
        at
    }

    /// Returns the index of a thread.
    pub(super) fn thread(&mut self, pid: &str, tid: &str) -> u32 {
        if let Some(thread) = self.threads.get(self.last as usize)
            && thread.tid == tid
            && self.processes[thread.process as usize].pid == pid
        {
            return self.last;
        }
        let process = self.process(pid);
        let of_process = self.thread_of.entry(process).or_default();
        self.last = match of_process.get(tid) {
            Some(&at) => at,
            None => {
                let at = self.threads.len() as u32;
                self.threads.push(Thread { process, tid: tid.to_owned(), ..Thread::default() });
                of_process.insert(tid.to_owned(), at);
                at
            }
        };
        self.last
    }

    /// Takes a record of metadata; returns whether its kind is known.
    pub(super) fn metadata(&mut self, r: &Record<'_, '_>, pid: &str, tid: &str) -> bool {
        let member = |key: &str| {
            r.args.and_then(|args| args.members().filter(|(k, _)| k == key).last().map(|(_, v)| v))
        };
        let text =
            |key: &str| member(key).and_then(Value::text).filter(|t| !t.is_empty()).map(Cow::into_owned);
        let sort = || member("sort_index").and_then(Value::number).map(|n| n as i64);
        match r.name.and_then(Value::text).as_deref() {
            Some("process_name") => {
                let at = self.process(pid) as usize;
                self.processes[at].name = text("name").or(self.processes[at].name.take());
            }
            Some("process_labels") => {
                let at = self.process(pid) as usize;
                self.processes[at].labels = text("labels");
            }
            Some("process_sort_index") => {
                let at = self.process(pid) as usize;
                self.processes[at].sort = sort();
            }
            Some("thread_name") => {
                let at = self.thread(pid, tid) as usize;
                self.threads[at].name = text("name").or(self.threads[at].name.take());
            }
            Some("thread_sort_index") => {
                let at = self.thread(pid, tid) as usize;
                self.threads[at].sort = sort();
            }
            _ => return false,
        }
        true
    }
}
