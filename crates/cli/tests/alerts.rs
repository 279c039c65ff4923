//! `makespan alerts`, and the alerts of `makespan run`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::kept::Kept;
use common::text;
use serde_json::Value;

const RULES: &str = "\
[alerts.rules.late]
when = \"makespan > 5 s\"
severity = \"error\"
[alerts.rules.failures]
tasks = \"status:failed\"
";

fn kept(name: &str, settings: &str) -> Kept {
    let kept = Kept::new(name, "sqlite:runs.db");
    std::fs::write(kept.folder.join("makespan.toml"), settings).unwrap();
    kept
}

fn json(kept: &Kept, args: &[&str]) -> Value {
    serde_json::from_str(&kept.said(args)).unwrap()
}

#[test]
fn a_failed_command_raises_an_alert_that_the_next_success_resolves() {
    let kept = kept("alerts-run", RULES);
    assert_eq!(kept.said(&["alerts"]), "no alerts\n");
    let failed = kept.run(&["run", "--id", "n1", "--workflow", "w", "--", "false"]);
    assert_eq!((failed.status.code(), text(&failed.stderr)), (Some(1), String::new()));
    let listed = kept.said(&["alerts"]);
    for word in ["warning", "failures", "n1", "firing", "1 task of run "] {
        assert!(listed.contains(word), "{word} is not in {listed}");
    }
    let status = kept.said(&["status", "n1"]);
    assert!(status.contains("1 firing; warning failures: 1 task of run "), "{status}");
    assert!(kept.said(&["monitor", "n1", "--once"]).contains("1 firing; warning failures"));
    let of_run = json(&kept, &["status", "n1", "--json"])["alerts"].clone();
    assert_eq!((&of_run["firing"], &of_run["worst"]["rule"]), (&1.into(), &"failures".into()));
    let alerts = json(&kept, &["alerts", "--json"]);
    assert_eq!((&alerts["total"], &alerts["alerts"][0]["state"]), (&1.into(), &"firing".into()));
    assert_eq!(alerts["alerts"][0]["tasks"][0], "false");
    assert_eq!(kept.run(&["run", "--id", "n2", "--workflow", "w", "--", "true"]).status.code(), Some(0));
    let alert = json(&kept, &["alerts", "--json", "--run", "n1"])["alerts"][0].clone();
    assert_eq!((&alert["state"], &alert["resolved_by"]), (&"resolved".into(), &"n2".into()));
    assert!(kept.said(&["status", "n1"]).contains("none firing, 1 resolved"));
    let other = kept.said(&["status", "n2"]);
    assert!(!other.contains("firing") && !other.contains("resolved"), "{other}");
    assert!(json(&kept, &["status", "n1", "--json"])["alerts"]["worst"].is_null());
    assert_eq!(kept.said(&["alerts", "--firing"]), "no alerts\n");
    assert_eq!(json(&kept, &["alerts", "--count", "0", "--json"])["alerts"].as_array().unwrap().len(), 0);
}

#[test]
fn without_rules_a_command_leaves_no_history() {
    let kept = kept("alerts-none", "");
    kept.run(&["run", "--", "false"]);
    assert!(!kept.folder.join("runs.db.alerts").exists());
}

#[test]
fn a_snooze_is_recorded_and_ended() {
    let kept = kept("alerts-snooze", RULES);
    assert!(
        kept.said(&["alerts", "--snooze", "failures", "--for", "2h"])
            .starts_with("failures is snoozed until")
    );
    kept.run(&["run", "--id", "n1", "--", "false"]);
    let alert = json(&kept, &["alerts", "--json"])["alerts"][0].clone();
    assert!(alert["snoozed_until"].is_string() && alert["announced"].is_null(), "{alert}");
    assert_eq!(kept.said(&["alerts", "--unsnooze", "failures"]), "failures is not snoozed\n");
    assert!(json(&kept, &["alerts", "--json"])["alerts"][0]["snoozed_until"].is_null());
}

#[test]
fn a_dry_run_lists_alerts_that_would_fire_and_rules_that_cannot_be_judged() {
    let settings = format!(
        "{RULES}[alerts.rules.slow]\nwhen = \"makespan > 150 % of baseline\"\n[alerts.rules.hot]\nmetric = \"cpu > 5\"\n\
         [alerts.rules.stuck]\nrunning = \"6 s\"\n"
    );
    let kept = kept("alerts-dry", &settings);
    let run = |name: &str, start: i64, end: i64, status: &str| {
        let text = format!(
            "{{\"event\":\"run\",\"run\":\"{name}\",\"workflow\":\"w\"}}\n{{\"event\":\"attempt\",\"task\":\"a\",\"number\":1,\
             \"started\":{start}000000000,\"ended\":{end}000000000,\"status\":\"{status}\"}}\n"
        );
        std::fs::write(kept.folder.join(format!("{name}.jsonl")), text).unwrap();
    };
    run("r1", 100, 104, "succeeded");
    run("r2", 200, 204, "failed");
    run("r3", 300, 307, "succeeded");
    let args = ["alerts", "--dry-run", "r3.jsonl", "r1.jsonl", "r2.jsonl"];
    let said = kept.said(&args);
    for line in [
        "Run r3 has taken 7 s; the limit is 5 s",
        "Run r3 has taken 7 s; the limit is 6 s (150 % of baseline)",
        "Task a of run r3 ran for 7 s; the limit is 6 s",
        "1 task of run r2 matches status:failed (a)",
        "4 alerts would have fired in 3 runs, by 5 rules",
        "hot could not be judged in 3 runs: the run has no metric cpu",
        "slow could not be judged in 1 run: no earlier run has this figure",
    ] {
        assert!(said.contains(line), "{line} is not in {said}");
    }
    let judged = json(&kept, &[&args[..], &["--json"]].concat())["judged"].as_array().unwrap().len();
    assert_eq!(judged, 15);
    assert!(!kept.folder.join("runs.db.alerts").exists() && !kept.folder.join("runs.db").exists());
    // Without files, the runs of the store.
    let none = kept.run(&["alerts", "--dry-run"]);
    assert!(
        none.status.code() == Some(2) && text(&none.stderr).contains("no runs in"),
        "{}",
        text(&none.stderr)
    );
    kept.said(&["import", "r1.jsonl", "r2.jsonl", "r3.jsonl"]);
    assert!(kept.said(&["alerts", "--dry-run"]).contains("4 alerts would have fired in 3 runs, by 5 rules"));
    assert!(!kept.folder.join("runs.db.alerts").exists());
}

#[test]
fn handlers_of_a_project_are_used_once_it_is_trusted() {
    let settings = format!(
        "{RULES}[alerts.handlers.mark]\ncommand = [\"sh\", \"-c\", \"printf '%s %s' $MAKESPAN_ALERT_RULE $MAKESPAN_ALERT_RUN > marked\"]\n"
    );
    let kept = kept("alerts-trust", &settings);
    let said = kept.run(&["run", "--id", "n1", "--", "false"]);
    assert!(text(&said.stderr).contains("this project is not trusted"), "{}", text(&said.stderr));
    assert!(!kept.folder.join("marked").exists());
    let refused = kept.run(&["alerts", "--test", "mark"]);
    assert_eq!(refused.status.code(), Some(2));
    kept.said(&["config", "trust"]);
    let said = kept.run(&["run", "--id", "n2", "--", "false"]);
    assert_eq!((said.status.code(), text(&said.stderr)), (Some(1), String::new()));
    assert_eq!(std::fs::read_to_string(kept.folder.join("marked")).unwrap(), "failures n2");
    assert_eq!(kept.said(&["alerts", "--test", "mark"]), "delivered: exit status 0\n");
    let alert = json(&kept, &["alerts", "--json", "--run", "n2"])["alerts"][0].clone();
    assert_eq!(alert["deliveries"][0]["outcome"], "delivered: exit status 0");
}

#[test]
fn errors_in_rules_and_handlers_name_their_line() {
    for (settings, line, why) in [
        ("[alerts.rules.a]\nwhen = \"makespan\"", 2, "one of <"),
        ("[alerts.rules.a]\nwhen = \"failed > 0\"\ntasks = \"failed\"", 1, "needs one of"),
        ("\n[alerts.rules.a]\nseverity = \"error\"", 2, "needs one of"),
        ("[alerts.rules.a]\nwhen = \"failed > 0\"\nseverity = \"bad\"", 3, "critical"),
        ("[alerts.rules.a]\nwehn = \"failed > 0\"", 2, "did you mean `when`?"),
        ("[alerts.rule.a]\nwhen = \"failed > 0\"", 1, "did you mean `rules`?"),
        ("[alerts]\nrules = 5", 2, "expected sections"),
        ("alerts = 5", 1, "section"),
        ("[alerts.rules]\na = 5", 2, "section"),
        ("[alerts.handlers.a]\nwebhook = \"http://x.example\"", 2, "allow_http"),
        ("[alerts.handlers.a]\nwebhook = \"ftp://x.example\"", 2, "https"),
        ("[alerts.handlers.a]\nwebhook = \"https://x.example\"\nsecret = \"short\"", 3, "at least 16"),
        ("[alerts.handlers.a]\nwebhook = \"https://x.example/${TOKEN}\"", 2, "your own configuration file"),
        ("[alerts.handlers.a]\ncommand = []", 1, "one of webhook, smtp, or command"),
        ("[alerts.handlers.a]\ncommand = \"rm -rf\"", 2, "list of texts"),
        (
            "[alerts.handlers.a]\nsmtp = \"mail.example\"\nto = [\"nobody\"]\nfrom = \"a@b.example\"",
            3,
            "mail address",
        ),
        (
            "[alerts.handlers.a]\nsmtp = \"mail.example\"\ntls = \"none\"\nto = [\"a@b.example\"]\nfrom = \"a@b.example\"",
            3,
            "only to a server on this machine",
        ),
        (
            "[alerts.handlers.a]\nsmtp = \"mail.example\"\nuser = \"x\"\npassword = \"y\"",
            4,
            "your own configuration file",
        ),
        ("[alerts.handlers.a]\nsmtp = \"mail.example\"\nuser = \"x\"", 3, "needs a password"),
        ("[alerts.handlers.a]\ncommand = [\"x\"]\nevents = [\"opened\"]", 3, "fired or resolved"),
        (
            "[alerts.handlers.a]\nwebhook = \"https://x.example\"\nheaders = { \"a b\" = \"c\" }",
            3,
            "name of a header",
        ),
    ] {
        let kept = kept("alerts-wrong", settings);
        let output = kept.run(&["alerts"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{settings}: {said}");
        assert!(
            said.contains(&format!("makespan.toml, line {line}:")) && said.contains(why),
            "{settings}: {said}"
        );
    }
}
