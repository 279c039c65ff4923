//! Steps that are known before they run: planned with what they depend on, then started, with progress, retries with
//! a growing pause, skipped, paused and cancelled; alerts with a handler; four workflows at the same time.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, unreachable_pub)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::error::Error;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use makespan_model::Status;
use makespan_tracker::{Backoff, Event, Tracker};

/// Makes one video.
fn video(tracker: &Tracker, topic: &str) -> Result<(), String> {
    let run = tracker.run(format!("video about {topic}")).id(topic).workflow("video").start();
    // Everything that will happen is known, and shown as pending, before anything starts.
    let script = run.task("script").declare();
    let voice = run.task("voice").after(&script).declare();
    let footage = run.task("footage").after(&script).declare();
    let subtitles = run.task("subtitles").after(&voice).declare();
    let render = run.task("render").after_all([&voice, &footage]).queue();
    let upload = run.task("upload").after(&render).declare();

    script.run(|script| {
        script.progress(0.5, "writing");
        script.metric("words", 320, "");
        script.progress(1.0, "written");
    });
    let backoff = Backoff::exponential(Duration::from_millis(2)).tries(4).at_most(Duration::from_millis(20));
    voice.retry(backoff, |attempt| match attempt.number() {
        1 => Err("the service is busy"),
        2 => Err("the service is still busy"),
        _ => Ok(()),
    })?;
    footage.run(|footage| {
        let _pause = footage.pause("quota of this minute is used up");
        footage.metric("download", 73.4, "MB");
    });
    subtitles.skip("the topic needs none");
    let rendering = render.start();
    if topic == "volcanoes" {
        rendering.alert("critical", "the disk is full");
        rendering.fail("no space left");
        upload.upstream_failed();
        run.fail("render failed");
        return Err("no space left".into());
    }
    if topic == "tides" {
        run.request_cancel();
        rendering.alert("warning", "stopped by its owner");
        assert!(rendering.is_cancelled());
        drop(rendering);
        upload.cancel("nothing to upload");
        run.cancel("stopped by its owner");
        return Ok(());
    }
    rendering.alert("info", "almost done");
    rendering.succeed();
    upload.run(|upload| upload.alert("error", "one of two mirrors refused it"));
    Ok(())
}

/// Records, reads it back and checks it.
pub fn main() -> Result<(), Box<dyn Error>> {
    let severe = Arc::new(Mutex::new(Vec::new()));
    let (handler, ended) = (Arc::clone(&severe), Arc::new(AtomicU32::new(0)));
    let counter = Arc::clone(&ended);
    let (tracker, recording) = Tracker::options()
        .listener(move |run, event| match event {
            Event::Alert(alert) if alert.severity.as_deref() == Some("critical") => {
                let mut severe = handler.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                severe.push(format!("{run}: {}", alert.text));
            }
            Event::Run(run) if run.ended.is_some() => drop(counter.fetch_add(1, Ordering::Relaxed)),
            _ => {}
        })
        .in_memory()?;

    std::thread::scope(|scope| {
        for topic in ["glaciers", "volcanoes", "tides", "deserts"] {
            let tracker = tracker.clone();
            scope.spawn(move || video(&tracker, topic));
        }
    });
    assert!(tracker.shut_down(support::LONG));

    let runs = support::fold_all(&recording.text());
    let by_id = |id: &str| runs.iter().find(|run| run.id == id).unwrap();
    let recorded = |id| by_id(id).recorded_status;
    assert_eq!([recorded("glaciers"), recorded("deserts")], [Some(Status::Succeeded); 2]);
    assert_eq!([recorded("volcanoes"), recorded("tides")], [Some(Status::Failed), Some(Status::Cancelled)]);
    let (glaciers, volcanoes, tides) = (by_id("glaciers"), by_id("volcanoes"), by_id("tides"));
    let tries: Vec<Status> = support::attempts(glaciers, "voice").iter().map(|a| a.0).collect();
    assert_eq!(tries, [Status::Failed, Status::Failed, Status::Succeeded], "every try is kept");
    assert_eq!(support::after(glaciers, "render"), ["footage", "voice"]);
    assert_eq!(support::status(glaciers, "subtitles"), Status::Skipped);
    assert_eq!(support::status(volcanoes, "upload"), Status::UpstreamFailed);
    assert_eq!([support::status(tides, "render"), support::status(tides, "upload")], [Status::Cancelled; 2]);
    assert_eq!(support::metric(glaciers, Some("footage"), "download"), [(73.4, "MB".into())]);
    assert_eq!(support::metric(glaciers, Some("footage"), "paused").len(), 1);
    assert_eq!(*severe.lock().map_err(|_| "poisoned")?, ["volcanoes: the disk is full"]);
    assert_eq!(ended.load(Ordering::Relaxed), 4);
    println!("{} runs of one workflow", runs.len());
    Ok(())
}
