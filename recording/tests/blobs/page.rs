//! The blocks of `spec/RECORDING.md`.

use std::fs;

/// The lines of the specification's block with this name.
pub fn block(name: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/RECORDING.md");
    let text = fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once(&format!("\n```{name}\n")).expect("the page has the block");
    let (block, _) = rest.split_once("```").expect("the block ends");
    block.to_owned()
}

/// The bytes that a block shows: each line has an offset, bytes, and behind two blanks a note.
pub fn bytes(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in block(name).lines() {
        let (offset, rest) = line.split_once("  ").unwrap();
        assert_eq!(usize::from_str_radix(offset, 16).unwrap(), bytes.len(), "{line}");
        let hex = rest.split("  ").next().unwrap().split_whitespace();
        bytes.extend(hex.map(|byte| u8::from_str_radix(byte, 16).unwrap()));
    }
    bytes
}
