//! What the browser keeps in its database: the files that a tab has open, for a reload, and which files were opened
//! last. A browser may refuse all of it; then nothing is kept, and the page works without.

use idb::{
    Database, DatabaseEvent, Factory, ObjectStore, ObjectStoreParams, Query, Transaction, TransactionMode,
};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

use super::files::{Given, promised};
use super::{dom, random};

const NAME: &str = "makespan";
/// Objects by tab: the time, and the name and the content of each file.
const OPEN: &str = "open";
/// Objects by names: the time, names, size, and what opens each file again.
const RECENT: &str = "recent";
/// Key of this tab in the storage that ends with the tab.
const TAB: &str = "makespan.tab";
/// Whether the files of this tab are being opened again. If that ends the page, they are not opened once more.
const REOPENING: &str = "makespan.reopening";

/// Maximum size of what is kept for a reload, bytes.
const LARGEST: f64 = 512.0 * 1024.0 * 1024.0;
/// For how long files are kept for a reload, ms. Nobody says when a tab was closed.
const LONGEST: f64 = 24.0 * 3600.0 * 1000.0;
/// Maximum number of recent files.
const MOST: usize = 8;

/// Files that were opened together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Recent {
    /// Their names.
    pub(crate) names: Vec<String>,
    /// Their size, bytes.
    pub(crate) bytes: f64,
    /// When they were opened, ms since 1970.
    pub(crate) at: f64,
    /// What opens them again, where the browser has such handles (File System Access); otherwise empty.
    handles: Vec<JsValue>,
}

impl Recent {
    /// Returns whether the browser can open them again without a dialog.
    pub(crate) fn reopens(&self) -> bool {
        !self.handles.is_empty()
    }

    /// Opens the files again; the browser may ask the reader first. `None` if it refuses, or a file is gone.
    pub(crate) async fn files(&self) -> Option<Vec<Given>> {
        let mut given = Vec::new();
        for handle in &self.handles {
            let mode = object(&[("mode", "read".into())]);
            let answer = promised(handle, "requestPermission", &[mode]).await?;
            if answer.as_string().as_deref() != Some("granted") {
                return None;
            }
            let file: File = promised(handle, "getFile", &[]).await?.dyn_into().ok()?;
            given.push(Given::File(file.name(), file));
        }
        Some(given)
    }

    /// Returns the handles.
    pub(crate) fn handles(&self) -> Vec<JsValue> {
        self.handles.clone()
    }
}

/// Keeps the open files of this tab for a reload.
pub(crate) async fn keep_open(given: &[Given]) -> Option<()> {
    let session = session()?;
    session.remove_item(REOPENING).ok()?;
    if given.iter().map(Given::size).sum::<f64>() > LARGEST {
        forget_open().await;
        return None;
    }
    let tab = session.get_item(TAB).ok().flatten().unwrap_or_else(random::token);
    let files: Array = given
        .iter()
        .map(|one| {
            let content = match one {
                Given::File(_, file) => file.into(),
                Given::Bytes(_, bytes) => Uint8Array::from(bytes.as_slice()).into(),
            };
            object(&[("name", one.name().into()), ("content", content)])
        })
        .collect();
    let (transaction, store) = writable(OPEN).await?;
    let kept = store.get_all_keys(None, None).ok()?.await.ok()?;
    for (key, one) in kept.into_iter().zip(store.get_all(None, None).ok()?.await.ok()?) {
        if js_sys::Date::now() - number(&one, "at") > LONGEST {
            store.delete(Query::Key(key)).ok()?.await.ok()?;
        }
    }
    let value = object(&[("at", js_sys::Date::now().into()), ("files", files.into())]);
    store.put(&value, Some(&tab.as_str().into())).ok()?.await.ok()?;
    transaction.commit().ok()?.await.ok()?;
    session.set_item(TAB, &tab).ok()
}

/// Forgets the open files of this tab.
pub(crate) async fn forget_open() -> Option<()> {
    let session = session()?;
    let tab = session.get_item(TAB).ok().flatten()?;
    session.remove_item(TAB).ok()?;
    let (transaction, store) = writable(OPEN).await?;
    store.delete(Query::Key(tab.as_str().into())).ok()?.await.ok()?;
    transaction.commit().ok()?.await.ok().map(|_| ())
}

/// Returns whether this page is a reload of one with open files.
pub(crate) fn was_reloaded() -> bool {
    let Some(session) = session() else { return false };
    let has = |key| session.get_item(key).ok().flatten().is_some();
    let entries = dom::window().and_then(|w| w.performance()).map(|p| p.get_entries_by_type("navigation"));
    let how =
        entries.and_then(|all| Reflect::get(&all.get(0), &"type".into()).ok()).and_then(|t| t.as_string());
    matches!(how.as_deref(), Some("reload" | "back_forward")) && has(TAB) && !has(REOPENING)
}

/// Returns the files that this tab had open before it was reloaded.
pub(crate) async fn opened() -> Option<Vec<Given>> {
    let session = session()?;
    let tab = session.get_item(TAB).ok().flatten()?;
    session.set_item(REOPENING, "yes").ok()?;
    let (_, store) = readable(OPEN).await?;
    let found = store.get(Query::Key(tab.as_str().into())).ok()?.await.ok()??;
    let files = Array::from(&Reflect::get(&found, &"files".into()).ok()?);
    let given = |one: JsValue| {
        let name = Reflect::get(&one, &"name".into()).ok()?.as_string()?;
        let content = Reflect::get(&one, &"content".into()).ok()?;
        match content.dyn_into::<File>() {
            Ok(file) => Some(Given::File(name, file)),
            Err(other) => Some(Given::Bytes(name, other.dyn_into::<Uint8Array>().ok()?.to_vec())),
        }
    };
    files.iter().map(given).collect::<Option<Vec<Given>>>().filter(|all| !all.is_empty())
}

/// Adds files to the recent ones.
pub(crate) async fn remember(given: &[Given], handles: &[JsValue]) -> Option<()> {
    let names: Vec<&str> = given.iter().map(Given::name).collect();
    let (transaction, store) = writable(RECENT).await?;
    let value = object(&[
        ("at", js_sys::Date::now().into()),
        ("names", names.iter().map(|name| JsValue::from(*name)).collect::<Array>().into()),
        ("bytes", given.iter().map(Given::size).sum::<f64>().into()),
        ("handles", handles.iter().cloned().collect::<Array>().into()),
    ]);
    store.put(&value, Some(&names.join("\n").into())).ok()?.await.ok()?;
    let mut all = listed(&store).await?;
    for old in all.split_off(all.len().min(MOST)) {
        store.delete(Query::Key(old.names.join("\n").into())).ok()?.await.ok()?;
    }
    transaction.commit().ok()?.await.ok().map(|_| ())
}

/// Returns the recent files, the latest first.
pub(crate) async fn recent() -> Vec<Recent> {
    let read = async { listed(&readable(RECENT).await?.1).await };
    read.await.unwrap_or_default()
}

/// Forgets the recent files.
pub(crate) async fn forget_recent() -> Option<()> {
    let (transaction, store) = writable(RECENT).await?;
    store.clear().ok()?.await.ok()?;
    transaction.commit().ok()?.await.ok().map(|_| ())
}

async fn listed(store: &ObjectStore) -> Option<Vec<Recent>> {
    let list = |value: &JsValue, name: &str| {
        Reflect::get(value, &name.into()).map(|all| Array::from(&all).to_vec()).unwrap_or_default()
    };
    let read = |value: JsValue| Recent {
        names: list(&value, "names").iter().filter_map(JsValue::as_string).collect(),
        bytes: number(&value, "bytes"),
        at: number(&value, "at"),
        handles: list(&value, "handles"),
    };
    let mut all: Vec<Recent> = store.get_all(None, None).ok()?.await.ok()?.into_iter().map(read).collect();
    all.sort_by(|a, b| b.at.total_cmp(&a.at));
    Some(all)
}

async fn database() -> Option<Database> {
    let mut request = Factory::new().ok()?.open(NAME, Some(1)).ok()?;
    request.on_upgrade_needed(|event| {
        let Ok(database) = event.database() else { return };
        for name in [OPEN, RECENT] {
            // Without its store, opening one later fails, and nothing is kept.
            let _ = database.create_object_store(name, ObjectStoreParams::new());
        }
    });
    request.await.ok()
}

async fn within(name: &str, mode: TransactionMode) -> Option<(Transaction, ObjectStore)> {
    let transaction = database().await?.transaction(&[name], mode).ok()?;
    let store = transaction.object_store(name).ok()?;
    Some((transaction, store))
}

async fn readable(name: &str) -> Option<(Transaction, ObjectStore)> {
    within(name, TransactionMode::ReadOnly).await
}

async fn writable(name: &str) -> Option<(Transaction, ObjectStore)> {
    within(name, TransactionMode::ReadWrite).await
}

fn session() -> Option<web_sys::Storage> {
    dom::window()?.session_storage().ok().flatten()
}

fn number(value: &JsValue, name: &str) -> f64 {
    Reflect::get(value, &name.into()).ok().and_then(|n| n.as_f64()).unwrap_or(0.0)
}

fn object(members: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        // A new object has no member that could refuse a value.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}
