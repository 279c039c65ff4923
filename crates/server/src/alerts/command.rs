//! Delivers a notification by starting a program.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::handler::Notice;
use super::webhook::Tried;

/// Time after which the program is stopped.
const LONGEST: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(20);
/// Maximum length of a value in the environment, bytes, because systems limit its total size.
const LONGEST_VALUE: usize = 16 << 10;

/// Starts a program without a shell, and waits for it. The alert is passed only in the environment, because names come from
/// runs, and an argument could be interpreted as an option.
pub(super) fn start(words: &[String], notice: &Notice) -> Tried {
    let [program, arguments @ ..] = words else { return Tried::Refused("the command is empty".to_owned()) };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for (name, value) in environment(notice) {
        command.env(name, value);
    }
    match command.spawn().and_then(until_ended) {
        Ok(Some(status)) if status.success() => Tried::Delivered("exit status 0".to_owned()),
        Ok(Some(status)) => Tried::Refused(match status.code() {
            Some(code) => format!("exit status {code}"),
            None => "ended by a signal".to_owned(),
        }),
        Ok(None) => Tried::Refused(format!("stopped after {} s", LONGEST.as_secs())),
        Err(error) => Tried::Refused(format!("cannot start: {}", error.kind())),
    }
}

fn until_ended(mut child: Child) -> std::io::Result<Option<ExitStatus>> {
    let until = Instant::now() + LONGEST;
    while Instant::now() < until {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(LOOK);
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// Returns all variables, even those without a value, so that none is inherited.
fn environment(notice: &Notice) -> Vec<(&'static str, String)> {
    let alert = &notice.alert;
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let value = if alert.resolved.is_some() { alert.resolved_value } else { alert.value };
    let all = [
        ("MAKESPAN_ALERT_EVENT", notice.kind.name().to_owned()),
        ("MAKESPAN_ALERT_ID", alert.id.to_string()),
        ("MAKESPAN_ALERT_RULE", alert.rule.clone()),
        ("MAKESPAN_ALERT_RUN", alert.run.clone()),
        ("MAKESPAN_ALERT_WORKFLOW", alert.workflow.clone().unwrap_or_default()),
        ("MAKESPAN_ALERT_SEVERITY", alert.severity.name().to_owned()),
        ("MAKESPAN_ALERT_TEXT", notice.text().to_owned()),
        ("MAKESPAN_ALERT_VALUE", number(value)),
        ("MAKESPAN_ALERT_LIMIT", number(alert.limit)),
        ("MAKESPAN_ALERT_TASKS", alert.tasks.join("\n")),
        ("MAKESPAN_ALERT_RESOLVED_BY", alert.resolved_by.clone().unwrap_or_default()),
    ];
    all.into_iter().map(|(name, value)| (name, without_nul(&value))).collect()
}

/// Removes NUL characters, which no value of the environment can contain.
fn without_nul(text: &str) -> String {
    let end = (0..=LONGEST_VALUE.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text[..end].replace('\0', "\u{fffd}")
}
