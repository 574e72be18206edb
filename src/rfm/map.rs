//! The map from the score cube to named segments, proven total and disjoint before it is used.

use serde::Deserialize;

use super::named_maps;
use crate::{Error, Result};

/// A map that comes with the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamedMap {
    /// Eleven segments over recency, frequency and monetary (methods, 1.4).
    Eleven,
    /// Ten segments over recency and frequency alone, as in many tutorials.
    Ten,
}

impl NamedMap {
    fn name(self) -> &'static str {
        match self {
            Self::Eleven => "eleven",
            Self::Ten => "ten",
        }
    }

    fn segments(self) -> Vec<Segment> {
        let segments = match self {
            Self::Eleven => named_maps::ELEVEN,
            Self::Ten => named_maps::TEN,
        };
        let own = |(name, cells): &(&str, &[&str])| Segment {
            name: (*name).to_owned(),
            cells: cells.iter().map(|c| (*c).to_owned()).collect(),
        };
        segments.iter().map(own).collect()
    }
}

/// One named region of the score cube: a `[[rfm.segments]]` entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// The name customers of the region get.
    pub name: String,
    /// Cells as patterns: recency, frequency, monetary, each a digit, a range `[1-3]`, one number
    /// `[10]`, or `*` (also `.`) for any; without the third, any monetary score.
    pub cells: Vec<String>,
}

/// A map in which every cell has exactly one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentMap {
    k: u8,
    names: Vec<String>,
    /// Index into `names` for each cell, length k³, recency slowest.
    owners: Vec<u16>,
}

impl SegmentMap {
    /// A map that comes with the engine.
    ///
    /// # Errors
    /// `Config` when `k` is not 5, the only number of scores these maps are made for.
    pub fn named(map: NamedMap, k: u8) -> Result<Self> {
        if k != named_maps::SCORES {
            return Err(Error::config(format!(
                "`[rfm] map = \"{}\"` needs `scores = {}`, but `scores` is {k}",
                map.name(),
                named_maps::SCORES
            ))
            .hint("describe your own segments in `[[rfm.segments]]`, or leave `scores` out"));
        }
        Self::own(&map.segments(), k)
    }

    /// An own map over scores 1..=k.
    ///
    /// # Errors
    /// `Config` when a name is empty or given twice, a pattern cannot be read, or the cells are not
    /// covered exactly once each (a cell named twice by the same segment does no harm).
    pub fn own(segments: &[Segment], k: u8) -> Result<Self> {
        check_names(segments)?;
        let mut owners: Vec<Option<u16>> = vec![None; usize::from(k).pow(3)];
        let mut twice = Vec::new();
        for (index, segment) in segments.iter().enumerate() {
            for cell in covered(segment, k)? {
                match owners[cell] {
                    Some(other) if usize::from(other) != index => {
                        let (first, second) = (&segments[usize::from(other)].name, &segment.name);
                        twice.push((cell, format!("{} (`{first}`, `{second}`)", cell_name(cell, k))));
                    }
                    _ => owners[cell] = Some(index as u16),
                }
            }
        }
        twice.sort();
        twice.dedup_by_key(|(cell, _)| *cell);
        let twice: Vec<String> = twice.into_iter().map(|(_, text)| text).collect();
        refuse(&twice, "belong to two segments", "every cell should belong to exactly one", k)?;
        let bare = (0..owners.len()).filter(|c| owners[*c].is_none());
        let bare: Vec<String> = bare.map(|cell| cell_name(cell, k)).collect();
        refuse(&bare, "belong to no segment", "add them to a segment of `[[rfm.segments]]`", k)?;
        let names = segments.iter().map(|s| s.name.clone()).collect();
        Ok(Self { k, names, owners: owners.into_iter().flatten().collect() })
    }

    /// Names of the segments, in the order of the map.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The segment of a cell.
    pub(super) fn segment(&self, cell: usize) -> &str {
        &self.names[usize::from(self.owners[cell])]
    }

    /// Number of the cell of three scores; recency counts slowest.
    pub(super) fn cell(&self, scores: [u8; 3]) -> usize {
        scores.into_iter().fold(0, |cell, s| cell * usize::from(self.k) + usize::from(s) - 1)
    }

    /// Number of cells, k³.
    pub(super) fn len(&self) -> usize {
        self.owners.len()
    }
}

/// The three scores of a cell.
pub(super) fn cell_scores(cell: usize, k: u8) -> [u8; 3] {
    let k = usize::from(k);
    [cell / (k * k), cell / k % k, cell % k].map(|s| s as u8 + 1)
}

/// The scores of a cell as one text; with ten scores digits run together, so they are set apart.
pub(super) fn cell_name(cell: usize, k: u8) -> String {
    let [r, f, m] = cell_scores(cell, k);
    if k < 10 { format!("{r}{f}{m}") } else { format!("{r}-{f}-{m}") }
}

fn check_names(segments: &[Segment]) -> Result<()> {
    for (index, segment) in segments.iter().enumerate() {
        if segment.name.trim().is_empty() {
            return Err(Error::config(format!(
                "`[[rfm.segments]]` number {} has an empty `name`",
                index + 1
            )));
        }
        if segment.cells.is_empty() {
            return Err(Error::config(format!("`[[rfm.segments]]` `{}` has no `cells`", segment.name)));
        }
        if segments[..index].iter().any(|earlier| earlier.name == segment.name) {
            return Err(Error::config(format!("`[[rfm.segments]]` names `{}` twice", segment.name))
                .hint("put all cells of a segment into one `cells` list"));
        }
    }
    Ok(())
}

/// An error that counts the cells at fault and shows the first ten.
fn refuse(cells: &[String], fault: &str, hint: &str, k: u8) -> Result<()> {
    const SHOWN: usize = 10;
    if cells.is_empty() {
        return Ok(());
    }
    let all = u32::from(k).pow(3);
    let more = if cells.len() > SHOWN { ", ..." } else { "" };
    let shown = cells[..cells.len().min(SHOWN)].join(", ");
    let n = cells.len();
    Err(Error::config(format!("`[[rfm.segments]]`: {n} of {all} cells {fault}: {shown}{more}")).hint(hint))
}

/// Cells covered by the patterns of one segment.
fn covered(segment: &Segment, k: u8) -> Result<Vec<usize>> {
    let mut cells = Vec::new();
    for pattern in &segment.cells {
        let ranges = read_pattern(pattern, k).map_err(|fault| {
            Error::config(format!("`[[rfm.segments]]` `{}`: cell pattern `{pattern}` {fault}", segment.name))
                .hint("for example `555`, `[1-2]5*` or `[4-5][1-3]`: recency, frequency, monetary")
        })?;
        let inside = |cell: &usize| {
            cell_scores(*cell, k).iter().zip(&ranges).all(|(score, (from, to))| (from..=to).contains(&score))
        };
        cells.extend((0..usize::from(k).pow(3)).filter(inside));
    }
    Ok(cells)
}

/// The score ranges of a pattern; the error says what is wrong with it.
fn read_pattern(pattern: &str, k: u8) -> Result<[(u8, u8); 3], String> {
    let mut ranges = Vec::new();
    let mut rest = pattern.trim();
    while let Some(first) = rest.chars().next() {
        let item = match first {
            '[' => &rest[..=rest.find(']').ok_or("has a `[` without `]`")?],
            other => &rest[..other.len_utf8()],
        };
        rest = &rest[item.len()..];
        ranges.push(read_item(item, k)?);
    }
    match ranges[..] {
        [r, f] => Ok([r, f, (1, k)]),
        [r, f, m] => Ok([r, f, m]),
        _ => Err(format!("should have two or three items, but has {}", ranges.len())),
    }
}

/// The scores of one item, both ends included.
fn read_item(item: &str, k: u8) -> Result<(u8, u8), String> {
    if matches!(item, "*" | ".") {
        return Ok((1, k));
    }
    let inner = item.trim_start_matches('[').trim_end_matches(']');
    let (from, to) = inner.split_once('-').unwrap_or((inner, inner));
    match (from.trim().parse(), to.trim().parse()) {
        (Ok(from), Ok(to)) if 1 <= from && from <= to && to <= k => Ok((from, to)),
        _ => Err(format!("has the item `{item}`, which is no score or range within 1 to {k}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(name: &str, cells: &[&str]) -> Segment {
        Segment { name: name.to_owned(), cells: cells.iter().map(|c| (*c).to_owned()).collect() }
    }

    fn name_of(map: &SegmentMap, scores: [u8; 3]) -> &str {
        map.segment(map.cell(scores))
    }

    #[test]
    fn eleven_is_the_reference_grid() {
        let map = SegmentMap::named(NamedMap::Eleven, 5).unwrap();
        let reference = std::fs::read_to_string(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/golden/rfm_segments_125.csv"
        ))
        .unwrap();
        let rows: Vec<&str> = reference.lines().skip(1).collect();
        assert_eq!(rows.len(), 125);
        for row in rows {
            let fields: Vec<&str> = row.split(',').collect();
            let scores = [0, 1, 2].map(|i| fields[i].parse().unwrap());
            assert_eq!(name_of(&map, scores), fields[3], "{row}");
        }
    }

    #[test]
    fn ten_is_the_recency_by_frequency_grid() {
        let map = SegmentMap::named(NamedMap::Ten, 5).unwrap();
        let row = |r: u8| [1, 2, 3, 4, 5].map(|f| name_of(&map, [r, f, 3]).to_owned());
        let asleep = ["hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose_them"];
        assert_eq!(row(1), asleep);
        assert_eq!(row(2), asleep);
        assert_eq!(row(3), ["about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"]);
        assert_eq!(row(4), ["promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"]);
        let recent = ["new_customers", "potential_loyalist", "potential_loyalist", "champions", "champions"];
        assert_eq!(row(5), recent);
    }

    #[test]
    fn a_cell_and_its_scores_are_one_to_one() {
        let map = SegmentMap::own(&[segment("all", &["**"])], 10).unwrap();
        assert_eq!(map.len(), 1000);
        for cell in 0..1000 {
            assert_eq!(map.cell(cell_scores(cell, 10)), cell);
        }
        assert_eq!(cell_name(0, 5), "111");
        assert_eq!(cell_name(999, 10), "10-10-10");
    }

    #[test]
    fn own_maps_use_digits_ranges_and_wildcards() {
        let segments = [segment("vip", &["3.[3]", "33*"]), segment("rest", &["[1-2]*", "3[1-2][1-2]"])];
        let map = SegmentMap::own(&segments, 3).unwrap();
        assert_eq!(name_of(&map, [3, 1, 3]), "vip");
        assert_eq!(name_of(&map, [3, 3, 1]), "vip");
        assert_eq!(name_of(&map, [3, 2, 2]), "rest");
        assert_eq!(name_of(&map, [1, 3, 3]), "rest");
    }

    #[test]
    fn uncovered_cells_are_named() {
        let error = SegmentMap::own(&[segment("low", &["1*"])], 3).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`[[rfm.segments]]`: 18 of 27 cells belong to no segment: \
             211, 212, 213, 221, 222, 223, 231, 232, 233, 311, ..."
        );
        assert!(error.hint_text().is_some());
    }

    #[test]
    fn doubly_covered_cells_are_named_with_both_segments() {
        let segments = [segment("all", &["**"]), segment("vip", &["222", "22[1-2]"])];
        assert_eq!(
            SegmentMap::own(&segments, 2).unwrap_err().to_string(),
            "`[[rfm.segments]]`: 2 of 8 cells belong to two segments: 221 (`all`, `vip`), 222 (`all`, `vip`)"
        );
    }

    #[test]
    fn patterns_that_cannot_be_read_are_refused() {
        for (pattern, fault) in [
            ("6**", "has the item `6`"),
            ("[2-1]**", "has the item `[2-1]`"),
            ("0**", "has the item `0`"),
            ("[1-3*", "has a `[` without `]`"),
            ("[1-2]", "should have two or three items, but has 1"),
            ("****", "but has 4"),
            ("", "but has 0"),
            ("۵**", "has the item `۵`"),
        ] {
            let error = SegmentMap::own(&[segment("a", &[pattern])], 5).unwrap_err().to_string();
            assert!(error.contains(fault), "{pattern}: {error}");
        }
    }

    #[test]
    fn names_are_given_once() {
        let twice = [segment("a", &["1*"]), segment("a", &["2*"])];
        assert!(SegmentMap::own(&twice, 2).unwrap_err().to_string().contains("names `a` twice"));
        assert!(
            SegmentMap::own(&[segment(" ", &["**"])], 2).unwrap_err().to_string().contains("empty `name`")
        );
    }

    #[test]
    fn named_maps_need_five_scores() {
        let error = SegmentMap::named(NamedMap::Eleven, 4).unwrap_err();
        assert_eq!(error.to_string(), "`[rfm] map = \"eleven\"` needs `scores = 5`, but `scores` is 4");
        assert!(error.hint_text().unwrap().contains("[[rfm.segments]]"));
    }
}
