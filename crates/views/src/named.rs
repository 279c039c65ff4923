//! Serialises types of lower crates by their names, so that the output is readable and does not depend on their order.

/// Statuses.
pub(crate) mod status {
    use makespan_model::Status;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(status: &Status, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(status.name())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Status, D::Error> {
        let name = String::deserialize(input)?;
        Status::parse(&name).ok_or_else(|| D::Error::custom("unknown status"))
    }
}
