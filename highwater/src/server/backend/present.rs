//! One page for somebody on call.

use super::Answers;
use crate::server::clock::ClockKind;
use crate::server::recent::Lately;
use hw_api::{
    Change, Incident, JudgedChange, Now, OpenIncident, Received, Streams, ratio, rfc3339,
};
use hw_engine::Engine;
use hw_model::{ChangeId, Timestamp, length_words};
use hw_store::Kind;
use hw_web::Answered;

/// Seconds without a new record after which it is said that nothing comes in: exporters send every
/// few seconds, metrics once a minute.
const SILENT_S: f64 = 120.0;

/// The title of an incident that only some may read, for everybody.
const RESTRICTED: &str = "restricted to some people";

/// What the engine knows of the present.
struct Known {
    /// Whether anything but our own canaries was ever counted.
    has_data: bool,
    now: Option<Timestamp>,
    streams: Streams,
    coverage: f64,
}

impl Known {
    fn of(engine: &Engine) -> Self {
        let (watched, armed) = engine.n_watched();
        let flow = engine.flow();
        Self {
            has_data: flow.services().any(|service| !flow.is_own(service)),
            now: Some(engine.now()).filter(|now| *now > Timestamp(i64::MIN)),
            streams: Streams {
                watched: watched as u64,
                armed: armed as u64,
                blunt: engine.n_blunt() as u64,
            },
            coverage: flow.coverage().share(),
        }
    }
}

impl Answers {
    pub(super) fn present(&self) -> Answered<Now> {
        let known = self.ask(0, Known::of)?;
        let open = self.open_incidents()?;
        let incidents = open.iter().map(|incident| self.in_short(incident));
        let incidents = incidents.collect::<Answered<Vec<_>>>()?;
        let (lately, troubles) = (self.counts.lately(), self.troubles());
        let (status, sentence) =
            self.judge((&incidents, &troubles), &lately, (known.streams, known.has_data));
        Ok(Now {
            status: status.to_owned(),
            sentence,
            incidents,
            troubles,
            clock: self.clock.word().to_owned(),
            now: known.now.map(rfc3339),
            streams: known.streams,
            coverage: ratio(known.coverage),
            received: Received {
                last_minute: lately.records,
                last_record_at: lately.last_record_at.map(rfc3339),
                last_age_s: lately.age_s.map(|age| (age * 10.0).round() / 10.0),
            },
            batches_behind: self.counts.behind(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    /// The status, and its sentence.
    fn judge(
        &self,
        (incidents, troubles): (&[OpenIncident], &[String]),
        lately: &Lately,
        (streams, has_data): (Streams, bool),
    ) -> (&'static str, String) {
        if let Some(first) = incidents.first() {
            let more = incidents.len() - 1;
            let more = if more > 0 { format!(" And {more} more.") } else { String::new() };
            return ("incident", format!("{}: {}.{more}", first.id, first.title));
        }
        if let Some(trouble) = troubles.first() {
            return ("trouble", format!("Highwater itself: {trouble}."));
        }
        if !has_data && lately.age_s.is_none() {
            let sentence = "Nothing was received yet: point an exporter at this server.";
            return ("silent", sentence.to_owned());
        }
        let silent_s = lately.age_s.unwrap_or(lately.uptime_s);
        if self.clock == ClockKind::Wall && silent_s > SILENT_S {
            let sentence = format!("Nothing new was received for {}.", length_words(silent_s));
            return ("silent", sentence);
        }
        let Streams { watched, armed, .. } = streams;
        if armed == 0 {
            let sentence = format!(
                "Learning what is usual: a shift on {watched} figures would not be noticed yet; it \
                 takes some minutes of traffic."
            );
            return ("learning", sentence);
        }
        (
            "calm",
            match watched - armed {
                0 => format!("All is as usual, on all {watched} figures."),
                _ => format!(
                    "All is as usual on {armed} of {watched} figures; the others are learned."
                ),
            },
        )
    }

    fn in_short(&self, incident: &Incident) -> Answered<OpenIncident> {
        let origin = incident.origins.first();
        let record = incident.record.as_ref();
        let is_restricted = incident.is_restricted();
        let changes = incident.changes.iter().map(|judged| {
            let attempts = incident.mitigations.iter();
            let mut effects = attempts.filter(|attempt| attempt.change == judged.change);
            let id = ChangeId::from_word(&judged.change);
            let change = id.map(|id| self.state::<Change>(Kind::Change, id.0)).transpose()?;
            let change = change.flatten();
            Ok(JudgedChange {
                id: judged.change.clone(),
                words: change.as_ref().map(Change::name).unwrap_or_default(),
                at: change.map(|change| change.at).unwrap_or_default(),
                verdict: judged.verdict.clone(),
                probability: judged.probability,
                effect: effects.next().map(|attempt| attempt.effect.clone()),
            })
        });
        Ok(OpenIncident {
            id: incident.id.clone(),
            title: if is_restricted { RESTRICTED.to_owned() } else { incident.title.clone() },
            started_at: incident.started_at.clone(),
            detected_at: incident.detected_at.clone(),
            status: record.map(|record| record.status.clone()),
            severity: record.and_then(|record| record.severity.clone()),
            lead: record.filter(|_| !is_restricted).and_then(|it| it.lead()).map(str::to_owned),
            origin: origin.map(|origin| origin.service.clone()),
            confidence: origin.map(|origin| origin.confidence),
            changes: changes.collect::<Answered<_>>()?,
            excess_items: incident.impact.map(|impact| impact.excess_items),
        })
    }
}
