//! Real servers, started in a folder of their own and reached by a socket there; nothing on this machine is touched.
//!
//! A shell keeps each server. It ends the server and removes its folder when the pipe to it closes, which happens
//! however this process ends.
#![allow(dead_code)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The password of every server here, to be found nowhere else.
pub(crate) const PASSWORD: &str = "hunter2";
/// As long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts the server that its arguments name after folder and signal, and does what it is told.
const KEEPER: &str = r#"
folder=$1 signal=$2; shift 2
start() { "$@" >>"$folder/log" 2>&1 & pid=$!; }
start "$@"
while read -r order; do
  case $order in
    crash) kill -"$signal" $pid; wait $pid 2>/dev/null ;;
    start) start "$@" ;;
  esac
done
kill -"$signal" $pid
wait $pid
rm -rf "$folder"
"#;

/// A server at work.
pub(crate) struct Server {
    keeper: Mutex<Child>,
    folder: PathBuf,
    ready: fn(&Path) -> Command,
}

impl Server {
    pub(crate) fn start(
        folder: PathBuf,
        signal: &str,
        command: &Command,
        ready: fn(&Path) -> Command,
    ) -> Server {
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(&folder).arg(signal);
        keeper.arg(command.get_program()).args(command.get_args());
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Server { keeper: Mutex::new(keeper.spawn().unwrap()), folder, ready };
        server.wait();
        server
    }

    fn wait(&self) {
        let begun = Instant::now();
        loop {
            let mut ready = (self.ready)(&self.folder);
            let ready = ready.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
            if ready.is_ok_and(|status| status.success()) {
                return;
            }
            let log = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(begun.elapsed() < PATIENCE, "the server does not answer; its log: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn order(&self, order: &str) {
        let keeper = self.keeper.lock().unwrap();
        writeln!(keeper.stdin.as_ref().unwrap(), "{order}").unwrap();
    }

    /// Ends the server with no chance to tidy up.
    pub(crate) fn crash(&self) {
        self.order("crash");
        let begun = Instant::now();
        while (self.ready)(&self.folder).output().is_ok_and(|out| out.status.success()) {
            assert!(begun.elapsed() < PATIENCE);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Starts it once more, on what it left.
    pub(crate) fn restart(&self) {
        self.order("start");
        self.wait();
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// A program: of that name on the PATH or in one of those folders, the last one of each where there are several.
pub(crate) fn program(name: &str, folders: &[&str]) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for folder in folders {
        let Some((before, after)) = folder.split_once("*/") else {
            places.push(PathBuf::from(folder));
            continue;
        };
        let entries = std::fs::read_dir(before).into_iter().flatten().flatten();
        let mut found: Vec<PathBuf> = entries.map(|entry| entry.path().join(after)).collect();
        found.sort();
        places.extend(found.into_iter().rev());
    }
    let found = places.into_iter().map(|folder| folder.join(name)).find(|file| file.is_file());
    found.ok_or_else(|| format!("there is no {name} on this machine"))
}

pub(crate) fn folder(kind: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("makespan-{kind}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn done(command: &mut Command) -> Result<(), String> {
    let out = command.stdin(Stdio::null()).output().map_err(|e| e.to_string())?;
    let said = || format!("{command:?}: {}", String::from_utf8_lossy(&out.stderr));
    if out.status.success() { Ok(()) } else { Err(said()) }
}

fn am_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

/// A command that root runs as somebody else: servers refuse to be root.
fn as_user(user: &str, program: &Path) -> Command {
    if !am_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args([&format!("--reuid={user}"), "--regid=nogroup", "--clear-groups", "--"]).arg(program);
    command
}

/// PostgreSQL.
pub(crate) mod postgres {
    use super::*;

    const PLACES: [&str; 1] = ["/usr/lib/postgresql/*/bin"];

    pub(crate) fn start() -> Result<Server, String> {
        let server = program("postgres", &PLACES)?;
        let initdb = program("initdb", &PLACES)?;
        program("psql", &PLACES)?;
        let folder = folder("postgres");
        let password = folder.join("password");
        std::fs::write(&password, PASSWORD).unwrap();
        if am_root() {
            done(Command::new("chown").args(["-R", "nobody"]).arg(&folder))?;
        }
        let data = folder.join("data");
        let mut init = as_user("nobody", &initdb);
        init.args(["--username=makespan", "--auth=scram-sha-256", "--no-locale", "--encoding=UTF8"]);
        init.arg("--no-sync").arg(format!("--pwfile={}", password.display()));
        done(init.arg("-D").arg(&data))?;
        let mut command = as_user("nobody", &server);
        command.arg("-D").arg(&data).arg("-k").arg(&folder).args(["-c", "listen_addresses="]);
        // After a crash it would else wait for the disk for every file of every database by itself.
        command.args(["-c", "max_connections=200", "-c", "recovery_init_sync_method=syncfs"]);
        // An immediate shutdown: all its processes end at once, and the next start is a recovery.
        Ok(Server::start(folder, "QUIT", &command, |folder| sql(folder, "postgres", "SELECT 1")))
    }

    /// Where a database is.
    pub(crate) fn url(folder: &Path, database: &str) -> String {
        format!("postgres://makespan:{PASSWORD}@localhost/{database}?host={}", folder.display())
    }

    /// A command that runs SQL.
    pub(crate) fn sql(folder: &Path, database: &str, sql: &str) -> Command {
        let mut command = Command::new(program("psql", &PLACES).unwrap());
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "makespan", "-d", database]);
        command.arg("-h").arg(folder).args(["-c", sql]).env("PGPASSWORD", PASSWORD);
        command
    }
}

/// MariaDB.
pub(crate) mod mysql {
    use super::*;

    /// The folders of administrators are not on everybody's path.
    const PLACES: [&str; 1] = ["/usr/sbin"];

    pub(crate) fn start() -> Result<Server, String> {
        let server = program("mariadbd", &PLACES)?;
        let install = program("mariadb-install-db", &PLACES)?;
        program("mariadb", &PLACES)?;
        let folder = folder("mysql");
        if am_root() {
            done(Command::new("chown").args(["-R", "nobody"]).arg(&folder))?;
        }
        let data = format!("--datadir={}", folder.join("data").display());
        let mut init = as_user("nobody", &install);
        init.args(["--no-defaults", &data, "--auth-root-authentication-method=normal", "--skip-test-db"]);
        done(&mut init)?;
        let first = folder.join("first.sql");
        let sql = format!(
            "CREATE USER IF NOT EXISTS makespan@localhost IDENTIFIED BY '{PASSWORD}';
             GRANT ALL ON *.* TO makespan@localhost;"
        );
        std::fs::write(&first, sql).unwrap();
        let mut command = as_user("nobody", &server);
        command.args(["--no-defaults", &data, "--skip-networking", "--max-connections=200"]);
        command.arg(format!("--socket={}", folder.join("socket").display()));
        command.arg(format!("--pid-file={}", folder.join("pid").display()));
        command.arg(format!("--init-file={}", first.display()));
        Ok(Server::start(folder, "KILL", &command, |folder| self::sql(folder, "mysql", "SELECT 1")))
    }

    /// Where a database is.
    pub(crate) fn url(folder: &Path, database: &str) -> String {
        format!("mysql://makespan:{PASSWORD}@localhost/{database}?socket={}", folder.join("socket").display())
    }

    /// A command that runs SQL.
    pub(crate) fn sql(folder: &Path, database: &str, sql: &str) -> Command {
        let mut command = Command::new(program("mariadb", &PLACES).unwrap());
        command.args(["--no-defaults", "--batch", "--skip-column-names", "-u", "makespan", "-D", database]);
        command.arg(format!("--socket={}", folder.join("socket").display())).args(["-e", sql]);
        command.env("MYSQL_PWD", PASSWORD);
        command
    }
}

/// Redis, writing every change to its disk at once.
pub(crate) mod redis {
    use super::*;

    /// As many databases it has.
    pub(crate) const DATABASES: u64 = 256;

    pub(crate) fn start() -> Result<Server, String> {
        let server = program("redis-server", &[])?;
        program("redis-cli", &[])?;
        let folder = folder("redis");
        let mut command = Command::new(server);
        command.args(["--port", "0", "--requirepass", PASSWORD, "--save", ""]);
        command.args(["--appendonly", "yes", "--appendfsync", "always"]);
        command.args(["--databases", &DATABASES.to_string(), "--dir"]).arg(&folder);
        command.arg("--unixsocket").arg(folder.join("socket"));
        Ok(Server::start(folder, "KILL", &command, |folder| run(folder, "0", "DBSIZE")))
    }

    /// Where a database is.
    pub(crate) fn url(folder: &Path, database: &str) -> String {
        format!("redis+unix://{}?pass={PASSWORD}&db={database}", folder.join("socket").display())
    }

    /// A command that runs one of Redis, whose words are separated by spaces.
    pub(crate) fn run(folder: &Path, database: &str, words: &str) -> Command {
        let mut command = Command::new("redis-cli");
        command.arg("-e").arg("-s").arg(folder.join("socket")).args(["-n", database]);
        command.args(words.split(' ')).env("REDISCLI_AUTH", PASSWORD);
        command
    }
}
