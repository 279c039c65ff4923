//! What must hold of any text whatever, for the tests here and for the fuzz target.

use makespan_analysis::Facts;
use makespan_analysis::query::{Query, QueryContext, QueryError, complete};

/// Reads a text as a query, asks it of a run, and completes it at a place: no panic, every place is one of the text,
/// and the canonical form is read as the same query.
pub(crate) fn any_text_is_harmless(text: &str, cursor: usize, facts: &Facts) {
    match Query::parse(text) {
        Err(error) => lies_within(&error, text),
        Ok(query) => {
            let canonical = query.to_string();
            match Query::parse(&canonical) {
                Ok(again) => {
                    assert_eq!(again, query, "{text:?} is written as {canonical:?}");
                    assert_eq!(again.to_string(), canonical);
                }
                Err(error) => panic!("{text:?} is written as {canonical:?}: {error}"),
            }
            let asked = query.mask(facts, QueryContext { utc_offset: 3600 });
            assert_eq!(query.check(facts).err(), asked.as_ref().err().cloned());
            match asked {
                Ok(mask) => assert_eq!(mask.len(), facts.run().task_count()),
                Err(error) => lies_within(&error, text),
            }
        }
    }
    let offered = complete(text, cursor, facts);
    assert!(offered.len() <= 50);
    for one in offered {
        assert!(one.replace.end <= cursor && text.get(one.replace.clone()).is_some(), "{text:?} {one:?}");
        assert!(!one.insert.is_empty() && !one.about.is_empty(), "{text:?} {one:?}");
    }
}

fn lies_within(error: &QueryError, text: &str) {
    assert!(text.get(error.at.clone()).is_some(), "{text:?}: {error:?}");
    assert!(!error.message.is_empty());
}
