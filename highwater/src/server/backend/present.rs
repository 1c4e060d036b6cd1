//! One page for somebody on call.

use super::Answers;
use crate::server::clock::ClockKind;
use crate::server::recent::Lately;
use hw_api::{Incident, Now, OpenIncident, Received, Streams, ratio, rfc3339};
use hw_engine::Engine;
use hw_model::{Timestamp, length_words};
use hw_store::Kind;
use hw_web::{Answered, Page};

/// Seconds without a new record after which it is said that nothing comes in: exporters send every
/// few seconds, metrics once a minute.
const SILENT_S: f64 = 120.0;

/// Incidents that are looked through for open ones: what is older is over.
const LOOKED_THROUGH: u32 = 1_000;

/// What the engine knows of the present.
struct Known {
    now: Option<Timestamp>,
    streams: Streams,
    coverage: f64,
}

impl Known {
    fn of(engine: &Engine) -> Self {
        let (watched, armed) = engine.n_watched();
        Self {
            now: Some(engine.now()).filter(|now| *now > Timestamp(i64::MIN)),
            streams: Streams { watched: watched as u64, armed: armed as u64 },
            coverage: engine.flow().coverage().share(),
        }
    }
}

impl Answers {
    pub(super) fn present(&self) -> Answered<Now> {
        let known = self.ask(0, Known::of)?;
        let page = Page { before: None, items_max: LOOKED_THROUGH };
        let incidents: Vec<Incident> = self.states(Kind::Incident, page)?;
        let is_open = |i: &&Incident| i.ended_at.is_none() && i.merged_into.is_none();
        let incidents: Vec<_> = incidents.iter().filter(is_open).map(in_short).collect();
        let (lately, troubles) = (self.counts.lately(), self.troubles());
        let (status, sentence) =
            self.judge((&incidents, &troubles), &lately, (known.streams, known.now.is_some()));
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
        let Streams { watched, armed } = streams;
        if armed == 0 {
            let sentence = format!(
                "Learning what is usual: a shift on {watched} figures would not be noticed yet; it \
                 takes some minutes of traffic."
            );
            return ("learning", sentence);
        }
        (
            "calm",
            format!("All is as usual on {armed} of {watched} figures; the others are learned."),
        )
    }
}

fn in_short(incident: &Incident) -> OpenIncident {
    let origin = incident.origins.first();
    let judged = |verdict: &str| {
        let judgements = incident.changes.iter().filter(|judged| judged.verdict == verdict);
        judgements.map(|judged| judged.change.clone()).collect()
    };
    let helped = incident.mitigations.iter().filter(|mitigation| mitigation.effect == "worked");
    OpenIncident {
        id: incident.id.clone(),
        title: incident.title.clone(),
        started_at: incident.started_at.clone(),
        detected_at: incident.detected_at.clone(),
        origin: origin.map(|origin| origin.service.clone()),
        confidence: origin.map(|origin| origin.confidence),
        implicated: judged("implicated"),
        exonerated: judged("exonerated"),
        helped: helped.map(|mitigation| mitigation.change.clone()).collect(),
        excess_items: incident.impact.map(|impact| impact.excess_items),
    }
}
