//! Which figures are collected: each has a switch.

use std::collections::BTreeSet;

use super::names;

/// What a figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The host now: `sys_NAME`.
    Host,
    /// What a host has once: `NAME`.
    General,
    /// A job: `job_NAME`.
    Job,
}

impl Group {
    /// The names of its figures, sorted.
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Host => &names::HOST,
            Self::General => &names::GENERAL,
            Self::Job => &names::JOB,
        }
    }
}

/// The switches of all figures; all are on at first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switches {
    off: BTreeSet<(Group, &'static str)>,
}

impl Switches {
    /// Whether the figure with this name, without a prefix, is collected. What isn't a name has no
    /// switch, and is.
    pub fn is_on(&self, group: Group, name: &str) -> bool {
        !self.off.contains(&(group, name))
    }

    /// The figures that are off, sorted.
    pub fn off(&self) -> impl Iterator<Item = (Group, &'static str)> {
        self.off.iter().copied()
    }

    pub(super) fn set(&mut self, switch: (Group, &'static str), on: bool) {
        if on {
            self.off.remove(&switch);
        } else {
            self.off.insert(switch);
        }
    }
}

/// The figure that an option is about: `sys_load1`.
pub(super) fn switch(option: &str) -> Option<(Group, &'static str)> {
    let (group, name) = if let Some(name) = option.strip_prefix("sys_") {
        (Group::Host, name)
    } else if let Some(name) = option.strip_prefix("job_") {
        (Group::Job, name)
    } else {
        (Group::General, option)
    };
    group.names().iter().find(|known| **known == name).map(|name| (group, *name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_of_one_group() {
        let of_job = switch("job_cpu_usage").unwrap();
        let general = switch("hostname").unwrap();
        assert_eq!((switch("cpu_usage"), switch("sys_hostname")), (None, None));
        let mut switches = Switches::default();
        switches.set(of_job, false);
        switches.set(general, false);
        assert!(
            !switches.is_on(Group::Job, "cpu_usage") && switches.is_on(Group::Host, "cpu_usage")
        );
        let off: Vec<_> = switches.off().collect();
        assert_eq!(off, [(Group::General, "hostname"), (Group::Job, "cpu_usage")]);
        switches.set(of_job, true);
        switches.set(general, true);
        assert_eq!(switches, Switches::default());
    }
}
