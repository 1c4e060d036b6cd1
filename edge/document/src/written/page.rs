//! Markdown as HTML, of which nothing runs, loads or leads where it should not.

use super::{figure_of, options, shown};
use crate::escape;
use hw_model::is_plain;
use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Parser, Tag, TagEnd, html};

/// People's Markdown as HTML. `figure` draws a figure by its id, if there is one of that.
pub(crate) fn to_html(text: &str, figure: &dyn Fn(&str) -> Option<String>) -> String {
    pushed(&shown(text), figure, below)
}

/// Our own Markdown as HTML: its headings stay where they are.
pub(crate) fn own_to_html(text: &str, figure: &dyn Fn(&str) -> Option<String>) -> String {
    pushed(text, figure, |level| level)
}

fn pushed(
    text: &str,
    figure: &dyn Fn(&str) -> Option<String>,
    level: fn(HeadingLevel) -> HeadingLevel,
) -> String {
    let events: Vec<Event<'_>> = Parser::new_ext(text, options()).collect();
    let mut safe =
        Safe { figure, level, open: Vec::new(), events: Vec::with_capacity(events.len()) };
    let mut rest = events.into_iter().peekable();
    while let Some(event) = rest.next() {
        let drawn = match (&event, rest.peek()) {
            (Event::Start(Tag::Paragraph), Some(Event::Start(Tag::Image { dest_url, .. }))) => {
                safe.drawn(dest_url)
            }
            _ => None,
        };
        let Some(drawn) = drawn else {
            safe.take(event);
            continue;
        };
        // A figure is no part of a paragraph; what else stands in its paragraph comes after it.
        safe.events.push(Event::Html(CowStr::from(drawn)));
        safe.events.push(Event::Start(Tag::Paragraph));
        skip_image(&mut rest);
    }
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, safe.events.into_iter());
    out.replace("<p></p>\n", "")
}

#[expect(clippy::wildcard_enum_match_arm, reason = "Markdown has more events than matter here")]
fn skip_image<'a>(events: &mut impl Iterator<Item = Event<'a>>) {
    let mut depth = 0_usize;
    for event in events {
        match event {
            Event::Start(Tag::Image { .. }) => depth += 1,
            Event::End(TagEnd::Image) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

/// Events of which none brings anything but text and links.
struct Safe<'a, 'f> {
    figure: &'f dyn Fn(&str) -> Option<String>,
    level: fn(HeadingLevel) -> HeadingLevel,
    /// Of each link and picture that is open, whether a tag was written for it.
    open: Vec<bool>,
    events: Vec<Event<'a>>,
}

impl<'a> Safe<'a, '_> {
    fn drawn(&self, url: &str) -> Option<String> {
        figure_of(url).and_then(|id| (self.figure)(id))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "Markdown has more events than matter here")]
    fn take(&mut self, event: Event<'a>) {
        let event = match event {
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
            Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
            Event::Start(Tag::Heading { level, .. }) => {
                let level = (self.level)(level);
                Event::Start(Tag::Heading {
                    level,
                    id: None,
                    classes: Vec::new(),
                    attrs: Vec::new(),
                })
            }
            Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading((self.level)(level))),
            Event::Start(Tag::Image { dest_url, .. }) => {
                // A figure within a sentence is a link to where it stands.
                let url = figure_of(&dest_url)
                    .map_or_else(|| dest_url.clone(), |id| CowStr::from(format!("#figure-{id}")));
                return self.link(url, CowStr::Borrowed(""));
            }
            Event::Start(Tag::Link { dest_url, title, .. }) => return self.link(dest_url, title),
            Event::End(TagEnd::Link | TagEnd::Image) => {
                if self.open.pop() != Some(true) {
                    return;
                }
                Event::End(TagEnd::Link)
            }
            Event::TaskListMarker(is_done) => {
                Event::Text(CowStr::Borrowed(if is_done { "\u{2611} " } else { "\u{2610} " }))
            }
            other => other,
        };
        self.events.push(event);
    }

    /// A link, if it leads to a page or a mailbox; else its text alone.
    fn link(&mut self, dest_url: CowStr<'a>, title: CowStr<'a>) {
        let is_safe = is_safe(&dest_url);
        self.open.push(is_safe);
        if is_safe {
            let (link_type, id) = (LinkType::Inline, CowStr::Borrowed(""));
            self.events.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
        }
    }
}

/// Whether an address leads to a page or a mailbox, or stands on the same page or host.
fn is_safe(url: &str) -> bool {
    // Browsers leave out blanks and control letters where a scheme stands.
    let bare: String =
        url.chars().filter(|letter| !letter.is_whitespace() && is_plain(*letter)).collect();
    let bare = bare.to_ascii_lowercase();
    let is_local = bare.starts_with(['/', '#']) && !bare.starts_with("//");
    is_local || ["http://", "https://", "mailto:"].iter().any(|scheme| bare.starts_with(scheme))
}

/// A heading of people below those of ours.
const fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

/// A link of ours in HTML.
pub(crate) fn anchor(href: &str, text: &str) -> String {
    format!("<a href=\"{}\">{}</a>", escape::html(href), escape::html(text))
}
