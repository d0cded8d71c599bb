//! The fields of a stress: every kind, and two numbers at the worst places of a packed file.

use std::path::Path;

use mmstats::{
    Average, Counter, Gauge, Histogram, Layout, MovingAverage, Options, Published, Text, Timer,
    Timestamp, Value, WindowedAverage,
};

use super::figures::{Figure, Judged};

/// One field of the stress: how it is updated, and how a reader judges what it sees.
pub struct Kind {
    pub label: &'static str,
    add: fn(&Published<()>, String) -> Update,
    pub judge: fn(&[Value]) -> Judged,
}

/// Makes the next update of one field.
pub type Update = Box<dyn FnMut() + Send>;

const fn kind<F: Figure>(label: &'static str) -> Kind {
    Kind { label, add: add::<F>, judge: F::judge }
}

fn add<F: Figure>(stats: &Published<()>, label: String) -> Update {
    let field = stats.add(F::declare(label)).unwrap();
    let mut n = 0;
    Box::new(move || {
        n += 1;
        field.update(n);
    })
}

/// Packed, the first value of `LINE` lies across two cache lines and that of `PAGE` across two
/// pages, half of it on either side.
pub const LINE: &str = "line";
pub const PAGE: &str = "page";

/// These two alone.
pub const EDGES: &[Kind] = &[kind::<Gauge<u64>>(LINE), kind::<Gauge<u64>>(PAGE)];

/// All.
pub const KINDS: &[Kind] = &[
    kind::<Gauge<u64>>(LINE),
    kind::<Gauge<u64>>(PAGE),
    kind::<Counter>("counter"),
    kind::<Gauge<u8>>("gauge_u8"),
    kind::<Gauge<i8>>("gauge_i8"),
    kind::<Gauge<bool>>("gauge_bool"),
    kind::<Gauge<u16>>("gauge_u16"),
    kind::<Gauge<i16>>("gauge_i16"),
    kind::<Gauge<u32>>("gauge_u32"),
    kind::<Gauge<i32>>("gauge_i32"),
    kind::<Gauge<f32>>("gauge_f32"),
    kind::<Gauge<i64>>("gauge_i64"),
    kind::<Gauge<f64>>("gauge_f64"),
    kind::<Timestamp>("timestamp"),
    kind::<Average>("average"),
    kind::<MovingAverage>("moving"),
    kind::<WindowedAverage>("windowed"),
    kind::<Timer>("timer"),
    kind::<Histogram>("histogram"),
    kind::<Text>("text"),
];

/// The file that a writer makes in its directory.
pub const FILE: &str = "stress.mmstats";

/// Publishes these fields, each updated once.
pub fn publish(directory: &Path, layout: Layout, kinds: &[Kind]) -> (Published<()>, Vec<Update>) {
    let options = Options::dynamic("stress").path(directory).filename(FILE);
    let stats = options.layout(layout).default_fields(false).capacity(16 << 10).create().unwrap();
    let mut updates: Vec<Update> = Vec::new();
    let mut end = 1;
    for kind in kinds {
        let label = match kind.label {
            LINE => label_up_to(64, LINE, &mut end),
            PAGE => label_up_to(4096, PAGE, &mut end),
            label => label.to_owned(),
        };
        let mut update = (kind.add)(&stats, label);
        update();
        updates.push(update);
    }
    (stats, updates)
}

/// A label that begins like this, so long that half of the packed field's first value stands in
/// front of `edge`. `end` is where the field before ends, and then where this one does.
fn label_up_to(edge: usize, begin: &str, end: &mut usize) -> String {
    const SIZES_SIGNATURE_AND_WRITE_BUFFER: usize = 2 + 2 + "Q".len() + 1;
    const VALUE: usize = size_of::<u64>();
    let value_at = edge - VALUE / 2;
    let size = value_at - *end - SIZES_SIGNATURE_AND_WRITE_BUFFER;
    *end = value_at + 2 * VALUE;
    format!("{begin:.<size$}")
}
