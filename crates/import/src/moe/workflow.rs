//! The workflow of an execution. The files name only executions; a repeated workflow gets the same name with a number,
//! a time or a UUID appended, because otherwise the new file would replace the old one.

/// The id of an execution without the numbers, times and UUIDs at its end; nothing where there are none, or nothing else.
pub(super) fn of(id: &str) -> Option<&str> {
    if is_uuid(id) {
        return None;
    }
    let mut name = id;
    while let Some(rest) = without_uuid(name).or_else(|| without_number(name)) {
        name = rest;
    }
    let name = name.trim_end();
    (name.len() < id.len() && !name.is_empty()).then_some(name)
}

/// Without digits and what sets them apart: `_`, `-`, `.`, `#` or blanks, or `T` or `:` between digits of a time.
fn without_number(name: &str) -> Option<&str> {
    let rest = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if rest.len() == name.len() {
        return None;
    }
    let bare = rest.strip_suffix(['_', '-', '.', '#', ' ', ':', 'T'])?;
    let within_a_time = bare.ends_with(|c: char| c.is_ascii_digit());
    let apart = !rest.ends_with([':', 'T']) || within_a_time;
    (apart && !bare.is_empty()).then_some(bare)
}

fn without_uuid(name: &str) -> Option<&str> {
    let at = name.len().checked_sub(36)?;
    let (rest, uuid) = (name.get(..at)?, name.get(at..)?);
    let bare = rest.strip_suffix(['_', '-', '.', '#', ' ', ':'])?;
    (is_uuid(uuid) && !bare.is_empty()).then_some(bare)
}

fn is_uuid(text: &str) -> bool {
    let byte = |(i, byte): (usize, u8)| match i {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executions_of_one_workflow_have_its_name() {
        for (id, workflow) in [
            ("nightly_0", "nightly"),
            ("nightly_17", "nightly"),
            ("example_workflow_20250326_123431", "example_workflow"),
            ("train 2026-01-05T08:00:00", "train"),
            ("workflow_13c591a2-9520-491f-b061-f727575dda0c", "workflow"),
            ("größe #3", "größe"),
        ] {
            assert_eq!(of(id), Some(workflow), "{id}");
        }
    }

    #[test]
    fn other_names_are_left_alone() {
        for id in [
            "",
            "ExampleMoEPipeline",
            "resnet50",
            "v2",
            "_7",
            "2026",
            "13c591a2-9520-491f-b061-072757500000",
            "AT7",
            "größe",
        ] {
            assert_eq!(of(id), None, "{id}");
        }
    }
}
