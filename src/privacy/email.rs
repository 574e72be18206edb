//! E-mail addresses in one form.

/// Signs that stand around addresses and not in them.
const REFUSED: &str = "<>(),:;\"[]\\";

/// The address in the form in which addresses are compared: alone, in lower case. `None` when what is written is
/// no address.
///
/// The address is taken out of `Name <address>` and `mailto:address`, and blanks out of the address, as ad platforms
/// ask for it. Both sides of the `@` are parts between single dots; the side behind it has at least two of them.
pub fn canonical(raw: &str) -> Option<String> {
    let seen = raw.chars().filter(|sign| !is_invisible(*sign));
    let seen: String = seen.flat_map(char::to_lowercase).collect();
    let address: String = alone(&seen).chars().filter(|sign| !sign.is_whitespace()).collect();
    let (local, domain) = address.split_once('@')?;
    let refused = |sign: char| sign.is_control() || REFUSED.contains(sign);
    let of_domain =
        |sign: char| !sign.is_ascii() || sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.');
    let has_all_parts = |side: &str| side.split('.').all(|part| !part.is_empty());
    let sound = !address.contains(refused)
        && !local.starts_with('\'')
        && domain.contains('.')
        && domain.chars().all(of_domain)
        && [local, domain].into_iter().all(has_all_parts);
    sound.then_some(address)
}

/// What is left of an address without a name before it and `mailto:`.
fn alone(text: &str) -> &str {
    let text = text.trim();
    let bracketed = text.strip_suffix('>').and_then(|text| text.rsplit_once('<'));
    let address = bracketed.map_or(text, |(_, address)| address.trim());
    match address.strip_prefix("mailto:") {
        Some(link) => link.split_once('?').map_or(link, |(address, _)| address).trim(),
        None => address,
    }
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
        for (raw, address) in [
            ("  Ali.Rezaei@Example.COM ", "ali.rezaei@example.com"),
            ("\u{200F}a b@example.com\u{200E}", "ab@example.com"),
            ("ann @ x.com", "ann@x.com"),
            ("Ann Lee <Ann@X.com>", "ann@x.com"),
            ("\"Lee, Ann\" < ann@x.com > ", "ann@x.com"),
            ("<ann@x.com>", "ann@x.com"),
            ("MAILTO:bob@x.com", "bob@x.com"),
            ("Bob <mailto:bob@x.com?subject=hello>", "bob@x.com"),
            ("o'brien@x.com", "o'brien@x.com"),
            ("a+b=c/d@mail-1.example.co.uk", "a+b=c/d@mail-1.example.co.uk"),
            ("нина@пример.рф", "нина@пример.рф"),
        ] {
            assert_eq!(canonical(raw).as_deref(), Some(address), "{raw}");
        }
    }

    #[test]
    fn what_is_no_address_stays_none() {
        for none in [
            "",
            "ali",
            "ali@",
            "@example.com",
            "ali@example",
            "a@b@example.com",
            "a@.com",
            "a@com.",
            "Ann Lee <ann@x.com> (home)",
            "x@example..com",
            "x@example.com.",
            ".x@example.com",
            "x.@example.com",
            "four..teen@example.com",
            "x,y@example.com",
            "a@x.com;b",
            "'twelve@example.com",
            "twelve@example.com'",
            "\"six teen\"@example.com",
            "x@[192.0.2.1]",
            "mailto:",
            "<>",
        ] {
            assert_eq!(canonical(none), None, "{none}");
        }
    }
}
