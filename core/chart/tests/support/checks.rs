//! What holds for every picture: well-formed, quiet for a strict browser, legible, and no label over
//! another.

use crate::xml::{self, Element};
use hw_chart::{Weight, text_width_px};

/// Elements there are; none that runs or loads anything.
const ELEMENTS: [&str; 16] = [
    "svg", "title", "desc", "defs", "pattern", "clipPath", "g", "a", "rect", "path", "circle",
    "text", "tspan", "line", "polyline", "polygon",
];

/// A text with its room.
#[derive(Clone, Debug)]
struct Label {
    text: String,
    x0: f64,
    x1: f64,
    y0: f64,
    y1: f64,
}

/// Panics with what is wrong with a picture.
pub(crate) fn check(svg: &str, prefix: &str) {
    let elements = xml::read(svg).unwrap_or_else(|wrong| panic!("{wrong}\n{svg:.2000}"));
    for element in &elements {
        check_element(element, prefix);
    }
    check_ids(&elements, svg, prefix);
    let labels = labels(&elements);
    check_frame(&elements[0], &labels);
    check_apart(&labels);
}

fn check_element(element: &Element, prefix: &str) {
    assert!(ELEMENTS.contains(&element.name.as_str()), "no such element: {}", element.name);
    for (name, value) in &element.attributes {
        assert!(name != "style" && !name.starts_with("on"), "{name}={value}");
        let is_bad = ["NaN", "inf"].iter().any(|word| value.contains(word));
        let is_drawn = !matches!(name.as_str(), "aria-label" | "href");
        assert!(!(is_bad && is_drawn), "{name}={value}");
        match name.as_str() {
            "font-size" => assert!(value.parse::<f64>().unwrap() >= 12.0, "{value} px"),
            "font-weight" => assert!(["400", "600", "700"].contains(&value.as_str()), "{value}"),
            "href" => assert!(value.starts_with('/') && !value.starts_with("//"), "{value}"),
            "id" => assert!(value.starts_with(prefix), "{value} without {prefix}"),
            "width" | "height" | "r" => assert!(value.parse::<f64>().unwrap() >= 0.0, "{value}"),
            _ => {}
        }
    }
}

fn check_ids(elements: &[Element], svg: &str, prefix: &str) {
    let mut ids: Vec<&String> = elements.iter().filter_map(|e| e.attributes.get("id")).collect();
    ids.sort();
    let n_ids = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), n_ids, "an id stands twice");
    for used in svg.split("url(#").skip(1) {
        let used = used.split(')').next().unwrap();
        assert!(ids.iter().any(|id| *id == used), "{used} is used and not defined");
    }
    let root = &elements[0].attributes;
    assert_eq!(root.get("aria-describedby"), Some(&format!("{prefix}-words")));
    assert!(root.get("aria-label").is_some_and(|label| !label.is_empty()));
    let desc = elements.iter().find(|element| element.name == "desc").unwrap();
    assert!(!desc.text.is_empty() && elements.iter().any(|element| element.name == "title"));
    let links = elements.iter().filter(|element| element.name == "a").count();
    let role = root.get("role").unwrap();
    assert!(role == "group" || (role == "img" && links == 0), "{role} with {links} links");
}

/// Texts with the room they take, their light part beside their strong one.
fn labels(elements: &[Element]) -> Vec<Label> {
    let mut labels = Vec::new();
    for (number, element) in elements.iter().enumerate().filter(|(_, e)| e.name == "text") {
        let size = element.number("font-size").unwrap();
        let weight = match element.attributes.get("font-weight").map(String::as_str) {
            Some("600") => Weight::Semibold,
            Some("700") => Weight::Bold,
            _ => Weight::Regular,
        };
        let spans = elements.iter().filter(|e| e.name == "tspan" && e.parent == Some(number));
        let mut text = element.text.clone();
        let mut width = text_width_px(&text, size, weight);
        for span in spans {
            width += span.number("dx").unwrap() + text_width_px(&span.text, size, Weight::Regular);
            text = format!("{text} {}", span.text);
        }
        let x = element.number("x").unwrap();
        let x0 = match element.attributes.get("text-anchor").map(String::as_str) {
            Some("middle") => x - width / 2.0,
            Some("end") => x - width,
            _ => x,
        };
        let y = element.number("y").unwrap();
        let (y0, y1) = (y - 0.8 * size, y + 0.2 * size);
        labels.push(Label { text, x0, x1: x0 + width, y0, y1 });
    }
    labels
}

/// Every label lies within the picture.
fn check_frame(root: &Element, labels: &[Label]) {
    let view: Vec<f64> =
        root.attributes["viewBox"].split(' ').map(|n| n.parse().unwrap()).collect();
    for label in labels {
        let is_within = label.x0 >= view[0] - 1.0
            && label.y0 >= view[1] - 1.0
            && label.x1 <= view[0] + view[2] + 1.0
            && label.y1 <= view[1] + view[3] + 1.0;
        assert!(is_within, "{:?} is outside of {view:?}: {label:?}", label.text);
    }
}

/// No label touches another.
fn check_apart(labels: &[Label]) {
    for (number, a) in labels.iter().enumerate() {
        for b in labels.iter().skip(number + 1) {
            let is_over =
                a.x0 < b.x1 - 0.6 && b.x0 < a.x1 - 0.6 && a.y0 < b.y1 - 0.6 && b.y0 < a.y1 - 0.6;
            assert!(!is_over, "{:?} lies over {:?}: {a:?}, {b:?}", a.text, b.text);
        }
    }
}
