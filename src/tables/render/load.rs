//! `load.sql`: the statements that bring the published Delta tables into the tables of `schema.sql`.

use super::ddl::GENERATED;
use super::engine::Engine;
use crate::tables::Table;
use crate::tables::outputs::TABLES;

/// Stands for `output.uri` of the job in the generated statements.
pub const OUTPUT_URI: &str = "s3://example-bucket/metrics";

/// Replaces the rows of every table by what is published, readers never seeing a mixture.
pub fn script(engine: Engine) -> String {
    let mut text = GENERATED.to_string();
    text += &before(engine);
    for table in TABLES {
        text += &format!("\n{}", load(engine, table));
    }
    text
}

fn before(engine: Engine) -> String {
    let place = format!("-- Put your `output.uri` in the place of {OUTPUT_URI}. Run schema.sql first.\n");
    match engine {
        Engine::DuckDb => format!(
            "{place}-- Access to S3: CREATE SECRET (TYPE s3, PROVIDER credential_chain);\n\nINSTALL delta;\nLOAD delta;\n"
        ),
        Engine::Postgres => "\
-- PostgreSQL reads no Delta tables. Write each table to a file the server can read:
--   tenure show churn --job nightly.toml --all --format csv > /var/lib/tenure/churn.csv
-- or put `\\copy` in the place of COPY to send the files from where psql runs.
"
        .to_string(),
        Engine::Snowflake => format!(
            "{place}-- Needs an external volume `tenure_volume` over that location; the catalog integration reads the Delta log.\n\n\
             CREATE CATALOG INTEGRATION IF NOT EXISTS tenure_delta\n  CATALOG_SOURCE = OBJECT_STORE\n  TABLE_FORMAT = DELTA\n  ENABLED = TRUE;\n"
        ),
        Engine::BigQuery => format!(
            "{place}-- BigQuery reads Delta tables in Cloud Storage (or S3 through BigQuery Omni) over a connection,\n\
             -- here `eu.tenure`.\n"
        ),
        Engine::Databricks => {
            format!("{place}-- The location needs an external location the cluster may read.\n")
        }
        Engine::ClickHouse => format!(
            "{place}-- Credentials come from the server's configuration, or as further arguments of deltaLake().\n"
        ),
    }
}

fn load(engine: Engine, table: &Table) -> String {
    let name = table.name;
    let columns = table.columns().map(|column| engine.quote(column.name)).collect::<Vec<_>>().join(", ");
    let uri = format!("{OUTPUT_URI}/{name}");
    match engine {
        Engine::DuckDb => format!(
            "BEGIN TRANSACTION;\n\
             DELETE FROM tenure.{name};\n\
             INSERT INTO tenure.{name} ({columns})\nSELECT {columns} FROM delta_scan('{uri}');\n\
             COMMIT;\n"
        ),
        Engine::Postgres => format!(
            "BEGIN;\n\
             DELETE FROM tenure.{name};\n\
             COPY tenure.{name} ({columns})\nFROM '/var/lib/tenure/{name}.csv' WITH (FORMAT csv, HEADER true);\n\
             COMMIT;\n"
        ),
        Engine::Snowflake => format!(
            "CREATE ICEBERG TABLE IF NOT EXISTS tenure.{name}_delta\n  EXTERNAL_VOLUME = 'tenure_volume'\n  CATALOG = 'tenure_delta'\n  BASE_LOCATION = '{name}';\n\
             ALTER ICEBERG TABLE tenure.{name}_delta REFRESH;\n\
             INSERT OVERWRITE INTO tenure.{name} ({columns})\nSELECT {columns} FROM tenure.{name}_delta;\n"
        ),
        Engine::BigQuery => format!(
            "CREATE OR REPLACE EXTERNAL TABLE tenure.{name}_delta\nWITH CONNECTION `eu.tenure`\nOPTIONS (format = 'DELTA_LAKE', uris = ['{}']);\n\
             BEGIN TRANSACTION;\n\
             DELETE FROM tenure.{name} WHERE TRUE;\n\
             INSERT INTO tenure.{name} ({columns})\nSELECT {columns} FROM tenure.{name}_delta;\n\
             COMMIT TRANSACTION;\n",
            uri.replace("s3://", "gs://")
        ),
        Engine::Databricks => {
            format!("INSERT OVERWRITE tenure.{name} ({columns})\nSELECT {columns} FROM delta.`{uri}`;\n")
        }
        Engine::ClickHouse => format!(
            "CREATE OR REPLACE TABLE tenure.{name}_next AS tenure.{name};\n\
             INSERT INTO tenure.{name}_next ({columns})\nSELECT {columns} FROM deltaLake('{uri}');\n\
             EXCHANGE TABLES tenure.{name}_next AND tenure.{name};\n\
             DROP TABLE tenure.{name}_next;\n"
        ),
    }
}
