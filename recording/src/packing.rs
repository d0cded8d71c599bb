//! Numbers as what they are above the least of them, in as few bits as that needs.

use mmstats_sqlite::varint;

use crate::bits::{self, MOST_NUMBERS};
use crate::error::{BlobError, Expected};
use crate::reader::Reader;

/// How numbers are packed: what is above the least one, without the zeros at the end of all.
#[derive(Debug)]
pub struct Packed {
    least: i64,
    /// How many zeros all end with.
    pub zeros: u32,
    /// How many bits each has above them.
    pub width: u32,
}

impl Packed {
    /// How numbers are packed best.
    pub fn of(numbers: &[i64]) -> Self {
        let least = numbers.iter().copied().min().unwrap_or(0);
        let used = numbers.iter().fold(0, |used, it| used | it.wrapping_sub(least) as u64);
        let zeros = if used == 0 { 0 } else { used.trailing_zeros() };
        Self { least, zeros, width: 64 - (used >> zeros).leading_zeros() }
    }

    /// How many bytes `count` numbers take, with the least one.
    pub fn size(&self, count: usize) -> usize {
        varint::size(varint::zigzag(self.least)) + bits::size(count, self.width)
    }

    /// Appends the least number, and all.
    pub fn append(&self, numbers: &[i64], into: &mut Vec<u8>) {
        varint::put_signed(into, self.least);
        let above = numbers.iter().map(|it| it.wrapping_sub(self.least) as u64 >> self.zeros);
        bits::pack(above, self.width, into);
    }
}

/// How packed numbers are read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Packing {
    zeros: u32,
    width: u32,
}

impl Packing {
    /// Reads how many bits each number has, of which `zeros` more are left out.
    pub fn read(from: &mut Reader<'_>, zeros: u32) -> Result<Self, BlobError> {
        let offset = from.offset();
        let (width, most) = (u32::from(from.u8("width")?), 64 - zeros);
        if width > most {
            let most = Expected::AtMost(most.into());
            return Err(BlobError::new(offset, "width", width.into(), most));
        }
        Ok(Self { zeros, width })
    }

    /// Reads the least number, and a number into each of the `count` slots.
    pub fn numbers<'s>(
        self,
        from: &mut Reader<'_>,
        count: usize,
        slots: impl Iterator<Item = &'s mut u64>,
    ) -> Result<(), BlobError> {
        let least = from.signed("least difference")? as u64;
        let mut numbers = [0; MOST_NUMBERS];
        bits::unpack(from, self.width, count, numbers.iter_mut())?;
        for (slot, number) in slots.zip(numbers) {
            *slot = least.wrapping_add(number << self.zeros);
        }
        Ok(())
    }
}
