//! Command lines: options whose value is a secret, and options that are so for one program only.

use super::assign::{rule, value};
use super::found::{Found, blanks, run_of};
use crate::alphabet::{PARTS, WORD};
use crate::key::{Said, judge};
use crate::value::{is_code, is_made, is_name, is_nothing, is_path, is_prose, is_reference};

/// The kind of value that an option of a program takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// A password, in a word of its own or in the same one.
    Password,
    /// A password in the same word only: alone the option asks for one.
    Joined,
    /// `user:password`.
    UserAndPassword,
    /// `user%password`.
    Percent,
}

use Takes::{Joined, Password, Percent, UserAndPassword};

/// Programs, and their options that take a secret.
const PROGRAMS: &[(&str, &[(&str, Takes)])] = &[
    (
        "curl",
        &[
            ("-u", UserAndPassword),
            ("--user", UserAndPassword),
            ("-U", UserAndPassword),
            ("--proxy-user", UserAndPassword),
        ],
    ),
    ("http", &[("-a", UserAndPassword), ("--auth", UserAndPassword)]),
    ("https", &[("-a", UserAndPassword), ("--auth", UserAndPassword)]),
    ("mysql", &[("-p", Joined)]),
    ("mysqldump", &[("-p", Joined)]),
    ("mysqladmin", &[("-p", Joined)]),
    ("mysqlimport", &[("-p", Joined)]),
    ("mariadb", &[("-p", Joined)]),
    ("mariadb-dump", &[("-p", Joined)]),
    ("mongo", &[("-p", Password)]),
    ("mongosh", &[("-p", Password)]),
    ("mongodump", &[("-p", Password)]),
    ("mongorestore", &[("-p", Password)]),
    ("sshpass", &[("-p", Password)]),
    ("redis-cli", &[("-a", Password)]),
    ("docker", &[("-p", Password)]),
    ("podman", &[("-p", Password)]),
    ("helm", &[("-p", Password)]),
    ("oc", &[("-p", Password)]),
    ("az", &[("-p", Password)]),
    ("sqlcmd", &[("-P", Password)]),
    ("bcp", &[("-P", Password)]),
    ("ldapsearch", &[("-w", Password)]),
    ("ldapmodify", &[("-w", Password)]),
    ("ldapadd", &[("-w", Password)]),
    ("ldapwhoami", &[("-w", Password)]),
    ("smbclient", &[("-U", Percent)]),
    ("rpcclient", &[("-U", Percent)]),
    ("unzip", &[("-P", Password)]),
    ("zip", &[("-P", Password)]),
    ("7z", &[("-p", Joined)]),
    ("7za", &[("-p", Joined)]),
    ("rar", &[("-p", Joined), ("-hp", Joined)]),
    ("unrar", &[("-p", Joined)]),
    ("lftp", &[("-u", UserAndPassword)]),
    ("ncftpput", &[("-p", Password)]),
    ("ipmitool", &[("-P", Password)]),
    ("snmpget", &[("-A", Password), ("-X", Password)]),
    ("snmpwalk", &[("-A", Password), ("-X", Password)]),
    (
        "openssl",
        &[
            ("-k", Password),
            ("-K", Password),
            ("-pass", Password),
            ("-passin", Password),
            ("-passout", Password),
        ],
    ),
    ("keytool", &[("-storepass", Password), ("-keypass", Password)]),
    ("jarsigner", &[("-storepass", Password), ("-keypass", Password)]),
    ("rabbitmqadmin", &[("-p", Password)]),
    ("influx", &[("-t", Password)]),
    ("clickhouse-client", &[("-p", Joined)]),
    ("isql", &[("-P", Password)]),
    ("beeline", &[("-p", Password)]),
    ("svn", &[]),
];

/// For each first letter of a program the lengths of the names that begin with it, as bits: hardly a word of a text passes.
const FIRST: [u32; 128] = {
    let mut table = [0; 128];
    let mut i = 0;
    while i < PROGRAMS.len() {
        let name = PROGRAMS[i].0.as_bytes();
        table[name[0] as usize] |= 1 << name.len();
        i += 1;
    }
    table
};

/// State of a command line: the program, and the option that expects a value. A list of arguments is read text by text;
/// an option at the end of one takes its value from the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    program: Option<&'static [(&'static str, Takes)]>,
    docker: bool,
    awaits: Option<(Takes, &'static str)>,
}

impl Line {
    /// A new command begins.
    pub(super) fn over(&mut self) {
        self.program = None;
    }

    /// A word that may name a program.
    pub(super) fn word(&mut self, bytes: &[u8], at: usize) {
        if self.program.is_some() || !bytes[at].is_ascii_alphanumeric() {
            return;
        }
        let before = at.checked_sub(1).map_or(b' ', |i| bytes[i]);
        let end = run_of(&bytes[..bytes.len().min(at + 20)], at, |b| WORD.has(b) || b == b'-');
        let alone = bytes
            .get(end)
            .is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b',' | b'\\'));
        if !alone
            || !(before.is_ascii_whitespace()
                || matches!(before, b'/' | b'"' | b'\'' | b'(' | b'`' | b'$' | b'='))
        {
            return;
        }
        let word = &bytes[at..end];
        let is_login = self.docker && word == b"login";
        let may_be = FIRST[usize::from(word[0] & 127)] & (1 << word.len().min(31)) != 0;
        let known = if may_be { PROGRAMS.iter().find(|(name, _)| name.as_bytes() == word) } else { None };
        match known {
            // `docker run -p 80:80` publishes a port; only its `login` takes a password.
            Some((name, _)) if matches!(*name, "docker" | "podman" | "helm" | "az" | "oc") => {
                self.docker = true
            }
            Some((_, options)) => self.program = Some(options),
            None if is_login => self.program = Some(&[("-p", Password)]),
            None => {}
        }
    }

    /// An option that begins at `at`, with its value.
    pub(super) fn option(&mut self, bytes: &[u8], at: usize) -> Option<Found> {
        let before = at.checked_sub(1).map_or(b' ', |i| bytes[i]);
        if !(before.is_ascii_whitespace() || matches!(before, b'"' | b'\'' | b'[' | b',' | b'(')) {
            return None;
        }
        if let Some(found) = self.of_program(bytes, at) {
            return Some(found);
        }
        if bytes.get(at + 1) != Some(&b'-') {
            return None;
        }
        let end = PARTS.end(bytes, at + 2, 96);
        let said = judge(&bytes[at + 2..end]);
        if !matches!(said, Said::Strong(_) | Said::Weak(_) | Said::Pass) {
            return None;
        }
        if end == bytes.len() {
            self.awaits = Some((Password, rule(said)));
            return None;
        }
        let from = between(bytes, end)?;
        let place = value(bytes, from)?;
        let text = &bytes[place.from..place.to];
        let weak = matches!(said, Said::Weak(_) | Said::Pass | Said::Strong("token"));
        (is_argument(text)
            && !(weak && (is_name(text) || text.iter().all(u8::is_ascii_digit)) && !is_made(text, false)))
        .then(|| Found::new(place.from, place.to, rule(said)))
        .flatten()
    }

    fn of_program(&mut self, bytes: &[u8], at: usize) -> Option<Found> {
        let options = self.program?;
        // The longest first: `-passin` is not `-p`.
        let rest = &bytes[at..];
        let (name, takes) = options
            .iter()
            .filter(|(name, _)| rest.starts_with(name.as_bytes()))
            .max_by_key(|(n, _)| n.len())?;
        let end = at + name.len();
        if end == bytes.len() {
            if *takes != Joined {
                self.awaits = Some((*takes, "password"));
            }
            return None;
        }
        let long = name.starts_with("--") || name.len() > 3;
        let from = match bytes[end] {
            b'=' if long => end + 1,
            b if PARTS.has(b) && long => return None,
            b if b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b',' | b'\\') => {
                if *takes == Joined
                    && !(matches!(b, b'"' | b'\'') && bytes.get(end + 1).is_some_and(|b| PARTS.has(*b)))
                {
                    return None;
                }
                if *takes == Joined { end } else { between(bytes, end)? }
            }
            _ => end,
        };
        let place = value(bytes, from)?;
        taken(&bytes[place.from..place.to], *takes, place.from)
    }

    /// The value that the option before this text awaits: the whole text.
    pub(super) fn awaited(&mut self, bytes: &[u8]) -> Option<Found> {
        let (takes, rule) = self.awaits.take()?;
        taken(bytes, takes, 0).map(|found| Found { rule, ..found })
    }

    /// A text too short to be searched: an argument, or the name of a program.
    pub(super) fn argument(&mut self, bytes: &[u8]) -> Option<Found> {
        match bytes.first()? {
            b'-' => self.option(bytes, 0),
            _ => {
                self.word(bytes, 0);
                None
            }
        }
    }

    /// The text is over: a path to a program was not a word of its own.
    pub(super) fn end(&mut self, bytes: &[u8]) {
        if bytes.contains(&b'\n') {
            self.program = None;
        }
    }
}

/// Returns the start of the value after an option: skips blanks, and quotes and commas between two items of a list.
fn between(bytes: &[u8], end: usize) -> Option<usize> {
    let near = &bytes[..bytes.len().min(end + 40)];
    let from = run_of(near, end, |b| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b',' | b'\\'));
    let blank = blanks(near, end);
    let list = bytes[end..from].contains(&b',');
    let from = if list { from } else { blank };
    (from > end && from < bytes.len()).then_some(from)
}

fn is_argument(text: &[u8]) -> bool {
    !(is_nothing(text)
        || is_reference(text)
        || is_path(text)
        || is_code(text)
        || is_prose(text)
        || text.starts_with(b"-"))
}

/// The secret part of the value of an option; `from` is where the value begins.
fn taken(text: &[u8], takes: Takes, from: usize) -> Option<Found> {
    let part = |sign: u8| text.iter().position(|b| *b == sign).map(|n| n + 1);
    let begin = match takes {
        Password | Joined => 0,
        UserAndPassword => part(b':').or_else(|| part(b','))?,
        Percent => part(b'%')?,
    };
    let begin = if text.starts_with(b"pass:") { 5 } else { begin };
    let secret = &text[begin..];
    let number = takes == UserAndPassword && text.iter().all(|b| b.is_ascii_digit() || *b == b':');
    (is_argument(secret) && !number)
        .then(|| Found::new(from + begin, from + text.len(), "password"))
        .flatten()
}
