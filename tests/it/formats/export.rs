//! The export: its rows, and the ways to write one row.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};
use serde_json::{Value, json};

use super::HEADER;
use crate::ledger::records;
use crate::shared::golden;

/// Name of the rows that are no sale; it has letters that only Windows-1256 and Unicode have.
pub(crate) const POSTAGE: &str = "پست";
const NAMES: [&str; 3] = ["شکر, زرد", "قند \"حبه\"", "برنج"];

/// One order line.
#[derive(Clone)]
pub(crate) struct Line {
    pub customer: u32,
    pub order: String,
    pub at: NaiveDateTime,
    pub product: String,
    pub name: &'static str,
    pub quantity: i32,
    pub cents: i64,
}

pub(crate) struct Export {
    pub lines: Vec<Line>,
}

impl Export {
    /// 40 customers, 90 orders, about 200 lines in 2024; the same every time.
    pub(crate) fn new() -> Self {
        Self::at_times(|minutes| Duration::minutes(minutes))
    }

    /// The same, every order at midnight.
    pub(crate) fn on_days() -> Self {
        Self::at_times(|minutes| Duration::days(minutes / 1440))
    }

    fn at_times(after_new_year: impl Fn(i64) -> Duration) -> Self {
        let new_year = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap().and_time(NaiveTime::MIN);
        let mut draw = draws();
        let mut lines = Vec::new();
        for number in 0..90 {
            // Squared, so that some customers order much more often than others.
            let customer = 10_001 + draw(7) * draw(7);
            let at = new_year + after_new_year(i64::from(draw(360) * 1440 + draw(1440)));
            let mut line = |order: String, name, quantity: i32, cents: u32| {
                let product = format!("P{:02}", cents % 37);
                lines.push(Line { customer, order, at, product, name, quantity, cents: i64::from(cents) });
            };
            for _ in 0..=draw(3) {
                let quantity = if draw(12) == 0 { -1 } else { 1 + draw(9) as i32 };
                line(format!("{}", 500_001 + number), NAMES[draw(3) as usize], quantity, 1 + draw(99_999));
            }
            match draw(6) {
                0 => line(format!("{}", 500_001 + number), POSTAGE, 1, 350),
                1 => line(format!("C{}", 500_001 + number), NAMES[0], -1, 1_250),
                _ => {}
            }
        }
        Self { lines }
    }

    /// Cents of each customer, cancellations and returns subtracted, postage left out.
    pub(crate) fn spend(&self) -> BTreeMap<String, i128> {
        let mut spend = BTreeMap::new();
        for line in self.lines.iter().filter(|l| l.name != POSTAGE) {
            *spend.entry(line.customer.to_string()).or_default() +=
                i128::from(line.quantity) * i128::from(line.cents);
        }
        spend
    }

    /// The lines in this many files, in order.
    pub(crate) fn parts(&self, count: usize) -> Vec<Self> {
        self.lines
            .chunks(self.lines.len().div_ceil(count))
            .map(|lines| Self { lines: lines.to_vec() })
            .collect()
    }

    /// A header and one record a line; cells that need quotes get them.
    pub(crate) fn delimited(&self, delimiter: &str, cells: impl Fn(&Line) -> [String; 7]) -> String {
        let record = |cells: &[String]| {
            let quoted = cells.iter().map(|cell| {
                let plain = !cell.contains(delimiter) && !cell.contains('"');
                if plain { cell.clone() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
            });
            quoted.collect::<Vec<_>>().join(delimiter) + "\n"
        };
        let header = HEADER.map(str::to_owned);
        std::iter::once(record(&header)).chain(self.lines.iter().map(|l| record(&cells(l)))).collect()
    }
}

/// Whole numbers below a bound, from a fixed start (the generator of Numerical Recipes).
fn draws() -> impl FnMut(u32) -> u32 {
    let mut state = 1_404_u32;
    move |bound| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % bound
    }
}

impl Line {
    fn cells(&self, at: String, quantity: String, price: String) -> [String; 7] {
        let name = self.name.to_owned();
        [self.customer.to_string(), self.order.clone(), at, self.product.clone(), name, quantity, price]
    }

    fn price(&self) -> String {
        format!("{}.{:02}", self.cents / 100, self.cents % 100)
    }

    pub(crate) fn plain(&self) -> [String; 7] {
        self.cells(self.at.format("%Y-%m-%d %H:%M:%S").to_string(), self.quantity.to_string(), self.price())
    }

    pub(crate) fn day_only(&self) -> [String; 7] {
        self.cells(self.at.format("%Y-%m-%d").to_string(), self.quantity.to_string(), self.price())
    }

    /// `13.10.2024 08:30` and `1.234,50`.
    pub(crate) fn decimal_comma(&self) -> [String; 7] {
        let euros = self.cents / 100;
        let whole =
            if euros >= 1000 { format!("{}.{:03}", euros / 1000, euros % 1000) } else { euros.to_string() };
        let price = format!("{whole},{:02}", self.cents % 100);
        self.cells(self.at.format("%d.%m.%Y %H:%M:%S").to_string(), self.quantity.to_string(), price)
    }

    /// Nothing with a blank in it.
    pub(crate) fn without_blanks(&self) -> [String; 7] {
        let mut cells = self.cells(
            self.at.format("%Y-%m-%dT%H:%M:%S").to_string(),
            self.quantity.to_string(),
            self.price(),
        );
        cells[4] = cells[4].replace(' ', "_");
        cells
    }

    /// Whole numbers as floats, as data frames write them.
    pub(crate) fn spreadsheet(&self) -> [String; 7] {
        let mut cells = self.plain();
        cells[0] += ".0";
        cells[5] += ".0";
        cells
    }

    /// Jalali dates, Persian digits, `٫` before decimals, `٬` between thousands.
    pub(crate) fn persian(&self) -> [String; 7] {
        let at = format!("{} {}", jalali(self.at.date()), self.at.format("%H:%M:%S"));
        self.persian_at(at)
    }

    pub(crate) fn persian_day(&self) -> [String; 7] {
        self.persian_at(jalali(self.at.date()))
    }

    fn persian_at(&self, at: String) -> [String; 7] {
        let units = self.cents / 100;
        let whole =
            if units >= 1000 { format!("{}٬{:03}", units / 1000, units % 1000) } else { units.to_string() };
        let price = format!("{whole}٫{:02}", self.cents % 100);
        let cells = self.cells(at, self.quantity.to_string(), price);
        let [customer, order, at, product, name, quantity, price] = cells;
        [
            persian_digits(&customer),
            order,
            persian_digits(&at),
            product,
            name,
            persian_digits(&quantity),
            persian_digits(&price),
        ]
    }

    /// Numbers as JSON numbers.
    pub(crate) fn json_typed(&self) -> Value {
        json!({
            "price": self.cents as f64 / 100.0, "quantity": self.quantity, "customer": self.customer,
            "order": self.order, "at": self.at.format("%Y-%m-%dT%H:%M:%S").to_string(), "name": self.name,
            "product": self.product, "basket": { "lines": [1, 2] },
        })
    }

    /// Everything as JSON texts.
    pub(crate) fn json_texts(&self) -> Value {
        HEADER.iter().zip(self.plain()).map(|(key, cell)| ((*key).to_owned(), Value::String(cell))).collect()
    }
}

fn persian_digits(text: &str) -> String {
    text.chars().map(|c| c.to_digit(10).map_or(c, |d| char::from_u32('۰' as u32 + d).unwrap())).collect()
}

/// `1403/07/22`, by the published first days of Jalali years: six months of 31 days, five of 30, the rest.
fn jalali(date: NaiveDate) -> String {
    let years: Vec<(i64, NaiveDate)> = records(&golden("jalali_nowruz_1206_1498.csv"))
        .iter()
        .map(|row| (row["jy"].parse().unwrap(), row["nowruz_gregorian"].parse().unwrap()))
        .collect();
    let (year, nowruz) = years.iter().rfind(|(_, nowruz)| *nowruz <= date).unwrap();
    let day = (date - *nowruz).num_days();
    let (month, day) =
        if day < 186 { (day / 31, day % 31) } else { (6 + (day - 186) / 30, (day - 186) % 30) };
    format!("{year}/{:02}/{:02}", month + 1, day + 1)
}
