//! What may happen to stats files between two polls.

use mmstats::Layout;

use crate::random::Random;

/// How a file comes to a name that may be taken.
#[derive(Clone, Copy, Debug)]
pub enum How {
    /// Written elsewhere, then renamed over it.
    Rename,
    /// The old one is unlinked, and another created.
    Anew,
    /// The same file gets other bytes, as when the original reuses a file.
    InPlace,
}

/// What takes a name without being a readable file.
#[derive(Clone, Copy, Debug)]
pub enum Obstacle {
    Directory,
    Fifo,
    /// A symbolic link to itself.
    Loop,
    /// A symbolic link to nothing.
    Dangling,
}

/// One thing that happens. A step that doesn't apply does nothing, so any part of a sequence is a
/// sequence.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// This process publishes a struct with every kind of stat.
    Publish {
        slot: usize,
        layout: Layout,
        how: How,
    },
    /// A child does.
    Start {
        slot: usize,
    },
    /// All children are killed.
    Kill,
    Count {
        writer: usize,
        by: u64,
    },
    /// Writes to another kind of stat.
    Write {
        writer: usize,
        which: usize,
        round: u64,
    },
    /// Adds a stat to a live file.
    Add {
        writer: usize,
    },
    /// A writer ends in order.
    End {
        writer: usize,
    },
    /// A file of arbitrary fields, without a trailer or with one.
    Foreign {
        slot: usize,
        seed: u64,
        how: How,
    },
    /// A file that the original wrote.
    Original {
        slot: usize,
        which: usize,
        how: How,
    },
    /// Another structure of the same size.
    Restructure {
        slot: usize,
        seed: u64,
    },
    /// One byte changes.
    Poke {
        slot: usize,
        at: usize,
        xor: u8,
    },
    /// More fields are appended.
    Extend {
        slot: usize,
        seed: u64,
    },
    /// The file becomes longer by a hole.
    Stretch {
        slot: usize,
        pages: u64,
    },
    /// To this share of its size, in 256ths.
    Truncate {
        slot: usize,
        share: u64,
    },
    TruncateToPage {
        slot: usize,
    },
    Unlink {
        slot: usize,
    },
    Obstruct {
        slot: usize,
        by: Obstacle,
    },
    Rename {
        from: usize,
        to: usize,
    },
    Link {
        from: usize,
        to: usize,
    },
    Symlink {
        from: usize,
        to: usize,
    },
    /// A directory is renamed out of sight.
    DirectoryGoes,
    /// It is removed with its files.
    DirectoryRemoved,
    /// It is renamed back, or created.
    DirectoryComes,
    /// Nothing happens.
    Rest,
}

/// How many names there are for files.
pub const SLOTS: usize = 11;

const HOW: [How; 3] = [How::Rename, How::Anew, How::InPlace];
const NEW: [How; 2] = [How::Rename, How::Anew];
const LAYOUTS: [Layout; 2] = [Layout::Aligned, Layout::Packed];
const OBSTACLES: [Obstacle; 4] =
    [Obstacle::Directory, Obstacle::Fifo, Obstacle::Loop, Obstacle::Dangling];

impl Step {
    /// Whatever may happen; children are rare, because they take long.
    pub fn any(random: &mut Random) -> Self {
        let (slot, other) = (random.below(SLOTS), random.below(SLOTS));
        let (writer, seed) = (random.below(16), random.next());
        match random.below(200) {
            0 => Self::Start { slot },
            1 => Self::Kill,
            2..22 => {
                Self::Publish { slot, layout: random.one_of(&LAYOUTS), how: random.one_of(&NEW) }
            }
            22..40 => Self::Count { writer, by: 1 + seed % 1000 },
            40..56 => Self::Write { writer, which: random.below(64), round: seed % 100_000 },
            56..66 => Self::Add { writer },
            66..76 => Self::End { writer },
            76..92 => Self::Foreign { slot, seed, how: random.one_of(&HOW) },
            92..98 => Self::Original { slot, which: random.below(6), how: random.one_of(&HOW) },
            98..108 => Self::Restructure { slot, seed },
            108..120 => Self::Poke { slot, at: random.below(400), xor: 1 << random.below(8) },
            120..128 => Self::Extend { slot, seed },
            128..132 => Self::Stretch { slot, pages: random.one_of(&[1, 40]) },
            132..138 => Self::Truncate { slot, share: random.one_of(&[0, 20, 50, 128, 250]) },
            138..141 => Self::TruncateToPage { slot },
            141..150 => Self::Unlink { slot },
            150..156 => Self::Obstruct { slot, by: random.one_of(&OBSTACLES) },
            156..166 => Self::Rename { from: slot, to: other },
            166..173 => Self::Link { from: slot, to: other },
            173..180 => Self::Symlink { from: slot, to: other },
            180..182 => Self::DirectoryGoes,
            182 => Self::DirectoryRemoved,
            183..188 => Self::DirectoryComes,
            _ => Self::Rest,
        }
    }

    /// What programs do that publish, count and end in order, and who moves or removes their files.
    pub fn orderly(random: &mut Random) -> Self {
        let slot = random.below(SLOTS);
        let (writer, seed) = (random.below(16), random.next());
        match random.below(24) {
            0..4 => {
                Self::Publish { slot, layout: random.one_of(&LAYOUTS), how: random.one_of(&NEW) }
            }
            4..12 => Self::Count { writer, by: 1 + seed % 1000 },
            12 => Self::Write { writer, which: random.below(64), round: seed % 100_000 },
            13 => Self::Add { writer },
            14..17 => Self::End { writer },
            17 => Self::Unlink { slot },
            18 => Self::Rename { from: slot, to: random.below(SLOTS) },
            _ => Self::Rest,
        }
    }
}
