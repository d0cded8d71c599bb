//! The memory of a `Watch`, a file.

use std::error::Error;

use mmstats::Watch;

use super::{Text, grouped};
use crate::cases::Bench;
use crate::cases::files::{Files, allow_descriptors};
use crate::heap::bytes_of;
use crate::stats::{Mixed, Twenty};
use crate::table::markdown;

const FILES: usize = 1_000;

/// By the file's size, at most, where a target is set.
const ASKED: f64 = 2.0;

pub fn measure(bench: &Bench) -> Result<Text, Box<dyn Error>> {
    allow_descriptors(2 * FILES)?;
    let directory = bench.directory.join("watch-memory");
    let scalars = Files::create(&directory, FILES, Twenty::fill)?;
    let of_scalars = by_size(&scalars, Twenty::count_request);
    let size = scalars.size;
    drop(scalars);
    let mixed = Files::create(&directory, FILES, Mixed::fill)?;
    let of_mixed = by_size(&mixed, |stats| stats.fill(1));
    let holds = of_scalars <= ASKED;
    let row = |name: &str, size: usize, ratio: f64, asked: String, holds: &str| {
        let bytes = grouped((ratio * size as f64) as usize);
        [name.into(), grouped(size), bytes, format!("{ratio:.2}"), asked, holds.into()]
    };
    let answer = if holds { "yes" } else { "**no**" };
    let text = markdown(
        ["a file of", "its size", "heap of the watch", "by the file's size", "asked", "holds"],
        &[
            row("20 scalars", size, of_scalars, format!("≤ {ASKED:.2}"), answer),
            row("13 scalars, 7 struct values", mixed.size, of_mixed, "-".into(), "-"),
        ],
    );
    Ok(Text { text, holds })
}

/// The heap of a watch of all files, after each of them has changed, by the size of the files.
fn by_size<T>(files: &Files<T>, change: impl Fn(&T)) -> f64 {
    let (watch, heap) = bytes_of(|| {
        let mut watch = Watch::new([&files.directory]).max_open(FILES);
        for _ in 0..3 {
            files.writers.iter().for_each(|stats| change(stats));
            assert_eq!(watch.poll().files().len(), FILES, "every file");
        }
        watch
    });
    drop(watch);
    heap as f64 / (FILES * files.size) as f64
}
