//! A piece of text with its place: what is written into a picture, and the room it takes.
//!
//! A text has a strong part and a lighter rest (`99.8 %` and `pass, as usual`), so that the eye finds the
//! figure. It is shortened here, and then keeps the whole of itself as its title.

use crate::measure::{Weight, shortened, text_width_px};
use crate::svg::Svg;

/// Space between the strong part and the rest.
const PART_PX: f64 = 6.0;

/// The smallest text there is.
pub(crate) const SMALL_PX: f64 = 12.0;
/// Labels and notes.
pub(crate) const LABEL_PX: f64 = 12.5;
/// Text on ribbons.
pub(crate) const BODY_PX: f64 = 13.0;
/// Names of services.
pub(crate) const NAME_PX: f64 = 13.5;
/// The one figure that matters.
pub(crate) const FIGURE_PX: f64 = 17.0;

/// Which part of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// A rectangle: left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rect {
    pub(crate) x0: f64,
    pub(crate) y0: f64,
    pub(crate) x1: f64,
    pub(crate) y1: f64,
}

impl Rect {
    /// The rectangle with this corner and size.
    pub(crate) const fn sized(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x0: x, y0: y, x1: x + width, y1: y + height }
    }

    /// Whether the two share more than an edge.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.x0 < other.x1 && other.x0 < self.x1 && self.y0 < other.y1 && other.y0 < self.y1
    }

    /// Whether the other lies within.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        self.x0 <= other.x0 && other.x1 <= self.x1 && self.y0 <= other.y0 && other.y1 <= self.y1
    }

    /// Widened on all sides.
    pub(crate) const fn grown(self, by: f64) -> Self {
        Self { x0: self.x0 - by, y0: self.y0 - by, x1: self.x1 + by, y1: self.y1 + by }
    }

    /// Whether a straight line from `a` to `b` passes through it (Liang and Barsky: the share of the line
    /// that is within each pair of edges).
    pub(crate) fn is_crossed(&self, a: (f64, f64), b: (f64, f64)) -> bool {
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        let sides = [(b.0 - a.0, a.0, self.x0, self.x1), (b.1 - a.1, a.1, self.y0, self.y1)];
        for (way, start, low, high) in sides {
            if way.abs() < 1e-9 {
                if start <= low || start >= high {
                    return false;
                }
                continue;
            }
            let (enter, leave) = ((low - start) / way, (high - start) / way);
            from = from.max(enter.min(leave));
            to = to.min(enter.max(leave));
        }
        from < to
    }

    /// Its width.
    pub(crate) const fn width(&self) -> f64 {
        self.x1 - self.x0
    }

    /// Its height.
    pub(crate) const fn height(&self) -> f64 {
        self.y1 - self.y0
    }
}

/// A piece of text with its place.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    strong: String,
    rest: String,
    x: f64,
    y: f64,
    size: f64,
    weight: Weight,
    anchor: Anchor,
    ink: Option<&'static str>,
    rest_ink: Option<&'static str>,
    halo: Option<&'static str>,
    whole: Option<String>,
}

impl Words {
    /// Text of regular weight.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { rest: text.into(), ..Self::strong(String::new()) }
    }

    /// Text of weight 600.
    pub(crate) fn strong(text: impl Into<String>) -> Self {
        Self {
            strong: text.into(),
            rest: String::new(),
            x: 0.0,
            y: 0.0,
            size: LABEL_PX,
            weight: Weight::Semibold,
            anchor: Anchor::Start,
            ink: None,
            rest_ink: None,
            halo: None,
            whole: None,
        }
    }

    /// What follows the strong part, in another ink.
    pub(crate) fn then(self, rest: impl Into<String>, ink: &'static str) -> Self {
        Self { rest: rest.into(), rest_ink: Some(ink), ..self }
    }

    /// The rest in another ink.
    pub(crate) fn recolour(self, ink: &'static str) -> Self {
        Self { rest_ink: Some(ink), ..self }
    }

    /// Bold in place of 600.
    pub(crate) fn bold(self) -> Self {
        Self { weight: Weight::Bold, ..self }
    }

    /// Where it stands: its anchor and its base line.
    pub(crate) fn at(self, x: f64, y: f64) -> Self {
        Self { x, y, ..self }
    }

    /// Which part of it stands there.
    pub(crate) fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// How large.
    pub(crate) fn size(self, size: f64) -> Self {
        Self { size, ..self }
    }

    /// In which ink; that of the picture if none is said.
    pub(crate) fn ink(self, ink: &'static str) -> Self {
        Self { ink: Some(ink), rest_ink: self.rest_ink.or(Some(ink)), ..self }
    }

    /// With a rim in the colour of the ground, to be read over lines.
    pub(crate) fn halo(self, ground: &'static str) -> Self {
        Self { halo: Some(ground), ..self }
    }

    /// Moved sideways as far as it must to lie between two edges, if it is short enough.
    pub(crate) fn between(self, left: f64, right: f64) -> Self {
        let rect = self.rect();
        let by = (left - rect.x0).max(0.0) - (rect.x1 - right).max(0.0);
        Self { x: self.x + by, ..self }
    }

    /// Shortened to a width: first the rest, then the strong part. The whole becomes its title.
    pub(crate) fn fit(self, width: f64) -> Self {
        if self.width() <= width {
            return self;
        }
        let whole = Some(self.text());
        let strong = shortened(&self.strong, width, self.size, self.weight);
        let used = text_width_px(&strong, self.size, self.weight) + PART_PX;
        let left = if strong.is_empty() { width } else { width - used };
        let rest = if strong == self.strong {
            shortened(&self.rest, left, self.size, Weight::Regular)
        } else {
            String::new()
        };
        Self { strong, rest, whole, ..self }
    }

    /// Shown in a shorter form, if it is one; the whole becomes its title.
    pub(crate) fn shown_as(self, form: String) -> Self {
        let text = self.text();
        if text == form {
            return self;
        }
        let (strong, rest) =
            if self.strong.is_empty() { (String::new(), form) } else { (form, String::new()) };
        Self { strong, rest, whole: Some(text), ..self }
    }

    /// What it says.
    pub(crate) fn text(&self) -> String {
        let gap = if self.strong.is_empty() || self.rest.is_empty() { "" } else { " " };
        format!("{}{gap}{}", self.strong, self.rest)
    }

    /// Whether nothing is left of it.
    pub(crate) fn is_empty(&self) -> bool {
        self.strong.is_empty() && self.rest.is_empty()
    }

    /// Whether it had to be shortened.
    pub(crate) const fn is_cut(&self) -> bool {
        self.whole.is_some()
    }

    /// How wide it is.
    pub(crate) fn width(&self) -> f64 {
        let strong = text_width_px(&self.strong, self.size, self.weight);
        let rest = text_width_px(&self.rest, self.size, Weight::Regular);
        let gap = if self.strong.is_empty() || self.rest.is_empty() { 0.0 } else { PART_PX };
        strong + gap + rest
    }

    /// The room it takes.
    pub(crate) fn rect(&self) -> Rect {
        let width = self.width();
        let x = match self.anchor {
            Anchor::Start => self.x,
            Anchor::Middle => self.x - width / 2.0,
            Anchor::End => self.x - width,
        };
        Rect::sized(x, self.y - self.size * 0.8, width, self.size)
    }

    /// Writes it.
    pub(crate) fn write(&self, svg: &mut Svg) {
        if self.is_empty() {
            return;
        }
        let anchor = match self.anchor {
            Anchor::Start => None,
            Anchor::Middle => Some("middle"),
            Anchor::End => Some("end"),
        };
        let is_strong = !self.strong.is_empty();
        let ink = if is_strong { self.ink } else { self.rest_ink };
        let mut element = svg.element("text").num("x", self.x).num("y", self.y);
        element = element.num("font-size", self.size);
        if is_strong {
            element = element.attr("font-weight", self.weight.number());
        }
        element = element.attr_if("text-anchor", anchor).attr_if("fill", ink);
        if let Some(ground) = self.halo {
            element = element.attr("stroke", ground).num("stroke-width", 4.0);
            element = element.attr("stroke-linejoin", "round").attr("paint-order", "stroke");
        }
        element.open();
        if let Some(whole) = &self.whole {
            svg.element("title").text(whole);
        }
        svg.text(if is_strong { &self.strong } else { &self.rest });
        if is_strong && !self.rest.is_empty() {
            let rest = svg.element("tspan").num("dx", PART_PX).attr("font-weight", "400");
            rest.attr_if("fill", self.rest_ink).text(&self.rest);
        }
        svg.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_gives_way_before_the_figure() {
        let words = Words::strong("99.8 %").then("pass, as usual", "red").size(13.0);
        let cut = words.clone().fit(90.0);
        assert!(cut.width() <= 90.0 && cut.text().starts_with("99.8 % pa"), "{}", cut.text());
        assert_eq!(words.clone().fit(48.0).text(), "99.8 %");
        assert_eq!(words.fit(1_000.0).text(), "99.8 % pass, as usual");
    }

    #[test]
    fn the_whole_of_a_cut_text_is_its_title() {
        let mut svg = Svg::default();
        Words::plain("a name that is long").fit(60.0).write(&mut svg);
        let text = svg.finish();
        assert!(text.contains("<title>a name that is long</title>a name"), "{text}");
    }

    #[test]
    fn lines_through_a_rectangle_are_seen() {
        let rect = Rect::sized(10.0, 10.0, 20.0, 10.0);
        assert!(
            rect.is_crossed((0.0, 15.0), (40.0, 15.0)) && rect.is_crossed((0.0, 0.0), (40.0, 30.0))
        );
        assert!(
            rect.is_crossed((12.0, 12.0), (13.0, 13.0))
                && rect.is_crossed((20.0, 0.0), (20.0, 50.0))
        );
        assert!(
            !rect.is_crossed((0.0, 5.0), (40.0, 5.0)) && !rect.is_crossed((0.0, 15.0), (9.0, 15.0))
        );
        assert!(!rect.is_crossed((0.0, 30.0), (12.0, 0.0)));
    }

    #[test]
    fn a_text_is_moved_between_edges() {
        let words = Words::plain("12:00").at(2.0, 10.0).anchor(Anchor::Middle);
        assert!(words.between(0.0, 100.0).rect().x0.abs() < 1e-9);
    }
}
