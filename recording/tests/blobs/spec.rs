//! The worked examples of `spec/RECORDING.md` are what this code writes, byte for byte, and reads.
//!
//! A failing test prints the bytes that belong there.

use mmstats_recording::{
    Block, Change, RollUp, RowWriter, Span, Summary, WordKind, decode_poll, encode_block,
    encode_poll, row_parts, unseal,
};

use crate::page;

/// The words before the first poll.
const BEFORE: [u64; 6] = [0, 1000, 0, 40, 7, 0];
const KINDS: [WordKind; 6] = [
    WordKind::Other,
    WordKind::Count,
    WordKind::Other,
    WordKind::Signed,
    WordKind::Unsigned,
    WordKind::Float64,
];

fn change(word: u32, value: u64) -> Change {
    Change { word, value }
}

/// What changed at the polls 10 to 15.
fn changes() -> Vec<(u8, Vec<Change>)> {
    vec![
        (10, vec![change(1, 1003), change(3, 41)]),
        (11, vec![change(1, 1007)]),
        (12, vec![change(1, 1010), change(5, 1.5_f64.to_bits())]),
        (13, vec![change(1, 1014)]),
        (14, vec![change(1, 1017)]),
        (15, vec![change(1, 1021), change(3, -2_i64 as u64), change(4, 9)]),
    ]
}

fn span() -> Span {
    Span::new(10..16, &BEFORE, crate::sequences::flat(&changes()))
}

/// Two writers' changes at poll 15.
fn polls() -> [(u32, Vec<Change>); 2] {
    [(5, changes().remove(5).1), (9, vec![change(200, 300)])]
}

fn row() -> Vec<u8> {
    let mut row = RowWriter::default();
    for (writer, changes) in polls() {
        let mut part = Vec::new();
        encode_poll(changes, &mut part);
        row.push(writer, &part);
    }
    row.take()
}

fn is_on_the_page(name: &str, bytes: &[u8]) {
    let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(page::bytes(name) == bytes, "{name} is\n{}", hex.join(" "));
}

#[test]
fn the_row_of_a_poll_is_as_documented() {
    is_on_the_page("example-row", &row());
    let row = page::bytes("example-row");
    let parts = row_parts(unseal(&row).unwrap()).map(|part| {
        let part = part.unwrap();
        (part.writer, decode_poll(part.bytes, 201).map(Result::unwrap).collect())
    });
    assert!(parts.eq(polls()));
}

#[test]
fn the_block_is_as_documented() {
    let mut bytes = Vec::new();
    encode_block(&span(), Some(&BEFORE), &mut bytes);
    is_on_the_page("example-block", &bytes);
    let bytes = page::bytes("example-block");
    let block = Block::parse(&bytes, 6).unwrap();
    assert_eq!(block.keyframe(), Some(&BEFORE[..]));
    assert_eq!(block.changes(), Ok(changes()));
}

#[test]
fn the_roll_up_is_as_documented() {
    let roll_up = RollUp::of(&span(), |word| KINDS[word as usize], &[1; 6]);
    let mut bytes = Vec::new();
    roll_up.encode(&mut bytes);
    is_on_the_page("example-roll-up", &bytes);
    let found = RollUp::decode(&page::bytes("example-roll-up"), 6).unwrap();
    assert_eq!(found.words[0].summary, Summary::Count { increase: 21, greatest_step: 4 });
    let Summary::Signed { least: -2, greatest: 41, mean } = found.words[1].summary else {
        panic!("{found:?}")
    };
    assert!((mean - 203.0 / 6.0).abs() < 0.001);
    let expected = Summary::Float64 { least: 0.0, greatest: 1.5, mean: 1.0 };
    assert_eq!((found.words[3].last, found.words[3].summary), (1.5_f64.to_bits(), expected));
}

/// A block's column is the only one that is encoded, so each of these is one of a block.
#[test]
fn the_columns_are_as_documented() {
    let text = page::block("example-columns");
    let mut forms = [false; 4];
    for line in text.lines() {
        let (values, hex) = line.split_once("->").unwrap();
        let values: Vec<_> =
            values.split_whitespace().map(|it| it.parse::<i64>().unwrap() as u64).collect();
        let bytes: Vec<_> =
            hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
        let polls = 0..values.len() as u8 - 1;
        let changes =
            polls.clone().zip(&values[1..]).map(|(poll, value)| (poll, change(0, *value)));
        let mut block = Vec::new();
        encode_block(&Span::new(polls, &values[..1], changes), None, &mut block);
        let column = &block[5..];
        assert_eq!(block[..5], [0, values.len() as u8 - 1, 1, 0, column.len() as u8]);
        let found: Vec<_> = column.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(column == bytes, "{line} is {}", found.join(" "));
        let found = Block::parse(&block, 1).unwrap().values(0).unwrap().unwrap();
        assert_eq!((found.before(), found.at_polls()), (values[0], &values[1..]));
        forms[usize::from(bytes[0] & 3)] = true;
    }
    assert_eq!(forms, [true; 4], "each form has an example");
}
