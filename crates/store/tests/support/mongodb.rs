//! A server that speaks the protocol of MongoDB, reached through a door that can be shut.
#![allow(dead_code)]

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use mongodb::Database;
use mongodb::bson::doc;

use super::servers::{PASSWORD, Server, folder, program};

/// A server that is there already, to try the contract on instead: its URL, with a user that may make databases.
pub(crate) const GIVEN: &str = "MAKESPAN_TEST_MONGODB_URL";

/// Starts SecantusDB (`pip install secantusdb`), which syncs each commit to its disk.
pub(crate) fn start() -> Result<Server, String> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or(home.join(".cache"), PathBuf::from);
    let tools = cache.join("makespan/tools/python/bin");
    let server = program("secantusd-py", &[&tools.to_string_lossy()])?;
    let folder = folder("mongodb");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).unwrap().port();
    std::fs::write(folder.join("port"), port.to_string()).unwrap();
    let mut command = Command::new(&server);
    command.args(["--host", "127.0.0.1", "--port", &port.to_string(), "--sync-on-commit", "--storage-path"]);
    command.arg(folder.join("data"));
    // The user must be there before users are asked for.
    let mut first = Command::new(&server);
    let first =
        first.args(command.get_args()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut first = first.spawn().map_err(|e| e.to_string())?;
    let user = doc! { "createUser": "makespan", "pwd": PASSWORD, "roles": ["root"] };
    let url =
        format!("mongodb://127.0.0.1:{port}/admin?directConnection=true&serverSelectionTimeoutMS=60000");
    let made = ask(&url, async |database| database.run_command(user.clone()).await.map(|_| ()));
    first.kill().and_then(|()| first.wait()).map_err(|e| e.to_string())?;
    made?;
    command.arg("--auth");
    Ok(Server::start(folder, "KILL", &command, answers))
}

/// A command that goes well when the server answers.
fn answers(folder: &Path) -> Command {
    let mut command = Command::new("python3");
    command.args([
        "-S",
        "-E",
        "-c",
        "import socket, sys; socket.create_connection(('127.0.0.1', sys.argv[1]), 1)",
    ]);
    command.arg(port(folder).to_string());
    command
}

/// Where the server is.
pub(crate) fn port(folder: &Path) -> u16 {
    std::fs::read_to_string(folder.join("port")).unwrap().parse().unwrap()
}

/// Where a database is, behind that port.
pub(crate) fn url(port: u16, database: &str) -> String {
    format!(
        "mongodb://makespan:{PASSWORD}@127.0.0.1:{port}/{database}?authSource=admin&directConnection=true"
    )
}

/// The URL of another database of a server.
pub(crate) fn with_database(url: &str, database: &str) -> String {
    let (place, options) = url.split_once('?').map_or((url, String::new()), |(a, b)| (a, format!("?{b}")));
    let hosts = place.find("://").map_or(0, |at| at + 3);
    let hosts = place[hosts..].find('/').map_or(place, |at| &place[..hosts + at]);
    format!("{hosts}/{database}{options}")
}

/// Asks the database of a URL something, past the store.
pub(crate) fn ask<T>(
    url: &str,
    question: impl AsyncFn(Database) -> mongodb::error::Result<T>,
) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answer = runtime.block_on(async {
        let client = mongodb::Client::with_uri_str(url).await?;
        question(client.default_database().unwrap()).await
    });
    answer.map_err(|e| e.to_string())
}

/// A door to a server: what goes through it can be cut.
pub(crate) struct Door {
    pub(crate) port: u16,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Door {
    pub(crate) fn to(server: u16) -> Door {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let open: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let kept = open.clone();
        thread::spawn(move || {
            for inside in listener.incoming().map_while(Result::ok) {
                let Ok(outside) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                let _ = (inside.set_nodelay(true), outside.set_nodelay(true));
                for (from, to) in [(&inside, &outside), (&outside, &inside)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    thread::spawn(move || {
                        let _ = io::copy(&mut from, &mut to);
                        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
                    });
                }
                kept.lock().unwrap().push(inside);
            }
        });
        Door { port, open }
    }

    /// Cuts all connections.
    pub(crate) fn cut(&self) {
        for connection in self.open.lock().unwrap().drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}
