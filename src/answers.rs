//! The seam between ingest and satisfaction: who answered what, as numbers.

/// Who responded, to what and when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Head {
    /// Row of the customer in the customers table; `None` for an anonymous response.
    pub customer: Option<u32>,
    /// Time of the response, µs since 1970 UTC; `None` where the export has no time.
    pub answered_at: Option<i64>,
    /// Age in whole calendar days at the as-of day, 0 = as-of day; `None` without a time.
    pub age_days: Option<u32>,
    /// Place of the survey in the configuration.
    pub survey: u16,
}

/// One answered item, or one fact of a response.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// Number of the response, as in [`Answers::heads`].
    pub response: u32,
    /// Place of the item within its survey; the survey's facts follow its items.
    pub item: u16,
    /// The answer on 0 to 1, high is good; of a fact the value itself.
    pub unit: f64,
}

/// The responses to all surveys.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Responses by their number, in the order in which they first appear in the files; where the rows of one stand
    /// apart, what its last row says. `None` where nothing was answered.
    pub heads: Vec<Option<Head>>,
    /// What was answered, in the order of the files.
    pub answers: Vec<Answer>,
}
