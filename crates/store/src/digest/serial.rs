//! Serialisation: statuses as names, numbers with all their digits.

use makespan_format::Status;
use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

/// Serialises a status.
pub(super) mod status {
    use super::*;

    pub(in crate::digest) fn serialize<S: Serializer>(status: &Status, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(status.name())
    }

    pub(in crate::digest) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Status, D::Error> {
        let name = String::deserialize(d)?;
        Status::parse(&name).ok_or_else(|| D::Error::custom("unknown status"))
    }
}

/// Serialises an optional status.
pub(super) mod maybe_status {
    use super::*;

    pub(in crate::digest) fn serialize<S: Serializer>(
        status: &Option<Status>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        match status {
            Some(status) => s.serialize_some(status.name()),
            None => s.serialize_none(),
        }
    }

    pub(in crate::digest) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<Status>, D::Error> {
        let Some(name) = Option::<String>::deserialize(d)? else { return Ok(None) };
        Status::parse(&name).map(Some).ok_or_else(|| D::Error::custom("unknown status"))
    }
}

/// Serialises a number as text, because readers of JSON may lose the last digits of a number.
pub(super) mod exact {
    use super::*;

    pub(in crate::digest) fn serialize<S: Serializer>(number: &f64, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(number)
    }

    pub(in crate::digest) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
        String::deserialize(d)?.parse().map_err(D::Error::custom)
    }
}

/// Serialises an optional number as text.
pub(super) mod maybe_exact {
    use super::*;

    pub(in crate::digest) fn serialize<S: Serializer>(number: &Option<f64>, s: S) -> Result<S::Ok, S::Error> {
        match number {
            Some(number) => s.collect_str(number),
            None => s.serialize_none(),
        }
    }

    pub(in crate::digest) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<f64>, D::Error> {
        let text = Option::<String>::deserialize(d)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}
