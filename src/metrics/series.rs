//! The cells of one metric: one for each combination of labels, made when it is first counted. Counting in a cell
//! that is there allocates nothing.

use std::sync::{PoisonError, RwLock};

/// Combinations of labels that one metric keeps at most. Labels come from closed sets, so this is a net under a
/// fault of ours: what comes after them is counted together, as [`OTHER`].
const MOST_SERIES: usize = 2048;
/// The labels of what found no room.
const OTHER: &str = "other";

/// Cells by their labels, in their order.
#[derive(Debug)]
pub(super) struct Series<C, const N: usize>(RwLock<Vec<([Box<str>; N], C)>>);

impl<C, const N: usize> Default for Series<C, N> {
    fn default() -> Self {
        Self(RwLock::new(Vec::new()))
    }
}

impl<C: Default, const N: usize> Series<C, N> {
    /// Notes something in the cell of these labels.
    pub(super) fn note(&self, labels: [&str; N], note: impl Fn(&C)) {
        // Nothing is left half done under this lock.
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Ok(place) = place(&known, &labels)
            && let Some((_, cell)) = known.get(place)
        {
            return note(cell);
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let is_full = known.len() >= MOST_SERIES && place(&known, &labels).is_err();
        let labels = if is_full { [OTHER; N] } else { labels };
        let place = place(&known, &labels).unwrap_or_else(|place| {
            known.insert(place, (labels.map(Box::from), C::default()));
            place
        });
        if let Some((_, cell)) = known.get(place) {
            note(cell);
        }
    }

    /// Tells each cell with its labels.
    pub(super) fn each(&self, mut tell: impl FnMut(&[Box<str>; N], &C)) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().for_each(|(labels, cell)| tell(labels, cell));
    }

    /// Forgets every cell.
    pub(super) fn clear(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Where the cell of these labels is, or belongs.
fn place<C, const N: usize>(known: &[([Box<str>; N], C)], labels: &[&str; N]) -> Result<usize, usize> {
    known.binary_search_by(|(there, _)| there.iter().map(|label| &**label).cmp(labels.iter().copied()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn all(series: &Series<AtomicU64, 2>) -> Vec<(String, u64)> {
        let mut all = Vec::new();
        series.each(|labels, cell| all.push((labels.join(" "), cell.load(Ordering::Relaxed))));
        all
    }

    fn count(series: &Series<AtomicU64, 2>, labels: [&str; 2]) {
        series.note(labels, |cell| {
            cell.fetch_add(1, Ordering::Relaxed);
        });
    }

    #[test]
    fn each_combination_of_labels_has_a_cell_in_their_order() {
        let series = Series::default();
        for labels in [["b", "1"], ["a", "2"], ["b", "1"], ["a", "1"], ["b", "0"], ["b", "1"]] {
            count(&series, labels);
        }
        let expected = [("a 1", 1), ("a 2", 1), ("b 0", 1), ("b 1", 3)];
        assert_eq!(all(&series), expected.map(|(labels, count)| (labels.to_owned(), count)));
        series.clear();
        assert!(all(&series).is_empty());
    }

    #[test]
    fn what_finds_no_room_is_counted_together() {
        let series = Series::default();
        for number in 0..MOST_SERIES + 3 {
            count(&series, [&format!("{number:06}"), "x"]);
        }
        count(&series, ["000000", "x"]);
        let all = all(&series);
        assert_eq!(all.len(), MOST_SERIES + 1);
        assert_eq!(all.first().unwrap().1, 2, "who had a cell keeps it");
        assert_eq!(*all.last().unwrap(), ("other other".to_owned(), 3));
    }

    #[test]
    fn nothing_is_lost_when_many_count_at_once() {
        let series = Series::default();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..1000).for_each(|number| count(&series, ["a", ["x", "y"][number % 2]])));
            }
        });
        assert_eq!(all(&series), [("a x".to_owned(), 4000), ("a y".to_owned(), 4000)]);
    }
}
