//! What a drill is played from: what could be seen of an incident while it went on, and what the record says.

use crate::client::{Api, percent_encoded};
use hw_api::{Change, Entry, Hop, Incident, Window, Windows, instant, rfc3339};
use hw_model::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Hops that are shown: those on which most was counted.
const HOPS_MAX: usize = 12;

/// Steps of a drill, at about, behind the quiet ones before.
const STEPS: f64 = 10.0;

/// Quiet steps before the onset.
const QUIET_STEPS: f64 = 3.0;

/// Seconds before the onset from which on changes are shown.
const CHANGES_S: f64 = 36.0 * 3_600.0;

/// Lengths of a step in seconds, of which the first that makes few enough steps is taken.
const LENGTHS: [i64; 11] = [10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400];

/// An incident that can be played.
pub(crate) struct Recording {
    pub incident: Incident,
    pub entries: Vec<Entry>,
    /// Changes from a day and a half before the onset on, oldest first.
    pub changes: Vec<Change>,
    pub hops: Vec<Counted>,
    pub plan: Plan,
}

/// A hop with what was counted on it, step by step.
pub(crate) struct Counted {
    pub hop: Hop,
    pub windows: Vec<Window>,
}

/// Which stretch is played, and in which steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Plan {
    pub from: Timestamp,
    pub onset: Timestamp,
    pub to: Timestamp,
    pub step_s: i64,
}

/// Why an incident cannot be played.
#[derive(Debug)]
pub(crate) struct DrillError(String);

impl std::fmt::Display for DrillError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DrillError {}

impl Recording {
    /// Asks the server for all of it.
    pub(super) fn read(api: &Api, incident: &str) -> anyhow::Result<Self> {
        let path = format!("/api/v1/incidents/{}", percent_encoded(incident));
        let incident: Incident = api.get(&path)?;
        let entries = read(api.list(&format!("{path}/entries"))?);
        let mut changes: Vec<Change> = read(api.list("/api/v1/changes")?);
        let plan = Plan::of(&incident, &changes).ok_or_else(|| {
            let id = &incident.id;
            DrillError(format!("{id} cannot be played: no figure speaks of it, or it is still new"))
        })?;
        let since = plan.onset.plus_s(-CHANGES_S);
        changes.retain(|change| instant(&change.at).is_some_and(|at| at >= since));
        changes.sort_by(|a, b| a.at.cmp(&b.at));
        let mut hops: Vec<Hop> = read(api.list("/api/v1/hops")?);
        hops.sort_by_key(|hop| std::cmp::Reverse(hop.left));
        hops.truncate(HOPS_MAX);
        hops.sort_by(|a, b| a.id.cmp(&b.id));
        let counted = hops.into_iter().map(|hop| Counted::read(api, hop, plan));
        let hops = counted.collect::<anyhow::Result<Vec<_>>>()?;
        if hops.iter().all(|counted| counted.windows.is_empty()) {
            let id = &incident.id;
            return Err(DrillError(format!(
                "{id} cannot be played: what was counted around it is no longer kept"
            ))
            .into());
        }
        Ok(Self { incident, entries, changes, hops, plan })
    }
}

impl Counted {
    fn read(api: &Api, hop: Hop, plan: Plan) -> anyhow::Result<Self> {
        let path = format!(
            "/api/v1/hops/{}/windows?from={}&to={}&step={}",
            percent_encoded(&hop.id),
            percent_encoded(&rfc3339(plan.from)),
            percent_encoded(&rfc3339(plan.to)),
            plan.step_s
        );
        let windows: Windows = api.get(&path)?;
        Ok(Self { hop, windows: windows.items })
    }
}

impl Plan {
    /// From some quiet steps on to just before what helped; `None` if there is no stretch to play.
    fn of(incident: &Incident, changes: &[Change]) -> Option<Self> {
        incident.detected_at.as_ref()?;
        let onset = instant(&incident.started_at)?;
        let helped = incident.mitigations.iter().filter(|tried| tried.effect == "worked");
        let at = |id: &str| {
            let change = changes.iter().find(|change| change.id == id)?;
            instant(&change.at)
        };
        let helped = helped.filter_map(|tried| at(&tried.change)).filter(|at| *at > onset).min();
        let record = incident.record.as_ref();
        let mitigated = record.and_then(|record| instant(record.times.mitigated_at.as_deref()?));
        let ended = incident.ended_at.as_deref().and_then(instant);
        let to = helped.or(mitigated).or(ended)?;
        let lasts_s = to.seconds_since(onset);
        let step =
            *LENGTHS.iter().find(|step| lasts_s / **step as f64 <= STEPS).or(LENGTHS.last())?;
        let floor = |at: Timestamp| Timestamp::from_s(at.tick().0 - at.tick().0.rem_euclid(step));
        let (from, to) = (floor(onset.plus_s(-QUIET_STEPS * step as f64)), floor(to));
        (to > onset).then_some(Self { from, onset, to, step_s: step })
    }
}

fn read<T: DeserializeOwned>(items: Vec<Value>) -> Vec<T> {
    items.into_iter().filter_map(|item| serde_json::from_value(item).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incident() -> Incident {
        serde_json::from_value(serde_json::json!({
            "id": "INC-1", "title": "screening passes all", "started_at": "2026-11-23T06:11:00.000Z",
            "detected_at": "2026-11-23T06:11:15.000Z", "ended_at": "2026-11-23T06:21:00.000Z",
            "shifts": [], "origins": [], "cleared": [], "trail": [], "leads": [], "changes": [],
            "mitigations": [{"change": "C3", "effect": "worked", "because": []}], "redeploy": [],
            "impact": null,
        }))
        .unwrap()
    }

    fn change(id: &str, at: &str) -> Change {
        serde_json::from_value(serde_json::json!({
            "id": id, "kind": "restart", "service": "eligibility", "from_version": null,
            "to_version": null, "at": at, "source": "telemetry", "reverses": null, "redeploy_of": null,
        }))
        .unwrap()
    }

    #[test]
    fn drill_ends_before_what_helped() {
        let plan = Plan::of(&incident(), &[change("C3", "2026-11-23T06:20:03.000Z")]).unwrap();
        let words = |at| rfc3339(at);
        assert_eq!(
            (words(plan.from), words(plan.to)),
            ("2026-11-23T06:08:00.000Z".into(), "2026-11-23T06:20:00.000Z".into())
        );
        assert_eq!(plan.step_s, 60);
    }

    #[test]
    fn without_figures_or_an_end_there_is_nothing_to_play() {
        let told = Incident { detected_at: None, ..incident() };
        assert_eq!(Plan::of(&told, &[]), None);
        let open = Incident { ended_at: None, mitigations: Vec::new(), ..incident() };
        assert_eq!(Plan::of(&open, &[]), None);
    }
}
