//! Partitions by month, created in advance.
//!
//! A run's number contains the time at which the store received its first event, by the clock of the process that
//! received it. Each number therefore belongs to one month permanently. A row without a partition for its month goes to
//! the default partition, so no row is rejected, whatever a clock shows.

use makespan_format::time::{civil_from_days, days_from_civil};

use crate::sql::{Cells, Dialect, Driver, Sql, Table, first_number_at};
use crate::{Error, clock};

/// Nanoseconds per day.
const DAY: i64 = 86_400_000_000_000;
/// Number of months with a partition, including the current one: the time for which a program can run without creating
/// more.
const MONTHS: i64 = 3;

/// Creates the default partitions.
pub(super) fn make_default(driver: &mut impl Driver) -> Result<(), Error> {
    for table in Table::by_month() {
        let mut sql = Sql::of(Dialect::Postgres, "CREATE TABLE IF NOT EXISTS ");
        sql.push(table).push("_other PARTITION OF ").push(table).push(" DEFAULT");
        driver.run(sql)?;
    }
    Ok(())
}

/// Creates the partitions of this month and the next ones. If that is not permitted, if rows of these months are
/// already in the default partition, or if others are using the table, everything stays as it is and continues to work.
pub(super) fn make_next(driver: &mut impl Driver) -> Result<(), Error> {
    let this = Month::at(clock::now());
    for month in (0..MONTHS).map(|ahead| this.after(ahead)) {
        for table in Table::by_month() {
            if !month.is_made(driver, table)? {
                match month.make(driver, table) {
                    Err(Error::Unavailable { location, reason }) => {
                        return Err(Error::Unavailable { location, reason });
                    }
                    Err(_) => driver.rollback()?,
                    Ok(()) => {}
                }
            }
        }
    }
    Ok(())
}

/// A month, counted from year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Month(i64);

impl Month {
    fn at(ns: i64) -> Month {
        let (year, month, _) = civil_from_days(ns.div_euclid(DAY));
        Month(year * 12 + i64::from(month) - 1)
    }

    fn after(self, months: i64) -> Month {
        Month(self.0 + months)
    }

    /// Returns year and month as one number: 202611.
    fn name(self) -> i64 {
        self.0 / 12 * 100 + self.0 % 12 + 1
    }

    /// Returns the first run number of the month.
    fn first(self) -> i64 {
        let day = days_from_civil(self.0 / 12, (self.0 % 12) as u32 + 1, 1);
        first_number_at(day.saturating_mul(DAY))
    }

    fn is_made(self, driver: &mut impl Driver, table: &'static str) -> Result<bool, Error> {
        let mut sql = Sql::of(Dialect::Postgres, "SELECT COUNT(to_regclass('");
        sql.push(table).push("_").number(self.name()).push("'))");
        Cells::of(driver.rows(sql)?.pop().unwrap_or_default()).flag()
    }

    fn make(self, driver: &mut impl Driver, table: &'static str) -> Result<(), Error> {
        driver.begin()?;
        // Appending callers wait for this, so it must not wait for long.
        driver.run(Sql::of(Dialect::Postgres, "SET LOCAL lock_timeout = '2s'"))?;
        lock(driver)?;
        let mut sql = Sql::of(Dialect::Postgres, "CREATE TABLE IF NOT EXISTS ");
        sql.push(table).push("_").number(self.name()).push(" PARTITION OF ").push(table);
        sql.push(" FOR VALUES FROM (").number(self.first()).push(") TO (");
        sql.number(self.after(1).first()).push(")");
        driver.run(sql)?;
        driver.commit()
    }
}

/// Waits until no other process changes the tables, and locks them until the end of the transaction.
pub(super) fn lock(driver: &mut impl Driver) -> Result<(), Error> {
    // The bytes of `MKSP`, a number that other programs are unlikely to lock.
    let sql = "SELECT 1::BIGINT FROM (SELECT pg_advisory_xact_lock(1296782160)) AS locked";
    driver.rows(Sql::of(Dialect::Postgres, sql)).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_one_another_without_a_gap() {
        // 2026-12-31T23:59:59.999Z and 2027-01-01.
        let (last, first) = (1_798_761_599_999_000_000, 1_798_761_600_000_000_000);
        let (december, january) = (Month::at(last), Month::at(first));
        assert_eq!((december.name(), january.name(), december.after(1)), (202_612, 202_701, january));
        assert!(december.first() <= first_number_at(last) && first_number_at(last) < january.first());
        assert_eq!(january.first(), first_number_at(first));
        assert_eq!(Month::at(0).first(), 0);
    }
}
