//! The reader's choices for the graph: kind of nodes, expanded groups, and focus.

use makespan_model::Order as _;
use serde::{Deserialize, Serialize};

use crate::clip::shortened;

/// What the nodes of the graph represent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Grouping {
    /// The most detailed of the others that is readable as a whole.
    #[default]
    Automatic,
    /// Each task by itself.
    Tasks,
    /// Stacks: tasks of one step with the same dependencies.
    Stacks,
    /// Each step.
    Steps,
    /// Groups that contain tasks, and steps within them.
    Groups,
}

impl Grouping {
    /// All of them, the default first.
    pub const ALL: [Grouping; 5] =
        [Grouping::Automatic, Grouping::Tasks, Grouping::Stacks, Grouping::Steps, Grouping::Groups];

    /// Returns the name in links.
    pub fn name(self) -> &'static str {
        match self {
            Grouping::Automatic => "automatic",
            Grouping::Tasks => "tasks",
            Grouping::Stacks => "stacks",
            Grouping::Steps => "steps",
            Grouping::Groups => "groups",
        }
    }

    /// Returns the title.
    pub fn title(self) -> &'static str {
        match self {
            Grouping::Automatic => "Automatic",
            Grouping::Tasks => "Tasks",
            Grouping::Stacks => "Stacks of equal tasks",
            Grouping::Steps => "Steps",
            Grouping::Groups => "Groups",
        }
    }
}

/// How the graph is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Drawing {
    /// Nodes in layers, with lines between them.
    #[default]
    Layers,
    /// Nodes where their tasks started, along an axis of time.
    Time,
    /// A matrix: nodes are rows and columns, dependencies are cells.
    Matrix,
}

impl Drawing {
    /// All of them, the default first.
    pub const ALL: [Drawing; 3] = [Drawing::Layers, Drawing::Time, Drawing::Matrix];

    /// Returns the name in links.
    pub fn name(self) -> &'static str {
        match self {
            Drawing::Layers => "layers",
            Drawing::Time => "time",
            Drawing::Matrix => "matrix",
        }
    }

    /// Returns the title.
    pub fn title(self) -> &'static str {
        match self {
            Drawing::Layers => "Layers",
            Drawing::Time => "Along time",
            Drawing::Matrix => "Matrix",
        }
    }
}

/// The centre of a focus.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Centre {
    /// A task, by id.
    Task(String),
    /// A group, by its key.
    Group(String),
}

/// No limit on the number of dependencies.
pub const ALL_HOPS: u32 = u32::MAX;

/// The tasks that the graph shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Focus {
    /// All of them.
    #[default]
    Everything,
    /// A centre, with the tasks at most this number of dependencies before and after it.
    Around {
        /// What the focus is around.
        centre: Centre,
        /// Dependencies before it.
        up: u32,
        /// Dependencies after it.
        down: u32,
    },
    /// Failed tasks, with the tasks at most this number of dependencies away.
    Failed {
        /// Dependencies before and after.
        hops: u32,
    },
    /// The tasks on a path between two tasks, by id.
    Between(String, String),
}

impl Focus {
    /// Describes the focus; `None` if it is everything.
    pub fn words(&self) -> Option<String> {
        let name = |text: &str| shortened(text, 40);
        let hops = |n: u32, way: &str| match n {
            0 => String::new(),
            ALL_HOPS => format!(", all {way}"),
            n => format!(", {n} {way}"),
        };
        Some(match self {
            Focus::Everything => return None,
            Focus::Around { centre: Centre::Task(of), up, down } => {
                format!("{}{}{}", name(of), hops(*up, "before"), hops(*down, "after"))
            }
            Focus::Around { centre: Centre::Group(key), up, down } => {
                let of = key.split_once(':').map_or(key.as_str(), |parts| parts.1);
                format!("{}{}{}", name(of), hops(*up, "before"), hops(*down, "after"))
            }
            Focus::Failed { .. } => "failed tasks and neighbours".to_owned(),
            Focus::Between(a, b) => format!("between {} and {}", name(a), name(b)),
        })
    }

    /// Returns the focus extended by one more dependency before or after it, or by all of them. Without a focus around
    /// a task or a group, a new one starts at `selected`; `None` without either.
    pub fn with_hop(&self, selected: Option<Centre>, before: bool, all: bool) -> Option<Focus> {
        let more = |hops: u32| if all { ALL_HOPS } else { hops.saturating_add(1) };
        Some(match self {
            Focus::Around { centre, up, down } if selected.as_ref().is_none_or(|s| s == centre) => {
                let (up, down) = if before { (more(*up), *down) } else { (*up, more(*down)) };
                Focus::Around { centre: centre.clone(), up, down }
            }
            Focus::Failed { hops } if selected.is_none() => Focus::Failed { hops: more(*hops) },
            _ => {
                let (up, down) = if before { (more(0), 0) } else { (0, more(0)) };
                Focus::Around { centre: selected?, up, down }
            }
        })
    }
}

/// The state of the graph; a link contains all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Graphing {
    /// What nodes represent.
    pub by: Grouping,
    /// How they are drawn.
    pub drawing: Drawing,
    /// Keys of the groups that are expanded, sorted.
    pub open: Vec<String>,
    /// Key of the selected group. A selected task takes precedence.
    pub group: Option<String>,
    /// The part in focus.
    pub focus: Focus,
    /// The first of the two tasks of a focus that is being chosen, by id.
    pub from: Option<String>,
}

impl Graphing {
    /// Expands a group, or collapses it with all groups inside it.
    pub fn expand(&mut self, key: &str, open: bool) {
        self.open.retain(|k| k != key);
        if open {
            let at = self.open.partition_point(|k| k.as_str() < key);
            self.open.insert(at, key.to_owned());
        }
    }

    /// Returns whether a group is expanded.
    pub fn is_open(&self, key: &str) -> bool {
        self.open.binary_search_by(|k| k.as_str().cmp(key)).is_ok()
    }

    /// Returns the members of a link: keys and values.
    pub(crate) fn members(&self) -> Vec<(&'static str, String)> {
        let mut all = Vec::new();
        if self.by != Grouping::default() {
            all.push(("nodes", self.by.name().to_owned()));
        }
        if self.drawing != Drawing::default() {
            all.push(("drawing", self.drawing.name().to_owned()));
        }
        if !self.open.is_empty() {
            all.push(("open", joined(self.open.iter().map(String::as_str))));
        }
        if let Some(group) = &self.group {
            all.push(("group", group.clone()));
        }
        let hops = |n: u32| if n == ALL_HOPS { "all".to_owned() } else { n.to_string() };
        match &self.focus {
            Focus::Everything => {}
            Focus::Around { centre, up, down } => {
                let (kind, of) = match centre {
                    Centre::Task(id) => ("task", id),
                    Centre::Group(key) => ("group", key),
                };
                all.push(("focus", joined([kind, &hops(*up), &hops(*down), of])));
            }
            Focus::Failed { hops: n } => all.push(("focus", joined(["failed", &hops(*n)]))),
            Focus::Between(a, b) => all.push(("focus", joined(["between", a, b]))),
        }
        if let Some(from) = &self.from {
            all.push(("from", from.clone()));
        }
        all
    }

    /// Reads a member of a link.
    pub(crate) fn take(&mut self, key: &str, value: &str) {
        match key {
            "nodes" => self.by = Grouping::ALL.into_iter().find(|g| g.name() == value).unwrap_or_default(),
            "drawing" => {
                self.drawing = Drawing::ALL.into_iter().find(|d| d.name() == value).unwrap_or_default();
            }
            "open" => {
                self.open = parted(value);
                self.open.order_by(Ord::cmp);
                self.open.dedup();
            }
            "group" => self.group = Some(value.to_owned()),
            "from" => self.from = Some(value.to_owned()),
            "focus" => self.focus = focus(&parted(value)).unwrap_or_default(),
            _ => {}
        }
    }
}

fn focus(parts: &[String]) -> Option<Focus> {
    let hops = |text: &str| if text == "all" { Some(ALL_HOPS) } else { text.parse().ok() };
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Some(match parts[..] {
        ["task", up, down, id] => {
            Focus::Around { centre: Centre::Task(id.to_owned()), up: hops(up)?, down: hops(down)? }
        }
        ["group", up, down, key] => {
            Focus::Around { centre: Centre::Group(key.to_owned()), up: hops(up)?, down: hops(down)? }
        }
        ["failed", n] => Focus::Failed { hops: hops(n)? },
        ["between", a, b] => Focus::Between(a.to_owned(), b.to_owned()),
        _ => return None,
    })
}

/// Joins texts with commas; a comma within a text is written `~1`, and `~` as `~0`.
pub(crate) fn joined<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let parts: Vec<String> = parts.into_iter().map(|p| p.replace('~', "~0").replace(',', "~1")).collect();
    parts.join(",")
}

pub(crate) fn parted(text: &str) -> Vec<String> {
    text.split(',').map(|p| p.replace("~1", ",").replace("~0", "~")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_focus_grows_by_one_dependency_from_the_selection() {
        let task = |id: &str| Some(Centre::Task(id.to_owned()));
        assert_eq!(Focus::Everything.with_hop(None, true, false), None);
        let one = Focus::Everything.with_hop(task("a"), true, false);
        let two = one.and_then(|f| f.with_hop(task("a"), true, false));
        let both = two.and_then(|f| f.with_hop(None, false, true));
        let around =
            |id: &str, up, down| Some(Focus::Around { centre: Centre::Task(id.to_owned()), up, down });
        assert_eq!(both, around("a", 2, ALL_HOPS));
        assert_eq!(both.and_then(|f| f.with_hop(task("b"), false, false)), around("b", 0, 1));
    }

    #[test]
    fn choices_survive_a_link_with_any_names() {
        let mut all = Graphing {
            by: Grouping::Steps,
            drawing: Drawing::Matrix,
            from: Some("x".to_owned()),
            ..Graphing::default()
        };
        for key in ["s:b,~1", "s:a~", "s:"] {
            all.expand(key, true);
        }
        assert!(all.is_open("s:a~") && !all.is_open("s:a"));
        for focus in [
            Focus::Everything,
            Focus::Around { centre: Centre::Group("s:a,b".to_owned()), up: 3, down: ALL_HOPS },
            Focus::Failed { hops: 1 },
            Focus::Between("a,b".to_owned(), "~".to_owned()),
        ] {
            all.focus = focus;
            let mut read = Graphing::default();
            all.members().iter().for_each(|(key, value)| read.take(key, value));
            assert_eq!(read, all);
        }
        all.expand("s:", false);
        assert_eq!(all.open.len(), 2);
        let mut odd = Graphing::default();
        odd.take("focus", "task,-1,x");
        assert_eq!(odd, Graphing::default());
    }
}
