//! Signatures, and their sizes computed in numbers that can't overflow.

use mmstats::__private::format::Signature;

/// A signature may have more components than a test has time for.
const MOST_COMPONENTS: usize = 1_000;

/// # Panics
///
/// If the parser's sizes differ from section 4 of `spec/FORMAT.md`, or a component isn't
/// behind the previous one and within the value.
pub fn check(text: &[u8]) {
    let parsed = Signature::parse(text);
    let expected = reckon(text);
    let measured = parsed.ok().map(|signature| signature.size() as u128);
    assert_eq!(measured, expected.as_ref().map(|reckoned| reckoned.size));
    let (Ok(signature), Some(expected)) = (parsed, expected) else {
        return;
    };
    let (mut seen, mut end) = (0, 0);
    for component in signature.components().take(MOST_COMPONENTS) {
        assert!(end <= component.offset, "{component:?} begins before {end}");
        end = component.offset + component.size;
        assert!(end <= signature.size(), "{component:?} ends behind the value");
        seen += 1;
    }
    assert_eq!(seen, expected.components.min(MOST_COMPONENTS as u128));
}

struct Reckoned {
    size: u128,
    components: u128,
}

fn reckon(text: &[u8]) -> Option<Reckoned> {
    let (native, mut rest) = match text {
        [b'=' | b'<' | b'>' | b'!', rest @ ..] => (false, rest),
        [b'@', rest @ ..] | rest => (true, rest),
    };
    let (mut size, mut components) = (0_u128, 0_u128);
    loop {
        let white = rest.iter().take_while(|byte| b" \t\n\x0b\x0c\r".contains(byte)).count();
        rest = &rest[white..];
        if rest.is_empty() {
            return Some(Reckoned { size, components });
        }
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (count, behind) = rest.split_at(digits);
        let decimal =
            |sum: u128, digit: &u8| sum.saturating_mul(10).saturating_add((digit - b'0').into());
        let count = if digits == 0 { 1 } else { count.iter().fold(0, decimal) };
        let (&code, behind) = behind.split_first()?;
        let (one, align, parts) = unit(code, native)?;
        size = size.next_multiple_of(align).saturating_add(one.saturating_mul(count));
        components = components.saturating_add(match code {
            b's' | b'p' => 1,
            _ => parts * count.min(u64::MAX.into()),
        });
        if size > isize::MAX as u128 {
            return None;
        }
        rest = behind;
    }
}

/// The table of section 4.2, on this machine: size, alignment, components.
fn unit(code: u8, native: bool) -> Option<(u128, u128, u128)> {
    let word = size_of::<usize>() as u128;
    let (standard, size, align, parts) = match code {
        b'x' => (1, 1, 1, 0),
        b'c' | b'b' | b'B' | b'?' | b's' | b'p' => (1, 1, 1, 1),
        b'h' | b'H' | b'e' => (2, 2, 2, 1),
        b'i' | b'I' | b'f' => (4, 4, 4, 1),
        b'l' | b'L' => (4, word, word, 1),
        b'q' | b'Q' | b'd' => (8, 8, align_of::<u64>() as u128, 1),
        b'F' => (8, 8, 4, 2),
        b'D' => (16, 16, align_of::<f64>() as u128, 2),
        b'n' | b'N' | b'P' if native => (word, word, word, 1),
        _ => return None,
    };
    Some(if native { (size, align, parts) } else { (standard, 1, parts) })
}
