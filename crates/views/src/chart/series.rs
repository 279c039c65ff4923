//! Samples of a metric as lines over time, or in their order if the source gives no times; as bars if there are few.

use makespan_model::{HashMap, NONE, Order as _, Run, TaskId, UNKNOWN};
use makespan_scene::{Role, count, counted};

use super::bins::binned;
use super::families::{COLOURED, Family, MISSING, Member, families, title};
use super::picture::MOST_ROWS;
use super::plot::{Dot, Key, Line, Plot, Shape, hue};
use super::{Axis, Chart, Choice, Kind, Picture, Subject, few};
use crate::subject::{bounds, sane};
use crate::table::{Cell, Column, Table};

/// Maximum number of families in the menu.
const MOST_FAMILIES: usize = 60;
/// Maximum number of lines drawn.
const MOST_LINES: usize = 64;
/// From this number of points on, a line may be denser than the pixels of a narrow picture.
const DENSE_LINE: usize = 600;
/// Maximum number of points of a line in the table; longer lines are summarised in bins.
const MOST_POINTS: usize = 200;

pub(super) fn list(subject: &Subject<'_>, out: &mut Vec<Chart>) {
    let all = families(subject.facts);
    let offered = all.iter().take(MOST_FAMILIES).map(|f| Chart::new(Kind::Series, f.key.clone(), title(f)));
    out.extend(offered);
    if all.is_empty() {
        out.push(Chart::new(Kind::Series, "", "Metrics over time").missing_if(true, MISSING));
    }
}

/// Iterates over the pictures of all series, each computed on demand; their common part is computed once.
pub(super) fn each<'a>(
    subject: &'a Subject<'a>,
) -> impl ExactSizeIterator<Item = (String, Result<Picture, String>)> + 'a {
    families(subject.facts).into_iter().map(|family| {
        let made = if family.few { few::picture(subject, &family) } else { lines(subject, &family, false) };
        (title(&family), made)
    })
}

pub(super) fn picture(subject: &Subject<'_>, choice: &Choice) -> Result<Picture, String> {
    let all = families(subject.facts);
    let family = all.iter().find(|f| f.key == choice.of).or(all.first().filter(|_| choice.of.is_empty()));
    let family = family.ok_or_else(|| match all.is_empty() {
        true => MISSING.to_owned(),
        false => format!("This file holds no samples of {}.", choice.of),
    })?;
    if family.few { few::picture(subject, family) } else { lines(subject, family, choice.log) }
}

/// A line before it has a colour: its name, and its samples in order.
struct Strand {
    name: String,
    samples: Vec<u32>,
    /// Whether several tasks share it.
    shared: bool,
}

/// Returns the lines of a member. The samples of the run are one line. Those of tasks are one line per task if few
/// tasks have several samples, otherwise one per step if there are few steps, otherwise a single line.
fn strands(subject: &Subject<'_>, member: &Member<'_>, name: &str) -> Vec<Strand> {
    let (run, samples) = (subject.facts.run(), &subject.facts.run().samples);
    let whole = |samples: Vec<u32>, shared| vec![Strand { name: name.to_owned(), samples, shared }];
    if !member.of_tasks {
        return whole(member.samples.to_vec(), false);
    }
    let counted = member.samples.iter().copied().filter(|&i| subject.counts(samples.task[i as usize]));
    let counted: Vec<u32> = counted.collect();
    let task = |i: u32| TaskId(samples.task[i as usize]);
    let split = |name_of: &dyn Fn(u32) -> String| -> Vec<Strand> {
        let mut place: HashMap<String, usize> = HashMap::default();
        let mut found: Vec<Strand> = Vec::new();
        for &i in &counted {
            let name = name_of(i);
            let at = *place.entry(name.clone()).or_insert_with(|| {
                found.push(Strand { name, samples: Vec::new(), shared: false });
                found.len() - 1
            });
            found[at].samples.push(i);
        }
        found
    };
    let tasks = counted.chunk_by(|a, b| task(*a) == task(*b)).count();
    if tasks <= 1 {
        return whole(counted, false);
    }
    if tasks <= COLOURED && counted.len() * 2 >= tasks * 3 {
        return split(&|i| run.task_name(task(i)).to_owned());
    }
    // A large number of steps is detected early, without splitting a million samples.
    let mut steps: Vec<&str> = Vec::new();
    for &i in &counted {
        let step = run.task_step(task(i));
        if !steps.contains(&step) {
            steps.push(step);
        }
        if steps.len() > COLOURED {
            break;
        }
    }
    if (2..=COLOURED).contains(&steps.len()) && counted.len() >= 2 * steps.len() {
        let mut found = split(&|i| run.task_step(task(i)).to_owned());
        found.iter_mut().for_each(|s| s.shared = true);
        return found;
    }
    whole(counted, true)
}

/// A sample with a position: its position (ns since the start, or its number), its value, its index.
#[derive(Clone, Copy)]
struct Point {
    x: f64,
    y: f64,
    sample: u32,
}

/// A strand with positioned samples.
struct Placed {
    strand: Strand,
    points: Vec<Point>,
    /// Mean of the values.
    mean: f64,
}

/// Positions the samples of a strand: by time if known, otherwise by their order in the file.
fn placed(run: &Run, family: &Family<'_>, strand: Strand, origin: i64) -> Placed {
    let s = &run.samples;
    let value = |i: u32| s.value[i as usize] * family.factor;
    let kept = strand.samples.iter().copied().filter(|&i| value(i).is_finite());
    let point = |x: f64, sample: u32| Point { x, y: sane(value(sample)), sample };
    let points = if family.timed {
        let timed = kept.filter(|&i| s.t[i as usize] != UNKNOWN);
        let since = |i: u32| s.t[i as usize].saturating_sub(origin) as f64;
        let mut points: Vec<Point> = timed.map(|i| point(since(i), i)).collect();
        points.order_by(|a, b| a.x.total_cmp(&b.x));
        points
    } else {
        kept.enumerate().map(|(k, i)| point((k + 1) as f64, i)).collect()
    };
    // A running mean, because the sum of large numbers may overflow.
    let mean = points.iter().enumerate().fold(0.0, |mean, (i, p)| mean + (p.y - mean) / (i + 1) as f64);
    Placed { strand, points, mean }
}

/// Returns all lines of a family that have a point.
fn all_lines(subject: &Subject<'_>, family: &Family<'_>, origin: i64) -> Vec<Placed> {
    let several = family.members.len() > 1;
    let mut found = Vec::new();
    for member in &family.members {
        let name = match (member.key.as_str(), several && !member.of_tasks) {
            ("", true) => "the run",
            ("", false) => family.title.as_str(),
            (key, _) => key,
        };
        for mut strand in strands(subject, member, name) {
            if several && member.of_tasks && strand.name != name {
                strand.name = format!("{name} · {}", strand.name);
            }
            found.push(placed(subject.facts.run(), family, strand, origin));
        }
    }
    found.retain(|line| !line.points.is_empty());
    found
}

fn lines(subject: &Subject<'_>, family: &Family<'_>, log: bool) -> Result<Picture, String> {
    let run = subject.facts.run();
    let (origin, end) = run.extent().unwrap_or((0, 0));
    let mut found = all_lines(subject, family, origin);
    let values = found.iter().flat_map(|line| line.points.iter().map(|p| p.y));
    let bounds = bounds(values).ok_or_else(|| format!("No finite samples of {}.", family.title))?;
    let (unit, label) = (family.unit.clone(), family.unit.name.clone());
    let log = log && bounds.0 > 0.0;
    let y = if log { Axis::log(label, unit, Some(bounds)) } else { Axis::around(label, unit, Some(bounds)) };
    let longest = found.iter().map(|line| line.points.len()).max().unwrap_or(0);
    let x = if family.timed {
        Axis::time(origin, end.saturating_sub(origin) as f64, subject.look)
    } else {
        Axis::order("sample in file order (no times recorded)", longest)
    };
    let mut plot = Plot::new(title(family), x, y);
    coloured_first(&mut found);
    plot.notes = notes(&found, &plot);
    let total: usize = found.iter().map(|line| line.points.len()).sum();
    let several = found.len() > 1;
    for (k, Placed { strand, points, .. }) in found.into_iter().take(MOST_LINES).enumerate() {
        let role = (k < COLOURED).then(|| hue(k));
        if let Some(role) = role.filter(|_| several) {
            plot.legend.push(Key { role, shape: None, text: strand.name.clone() });
        }
        if strand.shared && total <= Plot::DENSE {
            dots(subject, family, &points, role.unwrap_or(Role::EdgeMuted), &mut plot);
        }
        let points = points.iter().map(|p| (p.x, p.y)).collect();
        plot.lines.push(Line { name: strand.name, role, points, ..Line::default() });
    }
    let twin = twin(family, &plot);
    Ok(Picture::plot(plot, twin))
}

/// Moves the lines with the greatest means to the front if there are more lines than colours.
fn coloured_first(found: &mut [Placed]) {
    if found.len() > COLOURED {
        found.order_by(|a, b| b.mean.total_cmp(&a.mean));
    }
}

/// Returns remarks about the lines in `plot`.
fn notes(found: &[Placed], plot: &Plot) -> Vec<String> {
    let mut notes = Vec::new();
    if found.iter().any(|line| line.strand.shared) {
        notes.push("Samples of different tasks, connected in order of time.".to_owned());
    }
    if found.iter().any(|line| line.points.len() > DENSE_LINE) {
        let dense =
            "When samples are denser than pixels, the line shows their mean and the band their range.";
        notes.push(dense.to_owned());
    }
    if plot.y.from > 0.0 && !plot.y.is_log() {
        notes.push("The y-axis does not start at 0.".to_owned());
    }
    let grey = found.len().min(MOST_LINES).saturating_sub(COLOURED);
    if grey > 0 {
        let out = match found.len().saturating_sub(MOST_LINES) {
            0 => String::new(),
            out => format!(", {} not drawn", counted(out, "more line")),
        };
        notes.push(format!(
            "{} in grey{out}; the coloured lines have the highest means.",
            counted(grey, "more line")
        ));
    }
    let without: usize = found.iter().map(|line| line.strand.samples.len() - line.points.len()).sum();
    if without > 0 {
        notes.push(format!("Not shown, no time recorded: {}.", counted(without, "sample")));
    }
    notes
}

/// Adds the samples of a line that several tasks share, each linking to its task.
fn dots(subject: &Subject<'_>, family: &Family<'_>, points: &[Point], role: Role, plot: &mut Plot) {
    let run = subject.facts.run();
    for &Point { x, y, sample } in points {
        let task = run.samples.task[sample as usize];
        if task == NONE {
            continue;
        }
        let role = if subject.look.selected == Some(task) { Role::Selection } else { role };
        plot.dots.push(Dot { x, y, role, shape: Shape::Disc, task: Some(task) });
        let text = format!("{}\n{}\n{}", run.task_name(TaskId(task)), family.unit.text(y), plot.x.text(x));
        plot.dot_tips.push(text);
    }
}

/// Returns the lines as rows; long lines as the bins that are drawn.
fn twin(family: &Family<'_>, plot: &Plot) -> Table {
    let binned_lines = plot.lines.iter().any(|l| l.points.len() > MOST_POINTS);
    let when = if family.timed { "When" } else { "Sample" };
    let mut columns = vec![Column::text("series", "Series"), Column::number("x", when)];
    if binned_lines {
        columns.extend([
            Column::number("samples", "Samples"),
            Column::number("min", "Least"),
            Column::number("mean", "Mean"),
            Column::number("max", "Greatest"),
        ]);
    } else {
        columns.push(Column::number("value", "Value"));
    }
    let mut table = Table::new(plot.title.clone(), columns);
    let cell = |v: f64| Cell::new(family.unit.text(v)).exact(family.unit.exact(v));
    let mut rows = 0;
    for line in &plot.lines {
        let name = || Cell::new(line.name.clone());
        if !binned_lines {
            rows += line.points.len();
            for p in line.points.iter().take(MOST_ROWS.saturating_sub(table.rows.len())) {
                table.push(vec![name(), Cell::new(plot.x.text(p.0)), cell(p.1)]);
            }
            continue;
        }
        let bins = binned(&line.points, MOST_POINTS, |x| plot.x.place(x));
        rows += bins.len();
        for bin in bins.iter().take(MOST_ROWS.saturating_sub(table.rows.len())) {
            let at = Cell::new(plot.x.text(plot.x.value(bin.x)));
            let values = [bin.min, bin.mean, bin.max].map(cell);
            let head = [name(), at, Cell::new(count(bin.count as u64))];
            table.push(head.into_iter().chain(values).collect());
        }
    }
    table.left_out = rows - table.rows.len();
    table
}
