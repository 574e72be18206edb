//! Addresses and numbers as platforms exchange them: hashed, without a key.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// SHA-256 of a text's UTF-8 bytes, in lower-case hexadecimal digits.
pub fn hashed(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a text takes any text");
        hex
    })
}

/// Whether a value looks as if somebody had hashed it before: hashed again it would match nobody.
pub fn looks_hashed(raw: &str) -> bool {
    let raw = raw.trim();
    raw.len() == 64 && is_hexadecimal(raw)
}

/// Whether a value looks as if it had been hashed in any of the usual ways, MD5 to SHA-512.
pub fn looks_digested(raw: &str) -> bool {
    matches!(raw.len(), 32 | 40 | 56 | 64 | 96 | 128) && is_hexadecimal(raw)
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_known_by_its_look() {
        assert!(looks_hashed(&format!(" {} ", hashed("a").to_uppercase())));
        assert!(!looks_hashed("sara@example.com"));
        // MD5 of nothing.
        assert!(looks_digested("d41d8cd98f00b204e9800998ecf8427e"));
        assert!(!looks_digested("989123456789"));
    }
}
