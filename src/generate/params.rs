//! How large a company, in which form and language.

use std::str::FromStr;

use serde::Deserialize;

use super::calendar::MONTHS;
use crate::error::{Error, Result, closest};

/// More customers than this would not fit the 32-bit ids of the simulation.
const MAX_CUSTOMERS: u32 = 1_000_000_000;

/// Size, seed and form of a synthetic company.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GenerateParams {
    /// Rows of all transaction exports together; at least one per customer.
    pub transactions: u64,
    /// Rows of the customer list; about one in 32 of them never orders.
    pub customers: u32,
    /// Where every draw comes from.
    pub seed: u64,
    /// Form of the exports.
    pub format: Format,
    /// Language, digits and calendar of the exports.
    pub locale: Locale,
    /// Transaction exports, 1 to 24: the two years are cut at starts of months. The second has another
    /// column order, the third writes customer ids as floats (`10001.0`).
    pub files: usize,
}

impl Default for GenerateParams {
    fn default() -> Self {
        Self {
            transactions: 100_000,
            customers: 10_000,
            seed: 1,
            format: Format::Csv,
            locale: Locale::En,
            files: 1,
        }
    }
}

impl GenerateParams {
    /// Checks every parameter.
    ///
    /// # Errors
    /// `Config` that names the parameter, its rule and the value found.
    pub fn check(&self) -> Result<()> {
        if self.customers == 0 || self.customers > MAX_CUSTOMERS {
            return Err(Error::config(format!(
                "`customers` should be 1 to {MAX_CUSTOMERS}, but is {}",
                self.customers
            )));
        }
        if self.transactions < u64::from(self.customers) {
            return Err(Error::config(format!(
                "`transactions` should be at least `customers` ({}), but is {}",
                self.customers, self.transactions
            ))
            .hint("ten transactions per customer look natural"));
        }
        if self.files == 0 || self.files > MONTHS {
            return Err(Error::config(format!("`files` should be 1 to {MONTHS}, but is {}", self.files)));
        }
        Ok(())
    }
}

/// Form of the exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Format {
    /// Comma-separated, RFC 4180 quotes, UTF-8.
    #[serde(rename = "csv")]
    Csv,
    /// The same, gzip-compressed.
    #[serde(rename = "csv.gz")]
    CsvGz,
    /// Tab-separated, quotes as in CSV.
    #[serde(rename = "tsv")]
    Tsv,
    /// One JSON object a line.
    #[serde(rename = "ndjson")]
    Ndjson,
    /// Parquet, zstd, row groups of 250,000. Its typed columns hold null where text has a fault.
    #[serde(rename = "parquet")]
    Parquet,
}

impl Format {
    /// Every form, in the order shown in help.
    pub const ALL: [Self; 5] = [Self::Csv, Self::CsvGz, Self::Tsv, Self::Ndjson, Self::Parquet];

    /// The name in parameters, also the file name's extension.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CsvGz => "csv.gz",
            Self::Tsv => "tsv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
        }
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("format", word, Self::ALL.map(|f| (f.name(), f)))
    }
}

/// Language, digits and calendar of the exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// English words, ASCII digits, Gregorian dates.
    En,
    /// Persian words, Persian digits, Jalali dates; ids stay ASCII, as machines write them.
    Fa,
}

impl Locale {
    /// Every locale, in the order shown in help.
    pub const ALL: [Self; 2] = [Self::En, Self::Fa];

    /// The name in parameters and in `[run] locale`.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fa => "fa",
        }
    }
}

impl FromStr for Locale {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        choose("locale", word, Self::ALL.map(|l| (l.name(), l)))
    }
}

fn choose<T: Copy, const N: usize>(key: &str, word: &str, choices: [(&'static str, T); N]) -> Result<T> {
    if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == word) {
        return Ok(*choice);
    }
    let names = choices.map(|(name, _)| name);
    let error = Error::config(format!("`{key}` should be one of {}, but is `{word}`", names.join(", ")));
    Err(match closest(word, names) {
        Some(name) => error.hint(format!("did you mean `{name}`?")),
        None => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(params: &GenerateParams) -> String {
        params.check().unwrap_err().to_string()
    }

    #[test]
    fn each_guard_names_key_rule_and_value() {
        let good = GenerateParams::default();
        assert!(good.check().is_ok());
        assert_eq!(
            message(&GenerateParams { customers: 0, ..good.clone() }),
            "`customers` should be 1 to 1000000000, but is 0"
        );
        assert_eq!(
            message(&GenerateParams { transactions: 99, customers: 100, ..good.clone() }),
            "`transactions` should be at least `customers` (100), but is 99"
        );
        assert_eq!(message(&GenerateParams { files: 25, ..good }), "`files` should be 1 to 24, but is 25");
    }

    #[test]
    fn names_are_read_back_and_a_slip_gets_a_hint() {
        for format in Format::ALL {
            assert_eq!(format.name().parse::<Format>().unwrap(), format);
        }
        for locale in Locale::ALL {
            assert_eq!(locale.name().parse::<Locale>().unwrap(), locale);
        }
        let error = "parkuet".parse::<Format>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`format` should be one of csv, csv.gz, tsv, ndjson, parquet, but is `parkuet`"
        );
        assert_eq!(error.hint_text(), Some("did you mean `parquet`?"));
    }

    #[test]
    fn parameters_come_from_toml_as_from_words() {
        let params: GenerateParams =
            toml::from_str("transactions = 6000\nformat = \"csv.gz\"\nlocale = \"fa\"").unwrap();
        assert_eq!((params.transactions, params.format, params.locale), (6000, Format::CsvGz, Locale::Fa));
        assert!(toml::from_str::<GenerateParams>("rows = 1").is_err());
    }
}
