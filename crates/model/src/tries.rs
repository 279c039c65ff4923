//! The order of the attempts of a task when their numbers contradict their times.

use makespan_format::Status;

use crate::build::RunBuilder;
use crate::seeded::{HashMap, HashSet};
use crate::{Order as _, UNKNOWN};

impl RunBuilder {
    /// Numbers the attempts of a task by their times if a list gave them in another order, such as the newest first.
    /// Returns the number of such tasks and the first of them. O(attempts) plus sorting those of retried tasks.
    ///
    /// Numbers are trusted otherwise: the clocks of two machines may differ. They give way only where the times of all
    /// attempts are known, none overlap, and each attempt but the last in time failed, as retries require.
    pub(crate) fn order_tries(&mut self) -> Option<(u64, u32)> {
        let all = &self.attempts;
        let retried: HashSet<u32> = all
            .task
            .iter()
            .zip(all.number.iter())
            .filter(|(_, number)| *number != 1)
            .map(|(task, _)| task)
            .collect();
        if retried.is_empty() {
            return None;
        }
        let rows = all.task.iter().enumerate().filter(|(_, task)| retried.contains(task));
        let mut tries: Vec<(u32, u32, u32)> =
            rows.map(|(row, task)| (task, all.number[row], row as u32)).collect();
        tries.order();
        // By task and number: the number by time.
        let mut moved: HashMap<(u32, u32), u32> = HashMap::default();
        let mut found: Option<(u64, u32)> = None;
        for tries in tries.chunk_by(|a, b| a.0 == b.0) {
            let Some(rows) = self.by_time(tries) else { continue };
            let first = tries[0].0;
            found = Some(found.map_or((1, first), |(count, first)| (count + 1, first)));
            for (row, &(task, number, _)) in rows.into_iter().zip(tries) {
                let old = std::mem::replace(&mut self.attempts.number[row as usize], number);
                moved.insert((task, old), number);
            }
        }
        if found.is_some() {
            for (tasks, numbers) in
                [(&self.samples.task, &mut self.samples.number), (&self.logs.task, &mut self.logs.number)]
            {
                let mut tasks = tasks.iter();
                numbers.for_each_mut(|number| {
                    let task = tasks.next().unwrap_or_default();
                    *number = moved.get(&(task, *number)).copied().unwrap_or(*number);
                });
            }
        }
        found
    }

    /// The rows of a task's attempts by time, if that is another order than by number and the better one.
    fn by_time(&self, tries: &[(u32, u32, u32)]) -> Option<Vec<u32>> {
        let all = &self.attempts;
        let span = |row: u32| (all.started[row as usize], all.ended[row as usize]);
        let is_known = |row: u32| span(row).0 != UNKNOWN && span(row).1 != UNKNOWN;
        let is_ordered = tries.is_sorted_by_key(|&(_, _, row)| span(row));
        if tries.len() < 2 || is_ordered || !tries.iter().all(|&(_, _, row)| is_known(row)) {
            return None;
        }
        let mut rows: Vec<u32> = tries.iter().map(|&(_, _, row)| row).collect();
        rows.order_by_numbers(|&row| span(row));
        let has_failed = |row: u32| matches!(all.status[row as usize], Status::Failed | Status::Retrying);
        let is_chain = rows.windows(2).all(|pair| has_failed(pair[0]) && span(pair[0]).1 <= span(pair[1]).0);
        is_chain.then_some(rows)
    }
}

#[cfg(test)]
mod tests {
    use crate::RunsBuilder;
    use makespan_format::{Attempt, Event, Log, RunInfo, Status, Task};

    /// Builds a task from attempts (number, start, end, status), with a log line for each; gives its attempts as
    /// (number, start), its status, and the numbers of the log lines by start.
    fn built(tries: &[(u32, i64, i64, Status)]) -> (Vec<(u32, i64)>, Status, Vec<u32>) {
        let mut runs = RunsBuilder::default();
        runs.apply(&Event::Run(RunInfo { id: "r".into(), ..RunInfo::default() }));
        runs.apply(&Event::Task(Task { id: "a".into(), ..Task::default() }));
        for &(number, start, end, status) in tries {
            let (started, ended, status) = (Some(start), Some(end), Some(status));
            let attempt = Attempt { task: "a".into(), number, started, ended, status, ..Attempt::default() };
            runs.apply(&Event::Attempt(attempt));
            let log = Log {
                task: Some("a".into()),
                number: Some(number),
                text: format!("{start:03}").into(),
                ..Log::default()
            };
            runs.apply(&Event::Log(log));
        }
        let run = runs.finish().0.remove(0);
        let of = &run.attempts;
        let mut logs: Vec<(&str, u32)> = run
            .logs
            .text
            .iter()
            .zip(&run.logs.number)
            .map(|(text, number)| (run.strings.get(*text), *number))
            .collect();
        logs.sort_unstable();
        (
            of.number.iter().copied().zip(of.started.iter().copied()).collect(),
            run.tasks.status[0],
            logs.into_iter().map(|(_, number)| number).collect(),
        )
    }

    #[test]
    fn attempts_listed_from_the_last_to_the_first_are_numbered_by_their_times() {
        use Status::{Failed, Succeeded};
        let newest_first = [(1, 60, 70, Succeeded), (2, 30, 40, Failed), (3, 0, 10, Failed)];
        assert_eq!(built(&newest_first), (vec![(1, 0), (2, 30), (3, 60)], Succeeded, vec![1, 2, 3]));
    }

    #[test]
    fn numbers_are_trusted_where_the_times_are_no_better() {
        use Status::{Failed, Succeeded};
        let skewed = [(1, 300, 310, Failed), (2, 0, 10, Succeeded)];
        assert_eq!(built(&skewed), (vec![(1, 300), (2, 0)], Succeeded, vec![2, 1]));
        let overlapping = [(1, 5, 20, Succeeded), (2, 0, 10, Failed)];
        assert_eq!(built(&overlapping).1, Failed);
    }
}
