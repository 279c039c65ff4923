//! The settings there are. Help, documentation, validation and `makespan config show` are made from this table.

use makespan_analysis::Gate;
use makespan_format::Status;

use super::setting::{Described, Setting, SettingType, Size, StoreUrl};
use crate::date::Length;
use crate::zone::NamedZone;

macro_rules! setting {
    ($name:ident: $kind:ty, $key:literal, default $default:expr, $words:literal, flag $flag:literal, $meaning:literal) => {
        #[doc = $meaning]
        pub(crate) static $name: Setting<$kind> = Setting {
            key: $key,
            default: $default,
            default_words: $words,
            meaning: $meaning,
            flag: $flag,
            read: <$kind as SettingType>::read,
        };
    };
}

setting!(STORE: StoreUrl, "store", default None, "sqlite, `runs.db` in the user's data folder", flag "--store",
    "Store that keeps runs, as a URL such as sqlite:runs.db, file:runs, postgres://user@host/runs or mongodb://user@host/runs.");
setting!(WAIT: Length, "wait", default Some("10 s"), "", flag "",
    "Maximum time to wait for another process that is writing to the store; a server that cannot be reached is tried for at most 2 s, by `serve` until it can be.");
setting!(ZONE: NamedZone, "zone", default Some("UTC"), "", flag "--zone",
    "Time zone of times without one: UTC, local, +02:00 or a name such as Europe/Berlin.");
setting!(WORKFLOW: String, "workflow", default None, "none", flag "--workflow of create and run",
    "Workflow that new runs belong to.");
setting!(LIST_LIMIT: u64, "list.limit", default Some("50"), "", flag "--limit",
    "Maximum number of runs in a list.");
setting!(OPEN_PORT: u16, "open.port", default Some("7878"), "", flag "--port",
    "Port on 127.0.0.1 that serves the app; 0 picks any free port.");
setting!(RUN_SAMPLE: Length, "run.sample", default Some("100 ms"), "", flag "--sample",
    "Interval at which the resources of a recorded command are measured.");
setting!(RUN_TAIL: Size, "run.tail", default Some("64 KiB"), "", flag "--tail",
    "Amount of a command's output to record, counted from its end.");
setting!(CHECK_RULES: Vec<Gate>, "check.rules", default Some("failed = 0"), "", flag "--rule of check",
    "Rules that `check` applies, separated by semicolons.");
setting!(GC_OLDER_THAN: Length, "gc.older_than", default None, "none", flag "--older-than",
    "Age after which a finished run may be removed, counted from its end.");
setting!(GC_KEEP_LAST: u64, "gc.keep_last", default None, "none", flag "--keep-last",
    "Number of most recent runs of each workflow to keep; without another rule, all older runs are removed.");
setting!(GC_MAX_SIZE: Size, "gc.max_size", default None, "none", flag "--max-size",
    "Maximum total size of the events of all runs; the oldest runs are removed first.");
setting!(GC_KEEP_FAILED: bool, "gc.keep_failed", default Some("false"), "", flag "--keep-failed",
    "Whether to always keep failed runs.");

/// All of them, in the order in which they are listed.
pub(crate) static ALL: &[&dyn Described] = &[
    &STORE,
    &WAIT,
    &ZONE,
    &WORKFLOW,
    &LIST_LIMIT,
    &OPEN_PORT,
    &RUN_SAMPLE,
    &RUN_TAIL,
    &CHECK_RULES,
    &GC_OLDER_THAN,
    &GC_KEEP_LAST,
    &GC_MAX_SIZE,
    &GC_KEEP_FAILED,
];

/// The setting of that name.
pub(crate) fn find(key: &str) -> Option<&'static dyn Described> {
    ALL.iter().copied().find(|setting| setting.key() == key)
}

/// The words for statuses, for help texts and messages.
pub(crate) fn status_words() -> String {
    Status::ALL.map(Status::name).join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use makespan_analysis::nearest;

    use super::*;

    #[test]
    fn every_default_is_valid_and_every_setting_name_is_unique() {
        let mut keys: Vec<&str> = ALL.iter().map(|s| s.key()).collect();
        for setting in ALL {
            let default = setting.default().map(|text| setting.check(text));
            assert!(matches!(default, None | Some(Ok(()))), "{}: {default:?}", setting.key());
            assert!(setting.default().is_some() || !setting.default_words().is_empty(), "{}", setting.key());
            assert!(setting.meaning().ends_with('.'), "{}", setting.key());
            // A file cannot have both a value and a section of one name.
            assert!(!keys.iter().any(|other| other.starts_with(&format!("{}.", setting.key()))));
        }
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), ALL.len());
    }

    #[test]
    fn a_wrong_name_suggests_the_right_one() {
        let keys = || ALL.iter().map(|s| s.key());
        for (wrong, right) in [
            ("stroe", "store"),
            ("stor", "store"),
            ("zones", "zone"),
            ("list.limits", "list.limit"),
            ("Run.tail", "run.tail"),
        ] {
            assert_eq!(nearest(wrong, keys()), Some(right));
        }
        assert_eq!(nearest("colour", keys()), None);
    }
}
