//! Whether the output may have more than ASCII.

use std::env;
use std::sync::LazyLock;

/// From the environment, which doesn't change.
static IS_ASCII: LazyLock<bool> = LazyLock::new(|| {
    // The first one that is set to anything counts, as POSIX has it.
    let mut values = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(env::var_os);
    let value = values.find(|value| !value.is_empty());
    value.is_some_and(|value| is_ascii_locale(&value.to_string_lossy()))
});

/// Whether text for people must be ASCII: the locale is `C` or `POSIX`, or has another character set
/// than UTF-8. Without a locale, as in many containers, UTF-8 is usual.
pub fn is_ascii() -> bool {
    *IS_ASCII
}

/// What marks where a text was cut: one column.
pub fn cut_mark() -> char {
    if is_ascii() { '~' } else { '…' }
}

fn is_ascii_locale(locale: &str) -> bool {
    let name = locale.split('@').next().unwrap_or_default();
    match name.split_once('.') {
        Some((_, set)) => !set.eq_ignore_ascii_case("utf-8") && !set.eq_ignore_ascii_case("utf8"),
        None => matches!(name, "C" | "POSIX"),
    }
}

#[cfg(test)]
mod tests {
    use super::is_ascii_locale;

    #[test]
    fn only_utf_8_is_more() {
        for ascii in ["C", "POSIX", "de_DE.ISO-8859-15@euro", "C.ASCII"] {
            assert!(is_ascii_locale(ascii), "{ascii}");
        }
        for more in ["C.UTF-8", "en_US.utf8", "de_DE.UTF-8@euro", "en_US", ""] {
            assert!(!is_ascii_locale(more), "{more}");
        }
    }
}
