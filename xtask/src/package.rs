//! `cargo xtask package`: builds the packages that users install, in `target/package`.
//!
//! | kind | made | of |
//! |---|---|---|
//! | `wheel` | `makespan-*.whl`: the Python package and the program | the program of this machine |
//! | `npm` | `npm/`: the element `<makespan-viewer>` and types of the JSON | `dist/`, the schemas |
//! | `deb` | `makespan_*.deb` | the program of this machine |
//! | `tar` | `makespan-*.tar.gz` | the static program; the program of this machine if there is none |
//! | `container` | `container/`: a `Containerfile` and the program | the static program |
//!
//! What cannot be made on this machine is left out, with the reason. Nothing is published.

mod archive;
mod check;
mod container;
mod deb;
mod installed;
mod kind;
mod npm;
mod program;
mod tarball;
mod wheel;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build;
use crate::outcome::Outcome;
use crate::process::{capture, stage};
use crate::tally::Tally;
use crate::workspace::{Workspace, make_folder, read_bytes, write_if_changed};
use kind::{KINDS, Kind};
use program::Profile;

/// The programs that packages are made of.
struct Programs {
    /// How cargo built them; `None` for a given program, which maturin cannot put into a wheel.
    profile: Option<Profile>,
    /// The one for this machine.
    native: PathBuf,
    /// The one that needs no library, or the reason why there is none.
    fixed: Outcome<PathBuf>,
}

/// The result of building a package.
enum Made {
    /// Written to this file or folder.
    At(PathBuf),
    /// Not possible here, with the reason.
    LeftOut(String),
}

/// Builds the named kinds, or all if none is named.
///
/// # Errors
///
/// Fails if an unknown kind is named, something cannot be built, or with `--check` a package does not work.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Outcome {
    let has = |flag: &str| arguments.iter().any(|given| given == flag);
    let (kinds, given) = chosen(arguments)?;
    let quick = has("--quick") || given.is_some();
    if !quick || !workspace.dist().join("index.html").is_file() {
        build::run(workspace, quick)?;
    }
    let profile = if quick { Profile::Dev } else { Profile::Release };
    let programs = stage("program", || {
        if let Some(program) = given {
            return given_program(program);
        }
        let native = program::build(workspace, profile, None)?;
        let wants_fixed = kinds.iter().any(|kind| matches!(kind, Kind::Tar | Kind::Container));
        let fixed = match profile {
            Profile::Release if wants_fixed => installed::musl(workspace)
                .and_then(|target| program::build(workspace, profile, Some(target.as_str()))),
            _ => Err("--quick builds no static program".to_owned()),
        };
        Ok(Programs { profile: Some(profile), native, fixed })
    })?;
    let mut tally = Tally::default();
    all(workspace, &programs, &kinds, has("--check"), &mut tally)?;
    for (reason, _) in tally.reasons() {
        println!("left out: {reason}");
    }
    Ok(())
}

/// The program that cargo has built with the tests: nothing is compiled.
pub(crate) fn compiled(workspace: &Workspace) -> PathBuf {
    program::path(&workspace.target, Profile::Dev)
}

/// Packages this [program](compiled), and tries each package in a clean place. The container is left to
/// `cargo xtask package --check`, since its program has to be compiled once more; the wheel is the last, since for it
/// cargo puts another program in the place of this one.
///
/// # Errors
///
/// Fails if a package cannot be built or does not work.
pub(crate) fn test(workspace: &Workspace, program: &Path, tally: &mut Tally) -> Outcome {
    let programs = Programs {
        profile: Some(Profile::Dev),
        native: program.to_owned(),
        fixed: Err("tests build no static program".to_owned()),
    };
    all(workspace, &programs, &[Kind::Npm, Kind::Deb, Kind::Tar, Kind::Wheel], true, tally)
}

/// Returns the named kinds, or all, and the program that `--program` names.
fn chosen(arguments: &[String]) -> Outcome<(Vec<Kind>, Option<PathBuf>)> {
    let (mut kinds, mut program) = (Vec::new(), None);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--program" {
            let path = words.next().filter(|path| !path.starts_with('-'));
            program = Some(PathBuf::from(path.ok_or("--program needs the path of a program")?));
        } else if !word.starts_with('-') {
            let known = KINDS.iter().find(|(name, _)| name == word);
            let names = KINDS.map(|(name, _)| name).join(", ");
            kinds.push(
                known.ok_or_else(|| format!("unknown kind of package {word:?}; the kinds are {names}"))?.1,
            );
        }
    }
    let kinds =
        KINDS.map(|(_, kind)| kind).into_iter().filter(|kind| kinds.is_empty() || kinds.contains(kind));
    Ok((kinds.collect(), program))
}

/// Returns a program that was built elsewhere. It is static if it needs no glibc.
fn given_program(program: PathBuf) -> Outcome<Programs> {
    let program =
        program.canonicalize().map_err(|error| format!("cannot open {}: {error}", program.display()))?;
    let fixed = match program::glibc(&read_bytes(&program)?) {
        None => Ok(program.clone()),
        Some(glibc) => Err(format!("{} is not static: it needs glibc {glibc}", program.display())),
    };
    Ok(Programs { profile: None, native: program, fixed })
}

/// Builds packages one after another, and tests each if requested. After a failure the others are still built.
fn all(
    workspace: &Workspace,
    programs: &Programs,
    kinds: &[Kind],
    checked: bool,
    tally: &mut Tally,
) -> Outcome {
    let folder = workspace.shown("package");
    make_folder(&folder)?;
    let mut failed = Vec::new();
    for kind in kinds {
        let name = kind.name();
        let outcome = stage(name, || {
            let made = make(workspace, programs, *kind, &folder)?;
            if let (Made::At(path), true) = (&made, checked) {
                check::one(workspace, *kind, path, &program::version(&programs.native)?, tally)?;
                tally.passed += 1;
            }
            Ok(made)
        });
        match outcome {
            Ok(Made::At(path)) => println!("{}", path.display()),
            Ok(Made::LeftOut(reason)) => tally.skip(&format!("{name}: {reason}")),
            Err(why) => {
                eprintln!("  {why}");
                tally.failed += 1;
                failed.push(name);
            }
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed packages: {}", failed.join(", "))) }
}

fn make(workspace: &Workspace, programs: &Programs, kind: Kind, folder: &Path) -> Outcome<Made> {
    let time = time(workspace);
    let version = program::version(&programs.native)?;
    let scratch = workspace.target.join("xtask/package");
    let arch = std::env::consts::ARCH;
    let system = std::env::consts::OS;
    match kind {
        Kind::Wheel => match (programs.profile, installed::maturin()) {
            (Some(profile), Ok(_)) => {
                wheel::make(workspace, profile, &folder.join("wheel"), time).map(Made::At)
            }
            (None, _) => Ok(Made::LeftOut("maturin takes only what cargo builds, not --program".to_owned())),
            (_, Err(why)) => Ok(Made::LeftOut(why)),
        },
        Kind::Npm => {
            let target = folder.join("npm");
            match installed::schema_to_typescript() {
                Ok(_) => npm::make(workspace, &target, &version).map(|()| Made::At(target)),
                Err(why) => Ok(Made::LeftOut(why)),
            }
        }
        Kind::Deb if system != "linux" => {
            Ok(Made::LeftOut("the program was built for another system".to_owned()))
        }
        Kind::Deb => {
            let file = folder.join(format!("makespan_{version}_{}.deb", deb::architecture(arch)));
            let bytes = deb::make(workspace, &programs.native, &scratch, time)?;
            write_if_changed(&file, &bytes).map(|_| Made::At(file))
        }
        Kind::Tar => {
            let (program, libc) = match &programs.fixed {
                Ok(fixed) => (fixed, "-static"),
                Err(why) => {
                    eprintln!("  with the program for this machine: {why}");
                    (&programs.native, "")
                }
            };
            let name = format!("makespan-{version}-{arch}-{system}{libc}");
            let bytes = tarball::make(workspace, program, &scratch, &name, time)?;
            let file = folder.join(format!("{name}.tar.gz"));
            write_if_changed(&file, &bytes).map(|_| Made::At(file))
        }
        Kind::Container => match &programs.fixed {
            Ok(fixed) => {
                let target = folder.join("container");
                container::make(fixed, &target).map(|()| Made::At(target))
            }
            Err(why) => Ok(Made::LeftOut(why.clone())),
        },
    }
}

/// Returns the time of all files in packages, so that the same sources give the same bytes: `SOURCE_DATE_EPOCH`,
/// otherwise the time of the last commit, otherwise 1980, the first year of a zip archive.
fn time(workspace: &Workspace) -> u64 {
    const FIRST_OF_ZIP: u64 = 315_532_800;
    let given = std::env::var("SOURCE_DATE_EPOCH").ok();
    let committed = || {
        let mut command = Command::new("git");
        capture(command.args(["log", "-1", "--format=%ct"]).current_dir(&workspace.root)).ok()
    };
    given.or_else(committed).and_then(|text| text.trim().parse().ok()).unwrap_or(FIRST_OF_ZIP)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn all_kinds_are_built_unless_some_are_given() {
        let kinds = |text| chosen(&words(text)).map(|(kinds, _)| kinds);
        assert_eq!(kinds("--quick").map(|kinds| kinds.len()), Ok(5));
        assert_eq!(kinds("deb --check wheel"), Ok(vec![Kind::Wheel, Kind::Deb]));
        let why = kinds("rpm").expect_err("an unknown kind");
        assert!(why.contains("\"rpm\"") && why.contains("wheel, npm, deb, tar, container"), "{why}");
    }

    #[test]
    fn the_path_of_a_program_is_not_a_kind() {
        let (kinds, program) = chosen(&words("--program a/makespan tar")).expect("a choice");
        assert_eq!((kinds, program), (vec![Kind::Tar], Some(PathBuf::from("a/makespan"))));
        for wrong in ["--program", "--program --check"] {
            assert!(chosen(&words(wrong)).is_err_and(|why| why.contains("needs the path")), "{wrong}");
        }
    }
}
