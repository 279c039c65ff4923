//! Types of the crates below that are written by their names: what is written stays readable, and outlives a change of
//! their order.

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

/// Colours.
pub(crate) mod role {
    use makespan_scene::Role;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(role: &Role, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(role.name())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Role, D::Error> {
        let name = String::deserialize(input)?;
        named(&name).ok_or_else(|| D::Error::custom("unknown role"))
    }

    pub(super) fn named(name: &str) -> Option<Role> {
        Role::ALL.iter().copied().find(|role| role.name() == name)
    }
}

/// Colours that may be absent.
pub(crate) mod maybe_role {
    use makespan_scene::Role;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(role: &Option<Role>, out: S) -> Result<S::Ok, S::Error> {
        role.map(Role::name).serialize(out)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Role>, D::Error> {
        let name = Option::<String>::deserialize(input)?;
        name.map(|n| super::role::named(&n).ok_or_else(|| D::Error::custom("unknown role"))).transpose()
    }
}

/// Views, as the links to them.
pub(crate) mod view {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::link::{decode, encode};
    use crate::look::ViewState;

    pub(crate) fn serialize<S: Serializer>(view: &ViewState, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&encode(view))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<ViewState, D::Error> {
        decode(&String::deserialize(input)?).map_err(D::Error::custom)
    }
}
