//! What is offered at the cursor, which stands where `|` does.

use makespan_analysis::Facts;
use makespan_analysis::query::complete;

use crate::{facts, pipeline};

/// What the text becomes with each completion.
fn becomes(facts: &Facts, text: &str) -> Vec<String> {
    let (before, after) = text.split_once('|').unwrap();
    let offered = complete(&format!("{before}{after}"), before.len(), facts);
    offered.iter().map(|c| format!("{}{}|{after}", &before[..c.replace.start], c.insert)).collect()
}

fn check_first(facts: &Facts, cases: &[(&str, &str)]) {
    for (text, first) in cases {
        assert_eq!(becomes(facts, text).first().map_or("", String::as_str), *first, "{text}");
    }
}

#[test]
fn terms_where_a_term_begins() {
    check_first(
        &pipeline(),
        &[
            ("sta|", "status:|"),
            ("du|", "duration>|"),
            ("lint dow|", "lint down(|"),
            ("lint and (cri|)", "lint and (critical|)"),
            ("not h|", "not has:|"),
            ("lab|", "label.|"),
            ("lint |", "lint and |"),
            ("lint o|", "lint or |"),
            // Nothing of this run is measured like that.
            ("written|", ""),
            ("zzz|", ""),
        ],
    );
    let all = becomes(&pipeline(), "|");
    assert!(all.contains(&"status:|".to_owned()) && all.contains(&"between(|".to_owned()), "{all:?}");
    let step = becomes(&pipeline(), "ste|");
    assert_eq!(step, ["step:|"]);
}

#[test]
fn completion_offers_values_of_the_run_for_a_value() {
    let facts = pipeline();
    check_first(
        &facts,
        &[
            ("status:|", "status:pending|"),
            ("status:fa|", "status:failed|"),
            ("status in (failed, ca|", "status in (failed, cancelled|"),
            ("step:|", "step:Fetch|"),
            ("step:{align, m| lint", "step:{align, merge| lint"),
            ("worker=|", "worker=w1|"),
            ("kind:p|", "kind:python|"),
            ("error:|", "error:\"Timed out after 2s\"|"),
            ("error:\"tim|", "error:\"Timed out after 2s\"|"),
            ("dur>p9|", "dur>p90|"),
            ("dur > |", "dur > p50|"),
            ("has:er|", "has:error|"),
            ("is:|", "is:critical|"),
            ("up(me|", "up(merge|"),
            ("between(Fetch, |)", "between(Fetch, Fetch|)"),
            ("up(merge, |", "up(merge, 1|"),
            ("up((sta|", "up((status:|"),
        ],
    );
    assert_eq!(becomes(&facts, "kind:|"), ["kind:bash|", "kind:python|"]);
    assert_eq!(becomes(&facts, "step:l|"), ["step:lint|", "step:align|"], "what begins with it comes first");
}

#[test]
fn names_and_values_of_labels_and_metrics() {
    let facts = facts(
        "a 0..1 w\nb 1..2 w",
        &[
            r#"{"event":"task","task":"a","name":"and","labels":{"team":"search","on call":"x*"}}"#,
            r#"{"event":"task","task":"b","labels":{"team":"two words"}}"#,
            r#"{"event":"sample","task":"b","name":"rows out","value":7}"#,
            r#"{"event":"sample","task":"b","name":"slack","unit":"s","value":7}"#,
            r#"{"event":"sample","task":"b","name":"mem_peak","unit":"MB","value":7}"#,
        ],
    );
    assert_eq!(becomes(&facts, "label.|"), ["label.\"on call\"|", "label.team|"]);
    assert_eq!(becomes(&facts, "label.te|"), ["label.team|"]);
    assert_eq!(becomes(&facts, "label:te|"), ["label:team|"]);
    assert_eq!(becomes(&facts, "label.team:|"), ["label.team:search|", "label.team:\"two words\"|"]);
    assert_eq!(becomes(&facts, "label.\"on call\"=|"), ["label.\"on call\"=\"x*\"|"]);
    assert_eq!(becomes(&facts, "rows|"), ["\"rows out\">|"]);
    assert_eq!(becomes(&facts, "sla|"), ["slack>|", "metric.slack>|"]);
    assert_eq!(
        becomes(&facts, "has:me|"),
        ["has:mem|", "has:metric.|", "has:mem_peak|", "has:metric.slack|", "has:name|"]
    );
    assert_eq!(becomes(&facts, "metric.\"ro|"), ["metric.\"rows out\"|"]);
    assert_eq!(becomes(&facts, "up(an|").first().unwrap(), "up(\"and\"|");
    assert_eq!(complete("dur>5x sta", 10, &facts), [], "nothing behind an error");
}

#[test]
fn a_hundred_thousand_names_are_no_more_than_fifty_offers() {
    let text: String = (0..100_000).map(|t| format!("task{t} {t}..{} w\n", t + 1)).collect();
    let facts = facts(&text, &[]);
    assert_eq!(becomes(&facts, "id:|").len(), 50);
    assert_eq!(becomes(&facts, "id:99999|"), ["id:task99999|"]);
}
