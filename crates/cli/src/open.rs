//! `makespan open`: the app and the files, from this machine to this machine.

use std::io::{ErrorKind, Write as _};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use makespan_server::{Content, Contents, ServeError, Served, SessionLimits, Settings};

use crate::args::OpenArgs;
use crate::config::settings::OPEN_PORT;
use crate::config::{Config, data_folder};
use crate::dist;
use crate::failure::Failure;
use crate::output::{clean, print, write_private};
use crate::stored::{bytes_of, name_of, random};
use crate::walk::{self, InputPlace, MOST_BYTES};

/// Serves until interrupted.
pub(crate) fn run(args: &OpenArgs, config: &Config) -> Result<(), Failure> {
    let walked = walk::files(&args.files);
    walked.warn();
    let walk::Walked { files, mut unreadable, .. } = walked;
    let mut served = Vec::new();
    for mut file in files {
        let shown = file.shown();
        let content = match file.place {
            // It can be read only once, and the page may be loaded again.
            InputPlace::Stdin => walk::read(&InputPlace::Stdin, MOST_BYTES).map(|b| Content::Bytes(b.into())),
            InputPlace::Path(path) => match std::fs::File::open(&path) {
                Ok(_) => Ok(Content::Path(path)),
                // No file of that name: perhaps a run of that id, as it is now.
                Err(error) if error.kind() == ErrorKind::NotFound => match bytes_of(config, &path) {
                    Ok(bytes) => {
                        file.name = name_of(&path);
                        Ok(Content::Bytes(bytes.into()))
                    }
                    Err(why) => Err(std::io::Error::other(format!("{error}, and {why}"))),
                },
                Err(error) => Err(error),
            },
        };
        match content {
            Ok(content) => served.push(Served { name: file.name, content }),
            Err(error) => unreadable.push((shown, error.to_string())),
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
    let settings = Settings {
        bind: Ipv4Addr::LOCALHOST.into(),
        port: config.value(args.port, &OPEN_PORT)?,
        hosts: Vec::new(),
        tokens: None,
        sessions: SessionLimits::default(),
        is_open: false,
        // Every user of this machine can connect.
        path_token: Some(format!("{:016x}{:016x}", random(), random())),
    };
    let contents = Contents {
        assets: dist::file,
        files: served,
        store: None,
        open_writer: None,
        alerts: None,
        every_second: Vec::new(),
    };
    let mut door = None;
    let served = makespan_server::serve(settings, contents, |address| {
        let (there, left) = if args.no_browser { (address.to_owned(), None) } else { doorway(address) };
        door = left;
        announce(address, (!args.no_browser).then_some(&there))
    });
    if let Some(path) = door {
        let _ = std::fs::remove_file(path);
    }
    served.map_err(failed)
}

/// What a browser opens, and the file to remove afterwards. The address holds a token, and every user of the
/// machine can see the arguments of a program: so it stands in a file that only this user can read, where that can be.
fn doorway(address: &str) -> (String, Option<PathBuf>) {
    let file = || -> Option<PathBuf> {
        let folder = data_folder()?;
        makespan_store::private::create_folders(&folder).ok()?;
        let path = folder.join(format!("open-{:016x}.html", random()));
        let page = format!(
            "<!doctype html>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"refresh\" content=\"0;url={address}\">\n\
             <title>Makespan</title>\n<a href=\"{address}\">Makespan</a>\n"
        );
        write_private(&path, page.as_bytes()).ok()?;
        Some(path)
    };
    match file() {
        Some(path) => (path.to_string_lossy().into_owned(), Some(path)),
        None => (address.to_owned(), None),
    }
}

/// Prints the address of the app, and opens `there` in a browser.
pub(crate) fn announce(address: &str, there: Option<&str>) -> Result<(), Failure> {
    print(&format!("Makespan is at {address}\n"))?;
    if let Some(Err(error)) = there.map(browse) {
        let _ = writeln!(
            std::io::stderr(),
            "makespan: cannot start a browser ({error}); open the address yourself"
        );
    }
    Ok(())
}

/// Returns the failure of a server that could not be started.
pub(crate) fn failed(error: ServeError<Failure>) -> Failure {
    match error {
        ServeError::Started(failure) => failure,
        other => Failure::Serve(other.to_string()),
    }
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
