//! Adding up the series of a name.

use super::Total;

impl Total {
    /// Adds another series of the same name, kind and unit, as if its values were those of further
    /// files. The aggregate is that of the first series, and so are the buckets of a histogram:
    /// one with other buckets is left out. A file counts once, if both are of the same totals.
    pub fn merge(&mut self, other: &Self) {
        if !self.merge_histogram(other) {
            return;
        }
        self.subject = self.subject.min(other.subject);
        if self.help.is_empty() {
            self.help.clone_from(&other.help);
        }
        self.files.merge(&other.files);
        self.dead.merge(&other.dead);
        self.invalid.merge(&other.invalid);
        self.dead_files.merge(&other.dead_files);
        self.live_files.merge(&other.live_files);
        self.values.extend(other.values.iter().cloned());
        self.mean.merge(&other.mean);
        self.first_invalid = self.first_invalid.or(other.first_invalid);
        for (name, values) in &other.components {
            match self.components.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => known.extend(values.iter().cloned()),
                None => self.components.push((name.clone(), values.clone())),
            }
        }
    }

    fn merge_histogram(&mut self, other: &Self) -> bool {
        match (&mut self.histogram, &other.histogram) {
            (_, None) => true,
            (Some(sum), Some(more)) => sum.merge(more),
            (none, Some(first)) => {
                *none = Some(first.clone());
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use mmstats::{
        Aggregate, Counter, Field, Gauge, Histogram, Options, StatsFile, Timer, Verdict,
    };
    use tempfile::TempDir;

    use super::*;
    use crate::totals::Totals;

    /// The totals of a file with two series of each kind.
    fn series() -> Vec<Total> {
        let directory = TempDir::new().unwrap();
        let options = Options::dynamic("shop").path(directory.path()).default_fields(false);
        let stats = options.create().unwrap();
        for (status, count) in [("200", 3), ("500", 4)] {
            let label = |name: &str| format!("{name}{{status=\"{status}\"}}");
            let requests: Counter = stats.add(Counter::named(label("requests"))).unwrap();
            requests.add(count);
            let depth = Gauge::<u64>::named(label("depth")).aggregate(Aggregate::Max);
            let depth: Gauge<u64> = stats.add(depth).unwrap();
            depth.set(count);
            let render: Timer = stats.add(Timer::named(label("render"))).unwrap();
            (0..count).for_each(|_| render.record_secs(count as f64));
            let sizes: Histogram = stats.add(Histogram::named(label("sizes"))).unwrap();
            sizes.record(count);
        }
        let file = StatsFile::read(stats.path().unwrap()).unwrap();
        let mut totals = Totals::default();
        let mut sum = totals.file(&file, Verdict::Alive, 0.0);
        file.stats().for_each(|stat| sum.add(&stat));
        totals.iter().cloned().collect()
    }

    #[test]
    fn series_add_up_as_files_do() {
        let totals = series();
        let of = |name: &str| {
            let mut series = totals.iter().filter(|total| total.label.starts_with(name));
            let mut sum = series.next().expect("the first series").clone();
            series.for_each(|other| sum.merge(other));
            sum
        };
        let numbers = |total: &Total| {
            let numbers = total.numbers().into_iter();
            numbers.map(|(name, value)| format!("{name} {value}").trim().to_owned()).collect()
        };
        let found: Vec<Vec<String>> =
            ["requests", "depth", "render"].map(|n| numbers(&of(n))).into();
        let render = ["mean 3.5714285714285716", "count 7", "total 25.0", "min 3.0", "max 4.0"];
        assert_eq!(found, [vec!["7"], vec!["4"], render.to_vec()]);
        assert_eq!(of("requests").files.get(), 1);
        assert_eq!(of("sizes").histogram().unwrap().count(), 2);
    }
}
