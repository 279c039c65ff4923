//! Settings: which layer wins, what is said of a wrong one, and that no password is shown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::process::Output;

use common::kept::Kept;
use common::{file, text};
use serde_json::Value;

struct Place {
    kept: Kept,
}

impl Place {
    fn new(name: &str) -> Place {
        Place { kept: Kept::new(name, "none:") }
    }

    fn run(&self, folder: &str, args: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = self.kept.command();
        command.env_remove("MAKESPAN_STORE").current_dir(self.kept.folder.join(folder));
        command.args(args).envs(variables.iter().copied()).output().unwrap()
    }

    /// Value and origin of a setting.
    fn setting(
        &self,
        folder: &str,
        args: &[&str],
        variables: &[(&str, &str)],
        key: &str,
    ) -> (String, String) {
        let output = self.run(folder, &[args, &["config", "show", "--json"]].concat(), variables);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let member = |name: &str| document["settings"][key][name].as_str().unwrap_or_default().to_owned();
        (member("value"), member("origin"))
    }
}

#[test]
fn options_over_environment_over_project_over_user_over_default() {
    let place = Place::new("config-layers");
    let root = place.kept.folder.clone();
    std::fs::create_dir_all(root.join("project/deep/er")).unwrap();
    let here = root.display();
    let store = |args: &[&str], variables: &[(&str, &str)]| {
        place.setting("project/deep/er", args, variables, "store")
    };
    assert_eq!(
        store(&[], &[]),
        (format!("sqlite:{here}/.local/share/makespan/runs.db"), "default".to_owned())
    );
    let user =
        file(&root, ".config/makespan/config.toml", "# mine\nstore = \"file:mine\"\nzone = \"+01:00\"\n");
    assert_eq!(store(&[], &[]), (format!("file:{here}/.config/makespan/mine"), format!("{user}, line 2")));
    let project = file(&root, "project/makespan.toml", "store = \"file:runs\"\n[list]\nlimit = 7\n");
    assert_eq!(store(&[], &[]), (format!("file:{here}/project/runs"), format!("{project}, line 1")));
    let variables = [("MAKESPAN_STORE", "file:/of/environment")];
    assert_eq!(store(&[], &variables), ("file:/of/environment".to_owned(), "MAKESPAN_STORE".to_owned()));
    let option = ("file:/of/option".to_owned(), "--store".to_owned());
    assert_eq!(store(&["--store", "file:/of/option"], &variables), option);
    // What no stronger layer says stays.
    assert_eq!(place.setting("project", &[], &[], "zone"), ("+01:00".to_owned(), format!("{user}, line 3")));
    assert_eq!(place.setting("project", &[], &[], "list.limit").0, "7");
    assert_eq!(place.setting("project", &[], &[("MAKESPAN_LIST_LIMIT", "9")], "list.limit").0, "9");
    assert_eq!(place.setting("", &[], &[], "list.limit"), ("50".to_owned(), "default".to_owned()));
}

#[test]
fn a_wrong_setting_stops_every_verb_and_says_where_it_stands() {
    let place = Place::new("config-wrong");
    let root = place.kept.folder.clone();
    for (content, line, word) in [
        ("\n\nstroe = \"file:runs\"\n", 3, "did you mean `store`?"),
        ("[list]\nlimit = \"many\"\n", 2, "whole number"),
        ("zone = \n", 1, ""),
        ("store = \"postgres://me:${NOT_THERE}@db\"\n", 1, "NOT_THERE"),
    ] {
        let path = file(&root, "makespan.toml", content);
        for args in [&["list"][..], &["summary", "x"], &["config", "show"]] {
            let output = place.run("", args, &[]);
            let told = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{told}");
            assert!(told.contains(&format!("{path}, line {line}: ")) && told.contains(word), "{told}");
        }
        let output = place.run("", &["run", "true"], &[]);
        assert_eq!(output.status.code(), Some(125), "{}", text(&output.stderr));
    }
    std::fs::remove_file(root.join("makespan.toml")).unwrap();
    let output = place.run("", &["list"], &[("MAKESPAN_WAIT", "soon")]);
    assert!(text(&output.stderr).contains("MAKESPAN_WAIT: "), "{}", text(&output.stderr));
    let output =
        place.run("", &["config", "show"], &[("MAKESPAN_STROE", "file:runs"), ("MAKESPAN_RUN", "r")]);
    let told = text(&output.stderr);
    assert!(told.contains("unknown setting MAKESPAN_STROE (did you mean MAKESPAN_STORE?)"), "{told}");
    assert!(!told.contains("MAKESPAN_RUN") && output.status.code() == Some(0), "{told}");
    // What needs no settings is not stopped by wrong ones.
    assert_eq!(place.run("", &["formats"], &[("MAKESPAN_WAIT", "soon")]).status.code(), Some(0));
}

#[test]
fn passwords_are_shown_nowhere() {
    let place = Place::new("config-secret");
    let root = place.kept.folder.clone();
    file(&root, "makespan.toml", "store = \"postgres://me:${SECRET}@db/runs\"\n");
    let variables = [("SECRET", "hunter2/@")];
    let (value, _) = place.setting("", &[], &variables, "store");
    assert_eq!(value, "postgres://me:***@db/runs");
    for args in [&["config", "show"][..], &["list"], &["summary", "x"], &["create", "--name", "x"]] {
        let output = place.run("", args, &variables);
        let told = text(&output.stdout) + &text(&output.stderr);
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[test]
fn the_table_of_the_document_is_what_the_program_prints() {
    let place = Place::new("config-table");
    let output = place.run("", &["config", "list", "--markdown"], &[]);
    assert!(include_str!("../../../docs/config.md").contains(&text(&output.stdout)));
}
