//! `makespan open`: the app and the files, from this machine to this machine.

use std::io::{ErrorKind, Write as _};
use std::process::{Command, Stdio};

use crate::args::OpenArgs;
use crate::config::Config;
use crate::config::settings::OPEN_PORT;
use crate::failure::Failure;
use crate::output::{clean, print};
use crate::serve::{Content, Served, Site};
use crate::stored::{bytes_of, name_of};
use crate::walk::{self, InputPlace, MOST_BYTES};
use crate::{dist, serve};

/// Serves until interrupted.
pub(crate) fn run(args: &OpenArgs, config: &Config) -> Result<(), Failure> {
    let walked = walk::files(&args.files);
    walked.tell();
    let walk::Walked { files, mut unreadable, .. } = walked;
    let mut served = Vec::new();
    for mut file in files {
        let content = match file.place {
            // It can be read only once, and the page may be loaded again.
            InputPlace::Stdin => walk::read(&InputPlace::Stdin, MOST_BYTES).map(|b| Content::Bytes(b.into())),
            InputPlace::Path(path) => match std::fs::File::open(&path) {
                Ok(_) => Ok(Content::Path(path)),
                // No file of that name: perhaps a run of that id, as it is now.
                Err(error) if error.kind() == ErrorKind::NotFound => match bytes_of(config, &path) {
                    Ok(bytes) => {
                        file.name = name_of(&path.to_string_lossy());
                        Ok(Content::Bytes(bytes.into()))
                    }
                    Err(why) => Err(std::io::Error::other(format!("{error}, and {why}"))),
                },
                Err(error) => Err(error),
            },
        };
        match content {
            Ok(content) => served.push(Served { name: file.name, content }),
            Err(error) => unreadable.push((file.name, error.to_string())),
        }
    }
    let mut err = std::io::stderr();
    for (name, why) in &unreadable {
        let _ = writeln!(err, "makespan: {} cannot be read: {}", clean(name), clean(why));
    }
    if served.is_empty() && !args.files.is_empty() {
        return Err(Failure::NothingRead);
    }
    if !dist::is_there() {
        let _ = writeln!(err, "makespan: {}", dist::MISSING);
    }
    serve::serve(
        config.value(args.port, &OPEN_PORT)?,
        |port| Site::new(served, port),
        |address| {
            print(format!("Makespan is at {address}\n").as_bytes())?;
            if !args.no_browser
                && let Err(error) = browse(address)
            {
                let _ = writeln!(
                    std::io::stderr(),
                    "makespan: no browser could be started ({error}); open the address yourself"
                );
            }
            Ok(())
        },
    )
}

/// Starts the user's browser, and does not wait for it.
fn browse(address: &str) -> std::io::Result<()> {
    let (program, before): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start", ""])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(before).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(|_| ())
}
