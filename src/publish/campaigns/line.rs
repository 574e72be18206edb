//! One person as one line of a campaign file.

use super::normal::{
    country, google_email, google_name, meta_name, meta_phone, meta_place, meta_zip, names, plain_zip,
};
use crate::config::campaigns::{Channel, Format, GmailDots};
use crate::ingest::people::{Contact, Gender, Reach};
use crate::privacy::hash::{hashed, looks_hashed};
use crate::privacy::phone::Country;

/// Longest text of a Mailchimp field, in bytes.
const MAILCHIMP_LONGEST: usize = 255;

/// A value of a campaign file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    Number(f64),
    /// Microseconds since 1970-01-01, as the clock shows them that the file goes by.
    Time(i64),
}

impl Cell {
    fn of(text: Option<&str>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.to_owned()))
    }

    fn hash_of(text: Option<String>) -> Self {
        text.filter(|text| !text.is_empty()).map_or(Self::Empty, |text| Self::Text(hashed(&text)))
    }
}

/// A time as people and mailing platforms read it; nothing for one beyond the calendar.
pub(super) fn clock(micros: i64) -> String {
    let time = chrono::DateTime::from_timestamp_micros(micros);
    time.map(|time| time.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// Why a value is not in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    BadEmail,
    BadPhone,
    BadCountry,
    NoEmail,
    NoPhone,
    NoIdentifier,
    AlreadyHashed,
    NotAscii,
    TooLong,
    DuplicateAddress,
}

impl Reason {
    /// The stored identifier.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::BadEmail => "bad_email",
            Self::BadPhone => "bad_phone",
            Self::BadCountry => "bad_country",
            Self::NoEmail => "no_email",
            Self::NoPhone => "no_phone",
            Self::NoIdentifier => "no_identifier",
            Self::AlreadyHashed => "already_hashed",
            Self::NotAscii => "not_ascii",
            Self::TooLong => "too_long",
            Self::DuplicateAddress => "duplicate_address",
        }
    }
}

/// A value that could not be normalised.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// What it should have been: `email`, `phone`, ...
    pub(super) field: &'static str,
    pub(super) reason: Reason,
    /// The value as the list writes it.
    pub(super) value: Option<String>,
}

/// What a format makes of a person.
#[derive(Debug)]
pub(super) struct Line {
    /// The cells, in the order of the header; `None` when the person cannot be in the file.
    pub(super) cells: Option<Vec<Cell>>,
    pub(super) faults: Vec<Fault>,
}

/// What a file is made with.
#[derive(Clone, Debug)]
pub(super) struct Maker {
    pub(super) format: Format,
    pub(super) channel: Channel,
    pub(super) dots: GmailDots,
    pub(super) home: Option<Country>,
    /// Which contact data the list has.
    pub(super) listed: Listed,
    /// Columns of the customers table handed on.
    pub(super) columns: Vec<String>,
    /// A column of worth, for Meta.
    pub(super) worth: bool,
}

/// Which contact data a customer list has.
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the list that is there or not")]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Listed {
    pub(super) list: bool,
    pub(super) name: bool,
    pub(super) names: bool,
    pub(super) city: bool,
}

impl Maker {
    /// Names of the columns.
    pub(super) fn header(&self) -> Vec<String> {
        let reached = if self.channel == Channel::Email { "email" } else { "phone" };
        let mut header: Vec<&str> = match self.format {
            Format::GoogleAds => vec!["Email", "Phone", "First Name", "Last Name", "Country", "Zip"],
            Format::Meta => vec!["email", "phone", "fn", "ln", "ct", "st", "zip", "country", "doby", "gen"],
            Format::Mailchimp => vec!["Email Address", "First Name", "Last Name"],
            Format::Klaviyo if self.channel == Channel::Email => {
                vec!["Email Address", "First Name", "Last Name"]
            }
            Format::Klaviyo => vec!["Phone Number", "First Name", "Last Name"],
            Format::Csv | Format::Parquet | Format::Xlsx => {
                let all = [
                    (true, "customer_id"),
                    (self.listed.list, reached),
                    (self.listed.name, "name"),
                    (self.listed.names, "first_name"),
                    (self.listed.names, "last_name"),
                    (self.listed.city, "city"),
                ];
                all.into_iter().filter(|(there, _)| *there).map(|(_, name)| name).collect()
            }
        };
        if self.format == Format::Meta && self.worth {
            header.push("value");
        }
        let own = header.into_iter().map(str::to_owned);
        own.chain(self.columns.iter().filter(|_| !self.format.is_ads()).cloned()).collect()
    }

    /// The data by which the file reaches people.
    pub(super) fn reach(&self) -> Reach {
        match self.channel {
            _ if self.format.is_ads() => Reach::Both,
            Channel::Email => Reach::Email,
            Channel::Sms | Channel::Phone => Reach::Phone,
        }
    }

    /// The line of a person; `extra` are the values of the columns handed on, or the worth.
    pub(super) fn line(&self, id: &str, contact: Option<&Contact>, extra: Vec<Cell>) -> Line {
        let mut faults = Vec::new();
        let cells = match (self.format, contact) {
            (Format::Csv | Format::Parquet | Format::Xlsx, None) => Some(vec![Cell::Text(id.to_owned())]),
            (_, None) => None,
            (Format::GoogleAds, Some(contact)) => self.google(contact, &mut faults),
            (Format::Meta, Some(contact)) => self.meta(contact, &mut faults),
            (Format::Mailchimp | Format::Klaviyo, Some(contact)) => self.mailing(contact, &mut faults),
            (_, Some(contact)) => self.plain(contact, &mut faults),
        };
        let cells = cells.map(|mut cells| {
            cells.extend(extra);
            cells
        });
        Line { cells, faults }
    }

    fn google(&self, person: &Contact, faults: &mut Vec<Fault>) -> Option<Vec<Cell>> {
        let email = email(person, faults).map(|address| google_email(address, self.dots));
        let phone = phone(person, faults).map(str::to_owned);
        let (first, last) = person_names(person, faults);
        let country = self.country(person, faults);
        let zip = person.postal_code.as_deref().map(plain_zip).filter(|zip| !zip.is_empty());
        // An address matches by all of its four parts or not at all; parts that cannot match stay here.
        let address = match (first.map(google_name), last.map(google_name), country, zip) {
            (Some(first), Some(last), Some(country), Some(zip)) => {
                [Cell::hash_of(Some(first)), Cell::hash_of(Some(last)), Cell::Text(country), Cell::Text(zip)]
            }
            _ => [Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty],
        };
        let mut cells = vec![Cell::hash_of(email), Cell::hash_of(phone)];
        cells.extend(address);
        self.identified(cells, faults)
    }

    fn meta(&self, person: &Contact, faults: &mut Vec<Fault>) -> Option<Vec<Cell>> {
        let email = email(person, faults).map(str::to_owned);
        let phone = phone(person, faults).map(meta_phone);
        let (first, last) = person_names(person, faults);
        let country = self.country(person, faults).map(|code| code.to_lowercase());
        let born = person.birth_date.map(|date| chrono::Datelike::year(&date)).filter(|year| *year >= 1900);
        let gender = person.gender.map(|gender| match gender {
            Gender::Female => "f".to_owned(),
            Gender::Male => "m".to_owned(),
        });
        let identified = email.is_some() || phone.is_some();
        let cells = [
            email,
            phone,
            first.map(meta_name),
            last.map(meta_name),
            person.city.as_deref().map(meta_place),
            person.state.as_deref().map(meta_place),
            person.postal_code.as_deref().map(meta_zip),
            country,
            born.map(|year| year.to_string()),
            gender,
        ];
        let cells = cells.into_iter().map(Cell::hash_of).collect();
        if identified { Some(cells) } else { self.identified(vec![Cell::Empty], faults) }
    }

    fn mailing(&self, person: &Contact, faults: &mut Vec<Fault>) -> Option<Vec<Cell>> {
        let reached = self.reached(person, faults)?;
        if self.format == Format::Mailchimp {
            let local = reached.split('@').next().unwrap_or_default();
            if !local.is_ascii() {
                faults.push(fault("email", Reason::NotAscii, Some(reached)));
                return None;
            }
        }
        let (first, last) = person_names(person, faults);
        let mut cells = vec![Cell::Text(reached.to_owned())];
        for (field, name) in [("first_name", first), ("last_name", last)] {
            match name {
                Some(name) if self.format == Format::Mailchimp && name.len() > MAILCHIMP_LONGEST => {
                    faults.push(fault(field, Reason::TooLong, Some(name)));
                    cells.push(Cell::Empty);
                }
                name => cells.push(Cell::of(name.map(str::trim))),
            }
        }
        Some(cells)
    }

    fn plain(&self, person: &Contact, faults: &mut Vec<Fault>) -> Option<Vec<Cell>> {
        let reached = self.reached(person, faults)?;
        let mut cells = vec![Cell::Text(person.customer_id.clone()), Cell::Text(reached.to_owned())];
        let fields = [
            (self.listed.name, &person.name),
            (self.listed.names, &person.first_name),
            (self.listed.names, &person.last_name),
            (self.listed.city, &person.city),
        ];
        cells.extend(
            fields.into_iter().filter(|(there, _)| *there).map(|(_, text)| Cell::of(text.as_deref())),
        );
        Some(cells)
    }

    /// The address or number of the channel.
    fn reached<'a>(&self, person: &'a Contact, faults: &mut Vec<Fault>) -> Option<&'a str> {
        let (found, field, reason) = match self.channel {
            Channel::Email => (email(person, faults), "email", Reason::NoEmail),
            Channel::Sms | Channel::Phone => (phone(person, faults), "phone", Reason::NoPhone),
        };
        if found.is_none() && faults.is_empty() {
            faults.push(fault(field, reason, None));
        }
        found
    }

    fn country(&self, person: &Contact, faults: &mut Vec<Fault>) -> Option<String> {
        let code = country(person.country.as_deref(), self.home);
        if code.is_none() && person.country.is_some() {
            faults.push(fault("country", Reason::BadCountry, person.country.as_deref()));
        }
        code
    }

    /// The cells, if any of them says who it is.
    #[expect(clippy::unused_self, reason = "a step of making a line")]
    fn identified(&self, cells: Vec<Cell>, faults: &mut Vec<Fault>) -> Option<Vec<Cell>> {
        if cells.iter().any(|cell| *cell != Cell::Empty) {
            return Some(cells);
        }
        faults.push(fault("email", Reason::NoIdentifier, None));
        None
    }
}

fn fault(field: &'static str, reason: Reason, value: Option<&str>) -> Fault {
    Fault { field, reason, value: value.map(str::to_owned) }
}

fn email<'a>(person: &'a Contact, faults: &mut Vec<Fault>) -> Option<&'a str> {
    let canonical = person.email_canonical.as_deref();
    if let (None, Some(raw)) = (canonical, person.email.as_deref()) {
        let reason = if looks_hashed(raw) { Reason::AlreadyHashed } else { Reason::BadEmail };
        faults.push(fault("email", reason, Some(raw)));
    }
    canonical
}

fn phone<'a>(person: &'a Contact, faults: &mut Vec<Fault>) -> Option<&'a str> {
    let number = person.phone_e164.as_deref();
    if let (None, Some(raw)) = (number, person.phone.as_deref()) {
        let reason = if looks_hashed(raw) { Reason::AlreadyHashed } else { Reason::BadPhone };
        faults.push(fault("phone", reason, Some(raw)));
    }
    number
}

/// Given and family name; what looks hashed is no name.
fn person_names<'a>(person: &'a Contact, faults: &mut Vec<Fault>) -> (Option<&'a str>, Option<&'a str>) {
    let (first, last) =
        names(person.first_name.as_deref(), person.last_name.as_deref(), person.name.as_deref());
    let mut sound = |field, name: Option<&'a str>| match name {
        Some(name) if looks_hashed(name) => {
            faults.push(fault(field, Reason::AlreadyHashed, Some(name)));
            None
        }
        name => name.filter(|name| !name.trim().is_empty()),
    };
    (sound("first_name", first), sound("last_name", last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::{email, phone};

    fn person() -> Contact {
        let (email, phone) = ("  Test@Example.com ", "(555) 123-4567");
        Contact {
            customer_id: "7".into(),
            name: Some("Zoë O'Neil".into()),
            email: Some(email.into()),
            email_canonical: email::canonical(email),
            phone: Some(phone.into()),
            phone_e164: phone::e164(phone, Country::of("US")),
            city: Some("St. Louis".into()),
            postal_code: Some("63101-1234".into()),
            ..Contact::default()
        }
    }

    fn maker(format: Format) -> Maker {
        Maker {
            format,
            channel: Channel::Email,
            dots: GmailDots::Keep,
            home: Country::of("US"),
            listed: Listed { list: true, name: true, names: false, city: true },
            columns: Vec::new(),
            worth: false,
        }
    }

    fn texts(cells: &[Cell]) -> Vec<&str> {
        fn text(cell: &Cell) -> &str {
            if let Cell::Text(text) = cell { text } else { "" }
        }
        cells.iter().map(text).collect()
    }

    const EMAIL: &str = "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b";
    const ZOE: &str = "2752b88686847fa5c86f47b94ce652b7b3f22a91c37617d451a4db9afa431450";

    #[test]
    fn google_hashes_people_and_not_places() {
        let google = maker(Format::GoogleAds);
        let line = google.line("7", Some(&person()), Vec::new());
        let cells = line.cells.unwrap();
        let last = hashed("o'neil");
        let phone = "8a59780bb8cd2ba022bfa5ba2ea3b6e07af17a7d8b30c1f9b3390e36f69019e4";
        assert_eq!(texts(&cells), [EMAIL, phone, ZOE, &last, "US", "63101-1234"]);
        assert_eq!(google.header().join(","), "Email,Phone,First Name,Last Name,Country,Zip");
        // Without a postal code no part of the address can match, and none is handed out.
        let without = Contact { postal_code: None, ..person() };
        let cells = google.line("7", Some(&without), Vec::new()).cells.unwrap();
        assert_eq!(texts(&cells), [EMAIL, phone, "", "", "", ""]);
    }

    #[test]
    fn meta_hashes_places_too_and_has_no_plus() {
        let meta = maker(Format::Meta);
        let cells = meta.line("7", Some(&person()), Vec::new()).cells.unwrap();
        let phone = "d6736136ea896c1bfdc553e0e86e702c70d060d805696ca3e4e9e0961353860a";
        let us = "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621";
        let (last, city, zip) = (hashed("oneil"), hashed("stlouis"), hashed("631011234"));
        assert_eq!(texts(&cells), [EMAIL, phone, ZOE, &last, &city, "", &zip, us, "", ""]);
        assert_eq!(meta.header().len(), cells.len());
    }

    #[test]
    fn a_value_at_fault_costs_its_cell_and_the_last_one_costs_the_line() {
        let bad = Contact { phone: Some("call me".into()), phone_e164: None, ..person() };
        let line = maker(Format::GoogleAds).line("7", Some(&bad), Vec::new());
        assert_eq!(texts(&line.cells.unwrap())[..2], [EMAIL, ""]);
        assert_eq!(line.faults[0].reason, Reason::BadPhone);
        let hash = hashed("test@example.com");
        let worse = Contact { email: Some(hash), email_canonical: None, postal_code: None, ..bad };
        for format in [Format::GoogleAds, Format::Meta] {
            let line = maker(format).line("7", Some(&worse), Vec::new());
            assert!(line.cells.is_none());
            let reasons: Vec<_> = line.faults.iter().map(|fault| fault.reason).collect();
            assert_eq!(reasons, [Reason::AlreadyHashed, Reason::BadPhone, Reason::NoIdentifier]);
        }
        let line = maker(Format::Csv).line("7", Some(&Contact::default()), Vec::new());
        assert!(line.cells.is_none() && line.faults[0].reason == Reason::NoEmail);
    }

    #[test]
    fn lists_for_mailing_are_plain() {
        let columns = vec!["rfm_segment".to_owned()];
        let mailchimp = Maker { columns, ..maker(Format::Mailchimp) };
        let line = mailchimp.line("7", Some(&person()), vec![Cell::Text("loyal".into())]);
        assert_eq!(mailchimp.header(), ["Email Address", "First Name", "Last Name", "rfm_segment"]);
        assert_eq!(texts(&line.cells.unwrap()), ["test@example.com", "Zoë", "O'Neil", "loyal"]);
        let foreign = Contact { email_canonical: Some("سارا@example.com".into()), ..person() };
        let line = mailchimp.line("7", Some(&foreign), Vec::new());
        assert!(line.cells.is_none() && line.faults[0].reason == Reason::NotAscii);
        let klaviyo = Maker { channel: Channel::Sms, ..maker(Format::Klaviyo) };
        assert_eq!(klaviyo.header()[0], "Phone Number");
        let cells = klaviyo.line("7", Some(&person()), Vec::new()).cells.unwrap();
        assert_eq!(texts(&cells)[0], "+15551234567");
    }

    #[test]
    fn without_a_list_a_plain_file_has_ids() {
        let plain = Maker { listed: Listed::default(), ..maker(Format::Csv) };
        assert_eq!(plain.header(), ["customer_id"]);
        assert_eq!(plain.line("7", None, Vec::new()).cells.unwrap(), [Cell::Text("7".into())]);
    }
}
