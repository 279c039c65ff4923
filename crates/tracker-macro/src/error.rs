//! Errors at a place in the source.

use proc_macro::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

/// The problem and its place.
#[derive(Debug)]
pub(crate) struct Error {
    at: Span,
    text: String,
}

impl Error {
    pub(crate) fn new(at: Span, text: impl Into<String>) -> Error {
        Error { at, text: text.into() }
    }

    /// `compile_error! { "text" }` at the place.
    pub(crate) fn into_tokens(self) -> TokenStream {
        let text = TokenTree::from(Literal::string(&self.text));
        let tokens: [TokenTree; 3] = [
            Ident::new("compile_error", self.at).into(),
            Punct::new('!', Spacing::Alone).into(),
            Group::new(Delimiter::Brace, text.into()).into(),
        ];
        let at = self.at;
        let placed = tokens.into_iter().map(|mut token| {
            token.set_span(at);
            token
        });
        placed.collect()
    }
}
