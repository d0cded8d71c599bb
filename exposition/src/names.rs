//! Metric names: no two metrics share one, and a metric keeps its name.

use std::collections::{HashMap, HashSet};

use crate::eviction::least_recently_used;
use crate::metric::Metric;
use crate::sample::MetricType;
use crate::spelling::{escaped, plain, with_unit, without_suffix};

/// Approximate number of bytes spent on metrics that no longer have a sample.
const REMEMBERED: usize = 4 << 20;

/// Gives each metric a name of its own, which it keeps as long as it is remembered: while it has
/// samples, and then until 4 MiB are full of later ones.
#[derive(Debug, Default)]
pub struct Names {
    given: HashMap<Metric, Name>,
    /// Names that no metric gets.
    reserved: &'static [&'static str],
    taken: HashSet<String>,
    /// For each name that several metrics would have, the number that was tried last.
    numbers: HashMap<String, u64>,
    /// How many expositions were written.
    round: u64,
}

/// A metric's name.
#[derive(Debug)]
pub struct Name {
    /// Without the suffixes of counters and infos.
    pub text: String,
    /// Whether another metric had the plain name already.
    pub is_escaped: bool,
    /// The last exposition that had samples of it.
    round: u64,
}

impl Name {
    /// A name that is used as it is.
    pub fn reserved(name: &str) -> Self {
        Self { text: name.to_owned(), is_escaped: false, round: 0 }
    }
}

impl Names {
    /// Names of which no metric gets those in `reserved`.
    pub fn reserving(reserved: &'static [&'static str]) -> Self {
        Self { reserved, ..Self::default() }
    }

    /// The name of a metric.
    ///
    /// `web.hits` becomes `web_hits`, and `web.render`, in seconds, `web_render_seconds`. If another
    /// metric has that name already, such as one called `web_hits`, it becomes `U__web_2e_hits`:
    /// Prometheus' own escaping of names with any character, which keeps all of them apart.
    pub(crate) fn of(&mut self, metric: &Metric) -> &Name {
        if !self.given.contains_key(metric) {
            let name = self.choose(metric);
            self.taken.extend(samples(&name.text, metric.kind));
            self.given.insert(metric.clone(), name);
        }
        let name = self.given.get_mut(metric).expect("it has just been given");
        name.round = self.round;
        name
    }

    /// Ends an exposition. Of the metrics without a sample in it, forgets the least recently used
    /// ones beyond 4 MiB.
    pub(crate) fn end_round(&mut self) {
        self.end_round_within(REMEMBERED);
    }

    /// Forgets a metric, so that another one may get its name.
    pub(crate) fn forget(&mut self, metric: &Metric) {
        if let Some(name) = self.given.remove(metric) {
            samples(&name.text, metric.kind).for_each(|name| _ = self.taken.remove(&name));
        }
    }

    fn end_round_within(&mut self, limit: usize) {
        let round = self.round;
        self.round += 1;
        let idle = self.given.iter().filter(|(_, name)| name.round < round);
        let idle = idle.map(|(metric, name)| (name.round, weight(metric, name), metric)).collect();
        let forgotten: Vec<Metric> =
            least_recently_used(limit, idle).into_iter().cloned().collect();
        if forgotten.is_empty() {
            return;
        }
        for metric in &forgotten {
            self.forget(metric);
        }
        self.given.shrink_to_fit();
        self.taken.shrink_to_fit();
        // Numbers that are still taken are passed over once more.
        self.numbers = HashMap::new();
    }

    fn choose(&mut self, metric: &Metric) -> Name {
        let round = self.round;
        let text = plain(&with_unit(without_suffix(&metric.raw_name, metric.kind), metric));
        if self.is_free(&text, metric.kind) {
            return Name { text, is_escaped: false, round };
        }
        let escaped = escaped(&with_unit(&metric.raw_name, metric));
        if self.is_free(&escaped, metric.kind) {
            return Name { text: escaped, is_escaped: true, round };
        }
        // One raw name may be of several types or units, from several sources. Each number is
        // tried once, so that many such metrics don't take quadratic time.
        let mut number = self.numbers.get(&escaped).copied().unwrap_or(1);
        let text = loop {
            number += 1;
            let text = format!("{escaped}_{number}");
            if self.is_free(&text, metric.kind) {
                break text;
            }
        };
        self.numbers.insert(escaped, number);
        Name { text, is_escaped: true, round }
    }

    fn is_free(&self, name: &str, kind: MetricType) -> bool {
        samples(name, kind)
            .all(|name| !self.taken.contains(&name) && !self.reserved.contains(&&*name))
    }
}

/// Every name that a metric reserves.
fn samples(name: &str, kind: MetricType) -> impl Iterator<Item = String> {
    kind.suffixes().iter().map(move |suffix| format!("{name}{suffix}"))
}

/// The approximate number of bytes that a metric's name takes.
fn weight(metric: &Metric, name: &Name) -> usize {
    /// Of an entry in a table, with what an allocation adds.
    const ENTRY: usize = 64;
    let names = metric.kind.suffixes().len() + 1;
    2 * ENTRY + metric.raw_name.len() + metric.unit.len() + names * (name.text.len() + ENTRY)
}

#[cfg(test)]
mod tests;
