//! One node: its files and parameters.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::time::Instant;

use apmon::wire::Value;
use mmstats::{
    AddError, Aggregate, Declaration, Field, Gauge, Options, Published, Series, Text, Timestamp,
};

use super::limits::{MAX_LABEL, MAX_PARAMETERS, MAX_TEXT};
use super::names::{file_name, text};
use super::rejection::Rejection;

/// Free space of the first file. Each further one has as much as all before it.
const FIRST_CAPACITY: usize = 16 << 10;
/// The name of the stat with a node's time.
const UPDATED: &str = "apmon.updated";

/// What a node said last.
pub struct Node {
    cluster: String,
    name: String,
    parameters: HashMap<Box<str>, Parameter>,
    updated: Timestamp,
    /// Only the last has free space.
    files: Vec<Published<()>>,
    options: Options,
    /// When it last sent something.
    pub heard: Instant,
}

struct Parameter {
    stat: Stat,
    /// The time of its value, in whole seconds as in packets.
    second: i64,
}

enum Stat {
    Number(Gauge<f64>),
    Text(Text),
}

/// A value as it is published.
enum Given<'a> {
    /// As MonALISA takes each number.
    Number(f64),
    Text(Cow<'a, str>),
}

/// When a value was so: Unix time in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct At {
    seconds: f64,
    /// Whether the sender said it; otherwise it is when the packet arrived.
    is_sent: bool,
}

/// What a value did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Set {
    /// It is published.
    Whole,
    /// It is published, less what a text has beyond its maximum.
    Cut,
}

impl At {
    /// From a packet's own time, if it has one, and when it arrived.
    pub fn new(time: Option<i32>, arrived: f64) -> Self {
        match time.filter(|time| *time > 0) {
            // A clock that is ahead doesn't keep out later values once it is set right.
            Some(time) => Self { seconds: f64::from(time).min(arrived), is_sent: true },
            None => Self { seconds: arrived, is_sent: false },
        }
    }

    fn second(self) -> i64 {
        self.seconds.floor() as i64
    }
}

impl Node {
    /// Creates its first file.
    pub fn new(
        cluster: &str,
        name: &str,
        options: Options,
        now: Instant,
    ) -> Result<Self, Rejection> {
        let label = label(UPDATED, cluster, name);
        if label.len() > MAX_LABEL {
            return Err(Rejection::NodeName { bytes: label.len() });
        }
        let options = options.filename(file_name(cluster, name));
        let first = options.clone().capacity(FIRST_CAPACITY).create().map_err(Rejection::File)?;
        let help = "When the node's latest values were so";
        let updated = Timestamp::named(label).help(help).aggregate(Aggregate::Max);
        let updated = first.add(updated).map_err(Rejection::Stat)?;
        let (parameters, files) = (HashMap::new(), vec![first]);
        let (cluster, name) = (cluster.to_owned(), name.to_owned());
        Ok(Self { cluster, name, parameters, updated, files, options, heard: now })
    }

    /// Publishes a value, unless a later one is published.
    pub fn set(&mut self, name: &str, value: &Value<'_>, at: At) -> Result<Set, Rejection> {
        let value = Given::from(value);
        if matches!(value, Given::Number(number) if !number.is_finite()) {
            return Err(Rejection::NotFinite);
        }
        if !self.parameters.contains_key(name) {
            let stat = self.add(name, &value)?;
            self.parameters.insert(name.into(), Parameter { stat, second: i64::MIN });
        }
        let parameter = self.parameters.get_mut(name).expect("it is there by now");
        if at.is_sent && at.second() < parameter.second {
            return Err(Rejection::Older);
        }
        let set = parameter.stat.set(&value)?;
        parameter.second = at.second();
        self.updated.set(at.seconds.max(self.updated.get()));
        Ok(set)
    }

    /// Its files.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().filter_map(Published::path)
    }

    fn add(&mut self, name: &str, value: &Given<'_>) -> Result<Stat, Rejection> {
        if name == UPDATED {
            return Err(Rejection::Reserved);
        }
        if self.parameters.len() >= MAX_PARAMETERS {
            return Err(Rejection::Parameters);
        }
        if name.len() > MAX_LABEL {
            return Err(Rejection::Label { bytes: name.len() });
        }
        let label = label(name, &self.cluster, &self.name);
        if label.len() > MAX_LABEL {
            return Err(Rejection::Label { bytes: label.len() });
        }
        // Initial values, so that no reader meets a 0 that nobody sent.
        match value {
            Given::Text(text) => {
                let declare = || Text::named(label.clone()).size(MAX_TEXT).initial(&**text);
                self.add_stat(declare).map(Stat::Text)
            }
            Given::Number(number) => {
                // The sum over nodes is what a site asks for most often.
                let declare = || Gauge::named(label.clone()).aggregate(Aggregate::Sum);
                self.add_stat(|| declare().initial(*number)).map(Stat::Number)
            }
        }
    }

    /// Adds a stat to the last file, or to a further one if that is full.
    fn add_stat<F: Field>(&mut self, declare: impl Fn() -> Declaration<F>) -> Result<F, Rejection> {
        let last = self.files.last().expect("there is a first one");
        match last.add(declare()) {
            Err(AddError::NoFreeSpace { .. }) => {}
            result => return result.map_err(|_| Rejection::Reserved),
        }
        let capacity = self.files.iter().map(Published::size).sum();
        let further = self.options.clone().capacity(capacity).create().map_err(Rejection::File)?;
        let stat = further.add(declare()).map_err(|_| Rejection::Reserved)?;
        self.files.push(further);
        Ok(stat)
    }
}

impl Stat {
    fn set(&self, value: &Given<'_>) -> Result<Set, Rejection> {
        match (self, value) {
            (Self::Text(stat), Given::Text(text)) => {
                stat.set(text);
                Ok(if text.len() > MAX_TEXT { Set::Cut } else { Set::Whole })
            }
            (Self::Number(stat), Given::Number(number)) => {
                stat.set(*number);
                Ok(Set::Whole)
            }
            _ => Err(Rejection::Kind),
        }
    }
}

impl<'a> From<&Value<'a>> for Given<'a> {
    fn from(value: &Value<'a>) -> Self {
        match *value {
            Value::Text(bytes) => Self::Text(text(bytes)),
            Value::I32(number) => Self::Number(number.into()),
            Value::I64(number) => Self::Number(number as f64),
            Value::F32(number) => Self::Number(number.into()),
            Value::F64(number) => Self::Number(number),
        }
    }
}

fn label(name: &str, cluster: &str, node: &str) -> String {
    Series::new(name).with("cluster", cluster).with("node", node).compose()
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cluster, name, parameters, .. } = self;
        let parameters = parameters.len();
        write!(f, "Node {{ cluster: {cluster:?}, name: {name:?}, parameters: {parameters} }}")
    }
}
