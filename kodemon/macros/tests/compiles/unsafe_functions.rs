//! Functions that are unsafe stay so, and their bodies are no unsafe blocks.
#![deny(unsafe_op_in_unsafe_fn, warnings)]

use kodemon::kodemon;

/// # Safety
///
/// None is needed.
#[kodemon]
unsafe fn forbidding() -> u32 {
    1
}

#[kodemon(stats)]
pub unsafe extern "C" fn foreign(number: u32) -> u32 {
    number
}

fn main() {
    let sum: u32 = unsafe { forbidding() + foreign(2) };
    assert_eq!(sum, 3);
}
