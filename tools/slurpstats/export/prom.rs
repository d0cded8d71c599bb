//! `-o prom`: Prometheus' text format, version 0.0.4.

use std::collections::HashSet;
use std::io::{self, Write};

use mmstats::Verdict;
use mmstats_exposition::{Bounds, Format, push_label};
use mmstats_totals::aggregation::is_aggregated;
use mmstats_totals::totals::Totals;

use super::exporter::{Exporter, SelectedFile};
use crate::common::exposition::{StatFamilies, StatNames, is_allowed};
use crate::slurpstats::added_label::AddedLabel;

/// Gathers samples of all files and writes them at the end.
pub struct Prom<W> {
    out: W,
    families: StatFamilies,
    /// With `--sum`: what adds up, which has one sample instead of one per file.
    totals: Option<Totals>,
    /// Further labels of every sample: `job="backup"`.
    added: Vec<String>,
    files: u64,
    /// The labels of files so far: no two files have the same.
    label_sets: HashSet<String>,
    /// Unix time in seconds, by which windows expire.
    now: f64,
}

impl<W: Write> Prom<W> {
    /// `totals`: what adds up has one sample; `texts`: also export texts that change; `added`: labels
    /// of every sample.
    pub fn new(
        out: W,
        totals: Option<Totals>,
        texts: bool,
        added: &[AddedLabel],
        now: f64,
    ) -> Self {
        let names = added.iter().map(AddedLabel::name);
        let families = StatFamilies::new(Bounds::default(), texts, names);
        let added = added.iter().map(AddedLabel::text).collect();
        Self { out, families, totals, added, files: 0, label_sets: HashSet::new(), now }
    }

    /// Samples that follow have these labels and those that were added.
    fn begin(&mut self, labels: Option<&str>) {
        let added = self.added.iter().map(String::as_str);
        let labels: Vec<_> = labels.into_iter().chain(added).collect();
        self.families.begin(labels.join(","));
    }
}

impl<W: Write> Exporter for Prom<W> {
    fn file(&mut self, selected: SelectedFile<'_>) -> io::Result<()> {
        let mut labels = String::new();
        push_label(&mut labels, "file", &selected.file.path().to_string_lossy());
        if let Some(pid) = selected.file.pid() {
            push_label(&mut labels, "pid", &pid.to_string());
        }
        // Paths that differ only in what isn't UTF-8: two samples must not have the same labels.
        if !self.label_sets.insert(labels.clone()) {
            return Ok(());
        }
        self.files += 1;
        self.begin(Some(&labels));
        self.families.add_up(selected.life.verdict != Verdict::Dead);
        let mut sum = self
            .totals
            .as_mut()
            .map(|totals| totals.file(selected.file, selected.verdict_in_sums(), self.now));
        for stat in selected.stats() {
            match &mut sum {
                Some(sum) if is_aggregated(&stat) => {
                    if is_allowed(&stat) {
                        sum.add(&stat);
                    }
                }
                // A mean over a window that has passed says nothing about now.
                _ if stat.is_expired(self.now) => {}
                _ => _ = self.families.add_stat(&stat),
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.begin(None);
        self.families.add_files(self.files);
        if let Some(totals) = &self.totals {
            totals.iter().for_each(|total| self.families.add_total(total));
        }
        self.families.write(Format::Text, &mut StatNames::default(), None, &mut self.out)?;
        self.out.flush()
    }
}
