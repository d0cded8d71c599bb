//! Blocks and bytes of `spec/FORMAT.md`.

use std::fs;

pub const PAGE: usize = 4096;

fn text() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/FORMAT.md");
    fs::read_to_string(path).unwrap()
}

/// The lines of the specification's block with this name.
pub fn block(name: &str) -> String {
    let start = format!("\n```{name}\n");
    let text = text();
    let (_, rest) = text.split_once(&start).expect("the page has the block");
    let (block, _) = rest.split_once("```").expect("the block ends");
    block.to_owned()
}

/// The rows of the table with these headings, without the `|` at both ends.
pub fn rows(headings: &str) -> Vec<String> {
    let text = text();
    let (_, rest) = text.split_once(&format!("\n{headings}\n")).expect("the page has the table");
    let rows = rest.lines().skip(1).map_while(|row| row.strip_prefix("| ")?.strip_suffix('|'));
    rows.map(str::to_owned).collect()
}

/// Stores the lines of a block into `bytes`; other bytes stay.
pub fn store(block: &str, bytes: &mut [u8]) {
    for line in block.lines().filter(|line| !line.starts_with('#')) {
        let (offset, rest) = line.split_at(4);
        let offset = usize::from_str_radix(offset, 16).unwrap();
        let hex = rest.get(..2 + 47).unwrap_or(rest);
        for (at, byte) in (offset..).zip(hex.split_whitespace()) {
            bytes[at] = u8::from_str_radix(byte, 16).unwrap();
        }
    }
}

/// The file that a block shows: what it leaves out is zero.
pub fn file(name: &str) -> Vec<u8> {
    let mut bytes = vec![0; PAGE];
    store(&block(name), &mut bytes);
    bytes
}
