//! One trace event, its members as they stand: what they mean depends on the phase.

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
    pub(super) args: Option<Value<'t, 'a>>,
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
                "makespan" => &mut r.own,
                // The scope of an instant says how long a line to draw for it.
                "scope" | "s" => continue,
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

/// Nanoseconds of a decimal number of microseconds, exact to the nanosecond (rounded down beyond), as a JSON number
/// or string; `None` where it is no number or too large.
pub(super) fn micros(value: Value<'_, '_>) -> Option<i64> {
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
