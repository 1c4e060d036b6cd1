//! The one writer of SVG: what came from outside leaves it as text, never as markup.
//!
//! Names of elements and attributes are the program's own words (`&'static str`); every value and every
//! text goes through [`escaped`], also where it could not hurt. A number is written finite and with one
//! decimal, so that equal pictures are equal bytes and no `NaN` reaches a browser.

use hw_model::is_plain;

/// Combining marks on one letter; more would climb out of their line.
const MARKS_MAX: usize = 2;

/// SVG text as it grows.
#[derive(Debug, Default)]
pub(crate) struct Svg {
    out: String,
    open: Vec<&'static str>,
}

/// An element whose attributes are being written.
#[must_use = "an element ends with `end`, `open` or `text`"]
pub(crate) struct Element<'s> {
    svg: &'s mut Svg,
    name: &'static str,
}

impl Svg {
    /// Begins an element.
    pub(crate) fn element(&mut self, name: &'static str) -> Element<'_> {
        self.out.push('<');
        self.out.push_str(name);
        Element { svg: self, name }
    }

    /// Closes the element opened last.
    pub(crate) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
    }

    /// Writes text into the open element.
    pub(crate) fn text(&mut self, text: &str) {
        self.out.push_str(&escaped(text));
    }

    /// Writes what another writer finished.
    pub(crate) fn append_written(&mut self, other: &str) {
        self.out.push_str(other);
    }

    /// Closes what is open and gives the text.
    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.out
    }
}

impl Element<'_> {
    /// Writes an attribute.
    pub(crate) fn attr(self, name: &'static str, value: &str) -> Self {
        let out = &mut self.svg.out;
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        out.push_str(&escaped(value));
        out.push('"');
        self
    }

    /// Writes an attribute if there is a value.
    pub(crate) fn attr_if(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.attr(name, value),
            None => self,
        }
    }

    /// Writes an attribute that is a number.
    pub(crate) fn num(self, name: &'static str, value: f64) -> Self {
        let value = number(value);
        self.attr(name, &value)
    }

    /// Ends an element that holds nothing.
    pub(crate) fn end(self) {
        self.svg.out.push_str("/>");
    }

    /// Leaves the element open for others.
    pub(crate) fn open(self) {
        self.svg.out.push('>');
        self.svg.open.push(self.name);
    }

    /// Ends an element that holds text.
    pub(crate) fn text(self, text: &str) {
        let (svg, name) = (self.svg, self.name);
        svg.out.push('>');
        svg.open.push(name);
        svg.text(text);
        svg.close();
    }
}

/// The data of a path: numbers only, so nothing to escape.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path(String);

impl Path {
    /// Moves the pen.
    pub(crate) fn to(self, x: f64, y: f64) -> Self {
        self.command('M', &[x, y])
    }

    /// Draws a line.
    pub(crate) fn line(self, x: f64, y: f64) -> Self {
        self.command('L', &[x, y])
    }

    /// Draws a curve: two control points, and the end.
    pub(crate) fn curve(self, points: [(f64, f64); 3]) -> Self {
        let [(a, b), (c, d), (e, f)] = points;
        self.command('C', &[a, b, c, d, e, f])
    }

    /// Draws a curve counted from where the pen is: two control points, and the end.
    pub(crate) fn bend(self, [a, b]: [(f64, f64); 2], end: (f64, f64)) -> Self {
        self.command('c', &[a.0, a.1, b.0, b.1, end.0, end.1])
    }

    /// Draws a rounded corner: the corner itself, and where it ends.
    pub(crate) fn corner(self, corner: (f64, f64), end: (f64, f64)) -> Self {
        self.command('Q', &[corner.0, corner.1, end.0, end.1])
    }

    /// Closes the shape.
    pub(crate) fn close(mut self) -> Self {
        self.0.push('Z');
        self
    }

    /// Lines through points; nothing for none.
    pub(crate) fn lines(mut self, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut n_points = 0;
        let mut last = (0.0, 0.0);
        for (x, y) in points {
            self = if n_points == 0 { self.to(x, y) } else { self.line(x, y) };
            (n_points, last) = (n_points + 1, (x, y));
        }
        // A single point is a line of no length, which a round end makes a dot.
        if n_points == 1 { self.line(last.0, last.1) } else { self }
    }

    /// The text of the `d` attribute.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Whether nothing was drawn.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn command(mut self, letter: char, numbers: &[f64]) -> Self {
        self.0.push(letter);
        for (at, value) in numbers.iter().enumerate() {
            if at > 0 {
                self.0.push(' ');
            }
            self.0.push_str(&number(*value));
        }
        self
    }
}

/// A number with one decimal at most. What is no number, or lies far outside any picture, is 0.
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() || value.abs() > 1e9 {
        return "0".to_owned();
    }
    #[expect(clippy::cast_possible_truncation, reason = "below 1e9, and whole")]
    if value.fract().abs() < 0.05 {
        // Most numbers are whole, and whole ones are written far faster.
        return (value.trunc() as i64).to_string();
    }
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text without markup: quotes and brackets become entities, letters that XML forbids, that turn the
/// direction around or that nobody sees are left out, breaks become spaces.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut n_marks = 0;
    for letter in text.chars() {
        n_marks = if is_mark(letter) { n_marks + 1 } else { 0 };
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\r' | '\t' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            _ if n_marks > MARKS_MAX => {}
            _ if is_plain(letter) => out.push(letter),
            _ => {}
        }
    }
    out
}

/// Whether a letter is drawn onto the one before it.
pub(crate) const fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}'
        | '\u{64b}'..='\u{65f}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_values_never_are_markup() {
        let mut svg = Svg::default();
        svg.element("a").attr("title", "\"><script>").open();
        svg.element("text").text("<b>&'\u{1b}[31m\u{ffff}\n\u{202e}x");
        assert_eq!(
            svg.finish(),
            "<a title=\"&quot;&gt;&lt;script&gt;\"><text>&lt;b&gt;&amp;&#39;[31m x</text></a>"
        );
    }

    #[test]
    fn marks_stay_in_their_line() {
        let climbing = format!("e{}", "\u{301}".repeat(100));
        assert_eq!(escaped(&climbing), "e\u{301}\u{301}");
    }

    #[test]
    fn numbers_are_finite_and_short() {
        let numbers = [1.0, -0.04, 2.25, f64::NAN, f64::INFINITY, 1e300];
        assert_eq!(numbers.map(number), ["1", "0", "2.2", "0", "0", "0"]);
    }

    #[test]
    fn one_point_is_a_dot() {
        assert_eq!(Path::default().lines([(1.0, 2.0)]).text(), "M1 2L1 2");
        assert!(Path::default().lines([]).is_empty());
    }
}
