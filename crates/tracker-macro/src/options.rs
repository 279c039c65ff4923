//! Parses the options in the parentheses of the attribute.

use proc_macro::{Delimiter, Ident, Span, TokenStream, TokenTree};

use crate::error::Error;
use crate::function::is_punct;

/// The options of one attribute.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The name of the task, where it is not that of the function.
    pub(crate) name: Option<TokenStream>,
    /// Calls of methods of the builder: the method and its argument.
    pub(crate) calls: Vec<(Ident, TokenStream)>,
    /// Parameters: the name and the value.
    pub(crate) params: Vec<(Ident, TokenStream)>,
}

/// The methods of the builder that are options.
const METHODS: [&str; 5] = ["id", "step", "kind", "worker", "after"];

/// Reads `"name", id = …, params(a, b = …), measure`.
///
/// # Errors
///
/// An error if an option is unknown, is given twice, or has no value.
pub(crate) fn read(tokens: TokenStream) -> Result<Options, Error> {
    let mut options = Options::default();
    for part in parts(tokens) {
        let (first, rest) = (&part[0], &part[1..]);
        let (TokenTree::Ident(word), false) = (first, is_name(&part)) else {
            if options.name.replace(part.iter().cloned().collect()).is_some() {
                return Err(Error::new(first.span(), "a task has one name"));
            }
            continue;
        };
        let option = word.to_string();
        let twice = options.calls.iter().any(|(known, _)| known.to_string() == option) && option != "after";
        match (option.as_str(), rest) {
            _ if twice => return Err(Error::new(word.span(), format!("`{option}` is given twice"))),
            ("measure", []) => options.calls.push((word.clone(), TokenStream::new())),
            ("params", [TokenTree::Group(list)]) if list.delimiter() == Delimiter::Parenthesis => {
                for param in parts(list.stream()) {
                    options.params.push(param_of(&param)?);
                }
            }
            ("name", _) => {
                if options.name.replace(value_of(word.span(), rest)?).is_some() {
                    return Err(Error::new(word.span(), "a task has one name"));
                }
            }
            (method, _) if METHODS.contains(&method) => {
                options.calls.push((word.clone(), value_of(word.span(), rest)?));
            }
            _ => {
                let known = "a name, id, step, kind, worker or after with a value, params(…), measure";
                return Err(Error::new(
                    word.span(),
                    format!("unknown option `{option}`; valid options: {known}"),
                ));
            }
        }
    }
    Ok(options)
}

/// Returns whether the part is an expression that names the task instead of an option.
fn is_name(part: &[TokenTree]) -> bool {
    matches!(part, [TokenTree::Literal(_), ..])
}

/// The expression after `=`.
fn value_of(at: Span, rest: &[TokenTree]) -> Result<TokenStream, Error> {
    match rest {
        [equals, value @ ..] if is_punct(equals, '=') && !value.is_empty() => {
            Ok(value.iter().cloned().collect())
        }
        _ => Err(Error::new(at, "a value is missing: `option = expression`")),
    }
}

/// `a`, or `a = expression`.
fn param_of(param: &[TokenTree]) -> Result<(Ident, TokenStream), Error> {
    match param {
        [TokenTree::Ident(name)] => {
            let borrowed: TokenStream = "&".parse().unwrap_or_default();
            let value = borrowed.into_iter().chain([TokenTree::from(name.clone())]).collect();
            Ok((name.clone(), value))
        }
        [TokenTree::Ident(name), rest @ ..] => Ok((name.clone(), value_of(name.span(), rest)?)),
        [other, ..] => Err(Error::new(other.span(), "a parameter has a name: `a` or `a = expression`")),
        [] => Err(Error::new(Span::call_site(), "a parameter has a name: `a` or `a = expression`")),
    }
}

/// The parts between commas, none of them empty.
fn parts(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let parts = tokens.split(|token| is_punct(token, ','));
    parts.filter(|part| !part.is_empty()).map(<[TokenTree]>::to_vec).collect()
}
