//! Runs by day: weeks from left to right, days from Monday down.

use std::ops::Range;

use makespan_analysis::{Facts, Quantity};
use makespan_model::Order as _;
use makespan_model::{Status, UNKNOWN};
use makespan_scene::{Civil, Role, civil, count, counted};

use super::options::DayColour;
use super::{Columns, Entry, Fill, Head, Lead, LegendPart, Matrix};
use crate::amount::Unit;
use crate::chart::start_of;
use crate::roles::status_role;
use crate::subject::bounds;

const DAY: i64 = 86_400 * 1_000_000_000;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// Minimum number of weeks, so that it looks like a calendar.
const LEAST_WEEKS: i64 = 26;
/// If there are more months than this, only the visible ones have names; runs of one file are never that far apart.
const MOST_MONTHS: usize = 4_000;

/// A day on which runs started.
struct Day {
    /// Days since 1970-01-01.
    number: i64,
    /// Indices of open runs, sorted by start.
    runs: Vec<usize>,
    failed: usize,
    /// Median makespan, ns; NaN if unknown.
    makespan: f64,
    /// The most important status of its runs.
    status: Option<Status>,
}

/// The calendar matrix.
pub struct Calendar {
    days: Vec<Day>,
    /// The Monday of the first column, in days since 1970-01-01.
    monday: i64,
    weeks: usize,
    colour: DayColour,
    makespans: Option<(f64, f64)>,
    most: usize,
    undated: usize,
}

/// Returns the day of a time, as days since 1970-01-01, on a clock `offset` seconds east of UTC.
fn day_of(ns: i64, offset: i32) -> i64 {
    let local = i128::from(ns) + i128::from(offset) * 1_000_000_000;
    local.div_euclid(i128::from(DAY)) as i64
}

/// Returns 0 for Mondays; 1970-01-01 was a Thursday.
fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// Returns the date of a day within the range of nanosecond times.
fn date(day: i64) -> Civil {
    civil(day.saturating_mul(DAY), 0)
}

impl Calendar {
    /// Groups runs by the day of their start, on a clock `offset` seconds east of UTC. O(n log n).
    ///
    /// # Errors
    ///
    /// The reason why there is nothing to show, as a sentence.
    pub fn new(runs: &[&Facts], offset: i32, colour: DayColour) -> Result<Calendar, String> {
        let mut dated: Vec<(i64, i64, usize)> = runs
            .iter()
            .enumerate()
            .map(|(i, facts)| (start_of(facts), i))
            .filter(|(start, _)| *start != UNKNOWN)
            .map(|(start, i)| (day_of(start, offset), start, i))
            .collect();
        dated.order_by(Ord::cmp);
        let (Some(&(first, ..)), Some(&(last, ..))) = (dated.first(), dated.last()) else {
            return Err("No open run has a start time.".to_owned());
        };
        let days: Vec<Day> = dated
            .chunk_by(|a, b| a.0 == b.0)
            .map(|same| day(runs, same[0].0, same.iter().map(|d| d.2).collect()))
            .collect();
        let end = last - weekday(last) + 7;
        let monday = (first - weekday(first)).min(end - 7 * LEAST_WEEKS);
        Ok(Calendar {
            makespans: bounds(days.iter().map(|d| d.makespan)),
            most: days.iter().map(|d| d.runs.len()).max().unwrap_or(0),
            undated: runs.len() - dated.len(),
            weeks: ((end - monday) / 7) as usize,
            monday,
            days,
            colour,
        })
    }

    fn number(&self, row: usize, column: usize) -> i64 {
        self.monday + column as i64 * 7 + row as i64
    }

    fn at(&self, row: usize, column: usize) -> Option<&Day> {
        let number = self.number(row, column);
        self.days.binary_search_by_key(&number, |d| d.number).ok().and_then(|i| self.days.get(i))
    }

    fn entry(&self, row: usize, column: usize) -> Entry {
        let date = date(self.number(row, column));
        let name = format!("{} {:04}-{:02}-{:02}", DAYS[row % 7], date.year, date.month, date.day);
        let Some(day) = self.at(row, column) else { return Entry::nothing(format!("{name}: no run")) };
        let n = day.runs.len();
        let mut exact = format!("{name}: {}", counted(n, "run"));
        if day.failed > 0 {
            exact.push_str(&format!(", {} failed", count(day.failed as u64)));
        }
        let unit = Unit::of(Quantity::Time);
        if day.makespan.is_finite() {
            let median = if n > 1 { "median makespan" } else { "makespan" };
            exact.push_str(&format!(", {median} {}", unit.text(day.makespan)));
        }
        let part = |v: f64, (low, high): (f64, f64)| {
            if high > low { ((v - low) / (high - low)) as f32 } else { 0.5 }
        };
        let (fill, text) = match self.colour {
            DayColour::Failures => {
                let text = match (day.failed, n) {
                    (0, 1) => String::new(),
                    (0, n) => n.to_string(),
                    (failed, n) => format!("{failed}/{n}"),
                };
                (Fill::Value(day.status.map_or(Role::Unknown, status_role)), text)
            }
            DayColour::Makespan => match self.makespans.filter(|_| day.makespan.is_finite()) {
                Some(range) => {
                    (Fill::Value(Role::heat(part(day.makespan, range) * 0.999)), unit.short(day.makespan))
                }
                None => (Fill::Unknown, String::new()),
            },
            DayColour::Count => {
                let range = (1.0, self.most as f64);
                (Fill::Value(Role::heat(part(n as f64, range) * 0.999)), n.to_string())
            }
        };
        // If a number fits, it says more than the sign.
        let sign = (day.failed > 0 && self.colour != DayColour::Count).then_some(Role::Failed);
        Entry { fill, text, sign, exact }
    }
}

/// Summarises the runs of a day. One failure determines the colour of the day.
fn day(runs: &[&Facts], number: i64, of_day: Vec<usize>) -> Day {
    let statuses: Vec<Option<Status>> = of_day.iter().map(|&i| runs[i].run().status()).collect();
    let failed = statuses.iter().flatten().filter(|s| s.is_failure()).count();
    let status = if failed > 0 {
        Some(Status::Failed)
    } else {
        statuses
            .iter()
            .flatten()
            .copied()
            .find(|s| *s != Status::Succeeded)
            .or(statuses.into_iter().flatten().next())
    };
    let mut known: Vec<f64> =
        of_day.iter().filter_map(|&i| runs[i].totals().makespan).map(|m| m as f64).collect();
    known.order_by(f64::total_cmp);
    let makespan = match known.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => known[n / 2],
        n => known[n / 2 - 1] + (known[n / 2] - known[n / 2 - 1]) / 2.0,
    };
    Day { number, runs: of_day, failed, makespan, status }
}

impl Matrix for Calendar {
    fn title(&self) -> &str {
        match self.colour {
            DayColour::Failures => "Runs by day: failures",
            DayColour::Makespan => "Runs by day: median makespan",
            DayColour::Count => "Runs by day: count",
        }
    }

    fn corner(&self) -> &str {
        "Day"
    }

    fn rows(&self) -> usize {
        7
    }

    fn columns(&self) -> usize {
        self.weeks
    }

    fn row(&self, row: usize) -> Head {
        Head { text: DAYS[row % 7].to_owned(), ..Head::default() }
    }

    fn column(&self, column: usize) -> Head {
        let date = date(self.number(0, column));
        let text = format!("{:04}-{:02}-{:02}", date.year, date.month, date.day);
        Head { exact: format!("week from {text}"), text, status: None }
    }

    fn column_labels(&self) -> Columns {
        // The first column, and each column in which a month begins.
        let mut marks = Vec::new();
        let mut before = None;
        for column in 0..self.weeks {
            let date = date(self.number(6, column));
            let month = (date.year, date.month);
            if before != Some(month) {
                let name = MONTHS[(date.month as usize + 11) % 12];
                let new_year = before.is_none_or(|(year, _)| year != date.year);
                marks.push((
                    column as f64,
                    if new_year { format!("{name} {}", date.year) } else { name.to_owned() },
                ));
                before = Some(month);
            }
            if marks.len() == MOST_MONTHS {
                break;
            }
        }
        Columns::Marks(marks)
    }

    fn entries(&self, row: usize, columns: Range<usize>) -> Vec<Entry> {
        columns.map(|column| self.entry(row, column)).collect()
    }

    fn legend(&self) -> Vec<LegendPart> {
        let unit = Unit::of(Quantity::Time);
        let mut parts = match self.colour {
            DayColour::Failures => {
                let mut seen: Vec<Status> = self.days.iter().filter_map(|d| d.status).collect();
                seen.order_by_key(|s| *s as u8);
                seen.dedup();
                let text =
                    |s: Status| if s.is_failure() { "a run failed".to_owned() } else { s.name().to_owned() };
                seen.into_iter().map(|s| LegendPart::Patch { role: status_role(s), text: text(s) }).collect()
            }
            DayColour::Makespan => match self.makespans {
                Some((low, high)) => {
                    vec![LegendPart::heat(unit.text(low), unit.text(high)), LegendPart::Unknown]
                }
                None => vec![LegendPart::Unknown],
            },
            DayColour::Count => vec![LegendPart::heat("1 run", counted(self.most, "run"))],
        };
        parts.push(LegendPart::Nothing("no run".to_owned()));
        parts
    }

    fn notes(&self) -> Vec<String> {
        let n = self.undated;
        if n == 0 { Vec::new() } else { vec![format!("Not shown, start unknown: {}.", counted(n, "run"))] }
    }

    fn lead(&self, row: usize, column: usize) -> Option<Lead> {
        self.at(row, column).map(|day| Lead::Runs(day.runs.clone()))
    }

    fn column_width(&self) -> Option<f32> {
        Some(22.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_clock() {
        // 2026-11-21 was a Saturday; at 23:30 in Greenwich it is Sunday in Berlin.
        let late = 1_795_303_800 * 1_000_000_000;
        assert_eq!(weekday(day_of(late, 0)), 5);
        assert_eq!(weekday(day_of(late, 3_600)), 6);
        let at = date(day_of(late, 3_600));
        assert_eq!((at.year, at.month, at.day), (2026, 11, 22));
        assert_eq!(day_of(-1, 0), -1);
        for extreme in [i64::MIN + 1, i64::MAX] {
            assert!(date(day_of(extreme, 86_399)).year.abs() < 3_000);
        }
    }
}
