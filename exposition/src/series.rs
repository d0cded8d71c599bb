//! The series of metrics: their labels as text, each once.

use crate::hash_index::HashIndex;

/// The series with dimensions. The samples of a series differ in their owners.
#[derive(Debug)]
pub struct SeriesTable {
    series: Vec<Series>,
    /// Their labels, one after the other: `status="200",zone="a"`
    labels: String,
    index: HashIndex,
    /// Which one came last.
    last: usize,
}

#[derive(Debug)]
struct Series {
    family: usize,
    /// Where its labels end; they begin where those of the series before end.
    end: usize,
    /// The owner of its last sample.
    owner: Option<usize>,
    /// The one that followed it. Programs of one kind have the same series in the same order.
    next: usize,
}

impl SeriesTable {
    /// Stands for no dimensions, in any family.
    pub const PLAIN: usize = 0;

    /// The number of the series with the labels that `push` appends; `None` if it has a sample of
    /// this owner already.
    pub fn add(
        &mut self,
        family: usize,
        owner: usize,
        push: impl FnOnce(&mut String),
    ) -> Option<usize> {
        let begin = self.labels.len();
        push(&mut self.labels);
        let number = self.find(family, begin);
        if number == self.series.len() {
            let end = self.labels.len();
            self.series.push(Series { family, end, owner: None, next: number + 1 });
        } else {
            self.labels.truncate(begin);
        }
        self.series[self.last].next = number;
        self.last = number;
        let is_first = self.series[number].owner.replace(owner) != Some(owner);
        is_first.then_some(number)
    }

    /// The number of the series whose labels stand behind all others.
    fn find(&mut self, family: usize, begin: usize) -> usize {
        let labels = &self.labels[begin..];
        let (series, known) = (&self.series, &self.labels);
        let is_it = |number: usize| {
            series[number].family == family && labels_of(series, known, number) == labels
        };
        let next = series[self.last].next;
        if next < series.len() && is_it(next) {
            return next;
        }
        self.index.number((family, labels), series.len(), is_it)
    }

    /// The labels of a series.
    pub fn labels(&self, number: usize) -> &str {
        labels_of(&self.series, &self.labels, number)
    }
}

fn labels_of<'a>(series: &[Series], labels: &'a str, number: usize) -> &'a str {
    let begin = number.checked_sub(1).map_or(0, |before| series[before].end);
    &labels[begin..series[number].end]
}

impl Default for SeriesTable {
    fn default() -> Self {
        let plain = Series { family: usize::MAX, end: 0, owner: None, next: 1 };
        Self {
            series: vec![plain],
            labels: String::new(),
            index: HashIndex::default(),
            last: Self::PLAIN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_known_again_in_any_order() {
        let mut table = SeriesTable::default();
        let mut add = |owner, family, labels: &str| {
            let number = table.add(family, owner, |out| out.push_str(labels));
            number.inspect(|&number| assert_eq!(table.labels(number), labels))
        };
        let mut numbers = |owner, series: [(usize, &str); 4]| {
            series.map(|(family, labels)| add(owner, family, labels))
        };
        let [a, b, other] = [(0, "a"), (0, "b"), (1, "a")];
        assert_eq!(numbers(0, [a, b, other, b]), [Some(1), Some(2), Some(3), None]);
        assert_eq!(numbers(1, [a, b, other, a]), [Some(1), Some(2), Some(3), None]);
        assert_eq!(numbers(2, [other, b, a, (1, "b")]), [Some(3), Some(2), Some(1), Some(4)]);
        assert_eq!(numbers(3, [b, b, a, a]), [Some(2), None, Some(1), None]);
        assert_eq!((table.labels(SeriesTable::PLAIN), &*table.labels), ("", "abab"));
    }
}
