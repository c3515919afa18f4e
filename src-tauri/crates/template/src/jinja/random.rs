//! `random_ascii_string`, `uuid4` and the `random` filter, from a seed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind, State, Value};

use crate::Randomness;

const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// A stream of numbers; `None` stands still.
#[derive(Clone)]
struct Dice(Option<Arc<AtomicU64>>);

impl Dice {
    /// The next number (SplitMix64).
    fn roll(&self) -> u64 {
        let Some(state) = &self.0 else { return 0 };
        let mut mixed = state
            .fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)
            .wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&self, end: usize) -> usize {
        usize::try_from(self.roll() % (end.max(1) as u64)).unwrap_or(0)
    }
}

pub(super) fn add(env: &mut Environment<'static>, randomness: Randomness) {
    let dice = Dice(match randomness {
        Randomness::Seed(seed) => Some(Arc::new(AtomicU64::new(seed))),
        Randomness::Still => None,
    });
    let letters = dice.clone();
    env.add_function(
        "random_ascii_string",
        move |state: &State, length: usize, punctuation: Option<bool>, more: Kwargs| {
            let named: Option<bool> = more.get("punctuation")?;
            more.assert_all_used()?;
            word(
                &letters,
                state,
                length,
                punctuation.or(named).unwrap_or(false),
            )
        },
    );
    let identifiers = dice.clone();
    env.add_function("uuid4", move || identifier(&identifiers));
    env.add_filter("random", move |list: Value| -> Result<Value, Error> {
        let length = list.len().unwrap_or(0);
        let items: Vec<Value> = list.try_iter()?.collect();
        items.get(dice.below(length)).cloned().ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidOperation,
                "there is nothing to choose from",
            )
        })
    });
}

fn word(dice: &Dice, state: &State, length: usize, punctuation: bool) -> Result<String, Error> {
    state.consume_fuel(length as u64)?;
    if dice.0.is_none() {
        return Ok("x".repeat(length));
    }
    let mut corpus: Vec<char> = ('a'..='z').chain('A'..='Z').collect();
    if punctuation {
        corpus.extend(PUNCTUATION.chars());
    }
    Ok((0..length)
        .map(|_| corpus[dice.below(corpus.len())])
        .collect())
}

fn identifier(dice: &Dice) -> String {
    let (high, low) = (dice.roll(), dice.roll());
    let high = (high & 0xFFFF_FFFF_FFFF_0FFF) | 0x4000;
    let low = (low & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000;
    let hex = format!("{high:016x}{low:016x}");
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}
