//! A seeded generator of realistic snapshots with known truth.
