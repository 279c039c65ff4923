//! Which file of a crate uses what another one defines.
//!
//! Names are resolved as the compiler does it, but for what this tree does not need: a path is followed through
//! modules, imports and re-exports to the file that defines the item. Declaring a module or re-exporting its items is no
//! use of it; using an item that a parent re-exports is a use of the file where the item is defined, not of the parent.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree, Visibility};

use crate::sources::Source;

/// Re-exports of re-exports are followed so far.
const DEEPEST: usize = 16;

/// The first use, by one file, of something that another file defines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arrow {
    pub(crate) from: String,
    pub(crate) to: String,
    /// In `from`, counted from 1.
    pub(crate) line: usize,
    /// As it is written there.
    pub(crate) path: String,
}

/// Returns the arrows between the files of the crate whose root is `root`, at most one for each pair of files.
pub(crate) fn arrows(sources: &[Source], root: &str) -> Vec<Arrow> {
    let mut tree = Tree { modules: Vec::new() };
    let source = sources.iter().find(|source| source.path == root).unwrap();
    let folder = root.rsplit_once('/').unwrap().0.to_owned();
    tree.read_file(sources, source, None, &folder);
    let mut found: BTreeMap<(String, String), Arrow> = BTreeMap::new();
    for (module, uses) in (0..tree.modules.len()).map(|module| (module, &tree.modules[module].uses)) {
        for (path, line) in uses {
            let from = &tree.modules[module].file;
            let Some(Found::Item(definer)) = tree.resolve(module, path, 0) else { continue };
            let to = &tree.modules[definer].file;
            if from != to {
                let pair = (from.clone(), to.clone());
                let path = path.join("::");
                let arrow = Arrow { from: from.clone(), to: to.clone(), line: *line, path };
                found.entry(pair).or_insert(arrow);
            }
        }
    }
    found.into_values().collect()
}

#[derive(Default)]
struct Module {
    file: String,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    /// What it defines itself, by name.
    items: BTreeSet<String>,
    imports: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    /// Every path in its code, with its line.
    uses: Vec<(Vec<String>, usize)>,
}

enum Found {
    Module(usize),
    /// An item of the module with that index.
    Item(usize),
}

struct Tree {
    modules: Vec<Module>,
}

impl Tree {
    fn read_file(
        &mut self,
        sources: &[Source],
        source: &Source,
        parent: Option<usize>,
        folder: &str,
    ) -> usize {
        let file = syn::parse_file(&source.text).unwrap_or_else(|e| panic!("{}: {e}", source.path));
        self.read_items(sources, &source.path, parent, folder, &file.items)
    }

    /// `folder` is where files of modules that these items declare stand.
    fn read_items(
        &mut self,
        sources: &[Source],
        file: &str,
        parent: Option<usize>,
        folder: &str,
        items: &[Item],
    ) -> usize {
        let index = self.modules.len();
        self.modules.push(Module { file: file.to_owned(), parent, ..Module::default() });
        for item in items.iter().filter(|item| !is_test(attributes(item))) {
            match item {
                Item::Mod(module) => {
                    let name = module.ident.to_string();
                    let inner = format!("{folder}/{name}");
                    let child = match &module.content {
                        Some((_, items)) => self.read_items(sources, file, Some(index), &inner, items),
                        None => {
                            let places = [format!("{inner}.rs"), format!("{inner}/mod.rs")];
                            let Some(source) = sources.iter().find(|s| places.contains(&s.path)) else {
                                continue;
                            };
                            self.read_file(sources, source, Some(index), &inner)
                        }
                    };
                    self.modules[index].children.insert(name, child);
                }
                item => {
                    self.modules[index].items.extend(name_of(item));
                    Reader { module: &mut self.modules[index] }.visit_item(item);
                }
            }
        }
        index
    }

    fn resolve(&self, from: usize, path: &[String], depth: usize) -> Option<Found> {
        if depth > DEEPEST {
            return None;
        }
        let mut at = from;
        for (i, segment) in path.iter().enumerate() {
            let module = &self.modules[at];
            match segment.as_str() {
                "crate" if i == 0 => at = 0,
                "self" => {}
                "super" => at = module.parent?,
                name => {
                    if let Some(child) = module.children.get(name) {
                        at = *child;
                    } else if module.items.contains(name) {
                        return Some(Found::Item(at));
                    } else if let Some(import) = module.imports.get(name) {
                        // A module named like a foreign crate that it imports would lead to itself.
                        match self.resolve(at, import, depth + 1)? {
                            Found::Module(next) => at = next,
                            found => return Some(found),
                        }
                    } else {
                        return module.globs.iter().find_map(|glob| {
                            let Found::Module(next) = self.resolve(at, glob, depth + 1)? else { return None };
                            self.resolve(next, &path[i..], depth + 1)
                        });
                    }
                }
            }
        }
        Some(Found::Module(at))
    }
}

/// Collects the imports of a module and every path in it.
struct Reader<'m> {
    module: &'m mut Module,
}

impl Reader<'_> {
    fn read_use(&mut self, tree: &UseTree, before: &[String], exported: bool) {
        let with = |name: &syn::Ident| {
            let mut path = before.to_vec();
            path.push(name.to_string());
            path
        };
        match tree {
            UseTree::Path(path) => self.read_use(&path.tree, &with(&path.ident), exported),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.read_use(tree, before, exported);
                }
            }
            UseTree::Glob(_) => self.module.globs.push(before.to_vec()),
            UseTree::Name(name) if name.ident == "self" => {
                if let Some(last) = before.last() {
                    self.import(last.clone(), before.to_vec(), name.ident.span().start().line, exported);
                }
            }
            UseTree::Name(name) => {
                let line = name.ident.span().start().line;
                self.import(name.ident.to_string(), with(&name.ident), line, exported);
            }
            UseTree::Rename(rename) => {
                let line = rename.ident.span().start().line;
                self.import(rename.rename.to_string(), with(&rename.ident), line, exported);
            }
        }
    }

    fn import(&mut self, name: String, path: Vec<String>, line: usize, exported: bool) {
        if !exported {
            self.module.uses.push((path.clone(), line));
        }
        // `use ring;` names a crate.
        if path.len() > 1 {
            self.module.imports.insert(name, path);
        }
    }

    /// Finds paths in what a macro is given, where there is no syntax to go by.
    fn read_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        let mut line = 0;
        let mut after_dot = false;
        for token in tokens {
            match token {
                TokenTree::Ident(name) if path.is_empty() || colons == 2 => {
                    if path.is_empty() {
                        line = name.span().start().line;
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(p) if p.as_char() == ':' && !path.is_empty() && colons < 2 => colons += 1,
                other => {
                    self.close(&mut path, line, after_dot);
                    colons = 0;
                    after_dot = matches!(&other, TokenTree::Punct(p) if p.as_char() == '.');
                    match other {
                        TokenTree::Group(group) => self.read_tokens(group.stream()),
                        TokenTree::Ident(name) => {
                            line = name.span().start().line;
                            path.push(name.to_string());
                        }
                        _ => {}
                    }
                }
            }
        }
        self.close(&mut path, line, after_dot);
    }

    /// A single small word among tokens is a variable or a member more often than not.
    fn close(&mut self, path: &mut Vec<String>, line: usize, after_dot: bool) {
        let path = std::mem::take(path);
        let is_type = |name: &String| name.starts_with(char::is_uppercase);
        if !after_dot && (path.len() > 1 || path.first().is_some_and(is_type)) {
            self.module.uses.push((path, line));
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_none() {
            self.read_use(&item.tree, &[], !matches!(item.vis, Visibility::Inherited));
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let (None, Some(first)) = (path.leading_colon, path.segments.first()) {
            let names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.module.uses.push((names, first.ident.span().start().line));
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.read_tokens(call.tokens.clone());
    }

    // Neither `pub(crate)` nor an attribute is a use of anything.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let mut tests = false;
        if attribute.path().is_ident("cfg") {
            // Only `cfg(test)` itself: what `not(test)` or `any(test, …)` guards is product code too.
            let _ = attribute.parse_nested_meta(|meta| {
                tests |= meta.path.is_ident("test");
                Ok(())
            });
        }
        tests || attribute.path().is_ident("test")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn name_of(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}
