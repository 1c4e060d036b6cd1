//! What a team can learn from its own record: figures, each with its definition and its counts.

mod freeze;
mod knowledge;
mod redeploy;
mod similar;

pub use freeze::{FreezeAnswer, MovedDeploy, Waits};
pub use knowledge::{Knower, KnowledgeMap, ServiceKnowledge};
pub use redeploy::{RedeployItem, VerdictIn};
pub use similar::SimilarIncident;

use crate::number::ratio;
use crate::time::rfc3339;
use hw_learn::{Detector, Dora, Log};
use hw_model::{ChangeId, IncidentId, Interval};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The team's record over a stretch of time. It is computed from what the one who asks may see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TeamRecord {
    /// Start of the stretch.
    pub from: String,
    /// Its end.
    pub to: String,
    /// Since when anything is known.
    pub known_from: String,
    /// Incidents that began in it; declined ones and parts of others are none.
    pub incidents: u64,
    /// Reports that are only watched, and counted nowhere.
    pub watched: u64,
    /// How often it is deployed.
    pub deployment_frequency: DeploymentFrequency,
    /// How long a change takes from its commit until it runs.
    pub change_lead_time: NotKnown,
    /// How many deploys fail.
    pub change_failure_rate: ChangeFailureRate,
    /// How long a failed deploy does harm.
    pub failed_deployment_recovery_time: DefinedTimes,
    /// How much is deployed because of incidents.
    pub rework_rate: ReworkRate,
    /// How long it took to detect, notice, decide, mitigate, resolve.
    pub times: Vec<TimesLeg>,
    /// Who noticed first, those most often first.
    pub noticed: Vec<FirstNoticed>,
    /// How much of the timelines was written while it happened.
    pub live: LiveShare,
    /// What all of this rests on, and what is left out.
    pub notes: Vec<String>,
}

/// So many of so many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CountedFigure {
    /// What it is called.
    pub name: String,
    /// What is counted of what.
    pub definition: String,
    /// So many.
    pub numerator: u64,
    /// Of so many.
    pub denominator: u64,
    /// What is counted in the numerator.
    pub counted: Vec<String>,
    /// The smallest share that these counts leave possible (95 %); null if nothing was counted.
    pub low: Option<f64>,
    /// The largest.
    pub high: Option<f64>,
    /// The same in a sentence.
    pub words: String,
}

/// How often it is deployed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeploymentFrequency {
    /// What is counted.
    pub definition: String,
    /// Deploys.
    pub deploys: u64,
    /// In so many days.
    pub days: f64,
    /// Deploys by service, the most first.
    pub by_service: Vec<ServiceDeploys>,
    /// The same in a sentence.
    pub words: String,
}

/// Deploys of one service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceDeploys {
    /// The service.
    pub service: String,
    /// How many.
    pub deploys: u64,
}

/// A figure that is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotKnown {
    /// What it would be.
    pub definition: String,
    /// Why it is not known.
    pub because: String,
}

/// How many deploys fail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChangeFailureRate {
    /// Deploys that the data implicates.
    pub measured: CountedFigure,
    /// Deploys of which it cannot say yet whether they failed.
    pub undecided: Vec<String>,
    /// Implicated changes that are no deploys: flags, configuration.
    pub others: Vec<String>,
    /// What other ways to count give.
    pub naive: Vec<NaiveRate>,
    /// All of it in a sentence.
    pub words: String,
}

/// What another way to count gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NaiveRate {
    /// Who counts so.
    pub like: String,
    /// The figure.
    pub figure: CountedFigure,
    /// Of what it counts, deploys that are exonerated.
    pub innocent: Vec<String>,
}

/// How much is deployed because of incidents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReworkRate {
    /// Releases that an incident caused, of all.
    pub figure: CountedFigure,
    /// Deploys that were taken back.
    pub rollbacks: Vec<String>,
    /// Changes that were taken back and deployed once more.
    pub again: Vec<String>,
    /// Deploys that were to repair something.
    pub repairs: Vec<String>,
}

/// Lengths of time, with what they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DefinedTimes {
    /// From when to when.
    pub definition: String,
    /// The lengths.
    pub all: TimesSpread,
}

/// One leg of the way of incidents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimesLeg {
    /// detect, notice, decide, mitigate, resolve.
    pub name: String,
    /// From when to when.
    pub definition: String,
    /// Of all incidents.
    pub all: TimesSpread,
    /// Of those that a machine noticed first.
    pub machine_first: TimesSpread,
    /// Of those that a person noticed first.
    pub person_first: TimesSpread,
}

/// Lengths of time of several incidents. There is no mean: one night moves it by hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimesSpread {
    /// How many are known.
    pub n: u64,
    /// Of how many more it is not known.
    pub n_without: u64,
    /// Each, the shortest first.
    pub values: Vec<TimeOf>,
    /// Half are shorter; null below three values.
    pub median_s: Option<f64>,
    /// Nine in ten are not longer; null below three values.
    pub p90_s: Option<f64>,
    /// The same in a sentence.
    pub words: String,
}

/// A length of time of one incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimeOf {
    /// The incident.
    pub incident: String,
    /// How long.
    pub seconds: f64,
}

/// Somebody who noticed first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FirstNoticed {
    /// Who: a name, Highwater, another program.
    pub by: String,
    /// machine, person.
    pub source: String,
    /// In which incidents.
    pub incidents: Vec<String>,
}

/// How much of the timelines was written while it happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LiveShare {
    /// What is counted.
    pub definition: String,
    /// Entries of people that were written live; null if that is not known.
    pub live: Option<u64>,
    /// Entries of people; null if it is not known which were live.
    pub entries: Option<u64>,
    /// The same per incident.
    pub incidents: Vec<LiveIncident>,
    /// The same in a sentence.
    pub words: String,
}

/// How much of one timeline was written while it happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LiveIncident {
    /// The incident.
    pub incident: String,
    /// Entries of people that were written live.
    pub live: u64,
    /// Entries of people.
    pub entries: u64,
}

impl TeamRecord {
    /// The record of a team over a stretch of its log. `notes` say what is left out of it.
    #[must_use]
    pub fn of(log: &Log, period: Interval, notes: Vec<String>) -> Self {
        let dora = hw_learn::dora(log, period);
        let times = hw_learn::times(log, period);
        let noticed = hw_learn::who_noticed(log, period);
        Self {
            from: rfc3339(period.from),
            to: rfc3339(period.to),
            known_from: rfc3339(log.known_from),
            incidents: log.n_incidents(period),
            watched: log.n_watched(period),
            deployment_frequency: DeploymentFrequency::from(&dora.frequency),
            change_lead_time: lead_time(&dora),
            change_failure_rate: ChangeFailureRate::from(&dora.failure_rate),
            failed_deployment_recovery_time: DefinedTimes {
                definition: dora.recovery_definition.to_owned(),
                all: TimesSpread::from(&dora.recovery),
            },
            rework_rate: ReworkRate::from(&dora.rework),
            times: times.iter().map(TimesLeg::from).collect(),
            noticed: noticed.iter().map(FirstNoticed::from).collect(),
            live: LiveShare::from(&hw_learn::live(log, period)),
            notes,
        }
    }
}

fn lead_time(dora: &Dora) -> NotKnown {
    NotKnown {
        definition: "from when the code of a deploy was committed until it ran".to_owned(),
        because: dora.lead_time_unknown.to_owned(),
    }
}

fn changes(ids: &[ChangeId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

fn incidents(ids: &[IncidentId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

impl From<&hw_learn::Figure> for CountedFigure {
    fn from(figure: &hw_learn::Figure) -> Self {
        Self {
            name: figure.name.to_owned(),
            definition: figure.definition.to_owned(),
            numerator: figure.numerator,
            denominator: figure.denominator,
            counted: figure.counted.clone(),
            low: figure.interval.map(|(low, _)| ratio(low)),
            high: figure.interval.map(|(_, high)| ratio(high)),
            words: figure.words.clone(),
        }
    }
}

impl From<&hw_learn::Frequency> for DeploymentFrequency {
    fn from(frequency: &hw_learn::Frequency) -> Self {
        let by_service = frequency.by_service.iter().map(|(service, deploys)| ServiceDeploys {
            service: service.clone(),
            deploys: *deploys,
        });
        Self {
            definition: frequency.definition.to_owned(),
            deploys: frequency.deploys,
            days: ratio(frequency.days),
            by_service: by_service.collect(),
            words: frequency.words.clone(),
        }
    }
}

impl From<&hw_learn::FailureRate> for ChangeFailureRate {
    fn from(rate: &hw_learn::FailureRate) -> Self {
        let naive = rate.naive.iter().map(|naive| NaiveRate {
            like: naive.like.to_owned(),
            figure: CountedFigure::from(&naive.figure),
            innocent: changes(&naive.innocent),
        });
        Self {
            measured: CountedFigure::from(&rate.figure),
            undecided: changes(&rate.undecided),
            others: changes(&rate.others),
            naive: naive.collect(),
            words: rate.words.clone(),
        }
    }
}

impl From<&hw_learn::Rework> for ReworkRate {
    fn from(rework: &hw_learn::Rework) -> Self {
        Self {
            figure: CountedFigure::from(&rework.figure),
            rollbacks: changes(&rework.rollbacks),
            again: changes(&rework.again),
            repairs: changes(&rework.repairs),
        }
    }
}

impl From<&hw_learn::Spread> for TimesSpread {
    fn from(spread: &hw_learn::Spread) -> Self {
        let values = spread
            .values
            .iter()
            .map(|value| TimeOf { incident: value.incident.to_string(), seconds: value.seconds });
        Self {
            n: spread.values.len() as u64,
            n_without: spread.n_without,
            values: values.collect(),
            median_s: spread.median_s,
            p90_s: spread.p90_s,
            words: spread.words.clone(),
        }
    }
}

impl From<&hw_learn::Leg> for TimesLeg {
    fn from(leg: &hw_learn::Leg) -> Self {
        Self {
            name: leg.name.to_owned(),
            definition: leg.definition.to_owned(),
            all: TimesSpread::from(&leg.all),
            machine_first: TimesSpread::from(&leg.machine_first),
            person_first: TimesSpread::from(&leg.person_first),
        }
    }
}

impl From<&hw_learn::WhoNoticed> for FirstNoticed {
    fn from(noticed: &hw_learn::WhoNoticed) -> Self {
        Self {
            by: noticed.by.to_string(),
            source: Detector::of(&noticed.by).word().to_owned(),
            incidents: incidents(&noticed.incidents),
        }
    }
}

impl From<&hw_learn::Live> for LiveShare {
    fn from(live: &hw_learn::Live) -> Self {
        let of_incidents = live.incidents.iter().map(|of| LiveIncident {
            incident: of.incident.to_string(),
            live: of.live,
            entries: of.all,
        });
        let known = live.unknown.is_none();
        Self {
            definition: live.definition.to_owned(),
            live: known.then_some(live.live),
            entries: known.then_some(live.all),
            incidents: of_incidents.collect(),
            words: live.words.clone(),
        }
    }
}
