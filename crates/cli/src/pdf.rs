//! Reports as PDF, printed by a browser that is installed: the readable body of a report, which needs no script.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::output::write_private;
use crate::stored::random;

/// Programs that print, in the order in which they are tried.
const BROWSERS: [&str; 8] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Maximum time of a browser.
const LONGEST: Duration = Duration::from_secs(120);
/// Interval of checking it.
const LOOK: Duration = Duration::from_millis(50);

/// A folder that only this user can read, which is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Folder, Failure> {
        let path = std::env::temp_dir().join(format!("makespan-print-{:016x}{:016x}", random(), random()));
        // Its name cannot be guessed.
        makespan_store::private::create_folders(&path)
            .map_err(|source| Failure::Write { path: path.clone(), source })?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left of a profile is the system's to clean up.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The PDF of a page without scripts.
///
/// # Errors
///
/// When no browser is installed, or it cannot print; says which one was tried.
pub(crate) fn printed(html: &str) -> Result<Vec<u8>, Failure> {
    let folder = Folder::new()?;
    let (page, out) = (folder.0.join("report.html"), folder.0.join("report.pdf"));
    write_private(&page, html.as_bytes())?;
    for browser in BROWSERS {
        match started(browser, &folder.0, &page, &out) {
            Ok(child) => return wait(child, browser, &out),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(browser, &error.to_string())),
        }
    }
    Err(Failure::Refused(format!(
        "no browser found to print with (looked for {}); install one, or write a report with `makespan report --static` and \
         print that",
        BROWSERS[..6].join(", ")
    )))
}

fn failed(browser: &str, why: &str) -> Failure {
    Failure::Refused(format!("{browser} cannot print the report: {why}"))
}

fn started(browser: &str, profile: &Path, page: &Path, out: &Path) -> std::io::Result<Child> {
    let option = |name: &str, path: &Path| {
        let mut option = std::ffi::OsString::from(name);
        option.push(path);
        option
    };
    let mut command = Command::new(browser);
    command.args(["--headless=new", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer"]);
    // A browser of the system's administrator starts only without its sandbox. The page has no script and loads nothing.
    #[cfg(unix)]
    if nix::unistd::geteuid().is_root() {
        command.arg("--no-sandbox");
    }
    command.arg(option("--user-data-dir=", &profile.join("profile")));
    command.arg(option("--print-to-pdf=", out)).arg(page);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}

/// The file, once the browser has ended; one that takes too long is ended.
fn wait(mut child: Child, browser: &str, out: &Path) -> Result<Vec<u8>, Failure> {
    let started = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| failed(browser, &error.to_string()))? {
            Some(status) => break status,
            None if started.elapsed() > LONGEST => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(failed(browser, &format!("it took longer than {} s", LONGEST.as_secs())));
            }
            None => sleep(LOOK),
        }
    };
    let bytes = fs::read(out).unwrap_or_default();
    if bytes.starts_with(b"%PDF-") { Ok(bytes) } else { Err(failed(browser, &status.to_string())) }
}
