//! Building lazy frames whose errors surface where every other does: at the collect, never as an empty frame.

use polars::prelude::*;

/// A frame that fails when it is collected, with this error in the message.
pub fn failed(error: &PolarsError) -> LazyFrame {
    LazyFrame::default().select([col(format!("no frame could be built: {error}"))])
}

/// The rows of all frames, which have the same schema; at least one.
pub fn union(frames: Vec<LazyFrame>) -> LazyFrame {
    concat(frames, UnionArgs::default()).unwrap_or_else(|error| failed(&error))
}

/// A lazy frame of columns of this height.
pub fn frame_of(height: usize, columns: Vec<Column>) -> LazyFrame {
    DataFrame::new(height, columns).map_or_else(|error| failed(&error), IntoLazy::lazy)
}

/// The rows of frames that have the same columns one after the other, without a copy; at least one.
pub fn stacked(frames: Vec<DataFrame>) -> PolarsResult<DataFrame> {
    let mut frames = frames.into_iter();
    let first = frames.next().unwrap_or_default();
    frames.try_fold(first, |mut all, next| {
        all.vstack_mut_owned(next)?;
        Ok(all)
    })
}
