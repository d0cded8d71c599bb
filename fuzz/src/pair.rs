//! Two contents of one file, one after the other.

use libfuzzer_sys::fuzzer_mutate;

use crate::mutate::{Dice, mutate_file};

/// Two contents of one file. As one input: the size of the first in 4 bytes, the first, the second.
#[derive(Clone, Debug, Default)]
pub struct Pair {
    /// What it has first.
    pub first: Vec<u8>,
    /// What it has later.
    pub second: Vec<u8>,
}

/// The size of the first.
const HEAD: usize = 4;

impl Pair {
    /// Of any bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let Some((head, rest)) = bytes.split_first_chunk::<HEAD>() else {
            return Self::default();
        };
        let size = u32::from_le_bytes(*head) as usize;
        let (first, second) = rest.split_at(size.min(rest.len()));
        Self { first: first.to_vec(), second: second.to_vec() }
    }

    /// As one input.
    pub fn joined(&self) -> Vec<u8> {
        [&(self.first.len() as u32).to_le_bytes()[..], &self.first, &self.second].concat()
    }
}

/// Changes one of the two, often so that it resembles the other; returns the new size.
pub fn mutate_pair(bytes: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice::new(seed);
    let Pair { first, second } = Pair::of(&bytes[..size]);
    let changed = |content: &[u8]| changed(content, max_size, seed);
    let pair = match dice.roll(8) {
        0 => Pair { first: changed(&first), second },
        1 | 2 => Pair { second: changed(&second), first },
        3 | 4 => Pair { second: changed(&first), first },
        5 => Pair { first: changed(&second), second },
        6 => {
            let at = dice.roll(first.len().min(second.len()) + 1);
            let second = [&first[..at], &second[at..]].concat();
            Pair { first, second }
        }
        _ => Pair { first: second, second: first },
    };
    let joined = pair.joined();
    if joined.len() > max_size {
        return fuzzer_mutate(bytes, size, max_size);
    }
    bytes[..joined.len()].copy_from_slice(&joined);
    joined.len()
}

fn changed(content: &[u8], max_size: usize, seed: u32) -> Vec<u8> {
    let mut bytes = content.to_vec();
    bytes.resize(max_size.max(content.len()), 0);
    let size = mutate_file(&mut bytes, content.len(), max_size, seed);
    bytes.truncate(size);
    bytes
}
