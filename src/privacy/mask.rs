//! Values masked: their shape stays, so that a person can see what is wrong with them, and nothing else.

/// The shape of a text: every letter becomes `x`, every digit `9`, blanks and signs stay.
///
/// `Ali Rezaei, +98 912 345` is `xxx xxxxxx, +99 999 999`.
pub fn shape(text: &str) -> String {
    text.chars().map(shown).collect()
}

/// Appends the shape of a text.
pub fn push_shape(out: &mut Vec<u8>, text: &str) {
    if text.is_ascii() {
        out.extend(text.bytes().map(|sign| SHOWN[usize::from(sign)]));
    } else {
        out.extend_from_slice(shape(text).as_bytes());
    }
}

/// What is shown of a sign.
fn shown(sign: char) -> char {
    match sign {
        '\0'..='\x7F' => char::from(SHOWN[sign as usize]),
        _ if sign.is_numeric() => '9',
        _ if sign.is_whitespace() => sign,
        '\u{FFFD}' => sign,
        _ => 'x',
    }
}

/// What is shown of the signs of ASCII.
const SHOWN: [u8; 128] = {
    let (mut shown, mut sign) = ([b'x'; 128], 0_u8);
    while sign < 128 {
        if sign.is_ascii_digit() {
            shown[sign as usize] = b'9';
        } else if sign.is_ascii_punctuation() || matches!(sign, b'\t'..=b'\r' | b' ') {
            shown[sign as usize] = sign;
        }
        sign += 1;
    }
    shown
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_holds_no_letter_and_no_digit_of_the_value() {
        assert_eq!(shape("Ali Rezaei, +98 912 345"), "xxx xxxxxx, +99 999 999");
        assert_eq!(shape("علی‌رضا;۰۹۱۲"), "xxxxxxx;9999");
        assert_eq!(shape("a.b@example.com"), "x.x@xxxxxxx.xxx");
        assert_eq!(shape(""), "");
        assert_eq!(shape("a\0\u{B}\u{A0}½\u{FFFD}"), "xx\u{B}\u{A0}9\u{FFFD}");
        let mut out = Vec::new();
        push_shape(&mut out, "Tel. 12;");
        push_shape(&mut out, "نام");
        assert_eq!(String::from_utf8(out).unwrap(), "xxx. 99;xxx");
    }
}
