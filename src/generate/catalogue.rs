//! What the company sells: few products sell most, prices are log-normal, and products come in families
//! that are bought together.

use std::fmt::Write as _;

use super::draws::{Draws, Purpose};
use super::export::Value;
use super::params::{GenerateParams, Locale};
use super::words::{DISCOUNT, POSTAGE, SERVICE_NAMES, Word, pick, product_name};

/// Fewest and most products; their number is a power of two.
const SIZES: (u64, u64) = (64, 32_768);
/// A product per this many transactions, within `SIZES`.
const TRANSACTIONS_PER_PRODUCT: u64 = 50;
/// Popularity follows a power law with exponent 1 + 1/20 and this offset (Zipf-Mandelbrot): the share of
/// products up to rank k is proportional to 10^(-1/20) - (k + 10)^(-1/20). With 20, a draw inverts it by
/// multiplications alone and reads no table.
const OFFSET: f64 = 10.0;
/// Mean and standard deviation of the logarithm of a price.
const LOG_PRICE: (f64, f64) = (2.4, 0.9);
/// Lowest and highest price in cents.
const PRICES: (f64, f64) = (20.0, 500_000.0);
/// Postage and discount with their prices in cents.
const SERVICES: [(&str, Word, i64); 2] =
    [(POSTAGE, SERVICE_NAMES[0], 495), (DISCOUNT, SERVICE_NAMES[1], 500)];

/// One thing that a row can sell.
#[derive(Clone, Copy)]
pub(super) struct Product<'a> {
    /// Code; only ASCII letters and digits.
    pub(super) code: &'a str,
    /// Name in the export's language; may hold commas, quotes and line breaks.
    pub(super) name: Value<'a>,
    /// Full price in cents.
    pub(super) cents: i64,
}

/// All products, most popular first. Kept as numbers and one long text, so that the popular ones lie
/// together and stay in the processor's cache.
pub(super) struct Catalogue {
    entries: Vec<Entry>,
    /// Codes and names, one after the other.
    text: String,
    /// (rank + `OFFSET`)^(-1/20) of the first rank and of the one after the last.
    law: (f64, f64),
}

/// One product: its price, where code, name and end are in the text, and whether the name needs no quotes.
struct Entry {
    cents: u32,
    at: [u32; 3],
    plain: bool,
}

impl Catalogue {
    pub(super) fn new(params: &GenerateParams) -> Self {
        let size =
            (params.transactions / TRANSACTIONS_PER_PRODUCT).next_power_of_two().clamp(SIZES.0, SIZES.1);
        let root = |rank: f64| (rank + OFFSET).powf(-1.0 / 20.0);
        let mut catalogue =
            Self { entries: Vec::new(), text: String::new(), law: (root(0.0), root(size as f64)) };
        for rank in 0..size {
            // an odd factor permutes a power of two, so that codes do not tell the rank
            let number = rank.wrapping_mul(40_503) % size;
            let code = catalogue.text.len() as u32;
            write!(catalogue.text, "P{number:05}").expect("a text takes any text");
            let name = catalogue.text.len() as u32;
            catalogue.text.push_str(&product_name(number, params.locale));
            let at = [code, name, catalogue.text.len() as u32];
            let plain = !catalogue.text[name as usize..].contains([',', '"', '\n']);
            let cents = price(&mut Draws::new(params.seed, Purpose::Product, rank));
            catalogue.entries.push(Entry { cents, at, plain });
        }
        catalogue
    }

    /// The product of a rank.
    #[inline]
    pub(super) fn get(&self, rank: u32) -> Product<'_> {
        let entry = &self.entries[rank as usize];
        let [code, name, end] = entry.at.map(|place| place as usize);
        let (code, name) = (&self.text[code..name], &self.text[name..end]);
        let name = if entry.plain { Value::Plain(name) } else { Value::Text(name) };
        Product { code, name, cents: i64::from(entry.cents) }
    }

    /// A product's rank, drawn by popularity.
    #[inline]
    pub(super) fn draw(&self, draws: &mut Draws) -> u32 {
        let (first, end) = self.law;
        let root = first - draws.unit() * (first - end);
        let fourth = root * root * (root * root);
        let twentieth = fourth * (fourth * fourth) * (fourth * fourth);
        ((1.0 / twentieth - OFFSET) as u32).min(self.last())
    }

    /// One of the three others of a product's family of four.
    pub(super) fn companion(rank: u32, draws: &mut Draws) -> u32 {
        rank ^ (1 + draws.below(3) as u32)
    }

    /// The product after this one, and after the last the first.
    pub(super) fn next(&self, rank: u32) -> u32 {
        (rank + 1) & self.last()
    }

    /// The last rank; all its bits are ones.
    fn last(&self) -> u32 {
        self.entries.len() as u32 - 1
    }
}

/// Postage and discount, in the export's language.
pub(super) fn services(locale: Locale) -> [Product<'static>; 2] {
    SERVICES.map(|(code, name, cents)| Product { code, name: Value::Plain(pick(name, locale)), cents })
}

/// A log-normal price in cents.
fn price(draws: &mut Draws) -> u32 {
    let (mean, deviation) = LOG_PRICE;
    (100.0 * (mean + deviation * draws.normal()).exp()).clamp(PRICES.0, PRICES.1).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With 1,024 products the law gives rank 0 a share of (10^-0.05 - 11^-0.05) / (10^-0.05 - 1034^-0.05)
    /// = 0.022967 and the first ten ranks (10^-0.05 - 20^-0.05) / (10^-0.05 - 1034^-0.05) = 0.164560.
    #[test]
    fn few_products_sell_most() {
        let catalogue = Catalogue::new(&GenerateParams { transactions: 50_000, ..GenerateParams::default() });
        let mut draws = Draws::new(1, Purpose::Order, 0);
        let mut counts = [0_u32; 1024];
        for _ in 0..100_000 {
            counts[catalogue.draw(&mut draws) as usize] += 1;
        }
        // four standard errors are 190 and 469
        assert!((2107..2487).contains(&counts[0]), "{}", counts[0]);
        let top_ten: u32 = counts[..10].iter().sum();
        assert!((15_987..16_925).contains(&top_ten), "{top_ten}");
    }

    #[test]
    fn codes_are_unique_and_families_stay_inside() {
        let catalogue = Catalogue::new(&GenerateParams { transactions: 6000, ..GenerateParams::default() });
        let codes: std::collections::BTreeSet<_> = (0..128).map(|rank| catalogue.get(rank).code).collect();
        assert_eq!(codes.len(), 128);
        let mut draws = Draws::new(1, Purpose::Order, 0);
        assert!((0..1000).all(|_| Catalogue::companion(catalogue.draw(&mut draws), &mut draws) < 128));
        assert_eq!(catalogue.next(127), 0);
    }
}
