//! What stands in the record: the present words of changes, shifts and incidents.

use super::Answers;
use hw_api::Incident;
use hw_store::Kind;
use hw_web::{Answered, Failure, Page};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

/// Incidents that are looked through for open ones: what is older is over.
const LOOKED_THROUGH: u32 = 1_000;

/// What says whether an incident is over.
#[derive(Deserialize)]
struct End {
    ended_at: Option<IgnoredAny>,
    merged_into: Option<IgnoredAny>,
}

impl Answers {
    pub(super) fn states<T: DeserializeOwned>(&self, kind: Kind, page: Page) -> Answered<Vec<T>> {
        let Page { before, items_max } = page;
        let page = hw_store::Page { before, items_max };
        let rows = self.read(|reader| Ok(reader.states(kind, page)?))?;
        rows.iter().map(|(number, body)| parse(kind, *number, body)).collect()
    }

    /// Incidents that are open, newest first.
    pub(super) fn open_incidents(&self) -> Answered<Vec<Incident>> {
        let page = hw_store::Page { before: None, items_max: LOOKED_THROUGH };
        let rows = self.read(|reader| Ok(reader.states(Kind::Incident, page)?))?;
        let is_open = |body: &str| {
            let end: Result<End, _> = serde_json::from_str(body);
            end.map_or(true, |end| end.ended_at.is_none() && end.merged_into.is_none())
        };
        let open = rows.iter().filter(|(_, body)| is_open(body));
        open.map(|(number, body)| parse(Kind::Incident, *number, body)).collect()
    }

    pub(super) fn state<T: DeserializeOwned>(
        &self,
        kind: Kind,
        number: u32,
    ) -> Answered<Option<T>> {
        let body = self.read(|reader| Ok(reader.state(kind, number)?))?;
        body.map(|body| parse(kind, number, &body)).transpose()
    }
}

fn parse<T: DeserializeOwned>(kind: Kind, number: u32, body: &str) -> Answered<T> {
    serde_json::from_str(body).map_err(|error| {
        Failure::Broken(format!("{kind:?} {number} of the record cannot be read: {error}"))
    })
}
