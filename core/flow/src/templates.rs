//! Log templates: what a line says once its variable parts are taken out.
//!
//! Two steps, after Drain (He et al., ICWS 2017), both bounded. First the obviously variable parts
//! of each token are masked (numbers, hexadecimal ids, UUIDs, addresses, quoted text). Then lines
//! of one service, severity and number of tokens are merged when at least `SIMILAR` of their tokens
//! agree; tokens that differ become `<*>`. Unlike Drain there is no prefix tree: a service has few
//! distinct masked lines, and a linear search over them is exact and cached per masked line.
//!
//! The first line decides which template a later one joins, so another order of lines may word a
//! template differently. Templates past the limit are counted as `~other`.

use crate::names::OTHER;
use crate::table::{Table, table};
use hw_model::{NameId, Severity, TemplateId};
use serde::{Deserialize, Serialize};

/// Stands for a variable part.
const WILD: &str = "<*>";

/// Share of tokens that must agree for two lines to be one template. Drain's default is 0.4-0.5
/// with a prefix tree that fixes the first tokens; without the tree a stricter share is needed.
const SIMILAR: f64 = 0.7;

/// Tokens kept of a line; what follows is cut (stack traces).
const TOKENS_MAX: usize = 40;

/// Bytes read of a line.
const LINE_BYTES_MAX: usize = 1024;

/// Masked lines remembered, so that each is searched once.
const CACHE_MAX: usize = 50_000;

/// All templates of all services.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Templates {
    per_service_max: usize,
    templates: Vec<Template>,
    #[serde(with = "crate::table::sorted")]
    groups: Table<Group, Vec<TemplateId>>,
    #[serde(with = "crate::table::sorted")]
    counts: Table<NameId, usize>,
    /// Only saves work.
    #[serde(skip, default = "table")]
    cache: Table<(Group, Box<str>), TemplateId>,
    changed: Vec<TemplateId>,
}

/// Lines that may be one template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct Group {
    service: NameId,
    severity: Severity,
    n_tokens: usize,
}

#[derive(Debug, Serialize, Deserialize)]
struct Template {
    service: NameId,
    severity: Severity,
    tokens: Vec<Box<str>>,
}

impl Templates {
    pub(crate) const fn new(per_service_max: usize) -> Self {
        Self {
            per_service_max,
            templates: Vec::new(),
            groups: table(),
            counts: table(),
            cache: table(),
            changed: Vec::new(),
        }
    }

    /// The template of a line, and whether it found no place of its own.
    pub(crate) fn id(
        &mut self,
        service: NameId,
        severity: Severity,
        body: &str,
    ) -> (TemplateId, bool) {
        let masked = mask(body);
        let tokens: Vec<&str> = masked.split(' ').collect();
        let group = Group { service, severity, n_tokens: tokens.len() };
        let key = (group, masked.as_str().into());
        if let Some(id) = self.cache.get(&key) {
            return (*id, false);
        }
        if let Some(id) = self.join(group, &tokens) {
            self.remember(key, id);
            return (id, false);
        }
        let n = self.counts.entry(service).or_insert(0);
        if *n >= self.per_service_max {
            return (self.other(service, severity), true);
        }
        *n += 1;
        let id = self.create(group, tokens.into_iter().map(Into::into).collect());
        self.remember(key, id);
        (id, false)
    }

    /// Whether it stands for all lines past the limit.
    pub(crate) fn is_other(&self, id: TemplateId) -> bool {
        let tokens = self.templates.get(id.0 as usize).map(|template| &*template.tokens);
        tokens.is_some_and(|tokens| matches!(tokens, [only] if **only == *OTHER))
    }

    /// Templates that are new or worded anew since the last call.
    pub(crate) fn drain(&mut self) -> Vec<(TemplateId, NameId, Severity, Box<str>)> {
        let mut changed = std::mem::take(&mut self.changed);
        changed.sort_unstable();
        changed.dedup();
        let defined = changed.into_iter().filter_map(|id| {
            let template = self.templates.get(id.0 as usize)?;
            let text = template.tokens.join(" ");
            Some((id, template.service, template.severity, text.into_boxed_str()))
        });
        defined.collect()
    }

    /// Templates that were drained and must be drained again.
    pub(crate) fn take_back(&mut self, ids: impl Iterator<Item = TemplateId>) {
        self.changed.extend(ids);
    }

    /// Learns templates that were drained by an earlier run.
    pub(crate) fn learn(&mut self, defined: &[(TemplateId, NameId, Severity, Box<str>)]) {
        for (id, service, severity, text) in defined {
            let tokens: Vec<Box<str>> = text.split(' ').map(Into::into).collect();
            if let Some(known) = self.templates.get_mut(id.0 as usize) {
                known.tokens = tokens;
                continue;
            }
            // The one that stands for all past the limit has a group of its own and no place.
            let n_tokens = if **text == *OTHER { 0 } else { tokens.len() };
            *self.counts.entry(*service).or_insert(0) += usize::from(n_tokens > 0);
            let group = Group { service: *service, severity: *severity, n_tokens };
            self.create(group, tokens);
        }
        self.changed.clear();
    }

    fn join(&mut self, group: Group, tokens: &[&str]) -> Option<TemplateId> {
        let ids = self.groups.get(&group)?;
        let same = |id: &TemplateId| {
            let template = self.templates.get(id.0 as usize)?;
            let n = template.tokens.iter().zip(tokens).filter(|(a, b)| &***a == **b).count();
            Some((n, *id))
        };
        let best = ids.iter().filter_map(same).max_by_key(|(n, id)| (*n, std::cmp::Reverse(*id)));
        let (n_same, id) = best?;
        if (n_same as f64) < SIMILAR * tokens.len() as f64 {
            return None;
        }
        let template = self.templates.get_mut(id.0 as usize)?;
        for (ours, theirs) in template.tokens.iter_mut().zip(tokens) {
            if &**ours != *theirs && &**ours != WILD {
                *ours = WILD.into();
                self.changed.push(id);
            }
        }
        Some(id)
    }

    fn create(&mut self, group: Group, tokens: Vec<Box<str>>) -> TemplateId {
        let id = u32::try_from(self.templates.len()).expect("invariant: templates are bounded");
        let id = TemplateId(id);
        let Group { service, severity, .. } = group;
        self.templates.push(Template { service, severity, tokens });
        self.groups.entry(group).or_default().push(id);
        self.changed.push(id);
        id
    }

    /// The template of all lines of a service and severity past the limit: no real group has zero
    /// tokens, because splitting an empty line gives one empty token.
    fn other(&mut self, service: NameId, severity: Severity) -> TemplateId {
        let group = Group { service, severity, n_tokens: 0 };
        match self.groups.get(&group).and_then(|ids| ids.first()) {
            Some(id) => *id,
            None => self.create(group, vec![OTHER.into()]),
        }
    }

    fn remember(&mut self, key: (Group, Box<str>), id: TemplateId) {
        if self.cache.len() >= CACHE_MAX {
            self.cache.clear();
        }
        self.cache.insert(key, id);
    }
}

/// The line with its variable parts as `<*>`, single spaces, at most `TOKENS_MAX` tokens. Control
/// characters are dropped: a template is shown to people.
fn mask(body: &str) -> String {
    let end = (0..=LINE_BYTES_MAX.min(body.len())).rev().find(|&end| body.is_char_boundary(end));
    let body = body.get(..end.unwrap_or(0)).unwrap_or_default();
    let first_line = body.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut masked = String::with_capacity(first_line.len());
    for token in first_line.split_whitespace().take(TOKENS_MAX) {
        if !masked.is_empty() {
            masked.push(' ');
        }
        mask_token(token, &mut masked);
    }
    masked
}

/// Masks one token: runs of letters and digits that contain a digit are variable, unless the token
/// is a short word with a digit at its end such as `HTTP2` or `sha256`; so are quoted texts.
fn mask_token(token: &str, out: &mut String) {
    let mut rest = token;
    while let Some(first) = rest.chars().next() {
        let len = rest.find(|c: char| is_word(c) != is_word(first)).unwrap_or(rest.len());
        let (part, tail) = rest.split_at(len);
        if !is_word(first) {
            out.extend(part.chars().filter(|c| !c.is_control()));
        } else if is_variable(part) {
            push_wild(out);
        } else {
            out.push_str(part);
        }
        rest = tail;
    }
}

/// Letters, digits, and the characters that join them in ids, numbers and addresses.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '+')
}

fn is_variable(part: &str) -> bool {
    let n_digits = part.bytes().filter(u8::is_ascii_digit).count();
    let begins_as_word = part.bytes().take(3).filter(u8::is_ascii_alphabetic).count() == 3;
    let long_hex = part.len() >= 8 && part.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    long_hex || (n_digits > 0 && !(begins_as_word && n_digits <= 3 && part.len() <= 12))
}

/// Adds a wildcard; two that touch become one.
fn push_wild(out: &mut String) {
    if !out.ends_with(WILD) {
        out.push_str(WILD);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(body: &str, expect: &str) {
        assert_eq!(mask(body), expect);
    }

    #[test]
    fn numbers_ids_and_addresses_are_masked() {
        masked(
            "rules snapshot 7212 is empty, using defaults",
            "rules snapshot <*> is empty, using defaults",
        );
        masked("item 405-1 may go", "item <*> may go");
        masked("started router version 2.0.0", "started router version <*>");
        masked("peer 10.0.0.1:8080 gone after 3ms", "peer <*>:<*> gone after <*>");
        masked("id=54f42665-f0c0-4de6-8564-4296cef28025", "id=<*>");
        masked("user deadbeefcafe left", "user <*> left");
    }

    #[test]
    fn words_with_a_digit_stay() {
        masked("HTTP2 sha256 utf8 ok", "HTTP2 sha256 utf8 ok");
    }

    #[test]
    fn only_the_first_line_counts_and_control_characters_go() {
        masked("\n boom\u{1b}[31m at x\n  File \"a.py\", line 3", "boom[<*> at x");
        masked("", "");
    }

    fn texts(lines: &[&str], per_service_max: usize) -> Vec<String> {
        let mut templates = Templates::new(per_service_max);
        for line in lines {
            templates.id(NameId(7), Severity::Info, line);
        }
        templates.drain().into_iter().map(|(_, _, _, text)| text.into()).collect()
    }

    #[test]
    fn lines_that_differ_in_one_word_become_one_template() {
        let lines = ["user bob logged in from web", "user alice logged in from web"];
        assert_eq!(texts(&lines, 10), ["user <*> logged in from web"]);
    }

    #[test]
    fn lines_with_opposite_meaning_stay_apart() {
        let lines = ["item 1-1 halted", "item 1-2 passed", "item 3-4 may go"];
        assert_eq!(texts(&lines, 10).len(), 3);
    }

    #[test]
    fn past_the_limit_lines_share_one_template() {
        let lines = ["a", "b b", "c c c", "d d d d"];
        assert_eq!(texts(&lines, 2), ["a", "b b", "~other"]);
    }
}
