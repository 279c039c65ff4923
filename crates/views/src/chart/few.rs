//! Series of few numbers as bars: the weights of a handful of experts, the result of each optimizer.

use makespan_model::{HashMap, HashSet};
use makespan_scene::count;

use super::families::{COLOURED, Family, MISSING, Member, title};
use super::picture::MOST_ROWS;
use super::plot::{Bar, Key, Plot, hue};
use super::{Axis, Picture, Subject};
use crate::subject::{bounds, sane};
use crate::table::{Cell, Column, Table};

/// Maximum number of bars in a chart.
const MOST_BARS: usize = 60;

/// One number: the name of its row, its position in the row, its value.
type Datum = (String, usize, f64);

/// The data of a chart.
struct Data {
    data: Vec<Datum>,
    /// The meaning of the positions within a row; empty if there is only one.
    series: Vec<String>,
    /// Whether the numbers are means of several samples.
    means: bool,
}

fn mean(values: &[f64]) -> f64 {
    values.iter().enumerate().fold(0.0, |mean, (i, v)| mean + (v - mean) / (i + 1) as f64)
}

/// Returns the data of a family of few numbers. If parts are measured (`importance[expert].feature`), a row is a part
/// and each member has a bar in it; with more members than colours, each pair has a row of its own. Otherwise a row is
/// a member, with a bar for each of its samples.
fn data(subject: &Subject<'_>, family: &Family<'_>) -> Data {
    let samples = &subject.facts.run().samples;
    let values = |m: &Member<'_>| -> Vec<f64> {
        let values = m.samples.iter().map(|&i| sane(samples.value[i as usize] * family.factor));
        values.filter(|v| v.is_finite()).collect()
    };
    let mut keys: Vec<&str> = family.members.iter().map(|m| m.key.as_str()).collect();
    keys.dedup();
    let has_parts = family.members.iter().any(|m| !m.sub.is_empty());
    let by_part = has_parts && (2..=COLOURED).contains(&keys.len());
    let most = family.members.iter().map(|m| m.samples.len()).max().unwrap_or(0);
    let mut data = Vec::new();
    for m in &family.members {
        let values = values(m);
        if values.is_empty() {
            continue;
        }
        let name: Vec<&str> =
            [m.key.as_str(), m.sub.as_str()].into_iter().filter(|s| !s.is_empty()).collect();
        let name = if name.is_empty() { family.title.clone() } else { name.join(" · ") };
        if by_part {
            let place = keys.iter().position(|k| *k == m.key).unwrap_or(0);
            data.push((m.sub.clone(), place, mean(&values)));
        } else if has_parts {
            data.push((name, 0, mean(&values)));
        } else {
            data.extend(values.into_iter().enumerate().map(|(k, v)| (name.clone(), k, v)));
        }
    }
    let series = if by_part {
        keys.into_iter().map(str::to_owned).collect()
    } else if !has_parts && most > 1 {
        (1..=most).map(|k| format!("sample {k}")).collect()
    } else {
        Vec::new()
    };
    Data { data, series, means: has_parts && most > 1 }
}

pub(super) fn picture(subject: &Subject<'_>, family: &Family<'_>) -> Result<Picture, String> {
    let Data { data, series, means } = data(subject, family);
    let columns = vec![
        Column::text("name", "Name"),
        Column::text("series", "Series"),
        Column::number("value", "Value"),
    ];
    let mut twin = Table::new(title(family), columns);
    for (row, k, v) in data.iter().take(MOST_ROWS) {
        let value = Cell::new(family.unit.text(*v)).exact(family.unit.exact(*v));
        let series = series.get(*k).cloned().unwrap_or_default();
        twin.push(vec![Cell::new(row.clone()), Cell::new(series), value]);
    }
    twin.left_out = data.len() - twin.rows.len();
    let mut plot = side_by_side(family, data, &series).ok_or(MISSING)?;
    if means {
        plot.notes.insert(0, "Each bar is the mean of its samples.".to_owned());
    }
    Ok(Picture::plot(plot, twin))
}

/// Returns bars side by side in named rows.
fn side_by_side(family: &Family<'_>, data: Vec<Datum>, series: &[String]) -> Option<Plot> {
    let mut rows: Vec<String> = Vec::new();
    let mut place: HashMap<String, usize> = HashMap::default();
    let mut left_out: HashSet<String> = HashSet::default();
    let mut kept: Vec<(usize, usize, f64)> = Vec::new();
    for (row, k, v) in data {
        let at = match place.get(&row) {
            Some(&at) => at,
            None if (rows.len() + 1) * series.len().max(1) > MOST_BARS => {
                left_out.insert(row);
                continue;
            }
            None => {
                place.insert(row.clone(), rows.len());
                rows.push(row);
                rows.len() - 1
            }
        };
        kept.push((at, k, v));
    }
    let bounds = bounds(kept.iter().map(|c| c.2))?;
    let x = Axis::from_zero(family.unit.name.clone(), family.unit.clone(), Some(bounds));
    let mut plot = Plot::new(title(family), x, Axis::named(rows.clone()));
    let height = 0.8 / series.len().max(1) as f64;
    for (row, k, v) in kept {
        let top = row as f64 + 0.1 + height * k as f64;
        let of = series.get(k).map(|s| format!(" · {s}")).unwrap_or_default();
        plot.bars.push(Bar {
            x: (0.0, v),
            y: (top, top + height * 0.94),
            role: hue(k),
            label: family.unit.short(v),
            tip: format!("{}{of}\n{}", rows[row], family.unit.exact(v)),
            task: None,
            marked: false,
        });
    }
    let keys = series.iter().enumerate();
    plot.legend = keys.map(|(k, name)| Key { role: hue(k), shape: None, text: name.clone() }).collect();
    if !left_out.is_empty() {
        plot.notes.push(format!("… and {} more.", count(left_out.len() as u64)));
    }
    Some(plot)
}
