//! `CODEOWNERS` of GitHub and GitLab: the last line that matches a path names its owners.
//!
//! A line with owners that are none, or with a pattern the format does not have, is passed over whole,
//! as GitHub does, and counted. Sections are GitLab's (`[Docs][2] @acme/docs`): each section is asked by
//! itself, and a line without owners takes those of its section. Outside of sections such a line says
//! that nobody owns the path.
//!
//! Limits: a `\` makes the next character an ordinary part of the pattern, except that `\*` stays a
//! wildcard.

use super::glob::{INSIDE, Pattern};
use super::yaml::FileRefused;
use crate::came::Came;
use hw_people::plain_name;

/// Size of a file: what GitHub reads at most.
pub const CODEOWNERS_BYTES_MAX: usize = 3 * 1024 * 1024;
/// Lines with a pattern.
const RULES_MAX: usize = 20_000;
/// Characters of one pattern.
const PATTERN_CHARS_MAX: usize = 1_000;
/// Sections of one file; the lines of further ones are passed over.
const SECTIONS_MAX: usize = 500;
/// Owners of one line.
const OWNERS_MAX: usize = 50;

/// An owner of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerLine {
    /// The owner as the file writes it: `@anna`, `@acme/payments`, a mail address.
    pub owner: String,
    /// Whether that is a team: GitHub writes those with a slash.
    pub is_team: bool,
    /// The line that says so, from 1.
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct RuleLine {
    pattern: Pattern,
    owners: Vec<String>,
    line: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Section {
    name: String,
    owners: Vec<String>,
    rules: Vec<RuleLine>,
}

/// A `CODEOWNERS` file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeOwners {
    sections: Vec<Section>,
    /// Lines that were passed over.
    pub n_unreadable: usize,
}

impl CodeOwners {
    /// Reads a file.
    ///
    /// # Errors
    /// If it is larger than GitHub would read, or no such file at all.
    pub fn read(bytes: &[u8]) -> Result<Self, FileRefused> {
        if bytes.len() > CODEOWNERS_BYTES_MAX {
            return Err(FileRefused::TooLarge(CODEOWNERS_BYTES_MAX / 1024));
        }
        match Came::of(bytes) {
            Came::Text(_) | Came::Nothing | Came::Json => {}
            came @ (Came::Page(_) | Came::Xml | Came::Gzip | Came::Binary) => {
                return Err(FileRefused::NotThat { expected: "a CODEOWNERS file", came });
            }
        }
        let mut code = Self { sections: vec![Section::default()], n_unreadable: 0 };
        let mut section = Some(0);
        let mut n_rules = 0;
        let text = String::from_utf8_lossy(bytes);
        for (line, number) in text.trim_start_matches('\u{feff}').lines().zip(1..) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some((name, owners)) = heading(line) {
                section = code.section(&name, owners);
                continue;
            }
            n_rules += 1;
            let rule = rule_line(line, number).filter(|_| n_rules <= RULES_MAX);
            match (rule, section.and_then(|idx| code.sections.get_mut(idx))) {
                (Some(rule), Some(section)) => section.rules.push(rule),
                (_, _) => code.n_unreadable += 1,
            }
        }
        Ok(code)
    }

    /// Lines that name owners of paths.
    #[must_use]
    pub fn n_rules(&self) -> usize {
        self.sections.iter().map(|section| section.rules.len()).sum()
    }

    /// The place of a section, unless there are too many; sections of one name are one.
    fn section(&mut self, name: &str, owners: Vec<String>) -> Option<usize> {
        let name = name.to_lowercase();
        if let Some(idx) = self.sections.iter().position(|section| section.name == name) {
            return Some(idx);
        }
        if self.sections.len() >= SECTIONS_MAX {
            self.n_unreadable += 1;
            return None;
        }
        self.sections.push(Section { name, owners, rules: Vec::new() });
        Some(self.sections.len() - 1)
    }

    /// The owners of a path, as settings write it: a folder, or a file with a dot in its name.
    #[must_use]
    pub fn owners_of(&self, path: &str) -> Vec<OwnerLine> {
        let mut names: Vec<&str> =
            path.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
        let is_file = !path.ends_with('/') && names.last().is_some_and(|name| name.contains('.'));
        if !is_file {
            names.push(INSIDE);
        }
        let mut owners: Vec<OwnerLine> = Vec::new();
        for section in &self.sections {
            let Some(rule) = section.rules.iter().rev().find(|rule| rule.pattern.owns(&names))
            else {
                continue;
            };
            let named = if rule.owners.is_empty() { &section.owners } else { &rule.owners };
            owners.extend(named.iter().map(|owner| OwnerLine {
                owner: owner.clone(),
                is_team: owner.starts_with('@') && owner.contains('/'),
                line: rule.line,
            }));
        }
        owners
    }
}

/// `[Docs]`, `^[Docs]`, `[Docs][2] @acme/docs`: the name of a section and its owners.
fn heading(line: &str) -> Option<(String, Vec<String>)> {
    let inside = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?;
    let (name, rest) = inside.split_once(']')?;
    let rest = match rest.strip_prefix('[').and_then(|count| count.split_once(']')) {
        Some((count, rest)) if count.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => rest,
    };
    Some((plain_name(name).ok()?, owners_in(rest.split_whitespace())?))
}

/// A pattern and its owners.
fn rule_line(line: &str, number: usize) -> Option<RuleLine> {
    let (pattern, rest) = first_word(line);
    if pattern.chars().count() > PATTERN_CHARS_MAX {
        return None;
    }
    let owners = owners_in(rest.split_whitespace())?;
    Some(RuleLine { pattern: Pattern::new(&pattern)?, owners, line: number })
}

/// Owners up to a comment; `None` if one of them is no owner.
fn owners_in<'a>(words: impl Iterator<Item = &'a str>) -> Option<Vec<String>> {
    let mut owners = Vec::new();
    for word in words.take_while(|word| !word.starts_with('#')) {
        let name = plain_name(word).ok()?;
        let is_owner = match name.strip_prefix('@') {
            Some(handle) => !handle.is_empty(),
            None => name
                .split_once('@')
                .is_some_and(|(user, host)| !user.is_empty() && host.contains('.')),
        };
        if !is_owner || owners.len() >= OWNERS_MAX {
            return None;
        }
        owners.push(name);
    }
    Some(owners)
}

/// The first word of a line, in which a `\` keeps the character after it, and the rest.
fn first_word(line: &str) -> (String, &str) {
    let mut word = String::new();
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        if c.is_whitespace() {
            return (word, line.get(at..).unwrap_or_default());
        }
        match c {
            '\\' => word.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => word.push(c),
        }
    }
    (word, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owners(file: &str, path: &str) -> Vec<String> {
        let code = CodeOwners::read(file.as_bytes()).unwrap();
        code.owners_of(path).into_iter().map(|line| line.owner).collect()
    }

    #[test]
    fn patterns_by_the_rules_github_documents() {
        for (pattern, path, expect) in [
            ("*", "a/b/c.txt", true),
            ("*.js", "a.js", true),
            ("*.js", "deep/inside/a.js", true),
            ("*.js", "a.jsx", false),
            ("/build/logs/", "build/logs/today/a.txt", true),
            ("/build/logs/", "build/logs", true),
            ("/build/logs/", "other/build/logs/a.txt", false),
            ("docs/*", "docs/getting-started.md", true),
            ("docs/*", "docs/build-app/troubleshooting.md", false),
            ("docs/*", "docs", true),
            ("docs/*", "docs/build-app/", false),
            ("apps/", "apps/a.txt", true),
            ("apps/", "deep/apps/inside/a.txt", true),
            ("apps/", "apps.txt", false),
            ("/docs/", "docs/a.md", true),
            ("/docs/", "deep/docs/a.md", false),
            ("/scripts/", "scripts/deep/run.sh", true),
            ("**/logs", "build/logs/a.txt", true),
            ("**/logs", "deep/inside/logs/a.txt", true),
            ("**/logs", "logs/a.txt", true),
            ("/apps/github", "apps/github/a.rb", true),
            ("/apps/github", "apps/github2/a.rb", false),
            ("/services/*/api", "services/payments/api/a.rs", true),
            ("/services/*/api", "services/a/b/api/a.rs", false),
            ("/services/**/api", "services/a/b/api/a.rs", true),
            ("/services/**/api", "services/api/a.rs", true),
            ("/services/pay*", "services/payments", true),
            ("/services/pay?ents", "services/payments/", true),
            ("services/payments", "services/payments", true),
            ("services/payments", "services/Payments", false),
            ("*.rs", "services/payments", false),
            ("payments", "services/payments", true),
            ("/a\\ b/", "a b/c.txt", true),
            ("/logs/**", "logs/deep/a.txt", true),
        ] {
            let found = owners(&format!("{pattern} @x\n"), path);
            assert_eq!(!found.is_empty(), expect, "{pattern} and {path}");
        }
    }

    #[test]
    fn the_last_matching_line_wins_and_may_own_nothing() {
        let file = "# owners\n* @all # inline\n\n/apps/ @octocat\n/apps/github\n/apps/both @a b@example.com\n";
        assert_eq!(owners(file, "readme.md"), ["@all"]);
        assert_eq!(owners(file, "apps/x"), ["@octocat"]);
        assert_eq!(owners(file, "apps/github"), Vec::<String>::new());
        assert_eq!(owners(file, "/apps/both/"), ["@a", "b@example.com"]);
    }

    #[test]
    fn sections_of_gitlab_are_asked_one_by_one() {
        let file = "* @all\n[Docs][2] @writers\ndocs/\n*.md @readers\n^[Data] @acme/data\n/data/\n[DOCS]\nx.md @x\n";
        assert_eq!(owners(file, "docs/a.txt"), ["@all", "@writers"]);
        assert_eq!(owners(file, "docs/a.md"), ["@all", "@readers"]);
        assert_eq!(owners(file, "data/"), ["@all", "@acme/data"]);
        assert_eq!(owners(file, "x.md"), ["@all", "@x"]);
    }

    #[test]
    fn lines_of_too_many_sections_have_no_owner() {
        let mut file: String = (1..SECTIONS_MAX).map(|n| format!("[s{n}] @o{n}\n")).collect();
        file.push_str("[more] @more\n/a/\n/b/ @b\n[s1]\n/c/\n");
        let code = CodeOwners::read(file.as_bytes()).unwrap();
        assert_eq!(code.n_unreadable, 3);
        assert_eq!((owners(&file, "a").len(), owners(&file, "b").len()), (0, 0));
        assert_eq!(owners(&file, "c"), ["@o1"]);
    }

    #[test]
    fn lines_that_are_none_are_passed_over_and_counted() {
        let long = format!("/{} @x", "a".repeat(2_000));
        let file = format!("!a @x\na[0-9] @x\nb nobody\nc @\n/ @x\n{long}\nd @\u{1b}x\n");
        let code = CodeOwners::read(file.as_bytes()).unwrap();
        assert_eq!((code.n_rules(), code.n_unreadable), (1, 6));
        assert_eq!(code.owners_of("d")[0].owner, "@x");
        let refused = |bytes: &[u8]| CodeOwners::read(bytes).unwrap_err().to_string();
        assert_eq!(refused(b"<html>"), "expected a CODEOWNERS file, got a web page");
        assert_eq!(refused(&vec![b'a'; 10 << 20]), "the file has more than 3072 KiB");
    }
}
