//! Attributes of many records, one record's after the other's, each key at most once per record.

use super::{Text, Value};
use crate::keys::{Class, Key};

/// An attribute that the mapping can use.
#[derive(Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) class: Class,
    pub(crate) key: Text<'a>,
    pub(crate) value: Value<'a>,
}

/// Which part of a shared vector belongs to a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slice {
    from: usize,
    to: usize,
}

impl Slice {
    /// What was added to `items` since it was `from` long.
    pub(crate) const fn since<T>(from: usize, items: &[T]) -> Self {
        Self { from, to: items.len() }
    }

    /// That part of `items`.
    pub(crate) fn of<T>(self, items: &[T]) -> &[T] {
        items.get(self.from..self.to).unwrap_or_default()
    }

    pub(crate) const fn start(self) -> usize {
        self.from
    }
}

/// Attributes kept per record that are not read by name. A span has about a dozen; one with more
/// than this many possible answers has none.
const LOOSE_MAX: usize = 64;

/// The attributes of the record that is being read.
#[derive(Debug, Default)]
pub(super) struct Selection {
    from: usize,
    seen: u64,
    n_loose: usize,
    n_declared: usize,
}

impl Selection {
    /// Begins a record.
    pub(super) const fn begin(&mut self, shelf: &[Attribute<'_>]) {
        *self = Self { from: shelf.len(), seen: 0, n_loose: 0, n_declared: 0 };
    }

    /// Ends the record.
    pub(super) const fn end(&self, shelf: &[Attribute<'_>]) -> Slice {
        Slice::since(self.from, shelf)
    }

    /// Adds an attribute of the record, if there is room for its kind.
    pub(super) fn put<'a>(&mut self, shelf: &mut Vec<Attribute<'a>>, mut added: Attribute<'a>) {
        if let Some(known) = added.class.known {
            if self.is_new(shelf, known, added.class) {
                shelf.push(added);
                return;
            }
            added.class.known = None;
        }
        let (n, is_kept) = if added.class.declared {
            (&mut self.n_declared, true)
        } else {
            (&mut self.n_loose, added.class.candidate || added.class.label)
        };
        if is_kept && *n < LOOSE_MAX {
            *n += 1;
            shelf.push(added);
        }
    }

    /// Whether this is the key's first value, or today's name of it after an old one.
    fn is_new(&mut self, shelf: &mut [Attribute<'_>], known: Key, class: Class) -> bool {
        let bit = 1 << known as u64;
        if self.seen & bit == 0 {
            self.seen |= bit;
            return true;
        }
        let record = shelf.get_mut(self.from..).unwrap_or_default();
        match record.iter_mut().find(|held| held.class.known == Some(known)) {
            Some(held) if held.class.old && !class.old => {
                held.class.known = None;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Keys;
    use crate::options::{ItemRule, ReadOptions, When};

    fn kept(options: &ReadOptions, pairs: &[(&str, i64)]) -> Vec<(Option<Key>, String, i64)> {
        let (mut keys, mut shelf, mut selection) =
            (Keys::new(options), Vec::new(), Selection::default());
        selection.begin(&shelf);
        for (key, number) in pairs {
            let (class, value) = (keys.class(key), Value::Int(*number));
            selection.put(&mut shelf, Attribute { class, key: (*key).into(), value });
        }
        let number = |value: &Value<'_>| if let Value::Int(n) = value { *n } else { -1 };
        let kept = selection.end(&shelf).of(&shelf).iter();
        kept.map(|a| (a.class.known, a.key.to_string(), number(&a.value))).collect()
    }

    fn numbers_of(known: Key, pairs: &[(&str, i64)]) -> Vec<i64> {
        let kept = kept(&ReadOptions::default(), pairs);
        kept.iter().filter(|(key, ..)| *key == Some(known)).map(|(.., n)| *n).collect()
    }

    #[test]
    fn todays_name_counts_wherever_it_stands() {
        let (new, old) = ("http.response.status_code", "http.status_code");
        assert_eq!(numbers_of(Key::HttpStatus, &[(old, 1), (new, 2)]), [2]);
        assert_eq!(numbers_of(Key::HttpStatus, &[(new, 2), (old, 1)]), [2]);
        assert_eq!(numbers_of(Key::HttpStatus, &[(old, 1), (old, 3)]), [1]);
        assert_eq!(numbers_of(Key::HttpStatus, &[(old, 1), (new, 2), (new, 4)]), [2]);
    }

    #[test]
    fn flood_of_attributes_is_cut_and_known_keys_are_not() {
        let names: Vec<String> = (0..100_000).map(|n| format!("k{n}.kind")).collect();
        let mut pairs: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), 0)).collect();
        pairs.extend([("http.route", 7); 1000]);
        let kept = kept(&ReadOptions::default(), &pairs);
        assert_eq!(kept.len(), LOOSE_MAX + 1);
        assert_eq!(kept.last().map(|(key, ..)| *key), Some(Some(Key::HttpRoute)));
    }

    #[test]
    fn declared_key_is_kept_under_its_own_name() {
        let key = "http.status_code".to_owned();
        let rule = ItemRule { when: When::default(), key, missing: None };
        let options = ReadOptions { items: vec![rule], ..ReadOptions::default() };
        let pairs = [("http.response.status_code", 2), ("http.status_code", 1)];
        let expect = [
            (Some(Key::HttpStatus), "http.response.status_code".to_owned(), 2),
            (None, "http.status_code".to_owned(), 1),
        ];
        assert_eq!(kept(&options, &pairs), expect);
    }
}
