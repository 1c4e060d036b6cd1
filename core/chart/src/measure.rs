//! How wide a text is, before anybody draws it.
//!
//! Labels must not run into each other, and the core has no font to ask. So the widths of Inter stand
//! here, in thousandths of the size, with its figures of equal width: what the page is set in. A little
//! is added, because another face of the stack may be wider (DejaVu Sans is, by some 7 %; Segoe UI,
//! Roboto and Arial are narrower).

use crate::svg::is_mark;
use hw_model::is_plain;

/// What is added for other faces.
const SPARE: f64 = 1.05;

/// What stands for letters that were left out.
const ELLIPSIS: char = '…';

/// How heavy letters are. Others than these are not drawn: the renderer of PNGs knows no weights between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// 400.
    Regular,
    /// 600.
    Semibold,
    /// 700.
    Bold,
}

impl Weight {
    /// The number for `font-weight`.
    pub(crate) const fn number(self) -> &'static str {
        match self {
            Self::Regular => "400",
            Self::Semibold => "600",
            Self::Bold => "700",
        }
    }
}

// Widths of the letters from space to tilde, in thousandths of the size.
const REGULAR: [u16; 95] = [
    281, 278, 403, 631, 638, 812, 639, 222, 362, 362, 500, 659, 276, 460, 276, 357, 648, 648, 648,
    648, 648, 648, 648, 648, 648, 648, 276, 276, 659, 659, 659, 507, 936, 676, 651, 727, 719, 598,
    587, 743, 740, 264, 543, 652, 562, 889, 753, 761, 635, 761, 639, 638, 642, 741, 676, 949, 642,
    665, 625, 362, 357, 362, 469, 452, 497, 564, 621, 558, 621, 582, 361, 609, 591, 237, 237, 544,
    237, 869, 585, 597, 609, 609, 372, 523, 364, 581, 557, 812, 540, 557, 541, 362, 327, 362, 659,
];
const SEMIBOLD: [u16; 95] = [
    248, 309, 396, 643, 649, 844, 663, 213, 393, 393, 543, 673, 291, 466, 290, 379, 670, 670, 670,
    670, 669, 670, 670, 670, 670, 670, 290, 289, 673, 673, 673, 544, 999, 724, 657, 744, 724, 608,
    586, 755, 744, 275, 561, 677, 566, 906, 741, 775, 643, 776, 651, 649, 660, 734, 724, 1007, 690,
    705, 653, 393, 379, 393, 481, 468, 497, 575, 630, 577, 630, 593, 377, 625, 613, 261, 261, 569,
    261, 898, 610, 608, 625, 625, 397, 549, 380, 608, 576, 837, 562, 576, 562, 393, 358, 393, 673,
];

/// The width of a text of this size in pixels, as it is kept free for it.
#[must_use]
pub fn text_width_px(text: &str, size_px: f64, weight: Weight) -> f64 {
    let letters = text.chars().map(|letter| letter_width(letter, weight)).sum::<f64>();
    letters * size_px * SPARE / 1_000.0
}

/// A text that fits into a width, with an ellipsis where it had to be cut; nothing if not even one letter
/// fits.
pub(crate) fn shortened(text: &str, width_px: f64, size_px: f64, weight: Weight) -> String {
    let room = width_px * 1_000.0 / (size_px * SPARE);
    let dots = letter_width(ELLIPSIS, weight);
    let (mut used, mut cut_at) = (0.0, 0);
    let mut before = None;
    for (at, letter) in text.char_indices() {
        if used + dots <= room && !hangs_on(letter, before) {
            cut_at = at;
        }
        used += letter_width(letter, weight);
        before = Some(letter);
        if used > room {
            let kept = text.get(..cut_at).unwrap_or_default().trim_end();
            return if kept.is_empty() { String::new() } else { format!("{kept}{ELLIPSIS}") };
        }
    }
    text.to_owned()
}

/// A name and a figure in a width: the name gives way, the figure stays whole. Nothing if less than
/// `least_px` would be left of the name.
pub(crate) fn shortened_before(
    name: &str,
    figure: &str,
    width_px: f64,
    least_px: f64,
    (size_px, weight): (f64, Weight),
) -> Option<String> {
    let whole = format!("{name} {figure}");
    if text_width_px(&whole, size_px, weight) <= width_px {
        return Some(whole);
    }
    let room = width_px - text_width_px(&format!(" {figure}"), size_px, weight);
    let cut = shortened(name, room, size_px, weight);
    (room >= least_px && !cut.is_empty()).then(|| format!("{cut} {figure}"))
}

/// The lines of a text of at most this width, `lines_max` of them; the last is shortened if there is more.
pub(crate) fn wrapped(text: &str, width_px: f64, size_px: f64, lines_max: usize) -> Vec<String> {
    let fits = |line: &str| text_width_px(line, size_px, Weight::Regular) <= width_px;
    let mut lines: Vec<String> = Vec::new();
    // Not at a space that does not break.
    for word in text.split([' ', '\n', '\t']).filter(|word| !word.is_empty()) {
        let joined = lines.last().map(|last| format!("{last} {word}"));
        match joined {
            Some(joined) if lines.len() >= lines_max || fits(&joined) => {
                lines.pop();
                lines.push(joined);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
        // Nobody reads more, and a text from outside may be long.
        if lines.len() >= lines_max && lines.last().is_some_and(|last| !fits(last)) {
            break;
        }
    }
    lines.iter().map(|line| shortened(line, width_px, size_px, Weight::Regular)).collect()
}

/// Whether a cut before this letter would tear a sign apart.
const fn hangs_on(letter: char, before: Option<char>) -> bool {
    const JOINER: char = '\u{200d}';
    is_mark(letter)
        || matches!(letter, JOINER | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
        || matches!(before, Some(JOINER))
}

fn letter_width(letter: char, weight: Weight) -> f64 {
    let (table, factor) = match weight {
        Weight::Regular => (&REGULAR, 1.0),
        Weight::Semibold => (&SEMIBOLD, 1.0),
        Weight::Bold => (&SEMIBOLD, 1.02),
    };
    let at = u32::from(letter).wrapping_sub(u32::from(' '));
    let known = usize::try_from(at).ok().and_then(|at| table.get(at));
    known.map_or_else(|| width_beyond_ascii(letter), |width| f64::from(*width)) * factor
}

/// Widths by kind of script: rather too wide than too narrow.
fn width_beyond_ascii(letter: char) -> f64 {
    match letter {
        '\n' | '\r' | '\t' | '\u{a0}' => 281.0,
        '·' | '’' | '‘' => 300.0,
        '–' | '“' | '”' | '„' => 500.0,
        _ if is_mark(letter) || !is_plain(letter) => 0.0,
        '\u{200d}' | '\u{fe00}'..='\u{fe0f}' => 0.0,
        '\u{1f000}'..='\u{1faff}' | '\u{fdfd}' | '\u{12000}'..='\u{12fff}' => 1_400.0,
        '\u{a1}'..='\u{24f}' => 760.0,
        _ => 1_000.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays_and_what_does_not_gets_an_ellipsis() {
        let short = |text: &str, width| shortened(text, width, 12.0, Weight::Regular);
        assert_eq!(short("eligibility", 200.0), "eligibility");
        assert_eq!(short("eligibility", 50.0), "eligibi…");
        assert_eq!(short("eligibility", 5.0), "");
        assert_eq!(short("", 5.0), "");
        for width in 0..200 {
            let cut = short("the quick brown fox 日本 👩\u{200d}💻 jumps", f64::from(width));
            assert!(text_width_px(&cut, 12.0, Weight::Regular) <= f64::from(width), "{cut}");
        }
    }

    #[test]
    fn a_cut_tears_no_sign_apart() {
        let text = "ae\u{301}👩\u{200d}💻\u{fe0f}bcdfghk";
        for width in 0..100 {
            let cut = shortened(text, f64::from(width), 12.0, Weight::Regular);
            let kept = cut.trim_end_matches(ELLIPSIS);
            assert!(!kept.ends_with('\u{200d}') && !kept.ends_with('e'), "{cut:?}");
        }
    }

    #[test]
    fn lines_keep_their_width_and_number() {
        let text = "its answers changed, and what feeds it is as usual ".repeat(100);
        let lines = wrapped(&text, 200.0, 12.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| text_width_px(line, 12.0, Weight::Regular) <= 200.0));
        assert!(lines.last().unwrap().ends_with(ELLIPSIS));
        assert!(wrapped("", 200.0, 12.0, 2).is_empty());
    }

    #[test]
    fn figures_are_of_one_width_and_weight_makes_wider() {
        let width = |text: &str, weight| text_width_px(text, 10.0, weight);
        assert!((width("1", Weight::Regular) - width("8", Weight::Regular)).abs() < 1e-9);
        assert!(width("filter", Weight::Bold) > width("filter", Weight::Regular));
    }
}
