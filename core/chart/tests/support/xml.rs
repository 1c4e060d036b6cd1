//! A small reader of XML that is stricter than a browser: what it reads is well-formed.

use std::collections::BTreeMap;

/// An element as it was opened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    /// Text directly in it, and pieces of text in order with the name of their element.
    pub(crate) text: String,
    /// Number of the element it is in.
    pub(crate) parent: Option<usize>,
}

impl Element {
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.attributes.get(name)?.parse().ok()
    }
}

/// Every element, or what is wrong.
pub(crate) fn read(text: &str) -> Result<Vec<Element>, String> {
    if let Some(letter) = text.chars().find(|c| !is_allowed(*c)) {
        return Err(format!("the letter {letter:?} may not stand in XML"));
    }
    let (mut elements, mut open): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let said = unescaped(&rest[..at])?;
        match open.last() {
            Some(inner) => elements[*inner].text.push_str(&said),
            None if said.trim().is_empty() => {}
            None => return Err(format!("text outside: {said}")),
        }
        let end = tag_end(&rest[at..]).ok_or("a tag does not end")? + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let inner = open.pop().ok_or("closed what was not open")?;
            if elements[inner].name != name {
                return Err(format!("{} closed by {name}", elements[inner].name));
            }
            continue;
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let mut element = opened(tag)?;
        element.parent = open.last().copied();
        if open.is_empty() && !elements.is_empty() {
            return Err("two roots".to_owned());
        }
        elements.push(element);
        if !is_empty {
            open.push(elements.len() - 1);
        }
    }
    if !open.is_empty() || !rest.trim().is_empty() {
        return Err("it does not end with its root".to_owned());
    }
    Ok(elements)
}

fn is_allowed(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        && !('\u{7f}'..='\u{9f}').contains(&letter)
}

/// The end of a tag: not within quotes.
fn tag_end(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    text.char_indices().find_map(|(at, letter)| {
        is_quoted ^= letter == '"';
        (letter == '>' && !is_quoted).then_some(at)
    })
}

fn opened(tag: &str) -> Result<Element, String> {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(format!("no name of an element: {name:?}"));
    }
    let mut element = Element { name: name.to_owned(), ..Element::default() };
    while !rest.is_empty() {
        let (key, value) = rest.split_once("=\"").ok_or(format!("no attribute: {rest}"))?;
        let (value, after) = value.split_once('"').ok_or(format!("no end of a value: {value}"))?;
        if !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') || value.contains('<') {
            return Err(format!("no attribute: {key}={value}"));
        }
        if element.attributes.insert(key.to_owned(), unescaped(value)?).is_some() {
            return Err(format!("{key} twice"));
        }
        rest = after.strip_prefix(' ').unwrap_or(after);
        if !after.is_empty() && !after.starts_with(' ') {
            return Err(format!("no space before {after}"));
        }
    }
    Ok(element)
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let (entity, after) = rest[at + 1..].split_once(';').ok_or("a bare &")?;
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#39" => '\'',
            other => return Err(format!("unknown entity {other}")),
        });
        rest = after;
    }
    if rest.contains('>') {
        return Err(format!("a bare > in {rest}"));
    }
    out.push_str(rest);
    Ok(out)
}
