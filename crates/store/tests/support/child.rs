//! Processes that write to a store until they are killed: the test program itself, started once more.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use makespan_store::{Batch, Numbered, open};

use super::Random;

/// What a child is told, in its environment.
const JOB: &str = "MAKESPAN_STORE_CHILD";

/// What a child does: appends events to a run, and says of each batch that it was acknowledged.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) url: String,
    pub(crate) run: String,
    pub(crate) producer: String,
    /// The first number it sends.
    pub(crate) from: u64,
    /// The last number it sends.
    pub(crate) to: u64,
    /// As many events a batch has at most.
    pub(crate) batch: u64,
    /// As often a batch is sent that was refused, before the child gives up.
    pub(crate) tries: u64,
}

impl Job {
    fn text(&self) -> String {
        let Job { url, run, producer, from, to, batch, tries } = self;
        format!("{url}\n{run}\n{producer}\n{from}\n{to}\n{batch}\n{tries}")
    }

    fn parse(text: &str) -> Job {
        let mut parts = text.lines().map(str::to_owned);
        let mut next = || parts.next().unwrap();
        let (url, run, producer) = (next(), next(), next());
        let mut number = || parts.next().unwrap().parse().unwrap();
        Job { url, run, producer, from: number(), to: number(), batch: number(), tries: number() }
    }

    /// The line of an event: the same whoever writes it, and however often.
    pub(crate) fn line(producer: &str, seq: u64) -> String {
        match seq % 4 {
            0 => format!("{{\"event\":\"task\",\"task\":\"{producer}-{}\",\"step\":\"s\"}}", seq / 4),
            1 => format!("{{\"event\":\"start\",\"task\":\"{producer}-{}\",\"t\":{seq}}}", seq / 4),
            2 => format!("{{\"event\":\"sample\",\"name\":\"m\",\"value\":{seq}}}"),
            _ => format!("{{\"event\":\"end\",\"task\":\"{producer}-{}\",\"t\":{}}}", seq / 4, seq + 1),
        }
    }

    /// The command that starts a child.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "writes_as_instructed", "--nocapture"]).env(JOB, self.text());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    /// Starts a child.
    pub(crate) fn start(&self) -> Running {
        let mut child = self.command().spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Running { child, out }
    }
}

/// A child at work.
pub(crate) struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Running {
    /// Waits until the child said something about its store, so that there is something to interrupt.
    pub(crate) fn wait_for_first(&mut self) -> Said {
        let mut line = String::new();
        while self.out.read_line(&mut line).unwrap() > 0 {
            if let Some(said) = Said::parse(&line) {
                return said;
            }
            line.clear();
        }
        Said::Nothing
    }

    /// Kills the child, at once and with no chance to tidy up.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// All that it said, once it is over.
    pub(crate) fn finish(mut self) -> Vec<Said> {
        let said = self.out.by_ref().lines().map_while(Result::ok).filter_map(|line| Said::parse(&line));
        let said = said.collect();
        self.child.wait().unwrap();
        said
    }
}

use std::io::Read as _;

/// What a child says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Everything up to this number is stored.
    Acknowledged(u64),
    /// It could not go on.
    Failed(String),
    Nothing,
}

impl Said {
    pub(crate) fn parse(line: &str) -> Option<Said> {
        // The harness may have begun the line.
        let said = &line[line.find("child: ")?..];
        let (word, rest) = said.trim_end().strip_prefix("child: ")?.split_once(' ')?;
        match word {
            "stored" => rest.parse().ok().map(Said::Acknowledged),
            "failed" => Some(Said::Failed(rest.to_owned())),
            _ => None,
        }
    }
}

/// The greatest number that was acknowledged.
pub(crate) fn acknowledged(said: &[Said]) -> Option<u64> {
    said.iter().filter_map(|s| if let Said::Acknowledged(n) = s { Some(*n) } else { None }).max()
}

/// What the child runs: nothing, where this is no child.
pub(crate) fn work() {
    let Ok(text) = std::env::var(JOB) else { return };
    let job = Job::parse(&text);
    let say = |text: String| {
        let mut out = std::io::stdout();
        let _ = writeln!(out, "child: {text}").and_then(|()| out.flush());
    };
    let store = match open(&job.url) {
        Ok(store) => store,
        Err(error) => return say(format!("failed {error}")),
    };
    let mut random = Random(job.from * 2 + 1);
    let mut next = job.from;
    while next <= job.to {
        let last = (next + random.below(job.batch)).min(job.to);
        let lines: Vec<(u64, String)> =
            (next..=last).map(|seq| (seq, Job::line(&job.producer, seq))).collect();
        let lines: Vec<Numbered<'_>> = lines.iter().map(|(seq, line)| Numbered { seq: *seq, line }).collect();
        let batch = Batch { run: &job.run, producer: &job.producer, lines: &lines };
        let tried = (0..job.tries).map(|_| store.append(&batch)).find_map(|tried| match tried {
            Ok(_) => Some(last),
            Err(error) => {
                say(format!("failed {error}"));
                None
            }
        });
        match tried {
            Some(last) => say(format!("stored {last}")),
            None => return,
        }
        next = last + 1;
    }
}
