//! Groups too small to be published by themselves.

use std::collections::BTreeMap;

/// The name under which small groups are published together.
pub const OTHER: &str = "(other)";

/// The groups whose labels become [`OTHER`]: those of 1 to `minimum` − 1 members, and as long as these are
/// together fewer than `minimum`, the next smallest too, because what is left out of a total can be
/// subtracted from it.
///
/// Ties go by name, no label first. Groups without members stay: they give nobody away.
pub fn too_small<'a>(labels: &[Option<&'a str>], minimum: usize) -> Vec<Option<&'a str>> {
    let mut sizes: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    labels.iter().for_each(|label| *sizes.entry(*label).or_default() += 1);
    let mut groups: Vec<(usize, Option<&str>)> = sizes.into_iter().map(|(label, n)| (n, label)).collect();
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

/// The labels with those of small groups as [`OTHER`].
pub fn merged<'a>(labels: &[Option<&'a str>], minimum: usize) -> Vec<Option<&'a str>> {
    let small = too_small(labels, minimum);
    labels.iter().map(|label| if small.contains(label) { Some(OTHER) } else { *label }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(sizes: &[(&'static str, usize)]) -> Vec<Option<&'static str>> {
        sizes.iter().flat_map(|(label, n)| vec![Some(*label); *n]).collect()
    }

    #[test]
    fn small_groups_hide_together() {
        let all = labels(&[("a", 50), ("b", 6), ("c", 7), ("d", 20)]);
        assert_eq!(too_small(&all, 10), [Some("b"), Some("c")]);
        assert_eq!(merged(&all, 10).iter().filter(|label| **label == Some(OTHER)).count(), 13);
        assert!(too_small(&all, 5).is_empty());
    }

    #[test]
    fn one_small_group_takes_the_next_with_it() {
        // Alone, b would be the total less all others.
        assert_eq!(too_small(&labels(&[("a", 50), ("b", 6), ("d", 20)]), 10), [Some("b"), Some("d")]);
        assert_eq!(too_small(&labels(&[("b", 6)]), 10), [Some("b")]);
        assert_eq!(too_small(&[None, None], 10), [None]);
    }
}
