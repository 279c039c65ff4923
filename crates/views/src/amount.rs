//! Numbers of a measure as text for people: with their unit, short or exact.

use makespan_analysis::{Measure, Quantity};
use makespan_scene::{bytes, count, duration, duration_words};

/// What a number counts, and the source's own unit if Makespan has none for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Unit {
    /// The kind of quantity: time (ns), bytes, hundredths, counts, or any other number.
    pub quantity: Quantity,
    /// The source's own unit; empty for all quantities except [`Quantity::Number`].
    pub name: String,
}

impl Unit {
    /// Returns the unit of a quantity.
    pub fn of(quantity: Quantity) -> Unit {
        Unit { quantity, name: String::new() }
    }

    /// Returns the unit of a measure's values.
    pub fn measure(measure: &Measure) -> Unit {
        Unit { quantity: measure.quantity, name: measure.unit.clone() }
    }

    /// Returns the unit with this name in a source, and the number of base units (ns, bytes, hundredths) in it.
    pub fn named(name: &str) -> (Unit, f64) {
        match makespan_format::amount::unit(name) {
            Some((quantity, factor)) => (Unit::of(quantity), factor),
            None => (Unit { quantity: Quantity::Number, name: name.trim().to_owned() }, 1.0),
        }
    }

    /// Formats a value with its sign: "+212 MB".
    pub fn signed(&self, value: f64) -> String {
        if value > 0.0 { format!("+{}", self.text(value)) } else { self.text(value) }
    }

    /// Formats a value with three or four significant digits and its unit: "4 min 12 s", "212 MB", "46.9 %", "10.2
    /// items/sec"; "–" if it is not a number.
    pub fn text(&self, value: f64) -> String {
        if !value.is_finite() {
            return "–".to_owned();
        }
        match self.quantity {
            Quantity::Time => duration(value as i64),
            Quantity::Bytes => bytes(value),
            Quantity::Percent => format!("{} %", plain(value)),
            Quantity::Count => plain(value),
            Quantity::Number if self.name.is_empty() => plain(value),
            Quantity::Number => format!("{} {}", plain(value), self.name),
        }
    }

    /// Formats a value as short as possible, for cells and axes whose heading names the source's own unit: "4 min 12
    /// s", "1.25 M".
    pub fn short(&self, value: f64) -> String {
        match self.quantity {
            Quantity::Count | Quantity::Number => compact(value),
            _ => self.text(value),
        }
    }

    /// Formats a value with all known digits and its unit; "unknown" if it is not a number.
    pub fn exact(&self, value: f64) -> String {
        if !value.is_finite() {
            return "unknown".to_owned();
        }
        match self.quantity {
            Quantity::Time => format!("{} ({} ns)", duration_words(value as i64), value as i64),
            Quantity::Bytes => format!("{} ({} bytes)", bytes(value), exact_number(value)),
            Quantity::Percent => format!("{} %", exact_number(value)),
            Quantity::Count => exact_number(value),
            Quantity::Number if self.name.is_empty() => exact_number(value),
            Quantity::Number => format!("{} {}", exact_number(value), self.name),
        }
    }

    /// Returns a title with the unit, if the numbers below it do not show it: "Rate, items/sec".
    pub fn titled(&self, title: &str) -> String {
        if self.name.is_empty() { title.to_owned() } else { format!("{title}, {}", self.name) }
    }
}

/// Formats a duration with its sign: "+4 min 12 s", "−3 s", "±0 s".
pub fn signed(ns: i64) -> String {
    match ns {
        0 => "±0 s".to_owned(),
        1.. => format!("+{}", duration(ns)),
        _ => duration(ns),
    }
}

/// Formats a number with its sign: "+3", "−0.25", "±0".
pub(crate) fn signed_number(n: f64) -> String {
    match n {
        0.0 => "±0".to_owned(),
        n if n > 0.0 => format!("+{}", plain(n)),
        n => plain(n),
    }
}

/// Formats how much greater `b` is than `a`: "+35 %", "−4.2 %", "×12" from tenfold on; empty if `a` allows no
/// comparison.
pub fn change(a: f64, b: f64) -> String {
    if !(a > 0.0 && a.is_finite() && b.is_finite()) {
        return String::new();
    }
    let ratio = b / a;
    if ratio >= 10.0 {
        return if ratio < 1e6 { format!("×{ratio:.0}") } else { "×10⁶ and more".to_owned() };
    }
    let p = (ratio - 1.0) * 100.0;
    let digits = usize::from(p.abs() < 9.95);
    let text = format!("{:.digits$}", p.abs());
    let text = text.strip_suffix(".0").unwrap_or(&text);
    match text {
        "0" => "±0 %".to_owned(),
        _ if p < 0.0 => format!("−{text} %"),
        _ => format!("+{text} %"),
    }
}

/// Formats a fraction of 1: "13 %", "1.2 %", "<0.1 %". Only 1 gives 100 %, and only 0 gives 0 %.
pub fn share(part: f64) -> String {
    if part > 0.0 && part < 0.0005 {
        return "<0.1 %".to_owned();
    }
    let hundredths = part * 100.0;
    let is_plain = (10.0..99.5).contains(&hundredths) || part >= 1.0;
    let rounded = if is_plain { hundredths.round() } else { (hundredths * 10.0).round() / 10.0 };
    let shown = if part < 1.0 { rounded.min(99.9) } else { rounded };
    format!("{} %", plain(shown))
}

/// Formats a number with commas between groups of three digits, as few decimals as four significant digits need, and a
/// true minus sign. Very large and very small numbers get a power of ten: "1.5e18".
pub(crate) fn plain(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "–".to_owned();
    }
    if size != 0.0 && !(1e-4..1e15).contains(&size) {
        return power(value);
    }
    let whole_digits = if size < 1.0 { 0 } else { size.log10().floor() as i32 + 1 };
    let leading_zeros = if size == 0.0 || size >= 1.0 { 0 } else { -size.log10().floor() as i32 - 1 };
    let decimals = (4 - whole_digits).clamp(0, 4) + leading_zeros.min(3);
    grouped(value, decimals as usize)
}

/// Formats a number with a prefix from a million on: "1.25 M"; otherwise like [`plain`].
pub(crate) fn compact(value: f64) -> String {
    const PREFIXES: [(f64, &str); 3] = [(1e12, "T"), (1e9, "G"), (1e6, "M")];
    let size = value.abs();
    // Rounding the last shown digit up may reach the next prefix.
    match PREFIXES.iter().find(|(from, _)| size >= from * 0.9995 && size < 9.995e14) {
        Some((from, prefix)) => {
            let part = value / from;
            let decimals = if part.abs() < 9.995 {
                2
            } else if part.abs() < 99.95 {
                1
            } else {
                0
            };
            format!("{} {prefix}", grouped(part, decimals))
        }
        None => plain(value),
    }
}

/// Formats a number with all its digits.
pub(crate) fn exact_number(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    if value != 0.0 && !(1e-9..1e15).contains(&value.abs()) {
        return power(value);
    }
    let text = format!("{}", value.abs());
    let decimals = text.split_once('.').map_or(0, |(_, d)| d.len());
    grouped(value, decimals)
}

fn power(value: f64) -> String {
    let text = format!("{:.2e}", value.abs());
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits =
        if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{digits}e{}", exponent.replace('-', "−"))
}

fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let part = part.trim_end_matches('0');
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), count);
    let shown = if part.is_empty() { whole } else { format!("{whole}.{part}") };
    // A value that rounds to zero has no sign.
    if value < 0.0 && shown != "0" { format!("−{shown}") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_formatted_for_people() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.5, "0.5"),
            (0.123456, "0.1235"),
            (0.00123456, "0.001235"),
            (-12.3456, "−12.35"),
            (99_999.5, "100,000"),
            (1_234_567.0, "1,234,567"),
            (1.5e18, "1.5e18"),
            (-2e-7, "−2e−7"),
            (f64::MAX, "1.8e308"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(plain(value), text);
        }
        let short: Vec<String> =
            [1_250_000.0, 999_600_000.0, -25e9, 2e14, 9e20, 12.0].into_iter().map(compact).collect();
        assert_eq!(short, ["1.25 M", "1 G", "−25 G", "200 T", "9e20", "12"]);
    }

    #[test]
    fn units_go_with_their_numbers() {
        let rate = Unit { quantity: Quantity::Number, name: "items/sec".to_owned() };
        assert_eq!(rate.text(10.25), "10.25 items/sec");
        assert_eq!(rate.short(1e7), "10 M");
        assert_eq!(rate.exact(1.0 / 3.0), "0.3333333333333333 items/sec");
        assert_eq!(rate.titled("Rate"), "Rate, items/sec");
        assert_eq!(Unit::of(Quantity::Time).text(1.5e9), "1.5 s");
        assert_eq!(Unit::of(Quantity::Time).exact(1.5e9), "1.5 seconds (1500000000 ns)");
        assert_eq!(Unit::of(Quantity::Bytes).exact(2048.0), "2.05 kB (2,048 bytes)");
        assert_eq!(Unit::of(Quantity::Percent).text(46.94), "46.94 %");
        assert_eq!(Unit::of(Quantity::Bytes).text(f64::INFINITY), "–");
        assert_eq!(Unit::of(Quantity::Count).exact(f64::NAN), "unknown");
    }
}
