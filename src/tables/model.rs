//! Names of the columns that exist only between the inputs and the published tables.

/// A customer, as in the inputs.
pub const CUSTOMER: &str = "customer";
pub const SUBSCRIPTION: &str = "subscription";
/// Month number (`Month.0`) of a row, Int32.
pub const AT: &str = "at";
/// Month number of the first instant a customer was ever active.
pub const COHORT: &str = "cohort";
/// Instants that delimit a span, microseconds.
pub const START: &str = "start";
pub const END: &str = "end";
/// Months that contain the two instants.
pub const FROM: &str = "from";
pub const TO: &str = "to";
pub const UNIT: &str = "unit";
/// What a span weighs: its native ticks, or 1.
pub const WEIGHT: &str = "weight";
/// 0 where a span ends exactly when a month begins: it had no instant in that month.
pub const IS_ENDING_INSIDE: &str = "is_ending_inside";
pub const RETAINED: &str = "retained";
pub const THEN_CUSTOMERS: &str = "then_customers";
pub const THEN_RETAINED: &str = "then_retained";
pub const THEN_MRR: &str = "then_mrr";
pub const THEN_MRR_KEPT: &str = "then_mrr_kept";
pub const THEN_MRR_NOW: &str = "then_mrr_now";
pub const OPEN_MRR_NOW: &str = "open_mrr_now";
pub const PAYING_ANY: &str = "paying_any";
pub const PAYING_CLOSE: &str = "paying_close";
pub const PURCHASES: &str = "purchases";
pub const NET: &str = "net";
pub const MEMBERS: &str = "members";
pub const TICKS: &str = "ticks";
pub const SIGN: &str = "sign";
/// All segments of a customer at once, numbered by `Places`.
pub const PLACE: &str = "place";
pub const IS_COVERED: &str = "is_covered";
pub const INVOICED_ONLY: &str = "invoiced_only";
pub const KEY: &str = "key";
/// A user, as in the inputs.
pub const USER: &str = "user";
/// Days of a month as bits, UInt32; how many they are; whether one is among the last seven elapsed.
pub const DAYS: &str = "days";
pub const ACTIVE_DAYS: &str = "active_days";
/// Whether a user has more than one customer in the month, as far as is known.
pub const IS_SHARED: &str = "is_shared";
pub const IS_LATE: &str = "is_late";
pub const RESPONDENT: &str = "respondent";
/// A local day, Int32.
pub const DAY: &str = "day";
/// The best score of a survey's scale.
pub const SCALE: &str = "scale";
/// What an answer is worth, in 36ths of the best one.
pub const POINTS: &str = "points";
pub const TICKETS: &str = "tickets";
