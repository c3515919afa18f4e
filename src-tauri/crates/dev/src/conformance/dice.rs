//! Chance that comes out the same for the same seed.

/// A source of chance.
pub(crate) struct Dice {
    state: u64,
    /// How often it is thrown for one of a list: more throws, more of what is usual.
    throws: usize,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            state: seed,
            throws: 3,
        }
    }

    /// Decides whether what follows is mostly usual: then whole projects hold together.
    pub(crate) fn settle(&mut self) {
        self.throws = if self.chance(60) { 9 } else { 3 };
    }

    /// Whether what is made is mostly usual.
    pub(crate) fn careful(&self) -> bool {
        self.throws > 3
    }

    /// A number below a limit above zero.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(mixed % limit).unwrap_or(0)
    }

    /// True this many times in a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of a list that is not empty, mostly one of the first.
    pub(crate) fn early<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let throws = (0..self.throws).map(|_| self.below(list.len()));
        list[throws.min().unwrap_or(0)]
    }

    /// One of a list that is not empty.
    pub(crate) fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}
