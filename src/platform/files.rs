//! Files that were chosen, dropped or pasted; folders are read recursively.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

/// Maximum number of files in one drop; further ones are skipped and counted.
pub(crate) const MOST_FILES: usize = 50_000;

/// Something to open.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    /// A file that is read later.
    File(String, File),
    /// Bytes in memory.
    Bytes(String, Vec<u8>),
}

impl Given {
    /// Returns its name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Given::File(name, _) | Given::Bytes(name, _) => name,
        }
    }

    /// Returns its size in bytes.
    pub(crate) fn size(&self) -> f64 {
        match self {
            Given::File(_, file) => file.size(),
            Given::Bytes(_, bytes) => bytes.len() as f64,
        }
    }
}

/// Returns the files of an input, with their path within a chosen folder.
pub(crate) fn of_list(list: &FileList) -> Vec<Given> {
    (0..list.length())
        .filter_map(|i| list.get(i))
        .map(|file| {
            let path =
                js_sys::Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|p| p.as_string());
            Given::File(path.filter(|p| !p.is_empty()).unwrap_or_else(|| file.name()), file)
        })
        .collect()
}

/// Takes dropped files. The list is valid only during the event, so its entries are taken at once and read later.
pub(crate) fn take_drop(transfer: &DataTransfer) -> (Vec<FileSystemEntry>, Vec<Given>) {
    let items = transfer.items();
    let entries: Vec<FileSystemEntry> = (0..items.length())
        .filter_map(|i| items.get(i))
        .filter_map(|item| item.webkit_get_as_entry().ok().flatten())
        .collect();
    let plain = transfer.files().map(|list| of_list(&list)).unwrap_or_default();
    // A drop made by a script has files but no entries.
    if entries.iter().any(FileSystemEntry::is_directory) {
        (entries, Vec::new())
    } else {
        (Vec::new(), plain)
    }
}

/// Takes what opens dropped files again, where the browser has such handles; folders have none. To be called during the
/// event.
pub(crate) fn drop_handles(transfer: &DataTransfer) -> impl Future<Output = Vec<JsValue>> + use<> {
    let items = transfer.items();
    let asked: Vec<_> = (0..items.length())
        .filter_map(|i| items.get(i))
        .filter(|item| item.kind() == "file")
        .filter_map(|item| {
            let method = js_sys::Reflect::get(&item, &"getAsFileSystemHandle".into()).ok()?;
            let method: js_sys::Function = method.dyn_into().ok()?;
            method.call0(&item).ok()?.dyn_into::<Promise>().ok()
        })
        .collect();
    async move {
        let mut handles = Vec::new();
        for promise in asked {
            handles.extend(JsFuture::from(promise).await.ok().filter(is_file));
        }
        handles
    }
}

fn is_file(handle: &JsValue) -> bool {
    let kind = js_sys::Reflect::get(handle, &"kind".into()).ok().and_then(|kind| kind.as_string());
    kind.as_deref() == Some("file")
}

/// Shows the dialog of browsers that let a page reopen what was chosen. `None` if this one does not, or not here;
/// otherwise what was chosen, with its handles.
pub(crate) fn choose() -> Option<impl Future<Output = Option<(Vec<Given>, Vec<JsValue>)>>> {
    let window = super::dom::window()?;
    let method = js_sys::Reflect::get(&window, &"showOpenFilePicker".into()).ok()?;
    let method: js_sys::Function = method.dyn_into().ok()?;
    // Pages within others may not show it.
    if window.parent().ok().flatten().is_some_and(|parent| parent != window) {
        return None;
    }
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"multiple".into(), &true.into()).ok()?;
    let promise: Promise = method.call1(&window, &options).ok()?.dyn_into().ok()?;
    Some(async move {
        let handles = Array::from(&JsFuture::from(promise).await.ok()?).to_vec();
        let mut given = Vec::new();
        for handle in &handles {
            let file: File = promised(handle, "getFile", &[]).await?.dyn_into().ok()?;
            given.push(Given::File(file.name(), file));
        }
        Some((given, handles))
    })
}

/// Returns all files below some entries, and the number of entries that could not be read.
pub(crate) async fn walk(entries: Vec<FileSystemEntry>) -> (Vec<Given>, usize) {
    let mut found = Vec::new();
    let mut lost = 0;
    let mut open: Vec<(String, FileSystemEntry)> = entries.into_iter().map(|e| (e.name(), e)).rev().collect();
    while let Some((path, entry)) = open.pop() {
        if found.len() >= MOST_FILES {
            lost += 1 + open.len();
            break;
        }
        if entry.is_directory() {
            match children(entry.unchecked_into()).await {
                Some(mut inside) => {
                    inside.sort_by_key(|e| std::cmp::Reverse(e.name()));
                    open.extend(inside.into_iter().map(|e| (format!("{path}/{}", e.name()), e)));
                }
                None => lost += 1,
            }
        } else {
            match file(entry.unchecked_into()).await {
                Some(file) => found.push(Given::File(path, file)),
                None => lost += 1,
            }
        }
    }
    (found, lost)
}

async fn file(entry: FileSystemFileEntry) -> Option<File> {
    let promise = Promise::new(&mut |resolve, reject| {
        let done = Closure::once_into_js(move |file: JsValue| resolve.call1(&JsValue::NULL, &file));
        let failed = Closure::once_into_js(move |error: JsValue| reject.call1(&JsValue::NULL, &error));
        call(&entry, "file", &[done, failed]);
    });
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}

async fn children(directory: FileSystemDirectoryEntry) -> Option<Vec<FileSystemEntry>> {
    let reader = directory.create_reader();
    let mut all = Vec::new();
    // A reader returns at most a hundred entries at a time, and an empty list at the end.
    loop {
        let promise = Promise::new(&mut |resolve, reject| {
            let done = Closure::once_into_js(move |list: JsValue| resolve.call1(&JsValue::NULL, &list));
            let failed = Closure::once_into_js(move |error: JsValue| reject.call1(&JsValue::NULL, &error));
            call(&reader, "readEntries", &[done, failed]);
        });
        let list: Array = JsFuture::from(promise).await.ok()?.dyn_into().ok()?;
        if list.length() == 0 || all.len() >= MOST_FILES {
            return Some(all);
        }
        all.extend(list.iter().map(|e| e.unchecked_into::<FileSystemEntry>()));
    }
}

fn call(object: &JsValue, method: &str, arguments: &[JsValue]) {
    let function =
        js_sys::Reflect::get(object, &method.into()).ok().and_then(|f| f.dyn_into::<js_sys::Function>().ok());
    if let Some(function) = function {
        let _ = function.apply(object, &arguments.iter().collect::<Array>());
    }
}

/// Calls a method that answers later; `None` if there is no such method, or it fails.
pub(super) async fn promised(of: &JsValue, method: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let function: js_sys::Function = js_sys::Reflect::get(of, &method.into()).ok()?.dyn_into().ok()?;
    let promise: Promise = function.apply(of, &arguments.iter().collect::<Array>()).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}
