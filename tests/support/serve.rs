//! Servers for the tests: the program itself, and a plain host of files such as any web space is.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use super::Setup;
use super::spawn::Process;

/// `makespan open`, on a port of the system's choice.
#[derive(Debug)]
pub(crate) struct Program {
    /// Where the app is, with a slash at the end.
    pub(crate) url: String,
    _process: Process,
}

impl Program {
    /// Starts the program with these files open.
    pub(crate) fn open(setup: &Setup, files: &[PathBuf]) -> Self {
        let mut command = Command::new(&setup.program);
        command.arg("open").args(files).args(["--no-browser", "--port", "0"]);
        let (process, url) = Process::start(&mut command, address);
        Self { url, _process: process }
    }
}

/// The first word of a line that is an address on this machine, without the full stop that may end a sentence.
fn address(line: &str) -> Option<String> {
    let word = line.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:"))?;
    let url = word.trim_end_matches(['.', ',']);
    Some(if url.contains("/#") || url.ends_with('/') { url.to_owned() } else { format!("{url}/") })
}

/// A folder served as a plain web space would: types by name, and no policy in any header.
#[derive(Debug)]
pub(crate) struct Folder {
    /// Where the folder is, with a slash at the end.
    pub(crate) url: String,
}

impl Folder {
    /// Serves a folder until the test program ends.
    pub(crate) fn serve(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
        let folder = folder.to_owned();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let folder = folder.clone();
                // A browser that goes away in the middle of an answer is none of our business.
                std::thread::spawn(move || answer(&stream, &folder).ok());
            }
        });
        Self { url }
    }
}

fn answer(mut stream: &TcpStream, folder: &Path) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let path = request.split_whitespace().nth(1).unwrap_or("/").split('?').next().unwrap_or("/");
    let name = path.trim_start_matches('/');
    let name =
        if name.is_empty() || name.ends_with('/') { format!("{name}index.html") } else { name.to_owned() };
    let inside = Path::new(&name).components().all(|part| matches!(part, Component::Normal(_)));
    let found = if inside { std::fs::read(folder.join(&name)).ok() } else { None };
    let (status, body) = match &found {
        Some(bytes) => ("200 OK", bytes.as_slice()),
        None => ("404 Not Found", b"not here".as_slice()),
    };
    let kind = match Path::new(&name).extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(body)
}
