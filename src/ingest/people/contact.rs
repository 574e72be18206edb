//! One customer of the list.

use chrono::NaiveDate;

use super::Consent;
use crate::ingest::text::key;

/// How one customer can be reached. Texts are as the list writes them, in the form in which they are shown
/// ([`crate::ingest::text::display`]); what is empty or a spelling of "no value" is `None`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// The customer, as the transactions name them.
    pub customer_id: String,
    /// The whole name.
    pub name: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// E-mail address as written.
    pub email: Option<String>,
    /// The address in the form in which addresses are compared; `None` when what is written is none.
    pub email_canonical: Option<String>,
    /// Phone number as written.
    pub phone: Option<String>,
    /// The number in E.164; `None` when what is written is none.
    pub phone_e164: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Date of birth.
    pub birth_date: Option<NaiveDate>,
    /// Gender, where the word for it is known.
    pub gender: Option<Gender>,
    /// National code; ten digits where they pass the check digit, else as written.
    pub national_code: Option<String>,
    /// What the customer agreed to, one for each of [`super::People::consents`].
    pub consents: Vec<Consent>,
    /// The customer must never be contacted, whatever they agreed to.
    pub suppressed: bool,
}

/// Contact data must not get into a message by accident.
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact").field("consents", &self.consents).finish_non_exhaustive()
    }
}

/// Gender, as ad platforms ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    /// Female
    Female,
    /// Male
    Male,
}

impl Gender {
    /// The gender a word stands for; `None` for any other word.
    pub fn read(word: &str) -> Option<Self> {
        match key(word).as_str() {
            "f" | "female" | "w" | "woman" | "زن" | "خانم" | "مونث" => Some(Self::Female),
            "m" | "male" | "man" | "مرد" | "اقا" | "مذکر" => Some(Self::Male),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_words_are_no_gender() {
        assert_eq!(Gender::read(" Female"), Some(Gender::Female));
        assert_eq!(Gender::read("آقا"), Some(Gender::Male));
        assert_eq!(Gender::read("d"), None);
        assert_eq!(Gender::read(""), None);
    }

    #[test]
    fn a_contact_does_not_show_itself_in_messages() {
        let contact = Contact { name: Some("Ali Rezaei".into()), ..Contact::default() };
        assert_eq!(format!("{contact:?}"), "Contact { consents: [], .. }");
    }
}
