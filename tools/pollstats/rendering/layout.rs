//! Which columns fit next to each other, and how wide they are.

/// Between two columns.
pub const GAP: usize = 2;
/// The narrowest column: numbers of seven digits stay in line without a change.
const NARROWEST: usize = 7;
/// To how much a title may be cut before columns are left out instead.
const SHORTEST_TITLE: usize = 10;
/// Space for the number of columns left out: `+123`.
const NOTE: usize = 4;

/// The width that a column would like to have.
#[derive(Clone, Copy, Debug)]
pub struct ColumnNeed {
    /// The widest number or unit; it is never cut where there is room for it at all.
    pub cells: usize,
    /// Title and unit.
    pub title: usize,
    /// For wider numbers to come: taken from what all columns leave of the room.
    pub wish: usize,
}

/// The columns that are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    widths: Vec<usize>,
    left_out: usize,
}

impl Layout {
    /// As many columns as fit into `room`, the first ones; `None`: all.
    ///
    /// Titles are cut before columns are left out. One column is always shown.
    pub fn fit(needs: &[ColumnNeed], room: Option<usize>) -> Self {
        let Some(room) = room else {
            let widths = needs.iter().map(|need| need.within(usize::MAX).max(need.wish)).collect();
            return Self { widths, left_out: 0 };
        };
        let narrow = |need: &ColumnNeed| need.within(SHORTEST_TITLE);
        let mut shown = needs.len();
        let mut width = total(needs.iter().map(narrow));
        while shown > 1 && width > room_for(room, needs, shown) {
            shown -= 1;
            width -= narrow(&needs[shown]) + GAP;
        }
        let room = room_for(room, needs, shown);
        let shown_needs = &needs[..shown];
        let cap = widest_cap(shown_needs, room);
        let widths = shown_needs.iter().map(|need| need.within(cap).min(room)).collect();
        let widths = stretched(widths, shown_needs, room);
        Self { widths, left_out: needs.len() - shown }
    }

    /// The widths of the columns that are shown, which are the first ones.
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    /// How many columns don't fit.
    pub const fn left_out(&self) -> usize {
        self.left_out
    }
}

impl ColumnNeed {
    /// The width of a column whose title is cut to `cap`.
    fn within(&self, cap: usize) -> usize {
        self.cells.max(self.title.min(cap)).max(NARROWEST)
    }
}

/// The room for columns: less if the note on those left out is needed.
fn room_for(room: usize, needs: &[ColumnNeed], shown: usize) -> usize {
    if shown < needs.len() { room.saturating_sub(GAP + NOTE) } else { room }
}

/// The longest that titles may be.
fn widest_cap(needs: &[ColumnNeed], room: usize) -> usize {
    let longest = needs.iter().map(|need| need.title).max().unwrap_or(0);
    let fits = |cap: &usize| total(needs.iter().map(|need| need.within(*cap))) <= room;
    (SHORTEST_TITLE..=longest).rev().find(fits).unwrap_or(SHORTEST_TITLE)
}

/// The widths, with what they leave of the room for those who wish for more.
fn stretched(mut widths: Vec<usize>, needs: &[ColumnNeed], room: usize) -> Vec<usize> {
    let mut spare = room.saturating_sub(total(widths.iter().copied()));
    for (width, need) in widths.iter_mut().zip(needs) {
        let more = need.wish.saturating_sub(*width).min(spare);
        *width += more;
        spare -= more;
    }
    widths
}

/// The width of columns next to each other.
fn total(widths: impl Iterator<Item = usize>) -> usize {
    widths.map(|width| width + GAP).sum::<usize>().saturating_sub(GAP)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(needs: &[(usize, usize)], room: Option<usize>) -> (Vec<usize>, usize) {
        let need = |&(cells, title): &(usize, usize)| ColumnNeed { cells, title, wish: 0 };
        let needs: Vec<_> = needs.iter().map(need).collect();
        let layout = Layout::fit(&needs, room);
        (layout.widths().to_vec(), layout.left_out())
    }

    #[test]
    fn without_a_limit_nothing_is_cut() {
        assert_eq!(fit(&[(3, 40), (9, 2), (1, 1)], None), (vec![40, 9, 7], 0));
    }

    #[test]
    fn titles_are_cut_before_columns_are_left_out() {
        assert_eq!(fit(&[(3, 40), (9, 30)], Some(80)), (vec![40, 30], 0));
        assert_eq!(fit(&[(3, 40), (9, 30)], Some(60)), (vec![29, 29], 0));
        assert_eq!(fit(&[(3, 40), (9, 30)], Some(22)), (vec![10, 10], 0));
        assert_eq!(fit(&[(3, 40), (9, 30), (3, 3)], Some(29)), (vec![10, 10], 1));
    }

    #[test]
    fn what_is_left_of_the_room_goes_to_those_who_wish_for_more() {
        let needs = [3, 9, 8].map(|cells| ColumnNeed { cells, title: 2, wish: cells + 4 });
        let widths = |room| Layout::fit(&needs, room).widths().to_vec();
        assert_eq!(widths(None), [7, 13, 12]);
        assert_eq!(widths(Some(80)), [7, 13, 12]);
        assert_eq!(widths(Some(33)), [7, 13, 9]);
        assert_eq!(widths(Some(28)), [7, 9, 8]);
    }

    #[test]
    fn what_is_shown_fits() {
        let needs = [(12, 30), (3, 8), (20, 20), (7, 3), (9, 60)];
        for room in 0..200 {
            let (widths, left_out) = fit(&needs, Some(room));
            assert_eq!(widths.len() + left_out, needs.len());
            let note = if left_out > 0 { GAP + NOTE } else { 0 };
            let fits = total(widths.iter().copied()) + note <= room;
            assert!(fits || (widths.len() == 1 && room < 20), "{room}: {widths:?}");
        }
        assert_eq!(fit(&[], Some(80)), (vec![], 0));
        // In no time, however many there are.
        let (widths, left_out) = fit(&vec![(9, 9); 1_000_000], Some(31));
        assert_eq!((widths, left_out), (vec![9, 9], 999_998));
    }
}
