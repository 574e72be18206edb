//! Groups of complaints: all of them, by category, by channel, by month, and by label of the customer.

use std::collections::BTreeMap;

use super::figures::{Group, Trade};
use super::trade::{Count, month_name, month_of};
use super::{AsOf, Comeback, ComplaintsParams, Row};
use crate::cases::{Complaint, Complaints};

/// Name of the group without the label that makes the others.
const NONE: &str = "(none)";

/// What figures of groups are made of.
pub(super) struct Groups<'a> {
    pub(super) log: &'a Complaints,
    pub(super) count: &'a Count,
    pub(super) comebacks: &'a [Option<Comeback>],
    pub(super) as_of: &'a AsOf<'a>,
    pub(super) params: &'a ComplaintsParams,
}

/// One group: its name, its complaints, and what it is held against.
struct Part {
    name: String,
    members: Vec<usize>,
    trade: Trade,
}

impl Groups<'_> {
    /// Figures of all complaints.
    pub(super) fn all(&self) -> Vec<Row> {
        let members = (0..self.log.all.len()).collect();
        self.rows("all", &[Part { name: "all".to_owned(), members, trade: self.count.trade(None) }])
    }

    /// Figures by category, channel and month of opening.
    pub(super) fn by_kind(&self) -> Vec<Row> {
        let mut rows = self.by_word("category", &self.log.categories, |c| c.category);
        rows.extend(self.by_word("channel", &self.log.channels, |c| c.channel));
        let mut months: BTreeMap<i32, Vec<usize>> =
            self.count.months().map(|month| (month, Vec::new())).collect();
        for (place, complaint) in self.log.all.iter().enumerate() {
            months.entry(month_of((self.as_of.day_of)(complaint.opened_at))).or_default().push(place);
        }
        let part = |(month, members)| Part {
            name: month_name(month),
            members,
            trade: self.count.trade(Some(month)),
        };
        rows.extend(self.rows("period", &months.into_iter().map(part).collect::<Vec<_>>()));
        rows
    }

    /// Groups by a word of the complaint, by name; held against all orders.
    fn by_word(&self, by: &'static str, names: &[String], of: fn(&Complaint) -> Option<u32>) -> Vec<Row> {
        if names.is_empty() {
            return Vec::new();
        }
        let mut members: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for (place, complaint) in self.log.all.iter().enumerate() {
            members.entry(of(complaint).map(|word| names[word as usize].as_str())).or_default().push(place);
        }
        let trade = self.count.trade(None);
        let nameless = members.remove(&None).map(|members| (None, members));
        let part = |(name, members): (Option<&str>, Vec<usize>)| Part {
            name: name.unwrap_or(NONE).to_owned(),
            members,
            trade,
        };
        self.rows(by, &members.into_iter().chain(nameless).map(part).collect::<Vec<_>>())
    }

    /// Groups by labels of the customers, held against the orders of these customers.
    pub(super) fn by_label(
        &self,
        labels: &[(&'static str, Vec<Option<&str>>)],
        orders: &[Option<u32>],
    ) -> Vec<Row> {
        labels.iter().flat_map(|(by, labels)| self.by_one_label(by, labels, orders)).collect()
    }

    fn by_one_label(&self, by: &'static str, labels: &[Option<&str>], orders: &[Option<u32>]) -> Vec<Row> {
        let mut parts: BTreeMap<&str, (Vec<usize>, u64, u64)> = BTreeMap::new();
        for (label, orders) in labels.iter().zip(orders) {
            let Some(label) = label else { continue };
            let (_, of_group, customers) = parts.entry(label).or_default();
            *of_group += u64::from(orders.unwrap_or(0));
            *customers += u64::from(orders.is_some_and(|orders| orders > 0));
        }
        for (place, complaint) in self.log.all.iter().enumerate() {
            if let Some(label) = complaint.customer.and_then(|row| labels[row as usize])
                && let Some((members, ..)) = parts.get_mut(label)
            {
                members.push(place);
            }
        }
        let part = |(name, (members, orders, customers)): (&str, (Vec<usize>, u64, u64))| Part {
            name: name.to_owned(),
            members,
            trade: Trade { orders: Some(orders), customers: Some(customers) },
        };
        self.rows(by, &parts.into_iter().map(part).collect::<Vec<_>>())
    }

    /// The figures of every part, those of small ones masked.
    fn rows(&self, by: &'static str, parts: &[Part]) -> Vec<Row> {
        let sizes: Vec<usize> = parts.iter().map(|part| part.members.len()).collect();
        let masks = masks(&sizes, self.params.minimum_group);
        let mut rows = Vec::new();
        for (part, mask) in parts.iter().zip(masks) {
            let group = Group {
                log: self.log,
                members: &part.members,
                trade: part.trade,
                comebacks: self.comebacks,
                as_of: self.as_of.instant,
                as_of_day: self.as_of.day,
            };
            rows.extend(group.figures(self.params).into_iter().map(|figure| Row {
                by,
                group: part.name.clone(),
                figure: mask.as_ref().map_or_else(|| figure.clone(), |reason| figure.masked(reason)),
            }));
        }
        rows
    }
}

/// Why a group of that size must not be shown, if so.
pub(super) fn mask(size: usize, minimum: u32) -> Option<String> {
    (size < minimum as usize).then(|| format!("masked: fewer than {minimum} complaints"))
}

/// Why each group must not be shown, if so: it is too small, or it would give away the only one that is, because the
/// total is known (methods, section 11).
fn masks(sizes: &[usize], minimum: u32) -> Vec<Option<String>> {
    let mut masks: Vec<Option<String>> = sizes.iter().map(|size| mask(*size, minimum)).collect();
    if masks.iter().flatten().count() == 1 {
        let shown = (0..sizes.len()).filter(|group| masks[*group].is_none());
        if let Some(next) = shown.min_by_key(|group| sizes[*group]) {
            masks[next] = Some("masked: would give away a smaller group".to_owned());
        }
    }
    masks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_groups_are_masked_and_so_is_what_gives_them_away() {
        let places = |sizes: &[usize]| -> Vec<usize> {
            let masks = masks(sizes, 10);
            (0..sizes.len()).filter(|place| masks[*place].is_some()).collect()
        };
        assert_eq!(places(&[50, 3, 20, 11]), [1, 3]);
        assert_eq!(places(&[50, 3, 2, 11]), [1, 2]);
        assert_eq!(places(&[50, 10, 20]), [0; 0]);
        assert_eq!(places(&[9]), [0]);
    }
}
