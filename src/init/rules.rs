//! Rows that are no plain sales: cancellations, rows that sell no product, other currencies.

use std::collections::BTreeMap;

use super::column::NONE;
use super::money::numbers;
use super::roles::Role;
use super::sales::Sales;
use super::tables::{Column, Table};
use super::words::Concept;
use crate::ingest::text::key;

/// How cancelled rows are told.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cancelled {
    /// Order ids that begin so: the prefix, rows, share of them with a negative quantity or amount.
    Prefix(String, String, usize, f64),
    /// A column with these values, and the rows of each.
    Values(String, Vec<(String, usize)>),
}

/// What the rows say about rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    /// How cancelled rows are told.
    pub(super) cancelled: Vec<Cancelled>,
    /// Values of a status column that may stand for sales that never were; column, value, rows.
    pub(super) doubtful: Vec<(String, String, usize)>,
    /// Status columns with values whose meaning is not known, and the rows of each.
    pub(super) unclear: Vec<(String, Vec<(String, usize)>)>,
    /// A column that tells purchases from views and carts, with the values that are no purchases and their rows.
    pub(super) events: Option<(String, Vec<(String, usize)>)>,
    /// Product codes that seem to be no products, with their rows.
    pub(super) codes: Vec<(String, usize)>,
    /// Currency codes with their rows, the most frequent first.
    pub(super) currencies: Vec<(String, usize)>,
    /// A column of one currency that is not mapped, because rows leave it empty.
    pub(super) gappy_currency: Option<String>,
    /// Rows with a negative quantity or, without quantities, a negative amount.
    pub(super) negative: usize,
    /// Rows worth nothing.
    pub(super) zero: usize,
}

/// Words of sales that never took effect, in key form without accents.
const CANCELLED: [&str; 37] = [
    "cancel",
    "void",
    "storn",
    "annul",
    "anul",
    "iptal",
    "لغو",
    "کنسل",
    "ابطال",
    "fehlgeschlagen",
    "failed",
    "unsuccess",
    "ناموفق",
    "declined",
    "denied",
    "rejected",
    "blocked",
    "abgebrochen",
    "abandon",
    "abort",
    "ملغ",
    "отмен",
    "geannuleerd",
    "refund",
    "revers",
    "reembols",
    "erstatt",
    "rembours",
    "возврат",
    "مسترد",
    "iade",
    "expired",
    "chargeback",
    "uncollectible",
    "unavailable",
    "trash",
    "مرجوع",
];

/// Words of sales of which that is not known.
const DOUBTFUL: [&str; 22] = [
    "pending",
    "hold",
    "return",
    "partial",
    "unpaid",
    "incomplete",
    "undeliver",
    "dispute",
    "fraud",
    "processing",
    "created",
    "draft",
    "offen",
    "pendiente",
    "pendente",
    "attente",
    "bekle",
    "неоплачен",
    "не оплачен",
    "برگشت",
    "انتظار",
    "نشده",
];

/// Words of sales that took effect.
const SOLD: [&str; 53] = [
    "complet",
    "paid",
    "done",
    "ship",
    "deliver",
    "dispatch",
    "transit",
    "fulfil",
    "success",
    "succeed",
    "approved",
    "captur",
    "settled",
    "confirm",
    "invoiced",
    "finish",
    "received",
    "sold",
    "sale",
    "purchase",
    "abgeschlossen",
    "bezahlt",
    "versand",
    "versendet",
    "geliefert",
    "erledigt",
    "pagad",
    "pago",
    "entreg",
    "enviad",
    "conclu",
    "finaliz",
    "payé",
    "livr",
    "expédi",
    "terminé",
    "ödendi",
    "teslim",
    "tamamlan",
    "завершен",
    "оплачен",
    "доставлен",
    "выполнен",
    "تکمیل",
    "پرداخت",
    "تحویل",
    "ارسال",
    "موفق",
    "مکتمل",
    "مدفوع",
    "完成",
    "完了",
    "완료",
];

/// Looks at the rows of the sales.
pub(super) fn rules(main: &Table, sales: &mut Sales, statuses: &[Column]) -> Rules {
    let mut rules = Rules::default();
    let signs = sales.pick(Role::Quantity).or(sales.pick(Role::Amount)).map(|pick| numbers(&pick.column));
    let signs = signs.unwrap_or_default();
    rules.negative = signs.iter().filter(|n| n.is_some_and(|n| n < 0.0)).count();
    if let Some(money) = sales.pick(Role::Amount).or(sales.pick(Role::UnitPrice)) {
        rules.zero =
            numbers(&money.column).iter().filter(|n| n.is_some_and(|n| n.abs() < f64::EPSILON)).count();
    }
    rules.cancelled.extend(prefix(sales, &signs));
    for column in statuses {
        rules.read_status(column);
    }
    rules.events = main.columns.iter().find_map(events);
    rules.codes = codes(sales);
    rules.currencies = currencies(sales);
    // One currency needs no column; an empty cell would count as another one.
    if rules.currencies.len() < 2
        && sales.pick(Role::Currency).is_some_and(|pick| pick.profile().missing() > 0.0)
    {
        rules.gappy_currency = sales.picks.remove(&Role::Currency).map(|pick| pick.column.name);
    }
    rules
}

impl Rules {
    fn read_status(&mut self, column: &Column) {
        let mut cancelled = Vec::new();
        let mut unclear = Vec::new();
        for (value, rows) in column.values.distinct() {
            let rows = rows as usize;
            match meaning(value) {
                State::Doubtful => self.doubtful.push((column.name.clone(), value.to_owned(), rows)),
                State::Cancelled => cancelled.push((value.to_owned(), rows)),
                State::Unknown => unclear.push((value.to_owned(), rows)),
                State::Sold => {}
            }
        }
        if !cancelled.is_empty() {
            cancelled.sort();
            self.cancelled.push(Cancelled::Values(column.name.clone(), cancelled));
        }
        // A column of which no word is known may tell the state of anything.
        let of_orders = column.says(Concept::Order) || column.says(Concept::Paid);
        if !unclear.is_empty() && (of_orders || unclear.len() < column.profile.distinct) {
            unclear.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            self.unclear.push((column.name.clone(), unclear));
        }
    }
}

/// What a status says about a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It never took effect.
    Cancelled,
    /// Perhaps it did not.
    Doubtful,
    /// It did.
    Sold,
    /// A word that nothing is known of.
    Unknown,
}

fn meaning(value: &str) -> State {
    let word = key(value);
    let is = |words: &[&str]| words.iter().any(|w| word.contains(w));
    if is(&DOUBTFUL) {
        State::Doubtful
    } else if is(&CANCELLED) {
        State::Cancelled
    } else if is(&SOLD) {
        State::Sold
    } else {
        State::Unknown
    }
}

/// A status some of whose values stand for sales that never took effect.
pub(super) fn tells_cancelled(column: &Column) -> bool {
    is_status(column) && column.values.texts.iter().any(|text| meaning(text) == State::Cancelled)
}

/// Words that mean something else where the header does not say that they tell a state: reversible, trash bags.
const OF_STATES_ONLY: [&str; 5] = ["revers", "trash", "blocked", "abandon", "abort"];

/// A column of few words, some of them about cancelled sales: a status, whatever it is called.
pub(super) fn is_status(column: &Column) -> bool {
    const MOST: usize = 40;
    let p = &column.profile;
    let few = (2..=MOST).contains(&p.distinct) && p.letters > 0.8 && p.length < 40.0;
    let starts = |word: &str| CANCELLED.iter().any(|c| !OF_STATES_ONLY.contains(c) && word.starts_with(c));
    few && (column.says(Concept::Status) || column.values.texts.iter().any(|text| starts(&key(text))))
        && !column.says(Concept::Delivery)
}

/// A column of events, if some of them are purchases and some are not.
fn events(column: &Column) -> Option<(String, Vec<(String, usize)>)> {
    const BOUGHT: [&str; 6] = ["purchase", "transaction", "buy", "order", "checkout_complete", "sale"];
    const LOOKED: [&str; 12] = [
        "view",
        "click",
        "cart",
        "remove",
        "wishlist",
        "search",
        "impression",
        "session",
        "visit",
        "page",
        "favorite",
        "favourite",
    ];
    const MOST: usize = 30;
    if column.profile.distinct > MOST || column.profile.letters < 0.9 {
        return None;
    }
    let is = |value: &str, words: &[&str]| words.iter().any(|word| key(value).contains(word));
    let bought = column.values.texts.iter().any(|text| BOUGHT.contains(&key(text).as_str()));
    let mut looked: Vec<(String, usize)> = column
        .values
        .distinct()
        .filter(|(text, _)| is(text, &LOOKED))
        .map(|(text, rows)| (text.to_owned(), rows as usize))
        .collect();
    looked.sort();
    (bought && !looked.is_empty()).then(|| (column.name.clone(), looked))
}

/// Letters in front of order ids that otherwise have none, on rows that take something back.
fn prefix(sales: &Sales, signs: &[Option<f64>]) -> Option<Cancelled> {
    /// Share of rows with the prefix that must be negative, and of the others that may be.
    const BACK: f64 = 0.9;
    const OTHERS: f64 = 0.1;
    let order = sales.pick(Role::Order)?;
    let lead = |text: &str| text.chars().take_while(|sign| !sign.is_ascii_digit()).collect::<String>();
    let leads: Vec<String> = order.values().texts.iter().map(|text| lead(text)).collect();
    let mut groups: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (code, sign) in order.values().codes.iter().zip(signs).filter(|(code, _)| **code != NONE) {
        let group = groups.entry(&leads[*code as usize]).or_default();
        group.0 += 1;
        group.1 += usize::from(sign.is_some_and(|sign| sign < 0.0));
    }
    let usual =
        groups.iter().max_by_key(|(_, (rows, _))| *rows).map(|(lead, (rows, back))| (*lead, *rows, *back))?;
    if usual.2 as f64 > OTHERS * usual.1 as f64 {
        return None;
    }
    let mut found: Vec<(&str, usize, f64)> = groups
        .into_iter()
        .filter(|(lead, _)| *lead != usual.0 && !lead.is_empty() && lead.starts_with(usual.0))
        .map(|(lead, (rows, back))| (lead, rows, back as f64 / rows as f64))
        .filter(|(_, _, back)| *back >= BACK)
        .collect();
    found.sort_by_key(|(_, rows, _)| std::cmp::Reverse(*rows));
    let (lead, rows, back) = found.first()?;
    Some(Cancelled::Prefix(order.column.name.clone(), (*lead).to_owned(), *rows, *back))
}

/// Words that stand for anything but a product, in product codes and names.
const NO_PRODUCT: [&str; 38] = [
    "post",
    "postage",
    "dot",
    "carriage",
    "shipping",
    "freight",
    "delivery",
    "bank charges",
    "amazonfee",
    "manual",
    "discount",
    "adjust",
    "adjustment",
    "fee",
    "fees",
    "samples",
    "test",
    "gift card",
    "voucher",
    "tip",
    "deposit",
    "surcharge",
    "versand",
    "versandkosten",
    "porto",
    "rabatt",
    "gutschein",
    "envio",
    "frete",
    "desconto",
    "descuento",
    "livraison",
    "remise",
    "kargo",
    "indirim",
    "هزینه ارسال",
    "ارسال",
    "تخفیف",
];

/// Codes listed at most.
const MOST_CODES: usize = 20;

/// Product codes that are no products by their words, or that have no digit where nearly all others do.
fn codes(sales: &Sales) -> Vec<(String, usize)> {
    const WITH_DIGITS: f64 = 0.95;
    let Some(product) = sales.pick(Role::Product) else { return Vec::new() };
    let has_digit = |text: &str| text.chars().any(char::is_numeric);
    let filled = product.values().filled().max(1);
    let digits: u32 =
        product.values().distinct().filter(|(text, _)| has_digit(text)).map(|(_, rows)| rows).sum();
    let coded = f64::from(digits) >= WITH_DIGITS * filled as f64;
    let odd = |text: &str| {
        let word = key(text);
        NO_PRODUCT.contains(&word.as_str()) || coded && !has_digit(text)
    };
    let mut codes: Vec<(String, usize)> = product
        .values()
        .distinct()
        .filter(|(text, _)| odd(text))
        .map(|(text, rows)| (text.to_owned(), rows as usize))
        .collect();
    codes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    codes.truncate(MOST_CODES);
    codes
}

/// The currencies of the lines.
fn currencies(sales: &Sales) -> Vec<(String, usize)> {
    let mut currencies: BTreeMap<String, usize> = BTreeMap::new();
    for (text, rows) in sales.pick(Role::Currency).iter().flat_map(|pick| pick.values().distinct()) {
        *currencies.entry(text.to_ascii_uppercase()).or_default() += rows as usize;
    }
    let mut currencies: Vec<(String, usize)> = currencies.into_iter().collect();
    currencies.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    currencies
}
