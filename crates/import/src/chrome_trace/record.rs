//! One trace event, its fields as text: what they mean depends on the phase.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of a trace event; of repeated ones the last.
#[derive(Default)]
pub(super) struct Record<'a> {
    pub(super) ph: Option<&'a RawValue>,
    pub(super) name: Option<&'a RawValue>,
    pub(super) cat: Option<&'a RawValue>,
    pub(super) ts: Option<&'a RawValue>,
    pub(super) dur: Option<&'a RawValue>,
    pub(super) pid: Option<&'a RawValue>,
    pub(super) tid: Option<&'a RawValue>,
    pub(super) id: Option<&'a RawValue>,
    pub(super) scope: Option<&'a RawValue>,
    pub(super) bp: Option<&'a RawValue>,
    pub(super) args: Option<&'a RawValue>,
    /// How many other members there are.
    pub(super) others: u32,
}

enum Key {
    Ph,
    Name,
    Cat,
    Ts,
    Dur,
    Pid,
    Tid,
    Id,
    Scope,
    Bp,
    Args,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Key, D::Error> {
        struct KeyVisitor;
        impl Visitor<'_> for KeyVisitor {
            type Value = Key;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member name")
            }
            fn visit_bytes<E>(self, v: &[u8]) -> Result<Key, E> {
                Ok(match v {
                    b"ph" => Key::Ph,
                    b"name" => Key::Name,
                    b"cat" => Key::Cat,
                    b"ts" => Key::Ts,
                    b"dur" => Key::Dur,
                    b"pid" => Key::Pid,
                    b"tid" => Key::Tid,
                    b"id" | b"id2" => Key::Id,
                    b"scope" | b"s" => Key::Scope,
                    b"bp" => Key::Bp,
                    b"args" => Key::Args,
                    _ => Key::Other,
                })
            }
        }
        d.deserialize_bytes(KeyVisitor)
    }
}

impl<'de> Deserialize<'de> for Record<'de> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Record<'de>, D::Error> {
        struct RecordVisitor;
        impl<'de> Visitor<'de> for RecordVisitor {
            type Value = Record<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a trace event: a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record<'de>, A::Error> {
                let mut r = Record::default();
                while let Some(key) = map.next_key::<Key>()? {
                    let slot = match key {
                        Key::Ph => &mut r.ph,
                        Key::Name => &mut r.name,
                        Key::Cat => &mut r.cat,
                        Key::Ts => &mut r.ts,
                        Key::Dur => &mut r.dur,
                        Key::Pid => &mut r.pid,
                        Key::Tid => &mut r.tid,
                        Key::Id => &mut r.id,
                        Key::Scope => &mut r.scope,
                        Key::Bp => &mut r.bp,
                        Key::Args => &mut r.args,
                        Key::Other => {
                            map.next_value::<IgnoredAny>()?;
                            r.others += 1;
                            continue;
                        }
                    };
                    *slot = Some(map.next_value()?);
                }
                Ok(r)
            }
        }
        d.deserialize_map(RecordVisitor)
    }
}

/// Nanoseconds of a decimal number of microseconds, exact to the nanosecond (rounded down beyond), as a JSON number
/// or string; `None` where it is no number or too large.
pub(super) fn micros(value: &RawValue) -> Option<i64> {
    let text = value.get().trim_matches('"').trim();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_plain(whole) || !is_plain(fraction) {
        // An exponent, or no number.
        let ns = crate::json::number_of(value)? * 1e3;
        return (ns.abs() < 9.2e18).then(|| ns.round() as i64);
    }
    let thousandths = fraction.bytes().chain(*b"000").take(3).fold(0, |n, b| n * 10 + i64::from(b - b'0'));
    Some(sign * whole.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(thousandths)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microseconds_are_exact() {
        let read = |json: &str| serde_json::from_str::<&RawValue>(json).ok().and_then(micros);
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
            assert_eq!(read(json), ns, "{json}");
        }
    }
}
