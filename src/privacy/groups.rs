//! Groups too small to be published by themselves.

use std::collections::BTreeMap;

/// The name under which small groups are published together.
pub const OTHER: &str = "(other)";

/// The groups whose labels become [`OTHER`]: those of 1 to `minimum` − 1 members, and as long as these are
/// together fewer than `minimum`, the next smallest too, because what is left out of a total can be
/// subtracted from it.
///
/// `sizes` are the members of each group. Ties go by name, no label first. Groups without members stay: they give nobody away.
pub fn too_small<'a>(sizes: &BTreeMap<Option<&'a str>, u64>, minimum: u64) -> Vec<Option<&'a str>> {
    let mut groups: Vec<(u64, Option<&str>)> = sizes.iter().map(|(label, n)| (*n, *label)).collect();
    groups.sort_unstable();
    let (mut small, mut together) = (Vec::new(), 0);
    for (size, label) in groups {
        if size >= minimum && (together == 0 || together >= minimum) {
            break;
        }
        small.push(label);
        together += size;
    }
    small
}

/// The labels with those of the `small` groups as [`OTHER`].
pub fn merged<'a>(labels: &[Option<&'a str>], small: &[Option<&str>]) -> Vec<Option<&'a str>> {
    labels.iter().map(|label| if small.contains(label) { Some(OTHER) } else { *label }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(of: &[(&'static str, u64)]) -> BTreeMap<Option<&'static str>, u64> {
        of.iter().map(|(label, n)| (Some(*label), *n)).collect()
    }

    #[test]
    fn small_groups_hide_together() {
        let all = sizes(&[("a", 50), ("b", 6), ("c", 7), ("d", 20)]);
        let small = too_small(&all, 10);
        assert_eq!(small, [Some("b"), Some("c")]);
        let labels = [Some("a"), Some("c"), None, Some("b")];
        assert_eq!(merged(&labels, &small), [Some("a"), Some(OTHER), None, Some(OTHER)]);
        assert!(too_small(&all, 5).is_empty());
    }

    #[test]
    fn one_small_group_takes_the_next_with_it() {
        // Alone, b would be the total less all others.
        let all = sizes(&[("a", 50), ("b", 6), ("d", 20)]);
        assert_eq!(too_small(&all, 10), [Some("b"), Some("d")]);
        assert_eq!(too_small(&sizes(&[("b", 6)]), 10), [Some("b")]);
        assert_eq!(too_small(&BTreeMap::from([(None, 2)]), 10), [None]);
    }
}
