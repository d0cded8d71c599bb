//! Suggests labels if no file has the one that was asked for.

/// The maximum number of suggestions.
const MOST: usize = 3;

/// The labels that are like a wanted one: those that end with it (`web.stats.status.2XX` for
/// `status.2XX`); if there are none, those that contain it or are a part of it, ignoring case.
pub fn suggest<'a>(wanted: &str, labels: impl Iterator<Item = &'a str> + Clone) -> Vec<&'a str> {
    let ends_in = |label: &str| {
        label.strip_suffix(wanted).is_some_and(|start| start.is_empty() || start.ends_with('.'))
    };
    let longer: Vec<_> = labels.clone().filter(|label| ends_in(label)).take(MOST).collect();
    if !longer.is_empty() {
        return longer;
    }
    let wanted = wanted.to_lowercase();
    let is_like = |label: &&str| {
        let label = label.to_lowercase();
        label.contains(&wanted) || wanted.contains(&label)
    };
    labels.filter(is_like).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn what_ends_with_it_comes_first() {
        let labels = ["web.status.2XX", "web.status.2XX.rate", "old.status.2XX", "Hits", "a.b.c.d"];
        for (wanted, expected) in [
            ("status.2XX", &["web.status.2XX", "old.status.2XX"][..]),
            ("2xx", &["web.status.2XX", "web.status.2XX.rate", "old.status.2XX"]),
            ("atus.2XX", &["web.status.2XX", "web.status.2XX.rate", "old.status.2XX"]),
            ("web.hits", &["Hits"]),
            ("misses", &[]),
        ] {
            assert_eq!(suggest(wanted, labels.into_iter()), expected, "{wanted}");
        }
    }
}
