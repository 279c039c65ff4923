//! The graph that `ninja -t graph` prints: files, and the commands that make some of them from others.

use makespan_model::{HashMap, HashSet};

/// How many files that no command of a log made are passed through in all.
const MOST_PASSED: usize = 2_000_000;

/// Files by their marks in the graph, and what each is made from.
pub(super) struct Graph<'a> {
    pub(super) file: &'a str,
    /// Paths of the files by mark.
    paths: HashMap<&'a str, &'a str>,
    marks: HashMap<&'a str, &'a str>,
    /// For each mark, the marks of its inputs: files, or the command that makes it.
    before: HashMap<&'a str, Vec<&'a str>>,
    /// The rule by which a file is made.
    rules: HashMap<&'a str, &'a str>,
    /// Paths of the files that a command makes, in the order of the graph.
    pub(super) made: Vec<&'a str>,
}

pub(super) fn looks_like(text: &[u8]) -> bool {
    text.starts_with(b"digraph ninja {")
}

impl<'a> Graph<'a> {
    pub(super) fn read(text: &'a str, file: &'a str) -> Graph<'a> {
        let mut graph = Graph {
            file,
            paths: HashMap::default(),
            marks: HashMap::default(),
            before: HashMap::default(),
            rules: HashMap::default(),
            made: Vec::new(),
        };
        let mut commands: HashMap<&str, &str> = HashMap::default();
        let mut arrows: Vec<(&str, &str, Option<&str>)> = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| line.starts_with('"')) {
            let mut texts = line.split('"').skip(1).step_by(2);
            let (Some(mark), second) = (texts.next(), texts.next()) else { continue };
            match second {
                Some(to) if line.contains("\" -> \"") => arrows.push((mark, to, texts.next().map(str::trim))),
                Some(label) if line.contains("shape=ellipse") => {
                    commands.insert(mark, label);
                }
                Some(label) => {
                    graph.paths.insert(mark, label);
                    graph.marks.insert(label, mark);
                }
                None => {}
            }
        }
        for (from, to, label) in arrows {
            graph.before.entry(to).or_default().push(from);
            // A command with one input and one output is only an arrow with its rule.
            let rule = label.or_else(|| commands.get(from).copied());
            if let (Some(rule), Some(path)) = (rule, graph.paths.get(to))
                && rule != "phony"
                && graph.rules.insert(to, rule).is_none()
            {
                graph.made.push(path);
            }
        }
        graph
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.marks.contains_key(path)
    }

    pub(super) fn rule(&self, path: &str) -> Option<&'a str> {
        self.rules.get(self.marks.get(path)?).copied()
    }

    /// The files among these that this one is made from, directly or through others.
    pub(super) fn inputs(&self, path: &str, among: &HashMap<&str, usize>, budget: &mut usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut seen: HashSet<&str> = HashSet::default();
        let mut open: Vec<&str> = self.marks.get(path).copied().into_iter().collect();
        while let Some(mark) = open.pop() {
            for from in self.before.get(mark).into_iter().flatten() {
                if *budget == 0 || !seen.insert(from) {
                    continue;
                }
                *budget -= 1;
                match self.paths.get(from).and_then(|path| among.get(path)) {
                    Some(at) => found.push(*at),
                    None => open.push(from),
                }
            }
        }
        found
    }

    pub(super) fn budget() -> usize {
        MOST_PASSED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_joined_through_commands_and_phony_targets() {
        let text = "digraph ninja {\nrankdir=\"LR\"\n\"1\" [label=\"all\"]\n\"2\" -> \"1\" [label=\" phony\"]\n\"2\" [label=\"app\"]\n\
                    \"9\" [label=\"link\", shape=ellipse]\n\"9\" -> \"2\"\n\"3\" -> \"9\" [arrowhead=none]\n\"4\" -> \"9\" [arrowhead=none style=dotted]\n\
                    \"3\" [label=\"a.o\"]\n\"5\" -> \"3\" [label=\" cc\"]\n\"5\" [label=\"a.c\"]\n\"4\" [label=\"gen\"]\n\"6\" -> \"4\" [label=\" phony\"]\n\
                    \"6\" [label=\"x.h\"]\n}";
        assert!(looks_like(text.as_bytes()));
        let graph = Graph::read(text, "x");
        assert_eq!(graph.made, ["app", "a.o"]);
        assert_eq!(
            (graph.rule("app"), graph.rule("a.o"), graph.rule("a.c")),
            (Some("link"), Some("cc"), None)
        );
        let among: HashMap<&str, usize> = [("a.o", 0), ("x.h", 1), ("app", 2)].into_iter().collect();
        assert_eq!(graph.inputs("app", &among, &mut Graph::budget()), [0, 1]);
        assert!(graph.inputs("app", &among, &mut 0).is_empty());
    }
}
