//! Which results of earlier bakes a task may use.

use crate::config::{CacheConfig, CacheStrategy, Seconds};
use crate::eval::Evaluator;
use crate::tree::{Block, FieldValue};

/// 14 days: no result may be older.
const LONGEST: i64 = 1_209_600;

impl CacheConfig {
    /// What holds where nothing is said.
    #[must_use]
    pub fn base() -> Self {
        Self {
            strategy: CacheStrategy::Default,
            life_span: Seconds::Whole(LONGEST),
        }
    }

    /// What holds for calls whose results are never used again: nothing that is said elsewhere.
    #[must_use]
    pub fn never() -> Self {
        Self {
            strategy: CacheStrategy::None,
            ..Self::base()
        }
    }

    /// What holds after one more block `cache`.
    pub(super) fn refined(self, evaluator: &mut Evaluator<'_, '_>, block: Option<&Block>) -> Self {
        let Some(block) = block else { return self };
        let strategy = match block.get("strategy") {
            Some(FieldValue::Word(word)) if word == "none" => CacheStrategy::None,
            Some(FieldValue::Word(word)) if word == "default" => CacheStrategy::Default,
            _ => self.strategy,
        };
        let own = evaluator.seconds(block, "life_span");
        let life_span = match own {
            Some(own) if own < self.life_span.value() => Seconds::Real(own),
            _ => self.life_span,
        };
        Self {
            strategy,
            life_span,
        }
    }
}
