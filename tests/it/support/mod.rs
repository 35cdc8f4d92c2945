//! What several test modules share.

pub mod publish;
pub mod python;
pub mod seaweed;
