#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::sync::Arc;

use makespan_format::{Event, EventSink as _, RunInfo};
use makespan_model::{Run, RunsBuilder, notation};

use super::{SiteFolder, SiteOptions, site};
use crate::ReportError;

const APP: &str = "<!DOCTYPE html>\n<html><head>\n<link rel=\"stylesheet\" href=\"./style.css\">\n\
    <script src=\"./app.js\" defer></script>\n</head><body></body></html>\n";

/// A folder in memory, which knows what was written this time.
#[derive(Default)]
struct Memory {
    files: BTreeMap<String, (String, Vec<u8>)>,
    written: BTreeSet<String>,
}

impl SiteFolder for Memory {
    type Error = ReportError;

    fn keeps(&mut self, path: &str, made_of: &str) -> bool {
        self.files.get(path).is_some_and(|(of, _)| of == made_of)
    }

    fn put(&mut self, path: &str, made_of: &str, bytes: &[u8]) -> Result<(), ReportError> {
        assert!(super::is_file_of_site(path), "{path}");
        assert!(self.written.insert(path.to_owned()), "{path} is written twice");
        self.files.insert(path.to_owned(), (made_of.to_owned(), bytes.to_vec()));
        Ok(())
    }
}

impl Memory {
    fn write(&mut self, runs: &[Arc<Run>], app: Option<&str>) -> Vec<String> {
        self.written.clear();
        let made = site(runs, app, &SiteOptions::default(), self).unwrap();
        assert_eq!(made.runs, runs.len());
        self.written.iter().cloned().collect()
    }

    fn pages(&self) -> impl Iterator<Item = (&str, &str)> {
        let pages = self.files.iter().filter(|(path, _)| path.ends_with(".html"));
        pages.map(|(path, (_, bytes))| (path.as_str(), std::str::from_utf8(bytes).unwrap()))
    }
}

fn run(id: &str, workflow: &str, tasks: &str) -> Arc<Run> {
    let mut fold = RunsBuilder::new();
    fold.event(Event::Run(RunInfo {
        id: Cow::Borrowed(id),
        workflow: Some(Cow::Borrowed(workflow)),
        ..RunInfo::default()
    }));
    notation::read(tasks, &mut fold);
    Arc::new(fold.finish().0.remove(0))
}

/// Three runs of two workflows.
fn runs() -> Vec<Arc<Run>> {
    vec![
        run("a", "etl", "fetch 0..4 w1\nload 4..9 w1 fetch"),
        run("b", "etl", "fetch 20..24 w1\nload 24..39 w1 fetch failed error=full"),
        run("c", "train", "fit 50..80 gpu"),
    ]
}

/// The value of each such attribute, unescaped as far as addresses need it.
fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    let start = format!(" {attribute}=\"");
    page.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// A relative address, from the page it stands in.
fn resolved(page: &str, address: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in address.split('/') {
        match part {
            "." => {}
            ".." => assert!(parts.pop().is_some(), "{address} in {page} leaves the site"),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn every_link_leads_to_a_file_of_the_site() {
    for app in [None, Some(APP)] {
        let mut folder = Memory::default();
        folder.write(&runs(), app);
        let mut addresses = 0;
        for (path, page) in folder.pages() {
            for attribute in ["href", "src"] {
                for address in values(page, attribute).into_iter().filter(|a| !a.starts_with('#')) {
                    let target = resolved(path, address);
                    let is_app = target.starts_with("app/") && app.is_some();
                    assert!(is_app || folder.files.contains_key(&target), "{address} in {path}");
                    addresses += 1;
                }
            }
        }
        assert!(addresses > 30, "{addresses}");
        // An index, and of each run its events and a page, of each workflow a page; with the app one more for each.
        assert_eq!(folder.files.len(), if app.is_some() { 1 + 3 * 3 + 2 * 2 } else { 1 + 3 * 2 + 2 });
    }
}

#[test]
fn the_app_finds_the_events_beside_its_page() {
    let mut folder = Memory::default();
    folder.write(&runs(), Some(APP));
    let opened: Vec<(String, usize)> = folder
        .pages()
        .filter(|(path, _)| path.ends_with(".app.html"))
        .map(|(path, page)| {
            assert!(page.contains("href=\"../app/style.css\"") && page.contains("src=\"../app/app.js\""));
            let list = values(page, "content")[0].replace("&quot;", "\"");
            let files: Vec<serde_json::Value> = serde_json::from_str(&list).unwrap();
            for file in &files {
                let url = file["url"].as_str().unwrap();
                assert!(url.starts_with("./"), "the app opens no other address: {url}");
                assert!(folder.files.contains_key(&resolved(path, url)), "{url}");
            }
            (path.split('-').next().unwrap().to_owned(), files.len())
        })
        .collect();
    let expected =
        [("runs/a", 1), ("runs/b", 1), ("runs/c", 1), ("workflows/etl", 2), ("workflows/train", 1)];
    assert_eq!(opened, expected.map(|(path, files)| (path.to_owned(), files)));
}

#[test]
fn the_events_of_a_run_are_all_of_it() {
    let mut folder = Memory::default();
    let all = runs();
    folder.write(&all, None);
    let (_, (_, bytes)) = folder.files.iter().find(|(path, _)| path.ends_with(".jsonl.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    assert_eq!(text, all[0].to_jsonl());
}

#[test]
fn the_same_runs_give_the_same_bytes_in_any_order() {
    let (mut one, mut two) = (Memory::default(), Memory::default());
    one.write(&runs(), Some(APP));
    let mut other = runs();
    other.reverse();
    two.write(&other, Some(APP));
    assert!(one.files == two.files);
}

#[test]
fn only_what_changed_is_written_again() {
    let mut folder = Memory::default();
    let mut all = runs();
    folder.write(&all, None);
    assert_eq!(folder.write(&all, None), Vec::<String>::new());
    all[2] = run("c", "train", "fit 50..90 gpu");
    let stems = |written: Vec<String>| -> Vec<String> {
        written.iter().map(|path| path.split('-').next().unwrap().to_owned()).collect()
    };
    let expected = ["index.html", "runs/c", "runs/c", "workflows/train"];
    assert_eq!(stems(folder.write(&all, None)), expected);
    all.push(run("d", "train", "fit 100..120 gpu"));
    let expected = ["index.html", "runs/d", "runs/d", "workflows/train"];
    assert_eq!(stems(folder.write(&all, None)), expected);
}

#[test]
fn names_of_a_run_are_never_markup_or_paths() {
    let evil = crate::tests::evil_run();
    for (runs, scripts) in [(vec![evil.clone()], 1), (vec![evil, runs()[0].clone()], 1)] {
        let mut folder = Memory::default();
        folder.write(&runs, Some(APP));
        for (path, page) in folder.pages() {
            let expected =
                if path.starts_with("runs/") && !path.ends_with(".app.html") { 0 } else { scripts };
            assert_eq!(page.matches("<script").count(), expected, "{path}");
            for bad in ["<img", "onerror=alert(1)>", "\u{202e}", "\0"] {
                assert!(!page.contains(bad), "{bad:?} in {path}");
            }
            assert!(page.len() > 200, "{path}");
        }
    }
}

#[test]
fn pages_allow_only_their_own_script() {
    let mut folder = Memory::default();
    folder.write(&runs(), None);
    for (path, page) in folder.pages() {
        let policy = values(page, "content")[0];
        assert!(policy.starts_with("default-src 'none'; script-src "), "{path}: {policy}");
        let runs_nothing = path.starts_with("runs/");
        assert_eq!(policy.contains("script-src 'none'"), runs_nothing, "{path}: {policy}");
        for loose in ["unsafe", "http", "'self'", "*"] {
            assert!(!policy.contains(loose), "{loose} in {policy}");
        }
    }
}

#[test]
fn a_site_without_runs_has_an_index() {
    let mut folder = Memory::default();
    assert_eq!(folder.write(&[], None), ["index.html"]);
    assert!(folder.pages().next().unwrap().1.contains("0 runs of 0 workflows"));
}
