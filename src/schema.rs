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

impl Column {
    /// The column names a group that the customer belongs to, as opposed to who they are, why, or what they were.
    pub fn is_label(&self) -> bool {
        let is_other = self.name.ends_with("_why") || self.name.ends_with("_id");
        self.kind == Kind::Text && !is_other && !self.name.starts_with("previous_")
    }
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
        SATISFACTION_EFFECTIVE "satisfaction_effective" F64 "responses" "responses of equal weight that would say as much";
        SATISFACTION_CONFIDENCE "satisfaction_confidence" F64 "0 to 1" "how sure the score is: grows with the responses used, falls with their age; one of today gives 0.5";
        SATISFACTION_ANSWERED_AT "satisfaction_answered_at" Timestamp "" "newest response used";
        NPS_GROUP "nps_group" Text "" "promoter, passive or detractor by the newest recommend answer on a 0 to 10 scale";
        COMPLAINT_COUNT "complaint_count" U32 "complaints" "complaints opened";
        OPEN_COMPLAINT_COUNT "open_complaint_count" U32 "complaints" "complaints not resolved at the as-of moment";
        REOPENED_COMPLAINT_COUNT "reopened_complaint_count" U32 "complaints" "open complaints that were opened again";
        RESOLUTION_DAYS_MEAN "resolution_days_mean" F64 "days" "mean time to resolution of the resolved complaints, hours / 24";
        LAST_COMPLAINT_AT "last_complaint_at" Timestamp "" "time of the newest complaint";
        OPEN_COMPLAINT_SINCE "open_complaint_since" Timestamp "" "time of the oldest open complaint";
        OPEN_COMPLAINT_HOURS "open_complaint_hours" F64 "hours" "age of the oldest open complaint";
        LOYALTY_INDEX "loyalty_index" F64 "0 to 1" "behaviour and, where asked, attitude";
        LOYALTY_BEHAVIOUR "loyalty_behaviour" F64 "0 to 1" "weighted mean of the three RFM scores, the lowest score as 0";
        LOYALTY_ATTITUDE "loyalty_attitude" F64 "0 to 1" "faded mean of the recommend and repurchase answers; null where not asked";
        QUADRANT "quadrant" Text "" "advocate, hostage, mercenary or dangerous";
        QUADRANT_MARGIN "quadrant_margin" F64 "0 to 1" "distance to the nearer cut";
        QUADRANT_EXTREME "quadrant_extreme" Text "" "apostle: loudest of the advocates; opponent: warns others off; null: in neither corner";
        CLUSTER_ID "cluster_id" U16 "" "k-means cluster; a group keeps its number from night to night, on the first 1 is the most valuable";
        CLUSTER_NAME "cluster_name" Text "" "the cluster's profile in words";
        CLUSTER_DISTANCE "cluster_distance" F64 "scaled units" "Euclidean distance to the cluster's centre in the scaled feature space";
        TIER "tier" Text "" "key, growing or other";
        PREVIOUS_R_SCORE "previous_r_score" U8 "" "recency score in the previous result; null without one, or when its rules were others";
        PREVIOUS_SATISFACTION_LEVEL "previous_satisfaction_level" Text "" "satisfaction level in the previous result, likewise";
        PREVIOUS_QUADRANT "previous_quadrant" Text "" "quadrant in the previous result, likewise";
        PREVIOUS_TIER "previous_tier" Text "" "tier in the previous result, likewise";
        WATCH "watch" TextList "" "reasons to call the customer tonight, the gravest first; null without any";
        RFM_WHY "rfm_why" Text "" "scores, thresholds and rule behind the RFM labels; the values are `recency_days`, `frequency` and `monetary`";
        SATISFACTION_WHY "satisfaction_why" Text "" "answers and rule behind the satisfaction level, or why there is none";
        COMPLAINT_WHY "complaint_why" Text "" "complaints and how they stand, or why nothing is known";
        QUADRANT_WHY "quadrant_why" Text "" "values, cuts and rule behind the quadrant, or why there is none";
        CLUSTER_WHY "cluster_why" Text "" "what sets the customer's cluster apart, or why there is none";
        TIER_WHY "tier_why" Text "" "values and rule behind the tier, or why there is none";
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
        EXTREME "extreme" U32 "customers" "customers in the outermost corner: apostles or opponents";
        COMPLAINTS "complaints" U64 "complaints" "complaints of the group; null where none could be counted";
        MOVED_IN "moved_in" U32 "customers" "customers who came from another quadrant since the previous result; null without one";
        MOVED_OUT "moved_out" U32 "customers" "customers who left for another quadrant since the previous result; null without one";
    }
    /// Profile and centre of each cluster; one `centre_<feature>` column per feature follows.
    clusters = "one k-means cluster" {
        CLUSTER_ID "cluster_id" U16 "" "the cluster, which keeps its number from night to night; null is the customers without one";
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
    /// What each customer answered, and what it counts for.
    responses = "one response of a customer" {
        CUSTOMER_ID "customer_id" Text "" "the customer";
        SURVEY "survey" Text "" "the survey, by its name in the configuration";
        ANSWERED_AT "answered_at" Timestamp "" "time of the answer; null where the export has none";
        AGE_DAYS "age_days" U32 "days" "days from the answer to the as-of day";
        SATISFACTION "satisfaction" F64 "0 to 1" "satisfaction as answered, stated or from a gap; null when less than half of its items are answered";
        ATTITUDE "attitude" F64 "0 to 1" "mean of the recommend and repurchase answers; null where not asked";
        WEIGHT "weight" F64 "0 to 1" "weight against an answer of today: 2^(-age/half-life); 0 when too old to count";
        FADED "faded" F64 "0 to 1" "what the satisfaction still says at its age; `satisfaction_score` is the mean of these by weight";
    }
    /// Satisfaction indices.
    satisfaction = "one measure of one group" {
        SURVEY "survey" Text "" "the survey, by its name in the configuration";
        DIMENSION "dimension" Text "" "the dimension measured, or overall";
        GROUP_BY "group_by" Text "" "what the groups are: `all`, `period`, `rfm_segment`, `quadrant`, ...";
        GROUP "group" Text "" "the group";
        MEASURE "measure" Text "" "what the value is: `mean`, `share_angry`, ..., `csat_top_two`, `csat_mean`, `nps`, `ces_mean`, `gap`, `gap_weighted`, `share_below`, ..., `alpha`, ...";
        N "n" U32 "answers" "answers behind the value";
        VALUE "value" F64 "unit of the measure" "the figure; null when there are too few answers";
        LOW "low" F64 "unit of the measure" "lower end of the 95 % interval";
        HIGH "high" F64 "unit of the measure" "upper end of the 95 % interval";
        NOTE "note" Text "" "what to know before using the figure";
    }
    /// What drives satisfaction, recommending and buying again.
    drivers = "one driver of one outcome" {
        SURVEY "survey" Text "" "the survey, by its name in the configuration";
        OUTCOME "outcome" Text "" "what is explained: `satisfaction`, `recommend`, `repurchase`, or a question or dimension";
        DRIVER "driver" Text "" "what may explain it: a dimension, a question or a fact of the order";
        KIND "kind" Text "" "`dimension`, `question` or `fact`";
        N "n" U32 "responses" "responses with the outcome and every driver";
        CORRELATION "correlation" F64 "-1 to 1" "Pearson's r with the outcome";
        CORRELATION_LOW "correlation_low" F64 "-1 to 1" "lower end of its 95 % interval";
        CORRELATION_HIGH "correlation_high" F64 "-1 to 1" "upper end of its 95 % interval";
        SPEARMAN "spearman" F64 "-1 to 1" "Spearman's rank correlation with the outcome";
        KENDALL "kendall" F64 "-1 to 1" "Kendall's tau-b with the outcome";
        BETA "beta" F64 "" "standardised regression coefficient";
        WEIGHT "weight" F64 "0 to 1" "part of `r_squared` that is due to the driver; the weights of an outcome add up to it";
        SHARE "share" F64 "0 to 1" "part of what all drivers explain together";
        SHARE_LOW "share_low" F64 "0 to 1" "lower end of the share's 95 % bootstrap interval";
        SHARE_HIGH "share_high" F64 "0 to 1" "upper end of the share's 95 % bootstrap interval";
        PERFORMANCE "performance" F64 "0 to 100" "mean answer, 100 is the best; null for facts";
        MEAN "mean" F64 "0 to 1, or unit of the fact" "mean of the driver";
        FIELD "field" Text "" "importance against performance: `concentrate_here`, `keep_up`, `low_priority` or `possible_overkill`";
        VIF "vif" F64 "" "variance inflation: above 5 the driver's own part is hard to tell from that of others";
        R_SQUARED "r_squared" F64 "0 to 1" "part of the outcome's variance that all drivers explain";
        ADJUSTED_R_SQUARED "adjusted_r_squared" F64 "" "the same, allowing for the number of drivers";
        NOTE "note" Text "" "what to know before using the figures";
    }
    /// Questions of each survey, with a proposal which of them to keep.
    items = "one question of one survey" {
        SURVEY "survey" Text "" "the survey, by its name in the configuration";
        ITEM "item" Text "" "the question, as the export names it";
        MEASURES "measures" Text "" "what it asks for";
        DIMENSION "dimension" Text "" "the dimension it belongs to";
        N "n" U32 "responses" "responses that answer it";
        MEAN "mean" F64 "points of its scale" "mean answer, reversed items turned";
        SD "sd" F64 "points of its scale" "standard deviation of the answers";
        ALPHA_IF_DROPPED "alpha_if_dropped" F64 "" "Cronbach's alpha of the other items of its index";
        ITEM_TOTAL "item_total" F64 "-1 to 1" "correlation with the sum of the other items of its index";
        KMO "kmo" F64 "0 to 1" "sampling adequacy of the item";
        FACTOR "factor" U16 "" "the factor it belongs to, if one loading is 0.5 or more";
        LOADING "loading" F64 "-1 to 1" "its largest loading";
        ALSO_FACTOR "also_factor" U16 "" "another factor whose loading comes within 0.2 of it";
        COMMUNALITY "communality" F64 "0 to 1" "part of its variance that the factors explain";
        CLUSTER "cluster" U16 "" "group of items that go together, by average linkage on 1 - |r|, cut at 0.5";
        PROPOSAL "proposal" Text "" "`keep`, `leave_out` or `review`; null where the survey was not reduced";
        REASON "reason" Text "" "why, in words";
    }
    /// Factors behind the questions of each survey.
    factors = "one factor of one survey" {
        SURVEY "survey" Text "" "the survey, by its name in the configuration";
        FACTOR "factor" U16 "" "number of the factor, 1 explains most";
        N "n" U32 "responses" "responses that answer every item";
        EIGENVALUE "eigenvalue" F64 "items" "variance along the component, before rotation";
        EXPLAINED "explained" F64 "0 to 1" "part of all variance along the component";
        CHANCE "chance" F64 "items" "95 % quantile of the eigenvalue in data without any factor (parallel analysis)";
        KEPT "kept" Bool "" "the factor is in force";
        VARIANCE "variance" F64 "items" "sum of squared loadings after varimax";
        ITEMS "items" U16 "items" "items that belong to it";
        REPRESENTATIVE "representative" Text "" "the item with the largest loading";
        KMO "kmo" F64 "0 to 1" "sampling adequacy of all items; from 0.6 on they are worth reducing";
        BARTLETT "bartlett" F64 "" "chi-squared of Bartlett's test that the items are independent";
        BARTLETT_DEGREES "bartlett_degrees" U32 "" "its degrees of freedom";
        BARTLETT_P "bartlett_p" F64 "0 to 1" "its probability";
        NOTE "note" Text "" "what to know before using the figures";
    }
    /// Loadings of questions on the factors in force, after varimax.
    loadings = "one question on one factor" {
        SURVEY "survey" Text "" "the survey, by its name in the configuration";
        ITEM "item" Text "" "the question";
        FACTOR "factor" U16 "" "number of the factor";
        LOADING "loading" F64 "-1 to 1" "correlation of the question with the factor";
    }
    /// Correlations of the questions of each survey.
    correlations = "one pair of questions" {
        SURVEY "survey" Text "" "the survey, by its name in the configuration";
        ITEM "item" Text "" "a question";
        OTHER "other" Text "" "another question, later in the survey";
        N "n" U32 "responses" "responses that answer both";
        CORRELATION "correlation" F64 "-1 to 1" "Pearson's r";
        LOW "low" F64 "-1 to 1" "lower end of its 95 % interval";
        HIGH "high" F64 "-1 to 1" "upper end of its 95 % interval";
    }
    /// House of quality: what to build, by what it does for the needs.
    quality_house = "one feature" {
        RANK "rank" U16 "" "1 is the most important feature";
        FEATURE "feature" Text "" "the feature, as configured";
        WEIGHT "weight" F64 "points" "sum over the needs of importance times relation (0, 1, 3 or 9)";
        SHARE "share" F64 "0 to 1" "part of all weights";
        RAW_WEIGHT "raw_weight" F64 "points" "the same with importance times target over current times sales point, where these are given";
        RAW_SHARE "raw_share" F64 "0 to 1" "part of all raw weights";
        SERVES "serves" TextList "" "needs that it serves moderately or strongly, the most important first";
        NOTE "note" Text "" "what to know before using the figures";
    }
    /// Complaints: rates, times, recovery, the silent.
    complaints = "one measure of one group of complaints" {
        GROUP_BY "group_by" Text "" "what the groups are: `all`, `category`, `channel`, `period` (month of opening), `rfm_segment`, `tier`, `quadrant`, `satisfaction_level`";
        GROUP "group" Text "" "the group";
        MEASURE "measure" Text "" "what the value is: `opened`, `open`, `per_1000_orders`, `resolution_hours_p50` (Kaplan-Meier), `resolution_hours_naive_p50`, `recovery_rate`, `silent_estimate`, ...";
        N "n" U32 "" "what stands behind the value: complaints, orders or customers; null when masked";
        VALUE "value" F64 "unit of the measure" "the figure; null when masked or unknown";
        LOW "low" F64 "unit of the measure" "lower end of the 95 % interval";
        HIGH "high" F64 "unit of the measure" "upper end of the 95 % interval";
        NOTE "note" Text "" "what to know before using the figure";
    }
    /// Customers by the label they had at the previous result and the label they have.
    moves = "customers with one label before and one now" {
        LABEL "label" Text "" "the column of the customers table";
        FROM "from" Text "" "the label before; null is customers who were not there, `(none)` those without a label";
        TO "to" Text "" "the label now; null is customers who are not there any more, `(none)` those without a label";
        CUSTOMERS "customers" U32 "customers" "customers who moved so, or stayed";
        SPEND_TOTAL "spend_total" F64 "money" "their spend tonight; of those who left the last known";
        RULES_CHANGED "rules_changed" Bool "" "the rules of the label are not those of the previous result";
    }
    /// Whether customers as a whole are still what they were at the previous result.
    drift = "one measure or label" {
        MEASURE "measure" Text "" "the column of the customers table";
        KIND "kind" Text "" "`measure`: on deciles of the previous result; `label`: shares of the labels";
        BINS "bins" U16 "" "bins or labels compared";
        CUSTOMERS_BEFORE "customers_before" U64 "customers" "customers of the previous result with the measure";
        CUSTOMERS "customers" U64 "customers" "customers of tonight with the measure";
        PSI "psi" F64 "" "population stability index";
        READING "reading" Text "" "stable (below 0.1), look (to 0.25) or changed; null with fewer than 100 customers";
    }
    /// Customers to act on tonight.
    watchlist = "one customer to act on tonight" {
        RANK "rank" U32 "" "order of the calls, 1 is the first";
        CUSTOMER_ID "customer_id" Text "" "the customer";
        REASON "reason" Text "" "name of the first rule that holds";
        SINCE "since" Timestamp "" "since when, where the rule says so";
        ACTION "action" Text "" "what to do";
        TIER "tier" Text "" "key, growing or other";
        MONETARY "monetary" F64 "money" "money within the RFM window";
        REASONS "reasons" Text "" "names of every rule that holds, the first one first";
        WHY "why" Text "" "values of the columns that the rule reads";
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
    /// What became of everybody whom the condition of an audience matches.
    campaign_members = "one customer whom the condition of an audience matches" {
        CUSTOMER_ID "customer_id" Text "" "the customer";
        STATUS "status" Text "" "exported, control, suppressed, rejected, `consent_unknown`, `consent_denied`, `not_listed` or elsewhere (in an audience that comes first, under this id or another)";
        ARM "arm" Text "" "treated or control for those who take part in the campaign";
        ENTERED "entered" Bool "" "took no part in the export before; null without one and for those who take no part";
        ORDER_COUNT "order_count" U32 "orders" "counting orders at the time of the export";
        SPEND_TOTAL "spend_total" F64 "money" "spend at the time of the export";
    }
    /// Members who came and went since the export before.
    campaign_changes = "one customer who entered or left an audience" {
        CUSTOMER_ID "customer_id" Text "" "the customer";
        CHANGE "change" Text "" "entered or left";
    }
    /// Values of contact data that are not in a campaign file.
    campaign_rejects = "one value that could not be used" {
        CUSTOMER_ID "customer_id" Text "" "the customer";
        FORMAT "format" Text "" "the format of the file";
        COLUMN "column" Text "" "what the value should have been";
        REASON "reason" Text "" "why it cannot be used";
        VALUE "value" Text "" "the shape of the value, or the value where the configuration shows values";
        LEFT_OUT "left_out" Bool "" "true when the customer is not in the file for it, false when only the cell is empty";
    }
    /// What campaigns did, by assignment: those reached against those left alone.
    campaign_lift = "one measure of one campaign" {
        AUDIENCE "audience" Text "" "the audience";
        EXPORTED_AS_OF "exported_as_of" Text "" "as-of day or moment of the export";
        AS_OF "as_of" Text "" "as-of day or moment of the result that it is measured with";
        MEASURE "measure" Text "" "bought (share who ordered since), spent (money per member since), `spent_winsorised`";
        TREATED "treated" U32 "customers" "members reached";
        CONTROL "control" U32 "customers" "members left alone";
        VALUE_TREATED "value_treated" F64 "unit of the measure" "share or mean of those reached";
        VALUE_CONTROL "value_control" F64 "unit of the measure" "share or mean of those left alone";
        DIFFERENCE "difference" F64 "unit of the measure" "the first less the second; null when the groups cannot be compared";
        LOW "low" F64 "unit of the measure" "lower end of the 95 % interval of the difference";
        HIGH "high" F64 "unit of the measure" "upper end of the 95 % interval of the difference";
        RELATIVE "relative" F64 "" "the difference in parts of those left alone; null when they did nothing";
        P_VALUE "p_value" F64 "0 to 1" "probability of a difference as large without an effect";
        P_HOLM "p_holm" F64 "0 to 1" "the same, corrected for the number of campaigns measured at once (Holm)";
        INCREMENTAL "incremental" F64 "customers or money" "what would not have come without the campaign";
        NOTE "note" Text "" "what to know before using the figure";
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

    /// The row is left out because somebody asked for it, or because the run looks from an earlier moment: no fault of
    /// the export.
    pub fn is_asked_for(self) -> bool {
        matches!(self, Self::SkippedByRule | Self::AfterAsOf)
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
    /// Something else, such as who answers: in the account, in no figure.
    Other,
}

impl Measure {
    /// The stored identifier, which is also the word of the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Satisfaction => "satisfaction",
            Self::Recommend => "recommend",
            Self::Repurchase => "repurchase",
            Self::Effort => "effort",
            Self::Expectation => "expectation",
            Self::Perception => "perception",
            Self::Other => "other",
        }
    }
}
