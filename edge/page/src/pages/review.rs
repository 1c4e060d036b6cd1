//! Is the draft right, and what is still missing?

mod editor;

use super::incident;
use crate::form::{Form, behind, field};
use crate::frame::{Frame, Page, Region};
use crate::parts::card;
use crate::place::Place;
use hw_api::{Incident, ReviewWords};
use hw_report::{Document, Nature, lint_document};
use maud::{Markup, PreEscaped, html};

/// A section of the draft, drawn elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnSection {
    /// Its word: `impact`.
    pub word: String,
    /// Its heading.
    pub title: String,
    /// As HTML in which nothing of people is markup.
    pub html: String,
    /// What stands in it, as Markdown.
    pub markdown: String,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct ReviewView {
    /// The incident.
    pub incident: Incident,
    /// The draft.
    pub document: Document,
    /// Its sections, drawn.
    pub sections: Vec<DrawnSection>,
}

impl ReviewView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let number = incident::number(&self.incident);
        let edited = if let Place::Review { section: Some(word), .. } = &frame.place {
            self.sections.iter().find(|section| section.word == *word)
        } else {
            None
        };
        let mut regions = vec![
            Region::new("r-head", "story-head", self.head(frame)),
            Region::new("r-pages", "", incident::pages(number, frame)),
        ];
        match edited {
            Some(section) => {
                regions.push(Region::new(
                    "r-edit",
                    "card half",
                    editor::editor(self, section, frame),
                ));
                regions.push(Region::new("r-evidence", "half", editor::evidence(section)));
            }
            None => {
                regions.push(Region::new(
                    "r-contents",
                    "card third contents",
                    self.contents(number, frame),
                ));
                regions.push(Region::new(
                    "r-document",
                    "card two-thirds document",
                    self.sections_html(number, frame),
                ));
            }
        }
        Page {
            title: format!("Post mortem of {}", self.incident.id),
            up: Some(Place::story(number)),
            // Who writes is not disturbed; what another wrote meanwhile is told when it is saved.
            is_live: edited.is_none(),
            regions,
        }
    }

    fn review(&self) -> Option<&ReviewWords> {
        self.incident.record.as_ref()?.review.as_ref()
    }

    fn status(&self) -> &str {
        self.review().map_or("draft", |review| review.status.as_str())
    }

    fn head(&self, frame: &Frame) -> Markup {
        html! {
            (incident::line(&self.incident, frame))
            h1 { (self.sentence()) }
            div class="lead" { p { (incident::title(&self.incident)) } }
            (self.moves(frame))
        }
    }

    fn sentence(&self) -> String {
        let n = self.document.questions().count();
        let status = match self.status() {
            "in_review" => "It is in review",
            "reviewed" => "It is reviewed",
            "closed" => "It is closed",
            _ => "It is a draft",
        };
        match n {
            0 => format!("{status}; nothing in it is left to answer."),
            1 => format!("{status}; 1 question is left to answer."),
            n => format!("{status}; {n} questions are left to answer."),
        }
    }

    /// The steps of a review, and the ways out.
    fn moves(&self, frame: &Frame) -> Markup {
        let next: &[(&str, &str)] = match self.status() {
            "draft" => &[("in_review", "Put it into review")],
            "in_review" => &[("reviewed", "It is reviewed"), ("draft", "Back to draft")],
            "reviewed" => &[("closed", "Close it"), ("draft", "Back to draft")],
            _ => &[("draft", "Open it again")],
        };
        let action = format!("incidents/{}/postmortem", self.incident.id);
        let form = Form { action: &action, class: "stack", said: "The review has moved." };
        let export =
            |ending: &str| format!("/api/v1/incidents/{}/postmortem{ending}", self.incident.id);
        html! {
            div class="acts" {
                @for (to, words) in next {
                    (behind(words, None, &form.html(frame, &html! {
                        input type="hidden" name="method" value="put";
                        input type="hidden" name="status" value=(to);
                        @let needs_reason = *to == "draft";
                        (field(if needs_reason { "Why?" } else { "Why? (may be left out)" }, &html! { input name="reason" maxlength="400" required[needs_reason]; }))
                        button type="submit" { (words) }
                    })))
                }
                details class="act" {
                    summary { "Export" }
                    ul class="act-body plain" {
                        li { a href=(export(".html")) { "One page" } " that prints well and loads nothing" }
                        li { a href=(export(".html?audience=public")) { "Public version" } ", without names and hosts" }
                        li { a href=(export(".md")) { "Markdown" } ", which can be read back" }
                        li { a href=(export(".md?template=sre")) { "Markdown in the sections of the SRE book" } }
                        li { a href=(export("")) { "JSON" } }
                        @for figure in &self.document.figures {
                            li {
                                a href={ "/incidents/" (incident::number(&self.incident)) "/pictures/" (figure.id) ".svg" } { "Picture" }
                                ": " (figure.title)
                            }
                        }
                    }
                }
            }
        }
    }

    fn contents(&self, number: u32, frame: &Frame) -> Markup {
        let body = html! {
            ol class="plain" {
                @for section in &self.sections {
                    li {
                        a href={ "#s-" (section.word) } { (section.title) }
                        @let n = self.questions(&section.word);
                        @if n > 0 { " " span class="missing" { (n) " to answer" } }
                        @if let Some(by) = self.written_by(&section.word) { " " span class="note" { "by " (by) } }
                        @if frame.viewer.may_respond {
                            " " a class="edit" href=(edit(number, &section.word).href()) { "Edit" span class="unseen" { " " (section.title) } }
                        }
                    }
                }
            }
            @let findings = lint_document(&self.document, Nature::default());
            @if !findings.is_empty() {
                h3 { "Wording worth another look" }
                ul { @for (section, finding) in &findings { li { (section.title()) ": \u{201c}" (finding.words) "\u{201d} \u{2013} " (finding.suggestion) } } }
            }
            @if let Some(due) = self.document.due { p class="note" { "The review is due by " (frame.clock.day(&hw_api::rfc3339(due))) "." } }
        };
        card("Sections", "times in the text are UTC", &body)
    }

    fn questions(&self, word: &str) -> usize {
        let sections = self.document.sections.iter();
        sections.filter(|it| it.kind.word() == word).map(|it| it.questions.len()).sum()
    }

    fn written_by(&self, word: &str) -> Option<&str> {
        let written = self.review()?.sections.iter().find(|it| it.section == word)?;
        (!written.is_draft).then_some(written.by.as_str())
    }

    fn sections_html(&self, number: u32, frame: &Frame) -> Markup {
        html! {
            @for section in &self.sections {
                div id={ "s-" (section.word) } class="drawn" data-row {
                    (PreEscaped(&section.html))
                    @if frame.viewer.may_respond {
                        p { a class="button plain" href=(edit(number, &section.word).href()) { "Edit" span class="unseen" { " " (section.title) } } }
                    }
                }
            }
        }
    }
}

fn edit(incident: u32, word: &str) -> Place {
    Place::Review { incident, section: Some(word.to_owned()) }
}
