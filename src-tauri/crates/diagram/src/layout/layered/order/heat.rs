//! Exchanges of neighbours that now and then accept a loss: rarely at first,
//! hardly ever in the end. What single exchanges cannot reach is reached so.

use super::web::{Order, Web};

/// How many pairs are looked at in all, at least and for each pair.
const PAIRS: usize = 300_000;
/// Small graphs have more: there a single crossing counts.
const PAIRS_OF_SMALL: usize = 600_000;
const SMALL: usize = 300;
const PAIRS_OF_TINY: usize = 1_200_000;
const TINY: usize = 150;
const PAIRS_EACH: usize = 120;
/// No graph is gone over more often.
const MOST: usize = 12_000;
/// The heat at the beginning of each round, and where the cooling ends.
const HOT: [f32; 6] = [4.0, 1.5, 2.5, 1.2, 4.0, 1.5];
const COLD: f32 = 0.22;
/// A round has so many passes, so that large graphs have one and small ones all.
const ROUND: usize = 300;
/// The share of passes that cool, in hundredths; the others accept no loss.
const COOLING: usize = 92;

/// The best order found on the way.
pub(super) fn search(web: &mut Web, start: Order, sharers: usize) -> Order {
    let pairs: usize = start
        .ranks
        .iter()
        .map(|rank| rank.len().saturating_sub(1))
        .sum();
    let all = match pairs {
        _ if pairs < TINY => PAIRS_OF_TINY,
        _ if pairs < SMALL => PAIRS_OF_SMALL,
        _ => PAIRS,
    };
    let passes = (all / sharers.max(1) / pairs.max(1)).clamp(PAIRS_EACH, MOST);
    let rounds = (passes / ROUND).clamp(1, HOT.len());
    let mut best = start;
    let mut search = Search {
        ranks: Vec::new(),
        chance: 0x2545_F491,
        odds: [0; 16],
    };
    for hot in HOT.into_iter().take(rounds) {
        if best.crossings > 0 {
            search.round(web, &mut best, passes / rounds, hot);
        }
    }
    best
}

/// How likely each loss is accepted, as a part of 2^32.
#[expect(clippy::cast_precision_loss, reason = "only a share is needed")]
#[expect(clippy::cast_possible_truncation, reason = "a share of 2^32")]
#[expect(clippy::cast_sign_loss, reason = "exponentials are positive")]
fn odds(pass: usize, passes: usize, hot: f32) -> [u32; 16] {
    let cooling = (passes * COOLING / 100).max(1);
    let mut odds = [0; 16];
    odds[0] = 1 << 31;
    if pass < cooling {
        let heat = hot * (COLD / hot).powf(pass as f32 / cooling as f32);
        for (loss, odds) in odds.iter_mut().enumerate().skip(1) {
            *odds = ((-(loss as f32) / heat).exp() * 4_294_967_000.0) as u32;
        }
    }
    odds
}

struct Search {
    ranks: Vec<Vec<usize>>,
    chance: u32,
    odds: [u32; 16],
}

impl Search {
    /// Heats the best order up and cools it down again.
    fn round(&mut self, web: &mut Web, best: &mut Order, passes: usize, hot: f32) {
        self.ranks.clone_from(&best.ranks);
        web.note(&self.ranks);
        let mut least = i64::try_from(best.crossings).unwrap_or(i64::MAX);
        let mut now = least;
        for pass in 0..passes {
            self.odds = odds(pass, passes, hot);
            now -= self.pass(web, pass.is_multiple_of(2));
            if now < least {
                least = now;
                best.ranks.clone_from(&self.ranks);
            }
            if now == 0 {
                break;
            }
        }
        best.crossings = u64::try_from(least).unwrap_or(0);
    }

    /// Goes over all neighbours once; what was gained.
    fn pass(&mut self, web: &mut Web, forth: bool) -> i64 {
        let mut gained = 0;
        for number in 1..self.ranks.len() - 1 {
            let mut rank = std::mem::take(&mut self.ranks[number]);
            for step in 1..rank.len() {
                let at = if forth { step } else { rank.len() - step };
                gained += self.pair(web, &mut rank, at);
            }
            self.ranks[number] = rank;
        }
        gained
    }

    fn pair(&mut self, web: &mut Web, rank: &mut [usize], at: usize) -> i64 {
        let (upper, lower) = (rank[at - 1], rank[at]);
        let gain = web.gain(upper, lower);
        if gain > 0 || self.accepts(gain) {
            web.swap(upper, lower);
            rank.swap(at - 1, at);
            return i64::from(gain);
        }
        0
    }

    fn accepts(&mut self, gain: i32) -> bool {
        let loss = usize::try_from(-gain).unwrap_or(usize::MAX);
        let odds = self.odds.get(loss).copied().unwrap_or(0);
        if odds == 0 {
            return false;
        }
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 17;
        self.chance ^= self.chance << 5;
        self.chance < odds
    }
}
