//! Configuration: options over the environment over the project's file over the user's file over defaults. What there
//! is to configure stands in one table ([`settings`]).

mod alerts;
mod expand;
mod file;
mod places;
pub(crate) mod setting;
pub(crate) mod settings;
mod show;
mod trust;
mod url;

use makespan_analysis::nearest;

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use makespan_store::Location;

use crate::failure::Failure;
use crate::output::clean;
use crate::zone::NamedZone;
pub(crate) use alerts::AlertSettings;
pub(crate) use places::data_folder;
use setting::{Described as _, PREFIX, Setting, SettingType};
use settings::{ALL, STORE, ZONE};
pub(crate) use show::{ConfigDocument, run};
pub(crate) use url::rooted;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nobody said one.
    Default,
    /// A file.
    File {
        /// Its path.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A variable of the environment.
    Environment(String),
    /// An option of the command line.
    Option(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File { path, line } => write!(f, "{}, line {line}", path.display()),
            Origin::Environment(name) => f.write_str(name),
            Origin::Option(flag) => f.write_str(flag),
        }
    }
}

/// A value and where it came from.
#[derive(Clone, Debug)]
struct Given {
    text: String,
    origin: Origin,
    /// Why it must not be used, if so. Another layer may still replace it.
    refused: Option<String>,
}

/// A file of settings, and whose it is.
#[derive(Clone, Debug)]
struct SettingsFile {
    path: PathBuf,
    author: expand::Author,
}

/// All settings of this call.
#[derive(Debug, Default)]
pub(crate) struct Config {
    given: BTreeMap<&'static str, Given>,
    /// The files that were read, the strongest first.
    files: Vec<PathBuf>,
    /// Rules and handlers of all files.
    alerts: AlertSettings,
    /// Why handlers of a file are not used.
    refused_handlers: Option<String>,
}

impl Config {
    /// Gathers all layers; `store` is the option of that name.
    ///
    /// # Errors
    ///
    /// [`Failure::Config`] for a file that cannot be read, a name that is none and a value that is none, saying where.
    pub(crate) fn load(store: Option<&str>) -> Result<Config, Failure> {
        let mut config = Config::default();
        for setting in ALL {
            config.put(setting.key(), setting.default().map(str::to_owned), Origin::Default);
        }
        config.put(STORE.key, places::default_store(), Origin::Default);
        let user = places::user_file().map(|path| SettingsFile { path, author: expand::Author::User });
        let project =
            places::project_file().map(|path| SettingsFile { path, author: expand::Author::Project });
        for file in [user, project].into_iter().flatten() {
            config.read(file)?;
        }
        for setting in ALL {
            let name = setting.variable();
            // An empty variable is how many tools unset one.
            let Some(value) = std::env::var_os(&name).filter(|value| !value.is_empty()) else { continue };
            let text =
                value.into_string().map_err(|_| Failure::Config(format!("{name} is not valid UTF-8")))?;
            file::check(*setting, &text).map_err(|why| Failure::Config(format!("{name}: {why}")))?;
            config.put(setting.key(), Some(text), Origin::Environment(name));
        }
        warn_of_misspelt();
        if let Some(text) = store {
            file::check(&STORE, text).map_err(|why| Failure::Config(format!("--store: {why}")))?;
            config.put(STORE.key, Some(text.to_owned()), Origin::Option("--store"));
        }
        Ok(config)
    }

    fn put(&mut self, key: &'static str, text: Option<String>, origin: Origin) {
        if let Some(text) = text {
            self.given.insert(key, Given { text, origin, refused: None });
        }
    }

    fn read(&mut self, SettingsFile { path, author }: SettingsFile) -> Result<(), Failure> {
        let failed = |line: Option<usize>, what: &dyn fmt::Display| {
            let line = line.map_or_else(String::new, |line| format!(", line {line}"));
            Failure::Config(clean(&format!("{}{line}: {what}", path.display())))
        };
        let metadata = std::fs::metadata(&path).map_err(|error| failed(None, &error))?;
        if metadata.len() > file::LONGEST {
            return Err(failed(None, &"longer than 1 MiB"));
        }
        if !places::is_own(&metadata) {
            // Whoever can put a file into a folder above ours must not decide where our runs go.
            warn(&format!("{} belongs to another user and is not read", path.display()));
            return Ok(());
        }
        if author == expand::Author::Project && path.is_symlink() {
            // What a message quotes would be a file of the user's that the project only names.
            warn(&format!("{} is a symbolic link and is not read", path.display()));
            return Ok(());
        }
        let text = std::fs::read_to_string(&path).map_err(|error| failed(None, &error))?;
        let (entries, mut alerts) =
            file::read(&text, author).map_err(|wrong| failed(Some(wrong.line), &wrong.what))?;
        let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
        let trusted = || author == expand::Author::User || trust::is_trusted(&folder, text.as_bytes());
        if !alerts.handlers.is_empty() && !trusted() {
            // They start programs and send what runs are called to anywhere.
            alerts.handlers.clear();
            let (file, folder) = (path.display(), folder.display());
            self.refused_handlers = Some(format!(
                "{file}: the handlers of alerts are not used, because this project is not trusted; check the file, \
                 then run `makespan config trust {folder}`, or move them to your own configuration file"
            ));
        }
        self.alerts.merge(alerts);
        for file::Entry { key, text, line } in entries {
            let origin = Origin::File { path: path.clone(), line };
            if key != STORE.key {
                self.put(key, Some(text), origin);
                continue;
            }
            let text = rooted(&text, &folder);
            let outside = trust::outside(&text, &folder).filter(|_| !trusted());
            let refused = outside.map(|why| refusal(&origin, &folder, why));
            self.given.insert(key, Given { text, origin, refused });
        }
        self.files.insert(0, path);
        Ok(())
    }

    /// The value of a setting; `None` where it has none.
    ///
    /// # Errors
    ///
    /// [`Failure::Config`] for one that cannot be read, though all were checked when they were gathered, and for one
    /// that a project must not choose before it is trusted.
    pub(crate) fn get<T: SettingType>(&self, setting: &Setting<T>) -> Result<Option<T>, Failure> {
        let Some(given) = self.given.get(setting.key) else { return Ok(None) };
        if let Some(why) = &given.refused {
            return Err(Failure::Config(why.clone()));
        }
        let value = (setting.read)(&given.text);
        value.map(Some).map_err(|why| Failure::Config(format!("`{}`, {}: {why}", setting.key, given.origin)))
    }

    /// The value of a setting that every call needs: `option` if there is one.
    ///
    /// # Errors
    ///
    /// [`Failure::Config`] where there is none.
    pub(crate) fn value<T: SettingType>(
        &self,
        option: Option<T>,
        setting: &Setting<T>,
    ) -> Result<T, Failure> {
        let value = option.map_or_else(|| self.get(setting), |value| Ok(Some(value)))?;
        value.ok_or_else(|| {
            let (key, variable) = (setting.key, setting.variable());
            Failure::Config(format!("`{key}` has no value: set it in makespan.toml or as {variable}"))
        })
    }

    /// The zone of times that name none.
    pub(crate) fn zone(&self, option: Option<&NamedZone>) -> Result<NamedZone, Failure> {
        self.value(option.cloned(), &ZONE)
    }

    /// Rules and handlers of alerts; says on stderr which handlers are not used.
    pub(crate) fn alerts(&self) -> &AlertSettings {
        if let Some(why) = &self.refused_handlers {
            warn(why);
        }
        &self.alerts
    }

    /// Whether nobody said where runs are kept, so that it is the user's data folder.
    pub(crate) fn has_default_store(&self) -> bool {
        self.given.get(STORE.key).is_some_and(|given| given.origin == Origin::Default)
    }
}

/// That a project's file asks for more than it may.
fn refusal(origin: &Origin, folder: &Path, why: &str) -> String {
    let folder = folder.display();
    clean(&format!(
        "{origin}: `store` {why}, and this project is not trusted; check the file, then run \
         `makespan config trust {folder}`, or set MAKESPAN_STORE or --store"
    ))
}

/// A warning on stderr.
fn warn(text: &str) {
    let _ = writeln!(std::io::stderr(), "makespan: warning: {}", clean(text));
}

/// Says which variables of the environment were probably meant to be settings. Others may have names like ours.
fn warn_of_misspelt() {
    let names: Vec<String> = ALL.iter().map(|setting| setting.variable()).collect();
    for (name, _) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| !names.iter().any(|known| known == name)) else {
            continue;
        };
        let Some(wrong) = name.strip_prefix(PREFIX) else { continue };
        if let Some(meant) = nearest(wrong, names.iter().filter_map(|known| known.strip_prefix(PREFIX))) {
            warn(&format!("unknown setting {name} (did you mean {PREFIX}{meant}?)"));
        }
    }
}

/// The URL of the store, without secrets, for messages.
pub(crate) fn shown(location: &Location) -> String {
    clean(&location.to_string())
}
