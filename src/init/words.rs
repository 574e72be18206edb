//! What a header says: its words, in any language, as concepts.
//!
//! A header is cut into words at everything that is no letter, at capitals (`InvoiceNo`) and, where a word is not
//! in the lexicon, into words that are (`bestelldatum`). Case, accents and spelling habits do not count. The
//! lexicon is `lexicon.txt`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::ingest::text;

macro_rules! concepts {
    ($($concept:ident $word:literal),* $(,)?) => {
        /// An idea that headers name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Concept { $($concept),* }

        impl Concept {
            fn named(name: &str) -> Option<Self> {
                match name { $($word => Some(Self::$concept),)* _ => None }
            }
        }
    };
}

concepts! {
    Customer "customer", Person "person", Id "id", Unique "unique", Order "order", Line "line", Date "date",
    Time "time", Created "created", Paid "paid", Product "product", Sku "sku", Name "name", Description "description",
    Category "category", Quantity "quantity", Price "price", Unit "unit", Amount "amount", Sales "sales",
    Total "total", Net "net", Gross "gross", Cost "cost", Profit "profit", Currency "currency", Discount "discount", Tax "tax",
    Delivery "delivery", Status "status", Email "email", Phone "phone", Place "place", Seller "seller",
    Updated "updated", Due "due", Birth "birth", Rating "rating", Satisfaction "satisfaction",
    Quality "quality", Recommend "recommend", Again "again", Effort "effort", Expectation "expectation",
    Perception "perception", Question "question", Answer "answer", Comment "comment", Complaint "complaint",
    Opened "opened", Resolved "resolved", Priority "priority", Consent "consent", Method "method",
    Billing "billing", Compare "compare", Refund "refund", Balance "balance", Summary "summary", Size "size",
    First "first", Last "last", Filler "filler",
}

/// A set of concepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Concepts(u64);

impl Concepts {
    /// The set of these.
    pub(super) const fn of(concepts: &[Concept]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < concepts.len() {
            bits |= 1 << concepts[at] as u32;
            at += 1;
        }
        Self(bits)
    }

    fn add(&mut self, concept: Concept) {
        self.0 |= 1 << concept as u32;
    }

    /// Whether the set has a concept.
    pub(super) fn has(self, concept: Concept) -> bool {
        self.has_all(Self::of(&[concept]))
    }

    /// Whether the set has every concept of another.
    pub(super) fn has_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the sets share a concept.
    pub(super) fn has_any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The concepts of both sets.
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Number of concepts that are not in another set.
    pub(super) fn beyond(self, other: Self) -> u32 {
        (self.0 & !other.0).count_ones()
    }
}

/// A header, understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// What its words mean; fillers left out.
    pub(super) concepts: Concepts,
    /// Words that the lexicon does not have.
    pub(super) unknown: Vec<String>,
    /// It is a sentence, as forms put above their answers.
    pub(super) is_question: bool,
}

impl Header {
    /// Reads a header.
    pub(super) fn read(name: &str) -> Self {
        /// Names of columns have fewer words.
        const SENTENCE: usize = 7;
        let words = words(&without_deduction(name));
        let is_question = words.len() >= SENTENCE || name.contains(['?', '؟']) && words.len() > 2;
        let mut header = Self { is_question, ..Self::default() };
        let mut at = 0;
        while let Some(word) = words.get(at) {
            // "number of CDs" counts; "number" alone names.
            let counts = matches!(word.as_str(), "number" | "no" | "num")
                && words.get(at + 1).is_some_and(|w| w == "of");
            if counts {
                header.concepts.add(Concept::Quantity);
                at += 2;
                continue;
            }
            cut(word).into_iter().for_each(|part| header.take(part));
            at += 1;
        }
        header
    }

    fn take(&mut self, word: &str) {
        match LEXICON.get(word) {
            Some(Concept::Filler) => {}
            Some(concept) => self.concepts.add(*concept),
            None if word.chars().all(char::is_numeric) => {}
            None => self.unknown.push(word.to_owned()),
        }
    }

    /// Whether any word is understood.
    pub(super) fn is_understood(&self) -> bool {
        self.concepts != Concepts::default()
    }
}

/// Words of all concepts, in the form that [`words`] gives them.
static LEXICON: LazyLock<BTreeMap<String, Concept>> = LazyLock::new(|| {
    let lines = include_str!("lexicon.txt").lines().filter(|line| !line.starts_with('#'));
    let mut lexicon = BTreeMap::new();
    for line in lines {
        let mut listed = line.split_whitespace();
        let Some(concept) = listed.next().and_then(Concept::named) else { continue };
        listed.for_each(|word| {
            lexicon.insert(folded(word), concept);
        });
    }
    lexicon
});

/// Whether most of the names are in Arabic script, and the language is Persian: some have letters that Arabic lacks, or
/// words of Persian that are often typed with Arabic letters.
pub(super) fn are_persian<'a>(names: impl Iterator<Item = &'a str>) -> bool {
    const LETTERS: [char; 6] = ['پ', 'چ', 'ژ', 'گ', 'ک', 'ی'];
    const WORDS: [&str; 8] = ["مشتر", "سفارش", "فاکتور", "خرید", "شماره", "تعداد", "رضایت", "پرسش"];
    let (mut all, mut in_script, mut persian) = (0, 0, false);
    for name in names {
        let key = text::key(name);
        all += 1;
        in_script += usize::from(name.chars().any(|sign| ('\u{600}'..='\u{6ff}').contains(&sign)));
        persian |= name.contains(LETTERS) || WORDS.iter().any(|word| key.contains(word));
    }
    persian && in_script * 2 > all
}

/// The words of a header, folded.
pub(super) fn words(name: &str) -> Vec<String> {
    let shown = ["N°", "n°", "Nº", "nº", "№"]
        .iter()
        .fold(text::display(name), |name, sign| name.replace(sign, "no "));
    let mut words = vec![String::new()];
    let mut before = ' ';
    let mut signs = shown.chars().peekable();
    while let Some(sign) = signs.next() {
        let next_is_small = signs.peek().is_some_and(|next| next.is_lowercase());
        let camel = sign.is_uppercase() && (before.is_lowercase() || before.is_uppercase() && next_is_small);
        let digits = sign.is_numeric() != before.is_numeric();
        if camel || digits || !sign.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| is_of_word(sign)) {
            word.push(sign);
        }
        before = sign;
    }
    words.iter().map(|word| folded(word)).filter(|word| !word.is_empty()).collect()
}

fn is_of_word(sign: char) -> bool {
    sign.is_alphanumeric() || is_mark(sign)
}

fn is_mark(sign: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&sign)
}

/// The name without what stands in brackets behind a minus: `Quantity (- Refund)` is a quantity.
fn without_deduction(name: &str) -> String {
    match name.split_once("(-") {
        Some((before, rest)) => format!("{before}{}", rest.split_once(')').map_or("", |(_, after)| after)),
        None => name.to_owned(),
    }
}

/// Lower case, without accents, Persian letters in one spelling.
fn folded(word: &str) -> String {
    let key = text::key(word);
    let plain = key.chars().map(|sign| if sign == 'ı' { 'i' } else { sign });
    DecomposingNormalizerBorrowed::new_nfd()
        .normalize_iter(plain)
        .filter(|sign| !is_mark(*sign))
        .collect::<String>()
        .replace('ß', "ss")
}

/// A word of the lexicon as it is; another one cut into such words where that works out, the fewest of them.
fn cut(word: &str) -> Vec<&str> {
    /// The shortest word that may begin a compound; shorter ones only end it (`custid`, `orderno`).
    const SHORTEST: usize = 3;
    let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).skip(1).chain([word.len()]).collect();
    // Chinese, Japanese and Korean words are short and stand without blanks between them.
    let dense = word.chars().all(|sign| sign >= '\u{2e80}');
    if LEXICON.contains_key(word) || (word.chars().count() < SHORTEST && !dense) {
        return vec![word];
    }
    // Fewest parts up to each place, and where the last of them begins.
    let mut best: BTreeMap<usize, (usize, usize)> = BTreeMap::from([(0, (0, 0))]);
    for &end in &ends {
        let starts: Vec<(usize, usize)> = best.range(..end).map(|(at, (parts, _))| (*at, *parts)).collect();
        for (start, parts) in starts {
            let part = &word[start..end];
            let long = dense || part.chars().count() >= SHORTEST || (end == word.len() && part.len() > 1);
            let better = best.get(&end).is_none_or(|(fewest, _)| parts + 1 < *fewest);
            if long && better && LEXICON.contains_key(part) {
                best.insert(end, (parts + 1, start));
            }
        }
    }
    let mut parts = Vec::new();
    let mut end = word.len();
    while end > 0 {
        let Some((_, start)) = best.get(&end) else { return vec![word] };
        parts.push(&word[*start..end]);
        end = *start;
    }
    parts.reverse();
    parts
}

#[cfg(test)]
mod tests {
    #[allow(clippy::enum_glob_use, reason = "lists of concepts read as words")]
    use super::Concept::*;
    use super::*;

    fn means(name: &str) -> Concepts {
        Header::read(name).concepts
    }

    #[test]
    fn headers_of_many_shops_are_understood() {
        for (names, concepts) in [
            (
                "CustomerID | customer_id | Kundennummer | Kunden-Nr. | Cliente ID | código do cliente | N° client | \
                 Müşteri No | کد مشتری | كد مشتري | Asiakasnumero | 客户编号 | 顧客番号 | CUSTID | custno",
                &[Customer, Id][..],
            ),
            (
                "InvoiceNo | Order ID | order_number | Bestellnummer | Rechnungsnr | Número de pedido | \
                 Numéro de commande | Sipariş No | شماره فاکتور | شماره‌ی سفارش | номер заказа",
                &[Order, Id],
            ),
            (
                "InvoiceDate | order date | Bestelldatum | Fecha de compra | Data do pedido | Date de commande | \
                 Sipariş Tarihi | تاریخ سفارش | orderdate",
                &[Order, Date],
            ),
            (
                "UnitPrice | Einzelpreis | Precio unitario | Preço unitário | Prix unitaire | Birim Fiyatı | قیمت واحد",
                &[Unit, Price],
            ),
            ("number_of_cds | Qty | Menge | Stück | Cantidad | Quantité | Adet | تعداد | 数量", &[Quantity]),
            (
                "Total Amount | Gesamtbetrag | Importe total | Valor total | Montant total | Toplam Tutar | مبلغ کل",
                &[Total, Amount],
            ),
        ] {
            for name in names.split(" | ") {
                assert!(means(name).has_all(Concepts::of(concepts)), "{name}: {:?}", Header::read(name));
            }
        }
    }

    #[test]
    fn words_are_cut_where_all_parts_are_known_and_nowhere_else() {
        assert_eq!(cut("orderdate"), ["order", "date"]);
        assert_eq!(cut("stockcode"), ["stock", "code"]);
        assert_eq!(cut("updated"), ["updated"]);
        assert_eq!(cut("country"), ["country"]);
        assert_eq!(cut("idea"), ["idea"]);
        assert_eq!(words("VATAmount_2"), ["vat", "amount", "2"]);
        assert_eq!(words("Lineitem quantity"), ["lineitem", "quantity"]);
        assert!(means("Lineitem quantity").has_all(Concepts::of(&[Line, Product, Quantity])));
    }

    #[test]
    fn persian_is_told_from_arabic() {
        let persian = |names: &str| are_persian(names.split(';'));
        assert!(persian("کد مشتری;تاریخ;مبلغ"));
        assert!(persian("كد مشتري;تاريخ;مبلغ"));
        assert!(!persian("رقم العميل;تاريخ الفاتورة;المبلغ الإجمالي"));
        assert!(!persian("رقم;تاريخ;كمية"));
        assert!(!persian("customer;date;مبلغ"));
    }

    #[test]
    fn every_line_of_the_lexicon_is_a_concept_and_every_word_stands_once() {
        let mut seen = BTreeMap::new();
        for line in include_str!("lexicon.txt").lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
            let mut words = line.split_whitespace();
            let name = words.next().unwrap();
            assert!(Concept::named(name).is_some(), "{name}");
            for word in words {
                let before = seen.insert(folded(word), name);
                assert!(before.is_none_or(|b| b == name), "`{word}` is {name} and {before:?}");
            }
        }
    }
}
