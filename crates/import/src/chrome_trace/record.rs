//! One trace event with its raw members, whose meaning depends on the phase.

use crate::importer::Unit;
use crate::json::tape::Value;

/// The members of a trace event; of repeated ones the last.
#[derive(Default)]
pub(super) struct Record<'t, 'a> {
    pub(super) ph: Option<Value<'t, 'a>>,
    pub(super) name: Option<Value<'t, 'a>>,
    pub(super) cat: Option<Value<'t, 'a>>,
    pub(super) ts: Option<Value<'t, 'a>>,
    pub(super) dur: Option<Value<'t, 'a>>,
    pub(super) pid: Option<Value<'t, 'a>>,
    pub(super) tid: Option<Value<'t, 'a>>,
    pub(super) id: Option<Value<'t, 'a>>,
    pub(super) bp: Option<Value<'t, 'a>>,
    pub(super) scope: Option<Value<'t, 'a>>,
    pub(super) bind_id: Option<Value<'t, 'a>>,
    pub(super) flow_in: Option<Value<'t, 'a>>,
    pub(super) flow_out: Option<Value<'t, 'a>>,
    pub(super) args: Option<Value<'t, 'a>>,
    /// The primary output of an action of Bazel.
    pub(super) out: Option<Value<'t, 'a>>,
    /// What our own export keeps beside what viewers draw: the event, or `true` where there is none.
    pub(super) own: Option<Value<'t, 'a>>,
    /// How many other members there are.
    pub(super) others: u32,
}

impl<'t, 'a> Record<'t, 'a> {
    /// Takes an object apart.
    pub(super) fn of(object: Value<'t, 'a>) -> Record<'t, 'a> {
        let mut r = Record::default();
        for (key, value) in object.members() {
            let slot = match &*key {
                "ph" => &mut r.ph,
                "name" => &mut r.name,
                "cat" => &mut r.cat,
                "ts" => &mut r.ts,
                "dur" => &mut r.dur,
                "pid" => &mut r.pid,
                "tid" => &mut r.tid,
                "id" | "id2" => &mut r.id,
                "bp" => &mut r.bp,
                "args" => &mut r.args,
                "out" => &mut r.out,
                "scope" => &mut r.scope,
                "bind_id" => &mut r.bind_id,
                "flow_in" => &mut r.flow_in,
                "flow_out" => &mut r.flow_out,
                "makespan" => &mut r.own,
                // Says how long a line to draw for an instant.
                "s" => continue,
                _ => {
                    r.others += 1;
                    continue;
                }
            };
            *slot = Some(value);
        }
        r
    }
}

/// The unit of the times of an event: the one that was named, else microseconds, as the format says, unless the time
/// would lie beyond the year 5138: programs that write nanoseconds are the usual cause.
pub(super) fn unit_of(ts: Value<'_, '_>, named: Option<Unit>) -> Unit {
    // Fewer digits make no such number, and counting them is much faster than reading them.
    let is_long = |text: &str| text.len() >= 18 || text.contains(['e', 'E']);
    let is_far = || is_long(ts.get()) && ts.number().is_some_and(|n| n.abs() >= 1e17);
    named.unwrap_or_else(|| if is_far() { Unit::Nanoseconds } else { Unit::Microseconds })
}

/// Nanoseconds of a number of that unit.
pub(super) fn time(value: Value<'_, '_>, unit: Unit) -> Option<i64> {
    match unit {
        Unit::Microseconds => micros(value),
        unit => unit.to_ns(value.number()?, value.get().trim_matches('"').trim()),
    }
}

/// Nanoseconds of a decimal number of microseconds, exact to the nanosecond (rounded down beyond), as a JSON number
/// or string; `None` where it is not a number or too large.
fn micros(value: Value<'_, '_>) -> Option<i64> {
    let text = value.get().trim_matches('"').trim();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_plain(whole) || !is_plain(fraction) {
        // An exponent, or no number.
        let ns = value.number()? * 1e3;
        return (ns.abs() < 9.2e18).then(|| ns.round() as i64);
    }
    let thousandths = fraction.bytes().chain(*b"000").take(3).fold(0, |n, b| n * 10 + i64::from(b - b'0'));
    Some(sign * whole.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(thousandths)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::tape::Tape;

    #[test]
    fn microseconds_are_exact() {
        let mut tape = Tape::default();
        for (json, ns) in [
            ("1", Some(1_000)),
            ("1700000000000000.123", Some(1_700_000_000_000_000_123)),
            ("\"12.5\"", Some(12_500)),
            ("-0.0019", Some(-1)),
            ("1e3", Some(1_000_000)),
            ("1e300", None),
            ("99999999999999999999", None),
            ("\"x\"", None),
            ("null", None),
            ("\"\"", None),
        ] {
            let text = format!("{json} ");
            assert!(tape.read(&text, 0).is_ok());
            assert_eq!(micros(tape.value(&text)), ns, "{json}");
        }
    }
}
