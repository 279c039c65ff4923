//! The graph of processes and channels, as DOT or Mermaid, bare or in a page.

use makespan_model::{HashMap, HashSet, Order as _};

/// Processes and what each depends on, through channels and operators.
pub(super) struct Dag<'a> {
    pub(super) file: &'a str,
    /// Names of the processes.
    pub(super) processes: Vec<&'a str>,
    /// For each process, those before it: places in `processes`.
    pub(super) before: Vec<Vec<usize>>,
}

/// How many channels and operators are passed through in all.
const MOST_PASSED: usize = 2_000_000;

/// Whether a text is a graph as Nextflow writes it.
pub(super) fn looks_like(text: &[u8]) -> bool {
    let has = |needle: &str| memchr::memmem::find(text, needle.as_bytes()).is_some();
    if text.starts_with(b"digraph") {
        return has("\"pipeline_dag\"") || has("xlabel=\"Channel.") || has("xlabel=\"channel.");
    }
    let is_mermaid = text.starts_with(b"flowchart") || text.starts_with(b"graph");
    is_mermaid && (has("([") || has("((")) && (has("Channel.") || has("v0") || has("p0"))
}

impl<'a> Dag<'a> {
    pub(super) fn read(text: &'a str, file: &'a str) -> Dag<'a> {
        let mut labels: HashMap<&str, &str> = HashMap::default();
        let mut after: HashMap<&str, Vec<&str>> = HashMap::default();
        for line in text.lines().map(str::trim) {
            let arrow = [" --> ", " -> ", " -->|"].into_iter().find_map(|arrow| line.split_once(arrow));
            if let Some((from, to)) = arrow {
                let to = to.rsplit('|').next().unwrap_or(to);
                after.entry(id(to)).or_default().push(id(from));
                continue;
            }
            // `p3 [label="NAME"];`, `v3([NAME])`, `p3[NAME]`; points and circles are channels and operators.
            let label = match line.split_once("label=\"") {
                Some((before, rest)) if !before.ends_with('x') && !line.contains("shape=") => {
                    rest.split('"').next()
                }
                Some(_) => None,
                None => process_of(line),
            };
            if let Some(label) = label.filter(|l| !l.is_empty()) {
                labels.insert(id(line), label);
            }
        }
        let mut processes: Vec<(&str, &str)> = labels.iter().map(|(id, label)| (*id, *label)).collect();
        processes.order_by_key(|(id, _)| (id.len(), *id));
        let place: HashMap<&str, usize> =
            processes.iter().enumerate().map(|(at, (id, _))| (*id, at)).collect();
        let mut budget = MOST_PASSED;
        let before = |(start, _): &(&str, &str)| {
            let mut found = Vec::new();
            let mut seen: HashSet<&str> = HashSet::default();
            let mut open = vec![*start];
            while let Some(node) = open.pop() {
                for from in after.get(node).into_iter().flatten() {
                    if budget == 0 || !seen.insert(from) {
                        continue;
                    }
                    budget -= 1;
                    match place.get(from) {
                        Some(at) => found.push(*at),
                        None => open.push(from),
                    }
                }
            }
            found.order();
            found
        };
        let before = processes.iter().map(before).collect();
        Dag { file, processes: processes.into_iter().map(|(_, label)| label).collect(), before }
    }

    /// The place of a process by its name, of which a graph may hold only the last part.
    pub(super) fn find(&self, process: &str) -> Option<usize> {
        let last = process.rsplit(':').next().unwrap_or(process);
        let place = |name: &str| self.processes.iter().position(|known| *known == name);
        place(process).or_else(|| place(last))
    }
}

/// The id that a line begins with.
fn id(text: &str) -> &str {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// The name of a process in a node of Mermaid: in round and square brackets, or in square ones alone.
fn process_of(line: &str) -> Option<&str> {
    let rest = &line[id(line).len()..];
    if id(line).is_empty() || matches!(id(line), "subgraph" | "end" | "flowchart" | "graph") {
        return None;
    }
    if let Some(inner) = rest.strip_prefix("([").and_then(|r| r.split("])").next()) {
        return Some(inner.trim_matches('"'));
    }
    let inner = rest.strip_prefix('[')?.split(']').next()?.trim_matches('"').trim();
    // Channels stand in square brackets in newer versions.
    let is_channel = inner.starts_with("Channel.") || inner.starts_with("channel.") || inner.contains(' ');
    (!is_channel).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(text: &str) -> Vec<String> {
        let dag = Dag::read(text, "x");
        let name = |at: &usize| dag.processes[*at];
        (0..dag.processes.len())
            .map(|at| format!("{} <- {:?}", name(&at), dag.before[at].iter().map(name).collect::<Vec<_>>()))
            .collect()
    }

    #[test]
    fn processes_are_joined_through_channels() {
        let dot = "digraph \"pipeline_dag\" {\np0 [shape=point,label=\"\",xlabel=\"Channel.of\"];\np1 [label=\"A\"];\n\
                   p0 -> p1 [label=\"ch\"];\np2 [shape=circle,label=\"\",xlabel=\"map\"];\np1 -> p2;\np3 [label=\"B\"];\np2 -> p3;\n}";
        assert_eq!(recorded(dot), ["A <- []", "B <- [\"A\"]"]);
        let mermaid = "flowchart TB\n    subgraph \" \"\n    v0[\"Channel.of\"]\n    end\n    v1([A])\n    v2(( ))\n    v3([B])\n\
                       \x20   v0 --> v1\n    v1 --> v2\n    v2 --> v3\n";
        assert_eq!(recorded(mermaid), ["A <- []", "B <- [\"A\"]"]);
        assert!(looks_like(dot.as_bytes()) && looks_like(mermaid.as_bytes()));
    }
}
