//! `makespan metric` and `makespan log`.

use std::io::{self, BufReader};

use makespan_format::{Event, Log, Sample};
use makespan_scene::counted;
use schemars::JsonSchema;
use serde::Serialize;

use super::step::find_step;
use crate::args::{LogArgs, MetricArgs};
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{clean, print, print_json_line};
use crate::stored::{Address, Producer, now, run_of, state_of};

/// As many lines of standard input are sent at once.
const AT_ONCE: usize = 500;
/// The longest line that is kept whole, in bytes.
const LONGEST_LINE: usize = 1 << 20;

/// The document of `makespan metric --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MetricDocument<'a> {
    run: &'a str,
    name: &'a str,
    value: f64,
    unit: Option<&'a str>,
    step: Option<&'a str>,
}

/// The document of `makespan log --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct LogDocument<'a> {
    run: &'a str,
    step: Option<&'a str>,
    /// Number of recorded lines.
    lines: usize,
}

/// Records a measured value.
pub(crate) fn metric(args: &MetricArgs, config: &Config) -> Result<(), Failure> {
    if !args.value.is_finite() {
        return Err(Failure::Usage("the value of a metric must be a finite number".to_owned()));
    }
    if args.name.is_empty() {
        return Err(Failure::Usage("a metric must have a name".to_owned()));
    }
    let address = Address::new(config)?;
    let store = address.open_with(&args.run)?;
    match &args.step {
        Some(step) => find_step(&run_of(&address, &*store, &args.run)?, step).map(|_| ())?,
        None => state_of(&address, &*store, &args.run).map(|_| ())?,
    }
    let mut producer = Producer::new(&args.run);
    producer.push(&Event::Sample(Sample {
        task: args.step.as_deref().map(Into::into),
        number: None,
        name: args.name.as_str().into(),
        value: args.value,
        unit: args.unit.as_deref().map(Into::into),
        t: Some(now()),
    }));
    producer.send(&*store, address.wait()).map_err(|error| address.failed(error))?;
    if args.json {
        return print_json_line(&MetricDocument {
            run: &args.run,
            name: &args.name,
            value: args.value,
            unit: args.unit.as_deref(),
            step: args.step.as_deref(),
        });
    }
    let unit = args.unit.as_ref().map_or_else(String::new, |unit| format!(" {}", clean(unit)));
    print(&format!("{}: {}{unit}\n", clean(&args.name), args.value))
}

/// Records lines of a log.
pub(crate) fn log(args: &LogArgs, config: &Config) -> Result<(), Failure> {
    let address = Address::new(config)?;
    let mut count = 0usize;
    {
        let store = address.open_with(&args.run)?;
        match &args.step {
            Some(step) => find_step(&run_of(&address, &*store, &args.run)?, step).map(|_| ())?,
            None => state_of(&address, &*store, &args.run).map(|_| ())?,
        }
    }
    let mut producer = Producer::new(&args.run);
    let mut send = |texts: &mut Vec<String>| {
        for text in texts.drain(..) {
            count += 1;
            producer.push(&Event::Log(Log {
                task: args.step.as_deref().map(Into::into),
                number: None,
                t: Some(now()),
                level: args.level.as_deref().map(Into::into),
                text: text.into(),
            }));
        }
        // Opened anew for each: others write to the store while we wait for lines.
        let sent = address.try_open().and_then(|store| producer.send(&*store, address.wait()));
        sent.map(|_| ()).map_err(|error| address.failed(error))
    };
    if args.text == "-" {
        let mut lines = Lines { input: BufReader::new(io::stdin()), over: false };
        while !lines.over {
            let mut texts = lines.next_ones()?;
            if !texts.is_empty() {
                send(&mut texts)?;
            }
        }
    } else {
        send(&mut vec![args.text.clone()])?;
    }
    if args.json {
        return print_json_line(&LogDocument { run: &args.run, step: args.step.as_deref(), lines: count });
    }
    Ok(())
}

/// The lines of an input, as many at once as are there.
struct Lines<R> {
    input: BufReader<R>,
    over: bool,
}

impl<R: io::Read> Lines<R> {
    /// At least one line, unless the input has ended; more if they are available without waiting. What is not UTF-8
    /// becomes U+FFFD, and of a very long line the beginning is kept, with a word on what is not.
    fn next_ones(&mut self) -> Result<Vec<String>, Failure> {
        let mut texts = Vec::new();
        loop {
            let mut line = Vec::new();
            let read = read_line(&mut self.input, &mut line);
            let (bytes, left_out) =
                read.map_err(|error| Failure::Usage(format!("standard input cannot be read: {error}")))?;
            if bytes == 0 {
                self.over = true;
                return Ok(texts);
            }
            let mut text = String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned();
            if left_out > 0 {
                text.push_str(&format!("… ({})", counted(left_out, "more byte")));
            }
            texts.push(text);
            let ready = self.input.buffer().contains(&b'\n');
            if texts.len() >= AT_ONCE || !ready {
                return Ok(texts);
            }
        }
    }
}

/// Reads a line up to its break: how many bytes were read, and how many of them were not kept.
fn read_line(input: &mut impl io::BufRead, line: &mut Vec<u8>) -> io::Result<(usize, usize)> {
    let (mut read, mut left_out) = (0, 0);
    loop {
        let there = input.fill_buf()?;
        if there.is_empty() {
            return Ok((read, left_out));
        }
        let end = there.iter().position(|b| *b == b'\n').map(|at| at + 1);
        let taken = end.unwrap_or(there.len());
        let kept = taken.min(LONGEST_LINE.saturating_sub(line.len()));
        line.extend_from_slice(&there[..kept]);
        left_out += taken - kept;
        read += taken;
        input.consume(taken);
        if end.is_some() {
            return Ok((read, left_out));
        }
    }
}
