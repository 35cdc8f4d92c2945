//! Canonical inputs -> the compact model the metrics are computed from.

/// What the metrics read.
pub struct Model {}
