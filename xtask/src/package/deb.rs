//! The package for Debian and its relatives: the program, its manual pages and completions.

use std::fmt::Write as _;
use std::path::Path;

use super::archive::{File, ar, gz, tar_gz};
use super::program;
use crate::outcome::Outcome;
use crate::workspace::{Workspace, read, read_bytes};

/// Writes the package of a program. `time` is that of its files.
pub(super) fn make(workspace: &Workspace, program: &Path, scratch: &Path, time: u64) -> Outcome<Vec<u8>> {
    let mut files = vec![File::program("usr/bin/makespan", program)?];
    files.extend(program::completions(program)?);
    for page in program::manual(program, scratch)? {
        files.push(File { path: format!("usr/share/man/man1/{}", page.path), ..page });
    }
    let about = "usr/share/doc/makespan";
    files.push(File::new(format!("{about}/copyright"), copyright(workspace)?));
    let changes = read_bytes(&workspace.root.join("CHANGELOG.md"))?;
    files.push(File::new(format!("{about}/changelog.gz"), gz(changes)?));

    let size: usize = files.iter().map(|file| file.bytes.len()).sum();
    let needed = program::glibc(&files[0].bytes);
    let control = control(&program::version(program)?, architecture(std::env::consts::ARCH), size, needed);
    let control = tar_gz(&[File::new("control", control)], "./", time)?;
    let data = tar_gz(&files, "./", time)?;
    // dpkg reads the members in this order.
    Ok(ar(&[("debian-binary", b"2.0\n"), ("control.tar.gz", &control), ("data.tar.gz", &data)], time))
}

/// Debian's name of an architecture.
pub(super) fn architecture(rust: &str) -> &str {
    match rust {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "i386",
        "powerpc64" => "ppc64el",
        other => other,
    }
}

/// The control file; `size` is the number of bytes that are installed, `glibc` the oldest version that will do.
fn control(version: &str, architecture: &str, size: usize, glibc: Option<String>) -> String {
    let mut text = format!(
        "Package: makespan\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: The Makespan contributors\n\
         Installed-Size: {}\n",
        size.div_ceil(1024)
    );
    if let Some(glibc) = glibc {
        let _ = writeln!(text, "Depends: libc6 (>= {glibc}), libgcc-s1");
    }
    text.push_str(
        "Section: utils\nPriority: optional\nDescription: record workflow runs and show where their time went\n \
         Makespan opens the records of many workflow systems, build tools and\n profilers in the browser, writes \
         reports of one file, compares runs, checks\n them in CI, and records programs itself.\n",
    );
    text
}

fn copyright(workspace: &Workspace) -> Outcome<String> {
    let text = |name: &str| read(&workspace.root.join(name));
    Ok(format!(
        "Makespan is licensed under Apache-2.0 or MIT, at your choice. The program contains the DejaVu fonts, which have a\n\
         free licence of their own: https://dejavu-fonts.github.io/License.html\n\n{}\n{}",
        text("LICENSE-MIT")?,
        text("LICENSE-APACHE")?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_needs_no_glibc_depends_on_nothing() {
        let fixed = control("1.2.3", "amd64", 2049, None);
        assert!(fixed.starts_with("Package: makespan\nVersion: 1.2.3\nArchitecture: amd64\n"), "{fixed}");
        assert!(fixed.contains("\nInstalled-Size: 3\n") && !fixed.contains("Depends"), "{fixed}");
        let linked = control("1.2.3", "amd64", 1, Some("2.34".to_owned()));
        assert!(linked.contains("\nDepends: libc6 (>= 2.34), libgcc-s1\n"), "{linked}");
    }

    #[test]
    fn every_line_of_the_description_after_the_first_is_indented() {
        let text = control("1.2.3", "amd64", 1, None);
        let (_, rest) = text.split_once("Description: ").expect("a description");
        assert!(rest.lines().skip(1).all(|line| line.starts_with(' ') && line.len() <= 80), "{rest}");
    }
}
