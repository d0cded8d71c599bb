//! What is reported if the baseline lacks what is to be shown.

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape;

use crate::pollstats::args::Arguments;
use crate::pollstats::sampling::fields::Fields;
use crate::pollstats::sampling::sampler::Sampler;

/// What was asked for, and what there is.
#[derive(Debug)]
pub struct Unmatched<'a> {
    pub arguments: &'a Arguments,
    pub fields: &'a Fields,
    /// What is known.
    pub sampler: &'a Sampler<'a>,
    /// Whether no file takes part.
    pub are_no_files: bool,
    /// Whether there is nothing to show.
    pub are_no_columns: bool,
}

impl Unmatched<'_> {
    /// A field that nothing matches may come later, or be misspelt.
    pub fn report(&self, diagnostics: &Diagnostics) {
        let is_filtered = self.arguments.alive || !self.arguments.filters.is_empty();
        if self.are_no_files && is_filtered {
            return diagnostics.note(&match (self.arguments.alive, self.arguments.filters.len()) {
                (true, 0) => "no program is alive; --list without --alive shows every label",
                (true, _) => {
                    "no file of a live program passes -f; --list without both shows every label"
                }
                _ => "no file passes -f; --list without it shows every label",
            });
        }
        let Sampler { known, others, .. } = self.sampler;
        for (field, suggestions) in self.fields.unmatched(known, others) {
            let hint = match &*suggestions.join(" or ") {
                "" => "--list shows what there is".to_owned(),
                suggestions => format!("did you mean {}?", escape(suggestions)),
            };
            diagnostics.note(&format_args!("no file has {}; {hint}", escape(field)));
        }
        if self.are_no_columns && diagnostics.errors() == 0 {
            let all = if self.arguments.all { "" } else { "; --all adds sys.*" };
            let message =
                format_args!("nothing moves in these files{all}; --list shows what there is");
            diagnostics.note(&message);
        }
    }
}
