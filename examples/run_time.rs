//! Stats that are added at run time, without a struct: a counter for each word that comes in.
//!
//! ```text
//! cargo run --release --bin run_time < README.md
//! ```
//!
//! On a terminal the file stays until Ctrl-C, so that another one can show it.

mod hold;

use std::collections::HashMap;
use std::error::Error;
use std::io::{self, BufRead};

use mmstats::{AddError, Counter, Field, Options, StatsFile};

fn main() -> Result<(), Box<dyn Error>> {
    // Free space for some two hundred stats.
    let stats = Options::dynamic("Words").prefix("text.").capacity(32 * 1024).create()?;
    let total: Counter = stats.add(Counter::named("words").unit("words"))?;
    let mut counters: HashMap<String, Counter> = HashMap::new();
    let mut untracked = 0;
    for line in io::stdin().lock().lines() {
        for word in line?.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 3) {
            let word = word.to_lowercase();
            total.incr();
            if let Some(counter) = counters.get(&word) {
                counter.incr();
                continue;
            }
            // The file is live: from here on every reader sees the new stat.
            match stats.add(Counter::named(format!("word.{word}")).unit("words")) {
                Ok(counter) => counters.entry(word).insert_entry(counter).get().incr(),
                Err(AddError::NoFreeSpace { .. }) => untracked += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }
    if let Some(path) = stats.path() {
        let file = StatsFile::read(path)?;
        println!("{} has {} stats:", path.display(), file.stats().len());
        for stat in file.stats().filter(|stat| stat.value().as_f64() > Some(3.0)) {
            println!("  {} {}", stat.label(), stat.value());
        }
    }
    println!("{untracked} words came after the file was full");
    hold::until_interrupted("--label 'text.*'")?;
    Ok(())
}
