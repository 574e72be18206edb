//! Every published table and column: name, type, unit, meaning. Nothing else spells a column name.
//!
//! Each table is a module: `customers::RECENCY_DAYS` is the column's name, `customers::TABLE` the whole
//! declaration. The declarations are what `moshtari schema` prints, what Parquet metadata carries and
//! what stages meet through.

/// Version of the published tables; raised when a column changes its name, type or meaning.
pub const SCHEMA_VERSION: &str = "1";

/// Type of a stored value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// List of UTF-8 texts.
    TextList,
    /// 64-bit float; never NaN or infinite.
    F64,
    /// Unsigned 8-bit integer.
    U8,
    /// Unsigned 16-bit integer.
    U16,
    /// Unsigned 32-bit integer.
    U32,
    /// Unsigned 64-bit integer.
    U64,
    /// Signed 32-bit integer.
    I32,
    /// True or false.
    Bool,
    /// Microseconds since 1970-01-01 00:00 UTC.
    Timestamp,
}

impl Kind {
    /// The name shown by `moshtari schema`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "utf8",
            Self::TextList => "list<utf8>",
            Self::F64 => "f64",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::I32 => "i32",
            Self::Bool => "bool",
            Self::Timestamp => "timestamp[us, UTC]",
        }
    }
}

/// One column of a published table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name as stored.
    pub name: &'static str,
    /// Type as stored.
    pub kind: Kind,
    /// Unit, or empty where there is none. `money` is the currency of the export.
    pub unit: &'static str,
    /// What the value says, in one sentence.
    pub meaning: &'static str,
}

/// One published table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// File name without `.parquet`.
    pub name: &'static str,
    /// What a row is.
    pub row: &'static str,
    /// Columns in stored order.
    pub columns: &'static [Column],
}

impl Table {
    /// The declaration of a column, if the table has it.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|c| c.name == name)
    }
}

macro_rules! tables {
    ($($(#[$doc:meta])* $table:ident = $row:literal { $($konst:ident $name:literal $kind:ident $unit:literal $meaning:literal;)* })*) => {
        $(
            $(#[$doc])*
            pub mod $table {
                use super::{Column, Kind, Table};
                $(#[doc = $meaning] pub const $konst: &str = $name;)*
                /// The whole declaration.
                pub const TABLE: Table = Table {
                    name: stringify!($table),
                    row: $row,
                    columns: &[$(Column { name: $name, kind: Kind::$kind, unit: $unit, meaning: $meaning }),*],
                };
            }
        )*
        /// Every published table, in the order of the result folder.
        pub const TABLES: &[Table] = &[$($table::TABLE),*];
    };
}

tables! {
    /// One row per customer.
    customers = "one customer, every measure and label" {
        CUSTOMER_ID "customer_id" Text "" "the customer, as the export names it (outer blanks removed)";
        FIRST_ORDER_AT "first_order_at" Timestamp "" "time of the first counting order";
        LAST_ORDER_AT "last_order_at" Timestamp "" "time of the last counting order";
        ORDER_COUNT "order_count" U32 "orders" "orders that count: not cancelled, not wholly taken back, with a line of positive quantity";
        ACTIVE_DAYS "active_days" U32 "days" "distinct calendar days with a counting order";
        QUANTITY_TOTAL "quantity_total" F64 "items" "quantity of all accepted rows, returns subtracted";
        SPEND_TOTAL "spend_total" F64 "money" "money of all accepted rows, returns and cancellations subtracted";
        SPEND_MEAN "spend_mean" F64 "money per order" "`spend_total` per counting order";
        RETURN_COUNT "return_count" U32 "rows" "accepted rows that take something back";
        RETURN_TOTAL "return_total" F64 "money" "money given back, zero or more";
        MARGIN_TOTAL "margin_total" F64 "money" "`spend_total` less known costs; null when costs are unknown on more than 5 % of the rows";
        RECENCY_DAYS "recency_days" I32 "days" "calendar days from the last counting order to the as-of day";
        FREQUENCY "frequency" U32 "orders" "counting orders within the RFM window";
        MONETARY "monetary" F64 "money" "money within the RFM window, on the configured basis";
        R_SCORE "r_score" U8 "" "recency score, high is recent";
        F_SCORE "f_score" U8 "" "frequency score, high is frequent";
        M_SCORE "m_score" U8 "" "monetary score, high is much";
        RFM_CELL "rfm_cell" Text "" "the three scores as one text, recency first";
        RFM_SCORE "rfm_score" F64 "" "weighted mean of the three scores";
        RFM_SEGMENT "rfm_segment" Text "" "named region of the score cube";
        SATISFACTION_SCORE "satisfaction_score" F64 "0 to 1" "faded, age-weighted satisfaction";
        SATISFACTION_LEVEL "satisfaction_level" Text "" "angry, dissatisfied, satisfied, happy or delighted";
        SATISFACTION_POINTS "satisfaction_points" F64 "points" "points of the level";
        SATISFACTION_ANSWERS "satisfaction_answers" U32 "responses" "responses used";
        SATISFACTION_ANSWERED_AT "satisfaction_answered_at" Timestamp "" "newest response used";
        NPS_GROUP "nps_group" Text "" "promoter, passive or detractor by the newest recommend answer on a 0 to 10 scale";
        LOYALTY_INDEX "loyalty_index" F64 "0 to 1" "behaviour and, where asked, attitude";
        QUADRANT "quadrant" Text "" "advocate, hostage, mercenary or dangerous";
        QUADRANT_MARGIN "quadrant_margin" F64 "0 to 1" "distance to the nearer cut";
        CLUSTER_ID "cluster_id" U16 "" "k-means cluster, 1 is the most valuable";
        CLUSTER_NAME "cluster_name" Text "" "the cluster's profile in words";
        CLUSTER_DISTANCE "cluster_distance" F64 "scaled units" "Euclidean distance to the cluster's centre in the scaled feature space";
        RFM_WHY "rfm_why" Text "" "values, thresholds and rule behind the RFM labels";
        SATISFACTION_WHY "satisfaction_why" Text "" "answers and rule behind the satisfaction level, or why there is none";
        QUADRANT_WHY "quadrant_why" Text "" "values, cuts and rule behind the quadrant, or why there is none";
        CLUSTER_WHY "cluster_why" Text "" "what sets the customer's cluster apart, or why there is none";
    }
    /// Bounds of each RFM score.
    rfm_thresholds = "one score of one dimension" {
        DIMENSION "dimension" Text "" "`recency_days`, `frequency` or `monetary`";
        SCORE "score" U8 "" "the score, high is good";
        LOWER "lower" F64 "unit of the dimension" "smallest value that got the score; null when nobody did";
        UPPER "upper" F64 "unit of the dimension" "largest value that got the score; null when nobody did";
        CUSTOMERS "customers" U32 "customers" "customers with the score";
    }
    /// Profile of each RFM segment.
    rfm_segments = "one RFM segment" {
        NAME "name" Text "" "the segment; null is the customers without one";
        CUSTOMERS "customers" U32 "customers" "customers in the group";
        CUSTOMERS_SHARE "customers_share" F64 "0 to 1" "share of all customers";
        ORDERS "orders" U64 "orders" "counting orders of the group";
        SPEND_TOTAL "spend_total" F64 "money" "spend of the group";
        SPEND_SHARE "spend_share" F64 "" "share of all spend";
        RECENCY_DAYS_MEAN "recency_days_mean" F64 "days" "mean recency where known";
        FREQUENCY_MEAN "frequency_mean" F64 "orders" "mean frequency where known";
        MONETARY_MEAN "monetary_mean" F64 "money" "mean monetary value where known";
        SATISFACTION_MEAN "satisfaction_mean" F64 "0 to 1" "mean satisfaction score where known";
        SATISFACTION_KNOWN "satisfaction_known" U32 "customers" "customers with a satisfaction score";
    }
    /// Profile of each quadrant.
    quadrants = "one quadrant of loyalty against satisfaction" {
        NAME "name" Text "" "the quadrant; null is the customers without one";
        CUSTOMERS "customers" U32 "customers" "customers in the group";
        CUSTOMERS_SHARE "customers_share" F64 "0 to 1" "share of all customers";
        ORDERS "orders" U64 "orders" "counting orders of the group";
        SPEND_TOTAL "spend_total" F64 "money" "spend of the group";
        SPEND_SHARE "spend_share" F64 "" "share of all spend";
        RECENCY_DAYS_MEAN "recency_days_mean" F64 "days" "mean recency where known";
        FREQUENCY_MEAN "frequency_mean" F64 "orders" "mean frequency where known";
        MONETARY_MEAN "monetary_mean" F64 "money" "mean monetary value where known";
        SATISFACTION_MEAN "satisfaction_mean" F64 "0 to 1" "mean satisfaction score where known";
        SATISFACTION_KNOWN "satisfaction_known" U32 "customers" "customers with a satisfaction score";
        LOYALTY_MEAN "loyalty_mean" F64 "0 to 1" "mean loyalty index where known";
        LOYALTY_CUT "loyalty_cut" F64 "0 to 1" "the cut on the loyalty index in force";
        SATISFACTION_CUT "satisfaction_cut" F64 "0 to 1" "the cut on the satisfaction score in force";
    }
    /// Profile and centre of each cluster; one `centre_<feature>` column per feature follows.
    clusters = "one k-means cluster" {
        CLUSTER_ID "cluster_id" U16 "" "the cluster, 1 is the most valuable; null is the customers without one";
        CLUSTER_NAME "cluster_name" Text "" "the cluster's profile in words";
        NAME "name" Text "" "the same as `cluster_name`, under the name all profiles share";
        CUSTOMERS "customers" U32 "customers" "customers in the group";
        CUSTOMERS_SHARE "customers_share" F64 "0 to 1" "share of all customers";
        ORDERS "orders" U64 "orders" "counting orders of the group";
        SPEND_TOTAL "spend_total" F64 "money" "spend of the group";
        SPEND_SHARE "spend_share" F64 "" "share of all spend";
        RECENCY_DAYS_MEAN "recency_days_mean" F64 "days" "mean recency where known";
        FREQUENCY_MEAN "frequency_mean" F64 "orders" "mean frequency where known";
        MONETARY_MEAN "monetary_mean" F64 "money" "mean monetary value where known";
        SATISFACTION_MEAN "satisfaction_mean" F64 "0 to 1" "mean satisfaction score where known";
        SATISFACTION_KNOWN "satisfaction_known" U32 "customers" "customers with a satisfaction score";
    }
    /// Quality of the clustering for each k tried.
    cluster_quality = "one number of clusters tried" {
        K "k" U16 "clusters" "number of clusters";
        INERTIA "inertia" F64 "scaled units squared" "sum of squared distances to the nearest centre";
        SIMPLIFIED_SILHOUETTE "simplified_silhouette" F64 "-1 to 1" "mean silhouette against centres";
        CALINSKI_HARABASZ "calinski_harabasz" F64 "" "between- to within-cluster variance ratio";
        DAVIES_BOULDIN "davies_bouldin" F64 "" "mean worst ratio of spread to separation, low is good";
        SMALLEST_SHARE "smallest_share" F64 "0 to 1" "share of the smallest cluster";
        CHOSEN "chosen" Bool "" "true for the k in force";
    }
    /// Satisfaction indices.
    satisfaction = "one measure of one group" {
        SURVEY "survey" Text "" "the survey, by its name in the configuration";
        DIMENSION "dimension" Text "" "the dimension measured, or overall";
        GROUP_BY "group_by" Text "" "what the groups are: `all`, `rfm_segment`, `quadrant`, ...";
        GROUP "group" Text "" "the group";
        MEASURE "measure" Text "" "what the value is: `mean`, `share_angry`, ..., `nps`";
        N "n" U32 "answers" "answers behind the value";
        VALUE "value" F64 "unit of the measure" "the figure; null when there are too few answers";
        LOW "low" F64 "unit of the measure" "lower end of the 95 % interval";
        HIGH "high" F64 "unit of the measure" "upper end of the 95 % interval";
        NOTE "note" Text "" "what to know before using the figure";
    }
    /// Rows kept out of the figures.
    rejects = "one row of an export that was set aside" {
        FILE "file" Text "" "the file, as configured";
        ROW "row" U64 "" "record number in the file, the first data record is 1";
        LINE "line" U64 "" "line number in the file, the first line is 1; null where the format has none";
        REASON "reason" Text "" "why it was set aside";
        COLUMN "column" Text "" "the column at fault, as the file names it";
        VALUE "value" Text "" "the value at fault";
        RAW "raw" Text "" "the whole row as read";
    }
    /// Members of one label, ready for campaign tools.
    segment_members = "one customer of a segment file" {
        CUSTOMER_ID "customer_id" Text "" "the customer";
        LABEL "label" Text "" "the label that put the customer into this file";
        SPEND_TOTAL "spend_total" F64 "money" "money of all accepted rows, returns and cancellations subtracted";
        LAST_ORDER_AT "last_order_at" Timestamp "" "time of the last counting order";
    }
}

/// Prefix of the per-feature columns of `clusters`: the centre in original units.
pub const CENTRE_PREFIX: &str = "centre_";

/// Why a row was set aside. The identifiers are part of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// No customer id.
    MissingCustomer,
    /// An order id column is mapped and empty in this row.
    MissingOrder,
    /// A time that does not fit the column's format, or does not exist.
    BadTimestamp,
    /// A number that cannot be read, or is absent where one is needed.
    BadNumber,
    /// Bytes that are not text in the file's encoding.
    BadEncoding,
    /// More or fewer fields than the header, or a quote that never closes.
    WrongFieldCount,
    /// Later than the moment the run looks from.
    AfterAsOf,
    /// The same row was read before, and duplicates are dropped.
    Duplicate,
    /// A `skip_when` rule matched.
    SkippedByRule,
    /// An answer outside its declared scale or label set.
    OutOfScale,
    /// A customer that no accepted transaction names.
    UnknownCustomer,
    /// An order that the joined file or the transactions do not have.
    UnknownOrder,
}

impl Reason {
    /// Every reason, in the order of the contract.
    pub const ALL: [Self; 12] = [
        Self::MissingCustomer,
        Self::MissingOrder,
        Self::BadTimestamp,
        Self::BadNumber,
        Self::BadEncoding,
        Self::WrongFieldCount,
        Self::AfterAsOf,
        Self::Duplicate,
        Self::SkippedByRule,
        Self::OutOfScale,
        Self::UnknownCustomer,
        Self::UnknownOrder,
    ];

    /// The stored identifier.
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingCustomer => "missing_customer",
            Self::MissingOrder => "missing_order",
            Self::BadTimestamp => "bad_timestamp",
            Self::BadNumber => "bad_number",
            Self::BadEncoding => "bad_encoding",
            Self::WrongFieldCount => "wrong_field_count",
            Self::AfterAsOf => "after_as_of",
            Self::Duplicate => "duplicate",
            Self::SkippedByRule => "skipped_by_rule",
            Self::OutOfScale => "out_of_scale",
            Self::UnknownCustomer => "unknown_customer",
            Self::UnknownOrder => "unknown_order",
        }
    }
}

/// What a survey item asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How satisfied the customer is.
    Satisfaction,
    /// Whether they would recommend the company.
    Recommend,
    /// Whether they would buy again.
    Repurchase,
    /// How easy the company made it; high is easy.
    Effort,
    /// What was expected; one half of a gap.
    Expectation,
    /// What was received; the other half.
    Perception,
}

/// Columns of the answers table that ingest hands to the survey stages; it is not published.
/// One row per answered item, in order of file and row.
pub mod answers {
    /// Row of the customer in the customers table (`u32`); null when the response is anonymous.
    pub const CUSTOMER: &str = "customer";
    /// Index of the survey in the configuration (`u16`).
    pub const SURVEY: &str = "survey";
    /// Number of the response (`u32`), counted over all surveys; answers of one response share it.
    pub const RESPONSE: &str = "response";
    /// When it was answered (timestamp, µs UTC); null when the export has no time.
    pub const ANSWERED_AT: &str = "answered_at";
    /// Age in whole calendar days at the as-of day (`i32`), 0 = as-of day; null without a time.
    pub const AGE_DAYS: &str = "age_days";
    /// Index of the item within its survey (`u16`); the survey's facts follow its items.
    pub const ITEM: &str = "item";
    /// The answer on its own scale (`f64`).
    pub const VALUE: &str = "value";
    /// The answer mapped to 0..1, reversed where the item is (`f64`); of a fact the value itself.
    pub const UNIT: &str = "unit";
}
