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
fn settings_have_a_fixed_precedence() {
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
fn an_invalid_setting_stops_every_verb_and_names_its_line() {
    let place = Place::new("config-wrong");
    let root = place.kept.folder.clone();
    for (content, line, word) in [
        ("\n\nstroe = \"file:runs\"\n", 3, "did you mean `store`?"),
        ("[list]\nlimit = \"many\"\n", 2, "whole number"),
        ("zone = \n", 1, ""),
        ("store = \"postgres://me:${NOT_THERE}@db\"\n", 1, "your own configuration file"),
        ("workflow = \"${HOME}\"\n", 1, "your own configuration file"),
        ("workflow = \"\\u001b[2J\"\n", 1, "control characters"),
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
fn passwords_are_never_shown() {
    let place = Place::new("config-secret");
    let root = place.kept.folder.clone();
    file(&root, ".config/makespan/config.toml", "store = \"postgres://${WHO}:${SECRET}@127.0.0.1:9/runs\"\n");
    let variables = [("SECRET", "hunter2/@"), ("WHO", "ghp-hunter2-0123456789")];
    let (value, _) = place.setting("", &[], &variables, "store");
    assert_eq!(value, "postgres://***:***@127.0.0.1:9/runs");
    for args in [&["config", "show"][..], &["list"], &["summary", "x"], &["create", "--name", "x"]] {
        let output = place.run("", args, &[&variables[..], &[("MAKESPAN_WAIT", "0 s")]].concat());
        let told = text(&output.stdout) + &text(&output.stderr);
        assert!(!told.contains("hunter2"), "{told}");
    }
    let output = place.run("", &["--store", "hunter2", "list"], &[]);
    assert!(!text(&output.stderr).contains("hunter2") && output.status.code() == Some(2));
}

/// A server that nobody may reach; how many connections were opened.
fn listener() -> (std::net::TcpListener, u16) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

const EVERY_USE: [&[&str]; 8] = [
    &["list"],
    &["status", "r"],
    &["summary", "missing"],
    &["summary", "missing.jsonl"],
    &["report", "missing.json", "-o", "x.html"],
    &["create", "--name", "x"],
    &["gc", "--older-than", "1d"],
    &["run", "true"],
];

#[test]
fn an_untrusted_project_cannot_name_servers_or_outside_paths() {
    let place = Place::new("config-trust");
    let root = place.kept.folder.clone();
    let (server, port) = listener();
    std::fs::create_dir_all(root.join("project/inside")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&root, root.join("project/link")).unwrap();
        std::os::unix::fs::symlink(root.join("stolen"), root.join("project/dangling")).unwrap();
    }
    for store in [
        format!("postgres://me:secret@127.0.0.1:{port}/x"),
        format!("mysql://127.0.0.1:{port}/x"),
        format!("redis://127.0.0.1:{port}/0"),
        format!("mongodb://127.0.0.1:{port}/x"),
        "mongodb+srv://localhost/x".to_owned(),
        "file:../stolen".to_owned(),
        "file:inside/../../stolen".to_owned(),
        "file:missing/../../stolen".to_owned(),
        format!("file:{}/stolen", root.display()),
        "sqlite:%2e%2e/stolen".to_owned(),
        "file:link/stolen".to_owned(),
        "file:dangling".to_owned(),
        "file:.".to_owned(),
    ] {
        file(&root, "project/makespan.toml", format!("store = \"{store}\"\n"));
        for args in EVERY_USE {
            let output = place.run("project", args, &[]);
            let told = text(&output.stderr);
            assert!(output.status.code().is_some_and(|code| code != 0), "{store} {args:?}");
            let needs_store = !args.iter().any(|arg| arg.starts_with("missing."));
            assert_eq!(told.contains("makespan config trust"), needs_store, "{store} {args:?}: {told}");
            assert!(!told.contains("secret"), "{told}");
        }
        assert!(server.accept().is_err(), "{store} was asked");
        assert!(!root.join("stolen").exists() && !root.join(".local").exists(), "{store}");
    }
    // What needs no store goes on; a stronger layer replaces what is refused.
    assert_eq!(place.run("project", &["formats"], &[]).status.code(), Some(0));
    let output = place.run("project", &["list"], &[("MAKESPAN_STORE", "file:own")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for store in ["file:runs", "sqlite:inside/runs.db", "file:deep/er"] {
        file(&root, "project/makespan.toml", format!("store = \"{store}\"\n"));
        assert_eq!(place.run("project", &["list"], &[]).status.code(), Some(0), "{store}");
    }
}

#[test]
fn trust_applies_to_a_folder_and_the_content_of_its_file() {
    let place = Place::new("config-trusted");
    let root = place.kept.folder.clone();
    std::fs::create_dir_all(root.join("outside")).unwrap();
    for folder in ["project/deep", "copy"] {
        std::fs::create_dir_all(root.join(folder)).unwrap();
    }
    let content = "store = \"file:../outside/runs\"\n";
    let project = file(&root, "project/makespan.toml", content);
    file(&root, "copy/makespan.toml", content);
    let works = |folder: &str| place.run(folder, &["create", "--name", "x"], &[]).status.code() == Some(0);
    assert!(!works("project"));
    let output = place.run("project/deep", &["config", "trust"], &[]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), format!("trusted: {project}\n")));
    assert!(works("project") && works("project/deep") && root.join("outside/runs").is_dir());
    assert!(!works("copy"), "trust is in one folder");
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let kept = std::fs::metadata(root.join(".local/state/makespan/trusted.json")).unwrap();
        assert_eq!(kept.mode() & 0o777, 0o600);
    }
    let listed = || text(&place.run("", &["config", "trust", "--list"], &[]).stdout);
    assert_eq!(listed(), format!("{}\n", root.join("project").display()));
    file(&root, "project/makespan.toml", format!("{content}# changed\n"));
    assert!(!works("project") && listed().contains("changed since"), "{}", listed());
    assert_eq!(place.run("", &["config", "trust", "project"], &[]).status.code(), Some(0));
    assert!(works("project"));
    // `${}` stays what it is.
    file(&root, "project/makespan.toml", "store = \"postgres://${HOME}@127.0.0.1:9/x\"\n");
    assert_eq!(place.run("project", &["config", "trust"], &[]).status.code(), Some(0));
    assert!(text(&place.run("project", &["list"], &[]).stderr).contains("your own configuration file"));
    assert_eq!(place.run("", &["config", "untrust", "project"], &[]).status.code(), Some(0));
    assert_eq!(
        (listed(), place.run("", &["config", "untrust", "project"], &[]).status.code()),
        (String::new(), Some(1))
    );
}

#[test]
fn settings_cannot_control_the_terminal() {
    let place = Place::new("config-raw");
    let root = place.kept.folder.clone();
    let evil = "\u{1b}[2J\u{202e}";
    for content in [
        format!("store = \"file:{evil}\"\n"),
        format!("\"{evil}\" = 1\n"),
        "store = \"file:\\u001b[2J\"\n".to_owned(),
        "workflow = \"\\u009b2J\\u202e\"\n".to_owned(),
        "[list]\nlimit = \"\\u001b[2J\"\n".to_owned(),
    ] {
        file(&root, "makespan.toml", &content);
        for args in [&["config", "show"][..], &["config", "show", "--json"], &["list"], &["run", "true"]] {
            let output = place.run("", args, &[]);
            let told = text(&output.stdout) + &text(&output.stderr);
            assert!(!told.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{told:?}");
        }
    }
    std::fs::remove_file(root.join("makespan.toml")).unwrap();
    for variables in [[("MAKESPAN_STORE", evil)], [("MAKESPAN_ZONE", evil)], [("MAKESPAN_WORKFLOW", evil)]] {
        let output = place.run("", &["summary", "x"], &variables);
        assert!(!text(&output.stderr).contains(['\u{1b}', '\u{202e}']), "{:?}", text(&output.stderr));
    }
}

#[test]
fn the_documented_settings_are_those_that_the_program_prints() {
    let place = Place::new("config-table");
    let output = place.run("", &["config", "list", "--markdown"], &[]);
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/config.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once("## Settings\n\n").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    let expected = format!("{before}## Settings\n\n{}\n\n{after}", text(&output.stdout).trim_end());
    if std::env::var_os("MAKESPAN_BLESS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    } else {
        assert_eq!(page, expected, "the table of docs/config.md has changed: run with MAKESPAN_BLESS=1");
    }
}
