//! Every word in the exports, in English and Persian, in the same order, so that a number picks the same
//! thing in both.

use super::export::{Heading, Kind, Sheet};
use super::params::Locale;

/// The same word in English and Persian.
pub(super) type Word = (&'static str, &'static str);

/// The word in a language.
pub(super) fn pick(word: Word, locale: Locale) -> &'static str {
    match locale {
        Locale::En => word.0,
        Locale::Fa => word.1,
    }
}

const fn column(en: &'static str, fa: &'static str, kind: Kind) -> Heading {
    Heading { word: (en, fa), kind }
}

/// Transactions: one row per order line.
pub(super) const ORDERS: Sheet<7> = Sheet([
    column("InvoiceNo", "شماره فاکتور", Kind::Text),
    column("InvoiceDate", "تاریخ", Kind::Moment),
    column("CustomerID", "کد مشتری", Kind::Text),
    column("StockCode", "کد کالا", Kind::Text),
    column("Description", "شرح کالا", Kind::Text),
    column("Quantity", "تعداد", Kind::Whole),
    column("UnitPrice", "قیمت واحد", Kind::Money),
]);

/// Survey responses.
pub(super) const SURVEY: Sheet<6> = Sheet([
    column("response", "شماره پاسخ", Kind::Text),
    column("customer", "کد مشتری", Kind::Text),
    column("date", "تاریخ پاسخ", Kind::Day),
    column("overall", "رضایت کلی", Kind::Whole),
    column("recommend", "پیشنهاد به دیگران", Kind::Whole),
    column("delivery", "کیفیت ارسال", Kind::Text),
]);

/// Complaints.
pub(super) const COMPLAINTS: Sheet<8> = Sheet([
    column("complaint", "شماره شکایت", Kind::Text),
    column("customer", "کد مشتری", Kind::Text),
    column("opened", "زمان ثبت", Kind::Moment),
    column("first_response", "نخستین پاسخ", Kind::Moment),
    column("resolved", "زمان حل", Kind::Moment),
    column("reopened", "دفعات بازگشایی", Kind::Whole),
    column("category", "موضوع", Kind::Text),
    column("channel", "راه تماس", Kind::Text),
]);

/// The customer list.
pub(super) const CUSTOMERS: Sheet<8> = Sheet([
    column("customer", "کد مشتری", Kind::Text),
    column("name", "نام", Kind::Text),
    column("email", "رایانامه", Kind::Text),
    column("phone", "تلفن", Kind::Text),
    column("city", "شهر", Kind::Text),
    column("consent_email", "اجازه رایانامه", Kind::Text),
    column("consent_phone", "اجازه تلفن", Kind::Text),
    column("consent_ads", "اجازه تبلیغ", Kind::Text),
]);

/// Codes of rows that sell no product; the same in both languages.
pub(super) const POSTAGE: &str = "POST";
/// See [`POSTAGE`].
pub(super) const DISCOUNT: &str = "DISCOUNT";
/// Names of the two services.
pub(super) const SERVICE_NAMES: [Word; 2] = [("Postage", "هزینه ارسال"), ("Discount", "تخفیف")];

/// What somebody typed where a number belongs.
pub(super) const NOT_A_NUMBER: Word = ("two", "دو تا");

/// Answers about delivery, worst first.
pub(super) const DELIVERY_LABELS: [Word; 5] = [
    ("very bad", "خیلی بد"),
    ("bad", "بد"),
    ("average", "متوسط"),
    ("good", "خوب"),
    ("very good", "خیلی خوب"),
];

/// What complaints are about, most frequent first.
pub(super) const CATEGORIES: [Word; 5] = [
    ("delivery", "ارسال"),
    ("quality", "کیفیت کالا"),
    ("refund", "بازگشت پول"),
    ("service", "برخورد کارکنان"),
    ("website", "سایت"),
];

/// How complaints arrive, most frequent first.
pub(super) const CHANNELS: [Word; 4] =
    [("phone", "تلفن"), ("email", "رایانامه"), ("chat", "گفت‌وگوی آنلاین"), ("store", "فروشگاه")];

/// Consent given and refused.
pub(super) const CONSENT: [Word; 2] = [("yes", "بله"), ("no", "خیر")];

pub(super) const CITIES: [Word; 12] = [
    ("Tehran", "تهران"),
    ("Mashhad", "مشهد"),
    ("Isfahan", "اصفهان"),
    ("Karaj", "کرج"),
    ("Shiraz", "شیراز"),
    ("Tabriz", "تبریز"),
    ("Qom", "قم"),
    ("Ahvaz", "اهواز"),
    ("Kermanshah", "کرمانشاه"),
    ("Rasht", "رشت"),
    ("Yazd", "یزد"),
    ("Kerman", "کرمان"),
];

pub(super) const GIVEN_NAMES: [Word; 24] = [
    ("Sara", "سارا"),
    ("Nima", "نیما"),
    ("Leila", "لیلا"),
    ("Arash", "آرش"),
    ("Mina", "مینا"),
    ("Kaveh", "کاوه"),
    ("Shirin", "شیرین"),
    ("Babak", "بابک"),
    ("Parisa", "پریسا"),
    ("Omid", "امید"),
    ("Niloofar", "نیلوفر"),
    ("Reza", "رضا"),
    ("Maryam", "مریم"),
    ("Hamid", "حمید"),
    ("Zahra", "زهرا"),
    ("Saeed", "سعید"),
    ("Elham", "الهام"),
    ("Farhad", "فرهاد"),
    ("Nasrin", "نسرین"),
    ("Ali", "علی"),
    ("Roya", "رویا"),
    ("Mehdi", "مهدی"),
    ("Taraneh", "ترانه"),
    ("Kamran", "کامران"),
];

pub(super) const FAMILY_NAMES: [Word; 24] = [
    ("Ahmadi", "احمدی"),
    ("Karimi", "کریمی"),
    ("Hosseini", "حسینی"),
    ("Moradi", "مرادی"),
    ("Rezaei", "رضایی"),
    ("Jafari", "جعفری"),
    ("Kazemi", "کاظمی"),
    ("Sadeghi", "صادقی"),
    ("Akbari", "اکبری"),
    ("Ebrahimi", "ابراهیمی"),
    ("Rostami", "رستمی"),
    ("Mousavi", "موسوی"),
    ("Ghasemi", "قاسمی"),
    ("Rahimi", "رحیمی"),
    ("Bagheri", "باقری"),
    ("Norouzi", "نوروزی"),
    ("Yazdani", "یزدانی"),
    ("Tehrani", "تهرانی"),
    ("Shirazi", "شیرازی"),
    ("Amini", "امینی"),
    ("Kiani", "کیانی"),
    ("Parsa", "پارسا"),
    ("Zand", "زند"),
    ("Keshavarz", "کشاورز"),
];

const THINGS: [Word; 16] = [
    ("mug", "لیوان"),
    ("plate", "بشقاب"),
    ("lamp", "چراغ"),
    ("teapot", "قوری"),
    ("basket", "سبد"),
    ("blanket", "پتو"),
    ("candle", "شمع"),
    ("notebook", "دفتر"),
    ("clock", "ساعت"),
    ("vase", "گلدان"),
    ("cushion", "کوسن"),
    ("tray", "سینی"),
    ("bowl", "کاسه"),
    ("rug", "قالیچه"),
    ("frame", "قاب"),
    ("bag", "کیف"),
];

const LOOKS: [Word; 12] = [
    ("blue", "آبی"),
    ("red", "قرمز"),
    ("green", "سبز"),
    ("white", "سفید"),
    ("large", "بزرگ"),
    ("small", "کوچک"),
    ("wooden", "چوبی"),
    ("glass", "شیشه‌ای"),
    ("copper", "مسی"),
    ("handmade", "دست‌ساز"),
    ("plain", "ساده"),
    ("striped", "راه‌راه"),
];

/// Name of a product: a look and a thing, and a series number after the first 192. Some names have the
/// marks that break careless readers: a comma, a line break, quotes.
pub(super) fn product_name(number: u64, locale: Locale) -> String {
    let thing = pick(THINGS[(number % 16) as usize], locale);
    let look = pick(LOOKS[(number / 16 % 12) as usize], locale);
    let series = number / 192;
    let mut name = match (locale, number % 11 == 3) {
        (Locale::En, false) => format!("{look} {thing}"),
        (Locale::Fa, false) => format!("{thing} {look}"),
        (_, true) => format!("{thing}, {look}"),
    };
    if series > 0 {
        name = format!("{name} {}", series + 1);
    }
    if number % 23 == 5 {
        name.push_str(pick(("\n(set of 2)", "\n(دوتایی)"), locale));
    } else if number % 37 == 7 {
        name.push_str(pick((" \"Yalda\"", " \"یلدا\""), locale));
    }
    name
}

/// The text as an Arabic keyboard types it: Arabic yeh and kaf for the Persian letters.
pub(super) fn arabic_letters(text: &str) -> String {
    text.replace('ی', "ي").replace('ک', "ك")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_names_carry_the_marks_that_need_quotes() {
        assert_eq!(product_name(0, Locale::En), "blue mug");
        assert_eq!(product_name(0, Locale::Fa), "لیوان آبی");
        assert_eq!(product_name(3, Locale::En), "teapot, blue");
        assert_eq!(product_name(5, Locale::En), "blue blanket\n(set of 2)");
        assert_eq!(product_name(7, Locale::En), "blue notebook \"Yalda\"");
        assert_eq!(product_name(193, Locale::En), "blue plate 2");
    }

    #[test]
    fn arabic_letters_replace_persian_ones() {
        assert_eq!(arabic_letters("کرمانشاهی"), "\u{643}رمانشاه\u{64a}");
    }
}
