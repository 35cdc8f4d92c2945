//! One test binary: every other one would link Polars again.

// A test may stop at the first thing that is wrong, and reads where its tools are from the environment.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods
)]

mod cli;
mod deny;
mod deploy;
mod filter;
mod forecast;
mod golden;
mod health;
mod job;
mod laws;
mod ledger;
mod models;
mod models_forecast;
mod models_laws;
mod models_planted;
mod models_python;
mod nasty;
mod oracle;
mod parallel;
mod past;
mod plain;
mod publish;
mod publish_failures;
mod publish_readers;
mod real_data;
mod real_data_cdnow;
mod s3;
mod sample;
mod sample_experience;
mod snapshot;
mod snapshot_bytes;
mod storage;
mod support;
mod sweep;
mod tidy;
mod truth;
mod truth_cltv;
mod twins;
mod union;
mod usage;
mod validate;
mod validate_experience;
mod verify;
mod verify_views;
mod warehouse;
