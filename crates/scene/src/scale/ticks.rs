//! Ticks of a time axis: round times, labelled alike along the axis, never more than the width has room for.

use super::civil::{DAY, MONTHS, SECOND, at_local, first_of_month, year};
use crate::font::width;
use crate::items::{Face, Weight};

const MINUTE: i128 = 60 * SECOND;
const HOUR: i128 = 60 * MINUTE;
/// Minimum distance of ticks on an axis with folds, px.
const NEAR: f64 = 44.0;
/// 1970-01-05 was the first Monday: weeks start there.
const MONDAY: i128 = 4 * DAY;

/// The kind of labels on a time axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AxisMode {
    /// Time since `origin` (nanoseconds since the epoch): "0", "+1.5 s", "+2 min".
    Relative {
        /// The time that is 0.
        origin: i64,
    },
    /// Time of day and date: "08:30", "Nov 21".
    Clock,
}

/// A labelled time on an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Nanoseconds since the epoch.
    pub t: i64,
    /// The label.
    pub label: String,
    /// Whether it is on a larger unit than the axis counts in: a whole minute among seconds, a new day.
    pub major: bool,
}

/// The distance between ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Fixed(i128),
    Months(i64),
}

/// Steps above 500 ms in seconds, up to half a day; days and months follow.
const SECONDS: [i128; 17] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200];

/// All steps from the smallest.
fn steps(mode: AxisMode) -> Vec<Step> {
    let decades = |from: i128, count: u32| {
        (0..count).flat_map(move |i| [1, 2, 5].map(|times| Step::Fixed(times * from * 10i128.pow(i))))
    };
    let mut all: Vec<Step> = decades(1, 9).collect();
    all.extend(SECONDS.map(|s| Step::Fixed(s * SECOND)));
    all.extend([1, 2, 7].map(|days| Step::Fixed(days * DAY)));
    match mode {
        AxisMode::Relative { .. } => all.extend(decades(10 * DAY, 5)),
        AxisMode::Clock => {
            all.extend([1, 2, 3, 6].map(Step::Months));
            all.extend([1, 2, 5, 10, 20, 50, 100, 200, 500].map(|years| Step::Months(12 * years)));
        }
    }
    all
}

impl Step {
    /// The shortest distance of two ticks in nanoseconds.
    fn least(self) -> i128 {
        match self {
            Step::Fixed(ns) => ns,
            Step::Months(months) if months % 12 == 0 => i128::from(months / 12 * 365) * DAY,
            // Two months with February are 59 days; 28 a month is a floor for all.
            Step::Months(months) => i128::from(months) * 28 * DAY,
        }
    }
}

/// Ticks of the axis from `t0` to `t1` (nanoseconds since the epoch, both included) over `width_px` pixels, no two
/// closer than `min_gap_px` or than their labels (at 11 px) allow; at most `width_px / min_gap_px + 2` of them.
///
/// `offset_seconds` is the zone of a clock, east of Greenwich. An axis that runs backwards has no ticks.
pub fn ticks(
    t0: i64,
    t1: i64,
    width_px: impl Into<f64>,
    min_gap_px: impl Into<f64>,
    mode: AxisMode,
    offset_seconds: i32,
) -> Vec<Tick> {
    let span = (i128::from(t1) - i128::from(t0)) as f64;
    within(&[(t0, t1)], span, width_px.into(), min_gap_px.into(), mode, offset_seconds)
}

/// The same for some stretches of an axis, ascending; `span` is the time that the width covers, ns. Short stretches
/// have room for few ticks. If there are several stretches, ticks are as close as [`NEAR`], and the caller omits labels
/// that would overlap.
pub(super) fn within(
    stretches: &[(i64, i64)],
    span: f64,
    width_px: f64,
    gap: f64,
    mode: AxisMode,
    offset_seconds: i32,
) -> Vec<Tick> {
    if stretches.iter().any(|(t0, t1)| t1 < t0) || !(width_px > 0.0 && gap.is_finite()) {
        return Vec::new();
    }
    // Bounds the count for every caller: a screen has fewer than 100,000 pixels, a label needs more than four.
    let is_cut = stretches.len() > 1;
    let (width_px, gap) = (width_px.min(1e5), if is_cut { gap.min(NEAR) } else { gap }.max(4.0));
    let per_ns = width_px / span.max(1.0);
    let mut found = Vec::new();
    for step in steps(mode) {
        let distance = step.least() as f64 * per_ns;
        if distance < gap {
            continue;
        }
        found = match mode {
            AxisMode::Relative { origin } => relative(stretches, origin, step),
            AxisMode::Clock => clock(stretches, offset_seconds, step),
        };
        let widest = found
            .iter()
            .map(|tick| f64::from(width(&tick.label, 11.0, Weight::Regular, Face::Sans)))
            .fold(0.0, f64::max);
        if is_cut || found.len() < 2 || widest + 8.0 <= distance {
            break;
        }
    }
    found
}

/// The times `base + k * step` from `t0` to `t1`, all on one shifted time line.
fn multiples(t0: i128, t1: i128, base: i128, step: i128) -> impl Iterator<Item = i128> {
    let first = (t0 - base + step - 1).div_euclid(step);
    let last = (t1 - base).div_euclid(step);
    (first..=last).map(move |k| base + k * step)
}

fn relative(stretches: &[(i64, i64)], origin: i64, step: Step) -> Vec<Tick> {
    let (Step::Fixed(step), origin) = (step, i128::from(origin)) else { return Vec::new() };
    let since = |t: i64| i128::from(t) - origin;
    let largest =
        stretches.iter().map(|&(from, to)| since(from).abs().max(since(to).abs())).max().unwrap_or(0);
    let form = Form { step, largest };
    let larger = larger_unit(step);
    let all = stretches.iter().flat_map(|&(from, to)| multiples(since(from), since(to), 0, step));
    all.map(|at| Tick { t: (origin + at) as i64, label: form.label(at), major: at % larger == 0 }).collect()
}

/// The next unit above those that a step counts in.
fn larger_unit(step: i128) -> i128 {
    [1_000, 1_000_000, SECOND, MINUTE, HOUR, DAY]
        .into_iter()
        .find(|&unit| step < unit)
        .unwrap_or(if step < 10 * DAY { 7 * DAY } else { 100 * DAY })
}

/// The common format of all labels of a relative axis.
struct Form {
    step: i128,
    largest: i128,
}

impl Form {
    fn label(&self, at: i128) -> String {
        if at == 0 {
            return "0".to_owned();
        }
        let sign = if at < 0 { '−' } else { '+' };
        let at = at.abs();
        // Below a minute everything in one unit, with as many decimals as the step needs.
        let small =
            [(1_000, 1, "ns"), (1_000_000, 1_000, "µs"), (SECOND, 1_000_000, "ms"), (MINUTE, SECOND, "s")];
        if let Some(&(_, unit, name)) = small.iter().find(|(limit, ..)| self.largest < *limit) {
            return format!("{sign}{} {name}", self.decimal(at, unit));
        }
        let mut parts = Vec::new();
        let mut rest = at;
        for (unit, name) in [(DAY, "d"), (HOUR, "h"), (MINUTE, "min")] {
            if rest >= unit {
                parts.push(format!("{} {name}", rest / unit));
                rest %= unit;
            }
        }
        if rest > 0 {
            parts.push(format!("{} s", self.decimal(rest, SECOND)));
        }
        format!("{sign}{}", parts.join(" "))
    }

    fn decimal(&self, value: i128, unit: i128) -> String {
        let mut text = (value / unit).to_string();
        let mut finest = unit;
        let mut decimals = 0;
        while finest > 1 && self.step % finest != 0 {
            finest /= 10;
            decimals += 1;
        }
        if decimals > 0 {
            text.push_str(&format!(".{:0decimals$}", value % unit / finest));
        }
        text
    }
}

fn clock(stretches: &[(i64, i64)], offset_seconds: i32, step: Step) -> Vec<Tick> {
    let shift = i128::from(offset_seconds) * SECOND;
    let mut found: Vec<Tick> = Vec::new();
    let mut day_before = None;
    for &(t0, t1) in stretches {
        let (from, to) = (i128::from(t0) + shift, i128::from(t1) + shift);
        let first = found.len();
        found.extend(clock_within(from, to, shift, step));
        // After a fold it may be another day, and no midnight was shown.
        if let Some(tick) = found.get_mut(first)
            && let Step::Fixed(step) = step
        {
            let local = i128::from(tick.t) + shift;
            let at = at_local(local);
            let is_other_day = day_before.is_some_and(|day| day != local.div_euclid(DAY));
            if is_other_day && step < DAY && local.rem_euclid(DAY) != 0 {
                let month = MONTHS[(at.month as usize + 11) % 12];
                (tick.label, tick.major) = (format!("{month} {} {}", at.day, tick.label), true);
            }
        }
        day_before = Some(to.div_euclid(DAY));
    }
    found
}

/// The same within one stretch of local times, `shift` ns ahead of UTC.
fn clock_within(from: i128, to: i128, shift: i128, step: Step) -> Vec<Tick> {
    let mut year_before = at_local(from).year;
    let mut tick = |local: i128| {
        let at = at_local(local);
        let new_year = at.year != year_before;
        year_before = at.year;
        let midnight = local.rem_euclid(DAY) == 0;
        let month = MONTHS[(at.month as usize + 11) % 12];
        let (label, major) = match step {
            Step::Months(months) if months % 12 == 0 => (year(at.year), at.year % 10 == 0),
            Step::Months(_) if at.month == 1 => (year(at.year), true),
            Step::Months(_) => (month.to_owned(), false),
            Step::Fixed(_) if midnight && new_year => {
                (format!("{month} {}, {}", at.day, year(at.year)), true)
            }
            Step::Fixed(step) if midnight => (format!("{month} {}", at.day), step < DAY || at.day == 1),
            Step::Fixed(step) => {
                let mut label = format!("{:02}:{:02}", at.hour, at.minute);
                if step % MINUTE != 0 {
                    label.push_str(&format!(":{:02}", at.second));
                }
                // Decimals in threes: milli, micro, nano.
                let decimals = [(SECOND, 0), (1_000_000, 3), (1_000, 6), (1, 9)];
                if let Some(&(finest, n)) = decimals.iter().find(|(finest, _)| step % finest == 0)
                    && n > 0
                {
                    label.push_str(&format!(".{:0n$}", i128::from(at.nano) / finest));
                }
                (label, local.rem_euclid(larger_unit(step)) == 0)
            }
        };
        // The shift was added to times of 64 bits: taking it off again is exact.
        Tick { t: (local - shift) as i64, label, major }
    };
    match step {
        Step::Fixed(step) => {
            let base = if step == 7 * DAY { MONDAY } else { 0 };
            multiples(from, to, base, step).map(&mut tick).collect()
        }
        Step::Months(months) => {
            let start = at_local(from);
            // Aligned to the years, so that every sixth month is January or July and centuries are round.
            let since_zero = start.year * 12 + i64::from(start.month) - 1;
            let first = since_zero.div_euclid(months) * months;
            (0..)
                .map(|k| i128::from(first_of_month(0, first + k * months)) * DAY)
                .skip_while(|&local| local < from)
                .take_while(|&local| local <= to)
                .map(&mut tick)
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    const S: i64 = 1_000_000_000;
    /// 2025-11-21T08:30:00Z.
    const MORNING: i64 = 1_763_713_800 * S;

    fn labels(t0: i64, t1: i64, mode: AxisMode) -> String {
        let shown = |tick: Tick| if tick.major { format!("[{}]", tick.label) } else { tick.label };
        ticks(t0, t1, 600.0, 90.0, mode, 0).into_iter().map(shown).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn relative_labels() {
        let axis = |from: i64, to: i64| labels(100 + from, 100 + to, AxisMode::Relative { origin: 100 });
        assert_eq!(axis(0, 50), "[0] | +10 ns | +20 ns | +30 ns | +40 ns | +50 ns");
        assert_eq!(axis(-S, 2 * S), "[−1.0 s] | −0.5 s | [0] | +0.5 s | [+1.0 s] | +1.5 s | [+2.0 s]");
        assert_eq!(axis(0, 600 * S), "[0] | +2 min | +4 min | +6 min | +8 min | +10 min");
        assert_eq!(axis(0, 7200 * S), "[0] | +30 min | [+1 h] | +1 h 30 min | [+2 h]");
        assert_eq!(
            axis(3600 * S, 3603 * S),
            "[+1 h] | +1 h 0.5 s | [+1 h 1.0 s] | +1 h 1.5 s | [+1 h 2.0 s] | +1 h 2.5 s | [+1 h 3.0 s]"
        );
        assert_eq!(axis(0, 9 * 86_400 * S), "[0] | +2 d | +4 d | +6 d | +8 d");
    }

    #[test]
    fn clock_labels() {
        let axis = |from: i64, to: i64| labels(from, to, AxisMode::Clock);
        assert_eq!(
            axis(MORNING, MORNING + 1800 * S),
            "08:30 | 08:35 | 08:40 | 08:45 | 08:50 | 08:55 | [09:00]"
        );
        assert_eq!(axis(MORNING, MORNING + 20 * S), "[08:30:00] | 08:30:05 | 08:30:10 | 08:30:15 | 08:30:20");
        assert_eq!(
            axis(MORNING + 5 * S, MORNING + 6 * S),
            "[08:30:05.000] | 08:30:05.200 | 08:30:05.400 | 08:30:05.600 | 08:30:05.800 | [08:30:06.000]"
        );
        let night = MORNING + 12 * 3600 * S;
        assert_eq!(axis(night, night + 6 * 3600 * S), "21:00 | 22:00 | 23:00 | [Nov 22] | 01:00 | 02:00");
        let day = 86_400 * S;
        assert_eq!(axis(MORNING, MORNING + 5 * day), "Nov 22 | Nov 23 | Nov 24 | Nov 25 | Nov 26");
        assert_eq!(axis(MORNING, MORNING + 300 * day), "[2026] | Mar | May | Jul | Sep");
        assert_eq!(axis(MORNING, MORNING + 3000 * day), "2026 | 2028 | [2030] | 2032 | 2034");
        assert_eq!(
            axis(MORNING + 38 * day, MORNING + 43 * day),
            "Dec 30 | Dec 31 | [Jan 1, 2026] | Jan 2 | Jan 3"
        );
    }

    #[test]
    fn a_zone_moves_the_midnight() {
        let found = ticks(MORNING, MORNING + 86_400 * S, 600.0, 90.0, AxisMode::Clock, -9 * 3600);
        let midnight = found.iter().find(|tick| tick.label == "Nov 21").unwrap();
        assert_eq!(midnight.t, MORNING + 1800 * S);
        assert!(midnight.major);
    }

    #[test]
    fn odd_axes() {
        assert_eq!(ticks(5, 4, 100.0, 50.0, AxisMode::Clock, 0), vec![]);
        assert_eq!(ticks(0, 4, f64::NAN, 50.0, AxisMode::Clock, 0), vec![]);
        let point = ticks(7, 7, 100.0, 50.0, AxisMode::Relative { origin: 7 }, 0);
        assert_eq!(point, vec![Tick { t: 7, label: "0".into(), major: true }]);
    }

    proptest! {
        #[test]
        fn ticks_are_bounded_ordered_and_inside(
            a: i64, b: i64, shift in 0u32..64, origin: i64, width in 1f64..5000.0, gap in 4f64..200.0, offset in -86_400i32..86_400,
        ) {
            let (t0, t1) = (a.min(b) >> shift, a.max(b) >> shift);
            for mode in [AxisMode::Clock, AxisMode::Relative { origin }] {
                let found = ticks(t0, t1, width, gap, mode, offset);
                prop_assert!(found.len() as f64 <= width / gap + 2.0);
                prop_assert!(found.iter().all(|tick| (t0..=t1).contains(&tick.t) && !tick.label.is_empty()));
                prop_assert!(found.windows(2).all(|pair| pair[0].t < pair[1].t));
            }
        }
    }
}
