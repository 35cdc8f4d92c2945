//! tenure: Parquet snapshots of a subscription business in, published monthly numbers out.
//!
//! Data flows one way: job -> snapshot -> validate -> normalise -> metrics -> execute -> publish.
//! See ARCHITECTURE.md for the map and the invariants that `tests/it/tidy.rs` holds.

pub mod cli;
pub mod error;
pub mod execute;
pub mod ids;
pub mod job;
pub mod metrics;
pub mod models;
pub mod money;
pub mod month;
pub mod normalise;
pub mod parallel;
pub mod pipeline;
pub mod proofs;
pub mod publish;
pub mod sample;
pub mod snapshot;
pub mod storage;
pub mod tables;
pub mod validate;
pub mod verify;
pub mod violation;

/// Makes Cargo build again for another checkout: .cargo/config.toml says why.
const _: Option<&str> = option_env!("TENURE_CHECKOUT");
