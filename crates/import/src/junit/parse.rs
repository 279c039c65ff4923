//! Parses the XML of JUnit reports: nested suites, test cases, and their errors.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::encoding::text_of;

/// Text of failures beyond this is left out.
const LONGEST_TEXT: usize = 64 << 10;

/// How the message of an error begins that pytest found after a test.
pub(super) const TEARDOWN: &str = "failed on teardown with";

/// A report.
#[derive(Default)]
pub(super) struct Report {
    pub(super) name: String,
    /// Whether its root is a suite, not a list of suites.
    pub(super) single: bool,
    pub(super) suites: Vec<Suite>,
    /// Why reading stopped before the end.
    pub(super) broken: Option<String>,
}

/// A suite without the suites within it.
#[derive(Default)]
pub(super) struct Suite {
    pub(super) name: String,
    pub(super) timestamp: String,
    pub(super) host: String,
    /// The number of tests that the suite states.
    pub(super) tests: Option<usize>,
    pub(super) cases: Vec<Case>,
}

/// A test.
#[derive(Default)]
pub(super) struct Case {
    pub(super) class: String,
    pub(super) name: String,
    pub(super) file: String,
    pub(super) line: String,
    /// Seconds.
    pub(super) time: String,
    pub(super) timestamp: String,
    pub(super) fault: Option<Fault>,
    /// Failures of earlier tries of the same test.
    pub(super) earlier: Vec<Fault>,
    /// Failures of later tries: the test itself is the first one, and failed.
    pub(super) later: Vec<Fault>,
    /// The reason, of a test that was skipped.
    pub(super) skipped: Option<String>,
    pub(super) properties: Vec<(String, String)>,
    /// Whether its end was read.
    pub(super) complete: bool,
}

/// A failure or an error.
#[derive(Clone, Default)]
pub(super) struct Fault {
    pub(super) kind: String,
    pub(super) message: String,
    pub(super) text: String,
    /// Seconds that a try of its own took, and when that began, as cargo-nextest writes them.
    pub(super) time: String,
    pub(super) timestamp: String,
}

struct Parser {
    report: Report,
    /// Whether the suites stand within `testsuites`.
    is_list: bool,
    /// Places of the open suites.
    open: Vec<usize>,
    case: Option<Case>,
    /// The element whose text is taken, and what is known of it.
    fault: Option<(Role, Fault)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Fault,
    Earlier,
    Later,
    Skipped,
}

/// Parses a report as far as it goes. Linear in its length; nothing recurses.
pub(super) fn parse(bytes: &[u8]) -> Report {
    let text = text_of(bytes);
    let mut reader = Reader::from_str(&text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut parser =
        Parser { report: Report::default(), is_list: false, open: Vec::new(), case: None, fault: None };
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => parser.begin(&tag),
            Ok(Event::Empty(tag)) => {
                parser.begin(&tag);
                parser.end(tag.local_name().as_ref());
            }
            Ok(Event::End(tag)) => parser.end(tag.local_name().as_ref()),
            Ok(Event::Text(text)) => parser.text(&text.xml10_content()),
            Ok(Event::CData(text)) => parser.text(&text.xml10_content()),
            Ok(Event::GeneralRef(name)) => {
                let character = match &*name.xml10_content() {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => name.resolve_char_ref().ok().flatten(),
                };
                parser.text(character.unwrap_or('\u{fffd}').encode_utf8(&mut [0; 4]));
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                parser.report.broken = Some(error.to_string());
                break;
            }
        }
    }
    if parser.case.is_some() || !parser.open.is_empty() {
        parser.report.broken.get_or_insert_with(|| "an element is not closed".to_owned());
    }
    parser.end_case(false);
    parser.report
}

/// An attribute, its references resolved; empty where there is none.
fn attribute(tag: &BytesStart<'_>, names: &[&str]) -> String {
    let found = names.iter().find_map(|name| {
        let mut all = tag.attributes();
        all.with_checks(false).flatten().find(|a| a.key.as_ref() == *name)
    });
    match found {
        Some(found) => match quick_xml::escape::unescape(&found.value) {
            Ok(value) => value.into_owned(),
            Err(_) => found.value.into_owned(),
        },
        None => String::new(),
    }
}

impl Parser {
    fn begin(&mut self, tag: &BytesStart<'_>) {
        match tag.local_name().as_ref() {
            "testsuites" => {
                self.report.name = attribute(tag, &["name"]);
                self.is_list = true;
            }
            "testsuite" => {
                self.report.single = !self.is_list && (self.report.single || self.report.suites.is_empty());
                let mut suite = Suite {
                    name: attribute(tag, &["name"]),
                    timestamp: attribute(tag, &["timestamp"]),
                    host: attribute(tag, &["hostname"]),
                    tests: attribute(tag, &["tests"]).parse().ok(),
                    cases: Vec::new(),
                };
                if let Some(outer) = self.open.last().and_then(|at| self.report.suites.get(*at))
                    && suite.host.is_empty()
                {
                    suite.host.clone_from(&outer.host);
                }
                self.open.push(self.report.suites.len());
                self.report.suites.push(suite);
            }
            "testcase" => {
                self.end_case(false);
                self.case = Some(Case {
                    class: attribute(tag, &["classname", "class"]),
                    name: attribute(tag, &["name"]),
                    file: attribute(tag, &["file"]),
                    line: attribute(tag, &["line"]),
                    time: attribute(tag, &["time"]),
                    timestamp: attribute(tag, &["timestamp"]),
                    ..Case::default()
                });
            }
            "property" => {
                if let Some(case) = &mut self.case {
                    case.properties.push((attribute(tag, &["name"]), attribute(tag, &["value"])));
                }
            }
            name => {
                let role = match name {
                    "failure" | "error" => Role::Fault,
                    "flakyFailure" | "flakyError" | "rerun" => Role::Earlier,
                    "rerunFailure" | "rerunError" => Role::Later,
                    "skipped" => Role::Skipped,
                    _ => return,
                };
                if self.case.is_some() && self.fault.is_none() {
                    let fault = Fault {
                        kind: attribute(tag, &["type"]),
                        message: attribute(tag, &["message"]),
                        text: String::new(),
                        time: attribute(tag, &["time"]),
                        timestamp: attribute(tag, &["timestamp"]),
                    };
                    self.fault = Some((role, fault));
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, fault)) = &mut self.fault {
            let room = LONGEST_TEXT.saturating_sub(fault.text.len());
            let end = (0..=room.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            fault.text.push_str(&text[..end]);
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "testcase" => self.end_case(true),
            "testsuite" => {
                self.end_case(false);
                self.open.pop();
            }
            "failure" | "error" | "skipped" | "rerunFailure" | "rerunError" | "flakyFailure"
            | "flakyError" | "rerun" => self.end_fault(),
            _ => {}
        }
    }

    fn end_fault(&mut self) {
        let Some((role, mut fault)) = self.fault.take() else { return };
        fault.text = fault.text.trim().to_owned();
        let Some(case) = &mut self.case else { return };
        match role {
            Role::Fault => {
                case.fault.get_or_insert(fault);
            }
            Role::Earlier => case.earlier.push(fault),
            Role::Later => case.later.push(fault),
            Role::Skipped => {
                case.skipped = Some(if fault.message.is_empty() { fault.text } else { fault.message })
            }
        }
    }

    fn end_case(&mut self, complete: bool) {
        self.end_fault();
        let Some(mut case) = self.case.take() else { return };
        case.complete = complete;
        if self.open.is_empty() {
            self.open.push(self.report.suites.len());
            self.report.suites.push(Suite::default());
        }
        let Some(suite) = self.open.last().and_then(|at| self.report.suites.get_mut(*at)) else { return };
        // pytest writes a test that failed, and whose teardown failed too, twice.
        if let (Some(fault), Some(last)) = (&case.fault, suite.cases.last_mut())
            && fault.message.starts_with(TEARDOWN)
            && (&last.class, &last.name) == (&case.class, &case.name)
            && let Some(first) = &mut last.fault
        {
            first.text.push_str(&format!("\n\n{}\n{}", fault.message, fault.text));
            return;
        }
        suite.cases.push(case);
    }
}
