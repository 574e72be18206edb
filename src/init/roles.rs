//! How well a column fits a word of the configuration: what its header says, then what its values are.
//!
//! A pattern asks for concepts in the header and bars others; its strength is how sure the words are. Words
//! that nothing explains weaken it a little, values that cannot be of that kind rule the column out. Columns
//! whose header says nothing, and files without one, are judged by their values alone, and weakly.

use super::profile::{NEARLY_ALL, Profile};
use super::tables::Column;
#[allow(clippy::enum_glob_use, reason = "lists of concepts read as words")]
use super::words::Concept::{self, *};
use super::words::Concepts;

/// A word of `[transactions.columns]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// `customer_id`
    Customer,
    /// `order_id`
    Order,
    /// `ordered_at`
    OrderedAt,
    /// `product_id`
    Product,
    /// `quantity`
    Quantity,
    /// `unit_price`
    UnitPrice,
    /// `amount`
    Amount,
    /// `unit_cost`
    UnitCost,
    /// `currency`
    Currency,
}

impl Role {
    /// Every role, in the order of the configuration.
    pub(super) const ALL: [Self; 9] = [
        Self::Customer,
        Self::Order,
        Self::OrderedAt,
        Self::Product,
        Self::Quantity,
        Self::UnitPrice,
        Self::Amount,
        Self::UnitCost,
        Self::Currency,
    ];

    /// The key of the configuration.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Customer => "customer_id",
            Self::Order => "order_id",
            Self::OrderedAt => "ordered_at",
            Self::Product => "product_id",
            Self::Quantity => "quantity",
            Self::UnitPrice => "unit_price",
            Self::Amount => "amount",
            Self::UnitCost => "unit_cost",
            Self::Currency => "currency",
        }
    }
}

/// What headers of a role say.
struct Words {
    /// None of these, in any pattern.
    bars: &'static [Concept],
    /// Concepts needed, further concepts barred, strength.
    patterns: &'static [(&'static [Concept], &'static [Concept], f64)],
}

/// What a person is called beside an id.
const CONTACT: &[Concept] = &[Name, Email, Phone, First, Last];

const CUSTOMER: Words = Words {
    bars: &[
        Seller,
        Product,
        Place,
        Date,
        Time,
        Birth,
        Category,
        Status,
        Rating,
        Comment,
        Price,
        Amount,
        Consent,
        Method,
        Satisfaction,
        Quantity,
        Line,
        Complaint,
        Opened,
        Resolved,
        Updated,
        Created,
        Summary,
        Discount,
        Total,
        Tax,
        Delivery,
        Paid,
        Currency,
        Priority,
    ],
    patterns: &[
        (&[Customer, Unique, Id], &[], 1.05),
        (&[Customer, Id], &[], 1.0),
        (&[Customer], CONTACT, 0.9),
        (&[Person, Unique, Id], &[], 0.9),
        (&[Person, Id], &[Order], 0.85),
        (&[Email], &[], 0.7),
        (&[Person], CONTACT, 0.65),
        (&[Phone], &[], 0.6),
        (&[Customer, Name], &[], 0.55),
        (&[Id], &[Order, Unique], 0.45),
        (&[Billing, Name], &[], 0.45),
        (&[Name], &[First, Order], 0.3),
    ],
};

const ORDER: Words = Words {
    bars: &[
        Line, Date, Time, Status, Amount, Total, Category, Customer, Product, Quantity, Priority, Place,
        Price, Cost, Method, Seller, Comment, Created, Paid, Discount, Tax, Delivery, Rating, Answer, Refund,
        Currency,
    ],
    patterns: &[(&[Order, Id], &[], 1.0), (&[Order], &[Name, Sales], 0.85), (&[Order, Name], &[], 0.8)],
};

const ORDERED_AT: Words = Words {
    bars: &[Birth, Rating, Answer, Complaint, Opened, Resolved, Person],
    patterns: &[
        (&[Order, Date], DATES_OF_LATER, 1.0),
        (&[Order, Time], DATES_OF_LATER, 1.0),
        (&[Order, Created], DATES_OF_LATER, 0.95),
        (&[Date], DATES_OF_LATER, 0.9),
        (&[Sales, Date], DATES_OF_LATER, 0.95),
        (&[Time], DATES_OF_LATER, 0.8),
        (&[Created], DATES_OF_LATER, 0.8),
        (&[Order], DATES_OF_LATER, 0.7),
        (&[Paid], &[Due, Updated, Delivery, Refund], 0.6),
        (&[Date], &[], 0.25),
        (&[Time], &[], 0.2),
    ],
};

/// Dates of what happens to an order after it was placed.
const DATES_OF_LATER: &[Concept] = &[Due, Updated, Delivery, Paid, Refund, Last, First, Customer];

const PRODUCT: Words = Words {
    bars: &[
        Category, Quantity, Price, Amount, Total, Seller, Date, Time, Order, Customer, Size, Cost, Discount,
        Tax, Status, Delivery, Rating, Comment, Currency, Compare,
    ],
    patterns: &[
        (&[Sku], &[], 1.0),
        (&[Product, Id], &[Line], 1.0),
        (&[Product], &[Name, Description, Line], 0.9),
        (&[Product, Name], &[], 0.6),
        (&[Description], &[], 0.4),
    ],
};

const QUANTITY: Words = Words {
    bars: &[
        Price, Amount, Date, Time, Size, Total, Cost, Refund, Delivery, Customer, Rating, Summary, Discount,
        Tax, Id, Comment, Place,
    ],
    patterns: &[(&[Quantity], &[], 1.0), (&[Unit], &[], 0.6)],
};

const UNIT_PRICE: Words = Words {
    bars: &[
        Total, Discount, Tax, Delivery, Compare, Refund, Date, Currency, Balance, Category, Status, Profit,
    ],
    patterns: &[
        (&[Unit, Price], &[Cost], 1.0),
        (&[Product, Price], &[Cost], 0.95),
        (&[Price], &[Cost], 0.85),
        (&[Unit, Amount], &[Cost], 0.8),
    ],
};

const AMOUNT: Words = Words {
    bars: &[
        Discount, Tax, Delivery, Refund, Cost, Profit, Balance, Quantity, Date, Time, Currency, Compare,
        Status, Method, Category, Id, Summary, Rating, Size, Created, Unit,
    ],
    patterns: &[
        (&[Line, Total], &[], 1.0),
        (&[Line, Amount], &[], 1.0),
        (&[Total, Price], &[], 0.95),
        (&[Net, Amount], &[], 0.95),
        (&[Net, Sales], &[], 0.95),
        (&[Amount], &[Gross], 0.9),
        (&[Sales], &[Order, Person, Gross], 0.9),
        (&[Gross, Amount], &[], 0.8),
        (&[Gross, Sales], &[], 0.8),
        (&[Total], &[], 0.85),
        (&[Net], &[], 0.75),
        (&[Order], &[], 0.4),
    ],
};

const UNIT_COST: Words = Words {
    bars: &[Delivery, Total, Date, Tax, Discount, Category, Status],
    patterns: &[(&[Unit, Cost], &[], 1.0), (&[Cost], &[], 0.9)],
};

const CURRENCY: Words = Words { bars: &[Price, Amount, Total, Id], patterns: &[(&[Currency], &[], 1.0)] };

/// How sure the header is; `None` when it says something else or nothing.
pub(super) fn by_words(role: Role, column: &Column) -> Option<f64> {
    /// What a word or concept that the pattern does not use takes away, and how much they take at most.
    const EACH_OTHER: f64 = 0.03;
    const MOST_OTHERS: f64 = 0.15;
    let words = match role {
        Role::Customer => CUSTOMER,
        Role::Order => ORDER,
        Role::OrderedAt => ORDERED_AT,
        Role::Product => PRODUCT,
        Role::Quantity => QUANTITY,
        Role::UnitPrice => UNIT_PRICE,
        Role::Amount => AMOUNT,
        Role::UnitCost => UNIT_COST,
        Role::Currency => CURRENCY,
    };
    let said = column.header.concepts;
    if column.header.is_question || said.has_any(Concepts::of(words.bars)) {
        return None;
    }
    let fits = |needs: Concepts, bars: Concepts| said.has_all(needs) && !said.has_any(bars);
    words
        .patterns
        .iter()
        .map(|(needs, bars, strength)| (Concepts::of(needs), Concepts::of(bars), *strength))
        .filter(|(needs, bars, _)| fits(*needs, *bars))
        .map(|(needs, _, strength)| {
            let others = said.beyond(needs) as usize + column.header.unknown.len();
            strength - (EACH_OTHER * others as f64).min(MOST_OTHERS)
        })
        .max_by(f64::total_cmp)
}

/// Whether the values can be of the role.
pub(super) fn can_be(role: Role, column: &Column) -> bool {
    let p = &column.profile;
    if p.filled == 0 {
        return false;
    }
    match role {
        Role::Customer => {
            let enough = p.distinct >= 5 || p.rows < 20;
            p.names_things() && enough && p.missing() < MOSTLY_MISSING && (p.low >= 0.0 || !p.is_number())
        }
        Role::Order => p.names_things() && p.missing() < 0.5,
        Role::OrderedAt => p.is_date(),
        Role::Product => !p.is_date() && !p.has_fractions() && p.distinct > 1,
        Role::Quantity => p.is_number() && p.zero < NEARLY_ALL,
        Role::UnitPrice | Role::Amount | Role::UnitCost => {
            p.is_number() && p.zero < NEARLY_ALL && p.zero_led < 0.1
        }
        Role::Currency => p.letters >= NEARLY_ALL && p.length <= 8.0 || p.numbers == 0.0 && p.length <= 3.0,
    }
}

/// A customer column with a larger share of rows without a customer is none.
pub(super) const MOSTLY_MISSING: f64 = 0.9;

/// Strength of a column by its values alone, for headers that say nothing.
pub(super) fn by_values(role: Role, column: &Column) -> Option<f64> {
    /// `#1001` under a header such as `Name`: what some shop systems call an order.
    const NUMBER_SIGN: f64 = 0.8;
    if role == Role::Order
        && column.values.texts.len() > 1
        && column.values.texts.iter().all(|t| is_hash_number(t))
    {
        return Some(NUMBER_SIGN);
    }
    if column.header.is_understood() || column.header.is_question {
        return None;
    }
    let p = &column.profile;
    let fits = match role {
        Role::OrderedAt => p.is_date(),
        Role::Customer => is_repeated_id(p),
        Role::Quantity => p.is_small_count() && p.distinct > 1 && p.zero < 0.2,
        Role::Amount => p.has_fractions() && p.high > 1.0,
        Role::Currency => column.values.texts.iter().all(|text| is_currency(text)),
        Role::Order | Role::Product | Role::UnitPrice | Role::UnitCost => false,
    };
    fits.then_some(BY_VALUES)
}

/// Strength of what only values say.
pub(super) const BY_VALUES: f64 = 0.3;

fn is_hash_number(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|rest| rest.bytes().any(|byte| byte.is_ascii_digit()))
}

/// Values that come again, too many of them for a category.
fn is_repeated_id(p: &Profile) -> bool {
    p.names_things()
        && p.missing() < 0.5
        && p.distinct >= 5
        && p.rows_each() > 1.05
        && p.rows_each() < 1_000.0
        && (!p.is_small_count() || p.distinct > 100)
}

/// Codes of money, and signs and words for it.
pub(super) fn is_currency(text: &str) -> bool {
    const CODES: &str = "USD EUR GBP JPY CNY INR BRL CAD AUD NZD CHF SEK NOK DKK PLN CZK HUF RON BGN TRY RUB UAH IRR IRT \
        AED SAR QAR KWD BHD OMR IQD AFN PKR BDT LKR THB VND IDR MYR SGD PHP KRW TWD HKD MXN ARS CLP COP PEN UYU ZAR \
        EGP MAD TND DZD NGN KES GHS ILS JOD LBP GEL AMD AZN KZT UZS HRK RSD ISK";
    const SIGNS: [&str; 12] = ["$", "€", "£", "¥", "₹", "₺", "R$", "zł", "﷼", "ریال", "تومان", "درهم"];
    let text = text.trim();
    let code = text.to_ascii_uppercase();
    code.len() == 3 && CODES.split_whitespace().any(|known| known == code) || SIGNS.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::super::column::Values;
    use super::*;
    use crate::ingest::block::Cell;

    fn column(name: &str, rows: &[&str]) -> Column {
        let mut values = Values::default();
        rows.iter().for_each(|row| values.push(Cell::Text(row.as_bytes())));
        Column::new(name, values)
    }

    fn strength(role: Role, name: &str) -> f64 {
        by_words(role, &column(name, &[])).unwrap_or(0.0)
    }

    fn assert_order(role: Role, names: &[&str]) {
        for pair in names.windows(2) {
            let (more, less) = (strength(role, pair[0]), strength(role, pair[1]));
            assert!(more > less, "{role:?}: `{}` {more} should beat `{}` {less}", pair[0], pair[1]);
        }
    }

    #[test]
    fn surer_words_weigh_more() {
        assert_order(
            Role::Customer,
            &[
                "customer_unique_id",
                "customer_id",
                "Customer",
                "user_id",
                "Email",
                "Customer Name",
                "customer_city",
            ],
        );
        assert_order(Role::Order, &["order_id", "Invoice", "order_item_id"]);
        assert_order(
            Role::OrderedAt,
            &["Order Date", "Date", "Created at", "Paid at", "Ship Date", "Birth date"],
        );
        assert_order(Role::Product, &["StockCode", "Product Name", "Description", "Product Category"]);
        assert_order(Role::UnitPrice, &["Unit Price", "Lineitem price", "Lineitem compare at price"]);
        assert_order(Role::Amount, &["Line Total", "Amount", "Total", "Tax amount"]);
        assert_order(Role::UnitCost, &["unit_cost", "Cost", "Shipping cost"]);
    }

    #[test]
    fn values_of_another_kind_rule_a_column_out() {
        assert!(!can_be(Role::OrderedAt, &column("date", &["yes", "no"])));
        assert!(!can_be(Role::Quantity, &column("quantity", &["a", "b"])));
        assert!(!can_be(Role::Customer, &column("customer", &["1.5", "2.5", "3.25"])));
        assert!(!can_be(Role::Customer, &column("customer", &["x", "x"])));
        assert!(can_be(Role::Customer, &column("customer", &["17850.0", "17851.0"])));
    }

    #[test]
    fn silent_headers_leave_the_values_to_speak() {
        let money = column("kolonne7", &["1.50", "22.75", "3.10"]);
        assert_eq!(by_values(Role::Amount, &money), Some(BY_VALUES));
        assert_eq!(by_values(Role::Amount, &column("discount", &["1.50", "22.75", "3.10"])), None);
        assert_eq!(by_values(Role::OrderedAt, &column("x", &["2020-01-31"])), Some(BY_VALUES));
        assert!(is_currency("eur") && is_currency("ریال") && !is_currency("ABC"));
    }
}
