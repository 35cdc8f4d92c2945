//! A frame that cannot be built is an error of the run, not a frame without rows.

use polars::prelude::*;
use tenure::execute::collect_all;
use tenure::metrics::rows::{Row, frame};
use tenure::normalise::union::{frame_of, union};
use tenure::tables::outputs::{CHURN_TABLE, MONTH, OPENING_CUSTOMERS, OPENING_MRR};

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

#[test]
fn a_cell_of_no_column_or_of_another_kind_is_no_null() {
    let row = || Row::new().with(&MONTH, tenure::month::Month::new(2026, 1));
    assert_eq!(collect_all(vec![frame(&CHURN_TABLE, vec![row().with(&OPENING_CUSTOMERS, 3)])]).unwrap()[0].height(), 1);
    for (wrong, says) in [
        (row().with(&OPENING_CUSTOMERS, "three"), "`opening_customers` of `churn` cannot be Text"),
        (row().with(&OPENING_MRR, 3), "`opening_mrr` of `churn` cannot be Int"),
    ] {
        let error = collect_all(vec![frame(&CHURN_TABLE, vec![row(), wrong])]).unwrap_err();
        assert!(error.exit_code() == 70 && error.to_string().contains(says), "{error}");
    }
}
