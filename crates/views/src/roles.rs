//! The colours of statuses and severities.

use makespan_model::{Severity, Status};
use makespan_scene::Role;

/// Returns the colour role of a status.
pub fn status_role(status: Status) -> Role {
    match status {
        Status::Pending => Role::Pending,
        Status::Queued => Role::Queued,
        Status::Running => Role::Running,
        Status::Retrying => Role::Retrying,
        Status::Succeeded => Role::Succeeded,
        Status::Failed => Role::Failed,
        Status::Skipped => Role::Skipped,
        Status::Cancelled => Role::Cancelled,
        Status::UpstreamFailed => Role::UpstreamFailed,
        Status::Cached => Role::Cached,
        Status::Unknown => Role::Unknown,
    }
}

/// Returns the colour of a severity.
pub(crate) fn severity_role(severity: Severity) -> Role {
    match severity {
        Severity::Error => Role::Failed,
        Severity::Warning => Role::Retrying,
        Severity::Info => Role::Queued,
    }
}
