//! Values masked: their shape stays, so that a person can see what is wrong with them, and nothing else.

/// The shape of a text: every letter becomes `x`, every digit `9`, blanks and signs stay.
///
/// `Ali Rezaei, +98 912 345` is `xxx xxxxxx, +99 999 999`.
pub fn shape(text: &str) -> String {
    let mut shape = String::with_capacity(text.len());
    push_shape(&mut shape, text);
    shape
}

/// Appends the shape of a text.
pub fn push_shape(out: &mut String, text: &str) {
    out.extend(text.chars().map(|sign| match sign {
        'a'..='z' | 'A'..='Z' => 'x',
        _ if sign.is_numeric() => '9',
        _ if sign.is_ascii_punctuation() || sign.is_whitespace() => sign,
        '\u{FFFD}' => sign,
        _ => 'x',
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_holds_no_letter_and_no_digit_of_the_value() {
        assert_eq!(shape("Ali Rezaei, +98 912 345"), "xxx xxxxxx, +99 999 999");
        assert_eq!(shape("علی‌رضا;۰۹۱۲"), "xxxxxxx;9999");
        assert_eq!(shape("a.b@example.com"), "x.x@xxxxxxx.xxx");
        assert_eq!(shape(""), "");
    }
}
