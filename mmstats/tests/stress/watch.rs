//! Reads of one file, judged: how many values were torn, stepped back, or were called unstable.

use std::fmt;

use mmstats::{Layout, StatsFile, Value};

use super::Rhythm;
use super::fields::Kind;
use super::figures::Judged;

/// What was seen of a file's fields.
pub struct Watch {
    layout: Layout,
    reads: u64,
    fields: Vec<(&'static Kind, Seen)>,
}

/// What was seen of one field.
#[derive(Default)]
struct Seen {
    stable: u64,
    unstable: u64,
    torn: u64,
    backwards: u64,
    /// The numbers of the last whole value, and how often they changed.
    last: Vec<u64>,
    changes: u64,
    /// The first value that was torn or stepped back.
    problem: Option<String>,
}

impl Watch {
    pub fn new(layout: Layout, rhythm: Rhythm) -> Self {
        let fields = rhythm.fields(layout).map(|kind| (kind, Seen::default())).collect();
        Self { layout, reads: 0, fields }
    }

    /// Checks every value of a snapshot.
    pub fn observe(&mut self, file: &StatsFile) {
        self.reads += 1;
        assert_eq!(file.stats().len(), self.fields.len());
        for ((kind, seen), stat) in self.fields.iter_mut().zip(file.stats()) {
            assert!(stat.label().starts_with(kind.label), "{}", stat.label());
            if stat.is_stable() {
                let components: Vec<Value> = stat.components().map(|(_, value)| value).collect();
                seen.stable += 1;
                seen.observe(&components, kind.judge);
            } else {
                seen.unstable += 1;
            }
        }
    }

    /// Whether every field was seen whole, and at many of its updates: on a busy machine the two take
    /// turns on a processor, and the writer may not have had one yet.
    pub fn has_seen_enough(&self) -> bool {
        self.fields.iter().all(|(_, seen)| seen.is_enough())
    }

    /// # Panics
    ///
    /// If a value that can't tear was torn or stepped back, or too little was seen.
    pub fn assert_sound(&self) {
        for (kind, seen) in &self.fields {
            assert!(seen.is_enough(), "{} was hardly seen to change, in {self}", kind.label);
            if self.guards(kind.label) {
                assert_eq!(seen.problem, None, "{} in {self}", kind.label);
            }
        }
    }

    /// Whether a field can't tear: a packed text and a packed histogram have one buffer, as the
    /// original's texts have, and nothing shows whether they are of one update.
    fn guards(&self, label: &str) -> bool {
        self.layout == Layout::Aligned || !["text", "histogram"].contains(&label)
    }

    fn sum(&self, guarded: bool, count: impl Fn(&Seen) -> u64) -> u64 {
        let these = self.fields.iter().filter(|(kind, _)| self.guards(kind.label) == guarded);
        these.map(|(_, seen)| count(seen)).sum()
    }
}

impl Seen {
    fn observe(&mut self, components: &[Value], judge: fn(&[Value]) -> Judged) {
        let problem = match judge(components) {
            Judged::Torn => {
                self.torn += 1;
                "torn".to_owned()
            }
            Judged::Whole(numbers) => {
                let fell = numbers.iter().zip(&self.last).any(|(now, before)| now < before);
                let before = std::mem::replace(&mut self.last, numbers);
                self.changes += u64::from(self.last != before);
                if !fell {
                    return;
                }
                self.backwards += 1;
                format!("stepped back from {before:?}")
            }
        };
        self.problem.get_or_insert_with(|| format!("{components:?} {problem}"));
    }

    /// Values without a number that grows aren't followed.
    fn is_enough(&self) -> bool {
        const CHANGES: u64 = 20;
        self.stable > self.torn && (self.last.is_empty() || self.changes >= CHANGES)
    }
}

impl fmt::Display for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stable = self.sum(true, |seen| seen.stable);
        let unstable = self.sum(true, |seen| seen.unstable);
        write!(f, "{} reads: {stable} values stable, {unstable} unstable", self.reads)?;
        let restless = self.fields.iter().filter(|(_, seen)| seen.unstable > 0);
        for (number, (kind, seen)) in restless.enumerate() {
            write!(f, "{} {} {}", if number == 0 { ":" } else { "," }, kind.label, seen.unstable)?;
        }
        let torn = self.sum(true, |seen| seen.torn);
        let backwards = self.sum(true, |seen| seen.backwards);
        write!(f, "; {torn} torn, {backwards} backwards")?;
        let unguarded = self.sum(false, |seen| seen.torn + seen.backwards);
        if unguarded > 0 {
            write!(f, "; {unguarded} torn where it cannot be detected")?;
        }
        Ok(())
    }
}
