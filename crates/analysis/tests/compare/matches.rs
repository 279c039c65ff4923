//! Which task of one run is which of another.

use makespan_analysis::Facts;
use makespan_analysis::compare::{Match, matching};

use crate::{check, facts, shown, with_params};

#[test]
fn equal_tasks_are_the_same_and_changes_are_listed() {
    let a = "fetch 0..4 w1\nalign 4..9 w1 fetch\nsort 9..10 w1 align step=x kind=k";
    check(a, a, "align:same fetch:same sort:same");
    check(
        a,
        "fetch 0..4.1 w1\nalign 4.2..10 w1 failed try=1\nalign 11..12 w1 try=2\nsort - - align fetch step=y kind=l upstream-failed",
        "align:changed(duration+attempts+dependencies) fetch:same \
         sort:changed(status+attempts+step+kind+dependencies)",
    );
}

#[test]
fn a_duration_differs_from_five_percent_and_one_millisecond_on() {
    check("a 0..100", "a 0..105", "a:same");
    check("a 0..100", "a 0..105.3", "a:changed(duration)");
    check("a 0..0.001", "a 0..0.0019", "a:same");
    check("a 0..0.001", "a 0..0.002", "a:changed(duration)");
    check("a 0..1", "a 5..", "a:changed(status)");
}

#[test]
fn added_and_removed_tasks_are_listed_once_with_their_known_values() {
    let (a, b) = (facts("a 0..4\nb 4..5 - a\nc - - b pending"), facts("a 0..4\nd 4..7 - a"));
    let found = matching(&a, &b);
    assert_eq!(shown(&a, &b, &found), "a:same b:removed c:removed d:added");
    let of = |key: &str| found.tasks.iter().find(|t| t.key == key).unwrap();
    assert_eq!((of("b").a_ns, of("b").b_ns, of("b").delta_ns), (Some(1_000_000_000), None, None));
    assert_eq!((of("c").a_ns, of("c").b), (None, None));
    assert_eq!((of("d").b_ns, of("d").by), (Some(3_000_000_000), None));
    assert_eq!(found.count(Match::Removed), 2);
    for t in a.run().task_ids() {
        assert_eq!(found.tasks[found.of_a[t.index()] as usize].a, Some(t));
    }
    for t in b.run().task_ids() {
        assert_eq!(found.tasks[found.of_b[t.index()] as usize].b, Some(t));
    }
}

#[test]
fn ids_that_are_new_in_every_run_are_ignored_in_favour_of_names() {
    check(
        "u1 0..1 - name=extract\nu2 1..2 - u1 name=load",
        "v7 0..1 - name=extract\nv9 1..2 - v7 name=load\nv8 2..3 - v9 name=report",
        "report:added u1>v7:same u2>v9:same",
    );
}

#[test]
fn sequence_ids_are_not_keys() {
    check(
        "1 0..1 - name=split\n2 1..2 - name=map_x step=map\n3 1..3 - name=map_y step=map\n4 3..4 - name=join",
        "1 0..1 - name=split\n2 1..3 - name=map_y step=map\n3 1..2 - name=map_x step=map\n4 3..4 - name=join",
        "2>3:same 3>2:same join:same split:same",
    );
}

#[test]
fn ids_with_the_same_meaning_are_keys_whatever_the_names() {
    let a =
        "a 0..1 - name=one\nb 1..2 - name=two\nc 2..3 - name=three\nd 3..4 - name=four\ne 4..5 - name=five";
    check(a, &a.replace("five", "cinq"), "a:same b:same c:same d:same e:same");
}

#[test]
fn tasks_with_the_same_name_are_matched_by_parameters_then_by_time() {
    let one = "u1 0..1 - name=map\nu2 1..2 - name=map\nu3 2..3 - name=map";
    let two = "v1 0..1 - name=map\nv2 1..2 - name=map\nv3 2..3 - name=map\nv4 3..4 - name=map";
    check(one, two, "map#4:added u1>v1:same u2>v2:same u3>v3:same");
    let a = with_params(one, &[("u1", r#"{"x":1,"y":2}"#), ("u2", r#"{"x":2}"#), ("u3", r#"{"x":3}"#)]);
    let b = with_params(two, &[("v2", r#"{"y":2, "x":1}"#), ("v1", r#"{"x":3}"#), ("v3", r#"{"x":4}"#)]);
    assert_eq!(shown(&a, &b, &matching(&a, &b)), "map#4:added u1>v2:same u2>v3:changed(params) u3>v1:same");
}

#[test]
fn names_count_within_their_containers() {
    check(
        "u1 0..9 - name=build\nu2 0..9 - name=test\nu3 1..2 - in=u1 name=setup\nu4 3..4 - in=u2 name=setup",
        "v1 0..9 - name=test\nv2 0..9 - name=build\nv3 1..2 - in=v1 name=setup\nv4 3..4 - in=v2 name=setup",
        "u1>v2:same u2>v1:same u3>v4:same u4>v3:same",
    );
    let (a, b) = (facts("u1 0..9 - name=build\nu3 1..2 - in=u1 name=setup"), facts("v1 0..9 - name=build"));
    let keys: Vec<String> = matching(&a, &b).tasks.into_iter().map(|t| t.key).collect();
    assert_eq!(keys, ["build", "build/setup"]);
}

#[test]
fn one_engine_may_use_as_id_what_another_uses_as_name() {
    check(
        "extract 0..1\nload 1..2 - extract",
        "u1 0..1 - name=extract\nu2 1..2 - u1 name=load",
        "extract>u1:same load>u2:same",
    );
}

#[test]
fn ids_that_begin_with_that_of_the_run_are_names_without_it() {
    check(
        "run etl-x7k2\netl-x7k2-load 0..1\netl-x7k2-send 1..2 - etl-x7k2-load",
        "run etl-p9q1\netl-p9q1-load 0..1\netl-p9q1-send 1..2 - etl-p9q1-load\netl-p9q1.tidy 5..6",
        "etl-x7k2-load>etl-p9q1-load:same etl-x7k2-send>etl-p9q1-send:same tidy:added",
    );
}

#[test]
fn the_only_task_with_the_same_work_is_a_renamed_one() {
    check(
        "a 0..1\nshard-1 1..2 - a step=sort",
        "a 0..1\npart-1 1..2 - a step=sort",
        "a:same shard-1>part-1:renamed(step-and-params)",
    );
}

#[test]
fn a_renamed_step_is_found_by_its_place_and_so_is_a_chain_of_them() {
    check(
        "a 0..1 - kind=sh\nb 1..3 - a kind=sh\nc 3..4 - b kind=sh\nd 4..9 - c kind=sh\nx 1..2 - a kind=py",
        "a 0..1 - kind=sh\nbb 1..4 - a kind=sh\ncc 4..5 - bb kind=sh\nd 5..10 - cc kind=sh\ny 1..2 - a kind=py",
        "a:same b>bb:renamed(neighbourhood:duration) c>cc:renamed(neighbourhood) \
         d:same x>y:renamed(neighbourhood)",
    );
}

#[test]
fn tasks_are_not_matched_if_one_takes_more_than_four_times_as_long() {
    check("a 0..1\nb 1..2 - a", "a 0..1\nx 1..6 - a", "a:same b:removed x:added");
    check("a 0..1\nb 1..2", "x 0..1\ny 1..2", "a:removed b:removed x:added y:added");
}

#[test]
fn renamed_instances_are_paired_in_order_and_ambiguous_ones_not_at_all() {
    let a = "s 0..1\nm1 1..3 - s step=m\nm2 2..4 - s step=m\nj 9..10 - m1 m2";
    check(
        a,
        "s 0..1\nn2 2..4 - s step=m\nn1 1..3 - s step=m\nj 9..10 - n1 n2",
        "j:same m1>n1:renamed(neighbourhood) m2>n2:renamed(neighbourhood) s:same",
    );
    check(
        a,
        "s 0..1\nn1 1..3 - s step=m\nn2 2..4 - s step=m\nn3 3..5 - s step=m\nj 9..10 - n1 n2 n3",
        "j:changed(dependencies) m1:removed m2:removed n1:added n2:added n3:added s:same",
    );
    check(
        a,
        "s 0..1\nn1 1..3 - s step=m\nn2 2..9 - s step=m\nn3 3..4 - s step=m\nj 9..10 - n1 n2 n3",
        "j:changed(dependencies) m1:removed m2:removed n1:added n2:added n3:added s:same",
    );
    check(
        "s 0..1\nm1 1..3 - s step=m\nm2 2..8 - s step=m\nj 9..10 - m1 m2",
        "s 0..1\nn1 1..3 - s step=m\nn2 2..9 - s step=m\nn3 3..5 - s step=m\nj 9..10 - n1 n2 n3",
        "j:changed(dependencies) m1:removed m2>n2:renamed(neighbourhood:duration) n1:added n3:added s:same",
    );
}

#[test]
fn a_unique_name_outweighs_an_id_that_contradicts_it() {
    let names = ["ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen", "ibis", "jay"];
    let run = |ids: [usize; 10]| {
        let line = |(i, (name, id)): (usize, (&&str, usize))| format!("{id} {i}..{} - name={name}", i + 1);
        names.iter().zip(ids).enumerate().map(line).collect::<Vec<_>>().join("\n")
    };
    let (a, b) = (facts(&run([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])), facts(&run([1, 2, 4, 3, 5, 6, 7, 8, 9, 10])));
    let found = matching(&a, &b);
    assert_eq!(found.count(Match::Same), 10, "{}", shown(&a, &b, &found));
    assert!(shown(&a, &b, &found).contains("3>4:same 4>3:same"));
}

/// A run of so many samples that go through four steps each and are merged, its tasks numbered in order; without the
/// task at the place `dropped`. Beside it which sample and step each task is, by id.
fn numbered(dropped: Option<usize>, name: &str) -> (Facts, Vec<String>) {
    let (mut tasks, mut parents): (Vec<String>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
    for step in 0..4 {
        for sample in 0..12 {
            // Not every sample needs every step, so that places differ.
            if step == 0 || (sample * (step + 3)) % 5 != 0 {
                let before = tasks.iter().rposition(|t| t.starts_with(&format!("{sample}:")));
                tasks.push(format!("{sample}:step{step}"));
                parents.push(before.into_iter().collect());
            }
        }
    }
    parents.push((0..tasks.len()).collect());
    tasks.push("all:merge".to_owned());
    let number = |i: usize| match dropped {
        Some(d) if i == d => None,
        Some(d) if i > d => Some(i),
        _ => Some(i + 1),
    };
    let mut text = String::new();
    let mut what = vec![String::new()];
    let mut params = Vec::new();
    for (i, task) in tasks.iter().enumerate().filter(|(i, _)| Some(*i) != dropped) {
        let (sample, step) = task.split_once(':').unwrap();
        let after: Vec<String> =
            parents[i].iter().filter_map(|&p| number(p)).map(|p| p.to_string()).collect();
        let name = if name.is_empty() { String::new() } else { format!("name={name}") };
        // Tasks start in an order of their own.
        let start = 100 * i / 12 + i * 7 % 12;
        text += &format!(
            "{} {start}..{} - {} step={step} {name}\n",
            number(i).unwrap(),
            start + 5,
            after.join(" ")
        );
        if step == "step0" {
            params.push((number(i).unwrap().to_string(), format!("{{\"sample\":\"{sample}\"}}")));
        }
        what.push(task.clone());
    }
    let params: Vec<(&str, &str)> = params.iter().map(|(t, p)| (t.as_str(), p.as_str())).collect();
    (with_params(&text, &params), what)
}

#[test]
fn shifted_numbers_after_a_removed_task_are_detected_by_the_work_of_the_tasks() {
    for name in ["", "call"] {
        for dropped in [12, 15, 20] {
            let ((a, of_a), (b, of_b)) = (numbered(None, name), numbered(Some(dropped), name));
            let found = matching(&a, &b);
            let id = |f: &Facts, t| f.run().task_id(t).parse::<usize>().unwrap();
            let both = found.tasks.iter().filter_map(|t| t.a.zip(t.b));
            let right = both.filter(|(x, y)| of_a[id(&a, *x)] == of_b[id(&b, *y)]).count();
            let share = right as f64 / (of_b.len() - 1) as f64;
            assert!(share > 0.95, "{share} {dropped} {name:?}: {}", shown(&a, &b, &found));
        }
    }
}

#[test]
fn sequence_numbers_are_not_evidence_against_the_step() {
    check(
        "1 0..1 - step=load\n2 1..2 - 1 step=clean\n3 2..3 - 2 step=fit\n4 3..4 - 3 step=plot",
        "1 0..1 - step=load\n2 1..2 - 1 step=fit\n3 2..3 - 2 step=plot",
        "1:same 2#2:removed 3>2:renamed(neighbourhood:dependencies) 4>3:renamed(neighbourhood)",
    );
}
