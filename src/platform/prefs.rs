//! What is remembered between visits: choices by name. Storage may be refused, and what it holds may be anybody's.

/// Longest value that is believed, bytes.
const LONGEST: usize = 40;

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// The choice that was made last.
pub(crate) fn get(name: &str) -> Option<String> {
    storage()?.get_item(&format!("makespan.{name}")).ok().flatten().filter(|value| value.len() < LONGEST)
}

/// Remembers a choice; where storage is refused, it holds for this visit only.
pub(crate) fn set(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&format!("makespan.{name}"), value);
    }
}
