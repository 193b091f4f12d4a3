//! Who has which number among people of one name.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;
use zoom_protocol::DisplayName;

/// The numbers that are taken, by the form in which names are compared.
#[derive(Debug, Default)]
pub(crate) struct Ordinals {
    taken: BTreeMap<String, BTreeSet<u32>>,
}

impl Ordinals {
    /// The number for somebody who comes in with this name: the one that they had before, where it
    /// is free; otherwise 1 where nobody here has the name, and else the smallest from 2 that is
    /// free.
    pub(crate) fn take(&mut self, name: &DisplayName, before: Option<u32>) -> u32 {
        let taken = self.taken.entry(compared(name)).or_default();
        let ordinal = match before.filter(|before| !taken.contains(before)) {
            Some(before) => before,
            None if taken.is_empty() => 1,
            None => (2..).find(|n| !taken.contains(n)).unwrap_or(u32::MAX),
        };
        taken.insert(ordinal);
        ordinal
    }

    /// Gives a number back.
    pub(crate) fn release(&mut self, name: &DisplayName, ordinal: u32) {
        let key = compared(name);
        if let Some(taken) = self.taken.get_mut(&key) {
            taken.remove(&ordinal);
            if taken.is_empty() {
                self.taken.remove(&key);
            }
        }
    }

    /// How many names are remembered.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.taken.len()
    }
}

/// Names that look alike are one: without case, in the compatibility form (full-width letters and
/// ligatures are their plain selves), without the joiners that show nothing.
fn compared(name: &DisplayName) -> String {
    let plain: String = name
        .as_str()
        .nfkc()
        .filter(|c| !matches!(c, '\u{200c}' | '\u{200d}'))
        .collect();
    caseless::default_case_fold_str(&plain).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> DisplayName {
        text.parse().unwrap()
    }

    #[test]
    fn equal_names_count_from_two_and_fill_gaps() {
        let mut ordinals = Ordinals::default();
        let kim = name("Kim");
        assert_eq!([(); 4].map(|()| ordinals.take(&kim, None)), [1, 2, 3, 4]);
        ordinals.release(&kim, 1);
        ordinals.release(&kim, 3);
        assert_eq!([(); 2].map(|()| ordinals.take(&kim, None)), [3, 5]);
        for ordinal in [2, 3, 4, 5] {
            ordinals.release(&kim, ordinal);
        }
        assert_eq!(ordinals.len(), 0);
        assert_eq!(ordinals.take(&kim, None), 1);
    }

    #[test]
    fn who_had_a_number_before_has_it_again_where_it_is_free() {
        let mut ordinals = Ordinals::default();
        let kim = name("Kim");
        assert_eq!(ordinals.take(&kim, Some(2)), 2);
        assert_eq!(ordinals.take(&kim, Some(2)), 3);
        assert_eq!(ordinals.take(&kim, Some(1)), 1);
    }

    #[test]
    fn names_that_look_alike_are_told_apart() {
        let mut ordinals = Ordinals::default();
        let names = ["Kim", "KIM", "\u{ff2b}\u{ff49}\u{ff4d}", "K\u{200d}im"];
        assert_eq!(
            names.map(|text| ordinals.take(&name(text), None)),
            [1, 2, 3, 4]
        );
        assert_eq!(ordinals.take(&name("김"), None), 1);
        assert_eq!(ordinals.take(&name("\u{1100}\u{1175}\u{11b7}"), None), 2);
    }
}
