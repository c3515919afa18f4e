//! Chance that can be repeated: the same seed gives the same numbers.

/// A small generator (xorshift).
pub(super) struct Dice(u64);

impl Dice {
    /// From `BAKEHOUSE_SEED`, or from the time; the seed is printed.
    pub(super) fn new() -> Self {
        let given = std::env::var("BAKEHOUSE_SEED").ok();
        let seed = given.and_then(|text| text.parse().ok()).unwrap_or_else(|| {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            u64::try_from(now.unwrap().as_micros()).unwrap()
        });
        eprintln!("BAKEHOUSE_SEED={seed}");
        Self(seed | 1)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
