//! Pages to one file: the template, the style and the script with their hashes in the security policy.

use std::fmt::Write;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, context};
use sha2::{Digest, Sha256};

use super::page::Page;
use crate::{Error, Result};

const TEMPLATE: &str = include_str!("template/report.html");
const STYLE: &str = include_str!("template/report.css");
const SCRIPT: &str = include_str!("template/report.js");

/// The whole file.
///
/// # Errors
/// `Internal` when the template and the pages do not fit each other.
pub(super) fn render(pages: &[Page]) -> Result<String> {
    let odd = |e: minijinja::Error| Error::internal(format!("the report's template: {e:#}"));
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(odd)?;
    environment.set_syntax(syntax);
    environment.add_template("report.html", TEMPLATE).map_err(odd)?;
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        base64(&Sha256::digest(STYLE)),
        base64(&Sha256::digest(SCRIPT)),
    );
    let template = environment.get_template("report.html").map_err(odd)?;
    template
        .render(context! {
            pages => Serde(pages),
            policy => policy,
            style => STYLE,
            script => SCRIPT,
            version => env!("CARGO_PKG_VERSION"),
        })
        .map_err(odd)
}

/// Standard base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let part = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = part(0) << 16 | part(1) << 8 | part(2);
        for i in 0..4 {
            let sign = if i <= chunk.len() { SIGNS[(bits >> (18 - 6 * i)) as usize & 63] } else { b'=' };
            let _ = write!(text, "{}", char::from(sign));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }
}
