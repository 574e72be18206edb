//! Names of labels as names of files: any text becomes a safe path, different texts different paths.

/// Longest file name made of a label, in bytes, before the ending.
const LONGEST: usize = 60;

/// A file name for a label. Identifiers of the engine stay as they are; anything else is reduced to letters,
/// digits and `_`, and gets a hash of the whole label so that no two labels share a file.
pub fn file_name(label: &str) -> String {
    let plain = !label.is_empty()
        && label.len() <= LONGEST
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !reserved(label);
    if plain {
        return label.to_owned();
    }
    let mut slug = String::new();
    for letter in label.chars().flat_map(char::to_lowercase) {
        if slug.len() + letter.len_utf8() > LONGEST - 9 {
            break;
        }
        if letter.is_alphanumeric() {
            slug.push(letter);
        } else if !slug.ends_with('_') {
            slug.push('_');
        }
    }
    let hash = blake3::hash(label.as_bytes()).to_hex();
    format!("{}-{}", slug.trim_matches('_'), &hash[..8])
}

/// Names that Windows keeps for devices.
fn reserved(label: &str) -> bool {
    let numbered = |prefix: &str| {
        label.strip_prefix(prefix).is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(label, "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn identifiers_stay_and_nothing_leaves_its_folder() {
        assert_eq!(file_name("cannot_lose_them"), "cannot_lose_them");
        for hostile in ["../../etc/passwd", "a/b", ".", "..", "", "nul", "a\\b", "x\0y", "-rf"] {
            let name = file_name(hostile);
            assert!(
                !name.contains(['/', '\\', '\0']) && !name.starts_with('.'),
                "{hostile:?} became {name:?}"
            );
        }
    }

    #[test]
    fn labels_that_differ_in_case_or_signs_get_files_that_differ() {
        let names = ["VIP", "vip", "Vip!", "vip?"].map(file_name);
        for (i, a) in names.iter().enumerate() {
            assert!(names[i + 1..].iter().all(|b| !a.eq_ignore_ascii_case(b)));
        }
    }

    #[test]
    fn long_and_persian_labels_fit() {
        let name = file_name(&"مشتری وفادار ".repeat(30));
        assert!(name.len() <= 60 && name.starts_with("مشتری"));
    }
}
