//! The attribute `#[task]` of `makespan-tracker`; use it from there, with the feature `macros`.

mod error;
mod expand;
mod function;
mod options;

use proc_macro::TokenStream;

/// Records every call of a function as a task of the current context; without a context it records nothing.
///
/// The function may be `async`, generic, a method, and return anything. An `Err` that it returns ends the task as
/// failed, with the message of the error where it can be displayed and its type; a panic does too; the future of an
/// `async` function that is dropped before it is done ends it as cancelled. Within the function the task is
/// `Context::current()`.
///
/// ```
/// use makespan_tracker::{Context, Tracker, task};
///
/// #[task(step = "align", params(sample, depth = reads.len()))]
/// fn align(sample: &str, reads: &[u8]) -> Result<usize, std::num::ParseIntError> {
///     Context::current().progress(0.5, "half");
///     sample.trim_start_matches("sample ").parse()
/// }
///
/// let (tracker, recording) = Tracker::in_memory()?;
/// let run = tracker.run("nightly").start();
/// let here = run.enter();
/// assert_eq!(align("sample 3", b"ACGT"), Ok(3));
/// assert!(align("sample x", b"").is_err());
/// drop((here, run));
/// assert!(recording.text().contains(r#""params":{"sample":"sample 3","depth":4}"#));
/// assert!(recording.text().contains(r#""message":"invalid digit found in string","kind":"ParseIntError""#));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Options
///
/// All are expressions that may use the arguments of the function; they are evaluated before its body.
///
/// | option | meaning |
/// |---|---|
/// | `"name"` or `name = …` | name of the task; that of the function where nothing is said |
/// | `id = …` | its id, unique within the run |
/// | `step = …`, `kind = …`, `worker = …` | as on `TaskBuilder` |
/// | `after = …` | a task, or the id of one, that it depends on |
/// | `params(a, b = …)` | parameters: an argument by its name, or a name and an expression. Nothing is recorded of the arguments that are not named |
/// | `measure` | records what the process uses while it runs |
///
/// An expression with a comma outside brackets (`f::<A, B>()`) needs parentheses.
///
/// # Errors of compilation
///
/// An unknown option is one, and a function that cannot record:
///
/// ```compile_fail
/// #[makespan_tracker::task(colour = "red")]
/// fn paint() {}
/// ```
/// ```compile_fail
/// #[makespan_tracker::task]
/// const fn seven() -> i32 { 7 }
/// ```
/// ```compile_fail
/// #[makespan_tracker::task]
/// struct Paint;
/// ```
#[proc_macro_attribute]
pub fn task(options: TokenStream, item: TokenStream) -> TokenStream {
    let expanded = options::read(options)
        .and_then(|options| function::read(item.clone()).map(|function| expand::expand(options, function)));
    match expanded {
        Ok(tokens) => tokens,
        Err(error) => {
            // The function itself stays, so that its users do not complain too.
            let mut tokens = error.into_tokens();
            tokens.extend(item);
            tokens
        }
    }
}
