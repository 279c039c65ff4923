//! Archives runs before they are removed.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use crate::{Error, OnDamage, Store, export, key, private};

/// Maximum number of characters of an id in the name of a file.
const LONGEST_NAME: usize = 48;

/// Writes the events of a run to a file of its own in a folder, as [`export`] does, compressed with gzip, and verifies
/// it by reading it. Returns the path.
///
/// The name is made from the id and the content, so a run that was recorded again under an old id gets another file.
/// The file gets its name when it is complete and on disk; links are not followed.
///
/// # Errors
///
/// Errors of reading the run or writing the file, and [`Error::Corrupt`] if the file does not contain what was written,
/// or if the run is damaged and damage is not accepted.
pub fn archive(store: &dyn Store, run: &str, folder: &Path, damage: OnDamage) -> Result<PathBuf, Error> {
    let failed = |error: &dyn Display| {
        let reason = format!("the archive {} cannot be written: {error}", folder.display());
        Error::Backend { reason }
    };
    private::create_folders(folder).map_err(|error| failed(&error))?;
    let name = plain(run);
    let beside = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    // Left over from a stopped process with the same id.
    let _ = fs::remove_file(&beside);
    let put = || -> Result<PathBuf, Error> {
        let file = private::options().create_new(true).open(&beside);
        let packed = GzEncoder::new(file.map_err(|error| failed(&error))?, Compression::default());
        let mut out = Hashed { hash: Sha256::new(), out: packed, failed: None };
        let read_from_store = export(store, run, &mut out);
        if let Some(error) = &out.failed {
            return Err(failed(error));
        }
        let gaps = read_from_store?.gaps;
        if damage == OnDamage::Refuse {
            gaps.refuse(run)?;
        }
        let written = hex(&out.hash.finalize());
        let path = folder.join(format!("{name}-{}.jsonl.gz", &written[..16]));
        let kept = || -> io::Result<bool> {
            out.out.finish()?.sync_all()?;
            if read(&beside)? != written {
                return Ok(false);
            }
            fs::rename(&beside, &path)?;
            if cfg!(unix) {
                // The name must survive a power failure, too.
                File::open(folder)?.sync_all()?;
            }
            Ok(true)
        };
        match kept() {
            Ok(true) => Ok(path),
            Ok(false) => Err(Error::corrupt("what was put into the archive is not what can be read there")),
            Err(error) => Err(failed(&error)),
        }
    };
    put().inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

/// Hashes all bytes that pass (SHA-256, FIPS 180-4), and records the reason of a failure.
struct Hashed<W> {
    hash: Sha256,
    out: W,
    failed: Option<String>,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes).inspect_err(|error| {
            // The caller repeats an interrupted write.
            if error.kind() != io::ErrorKind::Interrupted {
                self.failed = Some(error.to_string());
            }
        })?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Returns the hash of the lines of a file.
fn read(path: &Path) -> io::Result<String> {
    let mut lines = GzDecoder::new(File::open(path)?);
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 64 << 10]);
    loop {
        match lines.read(&mut buffer)? {
            0 => return Ok(hex(&hash.finalize())),
            length => hash.update(&buffer[..length]),
        }
    }
}

/// Returns a plain name for any id: its letters, digits, dashes and underscores, and its key.
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
