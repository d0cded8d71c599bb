//! The rows of names: all series of a name, added up.

use std::collections::HashMap;

use mmstats::{HistogramSnapshot, Kind};
use mmstats_totals::increases::Increased;
use mmstats_totals::total::Total;

use super::difference::Difference;
use super::row::{Row, RowOf};
use super::values::{encode, values_of};

/// What series have in common that are added up. Those of different kinds or units aren't.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NameKey {
    pub name: String,
    pub kind: Option<Kind>,
    pub unit: String,
}

/// The names of all series. Those that have several have a row.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<NameKey, u64>,
    by_number: HashMap<u64, Name>,
    next_number: u64,
}

#[derive(Debug)]
struct Name {
    key: NameKey,
    /// How many series it has.
    series: usize,
    row: Option<Row>,
    /// What the present poll has of it.
    sum: Sum,
}

/// Series added up.
#[derive(Debug, Default)]
struct Sum {
    total: Option<Total>,
    increase: Option<Increased>,
    new: Option<HistogramSnapshot>,
}

impl Names {
    /// Adds a series, and returns the number of its name.
    pub fn join(&mut self, key: NameKey) -> u64 {
        let number = *self.numbers.entry(key).or_insert_with_key(|key| {
            let number = self.next_number;
            self.next_number += 1;
            let (key, sum) = (key.clone(), Sum::default());
            self.by_number.insert(number, Name { key, series: 0, row: None, sum });
            number
        });
        self.name(number).series += 1;
        number
    }

    /// Removes a series, which has counted this since the last poll.
    pub fn leave(&mut self, number: u64, increase: Option<Increased>) {
        let name = self.name(number);
        name.series -= 1;
        name.add_increase(increase);
    }

    /// Adds what the present poll has of a series, if its name has several.
    pub fn add(
        &mut self,
        number: u64,
        total: &Total,
        increase: Option<Increased>,
        new: Option<&HistogramSnapshot>,
    ) {
        let name = self.name(number);
        if name.series > 1 || name.row.is_some() {
            name.add_increase(increase);
        }
        if name.series > 1 {
            name.sum.add(total, new);
        }
    }

    /// Updates the rows, after all series of a poll were added.
    pub fn update(&mut self, next_id: &mut u64) -> Difference {
        let mut difference = Difference::default();
        self.by_number.retain(|_, name| {
            name.update(next_id, &mut difference);
            let is_used = name.series > 0;
            if !is_used {
                self.numbers.remove(&name.key);
            }
            is_used
        });
        difference
    }

    /// The present rows.
    pub fn rows(&self) -> Vec<Row> {
        self.by_number.values().filter_map(|name| name.row.clone()).collect()
    }

    fn name(&mut self, number: u64) -> &mut Name {
        self.by_number.get_mut(&number).expect("a name has a number as long as it has series")
    }
}

impl Name {
    fn add_increase(&mut self, increase: Option<Increased>) {
        self.sum.increase = match (self.sum.increase.take(), increase) {
            (Some(sum), Some(more)) => Some(sum.plus(more)),
            (sum, more) => sum.or(more),
        };
    }

    fn update(&mut self, next_id: &mut u64, difference: &mut Difference) {
        let Sum { total, increase, new } = std::mem::take(&mut self.sum);
        if let Some(total) = total {
            let values = encode(&values_of(&total, new.as_ref()));
            let known = self.row.as_mut();
            if !known.is_some_and(|row| difference.update(row, &total, &values)) {
                self.row.iter().for_each(|row| difference.remove(row));
                let row = Row::new(*next_id, RowOf::Name(&self.key.name), &total, values);
                *next_id += 1;
                difference.add(&row);
                self.row = Some(row);
            }
            self.row.iter().for_each(|row| difference.add_increase(row.id, increase));
        } else if let Some(row) = self.row.take() {
            difference.remove(&row);
            difference.add_increase(row.id, increase);
        }
    }
}

impl Sum {
    fn add(&mut self, total: &Total, new: Option<&HistogramSnapshot>) {
        match &mut self.total {
            Some(sum) => sum.merge(total),
            none => *none = Some(total.clone()),
        }
        match (&mut self.new, new) {
            // Other buckets can't be added.
            (Some(sum), Some(new)) => _ = sum.merge(new),
            (none, new) => *none = new.cloned(),
        }
    }
}
