//! Plain statistics on aggregated counts. No Polars, no I/O.
