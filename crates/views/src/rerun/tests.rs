//! The commands for runs as importers record them.

#![allow(clippy::unwrap_used)]

use makespan_model::RunsBuilder;

use super::*;
use crate::graph::ALL_HOPS;

/// A run from its events.
fn run(events: &str) -> Run {
    let mut builder = RunsBuilder::new();
    for line in events.lines().map(str::trim).filter(|line| !line.is_empty()) {
        builder.apply(&makespan_format::read_line(line.as_bytes()).unwrap().event);
    }
    builder.finish().0.remove(0)
}

fn texts(run: &Run, again: &Again) -> Vec<String> {
    commands(run, again).into_iter().map(|c| c.text).collect()
}

fn of(run: &Run, ids: &[&str]) -> Again {
    Again::Tasks(ids.iter().map(|id| run.find_task(id).unwrap().0).collect())
}

const DBT: &str = r#"{"event":"run","makespan":1,"run":"i","workflow":"shop","source":"dbt 1.9.0"}
    {"event":"task","task":"seed.shop.raw","name":"raw","kind":"seed","status":"succeeded"}
    {"event":"task","task":"model.shop.a","name":"a","kind":"model (view)","after":["seed.shop.raw"],"status":"failed"}
    {"event":"task","task":"model.shop.b","name":"b","kind":"model","after":["model.shop.a"],"status":"skipped"}
    {"event":"task","task":"source.shop.s","name":"s","kind":"source","status":"pending"}"#;

#[test]
fn dbt_selects_by_name_and_retries_failures() {
    let run_ = run(DBT);
    let a = of(&run_, &["model.shop.a", "model.shop.b"]);
    assert_eq!(texts(&run_, &a), ["dbt run --select a b", "dbt run --select a+ b+"]);
    let seed = of(&run_, &["seed.shop.raw", "model.shop.a"]);
    assert_eq!(texts(&run_, &seed)[0], "dbt build --select a raw");
    assert!(texts(&run_, &of(&run_, &["source.shop.s"])).is_empty());
    assert_eq!(texts(&run_, &Again::Failed), ["dbt retry"]);
    let old = run(&DBT.replace("dbt 1.9.0", "dbt 1.5.2"));
    assert_eq!(texts(&old, &Again::Failed), ["dbt run --select a+"]);
    let task = run_.find_task("model.shop.a").unwrap().0;
    let around = |up, down| texts(&run_, &Again::Around { task, up, down, tasks: vec![task] });
    assert_eq!(around(ALL_HOPS, 1), ["dbt build --select +a+1"]);
    assert_eq!(around(2, 0), ["dbt build --select 2+a"]);
    assert_eq!(around(0, 0)[0], "dbt run --select a");
}

#[test]
fn each_engine_has_its_own_command() {
    let uuid = "98496628-23f3-4ee3-84ca-f1d862bbe4d0";
    let nextflow = run(&format!(
        r#"{{"event":"run","makespan":1,"run":"{uuid}","workflow":"nf-core/rnaseq","source":"Nextflow 24.1"}}"#
    ));
    assert_eq!(texts(&nextflow, &Again::Failed), [format!("nextflow run nf-core/rnaseq -resume {uuid}")]);
    let prefect = run(&format!(r#"{{"event":"run","makespan":1,"run":"{uuid}","source":"Prefect"}}"#));
    assert_eq!(texts(&prefect, &Again::Failed), [format!("prefect flow-run retry {uuid}")]);

    let snakemake =
        run(r#"{"event":"run","makespan":1,"run":"run.log","source":"Snakemake 9.1","labels":{"cores":"4"}}
        {"event":"task","task":"make (s=a)","step":"make","kind":"rule","status":"failed"}
        {"event":"artifact","task":"make (s=a)","name":"in a.txt","direction":"input"}
        {"event":"artifact","task":"make (s=a)","name":"out a.txt"}"#);
    assert_eq!(
        texts(&snakemake, &of(&snakemake, &["make (s=a)"])),
        ["snakemake --cores 4 --force 'out a.txt'", "snakemake --cores 4 --forcerun make"]
    );
    assert_eq!(texts(&snakemake, &Again::Failed), ["snakemake --cores 4 --rerun-incomplete"]);

    let airflow = run(
        r#"{"event":"run","makespan":1,"run":"etl/m","workflow":"etl","source":"Airflow","labels":{"logical_date":"2025-03-31T00:00:00+00:00"}}
        {"event":"task","task":"load"}
        {"event":"task","task":"load.part[0]","step":"load.part","parent":"load","status":"failed"}
        {"event":"task","task":"load.part[1]","step":"load.part","parent":"load"}
        {"event":"task","task":"end","step":"end"}"#,
    );
    let dates = "-s 2025-03-31T00:00:00+00:00 -e 2025-03-31T00:00:00+00:00";
    assert_eq!(
        texts(&airflow, &of(&airflow, &["load", "end"])),
        [format!(r"airflow tasks clear etl -t '^(end|load\.part)$' {dates} --downstream")]
    );
    assert_eq!(texts(&airflow, &Again::Failed), [format!("airflow tasks clear etl {dates} --only-failed")]);

    let argo = run(
        r#"{"event":"run","makespan":1,"run":"u","name":"etl-x1","status":"failed","source":"Argo Workflows","labels":{"namespace":"ci"}}
        {"event":"task","task":"[0].fetch","name":"fetch","status":"failed"}"#,
    );
    assert_eq!(
        texts(&argo, &of(&argo, &["[0].fetch"])),
        [
            "argo retry etl-x1 --namespace ci --restart-successful --node-field-selector 'displayName=fetch'",
            "argo retry etl-x1 --namespace ci"
        ]
    );

    let github = run(r#"{"event":"run","makespan":1,"run":"9","status":"failed","source":"GitHub Actions"}
        {"event":"task","task":"b","kind":"job","status":"failed","labels":{"databaseId":301,"url":"https://github.com/o/r/actions/runs/9/job/301"}}
        {"event":"task","task":"b / x","kind":"step","parent":"b","status":"failed"}"#);
    for id in ["b", "b / x"] {
        assert_eq!(
            texts(&github, &of(&github, &[id])),
            ["gh run rerun --job 301 --repo o/r", "gh run rerun 9 --failed --repo o/r"]
        );
    }

    let gitlab = run(
        r#"{"event":"run","makespan":1,"run":"7","status":"failed","source":"GitLab CI","labels":{"project_id":1,"web_url":"https://gitlab.example/g/p/-/pipelines/7"}}
        {"event":"task","task":"unit","kind":"job","status":"failed","labels":{"id":14}}"#,
    );
    assert_eq!(
        texts(&gitlab, &of(&gitlab, &["unit"])),
        [
            "glab ci retry 14 --repo https://gitlab.example/g/p",
            "glab api --method POST projects/1/pipelines/7/retry"
        ]
    );

    let tekton = run(
        r#"{"event":"run","makespan":1,"run":"build-1","workflow":"build","source":"Tekton","labels":{"namespace":"ci"}}"#,
    );
    assert_eq!(
        texts(&tekton, &Again::Failed),
        ["tkn pipeline start build --use-pipelinerun build-1 --namespace ci"]
    );
}

#[test]
fn without_required_data_there_is_no_command() {
    for events in [
        r#"{"event":"run","makespan":1,"run":"r","source":"somebody","status":"failed"}"#,
        r#"{"event":"run","makespan":1,"run":"r","status":"failed"}"#,
        r#"{"event":"run","makespan":1,"run":"trace.txt","source":"Nextflow","status":"failed"}"#,
        r#"{"event":"run","makespan":1,"run":"graph.json","source":"Prefect","status":"failed"}"#,
        r#"{"event":"run","makespan":1,"run":"etl/m","workflow":"etl","source":"Airflow","status":"failed"}"#,
        r#"{"event":"run","makespan":1,"run":"jobs.json","source":"GitHub Actions","status":"failed"}"#,
        r#"{"event":"run","makespan":1,"run":"i","source":"dbt 1.9.0","status":"succeeded"}"#,
    ] {
        assert_eq!(texts(&run(events), &Again::Failed), Vec::<String>::new(), "{events}");
    }
}

#[test]
fn hostile_names_stay_names() {
    let hostile = [
        "a;reboot",
        "$(reboot)",
        "`reboot`",
        "'; reboot; '",
        "-rf",
        "--help",
        "a\\nb",
        "\\u001b[2J",
        "a b",
        "+x",
        "@a",
        "*",
        "a,b",
        "x=y",
        "a|b",
        "\\u202etxt",
    ];
    for source in
        ["dbt 1.9.0", "Snakemake", "Airflow", "Argo Workflows", "Nextflow", "Tekton", "GitHub Actions"]
    {
        for name in hostile {
            let run = run(&format!(
                r#"{{"event":"run","makespan":1,"run":"{name}","name":"{name}","workflow":"{name}","source":"{source}","status":"failed","labels":{{"cores":"{name}","namespace":"{name}","logical_date":"2025-03-31T00:00:00Z","html_url":"https://github.com/{name}/r/actions/"}}}}
                {{"event":"task","task":"t","name":"{name}","step":"{name}","kind":"model","status":"failed","labels":{{"id":"{name}"}}}}
                {{"event":"artifact","task":"t","name":"{name}"}}"#
            ));
            for again in [Again::Failed, Again::Tasks(vec![0])] {
                for text in texts(&run, &again) {
                    // The split itself fails on anything outside quotes that a shell would act on.
                    let words = super::shell::tests::split(&text);
                    assert!(!words.iter().any(|w| w == "-rf" || w == "--help"), "{source}: {text}");
                    assert!(!text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{source}: {text}");
                }
            }
        }
    }
    let selector = run(&DBT.replace("\"name\":\"a\"", "\"name\":\"*\""));
    assert!(texts(&selector, &of(&selector, &["model.shop.a"])).is_empty());
}
