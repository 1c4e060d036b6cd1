//! What changed, and did it matter?

use crate::form::{Form, behind, choice, field};
use crate::frame::{Frame, Page, Region};
use crate::parts::{because, card, chip, empty, id_link, said, service};
use crate::place::Place;
use hw_api::{Change, Incident, RedeployItem, instant, source_words};
use hw_chart::Said;
use hw_model::{ChangeKind, Verdict, share_words};
use hw_report::without_nats;
use maud::{Markup, html};

/// All changes.
#[derive(Clone, Debug)]
pub struct ChangesView {
    /// Newest first.
    pub changes: Vec<Change>,
    /// Whether there are older ones.
    pub is_more: bool,
    /// How many of all that are asked for are of the last day.
    pub n_last_day: usize,
    /// Incidents that judged some of them.
    pub incidents: Vec<Incident>,
    /// Changes that were taken back although innocent.
    pub redeploy: Vec<RedeployItem>,
}

/// One change.
#[derive(Clone, Debug)]
pub struct ChangeView {
    /// The change.
    pub change: Change,
    /// Incidents that judged it, newest first.
    pub incidents: Vec<Incident>,
    /// What it says of being deployed again, if it was taken back.
    pub redeploy: Option<RedeployItem>,
}

/// What one incident says of a change.
struct Judged<'a> {
    incident: &'a str,
    said: Said,
    because: Vec<String>,
    probability: f64,
}

fn judged<'a>(change: &Change, incidents: &'a [Incident], frame: &Frame) -> Vec<Judged<'a>> {
    let of = |incident: &'a Incident| {
        let judged = incident.changes.iter().find(|judged| judged.change == change.id)?;
        let tried = incident.mitigations.iter().find(|tried| tried.change == change.id);
        let facts = tried.map_or(&judged.because, |tried| &tried.because);
        let onset = instant(&incident.started_at);
        Some(Judged {
            incident: &incident.id,
            said: said(&judged.verdict, tried.map(|tried| tried.effect.as_str()))?,
            because: facts
                .iter()
                .map(|fact| without_nats(&frame.clock.retold(fact, onset)))
                .collect(),
            probability: judged.probability,
        })
    };
    incidents.iter().filter_map(of).collect()
}

impl ChangesView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let mut regions = vec![
            Region::new("r-head", "page-head", self.head(frame)),
            Region::new("r-list", "card wide", self.list(frame)),
        ];
        let waiting: Vec<&RedeployItem> =
            self.redeploy.iter().filter(|it| is_waiting(&it.state)).collect();
        if !waiting.is_empty() {
            regions.insert(
                1,
                Region::new(
                    "r-redeploy",
                    "card wide",
                    redeploy("To deploy again", &waiting, frame),
                ),
            );
        }
        Page { title: "Changes".to_owned(), up: Some(Place::Now), is_live: true, regions }
    }

    fn head(&self, frame: &Frame) -> Markup {
        let (service, verdict) = wanted(frame);
        let place = |verdict: Option<&str>| Place::Changes {
            service: service.map(str::to_owned),
            verdict: verdict.map(str::to_owned),
            before: None,
        };
        let tell = Form { action: "changes", class: "stack", said: "The change is told." };
        let kinds = ChangeKind::ALL.map(ChangeKind::word);
        html! {
            h1 { (self.sentence(frame)) }
            nav class="chips" aria-label="Which changes" {
                a class="chip" href=(place(None).href()) aria-current=[verdict.is_none().then_some("true")] { "all" }
                @for known in Verdict::ALL {
                    a class="chip" href=(place(Some(known.word())).href()) aria-current=[(verdict == Some(known.word())).then_some("true")] { (known.word().replace('_', " ")) }
                }
                @if let Some(service) = service { a class="chip" href=(Place::Changes { service: None, verdict: verdict.map(str::to_owned), before: None }.href()) { "only " (service) " \u{d7}" } }
            }
            @if frame.viewer.may_respond {
                div class="acts" {
                    (behind("Tell a change", Some("n"), &tell.unsigned(frame, &html! {
                        div class="fields" {
                            (field("Kind", &choice("kind", &kinds, Some("flag"))))
                            (field("Service", &html! { input name="service" required maxlength="200"; }))
                            (field("To (version or value)", &html! { input name="to_version" maxlength="200"; }))
                            (field("When (UTC; now, if left out)", &html! { input name="at" maxlength="40"; }))
                        }
                        button type="submit" { "Tell it" }
                        p class="note" { "Deploys, rollbacks and restarts are found in the telemetry by themselves." }
                    })))
                }
            }
        }
    }

    fn sentence(&self, frame: &Frame) -> String {
        let (service, verdict) = wanted(frame);
        let which = verdict.map(|verdict| format!("{} ", verdict.replace('_', " ")));
        let of = service.map(|service| format!(" of {service}"));
        let seen = match self.n_last_day {
            0 => "No ".to_owned(),
            n => format!("{n} "),
        } + &which.unwrap_or_default()
            + if self.n_last_day == 1 || self.n_last_day == 0 { "change" } else { "changes" }
            + &of.unwrap_or_default()
            + " in the last day";
        if (service, verdict) != (None, None) {
            return format!("{seen}.");
        }
        let judged = self.incidents.iter().flat_map(|incident| {
            incident.changes.iter().map(move |judged| (judged, incident.id.as_str()))
        });
        let guilty: Vec<String> = judged
            .filter(|(judged, _)| judged.verdict == Verdict::Implicated.word())
            .map(|(judged, incident)| format!("{} in {incident}", judged.change))
            .collect();
        match guilty.as_slice() {
            [] => format!("{seen}; none was ever implicated in an incident."),
            some => format!("{seen}. Implicated so far: {}.", some.join(", ")),
        }
    }

    fn list(&self, frame: &Frame) -> Markup {
        let body = html! {
            @if self.changes.is_empty() { (empty("None of these.", &html! { p { "A change shows when a service says a new version, or when somebody tells one." } })) }
            @else {
                table class="rows" {
                    thead { tr { th scope="col" { "When" } th scope="col" { "Change" } th scope="col" { "Service" } th scope="col" { "Said of it" } th scope="col" { "Why" } } }
                    tbody { @for change in &self.changes { (self.row(change, frame)) } }
                }
                @if self.is_more {
                    @if let Some(Place::Change { change }) = self.changes.last().and_then(|last| Place::of_id(&last.id)) {
                        p { a class="button plain" href=(older(change, frame).href()) data-earlier { "Older" } }
                    }
                }
            }
        };
        card("Changes", "newest first", &body)
    }

    fn row(&self, change: &Change, frame: &Frame) -> Markup {
        let judged = judged(change, &self.incidents, frame);
        html! {
            tr data-row {
                td data-label="When" class="when" { (frame.clock.time(&change.at)) }
                td data-label="Change" { (id_link(&change.id)) " " (change.name()) " " span class="note" { (source_words(&change.source)) } }
                td data-label="Service" { (service(&change.service)) }
                td data-label="Said of it" { @for it in &judged { p { (chip(it.said)) " " (id_link(it.incident)) } } }
                td data-label="Why" class="why" { @if let Some(first) = judged.first() { (because(&first.because)) } }
            }
        }
    }
}

/// Of which service, and with which verdict, changes are asked for.
fn wanted(frame: &Frame) -> (Option<&str>, Option<&str>) {
    if let Place::Changes { service, verdict, .. } = &frame.place {
        (service.as_deref(), verdict.as_deref())
    } else {
        (None, None)
    }
}

/// The same question, of what was before a change.
fn older(change: u32, frame: &Frame) -> Place {
    let (service, verdict) = wanted(frame);
    Place::Changes {
        service: service.map(str::to_owned),
        verdict: verdict.map(str::to_owned),
        before: Some(change),
    }
}

/// How a change that was taken back stands.
fn redeploy_words(state: &str) -> &'static str {
    match state {
        "waiting" => "was innocent, and can be deployed again.",
        "watched" => "runs again, and is watched.",
        "done" => "was taken back although innocent, and runs again.",
        "overtaken" => "was overtaken by another version.",
        "unproven" => "was taken back; nothing clears it by a hard fact.",
        _ => "was taken back.",
    }
}

/// Whether it waits for somebody, or is watched.
fn is_waiting(state: &str) -> bool {
    matches!(state, "waiting" | "watched")
}

/// What was taken back, and how it stands.
fn redeploy(title: &str, items: &[&RedeployItem], frame: &Frame) -> Markup {
    let body = html! {
        ul class="plain" {
            @for item in items {
                li data-row {
                    p {
                        (id_link(&item.change.id)) " " b { (item.change.name()) } " "
                        (redeploy_words(&item.state))
                        " " span class="note" { "rolled back " (frame.clock.time(&item.rolled_back_at)) }
                    }
                    @if let Some(text) = &item.markdown {
                        details class="because" {
                            summary { "Its evidence, for a pull request" }
                            div class="copy" { pre id={ "redeploy-" (item.change.id) } { (text) } button type="button" class="plain" data-copy={ "#redeploy-" (item.change.id) } hidden { "Copy" } }
                        }
                    }
                }
            }
        }
    };
    card(title, "", &body)
}

impl ChangeView {
    /// The page.
    #[must_use]
    pub fn page(&self, frame: &Frame) -> Page {
        let judged = judged(&self.change, &self.incidents, frame);
        let mut regions = vec![
            Region::new("r-head", "page-head", self.head(&judged, frame)),
            Region::new(
                "r-judged",
                "card wide",
                card("What each incident says of it", "", &verdicts(&judged)),
            ),
        ];
        if let Some(item) = &self.redeploy {
            let title = if is_waiting(&item.state) { "To deploy again" } else { "Taken back" };
            regions.push(Region::new("r-redeploy", "card wide", redeploy(title, &[item], frame)));
        }
        Page {
            title: format!("{}: {}", self.change.id, self.change.name()),
            up: Some(Place::Changes { service: None, verdict: None, before: None }),
            is_live: true,
            regions,
        }
    }

    fn head(&self, judged: &[Judged<'_>], frame: &Frame) -> Markup {
        let change = &self.change;
        let words = match judged.first().map(|first| (first.said, first.incident)) {
            None | Some((Said::Nothing, _)) => "No incident speaks of it.".to_owned(),
            Some((Said::Verdict(Verdict::Implicated), id)) => format!("It is implicated in {id}."),
            Some((Said::Verdict(Verdict::Exonerated), id)) => {
                format!("It did not cause {id}: it is exonerated.")
            }
            Some((Said::Verdict(Verdict::NotImplicated), id)) => {
                format!("Nothing implicates it in {id}.")
            }
            Some((Said::Verdict(Verdict::Undecided), id)) => {
                format!("Whether it caused {id} is not decided yet.")
            }
            Some((Said::Effect(effect), id)) => match effect {
                hw_model::Effect::Worked => format!("It stopped the harm of {id}."),
                hw_model::Effect::None => format!("It had no effect on {id}."),
                hw_model::Effect::Undecided => {
                    format!("Whether it helped in {id} is not known yet.")
                }
            },
        };
        html! {
            p class="incident-line" { span class="id" { (change.id) } (service(&change.service)) span class="note" { (source_words(&change.source)) } }
            h1 { (words) }
            div class="lead" {
                p { (crate::parts::capital(&change.name())) ", " (frame.clock.time(&change.at)) "." }
                @if let Some(of) = &change.reverses { p { "It takes back " (id_link(of)) "." } }
                @if let Some(of) = &change.redeploy_of { p { "It is the re-deploy of " (id_link(of)) ", which was taken back." } }
            }
        }
    }
}

fn verdicts(judged: &[Judged<'_>]) -> Markup {
    html! {
        @if judged.is_empty() { (empty("None.", &html! { p { "A change is judged in each incident that began within a day after it." } })) }
        @for it in judged {
            div class="verdict" data-row {
                p { (chip(it.said)) " " (id_link(it.incident)) " " span class="note" { "probability that it caused it: " (share_words(it.probability.max(0.000_9))) } }
                ul { @for fact in &it.because { li { (fact) } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::redeploy_words;

    #[test]
    fn only_what_nothing_clears_is_said_to_be_unproven() {
        for state in ["waiting", "watched", "done", "overtaken", "another"] {
            assert!(!redeploy_words(state).contains("hard fact"), "{state}");
        }
        assert!(redeploy_words("unproven").contains("hard fact"));
        assert!(redeploy_words("done").contains("runs again"));
    }
}
