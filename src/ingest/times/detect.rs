//! The one format that reads a whole column, found value by value.

use super::formats::Order;
use super::scan::{DateText, Scanned, scan};
use super::{Calendar, TimeFormat};
use crate::error::Result;
use crate::ingest::id;
use crate::privacy::mask;

/// Values after which a format that has no rival counts as settled.
const ENOUGH: u64 = 1_000;

/// Among this many values, one that contradicts the others is taken for a typing error and set aside with
/// its row; among fewer it is taken seriously.
const VALUES_PER_SLIP: u64 = 1_000;

/// One in this many values may be written in another shape than the others; its row is set aside.
const VALUES_PER_STRAY: u64 = 10;

/// Why no format reads a column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DetectError {
    /// Every value can be read day-first and month-first.
    #[error("all dates can be read day-first and month-first, such as `{example}`")]
    Ambiguous {
        /// A value that means two days.
        example: String,
    },
    /// Values contradict each other.
    #[error("{what} are mixed: `{first}` and `{second}`")]
    Mixed {
        /// What is mixed: calendars, day-first and month-first dates, date formats.
        what: &'static str,
        /// A value of one kind.
        first: String,
        /// A value of the other.
        second: String,
    },
    /// Most values are no known form of date.
    #[error("most values are not dates in a known format, they look like `{example}`")]
    Unreadable {
        /// The shape of a value that could not be read: what is no date may be anything.
        example: String,
    },
    /// The column holds no value at all.
    #[error("no value to learn the date format from")]
    Empty,
}

impl DetectError {
    /// What to write into the configuration.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Ambiguous { .. } => "declare `timestamp_format = \"day_first\"` or `\"month_first\"`",
            Self::Mixed { what: CALENDARS, .. } => {
                "declare `calendar = \"jalali\"` or `\"gregorian\"`; values of the other one are then set aside"
            }
            Self::Mixed { .. } => "declare `timestamp_format`; values in the other form are then set aside",
            Self::Unreadable { .. } => {
                "declare `timestamp_format`: a strftime pattern such as `%d/%m/%y %H:%M`, or `unix`, `unix_ms`, `excel`"
            }
            Self::Empty => "check that the column is the one with the dates",
        }
    }
}

const CALENDARS: &str = "Jalali and Gregorian years";

/// Learns the timestamp format of a column of any length.
///
/// Feed it values until [`Self::is_settled`] or the end of the column, then [`Self::finish`]. Empty cells
/// and spellings of "no value" do not count. The format must read more than half of the others; rows it
/// cannot read are for the caller to set aside and its gates to judge. A second shape (say month names among
/// numbers) is an error above one value in ten. Contradictions within one shape, where a wrong choice would
/// misread dates in silence, are errors from the first one on, and above one in a thousand in columns of
/// more than a thousand values: both calendars, or dates that only day-first explains beside dates that
/// only month-first explains. Dates with points (`1.12.2010`) are day-first, Jalali ones too.
#[derive(Clone, Debug)]
pub struct Detector {
    calendar: Calendar,
    declared: Option<TimeFormat>,
    values: u64,
    unread: Tally,
    shapes: [Shape; 4],
    day_first_only: Tally,
    month_first_only: Tally,
    /// Dates that mean two different days.
    either: Tally,
    jalali: Tally,
    gregorian: Tally,
}

/// How often something was seen, and where first.
#[derive(Clone, Debug, Default)]
struct Tally {
    count: u64,
    example: Option<String>,
}

impl Tally {
    fn hit(&mut self, value: &[u8]) {
        self.count += 1;
        self.example.get_or_insert_with(|| String::from_utf8_lossy(id::trim(value)).into_owned());
    }

    fn example(&self) -> String {
        self.example.clone().unwrap_or_default()
    }
}

/// One of year-first, year-last, compact, named.
#[derive(Clone, Debug, Default)]
struct Shape {
    seen: Tally,
    /// The first value, or the first with a time.
    look: Option<Scanned>,
}

impl Detector {
    /// A detector for values in any known format.
    pub fn new(calendar: Calendar) -> Self {
        Self {
            calendar,
            declared: None,
            values: 0,
            unread: Tally::default(),
            shapes: Default::default(),
            day_first_only: Tally::default(),
            month_first_only: Tally::default(),
            either: Tally::default(),
            jalali: Tally::default(),
            gregorian: Tally::default(),
        }
    }

    /// A detector that only decides on the calendar of a declared format.
    pub fn declared(format: TimeFormat) -> Self {
        let calendar = format.calendar();
        Self { declared: Some(format), ..Self::new(calendar) }
    }

    /// The detector for what the configuration says: `auto`, or anything that [`TimeFormat::declared`] reads.
    ///
    /// # Errors
    /// As [`TimeFormat::declared`].
    pub fn from_config(timestamp_format: &str, calendar: Calendar) -> Result<Self> {
        match timestamp_format.trim() {
            "auto" => Ok(Self::new(calendar)),
            declared => Ok(Self::declared(TimeFormat::declared(declared, calendar)?)),
        }
    }

    /// Takes one value into account.
    pub fn observe(&mut self, value: &[u8]) {
        if is_no_date(value) {
            return;
        }
        self.values += 1;
        let read = match &self.declared {
            Some(format) => format.parse(value).is_some().then(|| format.year(value)),
            None => self.observe_shape(value).map(Some),
        };
        match read {
            None => self.unread.hit(value),
            Some(year) => match year.and_then(|year| Calendar::Auto.of_year(year)) {
                Some(Calendar::Jalali) => self.jalali.hit(value),
                Some(_) => self.gregorian.hit(value),
                None => {}
            },
        }
    }

    /// Counts the shape and order of a date that exists; its year.
    fn observe_shape(&mut self, value: &[u8]) -> Option<u32> {
        let scanned = scan(value)?;
        let (shape, year) = match scanned.date {
            DateText::YearFirst { year, month, day, .. } => {
                self.calendar.to_days(year, month, day)?;
                (0, year)
            }
            DateText::YearLast { first, second, year, separator } => {
                self.observe_order(value, (first, second, year), separator)?;
                (1, year)
            }
            DateText::Compact { year, month, day } => {
                self.calendar.to_days(year, month, day)?;
                (2, year)
            }
            DateText::Named { year, month, day } => {
                self.calendar.days_by_name(year, month, day)?;
                (3, year)
            }
        };
        let shape = &mut self.shapes[shape];
        shape.seen.hit(value);
        if shape.look.is_none_or(|look| look.clock.is_none() && scanned.clock.is_some()) {
            shape.look = Some(scanned);
        }
        Some(year)
    }

    /// Counts which orders explain a date with its year last; `None` when none does.
    fn observe_order(
        &mut self,
        value: &[u8],
        (first, second, year): (u32, u32, u32),
        separator: u8,
    ) -> Option<()> {
        let day_first = self.calendar.to_days(year, second, first);
        let may_be_month_first =
            separator != b'.' && self.calendar.of_year(year) == Some(Calendar::Gregorian);
        let month_first = self.calendar.to_days(year, first, second).filter(|_| may_be_month_first);
        match (day_first, month_first) {
            (Some(_), None) => self.day_first_only.hit(value),
            (None, Some(_)) => self.month_first_only.hit(value),
            (Some(one), Some(other)) if one != other => self.either.hit(value),
            (Some(_), Some(_)) => {}
            (None, None) => return None,
        }
        Some(())
    }

    /// Whether further values are unlikely to change the outcome: a thousand were seen and agree.
    pub fn is_settled(&self) -> bool {
        self.values >= ENOUGH && self.finish().is_ok()
    }

    /// The format that reads the column.
    ///
    /// # Errors
    /// [`DetectError`] when there is none, or more than one.
    pub fn finish(&self) -> Result<TimeFormat, DetectError> {
        if self.values == 0 {
            return Err(DetectError::Empty);
        }
        if self.unread.count * 2 >= self.values {
            return Err(DetectError::Unreadable { example: mask::shape(&self.unread.example()) });
        }
        let calendar = self.find_calendar()?;
        if let Some(format) = &self.declared {
            return Ok(format.clone().in_calendar(calendar));
        }
        let mut ranked: Vec<(usize, &Shape)> = self.shapes.iter().enumerate().collect();
        ranked.sort_by_key(|(_, shape)| std::cmp::Reverse(shape.seen.count));
        let [(usual, shape), (_, stray), ..] = ranked[..] else { return Err(DetectError::Empty) };
        let read = self.values - self.unread.count;
        if (read - shape.seen.count) * VALUES_PER_STRAY > read {
            return Err(mixed("date formats", &shape.seen, &stray.seen));
        }
        let order = match usual {
            0 => Order::YearFirst,
            1 => self.find_order()?,
            2 => Order::Compact,
            _ => Order::Named,
        };
        match &shape.look {
            Some(look) => Ok(TimeFormat::found(order, calendar, look)),
            None => Err(DetectError::Unreadable { example: mask::shape(&self.unread.example()) }),
        }
    }

    fn find_calendar(&self) -> Result<Calendar, DetectError> {
        if self.calendar != Calendar::Auto {
            return Ok(self.calendar);
        }
        match contest(&self.jalali, &self.gregorian) {
            None => Err(mixed(CALENDARS, &self.jalali, &self.gregorian)),
            Some(true) => Ok(Calendar::Jalali),
            Some(false) => Ok(Calendar::Gregorian),
        }
    }

    fn find_order(&self) -> Result<Order, DetectError> {
        let (day_first, month_first) = (&self.day_first_only, &self.month_first_only);
        if day_first.count + month_first.count == 0 && self.either.count > 0 {
            return Err(DetectError::Ambiguous { example: self.either.example() });
        }
        // Where day and month are equal throughout, both orders read the same.
        match contest(month_first, day_first) {
            None => Err(mixed("day-first and month-first dates", day_first, month_first)),
            Some(true) => Ok(Order::MonthFirst),
            Some(false) => Ok(Order::DayFirst),
        }
    }
}

/// Whether the first wins; `None` when the loser is too frequent to be slips of the hand.
fn contest(first: &Tally, second: &Tally) -> Option<bool> {
    let slips = (first.count + second.count) / VALUES_PER_SLIP;
    (first.count.min(second.count) <= slips).then_some(first.count > second.count)
}

fn mixed(what: &'static str, first: &Tally, second: &Tally) -> DetectError {
    DetectError::Mixed { what, first: first.example(), second: second.example() }
}

/// Whether a cell says "no date" rather than a bad one: empty, the spellings of "no value", `?`, `-`, and the zero date `0000-00-00` of databases.
pub fn is_no_date(value: &[u8]) -> bool {
    let cell = id::trim(value);
    id::is_missing(cell) || matches!(cell, b"?" | b"-" | b"NA" | b"0") || cell.starts_with(b"0000-00-00")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect_in(calendar: Calendar, values: &[&str]) -> Result<TimeFormat, DetectError> {
        let mut detector = Detector::new(calendar);
        for value in values {
            detector.observe(value.as_bytes());
        }
        detector.finish()
    }

    fn described(values: &[&str]) -> String {
        detect_in(Calendar::Auto, values).unwrap().describe()
    }

    #[test]
    fn usual_columns_are_found_and_described() {
        for (values, description) in [
            (["2010-12-01 08:26:00", "2010-12-02 08:26:00"], "%Y-%m-%d %H:%M:%S"),
            (["2010-12-01", "2010-12-02T08:26:00.5Z"], "%Y-%m-%dT%H:%M:%S%.f%z"),
            (["19970101", "19970118"], "%Y%m%d"),
            (["29/2/2016 01:16", "1/3/2016 01:16"], "%d/%m/%Y %H:%M"),
            (["2/29/2016 01:16", "3/1/2016 01:16"], "%m/%d/%Y %H:%M"),
            (["2019/10/01 12:38:43 PM GMT+8", ""], "%Y/%m/%d %I:%M:%S %p%z"),
            (["01.02.2010", "03.04.2010"], "%d.%m.%Y"),
            (["Dec 1, 2010", "Jan 2, 2011"], "%d %b %Y"),
            (["۱۴۰۲/۰۱/۰۵", "۱۴۰۲/۰۲/۰۶ ۱۰:۳۰"], "%Y/%m/%d %H:%M (jalali)"),
            (["05/01/1402", "06/02/1402"], "%d/%m/%Y (jalali)"),
            (["01/01/2010", "02/02/2010"], "%d/%m/%Y"),
        ] {
            assert_eq!(described(&values), description, "{values:?}");
        }
    }

    #[test]
    fn a_found_format_reads_dates_with_and_without_time() {
        let format = detect_in(Calendar::Auto, &["13/01/2010", "14/01/2010 08:26"]).unwrap();
        for text in ["01/02/2010", "1/2/2010 8:05:06 PM", "31-12-2010"] {
            assert!(format.parse(text.as_bytes()).is_some(), "{text}");
        }
        assert_eq!(format.parse(b"01/13/2010"), None);
        assert_eq!(format.parse("05/01/1402".as_bytes()), None);
    }

    #[test]
    fn day_or_month_first_is_never_guessed() {
        let ambiguous = Err(DetectError::Ambiguous { example: "01/02/2010".to_owned() });
        assert_eq!(detect_in(Calendar::Auto, &["03/03/2010", "01/02/2010", "04/05/2010"]), ambiguous);
        let both = detect_in(Calendar::Auto, &["13/01/2010", "05/06/2010", "01/13/2010"]).unwrap_err();
        let (first, second) = ("13/01/2010".to_owned(), "01/13/2010".to_owned());
        assert_eq!(both, DetectError::Mixed { what: "day-first and month-first dates", first, second });
        assert_eq!(
            both.to_string(),
            "day-first and month-first dates are mixed: `13/01/2010` and `01/13/2010`"
        );
    }

    #[test]
    fn one_contradiction_counts_in_a_small_column_and_is_a_slip_in_a_large_one() {
        let column = |days: u64| {
            let mut detector = Detector::new(Calendar::Auto);
            (0..days).for_each(|day| detector.observe(format!("{}/01/2010", 13 + day % 18).as_bytes()));
            detector.observe(b"01/13/2010");
            detector.finish()
        };
        assert!(matches!(column(998), Err(DetectError::Mixed { .. })));
        assert_eq!(column(999).unwrap().describe(), "%d/%m/%Y");
    }

    #[test]
    fn calendars_are_not_mixed() {
        let mixed = detect_in(Calendar::Auto, &["1402-01-05", "2023-03-25", "1402-01-06"]);
        let (first, second) = ("1402-01-05".to_owned(), "2023-03-25".to_owned());
        assert_eq!(mixed, Err(DetectError::Mixed { what: CALENDARS, first, second }));
        let jalali = detect_in(Calendar::Jalali, &["1402-01-05", "2023-03-25", "1402-01-06"]).unwrap();
        assert_eq!(jalali.parse(b"2023-03-25"), None);
        let declared = TimeFormat::declared("%Y/%m/%d", Calendar::Auto).unwrap();
        let mut detector = Detector::declared(declared);
        detector.observe(b"1402/01/05");
        detector.observe(b"1402/01/06");
        assert_eq!(detector.finish().unwrap().describe(), "%Y/%m/%d (jalali)");
        detector.observe(b"2023/03/25");
        assert!(matches!(detector.finish(), Err(DetectError::Mixed { what: CALENDARS, .. })));
    }

    #[test]
    fn cells_without_a_date_do_not_stop_the_search() {
        let values = ["?", "", "NULL", "0000-00-00 00:00:00", "29/2/2016", "not yet", "1/3/2016", "2/3/2016"];
        assert_eq!(described(&values), "%d/%m/%Y");
        let text = detect_in(Calendar::Auto, &["red", "2010-12-01", "green"]);
        assert_eq!(text, Err(DetectError::Unreadable { example: "xxx".to_owned() }));
        assert_eq!(detect_in(Calendar::Auto, &["", "NULL"]), Err(DetectError::Empty));
        for unreadable in ["01/12/10", "1291191960", "40513", "2010-02-30"] {
            let outcome = detect_in(Calendar::Auto, &[unreadable]);
            assert_eq!(outcome, Err(DetectError::Unreadable { example: mask::shape(unreadable) }));
        }
    }

    #[test]
    fn two_shapes_are_an_error_above_one_in_ten() {
        let mut values = vec!["2010-12-01"; 9];
        values.push("Dec 2, 2010");
        assert_eq!(described(&values), "%Y-%m-%d");
        values.push("Dec 3, 2010");
        assert!(matches!(
            detect_in(Calendar::Auto, &values),
            Err(DetectError::Mixed { what: "date formats", .. })
        ));
    }

    #[test]
    fn a_thousand_values_that_agree_settle_it_but_not_ambiguous_ones() {
        let mut detector = Detector::new(Calendar::Auto);
        (0..2_000).for_each(|at| detector.observe(format!("{:02}/02/2010", 1 + at % 12).as_bytes()));
        assert!(!detector.is_settled());
        detector.observe(b"13/02/2010");
        assert!(detector.is_settled());
        assert_eq!(detector.finish().unwrap().describe(), "%d/%m/%Y");
    }
}
