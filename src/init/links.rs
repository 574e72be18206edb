//! Which table leads to which: a column here whose values stand in a column there that has each value once.

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use super::column::{NONE, Values};
use super::tables::{Column, Table};
use super::words::{Concept, Concepts, Header, words};
use crate::Result;
use crate::config::source::IdRule;
use crate::facts::hash;
use crate::ingest::id::canonical_id;

/// A way from the rows of one table to at most one row of another.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// The table the way begins at.
    pub(super) from: usize,
    /// Its column.
    pub(super) column: usize,
    /// The table it leads to.
    pub(super) to: usize,
    /// The column there, each of whose values stands once.
    pub(super) key: usize,
    /// Share of distinct values here that are found there.
    pub(super) matched: f64,
}

/// Share of values that must be found where the names of the columns agree.
const FOUND: f64 = 0.5;
/// Share where names do not agree.
const FOUND_WITHOUT_NAMES: f64 = 0.95;

/// Every way between tables.
///
/// # Errors
/// Those of reading a key column to its end.
pub(super) fn links(tables: &[Table]) -> Result<Vec<Link>> {
    let mut links = Vec::new();
    for (to, there) in tables.iter().enumerate() {
        for (key, theirs) in there.columns.iter().enumerate() {
            let once = theirs.profile.distinct + there.repeated >= theirs.profile.filled;
            if !once || !theirs.profile.names_things() || theirs.profile.missing() > 0.01 {
                continue;
            }
            let askers = askers(tables, to, theirs);
            if askers.is_empty() {
                continue;
            }
            let Some(keys) = keys(there, key)? else { continue };
            for (from, column) in askers {
                let ours = &tables[from].columns[column];
                let found = ours.values.ids().filter(|id| keys.contains(&hash(id.as_bytes()))).count();
                let matched = found as f64 / ours.profile.distinct.max(1) as f64;
                let named = are_named_alike(ours, theirs, there);
                if matched >= if named { FOUND } else { FOUND_WITHOUT_NAMES } {
                    links.push(Link { from, column, to, key, matched });
                }
            }
        }
    }
    Ok(links)
}

/// Columns of other tables that may hold values of a key.
fn askers(tables: &[Table], to: usize, key: &Column) -> Vec<(usize, usize)> {
    let mut askers = Vec::new();
    for (from, table) in tables.iter().enumerate().filter(|(from, _)| *from != to) {
        for (at, column) in table.columns.iter().enumerate() {
            let may = column.profile.names_things() && column.profile.filled > 0;
            let named = are_named_alike(column, key, &tables[to]);
            let distinctive = column.profile.length >= 6.0 && column.profile.rows_each() < 1_000.0;
            if may && (named || distinctive && column.profile.distinct > 20) {
                askers.push((from, at));
            }
        }
    }
    askers
}

/// The same words, the same ideas, or an `id` in a file that the other column names: `customer_id` and `id` in
/// `customers.csv`. Columns without names are alike in nothing.
fn are_named_alike(ours: &Column, theirs: &Column, there: &Table) -> bool {
    const IDEA: Concepts =
        Concepts::of(&[Concept::Customer, Concept::Person, Concept::Order, Concept::Product, Concept::Sku]);
    if there.numbered {
        return false;
    }
    if words(&ours.name) == words(&theirs.name) {
        // Every table may have an `id` of its own.
        return theirs.header.concepts != Concepts::of(&[Concept::Id]) || !ours.profile.is_unique();
    }
    let (a, b) = (ours.header.concepts, theirs.header.concepts);
    if b == Concepts::of(&[Concept::Id]) {
        let stem =
            there.files[0].path().file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        return a.has(Concept::Id) && a.has_any(IDEA) && Header::read(&stem).concepts.has_any(a.and(IDEA));
    }
    a == b && a.has_any(IDEA)
}

/// Hashes of all keys of a column; `None` when one stands for several rows.
fn keys(table: &Table, column: usize) -> Result<Option<HashSet<u64, FixedState>>> {
    let mut keys = HashSet::with_hasher(FixedState::with_seed(7));
    if table.complete {
        keys.extend(table.columns[column].values.ids().map(|id| hash(id.as_bytes())));
        return Ok(Some(keys));
    }
    let name = [table.columns[column].name.clone()];
    let (mut once, mut failed) = (true, None);
    for file in &table.files {
        let request = file.request(&name)?;
        file.pieces(&mut |piece| {
            match file.block(piece, &request) {
                Ok(block) => {
                    for row in 0..block.rows {
                        let text = block.cell(0, row).text();
                        if let Some(id) = canonical_id(&text, IdRule::Canonical) {
                            once &= keys.insert(hash(&id));
                        }
                    }
                }
                Err(error) => failed = Some(error),
            }
            once && failed.is_none()
        })?;
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(once.then_some(keys)),
    }
}

/// The tables that can be reached from one, each with the shortest way there, nearest first; the table itself
/// comes first with no way at all.
pub(super) fn reachable(links: &[Link], main: usize) -> Vec<(usize, Vec<usize>)> {
    let mut reached: Vec<(usize, Vec<usize>)> = vec![(main, Vec::new())];
    let mut at = 0;
    while let Some((table, way)) = reached.get(at).cloned() {
        let mut next: Vec<usize> = (0..links.len()).filter(|link| links[*link].from == table).collect();
        next.sort_by(|a, b| links[*b].matched.total_cmp(&links[*a].matched));
        for link in next {
            if reached.iter().all(|(known, _)| *known != links[link].to) {
                reached.push((links[link].to, way.iter().copied().chain([link]).collect()));
            }
        }
        at += 1;
    }
    reached
}

/// A column of a reachable table as seen from the rows of the main one.
pub(super) fn seen_from(
    tables: &[Table],
    links: &[Link],
    way: &[usize],
    main: usize,
    column: usize,
) -> Values {
    let mut rows: Vec<Option<usize>> = (0..tables[main].rows).map(Some).collect();
    let mut table = main;
    for link in way.iter().map(|link| &links[*link]) {
        let (ours, theirs) =
            (&tables[table].columns[link.column].values, &tables[link.to].columns[link.key].values);
        let there = partners(ours, theirs);
        rows = rows.into_iter().map(|row| there[row?]).collect();
        table = link.to;
    }
    let values = &tables[table].columns[column].values;
    if way.is_empty() {
        return values.clone();
    }
    let mut seen = Values::default();
    rows.iter().for_each(|row| seen.push_from(values, *row));
    seen
}

/// For each row here the row there with the same id.
fn partners(ours: &Values, theirs: &Values) -> Vec<Option<usize>> {
    let ids: Vec<String> = theirs.ids().collect();
    let mut row_of_id = hashbrown::HashMap::with_hasher(FixedState::with_seed(8));
    for (row, code) in theirs.codes.iter().enumerate().filter(|(_, code)| **code != NONE) {
        row_of_id.entry(ids[*code as usize].as_str()).or_insert(row);
    }
    let partner: Vec<Option<usize>> = ours.ids().map(|id| row_of_id.get(id.as_str()).copied()).collect();
    ours.codes.iter().map(|code| if *code == NONE { None } else { partner[*code as usize] }).collect()
}
