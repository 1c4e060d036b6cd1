//! What is said of a change, as a shape and a word: never by colour alone.
//!
//! A filled triangle accuses, an arrow down to a line brought the figure back, a tick in a ring
//! exonerates, two bars say "no effect", a dashed ring "not implicated", a question mark in a square that
//! the data cannot decide, and a dot that no incident asked.

use crate::ink::Inks;
use crate::svg::{Path, Svg};
use hw_model::{Effect, Verdict};

/// The side of a glyph.
pub(crate) const GLYPH_PX: f64 = 12.0;

/// What is said of one change in a picture: what it did, or what an attempt to help did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The verdict on the change.
    Verdict(Verdict),
    /// The effect of a change that was to help.
    Effect(Effect),
    /// No incident asked what it did.
    Nothing,
}

impl Said {
    /// The word beside the shape.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Verdict(Verdict::Implicated) => "implicated",
            Self::Verdict(Verdict::NotImplicated) => "not implicated",
            Self::Verdict(Verdict::Exonerated) => "exonerated",
            Self::Verdict(Verdict::Undecided) | Self::Effect(Effect::Undecided) => "undecided",
            Self::Effect(Effect::Worked) => "mitigated",
            Self::Effect(Effect::None) => "no effect",
            Self::Nothing => "not judged",
        }
    }

    /// Whether the change moved the figure, and so draws a line through the plot.
    pub(crate) const fn is_principal(self) -> bool {
        matches!(self, Self::Verdict(Verdict::Implicated) | Self::Effect(Effect::Worked))
    }

    /// How much it matters, 0 the most.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Verdict(Verdict::Implicated) => 0,
            Self::Effect(Effect::Worked) => 1,
            Self::Verdict(Verdict::Undecided) => 2,
            Self::Verdict(Verdict::Exonerated) => 3,
            Self::Effect(Effect::None) => 4,
            Self::Effect(Effect::Undecided) => 5,
            Self::Verdict(Verdict::NotImplicated) => 6,
            Self::Nothing => 7,
        }
    }

    /// The ink of its shape.
    pub(crate) const fn ink(self, inks: &Inks) -> &'static str {
        match self {
            Self::Verdict(Verdict::Implicated) => inks.alarm,
            Self::Verdict(Verdict::Exonerated) | Self::Effect(Effect::Worked) => inks.flow,
            Self::Verdict(Verdict::NotImplicated | Verdict::Undecided)
            | Self::Effect(Effect::None | Effect::Undecided)
            | Self::Nothing => inks.ink2,
        }
    }
}

/// A shape by itself, 12 by 12, in the colour of the text around it: for chips and tables of the page.
#[must_use]
pub fn glyph(said: Said) -> String {
    let mut svg = Svg::default();
    let root = svg.element("svg").attr("xmlns", "http://www.w3.org/2000/svg");
    let root = root.attr("class", "glyph").attr("viewBox", "0 0 12 12");
    let root = root.num("width", GLYPH_PX).num("height", GLYPH_PX);
    root.attr("aria-hidden", "true").open();
    draw(&mut svg, said, "currentColor", (0.0, 0.0));
    svg.finish()
}

/// Draws the shape with its left upper corner at a point.
pub(crate) fn draw(svg: &mut Svg, said: Said, ink: &'static str, (x, y): (f64, f64)) {
    let at = |points: &[(f64, f64)]| -> Path {
        Path::default().lines(points.iter().map(|(dx, dy)| (x + dx, y + dy)))
    };
    match said {
        Said::Verdict(Verdict::Implicated) => {
            let triangle = at(&[(6.0, 0.8), (11.6, 11.2), (0.4, 11.2)]).close();
            svg.element("path").attr("d", triangle.text()).attr("fill", ink).end();
        }
        Said::Verdict(Verdict::Exonerated) => {
            ring(svg, ink, (x, y), None);
            lines(svg, ink, &at(&[(3.5, 6.2), (5.3, 8.0), (8.6, 4.2)]));
        }
        Said::Verdict(Verdict::NotImplicated) => ring(svg, ink, (x, y), Some("2.6 1.7")),
        Said::Effect(Effect::Worked) => {
            lines(svg, ink, &at(&[(6.0, 0.8), (6.0, 7.8)]));
            lines(svg, ink, &at(&[(2.8, 5.0), (6.0, 8.2), (9.2, 5.0)]));
            lines(svg, ink, &at(&[(1.0, 11.0), (11.0, 11.0)]));
        }
        Said::Effect(Effect::None) => {
            lines(svg, ink, &at(&[(1.5, 4.2), (10.5, 4.2)]));
            lines(svg, ink, &at(&[(1.5, 7.8), (10.5, 7.8)]));
        }
        Said::Verdict(Verdict::Undecided) | Said::Effect(Effect::Undecided) => {
            question(svg, ink, (x, y));
        }
        Said::Nothing => {
            let dot = svg.element("circle").num("cx", x + 6.0).num("cy", y + 6.0);
            dot.num("r", 2.6).attr("fill", ink).end();
        }
    }
}

fn lines(svg: &mut Svg, ink: &str, path: &Path) {
    let path = svg.element("path").attr("d", path.text()).attr("fill", "none");
    path.attr("stroke", ink).num("stroke-width", 1.8).end();
}

fn ring(svg: &mut Svg, ink: &str, (x, y): (f64, f64), dash: Option<&str>) {
    let ring = svg.element("circle").num("cx", x + 6.0).num("cy", y + 6.0).num("r", 5.0);
    let ring = ring.attr("fill", "none").attr("stroke", ink).num("stroke-width", 1.6);
    ring.attr_if("stroke-dasharray", dash).end();
}

/// A question mark in a square, drawn: a letter would need a font smaller than may be written.
fn question(svg: &mut Svg, ink: &str, (x, y): (f64, f64)) {
    let square = svg.element("rect").num("x", x + 1.0).num("y", y + 1.0);
    let square = square.num("width", 10.0).num("height", 10.0).num("rx", 1.5);
    square.attr("fill", "none").attr("stroke", ink).num("stroke-width", 1.4).end();
    let hook = Path::default()
        .to(x + 4.4, y + 4.8)
        .curve([(x + 4.4, y + 2.6), (x + 7.8, y + 2.6), (x + 7.8, y + 4.6)])
        .curve([(x + 7.8, y + 5.8), (x + 6.0, y + 5.8), (x + 6.0, y + 7.2)]);
    let hook = svg.element("path").attr("d", hook.text()).attr("fill", "none");
    hook.attr("stroke", ink).num("stroke-width", 1.3).end();
    let dot = svg.element("circle").num("cx", x + 6.0).num("cy", y + 8.9).num("r", 0.9);
    dot.attr("fill", ink).end();
}

/// Draws the shape around a point, on the ground of the page so that it stands out from lines.
pub(crate) fn draw_around(svg: &mut Svg, inks: &Inks, said: Said, (x, y): (f64, f64)) {
    let ground = svg.element("rect").num("x", x - 8.0).num("y", y - 8.0);
    ground.num("width", 16.0).num("height", 16.0).attr("fill", inks.surface).end();
    draw(svg, said, said.ink(inks), (x - GLYPH_PX / 2.0, y - GLYPH_PX / 2.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_saying_has_a_shape_and_a_word_of_its_own() {
        let verdicts =
            [Verdict::Implicated, Verdict::NotImplicated, Verdict::Exonerated, Verdict::Undecided];
        let effects = [Effect::Worked, Effect::None];
        let all = verdicts
            .map(Said::Verdict)
            .into_iter()
            .chain(effects.map(Said::Effect))
            .chain([Said::Nothing]);
        let mut seen = std::collections::BTreeSet::new();
        for said in all {
            assert!(seen.insert(said.word().to_owned()) && seen.insert(glyph(said)), "{said:?}");
        }
        assert_eq!(seen.len(), 14);
    }
}
