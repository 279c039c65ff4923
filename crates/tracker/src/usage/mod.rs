//! Resource usage of tasks and runs: processor, memory, disk, network, threads.
//!
//! Usage is measured on request: for one task with [`TaskBuilder::measure`](crate::TaskBuilder::measure), for all tasks
//! of a run with [`RunBuilder::measure_tasks`](crate::RunBuilder::measure_tasks), for a run as a whole with
//! [`RunBuilder::measure`](crate::RunBuilder::measure). It is recorded as metrics, every 100 ms
//! ([`Options::sampling`](crate::Options::sampling)) and at the end:
//!
//! | metric | unit | when | meaning |
//! |---|---|---|---|
//! | `cpu` | % | over time | share of one processor in use since the previous sample; 400 % are four processors |
//! | `memory` | B | over time | resident memory |
//! | `threads` | | over time | number of threads |
//! | `cpu_time` | s | end | processor time used |
//! | `cpu_user`, `cpu_system` | s | end | its two parts; from 0.1 s of processor time on, because the system counts them in steps of 10 ms |
//! | `memory_peak` | B | end | most resident memory: the value of the system if the work raised it, otherwise the highest sample |
//! | `memory_delta` | B | end | resident memory at the end minus that at the start; may be negative |
//! | `disk_read`, `disk_written` | B | end | bytes read from or written to a disk; bytes served by caches do not count |
//! | `io_reads`, `io_writes` | | end | system calls that read or write, of any file or socket |
//! | `netns_received`, `netns_sent` | B | end | bytes through the interfaces of the *network namespace* but loopback: all programs in it, not only this one |
//! | `context_switches` | | end | of the threads that exist at the end |
//! | `cpu_limit`, `memory_limit` | %, B | once a run | limits of the cgroups of the process; absent if there is no limit |
//!
//! # Scope
//!
//! All values are those of the process and its descendants (running ones and those that were waited for), because the
//! system counts them so. Tasks that run at the same time in one process therefore all get the same values, and the run
//! reports this with the diagnostic `usage-shared`. Memory shared by several processes counts once for each.
//!
//! # Missing values
//!
//! Values are read from `/proc`, so they are available on Linux only. A value that cannot be read is not recorded,
//! never as 0, and the run reports once what is missing and why, with the diagnostic `usage-not-collected`.

mod cgroup;
mod files;
mod gauge;
mod proc;
mod sampler;
mod tree;

use std::time::Duration;

pub(crate) use gauge::Gauge;
pub(crate) use sampler::Sampler;

/// Default interval of samples.
pub const SAMPLING: Duration = Duration::from_millis(100);
