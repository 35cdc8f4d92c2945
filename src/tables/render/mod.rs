//! What is made from the declarations: Polars schemas, warehouse DDL and the catalogue. Generated files are committed;
//! `tests/it/warehouse.rs` fails when they are stale.

pub mod catalogue;
pub mod ddl;
pub mod engine;
pub mod load;
pub mod polars;

use catalogue::Definition;
use engine::ENGINES;

/// Every generated file: its path under `sql/` and its text.
pub fn files(definitions: &[Definition]) -> Vec<(String, String)> {
    let mut files = vec![("README.md".to_string(), catalogue::render(definitions))];
    for engine in ENGINES {
        let directory = format!("warehouse/{}", engine.name());
        files.push((format!("{directory}/schema.sql"), ddl::schema(engine)));
        files.push((format!("{directory}/load.sql"), load::script(engine)));
    }
    files
}
