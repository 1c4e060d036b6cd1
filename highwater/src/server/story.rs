//! Events of the record as entries, each with a sentence that says it as it was said then.

mod acts;
mod after;
mod people;

use hw_api::{Entry, rfc3339};
use hw_engine::Deviation;
use hw_incident::{Author, Name, Record};
use hw_model::Timestamp;
use hw_store::StoredEvent;
use hw_wire::WhatV1;

/// What changes were: `deploy of router 1.4.2 -> 2.0.0`, by number.
pub(super) type ChangeNames<'a> = dyn FnMut(u32) -> Option<String> + 'a;

/// An event as it was said.
pub(super) fn entry(stored: &StoredEvent, names: &mut ChangeNames<'_>) -> Entry {
    let event = &stored.event;
    let (kind, about, because) = parts(&event.what);
    let (by, source) = match (&event.by, &event.what) {
        (None, WhatV1::Audit { by, did }) if !acts::is_our_own(did) => (by.as_str(), "person"),
        (None, _) => ("Highwater", "machine"),
        (Some(name), _) if Author::named(Name::recorded(name)).is_person() => {
            (name.as_str(), "person")
        }
        (Some(name), _) => (name.as_str(), "machine"),
    };
    Entry {
        seq: stored.incident_seq,
        event: stored.seq,
        incident: event.incident.map(|number| format!("INC-{number}")),
        kind: kind.to_owned(),
        timeline: timeline(&event.what).to_owned(),
        by: by.to_owned(),
        source: source.to_owned(),
        happened_at: rfc3339(Timestamp(event.at)),
        recorded_at: rfc3339(Timestamp(stored.recorded_at)),
        words: words(&event.what, names),
        about,
        value: value(&event.what).map(str::to_owned),
        because: because.to_vec(),
        before: Vec::new(),
        pinned: false,
    }
}

/// An entry of an incident as it reads now: amended, pinned.
pub(super) fn entry_now(
    stored: &StoredEvent,
    events: &[StoredEvent],
    record: &Record,
    names: &mut ChangeNames<'_>,
) -> Entry {
    let mut entry = entry(stored, names);
    let Some(known) = stored.incident_seq.and_then(|seq| record.entries.get(&seq)) else {
        return entry;
    };
    entry.pinned = known.is_pinned;
    if known.amended_by.is_empty() {
        return entry;
    }
    entry.happened_at = rfc3339(known.at);
    let mut what = stored.event.what.clone();
    let amendments = events
        .iter()
        .filter(|event| event.incident_seq.is_some_and(|seq| known.amended_by.contains(&seq)));
    for amendment in amendments {
        if let WhatV1::Amended { text: Some(text), .. } = &amendment.event.what {
            entry.before.push(words(&what, names));
            people::reword(&mut what, text);
        }
    }
    entry.words = words(&what, names);
    entry
}

/// Kind, subject and facts.
#[expect(clippy::wildcard_enum_match_arm, reason = "what people do is said in `people`")]
fn parts(what: &WhatV1) -> (&'static str, Option<String>, &[String]) {
    let shift = |number: &u32| Some(format!("S{number}"));
    let change = |number: &u32| Some(format!("C{number}"));
    match what {
        WhatV1::ChangeFound { change: number, .. } => ("change_found", change(number), &[]),
        WhatV1::ShiftDetected { shift: number, .. } => ("shift_detected", shift(number), &[]),
        WhatV1::ShiftEnded { shift: number } => ("shift_ended", shift(number), &[]),
        WhatV1::ShiftAccepted { shift: number } => ("shift_accepted", shift(number), &[]),
        WhatV1::ShiftSettled { shift: number } => ("shift_settled", shift(number), &[]),
        WhatV1::OriginNamed { because, .. } => ("origin_named", None, because),
        WhatV1::VerdictChanged { change: number, because, .. } => {
            ("verdict_changed", change(number), because)
        }
        WhatV1::EffectKnown { change: number, because, .. } => {
            ("effect_known", change(number), because)
        }
        WhatV1::IncidentMerged { into, .. } => {
            ("incident_merged", Some(format!("INC-{into}")), &[])
        }
        WhatV1::IncidentEnded => ("incident_ended", None, &[]),
        WhatV1::RepairSeen { change: number } => ("repair_seen", change(number), &[]),
        WhatV1::Audit { did, .. } => acts::parts(did),
        WhatV1::After { did } => {
            let (kind, about) = after::parts(did);
            (kind, about, &[])
        }
        other => people::parts(other),
    }
}

/// What it says as a word of a closed list, if it says one.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others say none")]
fn value(what: &WhatV1) -> Option<&str> {
    match what {
        WhatV1::VerdictChanged { verdict: value, .. }
        | WhatV1::EffectKnown { effect: value, .. }
        | WhatV1::MitigationChecked { effect: value, .. }
        | WhatV1::StatusSet { status: value, .. }
        | WhatV1::SeveritySet { severity: value, .. } => Some(value),
        WhatV1::After { did } => after::value(did),
        WhatV1::IncidentOpened { is_declared: true, .. } => Some("active"),
        WhatV1::IncidentOpened { is_declared: false, .. } => Some("triage"),
        _ => None,
    }
}

/// What an event is on a timeline.
#[expect(clippy::wildcard_enum_match_arm, reason = "what people do is said in `people`")]
fn timeline(what: &WhatV1) -> &'static str {
    match what {
        WhatV1::ChangeFound { .. } | WhatV1::VerdictChanged { .. } => "change",
        WhatV1::ShiftDetected { .. }
        | WhatV1::ShiftEnded { .. }
        | WhatV1::ShiftSettled { .. }
        | WhatV1::OriginNamed { .. } => "alert",
        WhatV1::ShiftAccepted { .. } => "decision",
        WhatV1::EffectKnown { .. } | WhatV1::IncidentEnded | WhatV1::RepairSeen { .. } => "check",
        WhatV1::IncidentMerged { .. } => "status",
        WhatV1::Audit { .. } => "action",
        WhatV1::After { .. } => "follow_up",
        other => people::timeline(other),
    }
}

/// What an event says.
#[expect(clippy::wildcard_enum_match_arm, reason = "what people do is said in `people`")]
pub(super) fn words(what: &WhatV1, names: &mut ChangeNames<'_>) -> String {
    let mut change_words = |number: &u32| match names(*number) {
        Some(name) => format!("{name} (C{number})"),
        None => format!("C{number}"),
    };
    match what {
        WhatV1::ChangeFound { .. } => found_words(what),
        WhatV1::ShiftDetected { .. } => shift_words(what),
        WhatV1::ShiftEnded { shift } => format!("S{shift} is over: the figure is back"),
        WhatV1::ShiftAccepted { shift } => {
            format!("S{shift} was accepted: what the figure does now is its new normal")
        }
        WhatV1::ShiftSettled { shift } => {
            format!(
                "S{shift} has lasted for a month: it is not held against what was usual before any more"
            )
        }
        WhatV1::OriginNamed { service, confidence, .. } => {
            format!("it starts at {service} ({:.0} % sure)", confidence * 100.0)
        }
        WhatV1::VerdictChanged { change, verdict, probability, .. } => format!(
            "{}: {} (probability {probability:.2} that it caused this)",
            change_words(change),
            verdict.replace('_', " ")
        ),
        WhatV1::EffectKnown { change, effect, .. } => {
            format!("{} {}", change_words(change), hw_api::effect_words(effect))
        }
        WhatV1::IncidentMerged { into, reason: None } => {
            format!("it turned out to be part of INC-{into}")
        }
        WhatV1::IncidentEnded => {
            "all its figures are back, or what they do is normal now".to_owned()
        }
        WhatV1::RepairSeen { change } => format!(
            "{} counts as the repair: for an hour since then none of its figures has shifted; what comes \
             back from now on is another incident",
            change_words(change)
        ),
        WhatV1::Audit { by, did } => acts::words(by, did),
        WhatV1::After { did } => after::words(did),
        other => people::words(other),
    }
}

/// A figure that deviates, for somebody who asks.
pub(super) fn deviation_words(deviation: &Deviation) -> String {
    let Deviation { service, signal, hop, value, usual, now, n, is_shifted, .. } = deviation;
    let place = hop.as_ref().map_or_else(String::new, |hop| format!(" on {hop}"));
    let value = value.as_ref().map_or_else(String::new, |value| format!(" \"{value}\""));
    let signal = signal.word();
    let behind = match signal {
        "volume" => String::new(),
        _ => format!(", {n:.0} counted"),
    };
    let told = if *is_shifted { "; told as a shift" } else { "; below the alarm line" };
    format!(
        "{signal}{value} of {service}: {} in the last 10 min{behind}, usually {}{place}{told}",
        figure(signal, *now, *usual),
        figure(signal, *usual, *now)
    )
}

fn found_words(what: &WhatV1) -> String {
    let WhatV1::ChangeFound {
        change,
        change_kind,
        service,
        from_version,
        to_version,
        happened_at,
        source,
    } = what
    else {
        return String::new();
    };
    let source = hw_api::source_words(source);
    let versions = (from_version.as_deref(), to_version.as_deref());
    let name = hw_api::change_name(change_kind, service, versions);
    format!("C{change}: {name} at {} ({source})", rfc3339(Timestamp(*happened_at)))
}

fn shift_words(what: &WhatV1) -> String {
    let WhatV1::ShiftDetected {
        shift, signal, service, hop, value, before, after, onset_at, ..
    } = what
    else {
        return String::new();
    };
    let since = rfc3339(Timestamp(*onset_at));
    if signal == "no_data" {
        return format!("S{shift}: no telemetry came from {service} since {since}");
    }
    let place = hop.as_ref().map_or_else(String::new, |hop| format!(" on {hop}"));
    let value = value.as_ref().map_or_else(String::new, |value| format!(" \"{value}\""));
    let went = if after >= before { "rose" } else { "fell" };
    format!(
        "S{shift}: {signal}{value} of {service} {went} from {} to {} at {since}{place}",
        figure(signal, *before, *after),
        figure(signal, *after, *before)
    )
}

/// A figure: a share in percent unless one of the two is no share.
fn figure(signal: &str, x: f64, other: f64) -> String {
    match signal {
        "volume" | "log" => format!("{x:.2}/s"),
        _ if x.max(other) <= 1.0 => format!("{:.1} %", x * 100.0),
        _ => format!("{x:.2} per item"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_sentences() {
        let shift = WhatV1::ShiftDetected {
            shift: 2,
            signal: "answers".to_owned(),
            service: "eligibility".to_owned(),
            hop: Some("screening|in|eligibility|ask".to_owned()),
            value: Some("go".to_owned()),
            before: 0.49,
            after: 1.0,
            onset_at: 1_795_330_494_000_000_000,
            onset_from: 0,
            onset_to: 0,
            evidence_nats: 40.0,
        };
        assert_eq!(
            words(&shift, &mut |_| None),
            "S2: answers \"go\" of eligibility rose from 49.0 % to 100.0 % at \
             2026-11-22T06:54:54.000Z on screening|in|eligibility|ask"
        );
        let change = WhatV1::ChangeFound {
            change: 1,
            change_kind: "deploy".to_owned(),
            service: "router".to_owned(),
            from_version: Some("1.4.2".to_owned()),
            to_version: Some("2.0.0".to_owned()),
            happened_at: 1_795_330_494_000_000_000,
            source: "telemetry".to_owned(),
        };
        assert_eq!(
            words(&change, &mut |_| None),
            "C1: deploy of router 1.4.2 -> 2.0.0 at 2026-11-22T06:54:54.000Z (seen in telemetry)"
        );
    }
}
