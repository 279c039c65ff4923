//! Queries for one value.

/// Returns the query for tasks with exactly this value in a field.
pub fn exactly(field: &str, value: &str) -> String {
    let mut out = format!("{field}=\"");
    for c in value.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use makespan_analysis::query::Query;

    #[test]
    fn any_value_can_be_quoted() {
        assert_eq!(super::exactly("step", "a b"), "step=\"a b\"");
        for value in ["", "\"", "\\", "a \\\" or b", "é\n"] {
            let query = super::exactly("step", value);
            assert!(Query::parse(&query).is_ok(), "{query}");
        }
    }
}
