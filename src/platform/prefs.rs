//! Preferences that are kept between visits, by name. Storage may be refused, and its content may come from anyone.

/// Maximum length of a value that is accepted, bytes.
const LONGEST: usize = 4_000;

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// Returns the last choice.
pub(crate) fn get(name: &str) -> Option<String> {
    storage()?.get_item(&format!("makespan.{name}")).ok().flatten().filter(|value| value.len() < LONGEST)
}

/// Stores a choice; if storage is refused, the choice applies to this visit only.
pub(crate) fn set(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&format!("makespan.{name}"), value);
    }
}
