//! A reader of `spec/RECORDING.md`, sections 11 to 15, that shares no code with the library.

use std::collections::BTreeMap;
use std::path::Path;

use mmstats::StatsFile;
use mmstats_testing::naive_recording::{NaiveBlock, poll};
use rusqlite::Connection;
use rusqlite::types::Value;

/// A poll, of each file by writer its path and its words.
#[derive(Debug, Default, PartialEq)]
pub struct NaivePoll {
    pub monotonic: u64,
    pub seconds: i64,
    pub is_after_gap: bool,
    pub files: BTreeMap<String, Vec<u64>>,
    pub removed: BTreeMap<String, Vec<u64>>,
}

/// All polls that can be read.
pub fn read(path: &Path) -> Vec<NaivePoll> {
    let connection = Connection::open(path).unwrap();
    let mut reader = Reader { connection, words: BTreeMap::new(), polls: Vec::new(), gap: false };
    let (mut last, mut last_stretch) = (None, None);
    for row in reader.rows("SELECT id, stretch, complete, times, form FROM spans ORDER BY id") {
        let [Value::Integer(id), Value::Integer(stretch), complete, Value::Blob(times), form] =
            &row[..]
        else {
            panic!("{row:?}")
        };
        if *complete == Value::Integer(1) {
            reader.words.clear();
        } else if last != Some(id - 1) {
            continue;
        }
        if *form == Value::Integer(2) {
            continue;
        }
        let reason = format!("SELECT reason FROM stretches WHERE id = {stretch}");
        let reason = reader.rows(&reason).remove(0).remove(0);
        let begins = last.is_some() && last_stretch != Some(*stretch);
        let is_gap = ["start", "failed"].map(|it| Value::Text(it.to_owned())).contains(&reason);
        reader.gap |= begins && is_gap || last.is_some_and(|last| last != id - 1);
        reader.span(*id, content(times));
        (last, last_stretch) = (Some(*id), Some(*stretch));
    }
    reader.polls
}

struct Reader {
    connection: Connection,
    /// Of the files that are there.
    words: BTreeMap<u64, Vec<u64>>,
    polls: Vec<NaivePoll>,
    gap: bool,
}

impl Reader {
    fn rows(&self, sql: &str) -> Vec<Vec<Value>> {
        let mut statement = self.connection.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map((), |row| (0..columns).map(|at| row.get(at)).collect());
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// The rows of a table whose keys are in this range.
    fn blobs(&self, table: &str, keys: std::ops::Range<i64>) -> Vec<(i64, Vec<u8>)> {
        let (start, end) = (keys.start, keys.end);
        let sql = format!(
            "SELECT key, bytes FROM {table} WHERE key >= {start} AND key < {end} ORDER BY key"
        );
        let pair = |row: Vec<Value>| match <[Value; 2]>::try_from(row) {
            Ok([Value::Integer(key), Value::Blob(bytes)]) => (key, bytes),
            other => panic!("{other:?}"),
        };
        self.rows(&sql).into_iter().map(pair).collect()
    }

    /// Path and number of words of a writer.
    fn writer(&self, id: u64) -> (String, usize) {
        let columns =
            "id, structure, identity, path, device, inode, owner, continues, born, checksum";
        let row = self.rows(&format!("SELECT {columns} FROM writers WHERE id = {id}")).remove(0);
        assert_eq!(Value::Integer(checksum_of_row(&row[..9])), row[9], "writer {id}");
        let (Value::Integer(structure), Value::Blob(path)) = (&row[1], &row[3]) else {
            panic!("{row:?}")
        };
        let parts = self.blobs("structures", structure << 8..(structure + 1) << 8);
        let bytes: Vec<u8> = parts.into_iter().flat_map(|(_, part)| part).collect();
        let path = String::from_utf8(path.clone()).unwrap();
        let words = StatsFile::from_bytes(path.as_str(), &bytes).unwrap().word_count();
        (path, words)
    }

    fn span(&mut self, id: i64, times: &[u8]) {
        let mut blocks = BTreeMap::new();
        for (_, row) in self.blobs("blocks", id << 32..(id + 1) << 32) {
            for (writer, part) in parts(content(&row)) {
                let words = self.writer(writer).1;
                let block = NaiveBlock::of(part, words as u32).expect("a block");
                let before = block.keyframe.clone();
                let before = before.or_else(|| self.words.get(&writer).cloned()).unwrap();
                blocks.insert(writer, (block, before));
            }
        }
        let events = self.blobs("events", id << 30..(id + 1) << 30);
        for (p, time) in times.chunks(20).enumerate() {
            let of_poll = events.iter().filter(|(key, _)| (key >> 24 & 63) as usize == p);
            let of_poll: Vec<_> = of_poll.map(|(_, bytes)| event(content(bytes))).collect();
            for (_, writer) in of_poll.iter().filter(|(what, _)| *what == 1) {
                self.words.insert(*writer, vec![0; self.writer(*writer).1]);
            }
            let key = (id << 6 | p as i64) << 8;
            let row: Vec<u8> = self
                .blobs("recent", key..key + 256)
                .into_iter()
                .flat_map(|(_, part)| part)
                .collect();
            self.change(&row, p as u8, &blocks);
            let mut found = NaivePoll {
                monotonic: u64::from_le_bytes(time[..8].try_into().unwrap()),
                seconds: i64::from_le_bytes(time[8..16].try_into().unwrap()),
                is_after_gap: std::mem::take(&mut self.gap),
                ..NaivePoll::default()
            };
            for (what, writer) in of_poll {
                if what == 4 || what == 5 {
                    let words = self.words.remove(&writer).expect("it was there");
                    if what == 5 {
                        found.removed.insert(self.writer(writer).0, words);
                    }
                }
            }
            let files = self.words.iter().map(|(id, words)| (self.writer(*id).0, words.clone()));
            found.files = files.collect();
            self.polls.push(found);
        }
    }

    /// What changed at a poll.
    fn change(&mut self, row: &[u8], p: u8, blocks: &BTreeMap<u64, (NaiveBlock, Vec<u64>)>) {
        for (writer, (block, before)) in blocks {
            let Some(words) = self.words.get_mut(writer) else { continue };
            if !(block.first..block.first + block.polls).contains(&p) {
                continue;
            }
            words.clone_from(before);
            for (word, values) in &block.values {
                words[*word as usize] = values[usize::from(p - block.first) + 1];
            }
        }
        if row.is_empty() {
            return;
        }
        for (writer, part) in parts(content(row)) {
            if blocks.contains_key(&writer) {
                continue;
            }
            let words = self.words.get_mut(&writer).expect("it is there");
            for (word, value) in poll(part, words.len() as u32).expect("a poll") {
                words[word as usize] = value;
            }
        }
    }
}

/// What an event is, and the writer that it is about.
fn event(bytes: &[u8]) -> (u8, u64) {
    let mut rest = &bytes[1..];
    (bytes[0], if bytes[0] < 6 { number(&mut rest) } else { 0 })
}

/// The writers' parts of a row.
fn parts(mut row: &[u8]) -> Vec<(u64, &[u8])> {
    let (mut found, mut next) = (Vec::new(), 0);
    while !row.is_empty() {
        let writer = next + number(&mut row);
        next = writer + 1;
        let size = number(&mut row) as usize;
        let (part, rest) = row.split_at(size);
        row = rest;
        found.push((writer, part));
    }
    found
}

fn number(bytes: &mut &[u8]) -> u64 {
    let size = bytes.iter().position(|byte| *byte < 128).unwrap() + 1;
    let (number, rest) = bytes.split_at(size);
    *bytes = rest;
    number.iter().rev().fold(0, |number, byte| number << 7 | u64::from(byte & 127))
}

/// A blob without its checksum, which is checked.
fn content(blob: &[u8]) -> &[u8] {
    let (content, found) = blob.split_at(blob.len() - 8);
    assert_eq!(checksum(content).to_le_bytes(), *found);
    content
}

fn checksum(content: &[u8]) -> u64 {
    let mut bytes = content.to_vec();
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes.extend((content.len() as u64).to_le_bytes());
    bytes.chunks(8).fold(0xcbf2_9ce4_8422_2325, |sum: u64, word| {
        let word = u64::from_le_bytes(word.try_into().unwrap());
        (sum ^ word).wrapping_mul(0x100_0000_01b3).rotate_left(29)
    })
}

fn checksum_of_row(values: &[Value]) -> i64 {
    let mut content = Vec::new();
    for value in values {
        match value {
            Value::Null => content.push(0),
            Value::Integer(number) => {
                content.push(1);
                content.extend(number.to_le_bytes());
            }
            Value::Blob(bytes) => {
                content.push(2);
                let mut size = bytes.len();
                while size >= 128 {
                    content.push(size as u8 | 128);
                    size >>= 7;
                }
                content.push(size as u8);
                content.extend(bytes);
            }
            other => panic!("{other:?}"),
        }
    }
    checksum(&content).cast_signed()
}
