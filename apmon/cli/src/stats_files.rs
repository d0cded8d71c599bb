//! From stats files to the parameters of nodes: which files, what of them, added up how.
//!
//! ```text
//!  Watch, Changes --> Selection --> Nodes, by Template --> Totals, Increases --> Figure --> Constants
//! ```
//!
//! Anybody may write into a directory of stats files. Their sizes and labels are bounded by the watch's
//! budget, nodes and parameters here, and what is beyond is counted.

#[cfg(test)]
mod bounds;
mod constants;
mod figures;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod hostile;
mod nodes;
mod problems;
mod selection;
mod template;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use apmon::Parameter;
use mmstats::{Changes, Watch};
use mmstats_totals::increases::Increases;
use mmstats_totals::totals::Totals;

use self::figures::{Figure, FigureValue, add_figures};
use self::nodes::{NodeFiles, Nodes, is_live};
pub use self::problems::Problem;
use self::problems::Problems;
use self::selection::Selection;
pub use self::template::Template;

/// How many parameters of a node are sent at a poll.
const MAX_PARAMETERS: usize = 10_000;

/// Follows stats files, and gives what they hold as the parameters of nodes.
///
/// It has no clock and sends nothing.
#[derive(Debug)]
pub struct StatsFiles {
    watch: Watch,
    changes: Changes,
    selection: Selection,
    cluster: Template,
    node: Template,
    nodes: Nodes,
    problems: Problems,
    left_out: LeftOut,
    /// When the first poll was.
    begun: Option<Instant>,
}

/// What was beyond the bounds, over all polls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Nodes.
    pub nodes: u64,
    /// Parameters of nodes that were sent.
    pub parameters: u64,
}

impl StatsFiles {
    /// Follows the files at these locations, as [`mmstats::find`] takes them: files, directories and globs,
    /// or, without any, the default locations. Each poll searches them anew. Nothing is read before the
    /// first one.
    ///
    /// The templates name a file's cluster and node. Files of this process, and those that `apmon receive`
    /// published, are left out.
    pub fn new(locations: &[OsString], cluster: Template, node: Template) -> Self {
        Self {
            watch: Watch::new(locations),
            changes: Changes::new(),
            selection: Selection::without_own(),
            cluster,
            node,
            nodes: Nodes::default(),
            problems: Problems::default(),
            left_out: LeftOut::default(),
            begun: None,
        }
    }

    /// Reads the files, and calls `action` for each node that has a living file, with its cluster, its
    /// name and its parameters; sorted by all three. A node without parameters is left out.
    ///
    /// The times are those of the poll. Rates, means and percentiles are of what was counted since the poll
    /// before, so at the first one there are none. Texts are given when they changed, and all of them
    /// with `all_texts`.
    pub fn poll(
        &mut self,
        now: Instant,
        wall: SystemTime,
        all_texts: bool,
        mut action: impl FnMut(&str, &str, &[Parameter<'_>]),
    ) {
        let is_first = self.begun.is_none();
        let begun = *self.begun.get_or_insert(now);
        let update = self.watch.poll_at(now.saturating_duration_since(begun), wall);
        self.problems.add_errors(&update, is_first);
        self.changes.advance(&update);
        let seconds = self.changes.interval().as_secs_f64();
        let sums = Sums {
            now: wall.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()),
            seconds: (seconds > 0.0).then_some(seconds),
        };
        let files = self.changes.files().iter().filter(|file| self.selection.has(file.file()));
        let templates = [&self.cluster, &self.node];
        let (nodes, without_place) = self.nodes.admit(files, templates, &mut self.problems);
        self.left_out.nodes += without_place as u64;
        for ((cluster, node), constants, files) in nodes {
            let mut figures = sums.figures_of(&files);
            if figures.len() > MAX_PARAMETERS {
                self.left_out.parameters += (figures.len() - MAX_PARAMETERS) as u64;
                figures.truncate(MAX_PARAMETERS);
                let (cluster, node) = (cluster.clone(), node.clone());
                self.problems.add(Problem::Parameters { cluster, node, max: MAX_PARAMETERS });
            }
            constants.keep_changed(&mut figures, all_texts);
            let parameters: Vec<_> = figures.iter().map(Figure::as_parameter).collect();
            if !parameters.is_empty() {
                action(cluster, node, &parameters);
            }
        }
    }

    /// The problems since the last call. Each is reported once: a file by its path, and everything that is
    /// beyond a bound by its first example.
    pub fn take_problems(&mut self) -> Vec<Problem> {
        self.problems.take()
    }

    /// What was beyond the bounds so far. Each poll counts.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }
}

/// Adds up files at one moment.
struct Sums {
    /// Unix time.
    now: f64,
    /// Since the poll before, where that is known.
    seconds: Option<f64>,
}

impl Sums {
    /// What is sent of the files of a node, sorted by name, each name once.
    fn figures_of(&self, files: &NodeFiles<'_>) -> Vec<Figure> {
        let (mut totals, mut increases) = (Totals::default(), Increases::default());
        for change in files {
            increases.add_file(change);
            if is_live(change) {
                let file = change.file();
                let mut sum = totals.file(file, change.life().verdict, self.now);
                file.stats().for_each(|stat| sum.add(&stat));
            }
        }
        let mut figures = Vec::new();
        for total in totals.iter() {
            add_figures(total, &increases, self.seconds, &mut figures);
        }
        // A label goes before another one with a suffix.
        figures.sort_by(|a, b| (&a.name, a.role).cmp(&(&b.name, b.role)));
        figures.dedup_by(|second, first| first.name == second.name);
        figures
    }
}

impl Figure {
    fn as_parameter(&self) -> Parameter<'_> {
        let value = match &self.value {
            FigureValue::Number(number) => *number,
            FigureValue::Text(text) => text.into(),
        };
        Parameter { name: self.name.as_bytes(), value }
    }
}
