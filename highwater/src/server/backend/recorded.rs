//! What stands in the record: the present words of changes, shifts and incidents.

use super::Answers;
use hw_store::Kind;
use hw_web::{Answered, Failure, Page};
use serde::de::DeserializeOwned;

impl Answers {
    pub(super) fn states<T: DeserializeOwned>(&self, kind: Kind, page: Page) -> Answered<Vec<T>> {
        let Page { before, items_max } = page;
        let page = hw_store::Page { before, items_max };
        let rows = self.read(|reader| Ok(reader.states(kind, page)?))?;
        rows.iter().map(|(number, body)| parse(kind, *number, body)).collect()
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
