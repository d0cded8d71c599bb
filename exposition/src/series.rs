//! The series of metrics: what their samples have in common.

use crate::hash_index::HashIndex;
use crate::unit::Scale;

/// What a sample is of, in the words of its source.
#[derive(Clone, Copy, Debug)]
pub struct SeriesKey<'a> {
    /// Equal labels have the same name and the same dimensions.
    pub label: &'a [u8],
    /// The unit of the sample's values.
    pub unit: &'a str,
}

/// A series of [`Families`](crate::Families).
#[derive(Clone, Copy, Debug)]
pub struct SeriesRef {
    pub(crate) number: usize,
    /// What converts values to the metric's unit.
    pub(crate) scale: Scale,
}

/// All series. The samples of one differ in their owners.
#[derive(Debug)]
pub struct SeriesTable {
    series: Vec<Series>,
    /// Their labels as text, one after the other: `status="200",zone="a"`
    labels: String,
    /// The label and the unit with which each came first, one after the other.
    keys: Vec<u8>,
    index: HashIndex,
    /// Which one has had the last sample.
    last: usize,
}

#[derive(Debug)]
struct Series {
    family: usize,
    /// Where its texts end; they begin where those of the series before end.
    labels_end: usize,
    label_end: usize,
    unit_end: usize,
    /// Of a sample in that unit.
    scale: Scale,
    /// The owner of its last sample.
    owner: Option<usize>,
    /// The one that followed it. Programs of one kind have the same series in the same order.
    next: usize,
}

impl SeriesTable {
    /// Has no labels, in any family.
    pub const PLAIN: usize = 0;

    /// The series with this key and its family, if it is the one that followed the last one before.
    pub fn next(&self, key: SeriesKey<'_>) -> Option<(SeriesRef, usize)> {
        let number = self.series[self.last].next;
        let series = self.series.get(number)?;
        let begin = self.series[number - 1].unit_end;
        let is_it = self.keys[begin..series.label_end] == *key.label
            && self.keys[series.label_end..series.unit_end] == *key.unit.as_bytes();
        is_it.then_some((SeriesRef { number, scale: series.scale }, series.family))
    }

    /// The series of a family with the labels that `push` appends.
    pub fn get(
        &mut self,
        key: SeriesKey<'_>,
        scale: Scale,
        family: usize,
        push: impl FnOnce(&mut String),
    ) -> SeriesRef {
        let begin = self.labels.len();
        push(&mut self.labels);
        let (series, (known, labels)) = (&self.series, self.labels.split_at(begin));
        let is_it = |number: usize| {
            series[number].family == family && labels_of(series, known, number) == labels
        };
        let number = self.index.number((family, labels), series.len(), is_it);
        if number < series.len() {
            self.labels.truncate(begin);
            return SeriesRef { number, scale };
        }
        self.keys.extend_from_slice(key.label);
        let label_end = self.keys.len();
        self.keys.extend_from_slice(key.unit.as_bytes());
        self.series.push(Series {
            family,
            labels_end: self.labels.len(),
            label_end,
            unit_end: self.keys.len(),
            scale,
            owner: None,
            next: number + 1,
        });
        SeriesRef { number, scale }
    }

    /// Gives a series a sample of this owner. Returns its family; `None` if it had one already.
    pub fn add(&mut self, number: usize, owner: usize) -> Option<usize> {
        self.series[self.last].next = number;
        self.last = number;
        let series = &mut self.series[number];
        (series.owner.replace(owner) != Some(owner)).then_some(series.family)
    }

    /// The labels of a series.
    pub fn labels(&self, number: usize) -> &str {
        labels_of(&self.series, &self.labels, number)
    }
}

fn labels_of<'a>(series: &[Series], labels: &'a str, number: usize) -> &'a str {
    let begin = number.checked_sub(1).map_or(0, |before| series[before].labels_end);
    &labels[begin..series[number].labels_end]
}

impl Default for SeriesTable {
    fn default() -> Self {
        let plain = Series {
            family: usize::MAX,
            labels_end: 0,
            label_end: 0,
            unit_end: 0,
            scale: None,
            owner: None,
            next: 1,
        };
        Self {
            series: vec![plain],
            labels: String::new(),
            keys: Vec::new(),
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
        let mut numbers = |owner, series: [(usize, &str); 4]| {
            series.map(|(family, labels)| {
                let label = format!("{family}{{{labels}}}");
                let key = SeriesKey { label: label.as_bytes(), unit: "" };
                let next = table.next(key);
                let series = table.get(key, None, family, |out| out.push_str(labels));
                if let Some((next, of)) = next {
                    assert_eq!((next.number, of), (series.number, family));
                }
                assert_eq!(table.labels(series.number), labels);
                let new = table.add(series.number, owner).is_some();
                (series.number, new, next.is_some())
            })
        };
        let [a, b, other, none] = [(0, "a"), (0, "b"), (1, "a"), (0, "")];
        let expected = [(1, true, false), (2, true, false), (3, true, false), (2, false, false)];
        assert_eq!(numbers(0, [a, b, other, b]), expected);
        let expected = [(1, true, false), (2, true, true), (3, true, false), (4, true, false)];
        assert_eq!(numbers(1, [a, b, other, none]), expected);
        let expected = [(1, true, false), (2, true, true), (3, true, true), (4, true, true)];
        assert_eq!(numbers(2, [a, b, other, none]), expected);
        let expected = [(4, true, false), (4, false, true), (1, true, false), (1, false, false)];
        assert_eq!(numbers(3, [none, none, a, a]), expected);
        assert_eq!(&*table.labels, "aba");
    }

    #[test]
    fn the_next_series_has_the_same_unit() {
        let mut table = SeriesTable::default();
        let key = |label: &'static str, unit| SeriesKey { label: label.as_bytes(), unit };
        for known in [key("a", "s"), key("bs", "")] {
            let series = table.get(known, None, 0, |out| out.push('x'));
            table.add(series.number, 0);
        }
        table.last = SeriesTable::PLAIN;
        assert!(table.next(key("a", "s")).is_some());
        for other in [key("a", ""), key("a", "ms"), key("as", ""), key("", "as")] {
            assert!(table.next(other).is_none(), "{other:?}");
        }
    }
}
