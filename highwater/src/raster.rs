//! Charts as PNG, for what shows no SVG: wikis, mails, chats. Only with the feature `png`.

use anyhow::Context;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

/// Families without serifs, the ones that charts are measured for first.
const FAMILIES: [&str; 6] =
    ["Inter", "Inter Variable", "DejaVu Sans", "Liberation Sans", "Noto Sans", "Arial"];

/// Pixels for each of the picture: screens are dense, and slides are large.
const SCALE: f32 = 2.0;

/// Draws an SVG. Fails where no font is installed, for the words would be left out.
pub(crate) fn png(svg: &str) -> anyhow::Result<Vec<u8>> {
    let mut options = Options::default();
    let fonts = options.fontdb_mut();
    fonts.load_system_fonts();
    let family = family(fonts).context(
        "no font is installed, and a PNG would have no words: install one (apt-get install \
         fonts-dejavu-core), or write SVG",
    )?;
    // Its own idea of what is sans-serif is Arial, whether it is there or not.
    fonts.set_sans_serif_family(family);
    let tree = Tree::from_str(svg, &options).context("failed to read a chart")?;
    let size = tree.size().to_int_size().scale_by(SCALE).context("a chart has no size")?;
    let mut picture = Pixmap::new(size.width(), size.height()).context("a chart is too large")?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut picture.as_mut());
    picture.encode_png().context("failed to write a chart")
}

/// The first of the families that read well, or any; `None` if there is no font.
fn family(fonts: &Database) -> Option<String> {
    let has = |family: &str| {
        fonts.faces().any(|face| face.families.iter().any(|(name, _)| name == family))
    };
    let known = FAMILIES.into_iter().find(|family| has(family)).map(str::to_owned);
    known.or_else(|| fonts.faces().find_map(|face| Some(face.families.first()?.0.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(words: &str) -> String {
        let text = format!("<text x=\"5\" y=\"20\" font-family=\"sans-serif\">{words}</text>");
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90\" height=\"30\">{text}</svg>")
    }

    #[test]
    fn words_are_drawn_twice_as_large() {
        let [empty, told] = ["", "100 %"].map(|words| png(&svg(words)));
        let (Ok(empty), Ok(told)) = (empty, told) else {
            // Where no font is installed it is said so.
            assert!(png(&svg("")).is_err_and(|error| error.to_string().contains("no font")));
            return;
        };
        let picture = Pixmap::decode_png(&told).unwrap();
        assert_eq!((picture.width(), picture.height()), (180, 60));
        assert!(picture.pixels().iter().any(|pixel| pixel.alpha() > 0), "words leave ink");
        assert_ne!(empty, told);
        assert!(png("<svg").is_err());
    }
}
