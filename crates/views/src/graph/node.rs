//! A node of the graph: what it represents, and its text.

use makespan_layout::Size;
use makespan_model::{NONE, Order as _, Run, Status, TaskId};
use makespan_scene::{Face, Weight, counted, duration, width};

/// Text sizes of the two lines of a box, px at zoom 1.
pub(crate) const LABEL: f32 = 12.0;
pub(crate) const NOTE: f32 = 10.5;
/// Height of a box, and of the title of an expanded group, px at zoom 1.
pub(crate) const HEIGHT: f32 = 40.0;
pub(crate) const TITLE: f32 = 30.0;
/// Free space within the border of an expanded group, px at zoom 1.
pub(crate) const AIR: f32 = 12.0;

/// A node of the graph: a task, a group, or the border of an expanded group.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The tasks it represents, at least one.
    pub tasks: Vec<u32>,
    /// First line.
    pub label: String,
    /// Second line.
    pub note: String,
    /// Number of its tasks with each status.
    pub statuses: [u32; Status::COUNT],
    /// Key of the group that it represents.
    pub group: Option<String>,
    /// Whether it is the border of an expanded group, around the nodes whose `parent` it is.
    pub is_open: bool,
    /// The expanded group that contains it, by index of the node, or [`NONE`].
    pub parent: u32,
    /// Its duration as a fraction of the longest one shown, 0 to 1; for a group its median.
    pub share: Option<f32>,
    /// Number of attempts of the task.
    pub tries: u32,
    /// Whether it is a gate.
    pub is_gate: bool,
    /// Width and height on the plane of the layout, px at zoom 1.
    pub size: Size,
}

/// The durations of the tasks of a group, ns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// 10th percentile.
    pub low: i64,
    /// Median.
    pub median: i64,
    /// 90th percentile.
    pub high: i64,
}

impl Spread {
    /// Computes the spread over the tasks with known durations; `None` without any.
    pub fn of(run: &Run, tasks: &[u32]) -> Option<Spread> {
        let mut lengths: Vec<i64> = tasks.iter().filter_map(|&t| length(run, t)).collect();
        lengths.order();
        let at = |part: usize| lengths.get((lengths.len().saturating_sub(1) * part + 50) / 100).copied();
        Some(Spread { low: at(10)?, median: at(50)?, high: at(90)? })
    }

    /// Formats it.
    pub fn text(&self) -> String {
        if self.low == self.high {
            return format!("each {}", duration(self.median));
        }
        format!("median {} ({} to {})", duration(self.median), duration(self.low), duration(self.high))
    }
}

/// Returns the duration of a task, ns.
pub(crate) fn length(run: &Run, task: u32) -> Option<i64> {
    run.task_interval(TaskId(task)).map(|(s, e)| e.saturating_sub(s))
}

/// Returns the number of tasks with each status.
pub(crate) fn statuses(run: &Run, tasks: &[u32]) -> [u32; Status::COUNT] {
    let mut of = [0; Status::COUNT];
    tasks.iter().for_each(|&t| of[run.tasks.status[t as usize] as usize] += 1);
    of
}

impl Node {
    /// Creates the node of a task.
    pub(crate) fn of_task(run: &Run, task: u32) -> Node {
        let id = TaskId(task);
        let (name, step) = (run.task_name(id), run.task_step(id));
        let mut parts = Vec::new();
        if step != name {
            parts.push(step.to_owned());
        }
        parts.extend(length(run, task).map(duration));
        let tries = run.attempts_of(id).len();
        if tries > 1 {
            parts.push(counted(tries, "attempt").to_string());
        }
        let mut node = Node::new(run, vec![task], name);
        node.note = short(&parts.join(" · "));
        node.tries = tries as u32;
        node.sized()
    }

    /// Creates the node of a collapsed group.
    pub(crate) fn of_group(run: &Run, tasks: Vec<u32>, label: &str, key: String) -> Node {
        let spread = Spread::of(run, &tasks).map_or(String::new(), |s| format!(" · {}", s.text()));
        let note = format!("{}{spread}", counted(tasks.len(), "task"));
        let mut node = Node::new(run, tasks, label);
        (node.note, node.group) = (note, Some(key));
        node.sized()
    }

    /// Creates the border of an expanded group.
    pub(crate) fn border(run: &Run, tasks: Vec<u32>, label: &str, key: String) -> Node {
        let note = counted(tasks.len(), "task").to_string();
        let mut node = Node::new(run, tasks, label);
        (node.note, node.group, node.is_open) = (note, Some(key), true);
        node.sized()
    }

    fn new(run: &Run, tasks: Vec<u32>, label: &str) -> Node {
        Node {
            label: short(label),
            note: String::new(),
            statuses: statuses(run, &tasks),
            tasks,
            group: None,
            is_open: false,
            parent: NONE,
            share: None,
            tries: 0,
            is_gate: false,
            size: Size::default(),
        }
    }

    fn sized(mut self) -> Node {
        self.fit_words();
        self
    }

    /// Makes its box as large as its text.
    pub(crate) fn fit_words(&mut self) {
        let label = width(&self.label, LABEL, Weight::Bold, Face::Sans);
        let note = width(&self.note, NOTE, Weight::Regular, Face::Sans);
        let w = (label.max(note) + 40.0).clamp(92.0, 250.0);
        self.size = Size { w, h: if self.is_open { TITLE + AIR } else { HEIGHT } };
    }

    /// Returns the only task it represents; `None` for a group.
    pub fn task(&self) -> Option<u32> {
        if self.group.is_none() { self.tasks.first().copied() } else { None }
    }

    /// Returns the most important status of its tasks.
    pub fn status(&self) -> Status {
        const FIRST: [Status; Status::COUNT] = [
            Status::Failed,
            Status::UpstreamFailed,
            Status::Cancelled,
            Status::Unknown,
            Status::Retrying,
            Status::Running,
            Status::Queued,
            Status::Pending,
            Status::Succeeded,
            Status::Cached,
            Status::Skipped,
        ];
        FIRST.into_iter().find(|s| self.statuses[*s as usize] > 0).unwrap_or(Status::Pending)
    }

    /// Returns the status of all its tasks; `None` if they differ.
    pub fn common_status(&self) -> Option<Status> {
        let status = self.status();
        (self.statuses[status as usize] as usize == self.tasks.len()).then_some(status)
    }
}

/// Shortens a name, which may be megabytes long, to a few words. Names often begin alike, so both ends are kept.
pub(crate) fn short(text: &str) -> String {
    makespan_scene::fit_middle(text, 210.0, LABEL, Weight::Bold, Face::Sans).into_owned()
}
