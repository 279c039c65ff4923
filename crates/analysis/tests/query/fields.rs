//! What a query can ask of a task: texts, statuses, labels, parameters, flags.

use crate::{check, check_wrong, facts, pipeline};

const ALL: &str = "Fetch align_1 align_2 lint merge report";

#[test]
fn every_form_of_the_small_filter_means_what_it_meant() {
    let facts = facts(
        "Fetch 0..1 w1\nalign_1 1..2 w2 Fetch step=align\nalign_2 1..3 w1 Fetch step=align failed\n\
         État 3..4 w2 align_2 name=std::fs",
        &[],
    );
    check(
        &facts,
        &[
            ("", "Fetch align_1 align_2 État"),
            (" \u{a0}\n", "Fetch align_1 align_2 État"),
            ("fetch", "Fetch"),
            ("ALIGN 2", "align_2"),
            ("step:align worker:w1", "align_2"),
            ("!status:failed step:align", "align_1"),
            ("status:fail", "align_2"),
            ("id:1", "align_1"),
            ("éTAT", "État"),
            ("!align", "Fetch État"),
            ("zzz", ""),
            ("std::fs", "État"),
            ("name:d::F", "État"),
            // Whoever is still typing sees what was there before.
            ("align step:", "align_1 align_2"),
            ("status:", "Fetch align_1 align_2 État"),
            ("kind: align", "align_1 align_2"),
        ],
    );
}

#[test]
fn texts_are_parts_patterns_or_wholes() {
    check(
        &pipeline(),
        &[
            ("align_*", "align_1 align_2"),
            ("name:*_2", "align_2"),
            ("id:?e*", "Fetch merge report"),
            ("name:\"align_*\"", ""),
            ("name=align_1", "align_1"),
            ("name=fetch", ""),
            ("name=\"Fetch\"", "Fetch"),
            ("step=align", "align_1 align_2"),
            ("step!=align", "Fetch lint merge report"),
            ("step:{align, lint}", "align_1 align_2 lint"),
            ("step in (align, LINT)", "align_1 align_2"),
            ("step not in (align, lint)", "Fetch merge report"),
            ("step:{al*,rep}", "align_1 align_2 report"),
            ("\"e*\"", ""),
            ("\"_1\"", "align_1"),
        ],
    );
}

#[test]
fn what_is_not_known_fits_nothing() {
    check(
        &pipeline(),
        &[
            ("kind:bash", "Fetch"),
            ("kind!=bash", "merge"),
            ("not kind=bash", "align_1 align_2 lint merge report"),
            ("has:kind", "Fetch merge"),
            ("worker:w", "Fetch align_1 align_2 lint merge"),
            // Any attempt for one worker, all of them for none.
            ("worker:w1", "Fetch align_2"),
            ("worker!=w1", "align_1 lint merge"),
            ("error:\"timed OUT\"", "align_2"),
            ("error:*2s", "align_2"),
            ("has:error", "align_2"),
            ("not has:error", "Fetch align_1 lint merge report"),
        ],
    );
}

#[test]
fn statuses_are_told_by_their_beginning_and_by_the_words_of_engines() {
    let facts = pipeline();
    check(
        &facts,
        &[
            ("status:up", "report"),
            ("status:failed", ""),
            ("status:*fail*", "report"),
            ("status:{running, up}", "lint report"),
            ("status in (running, upstream-failed)", "lint report"),
            ("status not in (running, upstream-failed)", "Fetch align_1 align_2 merge"),
            ("status=succeeded", "Fetch align_1 align_2 merge"),
            ("status:SUCCESS", "Fetch align_1 align_2 merge"),
            ("status!=succeeded", "lint report"),
            ("state:run", "lint"),
        ],
    );
    check_wrong(
        &facts,
        &[
            ("status:faield", "faield", "`faield` is not a status; expected failed"),
            ("status:zzzzz", "zzzzz", "expected pending, queued,"),
            ("status=succ", "succ", "is not a status"),
            ("merge status<failed", "<", "this is text; expected `:`, `=` or `!=`"),
        ],
    );
}

#[test]
fn labels_and_parameters_compare_as_what_they_are() {
    let facts = facts(
        "a 0..1 w\nb 1..2 w\nc 2..3 w\nd 3..4 w",
        &[
            r#"{"event":"task","task":"a","labels":{"team":"Search","on call":"x*y"},"params":{"threads":4,"size":"8 GB","data":{"rows":70}}}"#,
            r#"{"event":"task","task":"b","labels":{"team":"search-infra"},"params":{"threads":"16","size":"500MB","fast":true}}"#,
            r#"{"event":"task","task":"c","params":{"threads":14.0,"fast":null}}"#,
        ],
    );
    check(
        &facts,
        &[
            ("label.team:search", "a b"),
            ("label:team=Search", "a"),
            ("labels.team!=Search", "b"),
            ("label:team", "a b"),
            ("has:label.team", "a b"),
            ("label.\"on call\"=\"x*y\"", "a"),
            ("label.\"on call\":x?y", "a"),
            ("param.threads>4", "b c"),
            ("param.threads>=4", "a b c"),
            ("params:threads=16", "b"),
            ("param.threads=14", "c"),
            // A number is found as a whole; a text, also one of digits, by its parts.
            ("param.threads:4", "a"),
            ("param.threads:6", "b"),
            ("param.threads in (4, 16)", "a b"),
            ("param.threads!=4", "b c"),
            ("param.size>1GB", "a"),
            ("param.size<1GiB", "b"),
            ("param.size>1", ""),
            ("param.data.rows>=70", "a"),
            ("param.fast:true", "b"),
            ("has:param.fast", "b"),
            ("not param.fast:true", "a c d"),
            ("param.nothing:", "a b c d"),
            ("param.nothing!=1", ""),
        ],
    );
    check_wrong(
        &facts,
        &[("param.threads>many", "many", "expected a number"), ("label:", "", "needs a name")],
    );
}

#[test]
fn flags_stand_alone_and_texts_of_their_names_are_quoted() {
    let facts =
        facts("a 0..4 w\nb 4..5 w a try=1 failed\nb 6..9 w a try=2\nc 4..5 w a\ncritical-c 5..6 w c", &[]);
    check(
        &facts,
        &[
            ("critical", "a b"),
            ("is:critical", "a b"),
            ("gate", "a"),
            ("\"critical\"", "critical-c"),
            ("retried", "b"),
            ("not retried critical", "a"),
            ("Is:Retried", "b"),
            ("critical-", "critical-c"),
        ],
    );
    check_wrong(
        &facts,
        &[("a is:fast", "fast", "expected `critical`, `gate` or `retried`"), ("is:", "", "no flag")],
    );
}

#[test]
fn names_may_hold_what_the_grammar_uses() {
    let facts =
        facts("and 0..1 w\na,b 1..2 w\nx=1 2..3 w\nup(x) 3..4 w\nsay\"hi\" 4..5 w\nc:\\d 5..6 w", &[]);
    check(
        &facts,
        &[
            ("\"and\"", "and"),
            ("id=\"a,b\"", "a,b"),
            ("\"x=1\"", "x=1"),
            ("id=\"up(x)\"", "up(x)"),
            (r#""\"hi\"""#, "say\"hi\""),
            (r#"id="c:\d""#, "c:\\d"),
            (r#"id:":\\D""#, "c:\\d"),
            ("id:=1", "x=1"),
        ],
    );
    assert_eq!(crate::ask(&pipeline(), "Fetch or !Fetch").unwrap(), ALL);
}
