//! What is remembered between visits: the theme, and no more. Storage may be refused, and what it holds may be
//! anybody's.

const KEY: &str = "makespan.theme";

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// The theme chosen last.
pub(crate) fn theme() -> Option<String> {
    storage()?.get_item(KEY).ok().flatten().filter(|name| name.len() < 40)
}

/// Remembers the theme.
pub(crate) fn set_theme(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(KEY, name);
    }
}
