//! Extracts what the attribute needs of a function: its name, its return type, its body, and whether it is `async`.

use proc_macro::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use crate::error::Error;

/// A function with a body.
#[derive(Debug)]
pub(crate) struct Function {
    /// All before the body.
    pub(crate) head: TokenStream,
    pub(crate) name: Ident,
    /// The type after `->`; none where it is not written, or cannot be written anywhere else (`impl Trait`).
    pub(crate) returns: Option<TokenStream>,
    pub(crate) body: Group,
    pub(crate) is_async: bool,
}

/// Reads a function:
/// `attributes visibility const async unsafe extern fn NAME <generics> (arguments) -> TYPE where … { body }`.
///
/// # Errors
///
/// An error if the item is not a function, is `const`, or has no body.
pub(crate) fn read(item: TokenStream) -> Result<Function, Error> {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let at_fn = tokens.iter().position(|t| is_word(t, "fn"));
    let name = at_fn.and_then(|at| match tokens.get(at + 1) {
        Some(TokenTree::Ident(name)) => Some(name.clone()),
        _ => None,
    });
    let (Some(at_fn), Some(name)) = (at_fn, name) else {
        return Err(Error::new(Span::call_site(), "#[task] belongs on a function"));
    };
    let qualifiers = &tokens[..at_fn];
    if let Some(word) = qualifiers.iter().find(|t| is_word(t, "const")) {
        return Err(Error::new(word.span(), "a const fn cannot record anything"));
    }
    let is_async = qualifiers.iter().any(|t| is_word(t, "async"));
    let Some(TokenTree::Group(body)) =
        tokens.pop_if(|t| matches!(t, TokenTree::Group(g) if g.delimiter() == Delimiter::Brace))
    else {
        return Err(Error::new(name.span(), "#[task] needs a function with a body"));
    };
    let returns = returns(&tokens[at_fn + 2..]);
    Ok(Function { head: tokens.into_iter().collect(), name, returns, body, is_async })
}

/// The type after the arguments, of what follows the name.
fn returns(signature: &[TokenTree]) -> Option<TokenStream> {
    let arguments = arguments(signature)?;
    let mut rest = signature[arguments + 1..].iter();
    if !(is_punct(rest.next()?, '-') && is_punct(rest.next()?, '>')) {
        return None;
    }
    let returned: Vec<TokenTree> = rest.take_while(|t| !is_word(t, "where")).cloned().collect();
    let writable = !returned.is_empty() && !has_word(returned.iter().cloned().collect(), "impl");
    writable.then(|| returned.into_iter().collect())
}

/// Returns the position of the arguments: the first parentheses outside the generics, whose bounds may contain others.
fn arguments(signature: &[TokenTree]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut arrow = false;
    for (i, token) in signature.iter().enumerate() {
        match token {
            TokenTree::Group(group) if depth == 0 && group.delimiter() == Delimiter::Parenthesis => {
                return Some(i);
            }
            token if is_punct(token, '<') => depth += 1,
            token if is_punct(token, '>') && !arrow => depth = depth.saturating_sub(1),
            _ => {}
        }
        arrow = is_punct(token, '-');
    }
    None
}

/// Returns whether a word occurs anywhere in the tokens. The compiler limits their nesting.
fn has_word(tokens: TokenStream, word: &str) -> bool {
    let mut open = vec![tokens];
    while let Some(tokens) = open.pop() {
        for token in tokens {
            if is_word(&token, word) {
                return true;
            }
            if let TokenTree::Group(group) = token {
                open.push(group.stream());
            }
        }
    }
    false
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident.to_string() == word)
}

pub(crate) fn is_punct(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}
