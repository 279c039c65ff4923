//! Calls of the host's code: `Display` of an error, a listener, a redaction. It may panic or never stop writing;
//! neither may harm the host.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Write as _};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

/// Maximum length of one text in a record, bytes: a log line, an error or a parameter.
pub(crate) const LONGEST_TEXT: usize = 64 << 10;

thread_local! {
    static CONTAINED: Cell<u32> = const { Cell::new(0) };
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Calls code of the host; `Err` with the message if it panics. The panic is not printed.
pub(crate) fn contained<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    // The state that closures of this crate share with other code is behind locks, or is not used after a panic.
    let _ = CONTAINED.try_with(|depth| depth.set(depth.get() + 1));
    let result = panic::catch_unwind(AssertUnwindSafe(call));
    let _ = CONTAINED.try_with(|depth| depth.set(depth.get() - 1));
    result.map_err(|payload| {
        let message = message_of(&*payload);
        // A payload may panic when it is dropped, with another such payload: that one is leaked.
        if let Err(again) = panic::catch_unwind(AssertUnwindSafe(move || drop(payload))) {
            std::mem::forget(again);
        }
        message
    })
}

/// Returns the text of a value as `{:#}` (the whole chain of an error if its type prints it): at most [`LONGEST_TEXT`]
/// bytes, and a remark in place of a panic.
pub(crate) fn say(value: &(impl fmt::Display + ?Sized)) -> String {
    let mut text = Clipped::default();
    let said = contained(|| {
        // Stops a `Display` that never ends: an error from the writer ends any well-behaved one.
        let _ = write!(text, "{value:#}");
    });
    if let Err(panic) = said {
        let _ = write!(text, "[its Display panicked: {panic}]");
    }
    text.finish()
}

/// Like [`say`] for a value's `Debug`.
pub(crate) fn say_debug(value: &dyn fmt::Debug) -> String {
    struct AsDebug<'a>(&'a dyn fmt::Debug);
    impl fmt::Display for AsDebug<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{:?}", self.0)
        }
    }
    say(&AsDebug(value))
}

/// Text up to the maximum length.
#[derive(Default)]
struct Clipped {
    text: String,
    full: bool,
}

impl Clipped {
    fn finish(mut self) -> String {
        if self.full {
            self.text.push_str("… [clipped]");
        }
        self.text
    }
}

impl fmt::Write for Clipped {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.full {
            return Err(fmt::Error);
        }
        let room = LONGEST_TEXT - self.text.len();
        if part.len() <= room {
            self.text.push_str(part);
            return Ok(());
        }
        self.text.push_str(&part[..part.floor_char_boundary(room)]);
        self.full = true;
        Err(fmt::Error)
    }
}

fn message_of(payload: &(dyn std::any::Any + Send)) -> String {
    let message = payload.downcast_ref::<&str>().copied();
    let message = message.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    say(message.unwrap_or("a panic without a message"))
}

/// Adds one panic hook before the existing one. It remembers the message of a panicking thread for the task that the
/// panic ends, prints nothing about contained panics, and calls `after` for the others.
pub(crate) fn watch_panics(after: fn()) {
    static ONCE: Once = Once::new();
    // A hook cannot be set by a thread that is panicking.
    if std::thread::panicking() {
        return;
    }
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
            let quiet = CONTAINED.try_with(|depth| depth.get() > 0).unwrap_or(false);
            if quiet {
                return;
            }
            let message = info.payload_as_str().unwrap_or("a panic without a message");
            let clipped = &message[..message.floor_char_boundary(LONGEST_TEXT)];
            let _ = LAST_PANIC.try_with(|last| {
                if let Ok(mut last) = last.try_borrow_mut() {
                    *last = Some(clipped.to_owned());
                }
            });
            before(info);
            after();
        }));
    });
}

/// Returns the message of the panic that this thread is unwinding from, if it is known.
pub(crate) fn last_panic() -> Option<String> {
    LAST_PANIC.try_with(|last| last.try_borrow().ok().and_then(|last| last.clone())).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Hostile;
    impl fmt::Display for Hostile {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half ")?;
            panic!("no more")
        }
    }

    struct Endless;
    impl fmt::Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            loop {
                f.write_str("über ")?;
            }
        }
    }

    #[test]
    fn a_display_that_panics_or_never_ends_gives_a_text() {
        assert_eq!(say(&Hostile), "half [its Display panicked: no more]");
        let endless = say(&Endless);
        assert!(endless.ends_with("… [clipped]") && endless.len() < LONGEST_TEXT + 20);
        assert_eq!(say("plain"), "plain");
    }

    #[test]
    fn a_panic_within_a_panic_is_contained() {
        struct Late;
        impl Drop for Late {
            fn drop(&mut self) {
                assert_eq!(say(&Hostile), "half [its Display panicked: no more]");
            }
        }
        let outer = contained(|| {
            let _late = Late;
            panic!("outer")
        });
        assert_eq!(outer, Err::<(), _>(String::from("outer")));
    }
}
