//! One record of each format, as its system writes it, with marks for what differs.

/// A format: what stands before the records, a record, what stands between two, and behind all.
pub(crate) struct Sample {
    /// The id of its importer.
    pub(crate) importer: &'static str,
    pub(crate) head: &'static str,
    pub(crate) record: &'static str,
    pub(crate) between: &'static str,
    pub(crate) tail: &'static str,
}

const fn list(
    importer: &'static str,
    head: &'static str,
    record: &'static str,
    tail: &'static str,
) -> Sample {
    Sample { importer, head, record, between: ",", tail }
}

const fn lines(importer: &'static str, head: &'static str, record: &'static str) -> Sample {
    Sample { importer, head, record, between: "\n", tail: "\n" }
}

pub(crate) const SAMPLES: &[Sample] = &[
    lines(
        "makespan",
        "{\"event\":\"run\",\"makespan\":1,\"run\":\"r\"}\n",
        r#"{"event":"task","task":"t$i","step":"s","after":["t$p"]}
{"event":"attempt","task":"t$i","started":$u000,"worker":"w","status":"succeeded"}"#,
    ),
    list(
        "dbt",
        r#"{"metadata":{"dbt_schema_version":"https://schemas.getdbt.com/dbt/run-results/v6.json","invocation_id":"i"},"results":["#,
        r#"{"unique_id":"model.shop.m$i","status":"success","thread_id":"Thread-1","execution_time":5.0,"message":"OK","failures":null,"adapter_response":{},"timing":[{"name":"compile","started_at":"$t","completed_at":"$t"},{"name":"execute","started_at":"$t","completed_at":"$x"}]}"#,
        "]}",
    ),
    list(
        "airflow",
        r#"{"task_instances":["#,
        r#"{"task_id":"t$i","dag_id":"etl","dag_run_id":"manual_1","map_index":-1,"state":"success","try_number":1,"queued_when":"$t","start_date":"$t","end_date":"$x","hostname":"w1","operator":"PythonOperator"}"#,
        "]}",
    ),
    list(
        "otlp",
        r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]},"scopeSpans":[{"spans":["#,
        r#"{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"$h","parentSpanId":"","name":"call","kind":2,"startTimeUnixNano":"$u000","endTimeUnixNano":"$u999","attributes":[{"key":"n","value":{"intValue":"$i"}}],"status":{}}"#,
        "]}]}]}",
    ),
    lines(
        "nextflow",
        "task_id\thash\tnative_id\tname\tstatus\texit\tsubmit\tduration\trealtime\t%cpu\tpeak_rss\tpeak_vmem\trchar\twchar\n",
        "$i\tab/123456\t$i\tALIGN (s$i)\tCOMPLETED\t0\t2026-03-01 10:00:00.000\t5s\t4s\t90.0%\t2 GB\t3 GB\t1 MB\t2 MB",
    ),
    list(
        "github-actions",
        r#"{"total_count":1,"jobs":["#,
        r#"{"id":$i,"run_id":1,"run_attempt":1,"name":"job $i","status":"completed","conclusion":"success","created_at":"$t","started_at":"$t","completed_at":"$x","runner_name":"r1","steps":[{"name":"build","status":"completed","conclusion":"success","number":1,"started_at":"$t","completed_at":"$x"}]}"#,
        "]}",
    ),
    list(
        "argo",
        r#"{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","metadata":{"name":"w","uid":"u"},"spec":{},"status":{"phase":"Succeeded","nodes":{"#,
        r#""w-$i":{"id":"w-$i","name":"w.t$i","displayName":"t$i","type":"Pod","phase":"Succeeded","startedAt":"$t","finishedAt":"$x","templateName":"t","children":[]}"#,
        "}}}",
    ),
    lines(
        "snakemake",
        "Building DAG of jobs...\nJob stats:\n",
        "[Tue Dec  1 01:25:58 2026]\nrule make:\n    output: out/$i.txt\n    jobid: $i\n    wildcards: n=$i\n[Tue Dec  1 01:25:59 2026]\nFinished jobid: $i (Rule: make)",
    ),
    list(
        "gitlab-ci",
        "[",
        r#"{"id":$i,"status":"success","stage":"test","name":"unit $i","ref":"main","allow_failure":false,"created_at":"$t","started_at":"$t","finished_at":"$x","duration":5.0,"queued_duration":0.1,"pipeline":{"id":7,"ref":"main","sha":"abc","status":"success"},"runner":{"id":3,"description":"runner-3"}}"#,
        "]",
    ),
    list(
        "jaeger",
        r#"{"data":[{"traceID":"00a1","processes":{"p1":{"serviceName":"s","tags":[]}},"spans":["#,
        r#"{"traceID":"00a1","spanID":"$h","operationName":"query","references":[],"startTime":$u,"duration":500000,"processID":"p1","tags":[{"key":"n","type":"string","value":"$i"}],"logs":[]}"#,
        "]}]}",
    ),
    list(
        "zipkin",
        "[",
        r#"{"traceId":"00c1","id":"$h","kind":"SERVER","name":"get /","timestamp":$u,"duration":300000,"localEndpoint":{"serviceName":"front"},"tags":{"n":"$i"}}"#,
        "]",
    ),
    list(
        "langfuse",
        r#"{"trace":{"id":"t1","name":"assistant","timestamp":"2026-03-01T10:00:00.000Z"},"observations":["#,
        r#"{"id":"o$i","traceId":"t1","parentObservationId":null,"type":"SPAN","name":"answer","startTime":"$t","endTime":"$x","level":"DEFAULT","usageDetails":{},"totalCost":0}"#,
        "]}",
    ),
    list(
        "circleci",
        r#"{"next_page_token":null,"items":["#,
        r#"{"dependencies":["j$p"],"job_number":$i,"id":"j$i","started_at":"$t","name":"build $i","project_slug":"gh/o/r","status":"success","type":"build","stopped_at":"$x"}"#,
        "]}",
    ),
    lines(
        "junit",
        "<testsuites name=\"all\"><testsuite name=\"s\" timestamp=\"2026-03-01T10:00:00\">\n",
        "<testcase classname=\"a.B\" name=\"t$i\" time=\"0.5\"><failure message=\"m\" type=\"E\">at line $i</failure></testcase>",
    ),
    lines(
        "slurm",
        "JobID|JobName|State|ExitCode|Submit|Start|End|Elapsed|NodeList|AllocCPUS|MaxRSS|TotalCPU\n",
        "$i|job $i|COMPLETED|0:0|2026-03-01T10:00:00|2026-03-01T10:00:01|2026-03-01T10:00:05|00:00:04|n1|1|1024K|00:00.020",
    ),
    list(
        "prefect",
        "[",
        r#"{"id":"t-$i","name":"load-$i","task_key":"load","dynamic_key":"$i","flow_run_id":"f-1","state_type":"COMPLETED","state_name":"Completed","expected_start_time":"$t","start_time":"$t","end_time":"$x","run_count":1,"task_inputs":{"x":[{"input_type":"task_run","id":"t-$p"}]}}"#,
        "]",
    ),
    list(
        "mlflow",
        r#"{"runs":["#,
        r#"{"info":{"run_id":"r$i","run_name":"trial $i","experiment_id":"1","status":"FINISHED","start_time":$m,"end_time":$m},"data":{"metrics":[{"key":"loss","value":0.5,"timestamp":$m,"step":0}],"params":[{"key":"lr","value":"0.1"}],"tags":[]}}"#,
        "]}",
    ),
    lines(
        "openlineage",
        "",
        r#"{"eventType":"START","eventTime":"$t","run":{"runId":"r$i"},"job":{"namespace":"n","name":"j$i"},"inputs":[{"namespace":"db","name":"d$p"}],"outputs":[{"namespace":"db","name":"d$i"}]}
{"eventType":"COMPLETE","eventTime":"$x","run":{"runId":"r$i"},"job":{"namespace":"n","name":"j$i"},"inputs":[],"outputs":[]}"#,
    ),
    list(
        "jenkins",
        r#"{"_links":{"self":{"href":"/job/shop/12/wfapi/describe"}},"id":"12","name":"n12","status":"SUCCESS","startTimeMillis":1772359200000,"endTimeMillis":1772359290000,"durationMillis":90000,"queueDurationMillis":5,"pauseDurationMillis":0,"stages":["#,
        r#"{"id":"$i","name":"stage $i","execNode":"","status":"SUCCESS","startTimeMillis":$m,"durationMillis":3000,"pauseDurationMillis":0}"#,
        "]}",
    ),
    list(
        "buildkite",
        r#"{"id":"b-1","number":27,"state":"passed","branch":"main","created_at":"2026-03-01T10:00:00.000Z","started_at":"2026-03-01T10:00:05.000Z","finished_at":"2026-03-01T10:03:00.000Z","pipeline":{"slug":"shop"},"jobs":["#,
        r#"{"id":"j-$i","type":"script","name":"lint $i","step_key":"lint-$i","state":"passed","exit_status":0,"created_at":"$t","runnable_at":"$t","started_at":"$t","finished_at":"$x","agent":{"name":"agent-1"}}"#,
        "]}",
    ),
    list(
        "azure-pipelines",
        r#"{"records":["#,
        r#"{"previousAttempts":[],"id":"r$i","parentId":null,"type":"Task","name":"Compile $i","startTime":"$t","finishTime":"$x","state":"completed","result":"succeeded","order":$i,"workerName":"Agent 1","attempt":1}"#,
        "]}",
    ),
    list(
        "bitbucket",
        r#"{"page":1,"values":["#,
        r#"{"type":"pipeline_step","uuid":"{s$i}","name":"Build $i","pipeline":{"uuid":"{p1}"},"state":{"type":"pipeline_step_state_completed","name":"COMPLETED","result":{"name":"SUCCESSFUL"}},"started_on":"$t","completed_on":"$x","build_seconds_used":5,"run_number":1}"#,
        "]}",
    ),
    lines(
        "langsmith",
        "",
        r#"{"id":"r$i","trace_id":"r0","parent_run_id":null,"name":"agent","run_type":"chain","start_time":"$t","end_time":"$x","error":null,"status":"success","inputs":{"q":"hi"},"outputs":{"a":"yo"},"total_tokens":30}"#,
    ),
    list(
        "playwright",
        r#"{"config":{"projects":[{"name":"one"}]},"errors":[],"suites":[{"title":"a.spec.ts","file":"a.spec.ts","specs":["#,
        r#"{"title":"test $i","ok":true,"tests":[{"projectName":"one","expectedStatus":"passed","status":"expected","results":[{"workerIndex":0,"parallelIndex":0,"status":"passed","duration":50,"retry":0,"startTime":"$t"}]}],"file":"a.spec.ts","line":3}"#,
        "]}]}",
    ),
    lines(
        "allure",
        "",
        r#"{"name":"test $i","status":"passed","start":$m,"stop":$m,"uuid":"u$i","historyId":"h$i","fullName":"a.B.t$i","labels":[{"name":"suite","value":"B"}]}"#,
    ),
    list(
        "luigi",
        r#"{"response":{"#,
        r#""Clean_$i":{"display_name":"Clean(i=$i)","status":"DONE","workers":["Worker(salt=1)"],"worker_running":"Worker(salt=1)","time_running":$s.0,"start_time":$s.0,"last_updated":$e.0,"params":{"i":"$i"},"name":"Clean","priority":0,"resources":{},"deps":["Clean_$p"]}"#,
        "}}",
    ),
    list(
        "metaflow",
        r#"{"run":"Train/17","created_at":"2026-03-01 10:00:00.000000","finished_at":"2026-03-01 10:00:30.000000","successful":true,"tasks":["#,
        r#"{"step":"fit","task":"$i","created_at":"$t","finished_at":"$x","successful":true,"attempt":0,"parent":["Train/17/fit/$p"],"metadata":{"attempt":"0"}}"#,
        "]}",
    ),
    list(
        "cromwell",
        r#"{"workflowName":"main","id":"w-1","status":"Succeeded","start":"2026-03-01T10:00:00.000Z","end":"2026-03-01T10:02:00.000Z","inputs":{},"calls":{"main.work":["#,
        r#"{"shardIndex":$i,"attempt":1,"executionStatus":"Done","returnCode":0,"start":"$t","end":"$x"}"#,
        "]}}",
    ),
    list(
        "turborepo",
        r#"{"id":"r","version":"1","turboVersion":"2.0.0","execution":{"command":"turbo run build","startTime":1772359200000,"endTime":1772359290000,"exitCode":0},"tasks":["#,
        r#"{"taskId":"p$i#build","task":"build","package":"p$i","hash":"$h","cache":{"status":"MISS"},"dependencies":["p$p#build"],"execution":{"startTime":$m,"endTime":$m,"exitCode":0}}"#,
        "]}",
    ),
    lines(
        "joblog",
        "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n",
        "$i\t:\t$s.0\t5.0\t0\t0\t0\t0\tgzip file-$i",
    ),
    list(
        "chrome-trace",
        r#"{"traceEvents":["#,
        r#"{"ph":"X","cat":"op","name":"step","pid":1,"tid":1,"ts":$u,"dur":900,"args":{"n":$i}}"#,
        "]}",
    ),
    list(
        "plain",
        r#"{"run_id":"r","tasks":["#,
        r#"{"id":"$i","name":"t","parents":["$p"],"start":"$t","end":"$x","status":"ok","worker":"w"}"#,
        "]}",
    ),
    lines("table", "id,name,start,end,status,worker\n", "$i,task $i,$t,$x,success,w1"),
];
