//! First commit.
