//! Programs that end and begin again, as the page shows them.

use mmstats::{Field, Gauge, Options, Published};
use serde_json::json;
use tempfile::TempDir;

use crate::browser::Browser;
use crate::{ANYWHERE, LABELS, Test, mmash};

pub const TESTS: [Test<Browser>; 1] = [(
    "the_line_of_a_program_that_began_again_has_a_gap",
    the_line_of_a_program_that_began_again_has_a_gap,
)];

/// A program's gauge, which is there as long as the first is held.
fn depth(directory: &TempDir, unit: &'static str, value: i64) -> Published<()> {
    let stats =
        Options::dynamic("queue").path(directory.path()).default_fields(false).create().unwrap();
    let depth: Gauge<i64> = stats.add(Gauge::named("queue.depth").unit(unit)).unwrap();
    depth.set(value);
    stats
}

/// How many pieces the first line of the first chart has, as an expression: its columns of pixels
/// with as many empty ones between them as a look takes.
const PIECES: &str = "(() => {
    const canvas = document.querySelector('.charts canvas');
    if (!canvas?.width) return 0;
    const pen = canvas.getContext('2d');
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    pen.fillStyle = getComputedStyle(canvas).getPropertyValue('--line-1').trim();
    const wanted = parseInt(pen.fillStyle.slice(1), 16);
    let [pieces, last] = [0, -Infinity];
    for (let column = 0; column < canvas.width; column += 1) {
        for (let row = 0; row < canvas.height; row += 1) {
            const at = 4 * (row * canvas.width + column);
            const color = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
            if (color === wanted && data[at + 3] === 255) {
                pieces += column - last > 12;
                last = column;
                break;
            }
        }
    }
    return pieces;
})()";

/// Awaits that the page has been shown for so many milliseconds more.
fn pass(browser: &Browser, milliseconds: u32) {
    browser.ask("performance.mark('begin')");
    browser.until(&format!(
        "performance.now() - performance.getEntriesByName('begin').at(-1).startTime > {milliseconds}"
    ));
}

fn the_line_of_a_program_that_began_again_has_a_gap(browser: &Browser) {
    browser.resize(1280, 800);
    let directory = TempDir::new().unwrap();
    let row = "document.querySelector('.row[data-label=\"queue.depth\"]')";
    let reading = "document.querySelector('.legend .reading').textContent";
    let program = depth(&directory, "jobs", 3);
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/?stat=queue.depth", server.address));
    browser.until(&format!("{reading} === '3 jobs' && {PIECES} === 1"));
    pass(browser, 1000);

    drop(program);
    // It stays in the list as long as it is in the chart, though there is no other.
    browser.until(&format!("{row}?.classList.contains('gone')"));
    let expected = "/^gone since \\d\\d:\\d\\d:\\d\\d$/";
    browser.until(&format!("{expected}.test({row}.querySelector('.value').textContent)"));
    browser.until(&format!("{expected}.test({reading})"));
    assert_eq!(browser.ask(&format!("{LABELS}.length")), json!(1));
    assert_eq!(browser.ask(PIECES), json!(1), "the line stays");
    pass(browser, 1000);
    browser.screenshot("gone");

    let program = depth(&directory, "jobs", 5);
    browser.until(&format!("{reading} === '5 jobs' && !{row}.classList.contains('gone')"));
    browser.until(&format!("{PIECES} === 2"));
    browser.screenshot("began-again");
    // What a page misses while nobody sees it is a gap, too.
    browser.new_tab();
    pass(browser, 1000);
    browser.close_tab();
    browser.until(&format!("{PIECES} === 3"));

    drop(program);
    browser.until(&format!("{row}?.classList.contains('gone')"));
    let _other = depth(&directory, "threads", 1);
    browser.until(&format!("{reading} === '1 thread'"));
    browser.until(&format!("{PIECES} === 1"));
    // What is neither there nor in the chart isn't in the list.
    drop(_other);
    browser.until(&format!("{row}?.classList.contains('gone')"));
    browser.click(".legend .close");
    browser.until(&format!("{LABELS}.length === 0"));
}
