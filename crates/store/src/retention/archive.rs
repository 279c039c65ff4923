//! Runs put aside before they go.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use crate::{Error, Store, export, key};

/// As much of an id stands in the name of a file, in characters.
const LONGEST_NAME: usize = 48;

/// Writes the events of a run to a file of their own in a folder, as [`export`] does and compressed with gzip, and reads
/// them again; where the file is.
///
/// The name is made of the id and of what the file holds, so a run that came again under an old id is put beside the
/// one that was there. The file gets its name when it is whole and on the disk; links are not followed.
///
/// # Errors
///
/// What stands in the way of reading the run or writing the file, and [`Error::Corrupt`] where what can be read is
/// not what was written.
pub fn archive(store: &dyn Store, run: &str, folder: &Path) -> Result<PathBuf, Error> {
    fs::create_dir_all(folder)?;
    let name = plain(run);
    let beside = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    // What is left of a process of the same number that was stopped.
    let _ = fs::remove_file(&beside);
    let done = write(store, run, &beside).and_then(|written| {
        if read(&beside)? != written {
            return Err(Error::corrupt(format!("{} cannot be read as it was written", beside.display())));
        }
        let path = folder.join(format!("{name}-{}.jsonl.gz", hex(&written[..8])));
        fs::rename(&beside, &path)?;
        Ok(path)
    });
    if done.is_err() {
        let _ = fs::remove_file(&beside);
    } else if cfg!(unix) {
        // The name, too, must outlast a loss of power.
        File::open(folder)?.sync_all()?;
    }
    done
}

/// A hash of all bytes that pass (SHA-256, FIPS 180-4).
struct Hashed<W> {
    hash: Sha256,
    out: W,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes a new file; the hash of its lines.
fn write(store: &dyn Store, run: &str, path: &Path) -> Result<Vec<u8>, Error> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let packed = GzEncoder::new(file, Compression::default());
    let mut out = Hashed { hash: Sha256::new(), out: packed };
    export(store, run, &mut out)?;
    out.out.finish()?.sync_all()?;
    Ok(out.hash.finalize().to_vec())
}

/// The hash of the lines of a file.
fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let mut lines = GzDecoder::new(File::open(path)?);
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 64 << 10]);
    loop {
        match lines.read(&mut buffer)? {
            0 => return Ok(hash.finalize().to_vec()),
            length => hash.update(&buffer[..length]),
        }
    }
}

/// A plain name for an id, whatever it holds: its letters, digits, dashes and underscores, and its key.
fn plain(id: &str) -> String {
    let safe = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let mut name: String = id.chars().filter(safe).take(LONGEST_NAME).collect();
    name.push('-');
    name.push_str(&hex(&key(id)));
    name.trim_start_matches('-').to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
