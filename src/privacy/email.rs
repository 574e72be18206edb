//! E-mail addresses in one form.

/// The address in the form in which addresses are compared: without blanks, in lower case. `None` when there
/// is no `@` with something before it and a dot inside what follows.
pub fn canonical(raw: &str) -> Option<String> {
    let seen = raw.chars().filter(|sign| !sign.is_whitespace() && !is_invisible(*sign));
    let address: String = seen.flat_map(char::to_lowercase).collect();
    let (local, domain) = address.split_once('@')?;
    let inner_dot =
        domain.trim_matches('.').contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
    (!local.is_empty() && !domain.contains('@') && inner_dot).then_some(address)
}

/// Direction marks and the like, which keyboards and copying leave in addresses.
fn is_invisible(sign: char) -> bool {
    matches!(sign, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{AD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_form() {
        assert_eq!(canonical("  Ali.Rezaei@Example.COM ").as_deref(), Some("ali.rezaei@example.com"));
        assert_eq!(canonical("\u{200F}a b@example.com\u{200E}").as_deref(), Some("ab@example.com"));
        for none in ["", "ali", "ali@", "@example.com", "ali@example", "a@b@example.com", "a@.com", "a@com."]
        {
            assert_eq!(canonical(none), None, "{none}");
        }
    }
}
