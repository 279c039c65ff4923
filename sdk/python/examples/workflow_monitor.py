"""The workflow monitor of MoneyPrinterTurbo: steps with progress, metrics, errors and retries, alerts, several workflows
at once, pause and cancel."""

import threading

from makespan.compat.moneyprinter import (
    add_step,
    cancel_workflow,
    complete_step,
    create_workflow,
    fail_step,
    generate_report,
    get_status,
    pause_workflow,
    record_metric,
    resume_workflow,
    skip_step,
    start_step,
    start_workflow,
    update_progress,
    workflow_monitor,
)

alerts = []
workflow_monitor.add_alert_handler(lambda alert: alerts.append((alert.severity.value, alert.message)))
workflow_monitor.resource_thresholds = {"memory_percent": 80.0, "cpu_percent": 85.0, "disk_percent": 90.0}
workflow_monitor.system_check_interval = 60
workflow_monitor.start_monitoring()


def basic():
    workflow_id = create_workflow(name="My Processing Task", description="Example workflow")
    first = add_step(workflow_id, "Initialize", "Set up the environment")
    second = add_step(workflow_id, "Process", "Main processing", dependencies=[first])
    third = add_step(workflow_id, "Finalize", "Clean up", dependencies=[second])
    start_workflow(workflow_id)
    start_step(workflow_id, first)
    update_progress(workflow_id, first, 50, "Halfway complete")
    complete_step(workflow_id, first, {"result": "success"})

    start_step(workflow_id, second)
    record_metric(workflow_id, "cpu_usage", 75.5, "percent", second)
    record_metric(workflow_id, "memory_usage", 1024, "MB", second)
    record_metric(workflow_id, "processing_rate", 10.2, "items/sec")
    try:
        raise RuntimeError("the encoder stopped")
    except RuntimeError as error:
        pause = fail_step(workflow_id, second, str(error), retry=True)
    assert pause == workflow_monitor.retry_backoff
    start_step(workflow_id, second)
    complete_step(workflow_id, second)
    skip_step(workflow_id, third, "nothing to clean up")

    status = get_status(workflow_id)
    assert (status["status"], status["progress"]) == ("completed", 100.0), status
    print(generate_report(workflow_id))


def failing():
    workflow_id = create_workflow("Fails")
    step = add_step(workflow_id, "Upload")
    start_workflow(workflow_id)
    start_step(workflow_id, step)
    fail_step(workflow_id, step, "quota", retry=False)
    assert get_status(workflow_id)["status"] == "failed"


def paused_and_cancelled():
    workflow_id = create_workflow("Cancelled")
    step = add_step(workflow_id, "Render")
    start_workflow(workflow_id)
    start_step(workflow_id, step)
    pause_workflow(workflow_id, "quota")
    resume_workflow(workflow_id)
    cancel_workflow(workflow_id, "not wanted any more")
    assert get_status(workflow_id)["status"] == "cancelled"


def one_of_several(number):
    workflow_id = create_workflow("Concurrent %d" % number)
    start_workflow(workflow_id)
    for name in ("Script", "Audio", "Video"):
        step = add_step(workflow_id, name)
        start_step(workflow_id, step)
        complete_step(workflow_id, step)


basic()
failing()
paused_and_cancelled()
threads = [threading.Thread(target=one_of_several, args=(number,)) for number in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
workflow_monitor.stop_monitoring()
assert ("critical", "Workflow 'Fails' failed due to too many step failures") in alerts
