//! Ids as pseudonyms: the same id gives the same pseudonym night after night, and only who has the key can
//! tell which id it is.

use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{Error, Result};

/// Bytes of a key, at least.
const KEY_BYTES: usize = 32;
/// Hexadecimal digits of a pseudonym.
const DIGITS: usize = 32;
/// Between the kind of a value and the value.
const SEPARATOR: u8 = 0x1F;

/// `[publish] pseudonyms`: where the key is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySource {
    /// The environment variable that holds the key.
    pub key_env: Option<String>,
    /// The file that holds the key, outside the folders of configuration, exports and results.
    pub key_file: Option<PathBuf>,
}

impl KeySource {
    /// One of the two must be given.
    ///
    /// # Errors
    /// `Config` otherwise.
    pub fn check(&self) -> Result<()> {
        if self.key_env.is_some() == self.key_file.is_some() {
            return Err(Error::config("`[publish] pseudonyms` should name one of `key_env` and `key_file`"));
        }
        Ok(())
    }

    /// Reads the key; `data` are the folders in which it may not be, `base` is where relative paths start.
    ///
    /// # Errors
    /// `Config` when there is no key, when it is too short or lies with the data.
    pub fn read(&self, base: &Path, data: &[PathBuf]) -> Result<Pseudonyms> {
        self.check()?;
        if let Some(name) = &self.key_env {
            let text = std::env::var(name).map_err(|_| {
                Error::config(format!("`[publish] pseudonyms`: the environment has no `{name}`"))
                    .hint("set it to at least 32 bytes, or to 64 hexadecimal digits (`openssl rand -hex 32`)")
            })?;
            return Pseudonyms::new(&key(text.as_bytes()), &format!("the environment variable `{name}`"));
        }
        let name = self.key_file.clone().unwrap_or_default();
        let shown = format!("the file `{}`", name.display());
        let path = base
            .join(&name)
            .canonicalize()
            .map_err(|e| Error::config(format!("`[publish] pseudonyms`: cannot read {shown}: {e}")))?;
        let inside =
            data.iter().filter_map(|folder| folder.canonicalize().ok()).find(|f| path.starts_with(f));
        if let Some(folder) = inside {
            return Err(Error::config(format!(
                "`[publish] pseudonyms`: {shown} lies with the data, in `{}`",
                folder.display()
            ))
            .hint("who is given the folder is given the key: keep it outside configuration, exports and results"));
        }
        let bytes = std::fs::read(&path).map_err(Error::io("read", &path))?;
        Pseudonyms::new(&key(&bytes), &shown)
    }
}

/// A key as it is written: hexadecimal digits stand for bytes, anything else for itself; outer blanks go.
fn key(text: &[u8]) -> Vec<u8> {
    let text = text.trim_ascii();
    let is_hex =
        text.len() >= 2 * KEY_BYTES && text.len().is_multiple_of(2) && text.iter().all(u8::is_ascii_hexdigit);
    if !is_hex {
        return text.to_vec();
    }
    let digit = |sign: u8| char::from(sign).to_digit(16).unwrap_or_default() as u8;
    text.chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// Makes pseudonyms with a key.
#[derive(Clone)]
pub struct Pseudonyms {
    keyed: Hmac<Sha256>,
    key_id: String,
}

/// A key must not get into a message.
impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pseudonyms").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

impl Pseudonyms {
    /// With this key; `source` says in messages where it is from.
    ///
    /// # Errors
    /// `Config` when the key is shorter than 32 bytes.
    pub fn new(key: &[u8], source: &str) -> Result<Self> {
        if key.len() < KEY_BYTES {
            return Err(Error::config(format!(
                "`[publish] pseudonyms`: the key in {source} should have at least {KEY_BYTES} bytes, but has {}",
                key.len()
            ))
            .hint("make one with `openssl rand -hex 32`"));
        }
        let keyed = Hmac::<Sha256>::new_from_slice(key)
            .map_err(|e| Error::internal(format!("a key of any length makes an HMAC: {e}")))?;
        Ok(Self { keyed, key_id: hex(&Sha256::digest(key), 8) })
    }

    /// What tells keys apart and gives none away: the first eight digits of the key's SHA-256.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The pseudonym of a customer's id: the first 32 digits of HMAC-SHA-256(key, `customer_id` ␟ id).
    pub fn customer(&self, id: &str) -> String {
        self.of("customer_id", id)
    }

    /// The pseudonym of a value of this kind, in its canonical form.
    pub fn of(&self, kind: &str, canonical: &str) -> String {
        let mut mac = self.keyed.clone();
        mac.update(kind.as_bytes());
        mac.update(&[SEPARATOR]);
        mac.update(canonical.as_bytes());
        hex(&mac.finalize().into_bytes(), DIGITS)
    }
}

/// The first so many hexadecimal digits of some bytes.
fn hex(bytes: &[u8], digits: usize) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).take(digits).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::privacy::phone::Country;
    use crate::privacy::{email, phone};

    fn vectors() -> Value {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/privacy_vectors.json"));
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_vectors_of_pseudonyms() {
        let vectors = vectors();
        let pseudonyms =
            Pseudonyms::new(&key(vectors["key_hex"].as_str().unwrap().as_bytes()), "a test").unwrap();
        for vector in vectors["pseudonyms"].as_array().unwrap() {
            let text = |key: &str| vector[key].as_str().unwrap();
            let canonical = match text("kind") {
                "email" => email::canonical(text("raw")).unwrap(),
                "phone" => phone::e164(text("raw"), Country::of("IR")).unwrap(),
                _ => text("raw").trim().to_owned(),
            };
            assert_eq!(canonical, text("canonical"));
            assert_eq!(pseudonyms.of(text("kind"), &canonical), text("pseudonym"));
        }
    }

    #[test]
    fn the_vectors_of_rfc_4231() {
        for vector in vectors()["rfc4231"].as_array().unwrap() {
            let text = |key: &str| vector[key].as_str().unwrap();
            let digit = |sign: u8| char::from(sign).to_digit(16).unwrap() as u8;
            let key: Vec<u8> = text("key_hex")
                .as_bytes()
                .chunks(2)
                .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
                .collect();
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            mac.update(text("data_ascii").as_bytes());
            assert_eq!(hex(&mac.finalize().into_bytes(), 64), text("hex"));
        }
    }

    #[test]
    fn keys_that_are_short_missing_or_with_the_data_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let source = |name: &Path| KeySource { key_env: None, key_file: Some(name.to_path_buf()) };
        assert!(source(&file).read(folder.path(), &[]).is_err());
        std::fs::write(&file, "too short\n").unwrap();
        let error = source(&file).read(folder.path(), &[]).unwrap_err().to_string();
        assert!(error.contains("at least 32 bytes, but has 9"), "{error}");
        std::fs::write(&file, "00".repeat(32)).unwrap();
        assert_eq!(source(&file).read(folder.path(), &[]).unwrap().key_id(), "66687aad");
        let error =
            source(&file).read(folder.path(), &[folder.path().to_path_buf()]).unwrap_err().to_string();
        assert!(error.contains("lies with the data"), "{error}");
        assert!(KeySource { key_env: None, key_file: None }.check().is_err());
        let nowhere = KeySource { key_env: Some("MOSHTARI_NO_SUCH_KEY".into()), key_file: None };
        assert!(nowhere.read(folder.path(), &[]).is_err());
    }
}
