//! Queries that the database answers.

use makespan_format::clip;

use super::driver::Driver;
use super::rows;
use super::tables::{METRICS, RUNS, TASKS};
use super::text::{Cells, Dialect, Sql};
use crate::digest::{LONGEST_TEXT, MetricState};
use crate::statistics::DAY;
use crate::{
    Counts, Cursor, Durations, Error, Group, Grouping, History, HistoryQuery, Order, Page, RunFilter,
    RunQuery, RunState, TaskRun, key,
};

/// Adds ` WHERE …` for the runs of a filter, in the table `makespan_runs` named `r`.
fn filtered(sql: &mut Sql, filter: &RunFilter) {
    sql.push(if filter.trashed { " WHERE r.trashed IS NOT NULL" } else { " WHERE r.trashed IS NULL" });
    if let Some(workflow) = &filter.workflow {
        sql.push(" AND r.workflow_key = ").bind(key(workflow));
    }
    if !filter.statuses.is_empty() {
        sql.push(" AND r.status IN (");
        sql.bind_all(filter.statuses.iter().map(|status| rows::code(*status).into())).push(")");
    }
    if let Some(since) = filter.since {
        sql.push(" AND r.stands_at >= ").bind(since);
    }
    if let Some(until) = filter.until {
        sql.push(" AND r.stands_at < ").bind(until);
    }
    for (column, wanted) in [(" AND r.active = ", filter.active), (" AND r.pinned = ", filter.pinned)] {
        if let Some(wanted) = wanted {
            sql.push(column).bind(wanted);
        }
    }
    for (name, value) in &filter.labels {
        sql.push(" AND EXISTS (SELECT 1 FROM makespan_labels l WHERE l.run_no = r.run_no AND l.name_key = ");
        sql.bind(key(clip(name, LONGEST_TEXT)));
        if let Some(value) = value {
            sql.push(" AND l.value_key = ").bind(key(clip(value, LONGEST_TEXT)));
        }
        sql.push(")");
    }
}

/// Adds what follows the filter: the position to continue from, the order, and a limit of one row more than a page.
fn paged(sql: &mut Sql, query: &RunQuery) {
    let (beyond, direction) = match query.order {
        Order::Newest => (" < ", " DESC"),
        Order::Oldest => (" > ", ""),
    };
    if let Some(Cursor { at, key }) = query.after {
        sql.push(" AND (r.stands_at").push(beyond).bind(at);
        sql.push(" OR (r.stands_at = ").bind(at).push(" AND r.run_key").push(beyond).bind(key).push("))");
    }
    sql.push(" ORDER BY r.stands_at").push(direction).push(", r.run_key").push(direction);
    sql.push(" LIMIT ").bind(query.page_size() as u64 + 1);
}

/// Returns a single number.
fn count(driver: &mut impl Driver, sql: Sql) -> Result<u64, Error> {
    let row = driver.rows(sql)?.pop().ok_or_else(|| Error::corrupt("a count without an answer"))?;
    Cells::of(row).count()
}

/// Returns the run with this id, with its number.
pub(super) fn run(driver: &mut impl Driver, id: &str) -> Result<Option<(i64, RunState)>, Error> {
    let mut sql = Sql::of(driver.dialect(), "SELECT ");
    sql.list(RUNS.columns(driver.dialect(), driver.is_old()?)).push(" FROM makespan_runs ");
    sql.push("WHERE run_key = ").bind(key(id));
    driver.rows(sql)?.pop().map(rows::run).transpose()
}

/// Returns a page of runs.
pub(super) fn page(driver: &mut impl Driver, query: &RunQuery) -> Result<Page, Error> {
    let dialect = driver.dialect();
    let mut sql = Sql::of(dialect, "SELECT COUNT(*) FROM makespan_runs r");
    filtered(&mut sql, &query.filter);
    let total = count(driver, sql)?;
    let mut sql = Sql::of(dialect, "SELECT ");
    sql.list(RUNS.columns(dialect, driver.is_old()?)).push(" FROM makespan_runs r");
    filtered(&mut sql, &query.filter);
    paged(&mut sql, query);
    let mut runs = Vec::new();
    for row in driver.rows(sql)? {
        runs.push(rows::run(row)?.1);
    }
    let more = runs.len() > query.page_size();
    runs.truncate(query.page_size());
    let next = runs.last().filter(|_| more).map(Cursor::after);
    Ok(Page { runs, total, next })
}

/// Returns a task in many runs.
pub(super) fn history(driver: &mut impl Driver, query: &HistoryQuery) -> Result<History, Error> {
    let dialect = driver.dialect();
    let mut sql = Sql::of(dialect, "SELECT r.id, r.run_key, r.stands_at, r.status");
    TASKS.names().for_each(|name| {
        sql.push(", t.").push(name);
    });
    sql.push(" FROM makespan_runs r JOIN ");
    match dialect {
        Dialect::Sqlite | Dialect::Mysql => {
            sql.push("makespan_tasks t ON t.run_no = r.run_no AND t.task_key = ").bind(key(&query.task));
        }
        // Run by run, because no join order avoids reading the tasks of all runs.
        Dialect::Postgres => {
            sql.push("LATERAL (SELECT * FROM makespan_tasks WHERE run_no = r.run_no AND task_key = ");
            sql.bind(key(&query.task)).push(" LIMIT 1) t ON TRUE");
        }
    }
    filtered(&mut sql, &query.runs.filter);
    paged(&mut sql, &query.runs);
    let (mut tasks, mut places) = (Vec::new(), Vec::new());
    for row in driver.rows(sql)? {
        let mut cells = Cells::of(row);
        let run = cells.text()?;
        let (key, at) = (cells.key()?, cells.int()?);
        let run_status = cells.maybe_status()?;
        let (_, task) = rows::task(&mut cells)?;
        tasks.push(TaskRun { run, at, run_status, task });
        places.push(Cursor { at, key });
    }
    let size = query.runs.page_size();
    let next =
        if tasks.len() > size { size.checked_sub(1).and_then(|i| places.get(i).copied()) } else { None };
    tasks.truncate(size);
    Ok(History { tasks, next })
}

/// Counts runs by status.
pub(super) fn counts(
    driver: &mut impl Driver,
    filter: &RunFilter,
    grouping: Grouping,
) -> Result<Vec<Counts>, Error> {
    let dialect = driver.dialect();
    let mut sql = Sql::of(dialect, "SELECT r.status, COUNT(*)");
    match grouping {
        Grouping::All => {}
        Grouping::Workflow => {
            sql.push(dialect.any_workflow());
        }
        Grouping::Day => {
            sql.push(", ");
            day(&mut sql);
            sql.push(" AS day_no");
        }
    }
    sql.push(" FROM makespan_runs r");
    filtered(&mut sql, filter);
    sql.push(match grouping {
        Grouping::All => " GROUP BY r.status",
        Grouping::Workflow => " GROUP BY r.workflow_key, r.status",
        Grouping::Day => " GROUP BY day_no, r.status",
    });
    let mut groups: std::collections::BTreeMap<Group, Counts> = std::collections::BTreeMap::new();
    for row in driver.rows(sql)? {
        let mut cells = Cells::of(row);
        let (status, runs) = (cells.maybe_status()?, cells.count()?);
        let group = match grouping {
            Grouping::All => Group::All,
            Grouping::Workflow => Group::Workflow(cells.maybe_text()?),
            Grouping::Day => Group::Day(cells.int()?),
        };
        let counts = groups.entry(group.clone()).or_insert_with(|| Counts::new(group));
        match status {
            Some(status) => counts.runs.0[status as usize] += runs,
            None => counts.unknown += runs,
        }
    }
    Ok(groups.into_values().collect())
}

/// Adds the day of a run, rounded down, because division in SQL rounds towards zero.
fn day(sql: &mut Sql) {
    let div = sql.dialect().div();
    sql.push("(r.stands_at").push(div).number(DAY);
    sql.push(" - CASE WHEN r.stands_at % ").number(DAY).push(" < 0 THEN 1 ELSE 0 END)");
}

/// Returns the distribution of makespans.
pub(super) fn durations(driver: &mut impl Driver, filter: &RunFilter) -> Result<Option<Durations>, Error> {
    const SECOND: i64 = makespan_format::time::SECOND;
    let dialect = driver.dialect();
    let of_known = |sql: &mut Sql| {
        sql.push(" FROM makespan_runs r");
        filtered(sql, filter);
        sql.push(" AND r.makespan IS NOT NULL");
    };
    // Seconds and the remainder are summed separately, because a sum of nanoseconds soon exceeds 64 bits.
    let mut sql = Sql::of(dialect, "SELECT COUNT(*), MIN(r.makespan), MAX(r.makespan), CAST(SUM(r.makespan");
    sql.push(dialect.div()).number(SECOND).push(") AS ").push(dialect.integer());
    sql.push("), CAST(SUM(r.makespan % ").number(SECOND).push(") AS ").push(dialect.integer()).push(")");
    of_known(&mut sql);
    let row = driver.rows(sql)?.pop().ok_or_else(|| Error::corrupt("a count without an answer"))?;
    let mut cells = Cells::of(row);
    let runs = cells.count()?;
    if runs == 0 {
        return Ok(None);
    }
    let (min, max) = (cells.int()?, cells.int()?);
    let sum = i128::from(cells.int()?) * i128::from(SECOND) + i128::from(cells.int()?);
    let mut at = |percent| -> Result<i64, Error> {
        let mut sql = Sql::of(dialect, "SELECT r.makespan");
        of_known(&mut sql);
        sql.push(" ORDER BY r.makespan LIMIT 1 OFFSET ").bind(Durations::rank(runs, percent));
        // A run was removed between the two queries: use the longest instead.
        driver.rows(sql)?.pop().map_or(Ok(max), |row| Cells::of(row).int())
    };
    let (median, p95) = (at(50)?, at(95)?);
    Ok(Some(Durations { runs, min, mean: (sum / i128::from(runs)) as i64, median, p95, max }))
}

/// Returns the metrics of a run.
pub(super) fn metrics(driver: &mut impl Driver, no: i64) -> Result<Vec<MetricState>, Error> {
    let mut sql = METRICS.select(driver.dialect());
    sql.push("WHERE run_no = ").bind(no);
    let mut metrics = Vec::new();
    for row in driver.rows(sql)? {
        metrics.push(rows::metric(row)?.1);
    }
    // By name and unit, because the order of the keys has no meaning.
    metrics.sort_by(|a, b| (&a.name, &a.unit).cmp(&(&b.name, &b.unit)));
    Ok(metrics)
}

/// Returns the ids of the runs whose summaries were computed from events out of order.
pub(super) fn unsettled(driver: &mut impl Driver) -> Result<Vec<String>, Error> {
    let sql = Sql::of(driver.dialect(), "SELECT id FROM makespan_runs WHERE unsettled = 1 ORDER BY run_no");
    driver.rows(sql)?.into_iter().map(|row| Cells::of(row).text()).collect()
}

/// Returns the number of runs and events.
pub(super) fn totals(driver: &mut impl Driver) -> Result<(u64, u64), Error> {
    let dialect: Dialect = driver.dialect();
    let mut sql = Sql::of(dialect, "SELECT COUNT(*), CAST(COALESCE(SUM(events), 0) AS ");
    sql.push(dialect.integer()).push(") FROM makespan_runs");
    let row = driver.rows(sql)?.pop().ok_or_else(|| Error::corrupt("a count without an answer"))?;
    let mut cells = Cells::of(row);
    Ok((cells.count()?, cells.count()?))
}
