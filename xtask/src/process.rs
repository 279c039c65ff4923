//! Runs other programs: prints the command, streams its output, and names the command in errors.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::outcome::Outcome;

/// Returns the cargo that runs this program.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Returns the command as one would type it, without its environment.
pub(crate) fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let mut text = name.to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

/// Prints the command and runs it with this program's own streams.
pub(crate) fn run(command: &mut Command) -> Outcome {
    eprintln!("  $ {}", shown(command));
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed: {status}", shown(command))) }
}

/// Runs the command silently and returns its output; on failure, the error contains its error output.
pub(crate) fn capture(command: &mut Command) -> Outcome<String> {
    let output = command.output().map_err(|error| cannot_start(command, &error))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{}` failed: {}\n{}", shown(command), output.status, complaint.trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs the command with these bytes as its input and returns the bytes that it printed.
pub(crate) fn filtered(command: &mut Command, input: Vec<u8>) -> Outcome<Vec<u8>> {
    let streams = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = streams.spawn().map_err(|error| cannot_start(command, &error))?;
    // It prints before it has read everything, and then waits until the output is read.
    let writer = child.stdin.take().map(|mut stdin| std::thread::spawn(move || stdin.write_all(&input)));
    let output =
        child.wait_with_output().map_err(|error| format!("`{}` is lost: {error}", shown(command)))?;
    let written = writer.is_none_or(|writer| writer.join().is_ok_and(|written| written.is_ok()));
    if output.status.success() && written {
        Ok(output.stdout)
    } else {
        Err(format!("`{}` failed: {}", shown(command), output.status))
    }
}

/// Prints the command, runs it, and passes each line of its standard output to `each` as it arrives.
pub(crate) fn run_lines(command: &mut Command, mut each: impl FnMut(&str)) -> Outcome {
    eprintln!("  $ {}", shown(command));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| cannot_start(command, &error))?;
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            each(String::from_utf8_lossy(&line).trim_end_matches('\r'));
        }
    }
    let status = child.wait().map_err(|error| format!("`{}` is lost: {error}", shown(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed: {status}", shown(command))) }
}

/// Runs one stage under a heading and prints how long it took.
pub(crate) fn stage<T>(name: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    eprintln!("\n== {name}");
    let start = Instant::now();
    let outcome = work();
    let word = if outcome.is_ok() { "done" } else { "FAILED" };
    eprintln!("== {name}: {word} in {}", seconds(start.elapsed()));
    outcome
}

/// Formats a duration: `0.4 s`, `12 s`, `3 min 5 s`.
pub(crate) fn seconds(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0..10 => format!("{:.1} s", elapsed.as_secs_f64()),
        whole @ 10..60 => format!("{whole} s"),
        whole => format!("{} min {} s", whole / 60, whole % 60),
    }
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    format!("cannot start `{}`: {error}", shown(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        let said = [0.42, 12.9, 185.0].map(|n| seconds(Duration::from_secs_f64(n)));
        assert_eq!(said, ["0.4 s", "12 s", "3 min 5 s"]);
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let why = capture(&mut Command::new("/nowhere/no-such-program")).expect_err("cannot exist");
        assert!(why.contains("no-such-program"), "{why}");
    }

    #[test]
    fn more_than_a_pipe_buffer_passes_through_a_command() {
        let much = vec![b'x'; 1 << 20];
        assert_eq!(filtered(&mut Command::new("cat"), much.clone()), Ok(much));
        assert!(filtered(Command::new("sh").args(["-c", "exit 3"]), vec![b'x'; 1 << 20]).is_err());
    }

    #[test]
    fn lines_arrive_one_by_one_and_a_failure_is_reported() {
        let mut lines = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two; exit 3"]);
        let outcome = run_lines(&mut command, |line| lines.push(line.to_owned()));
        assert_eq!(lines, ["one", "two"]);
        assert!(outcome.is_err_and(|why| why.contains('3')));
    }
}
