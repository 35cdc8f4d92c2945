//! A frame that cannot be built is an error of the run, not a frame without rows.

use polars::prelude::*;
use tenure::execute::collect_all;
use tenure::normalise::union::{frame_of, union};

#[test]
fn a_frame_that_cannot_be_built_fails_when_collected() {
    let column = |rows: i64| Column::new("x".into(), (0..rows).collect::<Vec<_>>());
    assert_eq!(collect_all(vec![frame_of(2, vec![column(2)])]).unwrap()[0].height(), 2);
    for broken in [union(vec![]), frame_of(2, vec![column(2), column(2)])] {
        let error = collect_all(vec![broken]).unwrap_err();
        assert_eq!(error.exit_code(), 70, "{error}");
        assert!(error.to_string().contains("no frame could be built"), "{error}");
    }
}
