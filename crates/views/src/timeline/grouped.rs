//! Lanes that are not nested: their attempts, and their order.

use makespan_analysis::natural_cmp;
use makespan_model::{HashMap, Order as _, Run, Status, StrId, TaskId, UNKNOWN};

use super::arranged::{Arrangement, LaneOrder, weighed};
use super::lane::{Lanes, Members, PlacedLane, standing};
use super::nest::task_key;
use crate::property::Property;

/// Name of the lane of attempts without a worker.
pub(crate) const UNNAMED: &str = "(unknown worker)";

/// Returns the attempts of each lane with its name, in the order of the lanes.
#[inline(never)]
pub(crate) fn grouped(run: &Run, lanes: &Lanes, extent: (i64, i64)) -> Vec<Members> {
    let attempts = 0..run.attempt_count() as u32;
    let lanes = lanes.for_run(run);
    if matches!(lanes, Lanes::Task | Lanes::Nested) {
        return by_task(run, extent);
    }
    if lanes == Lanes::Status {
        let mut groups: Vec<Members> =
            Status::ALL.iter().map(|s| Members::new(s.name().to_owned(), Vec::new())).collect();
        attempts.for_each(|a| groups[run.attempts.status[a as usize] as usize].attempts.push(a));
        groups.retain(|g| !g.attempts.is_empty());
        return groups;
    }
    if let Lanes::Of(property) = &lanes {
        return by_property(run, property);
    }
    let key = |a: u32| -> StrId {
        let task = run.attempts.task[a as usize] as usize;
        match lanes {
            Lanes::Worker => run.attempts.worker[a as usize],
            _ if !run.tasks.step[task].is_empty() => run.tasks.step[task],
            _ if !run.tasks.name[task].is_empty() => run.tasks.name[task],
            _ => run.tasks.id[task],
        }
    };
    let mut of: HashMap<StrId, usize> = HashMap::default();
    let mut groups: Vec<(StrId, Vec<u32>)> = Vec::new();
    for a in attempts {
        let at = *of.entry(key(a)).or_insert_with(|| {
            groups.push((key(a), Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(a);
    }
    let first_start = |members: &[u32]| {
        members.iter().map(|&a| run.attempts.started[a as usize]).filter(|t| *t != UNKNOWN).min()
    };
    match lanes {
        // Workers are sorted by name; steps are in the order in which they began.
        Lanes::Worker => groups.order_by(|a, b| {
            let (x, y) = (run.text(a.0), run.text(b.0));
            x.is_empty().cmp(&y.is_empty()).then_with(|| natural_cmp(x, y))
        }),
        _ => groups.order_by_cached_key(|g| (first_start(&g.1).unwrap_or(i64::MAX), g.0)),
    }
    let name = |id: StrId| if id.is_empty() { UNNAMED.to_owned() } else { run.text(id).to_owned() };
    groups.into_iter().map(|(id, attempts)| Members::new(name(id), attempts)).collect()
}

/// Returns the lanes in the reader's order: pinned ones first, without hidden ones.
pub(super) fn rearranged(
    run: &Run,
    lanes: &Lanes,
    arrangement: &Arrangement,
    all: Vec<PlacedLane>,
) -> Vec<PlacedLane> {
    let key = |lane: &PlacedLane| {
        let task = lane.timed.first().map(|one| run.attempts.task[one.2 as usize]).or(lane.idle);
        task.filter(|_| *lanes == Lanes::Task).map_or_else(|| lane.name.clone(), |task| task_key(run, task))
    };
    let place: HashMap<&str, usize> =
        arrangement.pinned.iter().enumerate().map(|(i, key)| (key.as_str(), i)).collect();
    let keyed = all.into_iter().map(|lane| (key(&lane), lane));
    let mut kept: Vec<_> = keyed.filter(|(key, _)| !arrangement.is_hidden(key)).collect();
    let order = arrangement.order;
    if order == LaneOrder::Name {
        kept.order_by(|a, b| natural_cmp(&a.1.name, &b.1.name));
    } else if order != LaneOrder::Usual {
        kept.order_by_cached_key(|(_, lane)| weighed(run, order, &lane.timed));
    }
    kept.order_by_cached_key(|(key, _)| place.get(key.as_str()).copied().unwrap_or(usize::MAX));
    kept.into_iter().map(|(_, lane)| lane).collect()
}

/// Returns the row of each attempt if no lane is moved or hidden; [`u32::MAX`] for those without times.
pub(super) fn natural_rows(run: &Run, all: &[PlacedLane]) -> Vec<u32> {
    let (mut of, mut first) = (vec![u32::MAX; run.attempt_count()], 0);
    for lane in all {
        lane.timed.iter().zip(&lane.rows).for_each(|(one, row)| of[one.2 as usize] = first + row);
        first += lane.count;
    }
    of
}

/// Returns the name of the lane of attempts whose tasks lack a property.
pub(crate) fn lacking(property: &Property) -> String {
    format!("(no {})", property.title())
}

/// Returns a lane for each value of a property, in natural order; attempts of tasks without a value come last.
fn by_property(run: &Run, property: &Property) -> Vec<Members> {
    let texts = property.texts(run);
    let mut groups: Vec<Members> = texts.all.iter().map(|t| Members::new(t.clone(), Vec::new())).collect();
    let mut rest = Vec::new();
    for a in 0..run.attempt_count() {
        let at = texts.of[run.attempts.task[a] as usize] as usize;
        groups.get_mut(at).map_or(&mut rest, |group| &mut group.attempts).push(a as u32);
    }
    groups.order_by(|a, b| natural_cmp(&a.name, &b.name));
    if !rest.is_empty() {
        groups.push(Members::new(lacking(property), rest));
    }
    groups
}

/// Returns a lane for each task, in the order of [`standing`], so that containers are above their contents.
fn by_task(run: &Run, extent: (i64, i64)) -> Vec<Members> {
    let standing = standing(run, extent);
    let mut tasks: Vec<TaskId> = run.task_ids().collect();
    tasks.order_by_numbers(|t| (standing[t.index()], t.0));
    let lane = |t: TaskId| Members {
        name: run.task_name(t).to_owned(),
        attempts: run.attempts_of(t).map(|a| a.0).collect(),
        task: Some(t.0),
    };
    tasks.into_iter().map(lane).collect()
}
