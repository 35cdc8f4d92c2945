//! The canonical inputs: what an export must offer after the job's column mapping.

/// One of the input tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input {
    Customers,
    Subscriptions,
    Invoices,
    RetentionCosts,
    FxRates,
    UsageEvents,
    Surveys,
    SupportTickets,
}

impl Input {
    pub const ALL: [Input; 8] = [
        Input::Customers,
        Input::Subscriptions,
        Input::Invoices,
        Input::RetentionCosts,
        Input::FxRates,
        Input::UsageEvents,
        Input::Surveys,
        Input::SupportTickets,
    ];

    pub fn table(self) -> &'static InputTable {
        match self {
            Input::Customers => &CUSTOMERS,
            Input::Subscriptions => &SUBSCRIPTIONS,
            Input::Invoices => &INVOICES,
            Input::RetentionCosts => &RETENTION_COSTS,
            Input::FxRates => &FX_RATES,
            Input::UsageEvents => &USAGE_EVENTS,
            Input::Surveys => &SURVEYS,
            Input::SupportTickets => &SUPPORT_TICKETS,
        }
    }
    pub fn name(self) -> &'static str {
        self.table().name
    }
}

/// What a source column may be, and what it becomes in the canonical frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// Strings or integers; String.
    Id,
    /// Strings, dictionaries, integers, booleans; String.
    Text,
    /// Date, Timestamp of any unit and zone, ISO string; Int64 microseconds since the epoch, UTC.
    Instant,
    /// The same; Int32 days since the epoch, the local day in the job's zone.
    Day,
    /// Integers, floats, decimals of any scale; Decimal(38, 8). A float is read as its shortest decimal.
    Amount,
    /// Integers; Int64.
    Integer,
}

#[derive(Debug)]
pub struct InputColumn {
    pub name: &'static str,
    pub kind: InputKind,
    /// The column must exist in the source.
    pub is_required: bool,
    /// A null is a violation where the column exists.
    pub is_key: bool,
    pub doc: &'static str,
}

const fn required(name: &'static str, kind: InputKind, doc: &'static str) -> InputColumn {
    InputColumn { name, kind, is_required: true, is_key: true, doc }
}
/// A column that must exist and may hold nulls.
const fn nullable(name: &'static str, kind: InputKind, doc: &'static str) -> InputColumn {
    InputColumn { name, kind, is_required: true, is_key: false, doc }
}
const fn optional(name: &'static str, kind: InputKind, doc: &'static str) -> InputColumn {
    InputColumn { name, kind, is_required: false, is_key: false, doc }
}

#[derive(Debug)]
pub struct InputTable {
    pub name: &'static str,
    pub doc: &'static str,
    /// One row per these.
    pub key: &'static [&'static InputColumn],
    pub columns: &'static [&'static InputColumn],
    /// Dimension columns of the job are read from this input too.
    pub has_dimensions: bool,
}

pub static CUSTOMER_ID: InputColumn = required("customer_id", InputKind::Id, "The customer.");
pub static SIGNED_UP_AT: InputColumn = optional("signed_up_at", InputKind::Instant, "When the customer signed up.");
pub static SUBSCRIPTION_ID: InputColumn = required(
    "subscription_id",
    InputKind::Id,
    "The subscription; a price or quantity change is a new row of the same id.",
);
pub static STARTED_AT: InputColumn = required("started_at", InputKind::Instant, "When the period began.");
pub static ENDED_AT: InputColumn = optional("ended_at", InputKind::Instant, "When it ended; null while it runs.");
pub static TRIAL_ENDED_AT: InputColumn =
    optional("trial_ended_at", InputKind::Instant, "When a trial became paid; payment starts then.");
pub static SNAPSHOT_DATE: InputColumn =
    required("snapshot_date", InputKind::Day, "The day at whose end the row was true (shape = \"snapshots\").");
pub static MRR: InputColumn = optional("mrr", InputKind::Amount, "Monthly recurring revenue, taken as it is.");
pub static AMOUNT: InputColumn = optional("amount", InputKind::Amount, "Price of one interval and unit.");
pub static INTERVAL: InputColumn = optional("interval", InputKind::Text, "day, week, month, quarter or year.");
pub static INTERVAL_COUNT: InputColumn =
    optional("interval_count", InputKind::Integer, "Intervals per charge; 1 if absent.");
pub static QUANTITY: InputColumn = optional("quantity", InputKind::Amount, "Units, seats; 1 if absent.");
pub static DISCOUNT: InputColumn =
    optional("discount", InputKind::Amount, "Off each charge, after quantity; 0 if absent.");
pub static CURRENCY: InputColumn =
    optional("currency", InputKind::Text, "Currency of the amount; the job's if absent.");
pub static STATUS: InputColumn = optional("status", InputKind::Text, "State at export.");
pub static PLAN: InputColumn = optional("plan", InputKind::Text, "Plan or product; the dimension that varies.");
pub static INVOICE_ID: InputColumn = required("invoice_id", InputKind::Id, "The invoice or payment.");
pub static PAID_AT: InputColumn = required("paid_at", InputKind::Instant, "When it was paid.");
pub static PAID_AMOUNT: InputColumn = required("amount", InputKind::Amount, "Amount paid; negative is a refund.");
pub static INCURRED_ON: InputColumn = required("incurred_on", InputKind::Day, "The day the cost belongs to.");
pub static CATEGORY: InputColumn = required("category", InputKind::Text, "Kind of cost; `all` is reserved.");
pub static COST_AMOUNT: InputColumn = required("amount", InputKind::Amount, "The cost; negative is a credit.");
pub static COST_CUSTOMER_ID: InputColumn =
    optional("customer_id", InputKind::Id, "The customer it was spent on, if one.");
pub static RATE_DATE: InputColumn = required("rate_date", InputKind::Day, "First day the rate holds.");
pub static RATE_CURRENCY: InputColumn = required("currency", InputKind::Text, "The foreign currency.");
pub static RATE: InputColumn = required("rate", InputKind::Amount, "Reporting units per 1 unit of it, Decimal(18,8).");
pub static OCCURRED_AT: InputColumn = required("occurred_at", InputKind::Instant, "When it happened.");
pub static USER_ID: InputColumn =
    optional("user_id", InputKind::Id, "The person; one id is one person, also under two customers.");
pub static EVENT: InputColumn =
    optional("event", InputKind::Text, "What was done; definitions.qualifying_events names those that count.");
pub static RESPONSE_ID: InputColumn = required("response_id", InputKind::Id, "The response.");
pub static RESPONDENT_ID: InputColumn =
    optional("respondent_id", InputKind::Id, "Who answered; nulls are one respondent of the customer.");
pub static ANSWERED_AT: InputColumn = required("answered_at", InputKind::Instant, "When it was answered.");
pub static SURVEY_KIND: InputColumn = required("kind", InputKind::Text, "nps or csat.");
pub static SCORE: InputColumn =
    nullable("score", InputKind::Integer, "The answer: 0-10 for nps, 1 to scale_max for csat; null is no response.");
pub static SCALE_MAX: InputColumn =
    optional("scale_max", InputKind::Integer, "The best score: 10 for nps; 3, 5, 7 or 10 for csat, 5 if absent.");
pub static TICKET_ID: InputColumn = required("ticket_id", InputKind::Id, "The ticket.");
pub static OPENED_AT: InputColumn = required("opened_at", InputKind::Instant, "When it was opened.");
pub static CLOSED_AT: InputColumn = optional("closed_at", InputKind::Instant, "When it was closed; null while open.");
pub static ESCALATED: InputColumn = optional("escalated", InputKind::Text, "Whether it was escalated.");

pub static CUSTOMERS: InputTable = InputTable {
    name: "customers",
    doc: "One row per customer, with the dimension columns.",
    key: &[&CUSTOMER_ID],
    columns: &[&CUSTOMER_ID, &SIGNED_UP_AT],
    has_dimensions: true,
};
/// The shape "periods"; "snapshots" has `snapshot_date` in the key instead of `started_at`.
pub static SUBSCRIPTIONS: InputTable = InputTable {
    name: "subscriptions",
    doc: "One row per subscription period.",
    key: &[&SUBSCRIPTION_ID, &STARTED_AT],
    columns: &[
        &SUBSCRIPTION_ID,
        &CUSTOMER_ID,
        &STARTED_AT,
        &ENDED_AT,
        &TRIAL_ENDED_AT,
        &MRR,
        &AMOUNT,
        &INTERVAL,
        &INTERVAL_COUNT,
        &QUANTITY,
        &DISCOUNT,
        &CURRENCY,
        &STATUS,
        &PLAN,
    ],
    has_dimensions: false,
};
pub static SUBSCRIPTION_SNAPSHOTS: InputTable = InputTable {
    name: "subscriptions",
    doc: "One row per subscription and snapshot date.",
    key: &[&SUBSCRIPTION_ID, &SNAPSHOT_DATE],
    columns: &[
        &SUBSCRIPTION_ID,
        &CUSTOMER_ID,
        &SNAPSHOT_DATE,
        &MRR,
        &AMOUNT,
        &INTERVAL,
        &INTERVAL_COUNT,
        &QUANTITY,
        &DISCOUNT,
        &CURRENCY,
        &STATUS,
        &PLAN,
    ],
    has_dimensions: false,
};
pub static INVOICES: InputTable = InputTable {
    name: "invoices",
    doc: "One row per payment.",
    key: &[&INVOICE_ID],
    columns: &[&INVOICE_ID, &CUSTOMER_ID, &PAID_AT, &PAID_AMOUNT, &CURRENCY, &STATUS],
    has_dimensions: false,
};
pub static RETENTION_COSTS: InputTable = InputTable {
    name: "retention_costs",
    doc: "One row per cost line.",
    key: &[],
    columns: &[&INCURRED_ON, &CATEGORY, &COST_AMOUNT, &CURRENCY, &COST_CUSTOMER_ID],
    has_dimensions: true,
};
pub static FX_RATES: InputTable = InputTable {
    name: "fx_rates",
    doc: "One row per currency and day.",
    key: &[&RATE_DATE, &RATE_CURRENCY],
    columns: &[&RATE_DATE, &RATE_CURRENCY, &RATE],
    has_dimensions: false,
};
pub static USAGE_EVENTS: InputTable = InputTable {
    name: "usage_events",
    doc: "One row per event.",
    key: &[],
    columns: &[&CUSTOMER_ID, &OCCURRED_AT, &USER_ID, &EVENT],
    has_dimensions: false,
};
pub static SURVEYS: InputTable = InputTable {
    name: "surveys",
    doc: "One row per survey response.",
    key: &[&RESPONSE_ID],
    columns: &[&RESPONSE_ID, &CUSTOMER_ID, &RESPONDENT_ID, &ANSWERED_AT, &SURVEY_KIND, &SCORE, &SCALE_MAX],
    has_dimensions: false,
};
pub static SUPPORT_TICKETS: InputTable = InputTable {
    name: "support_tickets",
    doc: "One row per ticket.",
    key: &[&TICKET_ID],
    columns: &[&TICKET_ID, &CUSTOMER_ID, &OPENED_AT, &CLOSED_AT, &ESCALATED],
    has_dimensions: false,
};

/// The kinds of surveys.
pub const NPS_KIND: &str = "nps";
pub const CSAT_KIND: &str = "csat";
/// The only scale of nps, and the scales of csat; the second is the default.
pub const NPS_SCALE: i64 = 10;
pub const CSAT_SCALES: [i64; 4] = [3, 5, 7, 10];
pub const CSAT_DEFAULT_SCALE: i64 = 5;
/// Payments of these statuses were tried and did not come.
pub const FAILED_STATUSES: [&str; 2] = ["failed", "uncollectible"];
/// Invoices of these statuses are no revenue.
pub const UNPAID_STATUSES: [&str; 5] = ["void", "failed", "draft", "open", "uncollectible"];
/// Subscriptions of this status pay only once `trial_ended_at` has passed.
pub const TRIALING: &str = "trialing";
