//! Whole templates in, plans out.

mod behaviour;
