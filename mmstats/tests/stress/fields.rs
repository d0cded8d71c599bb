//! The fields of a stress test: every kind, and values at the worst offsets of a file.

use std::path::Path;

use mmstats::{
    Average, Counter, Gauge, Histogram, Layout, MovingAverage, Options, Published, Text, Timer,
    Timestamp, UpDownCounter, Value, WindowedAverage,
};

use super::figures::{Figure, Judged};

/// One field of the stress test: how it is updated, and how a reader judges what it sees.
pub struct Kind {
    pub label: &'static str,
    add: fn(&Published<()>, String) -> Update,
    pub judge: fn(&[Value]) -> Judged,
    across: Option<Edge>,
}

/// Makes the next update of one field.
pub type Update = Box<dyn FnMut() + Send>;

/// Where the first value of a field lies: some of it in front of this offset, the rest behind.
struct Edge {
    offset: usize,
    in_front: usize,
    signature: &'static str,
    size: usize,
}

const fn kind<F: Figure>(label: &'static str) -> Kind {
    Kind { label, add: add::<F>, judge: F::judge, across: None }
}

fn add<F: Figure>(stats: &Published<()>, label: String) -> Update {
    let field = stats.add(F::declare(label)).unwrap();
    let mut n = 0;
    Box::new(move || {
        n += 1;
        field.update(n);
    })
}

const fn number(label: &'static str, offset: usize) -> Kind {
    let across = Some(Edge { offset, in_front: 4, signature: "Q", size: 8 });
    Kind { across, ..kind::<Gauge<u64>>(label) }
}

const fn timer(label: &'static str, offset: usize) -> Kind {
    let across = Some(Edge { offset, in_front: 24, signature: "dQddddQ", size: 56 });
    Kind { across, ..kind::<Timer>(label) }
}

/// The ends of a cache line and of a page.
pub const EDGES: [usize; 2] = [64, 4096];

/// Values that need several loads or stores, across each edge. They come first in a file, in this
/// order, which fixes their offsets.
pub const fn across_edges(layout: Layout) -> &'static [Kind] {
    const PACKED: &[Kind] = &[number("line", EDGES[0]), number("page", EDGES[1])];
    const ALIGNED: &[Kind] = &[timer("line", EDGES[0]), timer("page", EDGES[1])];
    match layout {
        Layout::Aligned => ALIGNED,
        _ => PACKED,
    }
}

/// Every kind.
pub const KINDS: &[Kind] = &[
    kind::<Counter>("counter"),
    kind::<UpDownCounter>("up_down_counter"),
    kind::<Gauge<u8>>("gauge_u8"),
    kind::<Gauge<i8>>("gauge_i8"),
    kind::<Gauge<bool>>("gauge_bool"),
    kind::<Gauge<u16>>("gauge_u16"),
    kind::<Gauge<i16>>("gauge_i16"),
    kind::<Gauge<u32>>("gauge_u32"),
    kind::<Gauge<i32>>("gauge_i32"),
    kind::<Gauge<f32>>("gauge_f32"),
    kind::<Gauge<u64>>("gauge_u64"),
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

/// The file that a writer creates in its directory.
pub const FILE: &str = "stress.mmstats";

/// Publishes fields, each updated once.
pub fn publish(
    directory: &Path,
    layout: Layout,
    fields: impl IntoIterator<Item = &'static Kind>,
) -> (Published<()>, Vec<Update>) {
    let options = Options::dynamic("stress").path(directory).filename(FILE);
    let stats = options.layout(layout).default_fields(false).capacity(16 << 10).create().unwrap();
    let mut end = 1;
    let add = |kind: &'static Kind| {
        let label = match &kind.across {
            Some(edge) => edge.label(kind.label, &mut end),
            None => kind.label.to_owned(),
        };
        let mut update = (kind.add)(&stats, label);
        update();
        update
    };
    let updates = fields.into_iter().map(add).collect();
    (stats, updates)
}

impl Edge {
    /// A label that begins like this, long enough that the value is at the right offset. `end`
    /// is where the field before ends, and then where this one does.
    fn label(&self, begin: &str, end: &mut usize) -> String {
        const SIZES_AND_WRITE_BUFFER: usize = 2 + 2 + 1;
        let value_at = self.offset - self.in_front;
        let size = value_at - *end - SIZES_AND_WRITE_BUFFER - self.signature.len();
        *end = value_at + 2 * self.size;
        format!("{begin:.<size$}")
    }
}
