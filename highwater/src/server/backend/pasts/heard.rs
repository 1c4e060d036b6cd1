//! In which windows anything was heard: a zero is told from no data by that.

/// Stored windows that two stretches without counts are apart at least, or they are read as one: what lies
/// between them is in the same packs.
const APART: i64 = 256;

/// Numbers of the first window and of the first behind the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub from: i64,
    pub end: i64,
}

/// In which windows anything was heard.
pub(super) struct Heard {
    /// Those that are looked at: some more than are wanted.
    range: Range,
    is_heard: Vec<bool>,
    /// Windows for which nothing may be heard before that is no data.
    unheard_max: i64,
}

impl Range {
    pub(super) fn length(self) -> usize {
        usize::try_from(self.end.saturating_sub(self.from)).unwrap_or(0)
    }
}

impl Heard {
    pub(super) fn nothing(range: Range, unheard_max: i64) -> Self {
        let range = Range { from: range.from.saturating_sub(unheard_max), ..range };
        Self { range, is_heard: vec![false; range.length()], unheard_max }
    }

    pub(super) fn hear(&mut self, at: i64) {
        let place = usize::try_from(at.saturating_sub(self.range.from)).unwrap_or(usize::MAX);
        if let Some(is_heard) = self.is_heard.get_mut(place) {
            *is_heard = true;
        }
    }

    /// Stretches in which nothing was heard for longer than it may be, those that are near to each other as
    /// one.
    pub(super) fn gaps(&self) -> Vec<Range> {
        let mut gaps: Vec<Range> = Vec::new();
        let mut from = self.range.from;
        let heard = (self.range.from..).zip(&self.is_heard).filter(|(_, is_heard)| **is_heard);
        for at in heard.map(|(at, _)| at).chain([self.range.end]) {
            if at - from > self.unheard_max {
                match gaps.last_mut() {
                    Some(last) if from - last.end < APART => last.end = at,
                    _ => gaps.push(Range { from, end: at }),
                }
            }
            from = at + 1;
        }
        gaps
    }

    /// Of each window, whether it is known what was counted in it.
    pub(super) fn known(&self, range: Range) -> Vec<bool> {
        let mut last = None;
        let known = (self.range.from..).zip(&self.is_heard).map(|(at, is_heard)| {
            if *is_heard {
                last = Some(at);
            }
            (at, last.is_some_and(|last: i64| at - last <= self.unheard_max))
        });
        known.filter(|(at, _)| *at >= range.from).map(|(_, is_known)| is_known).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(windows: &[i64], end: i64, unheard_max: i64) -> Heard {
        let range = Range { from: unheard_max, end };
        let mut heard = Heard::nothing(range, unheard_max);
        windows.iter().for_each(|at| heard.hear(*at));
        heard
    }

    fn gaps(windows: &[i64], end: i64, unheard_max: i64) -> Vec<(i64, i64)> {
        let gaps = heard(windows, end, unheard_max).gaps();
        gaps.into_iter().map(|gap| (gap.from, gap.end)).collect()
    }

    #[test]
    fn gap_is_longer_than_what_may_be_unheard() {
        let windows = [0, 3, 4, 9];
        assert_eq!(gaps(&windows, 10, 4), []);
        assert_eq!(gaps(&windows, 10, 3), [(5, 9)]);
        assert_eq!(gaps(&windows, 20, 4), [(10, 20)], "nothing after the last one");
        assert_eq!(gaps(&[], 10, 4), [(0, 10)]);
        assert_eq!(gaps(&[], 10, 10), []);
        // What lies between two near ones is read with them.
        assert_eq!(gaps(&[10, 20, 600], 603, 5), [(0, 600)]);
        assert_eq!(gaps(&[10, 280, 281, 600], 603, 5), [(0, 600)]);
        let many: Vec<i64> = (10..400).collect();
        assert_eq!(gaps(&many, 610, 5), [(0, 10), (400, 610)]);
    }

    #[test]
    fn window_is_known_for_as_long_as_others_were_heard_shortly_before_it() {
        let known = heard(&[1, 4, 5], 12, 3).known(Range { from: 3, end: 12 });
        let shown: String = known.iter().map(|known| if *known { 'x' } else { '-' }).collect();
        assert_eq!(shown, "xxxxxx---");
    }
}
