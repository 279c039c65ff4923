//! What tasks and runs use: processor, memory, disk, network, threads.
//!
//! It is measured where it is asked for: for one task with [`TaskBuilder::measure`](crate::TaskBuilder::measure), for
//! all tasks of a run with [`RunBuilder::measure_tasks`](crate::RunBuilder::measure_tasks), for a run as a whole with
//! [`RunBuilder::measure`](crate::RunBuilder::measure). It is recorded as metrics, while the work goes on every 100 ms
//! ([`Options::sampling`](crate::Options::sampling)) and when it ends:
//!
//! | metric | unit | when | meaning |
//! |---|---|---|---|
//! | `cpu` | % | over time | share of one processor in use since the sample before; 400 % are four processors |
//! | `memory` | B | over time | resident memory |
//! | `threads` | | over time | threads that exist |
//! | `cpu_time` | s | end | processor time used |
//! | `cpu_user`, `cpu_system` | s | end | its two parts; from 0.1 s of processor time on, for the system counts them in steps of 10 ms |
//! | `memory_peak` | B | end | most resident memory: what the system remembers where the work raised it, else the highest sample |
//! | `memory_delta` | B | end | resident memory at the end less that at the start; may be negative |
//! | `disk_read`, `disk_written` | B | end | bytes that had to come from, or will go to, a disk; what caches answer is none |
//! | `io_reads`, `io_writes` | | end | system calls that read or write, whatever from or to |
//! | `netns_received`, `netns_sent` | B | end | bytes through the interfaces of the *network namespace* but loopback: all programs in it, not only this one |
//! | `context_switches` | | end | of the threads that are there at the end |
//! | `cpu_limit`, `memory_limit` | %, B | once a run | what the cgroups of the process allow; absent where they allow everything |
//!
//! # Whose it is
//!
//! All of it is that of the process and its descendants (those that were waited for, and those that run), for that is
//! what the system counts. Of tasks that run at the same time in one process each is therefore given the same: the run
//! says so with the diagnostic `usage-shared`. Memory that processes share counts once for each.
//!
//! # What cannot be had
//!
//! It is read from `/proc`; other systems than Linux have none. What cannot be read is not recorded, never as 0, and
//! the run says once what is missing and why, with the diagnostic `usage-not-collected`.

mod cgroup;
mod files;
mod gauge;
mod proc;
mod sampler;
mod tree;

use std::time::Duration;

pub(crate) use gauge::Gauge;
pub(crate) use sampler::Sampler;

/// How often samples over time are taken where nothing is said.
pub const SAMPLING: Duration = Duration::from_millis(100);
