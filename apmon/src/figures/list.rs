//! A list of figures: names and what was found.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::config::{Group, Options};
use crate::wire::{Parameter, Value};

/// What was found, sorted by name as in the originals' packets.
#[derive(Debug, Default)]
pub(crate) struct List(BTreeMap<Cow<'static, str>, Figure>);

#[derive(Debug)]
enum Figure {
    Number(f64),
    Text(String),
}

/// Adds the figures of a group whose switches are on.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    list: &'a mut List,
    options: &'a Options,
    group: Group,
}

impl List {
    /// Adds figures of a group.
    pub(super) fn of<'a>(&'a mut self, group: Group, options: &'a Options) -> Writer<'a> {
        Writer { list: self, options, group }
    }

    /// Adds what a program says, in place of a figure with the same name. Of two processor times the
    /// greater one stays: no list of a job has less than the one before.
    pub(crate) fn set(&mut self, parameter: &Parameter<'_>) {
        let name = String::from_utf8_lossy(parameter.name).into_owned();
        let figure = match parameter.value {
            Value::Text(text) => Figure::Text(String::from_utf8_lossy(text).into_owned()),
            Value::I32(number) => Figure::Number(number.into()),
            Value::I64(number) => Figure::Number(number as f64),
            Value::F32(number) => Figure::Number(number.into()),
            Value::F64(number) => Figure::Number(number),
        };
        if let (Some(Figure::Number(found)), Figure::Number(said)) = (self.0.get(&*name), &figure)
            && name == "cpu_time"
            && found > said
        {
            return;
        }
        self.0.insert(name.into(), figure);
    }

    /// Removes all.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The figures as parameters, by name.
    pub(crate) fn parameters(&self) -> Vec<Parameter<'_>> {
        let value = |figure| match figure {
            &Figure::Number(number) => Value::F64(number),
            Figure::Text(text) => Value::from(text),
        };
        self.0.iter().map(|(name, figure)| Parameter::new(name, value(figure))).collect()
    }
}

impl Writer<'_> {
    /// Whether a figure is asked for.
    pub(super) fn wants(&self, switch: &str) -> bool {
        self.options.switches.is_on(self.group, switch)
    }

    /// Whether a figure that the originals lack is asked for.
    pub(super) fn wants_extra(&self, switch: &str) -> bool {
        self.options.extras && self.wants(switch)
    }

    /// Adds a number that has its name as a switch, if it was found.
    pub(super) fn number(&mut self, name: &'static str, found: Option<f64>) {
        if self.wants(name) {
            self.add(name, found);
        }
    }

    /// Adds a text that has its name as a switch, if it was found.
    pub(super) fn text(&mut self, name: &'static str, found: Option<String>) {
        if self.wants(name)
            && let Some(text) = found
        {
            self.list.0.insert(name.into(), Figure::Text(text));
        }
    }

    /// Adds a number, if it was found. Whoever calls it has asked for the switch.
    pub(super) fn add(&mut self, name: impl Into<Cow<'static, str>>, found: Option<f64>) {
        if let Some(number) = found {
            self.list.0.insert(name.into(), Figure::Number(number));
        }
    }

    /// Adds a text with a composed name.
    pub(super) fn add_text(&mut self, name: String, text: String) {
        self.list.0.insert(name.into(), Figure::Text(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(parameters: &[Parameter<'_>]) -> List {
        let mut list = List::default();
        for parameter in parameters {
            list.set(parameter);
        }
        list
    }

    #[test]
    fn what_a_program_says_replaces_a_figure() {
        let found =
            [Parameter::new("run_time", 1.5), Parameter::new("b", 2), Parameter::new("a", "x")];
        let mut list = list(&found);
        list.set(&Parameter::new("run_time", 1.25));
        list.set(&Parameter::new("exit_code", 7));
        list.set(&Parameter::new("a", 1_i64 << 40));
        let expected = [
            Parameter::new("a", 1_099_511_627_776.0),
            Parameter::new("b", 2.0),
            Parameter::new("exit_code", 7.0),
            Parameter::new("run_time", 1.25),
        ];
        assert_eq!(list.parameters(), expected);
        list.clear();
        assert_eq!(list.parameters(), []);
    }

    #[test]
    fn the_greater_processor_time_stays() {
        for (said, expected) in [(3.0, 3.0), (1.0, 2.0), (2.0, 2.0)] {
            let times = [Parameter::new("cpu_time", 2.0), Parameter::new("cpu_time", said)];
            assert_eq!(list(&times).parameters(), [Parameter::new("cpu_time", expected)], "{said}");
        }
        let alone = [Parameter::new("cpu_time", 0.25)];
        assert_eq!(list(&alone).parameters(), alone);
    }
}
