//! What benchmarks measure.

use mmstats_proc::Roots;
use mmstats_proc::process::Table;

use super::host::HostFigures;
use super::list::List;
use crate::config::Options;

/// Samples the host again and again, as a monitor does.
#[derive(Debug, Default)]
pub struct HostSampler {
    roots: Roots,
    options: Options,
    figures: HostFigures,
    list: List,
}

impl HostSampler {
    /// Takes a sample. Returns how many figures it has.
    pub fn sample(&mut self) -> usize {
        let table = Table::read(&self.roots).ok();
        self.list.clear();
        self.figures.sample(&self.roots, table.as_ref(), &self.options, &mut self.list);
        self.list.parameters().len()
    }
}
