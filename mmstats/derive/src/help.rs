//! Doc comments as help texts.

use syn::{Attribute, Expr, Lit, Meta};

/// The text of the doc comments: a paragraph's lines joined by spaces, one line per paragraph.
pub(crate) fn of(attributes: &[Attribute]) -> String {
    let comments: Vec<String> = attributes.iter().filter_map(doc_comment).collect();
    let mut text = String::new();
    let mut gap = "";
    for line in comments.iter().flat_map(|comment| lines(comment)) {
        if line.is_empty() {
            gap = if text.is_empty() { "" } else { "\n" };
        } else {
            text.push_str(gap);
            text.push_str(line);
            gap = " ";
        }
    }
    text
}

/// The literal of a `#[doc = "…"]`, as macros see a doc comment.
fn doc_comment(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(doc) = &attribute.meta else {
        return None;
    };
    if !doc.path.is_ident("doc") {
        return None;
    }
    let mut value = &doc.value;
    // A literal from a `macro_rules!` is in an invisible group.
    while let Expr::Group(group) = value {
        value = &group.expr;
    }
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// The lines of a comment, without the column of asterisks that a block comment may have.
fn lines(comment: &str) -> impl Iterator<Item = &str> {
    let starred = comment.contains('\n')
        && comment
            .lines()
            .skip(1)
            .map(str::trim)
            .all(|line| line.is_empty() || line.starts_with('*'));
    comment
        .lines()
        .enumerate()
        .map(move |(number, line)| {
            let line = line.trim();
            if starred && number > 0 {
                line.strip_prefix('*').unwrap_or(line).trim_start()
            } else {
                line
            }
        })
        // `"".lines()` gives nothing, and an empty `///` is the gap between paragraphs.
        .chain(comment.is_empty().then_some(""))
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::{DeriveInput, parse_quote};

    use super::*;

    fn help(item: &DeriveInput) -> String {
        of(&item.attrs)
    }

    #[test]
    fn lines_join_and_paragraphs_part() {
        let text = help(&parse_quote! {
            ///
            /// Pages that were
            ///   rendered.
            ///
            ///
            /// Not the cached ones.
            ///
            struct S;
        });
        assert_eq!(text, "Pages that were rendered.\nNot the cached ones.");
    }

    #[test]
    fn a_block_comment_loses_its_asterisks() {
        let text = help(&parse_quote! {
            /** Pages that
              * were rendered.
              *
              * Not the cached ones.
              */
            struct S;
        });
        assert_eq!(text, "Pages that were rendered.\nNot the cached ones.");
        let text = help(&parse_quote! {
            /** Either
            * one
              or two
            */
            struct S;
        });
        assert_eq!(text, "Either * one or two");
    }

    #[test]
    fn other_attributes_say_nothing() {
        let text = help(&parse_quote! {
            #[doc(hidden)]
            #[doc = concat!("a", "b")]
            #[deprecated = "old"]
            #[doc = "Told."]
            struct S;
        });
        assert_eq!(text, "Told.");
    }

    #[test]
    fn a_literal_may_come_through_a_macro() {
        let literal = proc_macro2::Group::new(proc_macro2::Delimiter::None, quote!("Told."));
        assert_eq!(help(&parse_quote!(#[doc = #literal] struct S;)), "Told.");
    }
}
