//! The action graph of a Bazel build: `bazel aquery --output=jsonproto`, or the log of executed spawns.
//!
//! Both say which files an action reads and writes; an action depends on those that write what it reads. In the answer
//! of aquery, sets of files contain other sets, and paths are made of fragments that refer to their parents.

use makespan_model::{HashMap, Order as _};

use crate::json::tape::Value;

/// Maximum number of sets that are visited in all: the sets of all actions can be quadratic in the size of the file.
const MOST_VISITS: u64 = 50_000_000;

/// Maximum number of fragments of a path, and of bytes in them: fragments are shared, so that a small file could have
/// long paths without end.
const MOST_FRAGMENTS: usize = 256;
const LONGEST_PATH: usize = 4 << 10;

/// The actions of a build.
#[derive(Default)]
pub(super) struct ActionGraph {
    pub(super) actions: Vec<Node>,
    sets: Vec<Set>,
    /// Paths of files, by artifact.
    paths: Vec<String>,
    /// The action that writes each artifact.
    producer: HashMap<u32, u32>,
    /// Actions by the paths of their outputs, by these without the folder of the configuration, by target and mnemonic,
    /// and by target alone; `None` if there are several.
    outputs: HashMap<String, Option<u32>>,
    rooted: HashMap<String, Option<u32>>,
    labelled: HashMap<(String, String), Option<u32>>,
    targets: HashMap<String, Option<u32>>,
}

/// An action.
#[derive(Default)]
pub(super) struct Node {
    pub(super) target: String,
    pub(super) mnemonic: String,
    inputs: Vec<u32>,
    outputs: Vec<u32>,
}

/// A set of files.
#[derive(Default)]
struct Set {
    sets: Vec<u32>,
    files: Vec<u32>,
}

/// Which sets were visited, and for which action.
pub(super) struct Visits {
    last: Vec<u32>,
    round: u32,
    left: u64,
    /// Number of actions of which not all sets were visited.
    pub(super) cut_short: u64,
}

/// Places by the ids of a list.
#[derive(Default)]
struct Ids(HashMap<i64, u32>);

impl Ids {
    fn of<'t, 'a>(root: Value<'t, 'a>, list: &str) -> (Ids, Vec<Value<'t, 'a>>) {
        let (mut ids, mut all) = (Ids::default(), Vec::new());
        for value in root.list(list) {
            if let Some(id) = value.at("id").and_then(Value::whole) {
                ids.0.entry(id).or_insert(all.len() as u32);
                all.push(value);
            }
        }
        (ids, all)
    }

    fn at(&self, value: Option<Value<'_, '_>>) -> Option<u32> {
        self.0.get(&value?.whole()?).copied()
    }

    fn all(&self, of: Value<'_, '_>, list: &str) -> Vec<u32> {
        of.list(list).filter_map(|id| self.at(Some(id))).collect()
    }
}

impl ActionGraph {
    /// Adds the answer of `bazel aquery`.
    pub(super) fn add_answer(&mut self, root: Value<'_, '_>) {
        let (fragment_ids, fragments) = Ids::of(root, "pathFragments");
        let fragments: Vec<(String, Option<u32>)> = fragments
            .into_iter()
            .map(|f| (f.text_at("label").unwrap_or_default().into_owned(), fragment_ids.at(f.at("parentId"))))
            .collect();
        let path = |fragment: Option<u32>| {
            let (mut parts, mut next, mut len) = (Vec::new(), fragment, 0);
            while let Some((label, parent)) = next.and_then(|at| fragments.get(at as usize))
                && parts.len() < MOST_FRAGMENTS
            {
                len += label.len();
                if len > LONGEST_PATH {
                    return String::new();
                }
                parts.push(label.as_str());
                next = *parent;
            }
            parts.reverse();
            parts.join("/")
        };
        let first_file = self.paths.len() as u32;
        let (file_ids, files) = Ids::of(root, "artifacts");
        self.paths.extend(files.into_iter().map(|file| path(fragment_ids.at(file.at("pathFragmentId")))));
        let shift = |all: Vec<u32>, by: u32| -> Vec<u32> { all.into_iter().map(|at| at + by).collect() };
        let first_set = self.sets.len() as u32;
        let (set_ids, sets) = Ids::of(root, "depSetOfFiles");
        self.sets.extend(sets.into_iter().map(|set| Set {
            sets: shift(set_ids.all(set, "transitiveDepSetIds"), first_set),
            files: shift(file_ids.all(set, "directArtifactIds"), first_file),
        }));
        let (target_ids, targets) = Ids::of(root, "targets");
        for action in root.list("actions") {
            let target = target_ids.at(action.at("targetId")).and_then(|at| targets.get(at as usize));
            self.add(Node {
                target: target.and_then(|t| t.text_at("label")).unwrap_or_default().into_owned(),
                mnemonic: action.text_at("mnemonic").unwrap_or_default().into_owned(),
                inputs: shift(set_ids.all(action, "inputDepSetIds"), first_set),
                outputs: shift(file_ids.all(action, "outputIds"), first_file),
            });
        }
    }

    /// Adds a spawn of the execution log; `files` has the artifacts of the spawns before it.
    pub(super) fn add_spawn(&mut self, spawn: Value<'_, '_>, files: &mut HashMap<String, u32>) {
        let mut file = |path: &str| {
            let next = self.paths.len() as u32;
            *files.entry(path.to_owned()).or_insert_with(|| {
                self.paths.push(path.to_owned());
                next
            })
        };
        let inputs = spawn.list("inputs").filter_map(|input| input.text_at("path"));
        let inputs = inputs.map(|path| file(&path)).collect();
        let outputs = spawn.list("listedOutputs").filter_map(Value::text).map(|path| file(&path)).collect();
        self.sets.push(Set { sets: Vec::new(), files: inputs });
        self.add(Node {
            target: spawn.text_at("targetLabel").unwrap_or_default().into_owned(),
            mnemonic: spawn.text_at("mnemonic").unwrap_or_default().into_owned(),
            inputs: vec![self.sets.len() as u32 - 1],
            outputs,
        });
    }

    fn add(&mut self, node: Node) {
        fn one<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Option<u32>>, key: K, at: u32) {
            map.entry(key)
                .and_modify(|known| *known = known.filter(|known| *known == at))
                .or_insert(Some(at));
        }
        let at = self.actions.len() as u32;
        for file in &node.outputs {
            self.producer.entry(*file).or_insert(at);
            let path = &self.paths[*file as usize];
            if path.is_empty() {
                continue;
            }
            one(&mut self.outputs, path.clone(), at);
            one(&mut self.rooted, without_root(path).to_owned(), at);
        }
        one(&mut self.labelled, (node.target.clone(), node.mnemonic.clone()), at);
        one(&mut self.targets, node.target.clone(), at);
        self.actions.push(node);
    }

    /// Returns the action with this primary output; else the only one of this target with this mnemonic; else the only one
    /// with an output or of a target that is named in the message `name`.
    pub(super) fn find(&self, out: &str, target: &str, mnemonic: &str, name: &str) -> Option<u32> {
        let by_output = |path: &str| {
            let found = self.outputs.get(path).copied().flatten();
            found.or_else(|| self.rooted.get(without_root(path)).copied().flatten())
        };
        if let Some(found) = Some(out).filter(|out| !out.is_empty()).and_then(by_output) {
            return Some(found);
        }
        if !target.is_empty() {
            let found = self.labelled.get(&(target.to_owned(), mnemonic.to_owned())).copied().flatten();
            return found.or_else(|| self.targets.get(target).copied().flatten());
        }
        let mut words = name.split_whitespace();
        words.find_map(|word| {
            if word.starts_with('@') || word.starts_with("//") {
                return self.targets.get(word).copied().flatten();
            }
            by_output(word).filter(|_| word.contains(['/', '.']))
        })
    }

    /// Returns the visits of no sets yet.
    pub(super) fn visits(&self) -> Visits {
        Visits { last: vec![0; self.sets.len()], round: 0, left: MOST_VISITS, cut_short: 0 }
    }

    /// Returns the actions whose outputs an action reads, each once, ascending.
    pub(super) fn before(&self, node: u32, visits: &mut Visits) -> Vec<u32> {
        visits.round += 1;
        let mut found = Vec::new();
        let mut open: Vec<u32> = self.actions[node as usize].inputs.clone();
        while let Some(set) = open.pop() {
            let last = &mut visits.last[set as usize];
            if std::mem::replace(last, visits.round) == visits.round {
                continue;
            }
            let set = &self.sets[set as usize];
            let cost = 1 + (set.files.len() + set.sets.len()) as u64;
            if visits.left < cost {
                visits.cut_short += 1;
                break;
            }
            visits.left -= cost;
            found.extend(set.files.iter().filter_map(|file| self.producer.get(file).copied()));
            open.extend_from_slice(&set.sets);
        }
        found.order();
        found.dedup();
        found.retain(|at| *at != node);
        found
    }

    /// Returns the path of the first output of an action.
    pub(super) fn output(&self, node: &Node) -> Option<&str> {
        node.outputs.first().map(|file| self.paths[*file as usize].as_str())
    }
}

/// Returns a path without the folder of its configuration: `bazel-out/k8-fastbuild/bin/a/b.o` is `a/b.o`.
fn without_root(path: &str) -> &str {
    let mut parts = path.splitn(4, '/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("bazel-out"), Some(_), Some(_), Some(rest)) => rest,
        _ => path,
    }
}
