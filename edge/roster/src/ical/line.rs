//! Content lines of a calendar: `NAME;PARAM=value;PARAM="quoted":value`, unfolded.
//!
//! A long line is folded by a line break and one blank, anywhere, even between the bytes of one
//! character; so bytes are joined first and read as text afterwards. What is no UTF-8 becomes the
//! replacement character: a name that suffers is still better than a feed refused for an umlaut.

/// Longest logical line. A list of exceptions may be long; this is some ten thousand of them.
pub(crate) const LINE_BYTES_MAX: usize = 256 * 1024;
/// Parameters of one line.
const PARAMS_MAX: usize = 32;

/// One property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its name in upper case, without a group before it.
    pub(crate) name: String,
    /// Its parameters, names in upper case, values without quotes.
    params: Vec<(String, String)>,
    /// Its value as it stands.
    pub(crate) value: String,
}

impl Line {
    /// The value of a parameter.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a parameter has this value, in any case.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.param(name).is_some_and(|found| found.eq_ignore_ascii_case(value))
    }

    /// The value with its escapes undone.
    pub(crate) fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut chars = self.value.chars();
        while let Some(c) = chars.next() {
            match (c, c == '\\') {
                (_, true) => match chars.next() {
                    Some('n' | 'N') => text.push('\n'),
                    Some(escaped) => text.push(escaped),
                    None => {}
                },
                (c, false) => text.push(c),
            }
        }
        text
    }
}

/// Reads logical lines one after the other.
pub(crate) struct Lines<'a> {
    rest: &'a [u8],
    /// Lines that were too long, had too many parameters or no colon.
    pub(crate) n_unreadable: usize,
}

impl<'a> Lines<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, n_unreadable: 0 }
    }

    /// The next physical line, without its break.
    fn physical(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let (line, rest) = match end {
            Some(end) => {
                let (line, rest) = self.rest.split_at(end);
                (line, rest.get(1..).unwrap_or_default())
            }
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// The next logical line; `None` inside for one that was too long.
    fn logical(&mut self) -> Option<Option<Vec<u8>>> {
        let mut line = self.physical()?.to_vec();
        let mut fits = line.len() <= LINE_BYTES_MAX;
        while matches!(self.rest.first(), Some(b' ' | b'\t')) {
            let more = self.physical().and_then(|more| more.get(1..)).unwrap_or_default();
            fits = fits && line.len() + more.len() <= LINE_BYTES_MAX;
            if fits {
                line.extend_from_slice(more);
            }
        }
        Some(fits.then_some(line))
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        loop {
            let Some(bytes) = self.logical()? else {
                self.n_unreadable += 1;
                continue;
            };
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match parsed(&String::from_utf8_lossy(&bytes)) {
                Some(line) => return Some(line),
                None => self.n_unreadable += 1,
            }
        }
    }
}

/// A line in its parts.
fn parsed(line: &str) -> Option<Line> {
    let colon = outside_quotes(line, ':')?;
    let (head, value) = line.split_at(colon);
    let mut params = Vec::new();
    let name_end = outside_quotes(head, ';').unwrap_or(head.len());
    let (name, mut rest) = head.split_at(name_end);
    while let Some(param) = rest.strip_prefix(';') {
        let end = outside_quotes(param, ';').unwrap_or(param.len());
        let (param, after) = param.split_at(end);
        rest = after;
        if params.len() >= PARAMS_MAX {
            return None;
        }
        if let Some((key, value)) = param.split_once('=') {
            params.push((key.trim().to_ascii_uppercase(), param_text(value)));
        }
    }
    let name = name.rsplit_once('.').map_or(name, |(_, name)| name).trim().to_ascii_uppercase();
    let value = value.strip_prefix(':').unwrap_or_default().to_owned();
    (!name.is_empty()).then_some(Line { name, params, value })
}

/// Where `wanted` stands first outside of double quotes.
fn outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        if c == '"' {
            quoted = !quoted;
        } else if c == wanted && !quoted {
            return Some(at);
        }
    }
    None
}

/// A parameter's value: quotes taken off, and the escapes of RFC 6868 (`^n`, `^'`, `^^`) undone.
fn param_text(value: &str) -> String {
    let bare = value.trim().trim_matches('"');
    bare.replace("^n", "\n").replace("^'", "\"").replace("^^", "^")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Line> {
        Lines::new(bytes).collect()
    }

    #[test]
    fn a_line_has_a_name_parameters_and_a_value() {
        let lines =
            read(b"attendee;CN=\"Schmidt; Anna: A\";role=CHAIR:mailto:anna@example.com\r\n");
        let line = &lines[0];
        assert_eq!(
            (line.name.as_str(), line.value.as_str()),
            ("ATTENDEE", "mailto:anna@example.com")
        );
        assert_eq!(line.param("CN"), Some("Schmidt; Anna: A"));
        assert!(line.has("ROLE", "chair"));
    }

    #[test]
    fn folded_lines_are_joined_even_inside_a_character() {
        let lines = read("SUMMARY:Jürg\nDESCRIPTION:a\n\tb\n c\n".as_bytes());
        assert_eq!(lines[1].value, "abc");
        let folded = [b"SUMMARY:J\xc3".as_slice(), b"\r\n ", b"\xbcrg\r\n"].concat();
        assert_eq!(read(&folded)[0].value, "Jürg");
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(read(b"SUMMARY:a\\, b\\; c\\\\d\\ne\\")[0].text(), "a, b; c\\d\ne");
    }

    #[test]
    fn what_is_no_line_is_counted() {
        let long =
            [b"SUMMARY:".to_vec(), vec![b'x'; LINE_BYTES_MAX], b"\nEND:VEVENT\n".to_vec()].concat();
        let mut lines = Lines::new(&long);
        assert_eq!(lines.next().unwrap().name, "END");
        assert_eq!(lines.n_unreadable, 1);
        let mut lines = Lines::new(b"no colon\n\n:no name\nA:b");
        assert_eq!(lines.next().unwrap().name, "A");
        assert_eq!(lines.n_unreadable, 2);
        let wide = format!("DTSTART{}:20261012T090000\nA:b", ";x=y".repeat(PARAMS_MAX + 1));
        let mut lines = Lines::new(wide.as_bytes());
        assert_eq!(lines.next().unwrap().name, "A", "the zone of such a line may be lost");
        assert_eq!(lines.n_unreadable, 1);
    }
}
