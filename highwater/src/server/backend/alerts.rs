//! Alerts of Alertmanager: into the incident in which their group stands, once each.

use super::super::alerts::{Posted, PostedAlert, marks, service};
use super::Answers;
use super::record::EVENTS_MAX;
use super::recorded::{IN_HAND_MAX, is_in_hand};
use hw_api::{AlertsAnswer, Incident, Orders, Reported};
use hw_incident::{ALERTMANAGER, Author, Command, Name, NoteKind, Text};
use hw_model::IncidentId;
use hw_notify::inbound::AlertGroup;
use hw_web::{Answered, Failure, Page};
use hw_wire::WhatV1;
use std::collections::BTreeSet;
use std::sync::PoisonError;

/// What the record knows of a group.
#[derive(Default)]
struct Told {
    /// Alerts that were told.
    marks: BTreeSet<String>,
    /// The latest incident in which the group stands.
    incident: Option<Incident>,
    /// The latest one that people work on, and in which alerts of the same service stand.
    of_service: Option<IncidentId>,
}

impl Answers {
    /// Takes a post: what is new of it is written down.
    pub(super) fn take_alerts(&self, posted: serde_json::Value) -> Answered<AlertsAnswer> {
        let group = AlertGroup::of(posted);
        let group = group.map_err(|refusal| Failure::Invalid(refusal.to_string()))?;
        let posted = Posted::read(&group).map_err(Failure::Invalid)?;
        let _one_by_one = self.alerts.lock().unwrap_or_else(PoisonError::into_inner);
        let service = service(&posted.alerts.iter().collect::<Vec<_>>());
        let told = self.told_before(&posted, service.as_ref())?;
        let news = posted.news(&told.marks);
        let mut answer = AlertsAnswer {
            incident: told.incident.as_ref().map(|incident| incident.id.clone()),
            known: posted.alerts.iter().filter(|alert| told.marks.contains(&alert.mark)).count()
                as u64,
            ignored: posted.n_ignored,
            ..AlertsAnswer::default()
        };
        if news.iter().any(|alert| alert.is_firing) {
            self.report_alerts((&posted, &news), (told, service), &mut answer)?;
        } else if !news.is_empty() && told.incident.is_some() {
            self.end_alerts((&posted, &news), &told, &mut answer)?;
        }
        answer.words = words(&answer, news.len() as u64);
        Ok(answer)
    }

    /// Something burns: that is a report.
    fn report_alerts(
        &self,
        (posted, news): (&Posted, &[&PostedAlert]),
        (told, service): (Told, Option<Name>),
        answer: &mut AlertsAnswer,
    ) -> Answered<()> {
        let incident = match &told.incident {
            Some(incident) => self.in_hand_now(incident)?,
            None => None,
        };
        let reported = Reported {
            text: posted.text(news).map_err(Failure::Invalid)?,
            service,
            incident: incident.or(told.of_service),
            by: Name::recorded(ALERTMANAGER),
            at: None,
        };
        let done = self.take_report(reported, Some(&key(news)))?;
        let done = done.ok_or_else(|| Failure::Broken("the incident has gone".to_owned()))?;
        answer.incident = Some(done.incident.id);
        answer.opened = done.opened;
        answer.entry = done.entry.seq;
        answer.new = news.len() as u64;
        Ok(())
    }

    /// It burns no more: an observation, in the incident in which it stands.
    fn end_alerts(
        &self,
        (posted, news): (&Posted, &[&PostedAlert]),
        told: &Told,
        answer: &mut AlertsAnswer,
    ) -> Answered<()> {
        let Some(incident) = told.incident.as_ref().and_then(|incident| {
            IncidentId::from_word(incident.merged_into.as_ref().unwrap_or(&incident.id))
        }) else {
            return Ok(());
        };
        let text: Text = posted.text(news).map_err(Failure::Invalid)?;
        let orders = Orders {
            by: Author::named(Name::recorded(ALERTMANAGER)),
            at: None,
            commands: vec![Command::Note { kind: NoteKind::Observation, text }],
        };
        let Some(done) = self.done(incident, orders, Some(key(news)))? else { return Ok(()) };
        answer.incident = Some(done.incident.id);
        answer.entry = done.entries.last().and_then(|entry| entry.seq);
        answer.new = news.len() as u64;
        Ok(())
    }

    /// The incident itself, or the one it became part of, if people still work on it.
    fn in_hand_now(&self, incident: &Incident) -> Answered<Option<IncidentId>> {
        let Some(into) = &incident.merged_into else {
            return Ok(IncidentId::from_word(&incident.id).filter(|_| is_in_hand(incident)));
        };
        let Some(into) = IncidentId::from_word(into) else { return Ok(None) };
        let target = self.incident_words(into.0)?;
        Ok(target.filter(is_in_hand).map(|_| into))
    }

    /// Reads off the record what was told of a group.
    fn told_before(&self, posted: &Posted, service: Option<&Name>) -> Answered<Told> {
        let mut told = Told::default();
        let latest = Page { before: None, items_max: IN_HAND_MAX };
        for incident in self.incident_page(latest)? {
            let Some(id) = IncidentId::from_word(&incident.id) else { continue };
            let events = self.read(|reader| Ok(reader.events_of(id.0, 0, EVENTS_MAX)?))?;
            let mut is_of_group = false;
            for event in events.iter().map(|stored| &stored.event) {
                let (WhatV1::Reported { text, .. } | WhatV1::Noted { text, .. }) = &event.what
                else {
                    continue;
                };
                let of_us =
                    Some(text.as_str()).filter(|_| event.by.as_deref() == Some(ALERTMANAGER));
                let Some((group, alerts)) = of_us.and_then(marks) else { continue };
                if group == posted.group {
                    is_of_group = true;
                    told.marks.extend(alerts.map(str::to_owned));
                }
                if let WhatV1::Reported { service: Some(of), .. } = &event.what
                    && service.is_some_and(|service| service.as_str() == of)
                    && is_in_hand(&incident)
                    // Of other alerts nobody else would learn there.
                    && !incident.is_restricted()
                {
                    told.of_service = told.of_service.max(Some(id));
                }
            }
            // They come newest first.
            if is_of_group && told.incident.is_none() {
                told.incident = Some(incident);
            }
        }
        Ok(told)
    }
}

/// What is the same when the same is sent again.
fn key(news: &[&PostedAlert]) -> String {
    let marks: Vec<&str> = news.iter().map(|alert| alert.mark.as_str()).collect();
    format!("{ALERTMANAGER} {}", blake3::hash(marks.join(" ").as_bytes()).to_hex())
}

fn words(answer: &AlertsAnswer, n_news: u64) -> String {
    let alerts = |n: u64| if n == 1 { "1 alert".to_owned() } else { format!("{n} alerts") };
    let mut parts = Vec::new();
    if let (Some(incident), true) = (&answer.incident, answer.new > 0) {
        let opened = if answer.opened { ", which was opened for it" } else { "" };
        parts.push(format!("{} written into {incident}{opened}", alerts(answer.new)));
    } else if n_news > 0 {
        parts.push(format!("{} over that nothing was told of: nothing written", alerts(n_news)));
    }
    if answer.known > 0 {
        parts.push(format!("{} known: nothing written", alerts(answer.known)));
    }
    if answer.ignored > 0 {
        parts.push(format!("{} of Highwater itself ignored", alerts(answer.ignored)));
    }
    if parts.is_empty() {
        parts.push("no alert: nothing written".to_owned());
    }
    parts.join("; ")
}
