//! Texts that a file keeps once each, with the rows naming their place: what they mean is found out once.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::id::canonical_id;
use crate::config::source::IdRule;
use crate::facts::{Ids, TextColumn, hash};

/// The texts of a dictionary and, once somebody asked, the ids that they are.
#[derive(Debug, Default)]
pub struct Dictionary {
    texts: Arc<TextColumn>,
    canonical: OnceLock<EntryIds>,
    verbatim: OnceLock<EntryIds>,
}

/// The ids of a dictionary's entries, entry by entry.
#[derive(Debug)]
pub struct EntryIds {
    /// Canonical ids and their hashes.
    pub ids: Arc<Ids>,
    /// Entries that are no id; `None` when all are one.
    pub absent: Option<Vec<bool>>,
}

impl Dictionary {
    /// A dictionary of these texts.
    pub fn new(texts: TextColumn) -> Self {
        Self { texts: Arc::new(texts), ..Self::default() }
    }

    /// An entry; `u32::MAX` is none.
    #[inline]
    pub fn get(&self, code: u32) -> Option<&[u8]> {
        if code == u32::MAX { None } else { self.texts.get(code as usize) }
    }

    /// The entries as ids.
    pub fn ids(&self, rule: IdRule) -> &EntryIds {
        let known = match rule {
            IdRule::Canonical => &self.canonical,
            IdRule::Verbatim => &self.verbatim,
        };
        known.get_or_init(|| EntryIds::of(&self.texts, rule))
    }
}

impl EntryIds {
    fn of(texts: &Arc<TextColumn>, rule: IdRule) -> Self {
        let ids = || (0..texts.len()).map(|entry| texts.get(entry).and_then(|text| canonical_id(text, rule)));
        let (mut hashes, mut absent) = (Vec::with_capacity(texts.len()), None);
        let mut same = true;
        for (entry, id) in ids().enumerate() {
            same &= matches!(&id, Some(Cow::Borrowed(id)) if texts.get(entry).is_some_and(|t| t.len() == id.len()));
            if id.is_none() {
                absent.get_or_insert_with(|| vec![false; texts.len()])[entry] = true;
            }
            hashes.push(id.map_or(0, |id| hash(&id)));
        }
        // Entries that stand there as ids are spelled need no copy.
        let texts = if same { Arc::clone(texts) } else { Arc::new(spelled(ids())) };
        Self { ids: Arc::new(Ids::new(texts, hashes)), absent }
    }
}

fn spelled<'a>(ids: impl Iterator<Item = Option<Cow<'a, [u8]>>>) -> TextColumn {
    let mut spelled = TextColumn::default();
    ids.for_each(|id| spelled.push(&id.unwrap_or_default()));
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary(texts: &[&str]) -> Dictionary {
        let mut column = TextColumn::default();
        texts.iter().for_each(|text| column.push(text.as_bytes()));
        Dictionary::new(column)
    }

    #[test]
    fn entries_become_ids_once_and_by_the_rule_asked_for() {
        let entries = dictionary(&["17850.0", " C1 ", "", "NULL"]);
        let canonical = entries.ids(IdRule::Canonical);
        let text =
            |ids: &EntryIds, entry| String::from_utf8_lossy(ids.ids.texts.get(entry).unwrap()).into_owned();
        assert_eq!((text(canonical, 0), text(canonical, 1)), ("17850".to_owned(), "C1".to_owned()));
        assert_eq!(canonical.absent, Some(vec![false, false, true, true]));
        assert_eq!(canonical.ids.hashes[..2], [hash(b"17850"), hash(b"C1")]);
        let verbatim = entries.ids(IdRule::Verbatim);
        assert_eq!((text(verbatim, 0), text(verbatim, 3)), ("17850.0".to_owned(), "NULL".to_owned()));
        assert_eq!(verbatim.absent, Some(vec![false, false, true, false]));
    }

    #[test]
    fn texts_that_are_ids_as_they_stand_are_not_copied() {
        let entries = dictionary(&["C1", "C2"]);
        assert!(Arc::ptr_eq(&entries.ids(IdRule::Canonical).ids.texts, &entries.texts));
        assert_eq!(entries.ids(IdRule::Canonical).absent, None);
    }
}
