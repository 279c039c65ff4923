//! Formats amounts in messages.

use makespan_format::amount::Quantity;

/// Returns an example of an amount of a quantity, for a message.
pub(super) fn example(quantity: Quantity, unit: &str) -> String {
    match quantity {
        Quantity::Time => "a duration such as 1m30s or 250ms".to_owned(),
        Quantity::Bytes => "a size such as 2GiB or 500MB".to_owned(),
        Quantity::Percent => "a share such as 150%".to_owned(),
        Quantity::Count => "a number".to_owned(),
        Quantity::Number if unit.is_empty() => "a number".to_owned(),
        Quantity::Number => format!("a number, with or without the unit {unit}"),
    }
}
