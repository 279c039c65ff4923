//! The function as it is compiled.
//!
//! ```text
//! fn NAME(…) -> TYPE {
//!     ::makespan_tracker::probe::run(
//!         ::makespan_tracker::task("NAME").step(…).param("a", &a),
//!         move || -> TYPE { body },
//!         |returned| (&&&::makespan_tracker::probe::Probe(returned)).failure(),
//!     )
//! }
//! ```
//!
//! Nothing is bound to a name that the body could see. The body is a closure that is called once, or an `async` block,
//! so that `return` and `?` leave the body and not the function around it.

use proc_macro::{Delimiter, Group, Literal, Span, TokenStream, TokenTree};

use crate::function::Function;
use crate::options::Options;

/// The function that records its calls.
pub(crate) fn expand(options: Options, function: Function) -> TokenStream {
    let mut call = builder(options, &function);
    call.extend(source(","));
    call.extend(if function.is_async {
        future(function.returns, function.body)
    } else {
        closure(function.returns, function.body)
    });
    call.extend(source(
        ", |returned| { use ::makespan_tracker::probe::{OfAnything as _, OfDisplay as _, OfResult as _}; \
         (&&&::makespan_tracker::probe::Probe(returned)).failure() }",
    ));
    let mut body = source(if function.is_async {
        "::makespan_tracker::probe::run_async"
    } else {
        "::makespan_tracker::probe::run"
    });
    body.extend([group(Delimiter::Parenthesis, call)]);
    if function.is_async {
        body.extend(source(".await"));
    }
    let mut item = source(
        "#[allow(clippy::needless_borrow, clippy::needless_return, clippy::unused_unit, unused_imports)]",
    );
    item.extend(function.head);
    item.extend([group(Delimiter::Brace, body)]);
    item
}

/// `::makespan_tracker::task("NAME").step(…).param("a", &a)`.
fn builder(options: Options, function: &Function) -> TokenStream {
    let mut tokens = source("::makespan_tracker::task");
    let name = options.name.unwrap_or_else(|| text(function.name.to_string().trim_start_matches("r#")));
    tokens.extend([group(Delimiter::Parenthesis, name)]);
    for (method, value) in options.calls {
        // `after` takes a reference to whatever names a task.
        let mut argument = source(if method.to_string() == "after" { "&" } else { "" });
        if !value.is_empty() {
            argument.extend([group(Delimiter::None, value)]);
        }
        tokens.extend(source("."));
        tokens.extend([TokenTree::from(method), group(Delimiter::Parenthesis, argument)]);
    }
    for (name, value) in options.params {
        let mut arguments = text(name.to_string().trim_start_matches("r#"));
        arguments.extend(source(","));
        arguments.extend(value);
        tokens.extend(source(".param"));
        tokens.extend([group(Delimiter::Parenthesis, arguments)]);
    }
    tokens
}

/// `move || -> TYPE { body }`.
fn closure(returns: Option<TokenStream>, body: Group) -> TokenStream {
    let mut tokens = source("move ||");
    if let Some(returns) = returns {
        tokens.extend(source("->"));
        tokens.extend(returns);
    }
    tokens.extend([TokenTree::from(body)]);
    tokens
}

/// `async move { if false { return never::<TYPE>(); } body }`: a block has no place for its type, and without it
/// the errors that `?` converts to would not be known.
fn future(returns: Option<TokenStream>, body: Group) -> TokenStream {
    let mut inner = TokenStream::new();
    if let Some(returns) = returns {
        let mut never = source("return ::makespan_tracker::probe::never::<");
        never.extend(returns);
        never.extend(source(">();"));
        inner.extend(source("if false"));
        inner.extend([group(Delimiter::Brace, never)]);
    }
    inner.extend([TokenTree::from(body)]);
    let mut tokens = source("async move");
    tokens.extend([group(Delimiter::Brace, inner)]);
    tokens
}

/// Source text of our own. All of it is well formed; the tests of the attribute would not compile else.
fn source(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}

fn text(value: &str) -> TokenStream {
    TokenTree::from(Literal::string(value)).into()
}

fn group(delimiter: Delimiter, tokens: TokenStream) -> TokenTree {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(Span::mixed_site());
    group.into()
}
