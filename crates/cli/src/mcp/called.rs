//! A verb of this program, called for an assistant: a process of its own, which can be ended whatever it does.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use makespan_scene::duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, copy, sink};
use tokio::process::Command;
use tokio::sync::Semaphore;

/// The most that a verb may print, in bytes: more is not parsed, to be cut afterwards.
const MOST_OUTPUT: u64 = 64 << 20;
/// The most that is kept of what a verb notes on stderr, in bytes.
const MOST_NOTES: u64 = 4_000;
/// How many verbs run at once: assistants call several tools together.
const AT_ONCE: usize = 2;

/// The verbs of this program.
pub(super) struct Verbs {
    program: PathBuf,
    store: Option<String>,
    limit: Duration,
    turns: Semaphore,
}

/// What a verb printed.
pub(super) struct Printed {
    /// Its output.
    pub(super) output: Vec<u8>,
    /// What it noted on stderr, such as files that were not read.
    pub(super) notes: String,
}

impl Verbs {
    /// Verbs that use the store given by `--store`, each for at most `limit`.
    ///
    /// # Errors
    ///
    /// Fails when the system does not know where this program is.
    pub(super) fn new(store: Option<&str>, limit: Duration) -> io::Result<Verbs> {
        let turns = Semaphore::new(AT_ONCE);
        Ok(Verbs { program: std::env::current_exe()?, store: store.map(str::to_owned), limit, turns })
    }

    /// Calls a verb.
    ///
    /// # Errors
    ///
    /// What the verb said on stderr if it printed nothing, or that it printed too much or took too long.
    pub(super) async fn call(&self, words: Vec<OsString>) -> Result<Printed, String> {
        match tokio::time::timeout(self.limit, self.printed(words)).await {
            Ok(printed) => printed,
            Err(_) => {
                let limit = i64::try_from(self.limit.as_nanos()).unwrap_or(i64::MAX);
                Err(format!("no answer within {}; name fewer or smaller runs", duration(limit)))
            }
        }
    }

    /// Dropping it ends the process.
    async fn printed(&self, words: Vec<OsString>) -> Result<Printed, String> {
        let cannot = |error: io::Error| format!("cannot run {}: {error}", self.program.display());
        let Ok(_turn) = self.turns.acquire().await else { return Err("the server is stopping".to_owned()) };
        let mut command = Command::new(&self.program);
        if let Some(store) = &self.store {
            command.arg("--store").arg(store);
        }
        command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().map_err(cannot)?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (output, notes) = tokio::join!(beginning(stdout, MOST_OUTPUT), beginning(stderr, MOST_NOTES));
        let status = child.wait().await.map_err(cannot)?;
        let (output, notes) = (output.map_err(cannot)?, notes.map_err(cannot)?);
        if output.is_cut {
            return Err(format!("the answer has more than {} MiB; name fewer runs", MOST_OUTPUT >> 20));
        }
        let mut text = String::from_utf8_lossy(&notes.bytes).trim_end().to_owned();
        if notes.is_cut {
            text.push_str("… (more notes left out)");
        }
        if !output.bytes.is_empty() {
            return Ok(Printed { output: output.bytes, notes: text });
        }
        match status.success() {
            true => Ok(Printed { output: output.bytes, notes: text }),
            false if text.is_empty() => Err(format!("makespan ended with {status}")),
            false => Err(text),
        }
    }
}

/// The beginning of a stream, which is read to its end.
struct Beginning {
    bytes: Vec<u8>,
    is_cut: bool,
}

async fn beginning<R: AsyncRead + Unpin>(stream: Option<R>, most: u64) -> io::Result<Beginning> {
    let mut bytes = Vec::new();
    let Some(mut stream) = stream else { return Ok(Beginning { bytes, is_cut: false }) };
    (&mut stream).take(most).read_to_end(&mut bytes).await?;
    let is_cut = copy(&mut stream, &mut sink()).await? > 0;
    Ok(Beginning { bytes, is_cut })
}
