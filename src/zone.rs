//! Time zones: local clock to instant, instant to calendar day, a few nanoseconds each.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, FixedOffset, Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};

use crate::error::{Error, Result, closest};

/// Microseconds of a second and of a day.
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A time zone with its offsets laid out for look-up; cheap to clone and to share between threads.
#[derive(Clone)]
pub struct Zone {
    name: String,
    offsets: Offsets,
}

#[derive(Clone)]
enum Offsets {
    /// Microseconds east of Greenwich, always.
    Fixed(i64),
    Changing(Arc<Table>),
}

impl Zone {
    /// Greenwich.
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), offsets: Offsets::Fixed(0) }
    }

    /// The zone with a name of the IANA data base (`Europe/London`), `UTC`, or a fixed offset (`+03:30`, `+03`).
    ///
    /// # Errors
    /// A configuration error for an unknown name, with the closest known one.
    pub fn parse(name: &str) -> Result<Self> {
        let name = name.trim();
        if name == "UTC" {
            return Ok(Self::utc());
        }
        let hours_only = name.starts_with(['+', '-']) && name.len() == "+03".len();
        if let Ok(fixed) =
            FixedOffset::from_str(&if hours_only { format!("{name}:00") } else { name.to_owned() })
        {
            let micros = i64::from(fixed.local_minus_utc()) * SECOND;
            return Ok(Self { name: name.to_owned(), offsets: Offsets::Fixed(micros) });
        }
        match Tz::from_str(name) {
            Ok(zone) => Ok(Self { name: zone.name().to_owned(), offsets: known_offsets(zone) }),
            Err(_) => Err(unknown(name)),
        }
    }

    /// The zone's name as it was found in the data base or declared.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The instant at which the local clock shows `naive_micros`; both in microseconds since 1970-01-01.
    ///
    /// Times that the clock skips are moved forward by what it skips (02:30 becomes 03:30 of summer time);
    /// of times that it shows twice, the earlier instant is meant.
    #[inline]
    pub fn to_utc(&self, naive_micros: i64) -> i64 {
        naive_micros
            - match &self.offsets {
                Offsets::Fixed(offset) => *offset,
                Offsets::Changing(table) => table.local.offset_at(naive_micros),
            }
    }

    /// What the local clock shows at an instant; both in microseconds since 1970-01-01.
    #[inline]
    pub fn local(&self, utc_micros: i64) -> i64 {
        utc_micros
            + match &self.offsets {
                Offsets::Fixed(offset) => *offset,
                Offsets::Changing(table) => table.utc.offset_at(utc_micros),
            }
    }

    /// The local calendar day of an instant, in days since 1970-01-01.
    #[inline]
    pub fn day(&self, utc_micros: i64) -> i32 {
        self.local(utc_micros).div_euclid(DAY) as i32
    }
}

impl std::fmt::Debug for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Zone").field(&self.name).finish()
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

fn unknown(name: &str) -> Error {
    let error = Error::config(format!(
        "`timezone` should be a name of the IANA time zone data base, but is `{name}`"
    ));
    let same_place = |zone: &&Tz| {
        let place = zone.name().rsplit('/').next().unwrap_or_default();
        place.eq_ignore_ascii_case(name) || zone.name().eq_ignore_ascii_case(name)
    };
    let by_place = TZ_VARIANTS.iter().find(same_place).map(|zone| zone.name());
    match by_place.or_else(|| closest(name, TZ_VARIANTS.iter().map(|zone| zone.name()))) {
        Some(known) => error.hint(format!("did you mean `{known}`?")),
        None => error.hint("names look like `Asia/Tehran` or `UTC`; a fixed offset like `+03:30`"),
    }
}

/// Offsets by instant and by local time.
struct Table {
    utc: Spans,
    local: Spans,
}

/// Consecutive spans of time, each with one offset.
struct Spans {
    /// First microsecond of each span; the first span also holds everything before.
    starts: Vec<i64>,
    /// Microseconds east of Greenwich.
    offsets: Vec<i64>,
    /// The span at the start of each bucket of 2^41 microseconds (25 days) from [`FIRST`] on.
    buckets: Vec<u16>,
}

/// Bits of a microsecond count that lie within one bucket.
const BUCKET_BITS: u32 = 41;

/// 1800-01-01 and 2200-01-01: no zone of the data base changes outside.
const FIRST: i64 = -62_091 * DAY;
const LAST: i64 = 84_006 * DAY;

impl Spans {
    fn new(starts: Vec<i64>, offsets: Vec<i64>) -> Self {
        let count = (LAST - FIRST) >> BUCKET_BITS;
        let span_at = |micros: i64| starts.partition_point(|start| *start <= micros).saturating_sub(1) as u16;
        let buckets = (0..=count).map(|bucket| span_at(FIRST + (bucket << BUCKET_BITS))).collect();
        Self { starts, offsets, buckets }
    }

    #[inline]
    fn offset_at(&self, micros: i64) -> i64 {
        let bucket = ((micros - FIRST) >> BUCKET_BITS).clamp(0, self.buckets.len() as i64 - 1);
        let mut span = usize::from(self.buckets[bucket as usize]);
        while self.starts.get(span + 1).is_some_and(|start| *start <= micros) {
            span += 1;
        }
        self.offsets[span]
    }
}

/// The offsets of a zone, found once: a run asks for its zone several times.
fn known_offsets(zone: Tz) -> Offsets {
    static KNOWN: Mutex<BTreeMap<&str, Offsets>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(zone.name()).or_insert_with(|| offsets_of(zone)).clone()
}

/// Looks at a zone once a day and finds the second of each change in between.
fn offsets_of(zone: Tz) -> Offsets {
    let (mut starts, mut offsets) = (vec![FIRST], vec![offset_at(zone, FIRST)]);
    for day in FIRST / DAY..LAST / DAY {
        let (mut from, end) = (day * DAY, (day + 1) * DAY);
        while let Some(before) = offsets.last().copied().filter(|before| *before != offset_at(zone, end)) {
            from = first_change(zone, before, from, end);
            starts.push(from);
            offsets.push(offset_at(zone, from));
        }
    }
    if let [only] = offsets[..] {
        return Offsets::Fixed(only);
    }
    // The new offset rules local times from the later of the two readings of the clock at the change: so
    // skipped times still count by the old one (and move forward), repeated ones too (the earlier instant).
    let local_start = |(start, pair): (&i64, &[i64])| start + pair[0].max(pair[1]);
    let local_starts = starts[1..].iter().zip(offsets.windows(2)).map(local_start);
    let local_starts = std::iter::once(i64::MIN).chain(local_starts).collect();
    Offsets::Changing(Arc::new(Table {
        local: Spans::new(local_starts, offsets.clone()),
        utc: Spans::new(starts, offsets),
    }))
}

/// The first second after `from` whose offset is not `before`; there is one up to `end`.
fn first_change(zone: Tz, before: i64, from: i64, end: i64) -> i64 {
    let (mut low, mut high) = (from / SECOND, end / SECOND);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if offset_at(zone, middle * SECOND) == before { low = middle } else { high = middle }
    }
    high * SECOND
}

/// Microseconds east of Greenwich at an instant.
fn offset_at(zone: Tz, utc_micros: i64) -> i64 {
    DateTime::from_timestamp_micros(utc_micros).map_or(0, |instant| {
        i64::from(zone.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc()) * SECOND
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{LocalResult, NaiveDate, NaiveDateTime};

    fn micros(iso: &str) -> i64 {
        NaiveDateTime::parse_from_str(iso, "%Y-%m-%d %H:%M:%S").unwrap().and_utc().timestamp_micros()
    }

    #[test]
    fn skipped_times_move_forward_and_repeated_ones_are_the_earlier() {
        let london = Zone::parse("Europe/London").unwrap();
        for (local, utc) in [
            ("2011-01-15 12:00:00", "2011-01-15 12:00:00"),
            ("2011-07-15 12:00:00", "2011-07-15 11:00:00"),
            // Clocks went from 01:00 to 02:00 on 27 March and from 02:00 to 01:00 on 30 October.
            ("2011-03-27 00:59:59", "2011-03-27 00:59:59"),
            ("2011-03-27 01:30:00", "2011-03-27 01:30:00"),
            ("2011-03-27 02:00:00", "2011-03-27 01:00:00"),
            ("2011-10-30 01:30:00", "2011-10-30 00:30:00"),
            ("2011-10-30 02:00:00", "2011-10-30 02:00:00"),
        ] {
            assert_eq!(london.to_utc(micros(local)), micros(utc), "{local}");
        }
        assert_eq!(london.local(london.to_utc(micros("2011-03-27 01:30:00"))), micros("2011-03-27 02:30:00"));
    }

    #[test]
    fn iran_has_no_summer_time_since_2022() {
        let tehran = Zone::parse("Asia/Tehran").unwrap();
        assert_eq!(tehran.to_utc(micros("2021-07-01 12:00:00")), micros("2021-07-01 07:30:00"));
        assert_eq!(tehran.to_utc(micros("2023-07-01 12:00:00")), micros("2023-07-01 08:30:00"));
        // 1401-01-02 00:00 did not skip an hour; 1400-01-02 00:00 did.
        assert_eq!(tehran.day(micros("2021-03-21 20:29:59")), 18_707);
        assert_eq!(tehran.day(micros("2021-03-21 20:30:00")), 18_708);
    }

    #[test]
    fn days_before_1970_and_fixed_offsets() {
        assert_eq!(Zone::utc().day(-1), -1);
        assert_eq!(Zone::utc().day(0), 0);
        let fixed = Zone::parse("+03:30").unwrap();
        assert_eq!(fixed.to_utc(micros("2010-12-01 02:00:00")), micros("2010-11-30 22:30:00"));
        assert_eq!(
            Zone::parse("-03").unwrap().to_utc(micros("2010-12-01 02:00:00")),
            micros("2010-12-01 05:00:00")
        );
        assert_eq!(fixed.day(micros("1969-12-31 20:30:00")), 0);
        assert_eq!(fixed.day(micros("1969-12-31 20:29:59")), -1);
        assert!(matches!(Zone::parse("UTC").unwrap().offsets, Offsets::Fixed(0)));
    }

    #[test]
    fn every_half_hour_near_a_change_is_what_chrono_says() {
        for name in [
            "Europe/London",
            "Asia/Tehran",
            "America/Sao_Paulo",
            "Australia/Lord_Howe",
            "Africa/Casablanca",
            "Pacific/Apia",
        ] {
            let (zone, tz) = (Zone::parse(name).unwrap(), Tz::from_str(name).unwrap());
            let Offsets::Changing(table) = &zone.offsets else { panic!("{name} has summer time") };
            for start in table.utc.starts.iter().skip(1) {
                for step in -100..100_i64 {
                    let at = start + step * 1_800 * SECOND;
                    let instant = DateTime::from_timestamp_micros(at).unwrap();
                    let offset =
                        i64::from(tz.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc());
                    assert_eq!(zone.local(at), at + offset * SECOND, "{name} {instant}");
                    if let LocalResult::Single(meant) | LocalResult::Ambiguous(meant, _) =
                        tz.from_local_datetime(&instant.naive_utc())
                    {
                        assert_eq!(zone.to_utc(at), meant.timestamp_micros(), "{name} local {instant}");
                    }
                }
            }
        }
    }

    #[test]
    fn far_years_have_the_last_offset() {
        let tehran = Zone::parse("Asia/Tehran").unwrap();
        let noon = |year| {
            NaiveDate::from_ymd_opt(year, 7, 1)
                .unwrap()
                .and_hms_opt(12, 0, 0)
                .unwrap()
                .and_utc()
                .timestamp_micros()
        };
        assert_eq!(tehran.to_utc(noon(2500)) - noon(2500), -12_600 * SECOND);
        assert_eq!(tehran.day(i64::MAX / 2), ((i64::MAX / 2 + 12_600 * SECOND) / DAY) as i32);
    }

    #[test]
    fn unknown_names_are_refused_with_the_closest() {
        let hint = |name: &str| Zone::parse(name).unwrap_err().hint_text().map(str::to_owned);
        assert_eq!(hint("Tehran").as_deref(), Some("did you mean `Asia/Tehran`?"));
        assert_eq!(hint("europe/london").as_deref(), Some("did you mean `Europe/London`?"));
        assert_eq!(hint("Europe/Londn").as_deref(), Some("did you mean `Europe/London`?"));
        assert_eq!(
            Zone::parse("Mars").unwrap_err().to_string(),
            "`timezone` should be a name of the IANA time zone data base, but is `Mars`"
        );
    }
}
