//! What the tests of importers share.

use makespan_format::{Event, EventSink, write_line};

/// Keeps every event as its line.
#[derive(Debug, Default)]
pub struct Collect {
    /// The lines, each without its line break.
    pub lines: Vec<String>,
}

impl EventSink for Collect {
    fn event(&mut self, event: Event<'_>) {
        let mut line = String::new();
        write_line(&event, &mut line);
        self.lines.push(line.trim_end().to_owned());
    }
}

impl Collect {
    /// The lines as a file.
    pub fn text(&self) -> String {
        self.lines.iter().flat_map(|l| [l.as_str(), "\n"]).collect()
    }
}

/// The lines that are diagnostics.
pub fn messages(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).filter(|l| l.starts_with("{\"event\":\"diagnostic\"")).collect()
}

/// Counts events and forgets them.
#[derive(Debug, Default)]
pub struct Count {
    /// How many events that are not diagnostics.
    pub events: u64,
    /// How many diagnostics.
    pub diagnostics: u64,
}

impl EventSink for Count {
    fn event(&mut self, event: Event<'_>) {
        if matches!(event, Event::Diagnostic(_)) {
            self.diagnostics += 1;
        } else {
            self.events += 1;
        }
    }
}
