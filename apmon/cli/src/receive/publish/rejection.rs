//! Why something isn't published. It is reported: one line a reason, however often it happens.

use std::fmt;
use std::mem::{Discriminant, discriminant};

use mmstats::{AddError, CreateError};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape;

use super::limits::{MAX_LABEL, MAX_PARAMETERS};
use super::names::text;
use crate::args::NAME;

/// Why a packet's node, or one of its values, isn't published.
#[derive(Debug)]
pub enum Rejection {
    /// More nodes send.
    Nodes { max: usize },
    /// The names of cluster and node are too long.
    NodeName { bytes: usize },
    /// A file can't be created.
    File(CreateError),
    /// A new file doesn't take a stat.
    Stat(AddError),
    /// The node has too many parameters.
    Parameters,
    /// The name of the parameter is too long, with cluster and node.
    Label { bytes: usize },
    /// Another stat of the file has its name.
    Reserved,
    /// A number where the node sent texts, or a text where it sent numbers.
    Kind,
    /// It is infinite or not a number, which would spoil every sum.
    NotFinite,
    /// A later value is published.
    Older,
}

/// Reports rejections, the first of each reason.
#[derive(Debug, Default)]
pub struct Reports {
    reasons: Vec<Discriminant<Rejection>>,
}

impl Reports {
    /// Reports a rejection on stderr, unless there was one for the same reason before, or its reason is
    /// a usual one. Returns whether it was reported.
    pub fn report(&mut self, rejection: &Rejection, cluster: &[u8], node: &[u8]) -> bool {
        let reason = discriminant(rejection);
        if matches!(rejection, Rejection::Older) || self.reasons.contains(&reason) {
            return false;
        }
        self.reasons.push(reason);
        let (cluster, node) = (shortened(cluster), shortened(node));
        let line = format!(
            "not published: node '{node}' of cluster '{cluster}': {rejection}; from now on only counted, in \
             apmon.receive.publish.rejected.*"
        );
        Diagnostics::new(NAME).note(&escape(&line));
        true
    }
}

/// A name, or its beginning.
fn shortened(name: &[u8]) -> String {
    const SHOWN: usize = 64;
    let text = text(name);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nodes { max } => write!(f, "there are {max} nodes already (--max-nodes)"),
            Self::NodeName { bytes } => {
                write!(f, "its name takes {bytes} bytes of a label, which may have {MAX_LABEL}")
            }
            Self::File(error) => write!(f, "{error:#}"),
            Self::Stat(error) => write!(f, "{error:#}"),
            Self::Parameters => write!(f, "it has more than {MAX_PARAMETERS} parameters"),
            Self::Label { bytes } => {
                write!(f, "a parameter takes {bytes} bytes of a label, which may have {MAX_LABEL}")
            }
            Self::Reserved => f.write_str("a parameter has the name of another stat"),
            Self::Kind => f.write_str("a parameter was a number and is a text, or the reverse"),
            Self::NotFinite => f.write_str("a number is infinite or not a number"),
            Self::Older => f.write_str("a later value is published"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_reported_once() {
        let mut reports = Reports::default();
        let mut report = |rejection| reports.report(&rejection, b"c", b"n");
        assert!(!report(Rejection::Older));
        assert!(report(Rejection::Nodes { max: 1 }));
        assert!(!report(Rejection::Nodes { max: 2 }));
        assert!(report(Rejection::Kind));
        assert!(!report(Rejection::Kind));
    }

    #[test]
    fn long_names_are_shortened() {
        assert_eq!(shortened("ü".repeat(64).as_bytes()), "ü".repeat(64));
        assert_eq!(shortened("ü".repeat(4_096).as_bytes()), format!("{}…", "ü".repeat(64)));
        assert_eq!(shortened(b"a\xff"), r"a\xff");
    }
}
