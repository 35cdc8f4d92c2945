//! The stages of a run, in order, and nothing else.
