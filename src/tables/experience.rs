//! Tables of what customers do and say: surveys, usage, health and the tiers made of them.

use super::column::{Column, Kind, Table, Unit};
use super::outputs::{DIMENSION, IS_FINAL, MONTH, NULL_REASON, SEGMENT};

const fn count(name: &'static str, unit: Unit, doc: &'static str) -> Column {
    Column::optional(name, Kind::Count, unit, doc)
}
const fn ratio(name: &'static str, unit: Unit, doc: &'static str) -> Column {
    Column::optional(name, Kind::Ratio, unit, doc)
}
const fn text(name: &'static str, doc: &'static str) -> Column {
    Column::optional(name, Kind::Text, Unit::None, doc)
}

pub static RESPONSES: Column =
    count("responses", Unit::Responses, "Respondents who answered in the month, each by its latest answer.").additive();
pub static PROMOTERS: Column = count("promoters", Unit::Responses, "Scores of 9 and 10.").additive();
pub static PASSIVES: Column = count("passives", Unit::Responses, "Scores between the two.").additive();
pub static DETRACTORS: Column =
    count("detractors", Unit::Responses, "Scores up to nps.detractor_max (6, the standard).").additive();
pub static NPS: Column = ratio("nps", Unit::Points, "100 x (promoters - detractors) / responses, -100 to 100.");
pub static NPS_LOWER: Column = ratio("nps_lower", Unit::Points, "Lower 95 % bound (adjusted Wald).");
pub static NPS_UPPER: Column = ratio("nps_upper", Unit::Points, "Upper 95 % bound (adjusted Wald).");
pub static SATISFIED: Column =
    count("satisfied", Unit::Responses, "Top answers: 3 of 3, 4 and 5 of 5, 6 and 7 of 7, 8 to 10 of 10.").additive();
pub static CSAT: Column = ratio("csat", Unit::Fraction, "Satisfied divided by responses.");
pub static CSAT_LOWER: Column = ratio("csat_lower", Unit::Fraction, "Lower 95 % bound (Wilson).");
pub static CSAT_UPPER: Column = ratio("csat_upper", Unit::Fraction, "Upper 95 % bound (Wilson).");
pub static MEAN_SCORE: Column =
    ratio("mean_score", Unit::Fraction, "Mean of (score - 1) / (scale - 1): 0 is the worst answer, 1 the best.");

pub static ACTIVE_DAYS_TOTAL: Column =
    count("active_days_total", Unit::Days, "Distinct days on which a customer had an event, summed over customers.")
        .additive();
pub static MONTHLY_ACTIVE_CUSTOMERS: Column =
    count("monthly_active_customers", Unit::Customers, "Customers with an event in the month.").additive();
pub static AVERAGE_DAILY_ACTIVE_CUSTOMERS: Column = ratio(
    "average_daily_active_customers",
    Unit::Customers,
    "Active days divided by the days of the month (elapsed ones while it runs).",
);
pub static ENGAGEMENT_SCORE: Column = ratio(
    "engagement_score",
    Unit::Fraction,
    "Daily over monthly active customers: active days / (days x monthly active customers).",
);
pub static WEEKLY_ACTIVE_CUSTOMERS: Column = count(
    "weekly_active_customers",
    Unit::Customers,
    "Customers with an event in the last seven elapsed days of the month.",
)
.additive();
pub static MONTHLY_ACTIVE_USERS: Column = count(
    "monthly_active_users",
    Unit::Users,
    "Users with an event in the month; one under two customers counts once.",
);
pub static AVERAGE_DAILY_ACTIVE_USERS: Column =
    ratio("average_daily_active_users", Unit::Users, "The same as for customers, over users.");
pub static USER_ENGAGEMENT_SCORE: Column =
    ratio("user_engagement_score", Unit::Fraction, "The same as for customers, over users.");

pub static HEALTH_CUSTOMER: Column = Column::required("customer_id", Kind::Text, Unit::None, "The customer.");
pub static HEALTH_SCORE: Column =
    ratio("score", Unit::Points, "Weighted mean of the components there are, 0 to 100; null below half coverage.");
pub static BAND: Column = text("band", "green (76 and more), yellow (51 and more), red, or unknown without a score.");
pub static COVERAGE: Column = ratio("coverage", Unit::Fraction, "Weight of the components there are.");
pub static USAGE_SCORE: Column = ratio(
    "usage_score",
    Unit::Points,
    "Active days: their percentile, and their trend against the three months before.",
);
pub static SURVEY_SCORE: Column =
    ratio("survey_score", Unit::Points, "Latest answers on 0-100, weighted by a half-life of 90 days.");
pub static SUPPORT_SCORE: Column =
    ratio("support_score", Unit::Points, "100 less the percentiles of tickets and of retention cost per revenue.");
pub static COMMERCIAL_SCORE: Column = ratio(
    "commercial_score",
    Unit::Points,
    "100, less 50 for a failed or refunded payment, less 50 for contraction in the last three months.",
);
pub static TENURE_SCORE: Column = ratio("tenure_score", Unit::Points, "100 x (1 - the hazard at this age).");
pub static USAGE_CONTRIBUTION: Column = ratio("usage_contribution", Unit::Points, "Part of the score that is usage.");
pub static SURVEY_CONTRIBUTION: Column =
    ratio("survey_contribution", Unit::Points, "Part of the score that is survey answers.");
pub static SUPPORT_CONTRIBUTION: Column =
    ratio("support_contribution", Unit::Points, "Part of the score that is support.");
pub static COMMERCIAL_CONTRIBUTION: Column =
    ratio("commercial_contribution", Unit::Points, "Part of the score that is commercial.");
pub static TENURE_CONTRIBUTION: Column =
    ratio("tenure_contribution", Unit::Points, "Part of the score that is tenure.");

pub static PRESENT_CUSTOMERS: Column =
    count("customers", Unit::Customers, "Customers paying at the close of the month.").additive();
pub static SCORED_CUSTOMERS: Column = count("scored_customers", Unit::Customers, "Those with a score.").additive();
pub static GREEN_CUSTOMERS: Column = count("green_customers", Unit::Customers, "Scores of 76 and more.").additive();
pub static YELLOW_CUSTOMERS: Column = count("yellow_customers", Unit::Customers, "Scores of 51 to 76.").additive();
pub static RED_CUSTOMERS: Column = count("red_customers", Unit::Customers, "Scores below 51.").additive();
pub static UNKNOWN_CUSTOMERS: Column = count("unknown_customers", Unit::Customers, "Those without a score.").additive();
pub static MEAN_HEALTH: Column = ratio("mean_score", Unit::Points, "Mean score of those who have one.");
pub static MEAN_COVERAGE: Column = ratio("mean_coverage", Unit::Fraction, "Mean coverage of all of them.");

pub static PREDICTOR: Column = Column::required(
    "predictor",
    Kind::Text,
    Unit::None,
    "health (the score), usage (active days of the month) or tenure (hazard at this age).",
);
pub static DECILE: Column =
    Column::required("decile", Kind::Count, Unit::None, "1 to 10, 10 the highest risk; 0 is everybody.");
pub static SCORED_MONTH: Column =
    Column::optional("scored_month", Kind::Month, Unit::None, "When the prediction was made: three months earlier.");
pub static TESTED_CUSTOMERS: Column =
    count("customers", Unit::Customers, "Customers who had a health score when the prediction was made.");
pub static LOST_CUSTOMERS: Column =
    count("lost_customers", Unit::Customers, "Those not paying at one at least of the three closes since.");
pub static LOST_RATE: Column = ratio("lost_rate", Unit::Fraction, "Lost divided by customers.");
pub static MEAN_RISK: Column = ratio(
    "mean_risk",
    Unit::Fraction,
    "Mean predicted loss rate: what was seen of the same decile three months earlier, or of everybody.",
);
pub static AUC: Column =
    ratio("auc", Unit::Fraction, "Chance that a lost customer was ranked riskier than a kept one.");
pub static TOP_DECILE_LIFT: Column =
    ratio("top_decile_lift", Unit::None, "Loss rate of the riskiest tenth over that of everybody.");
pub static BRIER: Column = ratio("brier", Unit::None, "Mean squared error of the predicted loss rates.");
pub static BRIER_BASE_RATE: Column =
    ratio("brier_base_rate", Unit::None, "The same for predicting the base rate for everybody.");

pub static TIER: Column = text("tier", "super_fan, core or at_risk.");
pub static ENGAGEMENT_RANK: Column = ratio("engagement_rank", Unit::Fraction, "Mid-rank of active days, 1 the most.");
pub static SPEND_RANK: Column = ratio("spend_rank", Unit::Fraction, "Mid-rank of MRR at close.");
pub static SURVEY_RANK: Column = ratio("survey_rank", Unit::Fraction, "Mid-rank of the survey component.");
pub static HEALTH_RANK: Column = ratio("health_rank", Unit::Fraction, "Mid-rank of the health score.");
pub static SUPER_FAN_CUSTOMERS: Column =
    count("super_fan_customers", Unit::Customers, "In the top third by every rank there is, at least two.").additive();
pub static CORE_CUSTOMERS: Column = count("core_customers", Unit::Customers, "Neither of the two.").additive();
pub static AT_RISK_TIER_CUSTOMERS: Column =
    count("at_risk_customers", Unit::Customers, "In the bottom third by engagement and spend, or of red health.")
        .additive();

pub static NPS_TABLE: Table = Table {
    name: "nps",
    doc: "Net promoter score.",
    grain: &[&MONTH, &DIMENSION, &SEGMENT],
    measures: &[&RESPONSES, &PROMOTERS, &PASSIVES, &DETRACTORS, &NPS, &NPS_LOWER, &NPS_UPPER, &NULL_REASON, &IS_FINAL],
};
pub static CSAT_TABLE: Table = Table {
    name: "csat",
    doc: "Customer satisfaction.",
    grain: &[&MONTH, &DIMENSION, &SEGMENT],
    measures: &[&RESPONSES, &SATISFIED, &CSAT, &CSAT_LOWER, &CSAT_UPPER, &MEAN_SCORE, &NULL_REASON, &IS_FINAL],
};
pub static ENGAGEMENT_TABLE: Table = Table {
    name: "engagement",
    doc: "Who uses the product, and how often.",
    grain: &[&MONTH, &DIMENSION, &SEGMENT],
    measures: &[
        &ACTIVE_DAYS_TOTAL,
        &MONTHLY_ACTIVE_CUSTOMERS,
        &AVERAGE_DAILY_ACTIVE_CUSTOMERS,
        &ENGAGEMENT_SCORE,
        &WEEKLY_ACTIVE_CUSTOMERS,
        &MONTHLY_ACTIVE_USERS,
        &AVERAGE_DAILY_ACTIVE_USERS,
        &USER_ENGAGEMENT_SCORE,
        &NULL_REASON,
        &IS_FINAL,
    ],
};
pub static HEALTH_TABLE: Table = Table {
    name: "health",
    doc: "How healthy every paying customer is.",
    grain: &[&MONTH, &HEALTH_CUSTOMER],
    measures: &[
        &HEALTH_SCORE,
        &BAND,
        &COVERAGE,
        &USAGE_SCORE,
        &SURVEY_SCORE,
        &SUPPORT_SCORE,
        &COMMERCIAL_SCORE,
        &TENURE_SCORE,
        &USAGE_CONTRIBUTION,
        &SURVEY_CONTRIBUTION,
        &SUPPORT_CONTRIBUTION,
        &COMMERCIAL_CONTRIBUTION,
        &TENURE_CONTRIBUTION,
        &NULL_REASON,
        &IS_FINAL,
    ],
};
pub static HEALTH_SUMMARY_TABLE: Table = Table {
    name: "health_summary",
    doc: "Health per month and segment.",
    grain: &[&MONTH, &DIMENSION, &SEGMENT],
    measures: &[
        &PRESENT_CUSTOMERS,
        &SCORED_CUSTOMERS,
        &GREEN_CUSTOMERS,
        &YELLOW_CUSTOMERS,
        &RED_CUSTOMERS,
        &UNKNOWN_CUSTOMERS,
        &MEAN_HEALTH,
        &MEAN_COVERAGE,
        &NULL_REASON,
        &IS_FINAL,
    ],
};
pub static HEALTH_BACKTEST_TABLE: Table = Table {
    name: "health_backtest",
    doc: "Whether health scores foretold who would leave within three months, beside two simpler predictors.",
    grain: &[&MONTH, &PREDICTOR, &DECILE],
    measures: &[
        &SCORED_MONTH,
        &TESTED_CUSTOMERS,
        &LOST_CUSTOMERS,
        &LOST_RATE,
        &MEAN_RISK,
        &AUC,
        &TOP_DECILE_LIFT,
        &BRIER,
        &BRIER_BASE_RATE,
        &NULL_REASON,
        &IS_FINAL,
    ],
};
pub static TIERS_TABLE: Table = Table {
    name: "tiers",
    doc: "Super fans, customers at risk, and the core between them.",
    grain: &[&MONTH, &HEALTH_CUSTOMER],
    measures: &[&TIER, &ENGAGEMENT_RANK, &SPEND_RANK, &SURVEY_RANK, &HEALTH_RANK, &IS_FINAL],
};
pub static TIERS_SUMMARY_TABLE: Table = Table {
    name: "tiers_summary",
    doc: "Tiers per month and segment.",
    grain: &[&MONTH, &DIMENSION, &SEGMENT],
    measures: &[
        &PRESENT_CUSTOMERS,
        &SUPER_FAN_CUSTOMERS,
        &CORE_CUSTOMERS,
        &AT_RISK_TIER_CUSTOMERS,
        &NULL_REASON,
        &IS_FINAL,
    ],
};
