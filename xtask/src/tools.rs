//! Finds programs that do not come with cargo, or installs them after printing what and why in one line each.
//!
//! | tool | for | from |
//! |---|---|---|
//! | the wasm32 target | compiling the app | `rustup target add` |
//! | wasm-bindgen, of the library's own version | the glue between the wasm and the page | `cargo install` into the cache |
//! | wasm-opt (binaryen) | a smaller, faster wasm; optional | `npm install` into the cache |
//! | axe-core | the tests of accessibility | `npm install` into the cache |
//! | Chromium, its driver, Firefox, the DejaVu fonts | browser tests, screenshots | `apt-get`, as root on Debian |
//! | PostgreSQL, MariaDB, Redis | tests of the stores | `apt-get`, as root on Debian |
//! | graphviz, xmllint | tests of the exports | `apt-get`, as root on Debian |
//! | SecantusDB, which speaks the protocol of MongoDB | tests of the stores | `pip install` into the cache |
//! | a Python with pandas, pyarrow, the OpenTelemetry SDK, wheel | tests of exports, the server and the package | `pip install` into the cache |
//! | maturin | the wheel of `package` | `pip install` into the cache |
//! | mdBook | the site of `docs` | `cargo install` into the cache |
//! | json-schema-to-typescript | the types of the npm package | `npm install` into the cache |
//! | the musl target, musl-gcc | the static program of `package` | `rustup target add`; `apt-get`, as root on Debian |
//!
//! The cache is `makespan/tools` in `XDG_CACHE_HOME`, or `~/.cache` without it. `MAKESPAN_NO_INSTALL=1` forbids every
//! installation; the error then contains the commands to type.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::outcome::Outcome;
use crate::process::{capture, cargo, run};
use crate::workspace::Workspace;

/// The target the app is compiled for.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The release of the npm package `binaryen`; older ones refuse what rustc emits today.
const BINARYEN: &str = "132.0.0";
const OLDEST_WASM_OPT: u32 = 120;

/// The release of the npm package `axe-core`.
const AXE_CORE: &str = "4.14.1";

const DEBIAN_PACKAGES: [&str; 4] = ["chromium", "chromium-driver", "firefox-esr", "fonts-dejavu-core"];

/// Ensures that rustc can compile for the browser.
pub(crate) fn wasm_target(workspace: &Workspace) -> Outcome {
    let what = "the Rust target for the browser, which the app is compiled for (some 20 MB)";
    rust_target(workspace, WASM_TARGET, what)
}

/// Ensures that rustc can compile for a target; `what` describes it if it has to be installed.
pub(crate) fn rust_target(workspace: &Workspace, target: &str, what: &str) -> Outcome {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let sysroot = capture(rustc.args(["--print", "sysroot"]).current_dir(&workspace.root))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(target).is_dir() {
        return Ok(());
    }
    let mut command = Command::new("rustup");
    command.args(["target", "add", target]).current_dir(&workspace.root);
    install(what, &mut [command])
}

/// Returns the folder with `wasm-bindgen` and `wasm-bindgen-test-runner` of the version in Cargo.lock: program and
/// library use a private format that changes with every release.
pub(crate) fn wasm_bindgen(workspace: &Workspace) -> Outcome<PathBuf> {
    let wanted = workspace.locked_version("wasm-bindgen")?;
    let cached = cache()?.join("bin");
    let fits = |folder: &Path| {
        let said = capture(Command::new(folder.join("wasm-bindgen")).arg("--version")).unwrap_or_default();
        said.split_whitespace().nth(1) == Some(&wanted) && folder.join("wasm-bindgen-test-runner").is_file()
    };
    let on_path = which("wasm-bindgen").and_then(|program| program.parent().map(Path::to_owned));
    if let Some(folder) = [Some(cached.clone()), on_path].into_iter().flatten().find(|folder| fits(folder)) {
        return Ok(folder);
    }
    let mut command = cargo();
    command.args(["install", "wasm-bindgen-cli", "--version", &wanted, "--force", "--root"]).arg(cache()?);
    install(
        &format!(
            "wasm-bindgen {wanted}, which writes the glue between wasm and page (compiles for some minutes)"
        ),
        &mut [command],
    )?;
    Ok(cached)
}

/// Returns the optimiser for wasm, or `None` after printing why: the app works without it, but is larger and slower.
pub(crate) fn wasm_opt() -> Option<PathBuf> {
    let folder = cache().ok()?.join("binaryen");
    let cached = folder.join("node_modules/.bin/wasm-opt");
    if let Some(program) =
        [which("wasm-opt"), Some(cached.clone())].into_iter().flatten().find(|p| new_enough(p))
    {
        return Some(program);
    }
    if which("node").is_none() || which("npm").is_none() {
        eprintln!(
            "  wasm-opt: skipped, as there is no wasm-opt {OLDEST_WASM_OPT} or later and no Node to bring one"
        );
        return None;
    }
    let what = "wasm-opt, which makes the wasm smaller and faster (some 100 MB)";
    match npm_install(&folder, &format!("binaryen@{BINARYEN}"), what) {
        Ok(()) => Some(cached).filter(|program| new_enough(program)),
        Err(why) => {
            eprintln!("  wasm-opt: skipped: {why}");
            None
        }
    }
}

/// The release of mdBook that the site is made with.
const MDBOOK: &str = "0.5.4";

/// mdBook of that release, in the cache or on the PATH.
pub(crate) fn installed_mdbook() -> Option<PathBuf> {
    let cached = cache().ok().map(|cache| cache.join("bin/mdbook"));
    let is_it = |program: &PathBuf| {
        program.is_file()
            && capture(Command::new(program).arg("--version")).is_ok_and(|said| said.contains(MDBOOK))
    };
    [cached, which("mdbook")].into_iter().flatten().find(is_it)
}

/// mdBook, installed if it is missing.
pub(crate) fn mdbook() -> Outcome<PathBuf> {
    if let Some(program) = installed_mdbook() {
        return Ok(program);
    }
    let mut command = cargo();
    command.args(["install", "mdbook", "--version", MDBOOK, "--locked", "--no-default-features"]);
    command.args(["--features", "search", "--force", "--root"]).arg(cache()?);
    install(
        &format!("mdBook {MDBOOK}, which makes the site of the documentation (compiles for some minutes)"),
        &mut [command],
    )?;
    installed_mdbook().ok_or_else(|| "cargo installed another mdBook".to_owned())
}

/// Installs an npm package into a folder of the cache, without running any of its scripts.
///
/// # Errors
///
/// Fails if Node is missing, or npm fails.
pub(crate) fn npm_install(folder: &Path, package: &str, what: &str) -> Outcome {
    if which("node").is_none() || which("npm").is_none() {
        return Err(format!("Node.js with npm is missing, which installs {package}"));
    }
    let mut command = Command::new("npm");
    command.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(folder);
    command.arg(package);
    install(what, &mut [command])
}

/// The script of axe-core, which checks how accessible a page is.
///
/// # Errors
///
/// Fails if it is missing and Node is too, or the installation fails.
pub(crate) fn axe() -> Outcome<PathBuf> {
    let folder = cache()?.join("axe-core");
    let script = folder.join("node_modules/axe-core/axe.min.js");
    if !script.is_file() {
        let what = "axe-core, which checks how accessible the app is (some 3 MB)";
        npm_install(&folder, &format!("axe-core@{AXE_CORE}"), what)?;
    }
    Ok(script)
}

/// Programs for tests in a browser.
pub(crate) struct Browsers {
    /// Chromium, or Chrome.
    pub(crate) chromium: PathBuf,
    /// The driver that belongs to it.
    pub(crate) chromedriver: PathBuf,
    /// Firefox, if available; it needs no driver.
    pub(crate) firefox: Option<PathBuf>,
}

impl Browsers {
    /// Passes the paths of the browsers to the tests that a command runs.
    pub(crate) fn tell(&self, command: &mut Command) {
        command.env("CHROMIUM", &self.chromium).env("CHROMEDRIVER", &self.chromedriver);
        if let Some(firefox) = &self.firefox {
            command.env("FIREFOX", firefox);
        }
    }
}

/// Returns the browsers that the environment names (`CHROMIUM`, `CHROMEDRIVER`, `FIREFOX`), otherwise those on the
/// PATH, otherwise new ones from Debian's archive.
pub(crate) fn browsers() -> Outcome<Browsers> {
    if let Some(found) = installed_browsers()
        && found.firefox.is_some()
    {
        return Ok(found);
    }
    let outcome = if may_apt() {
        apt("browsers, their driver and fonts, which the tests drive the app with", &DEBIAN_PACKAGES)
    } else {
        Err(format!(
            "the browser tests need Chromium with its chromedriver, and Firefox. On Debian: \
             `apt-get install {}` as root; elsewhere put them on the PATH, or name them by CHROMIUM, CHROMEDRIVER \
             and FIREFOX.",
            DEBIAN_PACKAGES.join(" ")
        ))
    };
    // Firefox is a second browser: without it, the tests that need it are skipped with a message, and the others run.
    match (installed_browsers(), outcome) {
        (Some(found), Err(why)) => {
            eprintln!("  going on without Firefox: {why}");
            Ok(found)
        }
        (Some(found), Ok(())) => Ok(found),
        (None, Err(why)) => Err(why),
        (None, Ok(())) => Err("apt-get brought no chromium with a chromedriver".to_owned()),
    }
}

/// Installs what the tests of the crates start: servers of the stores, and programs that read exported files. Without
/// one of them, its tests are skipped with a message.
pub(crate) fn servers() {
    let on_path = |name: &str| which(name).is_some() || Path::new("/usr/sbin").join(name).is_file();
    let postgres = on_path("postgres") || Path::new("/usr/lib/postgresql").is_dir();
    let servers = [
        ("postgresql", postgres),
        ("mariadb-server", on_path("mariadbd")),
        ("redis-server", on_path("redis-server")),
        ("graphviz", on_path("dot")),
        ("libxml2-utils", on_path("xmllint")),
    ];
    let missing: Vec<&str> = servers.iter().filter(|(_, there)| !there).map(|(name, _)| *name).collect();
    if missing.is_empty() {
        return;
    }
    let outcome = if may_apt() {
        apt("what tests of stores run against and tests of exports are read by", &missing)
    } else {
        Err(format!("on Debian, as root: apt-get install {}", missing.join(" ")))
    };
    if let Err(why) = outcome {
        eprintln!("  {}: their tests are skipped: {why}", missing.join(", "));
    }
}

/// The packages of the tests' Python besides the standard library.
const PYTHON_PACKAGES: [&str; 7] = [
    "setuptools>=71",
    "wheel",
    "pandas",
    "pyarrow",
    "opentelemetry-sdk",
    "opentelemetry-exporter-otlp-proto-http",
    "opentelemetry-exporter-otlp-proto-grpc",
];

/// Returns a Python with those packages, in a virtual environment in the cache; the one on the PATH if that is not
/// possible.
pub(crate) fn python() -> PathBuf {
    let usual = PathBuf::from("python3");
    let Ok(folder) = cache().map(|cache| cache.join("python")) else { return usual };
    let program = folder.join("bin/python3");
    let is_whole = |program: &Path| {
        let mut command = Command::new(program);
        let imports = "import setuptools, wheel, pandas, pyarrow, opentelemetry.exporter.otlp.proto.grpc";
        capture(command.args(["-c", imports])).is_ok()
    };
    if is_whole(&program) {
        return program;
    }
    let mut make = Command::new("python3");
    make.args(["-m", "venv"]).arg(&folder);
    let mut fill = Command::new(&program);
    fill.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PYTHON_PACKAGES);
    match install("Python packages, which the tests read exports with (some 350 MB)", &mut [make, fill]) {
        Ok(()) => program,
        Err(why) => {
            eprintln!("  Python packages: the tests that need them are skipped: {why}");
            usual
        }
    }
}

/// Installs a server of the protocol of MongoDB beside the Python of the tests, where the tests of the stores find it.
/// Without one its tests are skipped with a message; they need none with `MAKESPAN_TEST_MONGODB_URL`.
pub(crate) fn document_server(python: &Path) {
    let server = python.with_file_name("secantusd-py");
    if std::env::var_os("MAKESPAN_TEST_MONGODB_URL").is_some()
        || which("secantusd-py").is_some()
        || server.is_file()
    {
        return;
    }
    let mut fill = Command::new(python);
    fill.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "secantusdb"]);
    let outcome = if python.is_file() {
        install("SecantusDB, which tests of stores run against (some 150 MB)", &mut [fill])
    } else {
        Err("there is no Python environment in the cache to install it in".to_owned())
    };
    if let Err(why) = outcome {
        eprintln!("  MongoDB: its tests are skipped: {why}");
    }
}

fn installed_browsers() -> Option<Browsers> {
    let find = |variable: &str, names: &[&str]| {
        std::env::var_os(variable).map(PathBuf::from).or_else(|| names.iter().find_map(|name| which(name)))
    };
    Some(Browsers {
        chromium: find("CHROMIUM", &["chromium", "chromium-browser", "google-chrome"])?,
        chromedriver: find("CHROMEDRIVER", &["chromedriver"])?,
        firefox: find("FIREFOX", &["firefox-esr", "firefox"]),
    })
}

/// Returns whether packages of Debian can be installed.
pub(crate) fn may_apt() -> bool {
    which("apt-get").is_some() && am_root()
}

/// Installs packages of Debian.
pub(crate) fn apt(what: &str, packages: &[&str]) -> Outcome {
    let mut update = Command::new("apt-get");
    update.args(["update", "--quiet"]);
    let mut command = Command::new("apt-get");
    command.args(["install", "--quiet", "--yes", "--no-install-recommends"]).args(packages);
    // Servers would otherwise be started at once and at every boot; the tests start their own.
    command.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
    install(what, &mut [update, command])
}

/// Prints what is installed and why, and runs the commands; fails with the commands if installing is forbidden.
pub(crate) fn install(what: &str, commands: &mut [Command]) -> Outcome {
    if std::env::var_os("MAKESPAN_NO_INSTALL").is_some_and(|value| value == "1") {
        let lines: Vec<String> = commands.iter().map(crate::process::shown).collect();
        return Err(format!(
            "MAKESPAN_NO_INSTALL=1 forbids installing {what}. To do so: {}",
            lines.join(" && ")
        ));
    }
    eprintln!("  installing {what}");
    commands.iter_mut().try_for_each(run)
}

/// Returns the folder that tools are installed into.
pub(crate) fn cache() -> Outcome<PathBuf> {
    let base = match (std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME")) {
        (Some(cache), _) if !cache.is_empty() => PathBuf::from(cache),
        (_, Some(home)) => PathBuf::from(home).join(".cache"),
        _ => return Err("neither XDG_CACHE_HOME nor HOME is set: no place to keep tools in".to_owned()),
    };
    Ok(base.join("makespan/tools"))
}

/// Returns the program of that name on the PATH.
pub(crate) fn which(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn am_root() -> bool {
    capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn new_enough(wasm_opt: &Path) -> bool {
    wasm_opt.is_file()
        && capture(Command::new(wasm_opt).arg("--version"))
            .is_ok_and(|said| release(&said).is_some_and(|number| number >= OLDEST_WASM_OPT))
}

/// Returns the number in `wasm-opt version 132 (version_132)`.
fn release(said: &str) -> Option<u32> {
    said.split_whitespace().skip_while(|word| *word != "version").nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_of_wasm_opt_is_read() {
        assert_eq!(release("wasm-opt version 132 (version_132)\n"), Some(132));
        assert_eq!(release("wasm-opt version 108"), Some(108));
        assert_eq!(release("something else"), None);
    }
}
