//! The seam between ingest and complaints: each complaint as it stands at the as-of moment.

/// One complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Row of the customer in the customers table; `None` for a stranger or an anonymous complaint.
    pub customer: Option<u32>,
    /// Complaints with the same figure are of one person; `None` when nobody knows whose it is.
    pub person: Option<u64>,
    /// When it was opened, µs UTC.
    pub opened_at: i64,
    /// When it was first answered, if that is known and not before it was opened.
    pub answered_at: Option<i64>,
    /// When it was resolved for the last time; `None` while it is open.
    pub resolved_at: Option<i64>,
    /// How often it was opened again.
    pub reopened: u32,
    /// Place of its category in [`Complaints::categories`].
    pub category: Option<u32>,
    /// Place of its channel in [`Complaints::channels`].
    pub channel: Option<u32>,
}

/// Every complaint known at the as-of moment, in the order in which they first appear in the exports.
#[derive(Clone, Debug, Default)]
pub struct Complaints {
    /// The complaints.
    pub all: Vec<Complaint>,
    /// Names of the categories.
    pub categories: Vec<String>,
    /// Names of the channels.
    pub channels: Vec<String>,
    /// The export says whose complaints they are.
    pub named: bool,
    /// The export says when complaints were first answered.
    pub with_answers: bool,
    /// The export says, or lets us count, how often complaints were opened again.
    pub with_reopened: bool,
}
