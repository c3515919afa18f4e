//! Whole texts in, values and messages out.

mod bench;
mod cases;
mod fields;
mod held;
mod hostile;
mod messages;
mod partial;
mod properties;
mod recorded;
mod shapes;
