//! The hand that draws: it knows the colours, writes texts where there is room, and closes the picture.
//!
//! Every text goes through the pen, which remembers the room it takes; so a label that may stand in
//! several places can be put where nothing else is written. What finds no place is not drawn over
//! another, but counted by the one who asked.

use crate::ink::{Form, Inks, Style};
use crate::svg::{Path, Svg};
use crate::words::{Rect, Words};

/// Around a picture on paper.
const MARGIN_PX: f64 = 16.0;

/// Space that a label keeps from the next.
const APART_PX: f64 = 2.0;

/// A picture as it grows.
#[derive(Debug)]
pub(crate) struct Pen<'s> {
    /// Its colours.
    pub(crate) inks: &'s Inks,
    /// What is drawn so far.
    pub(crate) svg: Svg,
    /// How wide it is.
    pub(crate) width: f64,
    prefix: String,
    clips: Vec<(String, Rect)>,
    taken: Vec<Rect>,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stroke {
    /// Its ink.
    pub(crate) ink: &'static str,
    /// Its width.
    pub(crate) width: f64,
    /// Its dashes.
    pub(crate) dash: Option<&'static str>,
}

impl Stroke {
    /// An unbroken line.
    pub(crate) const fn solid(ink: &'static str, width: f64) -> Self {
        Self { ink, width, dash: None }
    }

    /// A line of dashes.
    pub(crate) const fn dashed(ink: &'static str, width: f64, dash: &'static str) -> Self {
        Self { ink, width, dash: Some(dash) }
    }
}

/// How an area is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// One ink.
    Ink(&'static str),
    /// Dense hatch: it starts here.
    Dense,
    /// Thin hatch: it is carried on.
    Thin,
    /// Nothing.
    Empty,
}

impl<'s> Pen<'s> {
    /// A pen for an empty picture.
    pub(crate) fn new(style: &Style<'s>) -> Self {
        Self {
            inks: style.inks,
            svg: Svg::default(),
            width: style.width(),
            prefix: style.prefix(),
            clips: Vec::new(),
            taken: Vec::new(),
        }
    }

    /// Writes a text at its place.
    pub(crate) fn write(&mut self, words: &Words) {
        if !words.is_empty() {
            self.taken.push(words.rect());
            words.write(&mut self.svg);
        }
    }

    /// Keeps room free of labels.
    pub(crate) fn keep_free(&mut self, rect: Rect) {
        self.taken.push(rect);
    }

    /// Whether nothing is written there.
    pub(crate) fn is_free(&self, rect: Rect) -> bool {
        let rect = rect.grown(APART_PX);
        !self.taken.iter().any(|taken| taken.meets(&rect))
    }

    /// Whether a line between two points passes nothing that is written.
    pub(crate) fn is_clear(&self, a: (f64, f64), b: (f64, f64)) -> bool {
        !self.taken.iter().any(|taken| taken.is_crossed(a, b))
    }

    /// The place of least cost among those that are free and within the frame; the first of equal ones.
    pub(crate) fn best(
        &self,
        candidates: impl IntoIterator<Item = Words>,
        frame: Rect,
        cost: impl Fn(Rect) -> f64,
    ) -> Option<Words> {
        let free = candidates.into_iter().filter(|words| {
            let rect = words.rect();
            !words.is_empty() && frame.holds(&rect) && self.is_free(rect)
        });
        let costly =
            free.enumerate().map(|(at, words)| (cost(words.rect()) + at as f64 * 0.1, words));
        costly.min_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, words)| words)
    }

    /// Draws a path.
    pub(crate) fn path(&mut self, path: &Path, fill: Fill, stroke: Option<Stroke>) {
        if path.is_empty() {
            return;
        }
        let fill = self.filling(fill);
        let element = self.svg.element("path").attr("d", path.text()).attr("fill", &fill);
        stroked(element, stroke).end();
    }

    /// Draws a line that bends softly: ends and corners are round.
    pub(crate) fn polyline(&mut self, path: &Path, stroke: Stroke) {
        if path.is_empty() {
            return;
        }
        let element = self.svg.element("path").attr("d", path.text()).attr("fill", "none");
        let element = element.attr("stroke-linecap", "round").attr("stroke-linejoin", "round");
        stroked(element, Some(stroke)).end();
    }

    /// Draws a line from one point to another.
    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke) {
        self.path(&Path::default().lines([from, to]), Fill::Empty, Some(stroke));
    }

    /// Draws a rectangle with rounded corners.
    pub(crate) fn rect(&mut self, rect: Rect, radius: f64, fill: Fill, stroke: Option<Stroke>) {
        let fill = self.filling(fill);
        let element = self.svg.element("rect").num("x", rect.x0).num("y", rect.y0);
        let element = element.num("width", rect.width().max(0.0));
        let mut element = element.num("height", rect.height().max(0.0));
        if radius > 0.0 {
            element = element.num("rx", radius);
        }
        stroked(element.attr("fill", &fill), stroke).end();
    }

    /// Says where the plot of a picture lies, for who points at it: nothing is seen of it, and only a page has it.
    pub(crate) fn plot_area(&mut self, rect: Rect) {
        if self.inks.form == Form::Page {
            let element = self.svg.element("rect").attr("class", "plot-area").attr("fill", "none");
            let element = element.num("x", rect.x0).num("y", rect.y0);
            element.num("width", rect.width()).num("height", rect.height()).end();
        }
    }

    /// Opens a group that is a link on the page, and whose name is said. Close it with `close`.
    pub(crate) fn open_link(&mut self, class: &'static str, href: Option<&str>, label: &str) {
        let href = href.filter(|href| is_own(href));
        match (self.inks.form, href) {
            (Form::Page, Some(href)) => {
                let link = self.svg.element("a").attr("href", href).attr("class", class);
                link.attr("aria-label", label).open();
            }
            (Form::Page | Form::Paper, _) => {
                self.svg.element("g").attr("class", class).open();
                self.svg.element("title").text(label);
            }
        }
    }

    /// The same for a link in which words stand: they are its name, and the rest is said beside it.
    pub(crate) fn open_worded_link(
        &mut self,
        class: &'static str,
        href: Option<&str>,
        label: &str,
    ) {
        match (self.inks.form, href.filter(|href| is_own(href))) {
            (Form::Page, Some(href)) => {
                self.svg.element("a").attr("href", href).attr("class", class).open();
                self.svg.element("title").text(label);
            }
            (Form::Page | Form::Paper, _) => self.open_link(class, None, label),
        }
    }

    /// Closes the element opened last.
    pub(crate) fn close(&mut self) {
        self.svg.close();
    }

    /// Opens a group of which nothing outside a rectangle is seen.
    pub(crate) fn open_clip(&mut self, rect: Rect) {
        let id = format!("{}-clip{}", self.prefix, self.clips.len());
        let url = format!("url(#{id})");
        self.clips.push((id, rect));
        self.svg.element("g").attr("clip-path", &url).open();
    }

    /// Closes the picture: its root, its words for those who cannot see it, its hatches, what was drawn.
    pub(crate) fn finish(self, height: f64, title: &str, words: &str) -> String {
        let Self { inks, svg: body, width, prefix, clips, .. } = self;
        let (margin, role) = match inks.form {
            Form::Page => (0.0, "group"),
            Form::Paper => (MARGIN_PX, "img"),
        };
        let (outer_width, outer_height) = (width + 2.0 * margin, height + 2.0 * margin);
        // What has no name cannot be spoken of.
        let is_named = !hw_model::plain(title, 200).trim().is_empty();
        let title = if is_named { title } else { "Picture" };
        let view = [-margin, -margin, outer_width, outer_height].map(crate::svg::number).join(" ");
        let words_id = format!("{prefix}-words");
        let mut svg = Svg::default();
        let root = svg.element("svg").attr("xmlns", "http://www.w3.org/2000/svg");
        let root = root.attr("class", "chart").attr("viewBox", &view);
        let root = root.num("width", outer_width).num("height", outer_height);
        let root = root.attr("role", role).attr("aria-label", title);
        let root = root.attr("aria-describedby", &words_id);
        root.attr("font-family", inks.font).attr("fill", inks.ink).open();
        svg.element("title").text(title);
        svg.element("desc").attr("id", &words_id).text(words);
        if inks.form == Form::Paper {
            let ground = svg.element("rect").num("x", -margin).num("y", -margin);
            let ground = ground.num("width", outer_width).num("height", outer_height);
            ground.attr("fill", inks.surface).end();
        }
        let body = body.finish();
        let is_used = |id: &str| body.contains(&format!("url(#{id})"));
        definitions(&mut svg, inks, &prefix, &clips, is_used);
        svg.append_written(&body);
        svg.finish()
    }

    fn filling(&self, fill: Fill) -> String {
        match fill {
            Fill::Ink(ink) => ink.to_owned(),
            Fill::Dense => format!("url(#{}-dense)", self.prefix),
            Fill::Thin => format!("url(#{}-thin)", self.prefix),
            Fill::Empty => "none".to_owned(),
        }
    }
}

/// Adds a line to an element.
fn stroked<'e>(
    element: crate::svg::Element<'e>,
    stroke: Option<Stroke>,
) -> crate::svg::Element<'e> {
    let Some(Stroke { ink, width, dash }) = stroke else { return element };
    element.attr("stroke", ink).num("stroke-width", width).attr_if("stroke-dasharray", dash)
}

/// Whether an address is one of our own pages: nothing else may be linked from a picture.
fn is_own(href: &str) -> bool {
    let is_path = href.starts_with('/') && !href.starts_with("//") && !href.starts_with("/\\");
    is_path || href.starts_with('#') || href.starts_with('?')
}

/// The hatches and clips that the picture refers to.
fn definitions(
    svg: &mut Svg,
    inks: &Inks,
    prefix: &str,
    clips: &[(String, Rect)],
    is_used: impl Fn(&str) -> bool,
) {
    svg.element("defs").open();
    for (name, step, ground, width) in
        [("dense", 7.0, inks.alarm_fill, 1.6), ("thin", 9.0, inks.alarm_wash, 0.8)]
    {
        let id = format!("{prefix}-{name}");
        if !is_used(&id) {
            continue;
        }
        let pattern = svg.element("pattern").attr("id", &id);
        let pattern = pattern.num("width", step).num("height", step);
        let pattern = pattern.attr("patternUnits", "userSpaceOnUse");
        pattern.attr("patternTransform", "rotate(45)").open();
        svg.element("rect").num("width", step).num("height", step).attr("fill", ground).end();
        let stripe = Path::default().lines([(step / 2.0, 0.0), (step / 2.0, step)]);
        let stripe = svg.element("path").attr("d", stripe.text());
        stripe.attr("stroke", inks.alarm).num("stroke-width", width).end();
        svg.close();
    }
    for (id, rect) in clips {
        svg.element("clipPath").attr("id", id).open();
        let area = svg.element("rect").num("x", rect.x0).num("y", rect.y0);
        area.num("width", rect.width().max(0.0)).num("height", rect.height().max(0.0)).end();
        svg.close();
    }
    svg.close();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ink::{PAGE, PAPER};

    fn style(inks: &Inks) -> Style<'_> {
        Style { inks, width_px: 300, id_prefix: "t" }
    }

    #[test]
    fn only_own_pages_are_linked_and_none_on_paper() {
        for (href, is_linked) in [
            ("/flow/a/b", true),
            ("#c3", true),
            ("?at=3", true),
            ("//other.example", false),
            ("/\\other.example", false),
            ("javascript:alert(1)", false),
            ("https://other.example", false),
        ] {
            for inks in [&PAGE, &PAPER] {
                let mut pen = Pen::new(&style(inks));
                pen.open_link("hop", Some(href), "a to b");
                let is_page = inks.form == Form::Page;
                assert_eq!(pen.svg.finish().contains("<a "), is_linked && is_page, "{href}");
            }
        }
    }

    #[test]
    fn a_label_goes_where_nothing_is_written() {
        let mut pen = Pen::new(&style(&PAGE));
        pen.write(&Words::plain("alert").at(10.0, 20.0));
        let frame = Rect::sized(0.0, 0.0, 300.0, 100.0);
        let places = [10.0, 25.0, 32.0, 50.0].map(|y| Words::plain("onset").at(10.0, y));
        let best = pen.best(places.clone(), frame, |_| 0.0).unwrap();
        assert!((best.rect().y1 - places[2].rect().y1).abs() < 30.0);
        assert!(pen.is_free(best.rect()));
        assert!(pen.best([Words::plain("onset").at(290.0, 50.0)], frame, |_| 0.0).is_none());
    }
}
