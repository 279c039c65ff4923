//! The archive for every Linux: the program, its manual pages, completions and licences in one folder.

use std::path::Path;

use super::archive::{File, tar_gz};
use super::program;
use crate::outcome::Outcome;
use crate::workspace::{Workspace, read_bytes};

/// Writes the archive; everything in it is in the folder `name`.
pub(super) fn make(
    workspace: &Workspace,
    program: &Path,
    scratch: &Path,
    name: &str,
    time: u64,
) -> Outcome<Vec<u8>> {
    let mut files = vec![File::program("makespan", program)?];
    for file in program::completions(program)? {
        let path = file.path.rsplit('/').next().unwrap_or_default();
        files.push(File { path: format!("completions/{path}"), ..file });
    }
    // Bash takes a script by the name of its command, which would be that of the program here.
    for file in &mut files {
        if file.path == "completions/makespan" {
            file.path.push_str(".bash");
        }
    }
    for page in program::manual(program, scratch)? {
        files.push(File { path: format!("man/man1/{}", page.path), ..page });
    }
    for file in ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        files.push(File::new(file, read_bytes(&workspace.root.join(file))?));
    }
    tar_gz(&files, &format!("{name}/"), time)
}
