//! Runs put aside before they go: one compressed file of events each, which is read again before anything is removed.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use makespan_store::key;

use crate::failure::Failure;
use crate::output::write_file;

/// The longest part of an id that goes into a name, in characters.
const LONGEST: usize = 80;

/// The name of the file of a run: its id as far as it is letters, digits, dashes and dots, and a number made of the whole
/// id. It is a plain name, whatever the id is.
fn name(id: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let word: String = id.chars().take(LONGEST).map(safe).collect();
    let number: String = key(id)[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{number}.jsonl.gz", word.trim_start_matches('.'))
}

/// Writes the events of a run into the folder, and makes sure that they can be read.
///
/// # Errors
///
/// [`Failure::Write`] where they are not on the disk as they should be.
pub(super) fn archive(folder: &Path, id: &str, lines: &[u8]) -> Result<PathBuf, Failure> {
    let path = folder.join(name(id));
    let failed = |source: io::Error| Failure::Write { path: path.clone(), source };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    let bytes = packed.write_all(lines).and_then(|()| packed.finish()).map_err(failed)?;
    write_file(&path, &bytes)?;
    let mut read = Vec::with_capacity(lines.len());
    let again = File::open(&path).and_then(|file| GzDecoder::new(file).read_to_end(&mut read));
    again.map_err(failed)?;
    if read != lines {
        return Err(failed(io::Error::other("what was written is not what can be read")));
    }
    // The name, too, must outlast a loss of power. Systems that cannot sync a folder have no need to.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_are_plain_and_differ() {
        for id in ["../../etc/passwd", "a/b", ".hidden", "a b\u{0}", "数据", "", &"x".repeat(10_000)] {
            let name = name(id);
            assert!(
                !name.contains(['/', '\\', ' ', '\0']) && !name.starts_with('.') && name.len() < 110,
                "{name}"
            );
        }
        assert_ne!(name("a/b"), name("a_b"));
        assert!(name("nightly-1").starts_with("nightly-1-") && name("nightly-1").ends_with(".jsonl.gz"));
    }
}
