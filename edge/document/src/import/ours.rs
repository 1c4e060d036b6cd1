//! A file that we wrote: what people altered in it.

use super::Edit;
use crate::body::{self, Figures};
use crate::embed::{Embedded, WrittenPart, digest};
use crate::markdown::parts::{Part, parts};
use crate::references::References;
use hw_report::{Document, Place, Section, SectionKind, Written};

/// What was read.
pub(super) struct Read {
    pub(super) document: Document,
    pub(super) edits: Vec<Edit>,
    pub(super) notes: Vec<String>,
}

/// What stands under a heading now.
struct Now {
    part: Part,
    text: String,
}

pub(super) fn read(visible: &str, embedded: &Embedded, document: Document) -> Read {
    let mut read = Read { document, edits: Vec::new(), notes: Vec::new() };
    let mut now: Vec<Now> = parts(visible)
        .into_iter()
        .map(|part| Now { text: part.text(visible).trim().to_owned(), part })
        .collect();
    read.title(&mut now, embedded);
    let pairs = pairs(&embedded.parts, &now);
    let now = with_additions(now, &pairs);
    for (written, at) in embedded.parts.iter().zip(&pairs) {
        match at.and_then(|at| now.get(at)?.as_ref()) {
            Some(now) => read.part(written, now),
            None => read.is_missing(written),
        }
    }
    for (at, new) in now.iter().enumerate() {
        if let Some(new) = new.as_ref().filter(|_| !pairs.contains(&Some(at))) {
            read.keep(&new.part.heading, &new.text);
        }
    }
    read
}

impl Read {
    /// Title and top: the title may be altered, the facts below it come from the record.
    fn title(&mut self, now: &mut Vec<Now>, embedded: &Embedded) {
        let at = now.iter().position(|now| now.part.level == 1);
        let Some(at) = at.filter(|_| !embedded.title.is_empty()) else {
            self.keep_stray(now);
            return;
        };
        let top = now.remove(at);
        self.keep_stray(now);
        if top.part.heading != embedded.title {
            let before = self.document.title.clone();
            let lead =
                embedded.title.strip_suffix(&crate::escape::one_line(&before)).unwrap_or_default();
            let heading = top.part.heading.as_str();
            let title = heading.strip_prefix(lead).unwrap_or(heading);
            self.notes.push(format!("The title was altered; it was \u{201c}{before}\u{201d}."));
            title.clone_into(&mut self.document.title);
        }
        if digest(&top.text) != embedded.top {
            let note = "What stands below the title comes from the record; what was altered there is kept as a section: \
                        correct the record itself.";
            self.notes.push(note.to_owned());
            self.keep("Below the title", &top.text);
        }
    }

    /// What stands before the first heading.
    fn keep_stray(&mut self, now: &mut Vec<Now>) {
        if now.first().is_some_and(|now| now.part.level == 0) {
            let stray = now.remove(0);
            if !stray.text.is_empty() {
                self.keep("Before the title", &stray.text);
            }
        }
    }

    /// Keeps a text that has no other place.
    fn keep(&mut self, title: &str, text: &str) {
        let written = Written { text: text.to_owned(), place: Place::Instead, by: None, at: None };
        self.document.sections.push(Section {
            kind: SectionKind::Other,
            title: title.to_owned(),
            blocks: Vec::new(),
            questions: Vec::new(),
            written: Some(written),
        });
        self.edits.push(Edit {
            kind: SectionKind::Other,
            place: Place::Instead,
            text: text.to_owned(),
        });
    }

    fn is_missing(&mut self, written: &WrittenPart) {
        if !written.sections.is_empty() {
            self.notes.push(format!(
                "\u{201c}{}\u{201d} is not in the text any more; it is kept as it was.",
                written.heading
            ));
        }
    }

    /// What stands under a heading that was written.
    fn part(&mut self, written: &WrittenPart, now: &Now) {
        if let (Some(at), true) = (written.sections.first(), now.part.heading != written.heading) {
            let section = self.document.sections.get_mut(*at);
            section.into_iter().for_each(|section| section.title.clone_from(&now.part.heading));
        }
        if digest(&now.text) == written.digest {
            return;
        }
        let text = now.text.strip_prefix(written.before.as_str()).unwrap_or(&now.text);
        let text = text.strip_suffix(written.after.as_str()).unwrap_or(text).trim();
        match self.altered(written, text) {
            Some((at, text)) => self.section(at, &text),
            None => {
                self.notes.push(format!(
                    "What stands under \u{201c}{}\u{201d} is written by the template; what was altered there is kept as a section.",
                    written.heading
                ));
                self.keep(&written.heading, text);
            }
        }
    }

    /// The section under a heading that was altered, and its text now. Where several stand there, those that are as
    /// they were are taken out first.
    fn altered(&self, written: &WrittenPart, text: &str) -> Option<(usize, String)> {
        let mut left = text.to_owned();
        let mut open = written.sections.clone();
        if open.len() > 1 {
            let references = References::of(&self.document);
            open.retain(|at| {
                let Some(section) = self.document.sections.get(*at) else { return false };
                let body = body::body(&self.document, section, (&references, Figures::Tables));
                let found = left.find(body.trim()).filter(|_| !body.trim().is_empty());
                found.into_iter().for_each(|at| left.replace_range(at..at + body.trim().len(), ""));
                found.is_none()
            });
        }
        let at = open.first().or(written.sections.first())?;
        Some((*at, left.trim().to_owned()))
    }

    /// Takes a text over into a section.
    fn section(&mut self, at: usize, text: &str) {
        let references = References::of(&self.document);
        let Some(section) = self.document.sections.get(at) else { return };
        let mut text = text.to_owned();
        for question in &section.questions {
            text = text.replace(&body::asked(question, &references), "");
        }
        let record = body::record(&self.document, section, (&references, Figures::Tables));
        let after = text.trim().strip_prefix(record.trim()).filter(|_| section.shows_record());
        let (place, text) = match after {
            Some(after) => (Place::After, after.trim().to_owned()),
            None => (Place::Instead, self.with_figures(text.trim(), &references)),
        };
        let kind = section.kind;
        let was = section.written.as_ref().map(|written| (written.place, written.text.as_str()));
        if was == Some((place, text.as_str()))
            || (was.is_none() && place == Place::After && text.is_empty())
        {
            return;
        }
        let written = (place == Place::Instead || !text.is_empty()).then(|| Written {
            text: text.clone(),
            place,
            by: None,
            at: None,
        });
        let section = self.document.sections.get_mut(at);
        section.into_iter().for_each(|section| section.written.clone_from(&written));
        self.edits.push(Edit { kind, place, text });
    }

    /// A text in which figures stand as pictures again, not as tables.
    fn with_figures(&self, text: &str, references: &References) -> String {
        let mut text = text.to_owned();
        for figure in &self.document.figures {
            let image = body::figure_image(figure);
            text = text.replace(&body::figure(figure, references), &image);
        }
        text
    }
}

/// For each heading that was written, which one it is now: the same words in the same order, and where as many are
/// new as are gone between two that stayed, those were renamed.
fn pairs(written: &[WrittenPart], now: &[Now]) -> Vec<Option<usize>> {
    let mut pairs = same(written, now);
    let mut from = 0;
    while from < written.len() {
        let to = (from..written.len()).find(|at| pairs.get(*at).is_some_and(Option::is_some));
        let to = to.unwrap_or(written.len());
        let first = from.checked_sub(1).and_then(|at| *pairs.get(at)?).map_or(0, |at| at + 1);
        let last = pairs.get(to).copied().flatten().unwrap_or(now.len());
        if to > from && last.saturating_sub(first) == to - from {
            for (at, new) in (from..to).zip(first..last) {
                pairs.get_mut(at).into_iter().for_each(|pair| *pair = Some(new));
            }
        }
        from = to + 1;
    }
    pairs
}

/// The longest row of headings that stand in both, in the same order, by their words or by what stands under them.
fn same(written: &[WrittenPart], now: &[Now]) -> Vec<Option<usize>> {
    // A heading that was renamed still has its text under it.
    let digests: Vec<String> = now.iter().map(|now| digest(&now.text)).collect();
    let is_same = |a: usize, b: usize| {
        let (Some(a), Some(now), Some(digest)) = (written.get(a), now.get(b), digests.get(b))
        else {
            return false;
        };
        a.heading == now.part.heading || (!now.text.is_empty() && a.digest == *digest)
    };
    let (n, m) = (written.len(), now.len());
    // best[a * (m + 1) + b] is how many of those from a and from b on can be paired.
    let mut best = vec![0_u32; (n + 1) * (m + 1)];
    let at = |a: usize, b: usize| a * (m + 1) + b;
    let value = |best: &[u32], a: usize, b: usize| best.get(at(a, b)).copied().unwrap_or(0);
    for a in (0..n).rev() {
        for b in (0..m).rev() {
            let skipped = value(&best, a + 1, b).max(value(&best, a, b + 1));
            let paired = if is_same(a, b) { value(&best, a + 1, b + 1) + 1 } else { 0 };
            best.get_mut(at(a, b)).into_iter().for_each(|cell| *cell = skipped.max(paired));
        }
    }
    let mut pairs = vec![None; n];
    let (mut a, mut b) = (0, 0);
    while a < n && b < m {
        if is_same(a, b) && value(&best, a, b) == value(&best, a + 1, b + 1) + 1 {
            pairs.get_mut(a).into_iter().for_each(|pair| *pair = Some(b));
            (a, b) = (a + 1, b + 1);
        } else if value(&best, a + 1, b) >= value(&best, a, b + 1) {
            a += 1;
        } else {
            b += 1;
        }
    }
    pairs
}

/// Headings that people added belong to the part before them: its text goes on there. `None` stands for those.
fn with_additions(now: Vec<Now>, pairs: &[Option<usize>]) -> Vec<Option<Now>> {
    let mut all: Vec<Option<Now>> = Vec::with_capacity(now.len());
    let mut last = None;
    for (at, part) in now.into_iter().enumerate() {
        if pairs.contains(&Some(at)) {
            last = Some(at);
            all.push(Some(part));
            continue;
        }
        let marks = "#".repeat(usize::from(part.part.level));
        let addition = format!("\n\n{marks} {}\n\n{}", part.part.heading, part.text);
        match last.and_then(|last| all.get_mut(last)) {
            Some(Some(owner)) => owner.text.push_str(&addition),
            _ => {
                last = Some(at);
                all.push(Some(part));
                continue;
            }
        }
        all.push(None);
    }
    all
}
