//! `cargo xtask VERB`: tasks of the project beyond plain cargo.
//!
//! Every verb prints the commands that it runs, and installs what it needs (see [`tools`]) unless
//! `MAKESPAN_NO_INSTALL=1` is set.

mod bench;
mod build;
mod demo;
mod docs;
mod fuzz;
mod generate;
mod notes;
mod outcome;
mod package;
mod page;
mod process;
mod python;
mod shots;
mod size;
mod tally;
mod test;
mod tools;
mod trunk;
mod workspace;

use std::process::ExitCode;

use outcome::Outcome;
use workspace::Workspace;

/// One verb: its name, its flags, what it does, and the function that does it.
struct Verb {
    name: &'static str,
    flags: &'static [&'static str],
    /// Further arguments, as the usage shows them; may be empty.
    words: &'static str,
    help: &'static str,
    run: fn(&Workspace, &[String]) -> Outcome,
}

const VERBS: &[Verb] = &[
    Verb {
        name: "build",
        flags: &["--quick", "--trunk"],
        words: "",
        help: "build the app into dist/, to serve or embed (--quick: without wasm-opt; --trunk: as trunk's hook)",
        run: |workspace, flags| {
            build::run(workspace, has(flags, "--quick"))?;
            if has(flags, "--trunk") { trunk::stage(workspace) } else { Ok(()) }
        },
    },
    Verb {
        name: "demo",
        flags: &["--no-serve"],
        words: "",
        help: "build everything, write target/demo/report.html, serve the app (--no-serve: do not serve)",
        run: |workspace, flags| demo::run(workspace, !has(flags, "--no-serve")),
    },
    Verb {
        name: "test",
        flags: &[],
        words: "",
        help: "check formatting and lints, run all tests (native, wasm, browser), print a summary",
        run: |workspace, _| test::run(workspace),
    },
    Verb {
        name: "shots",
        flags: &[],
        words: "",
        help: "write screenshots of the app to target/shots",
        run: |workspace, _| shots::run(workspace),
    },
    Verb {
        name: "package",
        flags: &["--quick", "--check", "--program"],
        words: "[KIND…]",
        help: "write packages to target/package: wheel, npm, deb, tar, container (--quick: unoptimised; \
               --check: install and run each; --program PATH: of this program)",
        run: package::run,
    },
    Verb {
        name: "docs",
        flags: &[],
        words: "",
        help: "build the documentation as a site, in target/docs",
        run: |workspace, _| docs::site(workspace),
    },
    Verb {
        name: "notes",
        flags: &[],
        words: "VERSION",
        help: "print the notes of a release, from CHANGELOG.md",
        run: notes::run,
    },
    Verb {
        name: "bench",
        flags: &["--large"],
        words: "[WORD…]",
        help: "run benchmarks: all, or those whose name contains WORD (--large: a million tasks)",
        run: bench::run,
    },
    Verb {
        name: "fuzz",
        flags: &[],
        words: "[WORD…]",
        help: "run all fuzz targets for a minute, or those whose name contains WORD; needs cargo-fuzz",
        run: fuzz::run,
    },
];

fn has(flags: &[String], flag: &str) -> bool {
    flags.iter().any(|given| given == flag)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome {
    let Some((name, flags)) = arguments.split_first() else {
        return Err(usage());
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        println!("{}", usage());
        return Ok(());
    }
    let verb = VERBS
        .iter()
        .find(|verb| verb.name == name)
        .ok_or_else(|| format!("unknown verb {name:?}\n{}", usage()))?;
    let is_known =
        |flag: &str| verb.flags.contains(&flag) || !verb.words.is_empty() && !flag.starts_with('-');
    if let Some(unknown) = flags.iter().find(|flag| !is_known(flag)) {
        return Err(format!("unknown option {unknown:?} for {name}\n{}", usage()));
    }
    (verb.run)(&Workspace::find()?, flags)
}

fn usage() -> String {
    let mut text = String::from("usage: cargo xtask VERB [FLAG]\n");
    for verb in VERBS {
        let call = [&[verb.name], verb.flags, &[verb.words]].concat().join(" ");
        let call = call.trim_end();
        text.push_str(&format!("\n  {call:<18} {}", verb.help));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_wrong_verb_or_flag_answers_with_the_usage() {
        for call in ["", "biuld", "build --fast", "shots store", "bench --fast", "package --rpm"] {
            let why = dispatch(&words(call)).expect_err(call);
            assert!(why.contains("usage: cargo xtask VERB"), "{why}");
            assert!(why.contains("\n  demo --no-serve    build everything"), "{why}");
        }
    }

    #[test]
    fn there_are_at_most_nine_verbs() {
        assert!(VERBS.len() <= 9);
    }
}
