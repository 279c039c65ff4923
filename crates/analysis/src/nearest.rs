//! Finds the name that was probably meant.

use strsim::osa_distance;

/// Longest name that is compared with others, in characters.
const LONGEST: usize = 64;

/// The name that is most like `wanted`, at most a third of its letters (at least one, at most four) away: by the least
/// number of letters put in, left out, replaced or swapped (optimal string alignment), then in the order given.
/// Capitals and small letters are the same. O(names × 64²).
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let length = wanted.chars().take(LONGEST + 1).count();
    if length > LONGEST {
        return None;
    }
    let most = (length / 3).clamp(1, 4);
    let distances = names.into_iter().filter_map(|name| {
        let letters = name.chars().take(LONGEST + 1).count();
        let distance = (letters <= LONGEST).then(|| osa_distance(&wanted, &name.to_lowercase()))?;
        (distance <= most && distance < letters).then_some((distance, name))
    });
    distances.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_the_one_that_was_meant() {
        let names = || ["status", "step", "start", "slack"].into_iter();
        assert_eq!(nearest("stauts", names()), Some("status"));
        assert_eq!(nearest("STEP", names()), Some("step"));
        assert_eq!(nearest("slak", names()), Some("slack"));
        assert_eq!(nearest("zebra", names()), None);
        assert_eq!(nearest("x", ["y", "xy"].into_iter()), Some("xy"));
        assert_eq!(nearest(&"s".repeat(1000), names()), None);
    }
}
