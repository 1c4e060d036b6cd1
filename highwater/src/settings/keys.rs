//! Tables of the settings file, of which every key must be known.

use toml::Value;

/// A key and what is wrong with it.
pub(super) type Fault = (String, String);

/// A table whose keys are all known.
pub(super) struct Keys<'a> {
    at: String,
    table: &'a toml::Table,
}

impl<'a> Keys<'a> {
    pub(super) fn of(at: &str, value: &'a Value, known: &[&str]) -> Result<Self, Fault> {
        let table = value.as_table().ok_or_else(|| fault(at, "must be a table"))?;
        for key in table.keys() {
            if !known.contains(&key.as_str()) {
                let place = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                return Err((place, unknown(key, known)));
            }
        }
        Ok(Self { at: at.to_owned(), table })
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.table.get(key)
    }

    pub(super) fn place(&self, key: &str) -> String {
        if self.at.is_empty() { key.to_owned() } else { format!("{}.{key}", self.at) }
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&'a str>, Fault> {
        let Some(value) = self.get(key) else { return Ok(None) };
        value.as_str().map(Some).ok_or_else(|| fault(&self.place(key), "must be a text"))
    }

    pub(super) fn needed_text(&self, key: &str) -> Result<&'a str, Fault> {
        self.text(key)?.ok_or_else(|| fault(&self.place(key), "is missing"))
    }

    pub(super) fn list<T>(
        &self,
        key: &str,
        read: impl Fn(&str, &Value) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let place = self.place(key);
        let list = value.as_array().ok_or_else(|| fault(&place, "must be a list of tables"))?;
        let numbered = list.iter().zip(1..);
        numbered.map(|(value, n)| read(&format!("{place}[{n}]"), value)).collect()
    }
}

pub(super) fn fault(key: &str, why: &str) -> Fault {
    (key.to_owned(), why.to_owned())
}

/// Refuses a list that is longer than it may be.
pub(super) fn too_many(key: &str, n: usize, n_max: usize) -> Result<(), Fault> {
    if n > n_max { Err(fault(key, &format!("holds {n}; {n_max} are allowed"))) } else { Ok(()) }
}

/// `is not known: did you mean "x"? Known are ...`.
pub(crate) fn unknown(word: &str, known: &[&str]) -> String {
    let near = known.iter().map(|name| (strsim::damerau_levenshtein(word, name), *name)).min();
    let all = known.join(", ");
    match near {
        Some((distance, name)) if distance <= 3 => {
            format!("\"{word}\" is not known: did you mean \"{name}\"? Known are {all}")
        }
        _ => format!("\"{word}\" is not known; known are {all}"),
    }
}
