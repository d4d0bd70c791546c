//! The registered names that a mistyped one probably meant.

/// At most so many names are proposed: more would hide the right one.
const PROPOSALS: usize = 3;

/// The names nearest to `name`, best first: those that differ in no more than a third of its letters, changed,
/// missing, added or swapped (optimal string alignment distance), or only in case.
pub(crate) fn nearest(name: &str, known: &[String]) -> Vec<String> {
    let allowed = (name.chars().count() / 3).max(1);
    let lower = name.to_lowercase();
    let mut close: Vec<(usize, &String)> = known
        .iter()
        .map(|one| (strsim::osa_distance(&lower, &one.to_lowercase()), one))
        .filter(|&(distance, _)| distance <= allowed)
        .collect();
    close.sort();
    close.into_iter().take(PROPOSALS).map(|(_, one)| one.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    fn known() -> Vec<String> {
        ["resize", "compress", "comprise", "test"].map(String::from).to_vec()
    }

    #[test]
    fn a_slip_of_the_finger_finds_its_function() {
        assert_eq!(nearest("resise", &known()), ["resize"]);
        assert_eq!(nearest("compres", &known()), ["compress", "comprise"]);
        assert_eq!(nearest("Tset", &known()), ["test"]);
    }

    #[test]
    fn another_word_finds_nothing() {
        assert!(nearest("upload", &known()).is_empty());
        assert!(nearest("", &known()).is_empty());
    }
}
