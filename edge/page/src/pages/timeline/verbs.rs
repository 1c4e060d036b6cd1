//! What people do in an incident: each is a word that opens a form, and only what its status allows.

use super::roles::roles;
use super::{TimelineView, at_field, example};
use crate::form::{Form, behind, choice, field, later};
use crate::frame::Frame;
use crate::pages::incident;
use crate::parts::{card, id_link};
use hw_api::IncidentRecord;
use hw_incident::{Moment, NoteKind, SeverityLevel};
use hw_model::Effect;
use maud::{Markup, html};

/// The place to write, and everything else that can be done now.
pub(super) fn verbs(view: &TimelineView, frame: &Frame) -> Markup {
    if !frame.viewer.may_respond {
        return html! { section class="card" { p class="note" { "Your token is for reading. To write here, sign in with one whose scope is respond." } } };
    }
    if let Some(into) = view.incident.record.as_ref().and_then(|record| record.merged_into.as_ref())
    {
        return html! { section class="card" { p { "What is to be written or done, is written and done in " (id_link(into)) "." } } };
    }
    let verbs = Verbs { view, frame };
    html! {
        section class="card" { (card("Write", "Enter adds it", &verbs.write())) }
        section class="card" { (card("Do", "", &verbs.all())) }
    }
}

/// An incident, and who does something in it.
pub(super) struct Verbs<'a> {
    pub(super) view: &'a TimelineView,
    pub(super) frame: &'a Frame,
}

impl Verbs<'_> {
    fn write(&self) -> Markup {
        let action = format!("incidents/{}/entries", self.view.incident.id);
        let fields = html! {
            (field("What happened, or what you see", &html! {
                textarea name="text" id="write" rows="3" maxlength="4000" required data-enter data-press="t" data-press-words="write" {}
            }))
            div class="line" {
                (field("As", &choice("kind", &kinds(), None)))
                button type="submit" { "Add" }
            }
            details class="quiet" { summary { "It happened earlier" } (at_field(self.frame)) }
        };
        self.form(&action, "It is in the timeline.", "stack write", &fields)
    }

    pub(super) fn form(&self, action: &str, said: &str, class: &str, fields: &Markup) -> Markup {
        let form = Form { action, class, said };
        form.html(self.frame, fields)
    }

    /// A command of the incident, behind its word.
    pub(super) fn command(
        &self,
        (words, key): (&str, Option<&str>),
        (command, said): (&str, &str),
        fields: &Markup,
    ) -> Markup {
        behind(words, key, &self.at_once((command, said), "stack", fields))
    }

    /// A command of the incident, in one step.
    pub(super) fn at_once(
        &self,
        (command, said): (&str, &str),
        class: &str,
        fields: &Markup,
    ) -> Markup {
        let action = format!("incidents/{}/commands", self.view.incident.id);
        let fields = html! { input type="hidden" name="command" value=(command); (fields) };
        self.form(&action, said, class, &fields)
    }

    fn all(&self) -> Markup {
        let status = incident::status(&self.view.incident);
        let is_open = incident::is_open(status);
        html! {
            div class="acts" {
                (self.status(status))
                @if is_open { (roles(self)) (self.mitigation()) (self.check()) }
                (self.severity())
                @if is_open { (self.waiting()) (self.promise()) }
                (self.title()) (self.correct()) (self.hand_over())
                @if is_open { (self.merge()) (self.decline()) }
            }
        }
    }

    /// The next steps of its life. What is not the usual way takes a reason, and so does an end of harm that
    /// the figures do not show.
    fn status(&self, status: &str) -> Markup {
        let incident = &self.view.incident;
        let goes_on = incident.detected_at.is_some() && incident.ended_at.is_none();
        let next: &[(&str, &str, bool)] = match status {
            "triage" => &[("active", "It is real: take it up", false)],
            "active" => &[
                ("mitigated", "The harm has stopped", goes_on),
                ("resolved", "It is resolved", true),
            ],
            "mitigated" => {
                &[("resolved", "It is resolved", goes_on), ("active", "It is back", true)]
            }
            "resolved" => &[("closed", "Close it", false)],
            _ => &[],
        };
        html! {
            @for (n, step) in next.iter().enumerate() { (self.step(status, *step, (n == 0).then_some("s"))) }
            @if matches!(status, "resolved" | "closed" | "declined") {
                (self.command(("Reopen", next.is_empty().then_some("s")), ("reopen", "It is open again."), &reason("Why?", "Reopen it")))
            }
        }
    }

    fn step(
        &self,
        from: &str,
        (to, words, needs_reason): (&str, &str, bool),
        key: Option<&str>,
    ) -> Markup {
        let incident = &self.view.incident;
        let is_end = matches!(to, "mitigated" | "resolved");
        let goes_on = is_end && incident.detected_at.is_some() && incident.ended_at.is_none();
        let label = match (to, needs_reason) {
            ("active", true) => "How does it show?",
            (_, true) => "How is that known?",
            (_, false) => "How is that known? (may be left out)",
        };
        let fields = html! {
            input type="hidden" name="to" value=(to);
            input type="hidden" name="was" value=(from);
            @if goes_on { p class="note" { "Its figures are not back at what is usual: it takes a reason." } }
            (field(label, &html! { textarea name="reason" rows="2" maxlength="1000" required[needs_reason] {} }))
            button type="submit" { (words) }
        };
        self.command((words, key), ("status", "Its status is set."), &fields)
    }

    fn severity(&self) -> Markup {
        let record = self.view.incident.record.as_ref();
        let now = record.and_then(|record| record.severity.as_deref());
        let fields = html! {
            input type="hidden" name="was" value=(now.unwrap_or("none"));
            (field("How bad is it?", &choice("to", &SeverityLevel::ALL.map(SeverityLevel::word), now)))
            (field("Why? (may be left out)", &html! { input name="reason" maxlength="400"; }))
            button type="submit" { "Set it" }
        };
        self.command(("Severity", Some("v")), ("severity", "The severity is set."), &fields)
    }

    fn mitigation(&self) -> Markup {
        let fields = html! {
            (field("What is done?", &html! { input name="text" required maxlength="400"; }))
            (field("What is it to bring about?", &html! { input name="expected" maxlength="400"; }))
            (field("Which change is it? (may be left out)", &html! {
                select name="change" {
                    option value="" { "none of these" }
                    @for change in self.view.changes.iter().rev() {
                        option value=(change.id) { (change.id) ": " (change.name()) }
                    }
                }
            }))
            button type="submit" { "Record it" }
            p class="note" { "Highwater checks it against what was usual, and says whether it worked." }
        };
        self.command(
            ("Record a mitigation", Some("m")),
            ("mitigate", "The mitigation is recorded; its check follows."),
            &fields,
        )
    }

    fn check(&self) -> Markup {
        let record = self.view.incident.record.as_ref();
        let attempts = record.map(|record| record.attempts.as_slice()).unwrap_or_default();
        if attempts.is_empty() {
            return html! {};
        }
        let fields = html! {
            (field("Which mitigation?", &html! {
                select name="mitigation:number" {
                    @for tried in attempts.iter().rev() { option value=(tried.entry) { (tried.text) } }
                }
            }))
            (field("What did it do?", &choice("effect", &Effect::ALL.map(Effect::word), None)))
            (field("How was that seen?", &html! { input name="text" required maxlength="400"; }))
            button type="submit" { "Record the check" }
        };
        self.command(
            ("Check a mitigation", Some("c")),
            ("check", "The check is recorded."),
            &fields,
        )
    }

    fn waiting(&self) -> Markup {
        let fields = html! {
            (field("What is waited for?", &html! { input name="text" required maxlength="400"; }))
            (later("until", "How long at most?", self.frame))
            button type="submit" { "Wait" }
        };
        self.command(("Decide to wait", None), ("wait", "You will be reminded."), &fields)
    }

    fn promise(&self) -> Markup {
        let fields = html! {
            (later("due", "When will people hear more?", self.frame))
            button type="submit" { "Promise it" }
        };
        self.command(("Promise an update", None), ("promise", "The update is promised."), &fields)
    }

    fn title(&self) -> Markup {
        let fields = html! {
            (field("What is wrong, in a line", &html! { input name="text" required maxlength="200" value=(incident::title(&self.view.incident)); }))
            button type="submit" { "Call it so" }
        };
        self.command(("Title", None), ("title", "It is called so now."), &fields)
    }

    fn correct(&self) -> Markup {
        let said = Moment::ALL.into_iter().filter(|moment| moment.is_correctable());
        let moments: Vec<&str> = said.map(Moment::word).collect();
        let fields = html! {
            (field("Which time?", &choice("moment", &moments, None)))
            (field("When was it? (UTC)", &html! { input name="to" required placeholder=(example(self.frame)) maxlength="40"; }))
            (field("How is that known?", &html! { input name="reason" required maxlength="400"; }))
            button type="submit" { "Correct it" }
        };
        self.command(("Correct a time", None), ("correct", "The time is corrected."), &fields)
    }

    fn hand_over(&self) -> Markup {
        let fields = html! {
            (field("To which team?", &html! { input name="team" required maxlength="100"; }))
            (field("What should they know?", &html! { textarea name="text" rows="2" maxlength="1000" required {} }))
            button type="submit" { "Hand over" }
        };
        self.command(("Hand over", None), ("hand_over", "It is handed over."), &fields)
    }

    fn merge(&self) -> Markup {
        if self.view.others.is_empty() {
            return html! {};
        }
        let fields = html! {
            (field("Into which incident?", &html! {
                select name="into" required { @for (id, title) in &self.view.others { option value=(id) { (id) ": " (title) } } }
            }))
            (field("Why?", &html! { input name="reason" required maxlength="400"; }))
            button type="submit" { "Make it a part" }
            p class="note" { "What is written here stays; what comes goes there. It cannot be taken back." }
        };
        self.command(("Merge", None), ("merge", "It is part of the other now."), &fields)
    }

    fn decline(&self) -> Markup {
        self.command(
            ("It is no incident", None),
            ("decline", "It is declined."),
            &reason("Why is it none?", "Decline it"),
        )
    }
}

/// What an entry can be: what people say is also what they believe.
fn kinds() -> Vec<&'static str> {
    NoteKind::ALL.map(NoteKind::word).into_iter().chain(["hypothesis"]).collect()
}

fn reason(label: &str, word: &str) -> Markup {
    html! {
        (field(label, &html! { textarea name="reason" rows="2" required maxlength="1000" {} }))
        button type="submit" { (word) }
    }
}

/// What is believed and not ruled out, each with a form that says by which fact it is.
pub(super) fn hypotheses(record: &IncidentRecord, incident: &str, frame: &Frame) -> Markup {
    let action = format!("incidents/{incident}/commands");
    html! {
        ul class="plain" {
            @for belief in record.hypotheses.iter().filter(|belief| belief.state == "open") {
                li {
                    p { (belief.text) }
                    @let form = Form { action: &action, class: "stack", said: "It is ruled out." };
                    (behind("Rule it out", None, &form.html(frame, &html! {
                        input type="hidden" name="command" value="rule_out";
                        input type="hidden" name="hypothesis:number" value=(belief.entry);
                        (field("Which fact rules it out?", &html! { input name="text" required maxlength="400"; }))
                        button type="submit" { "Rule it out" }
                    })))
                }
            }
        }
    }
}
