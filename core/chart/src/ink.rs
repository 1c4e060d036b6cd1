//! The colours of a picture, as names of the page's style sheet or as the numbers that paper needs.
//!
//! One drawing code serves both: a chart asks for `inks.flow` and gets `var(--flow)` on the page, where
//! light and dark are the style sheet's business, or `#1f6f8b` in a document. Cool ground, ink, one blue
//! for what is as usual and one vermilion for what changed; more meanings get more shapes, not more
//! colours.

/// Where a picture is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In a page: the picture is a group whose links can be followed.
    Page,
    /// In a document or as a file: the picture is one image on a ground of its own.
    Paper,
}

/// The colours of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inks {
    /// Where the picture is shown.
    pub form: Form,
    /// Text, and the bars of services.
    pub ink: &'static str,
    /// Secondary text.
    pub ink2: &'static str,
    /// Labels of little weight.
    pub ink3: &'static str,
    /// Rules.
    pub line: &'static str,
    /// Borders that must be seen.
    pub line2: &'static str,
    /// The ground the picture lies on.
    pub surface: &'static str,
    /// A ground set back: no data.
    pub sunk: &'static str,
    /// As usual.
    pub flow: &'static str,
    /// Areas that are as usual.
    pub flow_fill: &'static str,
    /// Faint areas that are as usual.
    pub flow_wash: &'static str,
    /// Changed.
    pub alarm: &'static str,
    /// Areas that changed.
    pub alarm_fill: &'static str,
    /// Faint areas that changed.
    pub alarm_wash: &'static str,
    /// Text on an area of full `flow` or `alarm`.
    pub on_solid: &'static str,
    /// The typefaces, the wanted one first.
    pub font: &'static str,
}

/// The colours by the names of the page's style sheet.
pub const PAGE: Inks = Inks {
    form: Form::Page,
    ink: "var(--ink)",
    ink2: "var(--ink2)",
    ink3: "var(--ink3)",
    line: "var(--line)",
    line2: "var(--line2)",
    surface: "var(--surface)",
    sunk: "var(--sunk)",
    flow: "var(--flow)",
    flow_fill: "var(--flow-fill)",
    flow_wash: "var(--flow-wash)",
    alarm: "var(--alarm)",
    alarm_fill: "var(--alarm-fill)",
    alarm_wash: "var(--alarm-wash)",
    on_solid: "var(--on-solid)",
    font: "var(--font)",
};

/// The colours of paper: the light ones of the style sheet, as numbers.
pub const PAPER: Inks = Inks {
    form: Form::Paper,
    ink: "#0b1f2a",
    ink2: "#38505d",
    ink3: "#566b77",
    line: "#d3dde2",
    line2: "#7e929d",
    surface: "#ffffff",
    sunk: "#eaf0f2",
    flow: "#1f6f8b",
    flow_fill: "#b9d9e4",
    flow_wash: "#e3f0f4",
    alarm: "#b3370a",
    alarm_fill: "#f6c9b1",
    alarm_wash: "#fdeee5",
    on_solid: "#ffffff",
    font: "Inter, ui-sans-serif, system-ui, \"Segoe UI\", Roboto, \"Helvetica Neue\", Arial, sans-serif",
};

/// How a chart is to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Style<'s> {
    /// The colours, and with them whether it is for a page or for paper.
    pub inks: &'s Inks,
    /// The width for which it is laid out; a phone gets another arrangement, not a smaller one. From 280
    /// to 2,400.
    pub width_px: u32,
    /// Put before every id, so that several charts fit into one document.
    pub id_prefix: &'s str,
}

/// Narrower is not legible, wider is no picture any more.
const WIDTH_PX: std::ops::RangeInclusive<u32> = 280..=2_400;

impl Style<'_> {
    /// The width, within its limits.
    pub(crate) fn width(&self) -> f64 {
        f64::from(self.width_px.clamp(*WIDTH_PX.start(), *WIDTH_PX.end()))
    }

    /// The prefix as it can stand in an id and in `url(#...)`.
    pub(crate) fn prefix(&self) -> String {
        let is_fit = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        let fit: String = self.id_prefix.chars().filter(is_fit).collect();
        if fit.starts_with(|first: char| first.is_ascii_alphabetic()) {
            fit
        } else {
            format!("c{fit}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_an_id_whatever_was_asked_for() {
        let prefix = |id_prefix| Style { inks: &PAGE, width_px: 640, id_prefix }.prefix();
        assert_eq!(["map", "1\")<x", ""].map(prefix), ["map", "c1x", "c"]);
    }

    #[test]
    fn a_width_keeps_its_limits() {
        let width = |width_px| Style { inks: &PAGE, width_px, id_prefix: "" }.width();
        assert!(
            [0, 640, u32::MAX]
                .map(width)
                .iter()
                .zip([280.0, 640.0, 2_400.0])
                .all(|(a, b)| a.total_cmp(&b).is_eq())
        );
    }

    /// Relative luminance of `#rrggbb`, by WCAG 2.2.
    fn luminance(ink: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&ink[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    #[test]
    fn text_can_be_read_on_every_ground_it_stands_on() {
        let Inks { ink, ink2, ink3, surface, flow, flow_fill, flow_wash, alarm, on_solid, .. } =
            PAPER;
        for (text, ground, least) in [
            (ink, surface, 4.5),
            (ink2, surface, 4.5),
            (ink3, surface, 4.5),
            (ink, flow_fill, 4.5),
            (ink2, flow_fill, 4.5),
            (ink, flow_wash, 4.5),
            (flow, surface, 4.5),
            (alarm, surface, 4.5),
            (on_solid, alarm, 4.5),
            // Outlines of areas.
            (flow, flow_fill, 3.0),
            (alarm, PAPER.alarm_fill, 3.0),
            (PAPER.line2, surface, 3.0),
        ] {
            let (a, b) = (luminance(text), luminance(ground));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= least, "{text} on {ground}: {contrast:.2}");
        }
    }
}
