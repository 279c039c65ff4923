//! A query as text: one way to write each, which is read as the same again.

use std::fmt::Write as _;

use super::lexer::{Mode, is_name, is_plain};
use super::statistic::Statistic;
use super::syntax::*;
use super::term;
use super::vocabulary::{FIELDS, FLAGS, FUNCTIONS, Function, Means, find};

/// The kind of a piece of text, weakest binding first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    Or,
    And,
    Not,
    Whole,
    /// A word, which a function would take as the id or name of a task.
    Word,
    /// A flag, which would be taken as such a word.
    Flag,
}

/// The canonical form: names in full, `and`, `or` and `not` spelt out, parentheses and quotation marks only where they
/// are needed. O(length × depth).
pub(super) fn write(nodes: &[Node]) -> String {
    let mut pieces: Vec<(String, Binds)> = Vec::new();
    for node in nodes {
        let mut take = || pieces.pop().unwrap_or_else(|| (String::new(), Binds::Whole));
        let piece = match node {
            Node::Test(test) => {
                let is_word = test.field == Field::Words(Words::Any);
                (written(test), if is_word { Binds::Word } else { Binds::Whole })
            }
            Node::Has(field, _) => (format!("has:{}", name(field)), Binds::Whole),
            Node::Is(flag) => (flag_name(*flag).to_owned(), Binds::Flag),
            Node::Not => {
                let operand = within(take(), Binds::Not);
                (format!("not {operand}"), Binds::Not)
            }
            Node::And => join(take(), take(), " and ", Binds::And),
            Node::Or => join(take(), take(), " or ", Binds::Or),
            Node::Reach(direction, hops) => {
                let mut out = format!("{}({}", function(Function::Reach(*direction)), argument(take()));
                if let Some(hops) = hops {
                    let _ = write!(out, ", {hops}");
                }
                (out + ")", Binds::Whole)
            }
            Node::Between => {
                let (to, from) = (argument(take()), argument(take()));
                (format!("{}({from}, {to})", function(Function::Between)), Binds::Whole)
            }
        };
        pieces.push(piece);
    }
    pieces.pop().unwrap_or_else(|| (String::new(), Binds::Whole)).0
}

/// Returns the text, in parentheses if it binds less tightly than its context requires.
fn within((text, binds): (String, Binds), least: Binds) -> String {
    if binds < least { format!("({text})") } else { text }
}

/// Returns two operands of a left-associative operator: the right one needs parentheses if it binds as tightly.
fn join(right: (String, Binds), left: (String, Binds), sign: &str, binds: Binds) -> (String, Binds) {
    let mut out = within(left, binds);
    out.push_str(sign);
    out.push_str(&if right.1 == binds { format!("({})", right.0) } else { within(right, binds) });
    (out, binds)
}

/// An argument of a function, with no more parentheses than there were.
fn argument((text, binds): (String, Binds)) -> String {
    match binds {
        Binds::Word => format!("({text})"),
        Binds::Flag => format!("is:{text}"),
        _ => text,
    }
}

fn function(means: Function) -> &'static str {
    FUNCTIONS.iter().find(|e| e.means == means).map_or("", |e| e.name)
}

fn flag_name(flag: Flag) -> &'static str {
    FLAGS.iter().find(|e| e.means == flag).map_or("", |e| e.name)
}

fn written(test: &Test) -> String {
    if let (Field::Words(field @ (Words::Any | Words::Task)), [value]) = (&test.field, &test.values[..]) {
        return bare(&value.text, value.literal, *field);
    }
    let field = name(&test.field);
    let listed = || test.values.iter().map(|v| item(v, &test.field)).collect::<Vec<_>>().join(", ");
    let relation = test.relation;
    match (&test.values[..], relation) {
        ([value], Relation::Holds) => {
            let text = item(value, &test.field);
            if hides_field(&text) { format!("{field}:{{{text}}}") } else { format!("{field}:{text}") }
        }
        ([value], _) => {
            let text = item(value, &test.field);
            let text = if text.starts_with('=') { quoted(&value.text) } else { text };
            format!("{field}{}{text}", relation.sign())
        }
        (_, Relation::Holds) => format!("{field}:{{{}}}", listed()),
        (_, Relation::Unequal) => format!("{field} not in ({})", listed()),
        _ => format!("{field} in ({})", listed()),
    }
}

/// A word without a field.
pub(super) fn bare(text: &str, literal: bool, field: Words) -> String {
    let reserved = is_keyword(text) || (field == Words::Any && find(FLAGS, text).is_some());
    let plain = !literal && !reserved && is_plain(text, Mode::Term);
    if plain { text.to_owned() } else { quoted(text) }
}

/// A value where values are read.
pub(super) fn item(value: &Value, field: &Field) -> String {
    if value.by_step && field.is_number() && Statistic::read(&value.text).is_some() {
        return format!("{}(step)", value.text);
    }
    let plain = !value.literal && is_plain(&value.text, Mode::Value);
    if plain { value.text.clone() } else { quoted(&value.text) }
}

/// The name of a field where a term begins.
pub(super) fn name(field: &Field) -> String {
    let member = |means: Means, name: &str| {
        let first = FIELDS.iter().find(|e| e.means == means).map_or("", |e| e.name);
        if is_name(name) { format!("{first}.{name}") } else { format!("{first}.{}", quoted(name)) }
    };
    let of =
        |means: Means| FIELDS.iter().find(|e| e.means == means).map_or(String::new(), |e| e.name.to_owned());
    match field {
        Field::Words(words) => of(Means::Words(*words)),
        Field::Status => of(Means::Status),
        Field::Moment(moment) => of(Means::Moment(*moment)),
        Field::Measure(name) => {
            let is_same = term::plain(name).as_ref() == Some(field) && !is_member(name);
            let plain = is_same && !is_keyword(name) && is_name(name);
            if plain { name.clone() } else { quoted(name) }
        }
        Field::Metric(name) => member(Means::Metric, name),
        Field::Label(name) => member(Means::Label, name),
        Field::Param(name) => member(Means::Param, name),
    }
}

/// Whether a name is one of a member: `label.team`.
fn is_member(name: &str) -> bool {
    let means = name.split_once('.').and_then(|(first, _)| find(FIELDS, first)).map(|e| e.means);
    matches!(means, Some(Means::Label | Means::Param | Means::Metric))
}

/// Whether the text before a colon cannot be a field: `::` and `://` are parts of names.
fn hides_field(text: &str) -> bool {
    text.starts_with(':') || text.starts_with("//")
}

fn is_keyword(word: &str) -> bool {
    ["and", "or", "not"].iter().any(|k| word.eq_ignore_ascii_case(k))
}

pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}
