//! Frequencies of the words of a recorded choice, such as the selected optimizer or the branch taken.
//!
//! Log lines that end in a JSON object record such choices as its members. A member is a choice if its value is a word
//! in at least two lines and not a different one in each of them (that would be an id).

use makespan_analysis::{Quantity, natural_cmp};
use makespan_model::{HashMap, NONE, Order as _, Run};
use makespan_scene::{Role, count};

use super::plot::{Bar, Plot};
use super::{Axis, Chart, Choice, Kind, Picture, Subject};
use crate::amount::Unit;
use crate::table::{Cell, Column, Table};

/// Maximum number of lines read, and their maximum length, because only choices among a few words are counted.
const MOST_LINES: usize = 20_000;
const LONGEST: usize = 4_096;
/// Maximum number of words of a choice.
const MOST_WORDS: usize = 40;
const MOST_CHOICES: usize = 20;

const MISSING: &str = "No line of a log in this file records a choice.";

/// A recorded choice: its key (`level.member`) and the frequency of each word, most frequent first.
struct Recorded {
    key: String,
    words: Vec<(String, usize)>,
}

fn recorded(subject: &Subject<'_>) -> Vec<Recorded> {
    let run: &Run = subject.facts.run();
    let logs = &run.logs;
    let mut place: HashMap<String, usize> = HashMap::default();
    let mut found: Vec<(String, HashMap<String, usize>, usize)> = Vec::new();
    let lines = (0..logs.text.len()).filter(|&i| logs.task[i] == NONE || subject.counts(logs.task[i]));
    for i in lines.take(MOST_LINES) {
        let text = run.text(logs.text[i]);
        let Some(json) = text.find('{').filter(|_| text.len() <= LONGEST && text.ends_with('}')) else {
            continue;
        };
        let Ok(serde_json::Value::Object(members)) = serde_json::from_str(&text[json..]) else { continue };
        let level = run.text(logs.level[i]);
        for (name, value) in members {
            let serde_json::Value::String(word) = value else { continue };
            let key = if level.is_empty() { name } else { format!("{level}.{name}") };
            let at = *place.entry(key.clone()).or_insert_with(|| {
                found.push((key, HashMap::default(), 0));
                found.len() - 1
            });
            let (_, words, total) = &mut found[at];
            *total += 1;
            if words.len() <= MOST_WORDS || words.contains_key(&word) {
                *words.entry(word).or_default() += 1;
            }
        }
    }
    let is_choice = |words: usize, total: usize| total >= 2 && words < total && words <= MOST_WORDS;
    let mut out: Vec<Recorded> = found
        .into_iter()
        .filter(|(_, words, total)| is_choice(words.len(), *total))
        .map(|(key, words, _)| {
            let mut words: Vec<(String, usize)> = words.into_iter().collect();
            words.order_by(|a, b| {
                b.1.cmp(&a.1).then_with(|| natural_cmp(&a.0, &b.0)).then_with(|| a.0.cmp(&b.0))
            });
            Recorded { key, words }
        })
        .collect();
    out.order_by(|a, b| natural_cmp(&a.key, &b.key));
    out.truncate(MOST_CHOICES);
    out
}

fn title(key: &str) -> String {
    format!("Counts: {}", key.replace(['_', '.'], " "))
}

pub(super) fn list(subject: &Subject<'_>, out: &mut Vec<Chart>) {
    let all = recorded(subject);
    out.extend(all.iter().map(|r| Chart::new(Kind::Counts, r.key.clone(), title(&r.key))));
    if all.is_empty() {
        out.push(Chart::new(Kind::Counts, "", "Counts of recorded choices").missing_if(true, MISSING));
    }
}

pub(super) fn picture(subject: &Subject<'_>, choice: &Choice) -> Result<Picture, String> {
    let all = recorded(subject);
    let found = all.iter().find(|r| r.key == choice.of).or(all.first().filter(|_| choice.of.is_empty()));
    let Recorded { key, words } = found.ok_or(MISSING)?;
    let total: usize = words.iter().map(|w| w.1).sum();
    let most = words.first().map_or(0, |w| w.1);
    let unit = Unit::of(Quantity::Count);
    let x = Axis::from_zero("times".to_owned(), unit, Some((0.0, most as f64)));
    let mut plot = Plot::new(title(key), x, Axis::named(words.iter().map(|w| w.0.clone()).collect()));
    let columns = vec![
        Column::text("word", "Word"),
        Column::number("times", "Times"),
        Column::number("share", "Share"),
    ];
    let mut twin = Table::new(title(key), columns);
    for (i, (word, n)) in words.iter().enumerate() {
        let share = format!("{:.1} %", *n as f64 / total as f64 * 100.0);
        plot.bars.push(Bar {
            x: (0.0, *n as f64),
            y: (i as f64 + 0.12, i as f64 + 0.88),
            role: Role::Category4,
            label: format!("{} ({share})", count(*n as u64)),
            tip: format!("{word}\n{} of {}, {share}", count(*n as u64), count(total as u64)),
            task: None,
            marked: false,
        });
        twin.push(vec![Cell::new(word.clone()), Cell::new(count(*n as u64)), Cell::new(share)]);
    }
    Ok(Picture::plot(plot, twin))
}
