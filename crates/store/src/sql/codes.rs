//! Numbers of statuses in the tables.

use makespan_format::Status;

/// The statuses, indexed by their number in the tables.
pub(super) const STATUS_CODES: [Status; Status::COUNT] = [
    Status::Pending,
    Status::Queued,
    Status::Running,
    Status::Retrying,
    Status::Succeeded,
    Status::Failed,
    Status::Skipped,
    Status::Cancelled,
    Status::UpstreamFailed,
    Status::Cached,
    Status::Unknown,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_numbers_never_change() {
        let names = "pending queued running retrying succeeded failed skipped cancelled upstream-failed cached unknown";
        assert_eq!(STATUS_CODES.map(Status::name).join(" "), names);
    }
}
