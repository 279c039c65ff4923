//! A server in a process of its own, and clients that load it. Shared by `bench_serve`, which measures, and by the test `load`,
//! which only checks.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

pub(crate) mod clients;
pub(crate) mod overload;
pub(crate) mod viewers;

use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use makespan_server::{Contents, SessionLimits, Settings};
use makespan_store::Store;

/// The folder of the store of a server, in the environment of the process that is to be one.
const JOB: &str = "MAKESPAN_LOAD_SERVER";

/// A folder of its own, empty, on a disk.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("makespan-load-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Now, ns since the epoch.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as i64
}

fn url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("runs.db").display())
}

/// The store of a server that has ended.
pub(crate) fn store(folder: &Path) -> Box<dyn Store> {
    makespan_store::open(&url(folder)).unwrap()
}

/// Becomes a server if this process was started to be one, and then never returns.
pub(crate) fn serve_if_told() {
    let Some(folder) = std::env::var_os(JOB) else { return };
    let url = url(Path::new(&folder));
    let store: Arc<dyn Store> = Arc::from(makespan_store::open(&url).unwrap());
    let settings = Settings {
        bind: Ipv4Addr::LOCALHOST.into(),
        port: 0,
        hosts: Vec::new(),
        tokens: None,
        path_token: None,
        sessions: SessionLimits::default(),
        is_open: false,
    };
    let contents = Contents {
        assets: |_| None,
        files: Vec::new(),
        store: Some(store),
        open_writer: None,
        alerts: None,
        every_second: Vec::new(),
    };
    makespan_server::serve(settings, contents, |address| {
        println!("listening {address}");
        Ok::<(), std::convert::Infallible>(())
    })
    .unwrap();
    std::process::exit(0);
}

/// A server in a process of its own.
pub(crate) struct Served {
    child: Child,
    pub(crate) port: u16,
}

impl Served {
    /// Starts one over the store of a folder, by starting this program again with these arguments, which must lead to
    /// [`serve_if_told`].
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Served {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(arguments).env(JOB, folder).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let address = out
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.split("listening ").nth(1).map(str::to_owned))
            .expect("the server says where it listens");
        let port = address.trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
        Served { child, port }
    }

    /// Ends it at once, with no chance to tidy up (SIGKILL).
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end (SIGTERM), and waits until it has. Returns how long that took, and whether it ended as it should.
    pub(crate) fn terminate(mut self) -> (Duration, bool) {
        let asked = Instant::now();
        let mut kill = Command::new("kill");
        kill.args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        let ended = self.child.wait().unwrap();
        (asked.elapsed(), ended.success())
    }

    /// Memory in use, bytes; `None` where the system does not say.
    pub(crate) fn memory(&self) -> Option<u64> {
        self.of_status("VmRSS:")
    }

    /// The most memory that was in use so far, bytes.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        self.of_status("VmHWM:")
    }

    fn of_status(&self, name: &str) -> Option<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()? * 1024)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Times of one kind, ns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(pub(crate) Vec<i64>);

impl Times {
    /// The time that this share of them do not exceed, as a duration; zero where there are none.
    pub(crate) fn quantile(&mut self, share: f64) -> Duration {
        self.0.sort_unstable();
        let at = (self.0.len() as f64 * share).ceil() as usize;
        let ns = self.0.get(at.saturating_sub(1)).or(self.0.last()).copied().unwrap_or(0);
        Duration::from_nanos(ns.max(0) as u64)
    }

    pub(crate) fn ms(&mut self, share: f64) -> f64 {
        (self.quantile(share).as_secs_f64() * 1e5).round() / 100.0
    }
}
