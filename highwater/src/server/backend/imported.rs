//! Post mortems that were written elsewhere: read, kept, listed and told as they are kept.

use super::Answers;
use super::access::mixed_up;
use crate::administration::{Act, Done, NewImport};
use hw_api::{ImportAnswer, ImportBody, ImportedPostmortem, Postmortem, rfc3339};
use hw_document::Imported;
use hw_model::{Timestamp, plain};
use hw_store::{ImportKey, StoredImport};
use hw_web::{Answered, Failure, Page};

/// Bytes of a text that is imported: a long post mortem has a tenth of it.
const TEXT_BYTES_MAX: usize = 512 * 1024;

/// Bytes of what is kept of it.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Letters of the name of a file, and of a title.
const NAME_MAX: usize = 200;

impl Answers {
    /// Keeps a post mortem, unless the same text is kept.
    pub(super) fn import_text(&self, asked: &ImportBody, by: &str) -> Answered<ImportAnswer> {
        let name = plain(&asked.name, NAME_MAX);
        if asked.text.len() > TEXT_BYTES_MAX {
            let n = asked.text.len();
            let words = format!("{name} has {n} bytes, and {TEXT_BYTES_MAX} can be kept");
            return Err(Failure::Invalid(words));
        }
        let digest = blake3::hash(asked.text.as_bytes()).to_hex().to_string();
        if let Some(kept) = self.import_of(ImportKey::Digest(&digest))? {
            return Ok(ImportAnswer { postmortem: told(&kept), added: false, notes: Vec::new() });
        }
        let read = hw_document::import(&name, &asked.text)
            .map_err(|fault| Failure::Invalid(format!("{name} {}", fault.words)))?;
        let new = new_import(&read, digest.clone())?;
        let by = asked.by.as_deref().unwrap_or(by);
        match self.administer(Act::Import(Box::new(new)), by)? {
            Done::Noted(_) => {}
            Done::Full => {
                let words = "as many post mortems are kept as there may be";
                return Err(Failure::Conflict(words.to_owned()));
            }
            Done::Created(..) | Done::Revoked(_) | Done::NoToken => return Err(mixed_up()),
            Done::Rule(_) | Done::NoRule | Done::Stood => return Err(mixed_up()),
        }
        let kept = self.import_of(ImportKey::Digest(&digest))?;
        let kept = kept.ok_or_else(|| Failure::Broken(format!("{name} is not there")))?;
        Ok(ImportAnswer { postmortem: told(&kept), added: true, notes: read.notes })
    }

    /// What is kept, the newest import first.
    pub(super) fn import_list(&self, page: Page) -> Answered<Vec<ImportedPostmortem>> {
        let page = hw_store::Page { before: page.before, items_max: page.items_max };
        let found = self.read(|reader| Ok(reader.imports(page)?))?;
        // What is damaged keeps its place: a list that ends before its end would hide the others.
        Ok(found.iter().map(|found| found.as_ref().map_or_else(|id| damaged(*id), told)).collect())
    }

    /// One as JSON; `None` if there is none.
    pub(super) fn import_text_of(&self, number: u32) -> Answered<Option<String>> {
        let kept = self.import_of(ImportKey::Number(number))?;
        Ok(kept.map(|kept| kept.body))
    }

    fn import_of(&self, key: ImportKey<'_>) -> Answered<Option<StoredImport>> {
        match self.read(|reader| Ok(reader.import(key)?))? {
            None => Ok(None),
            Some(Ok(kept)) => Ok(Some(kept)),
            Some(Err(id)) => Err(Failure::Broken(format!(
                "OLD-{id} is damaged on disk: `highwater verify` says so; restore a backup"
            ))),
        }
    }
}

/// What is kept of a text that was read.
fn new_import(read: &Imported, digest: String) -> Answered<NewImport> {
    let (name, document) = (read.name.clone(), &read.document);
    if !document.restricted_to.is_empty() {
        let words = format!(
            "{name} is restricted to some people, and what is imported may be read by all who may read"
        );
        return Err(Failure::Invalid(words));
    }
    let title = match plain(&document.title, NAME_MAX) {
        title if title.trim().is_empty() => name.clone(),
        title => title,
    };
    let body = serde_json::to_string(&Postmortem::from(document));
    let body = body.map_err(|wrong| Failure::Broken(format!("{name}: {wrong}")))?;
    if body.len() > BODY_BYTES_MAX {
        let n = body.len();
        let words = format!("{name} becomes {n} bytes, and {BODY_BYTES_MAX} can be kept");
        return Err(Failure::Invalid(words));
    }
    Ok(NewImport { digest, name, title, at: document.at, body })
}

/// One as it is listed.
pub(super) fn told(kept: &StoredImport) -> ImportedPostmortem {
    ImportedPostmortem {
        id: format!("OLD-{}", kept.id),
        title: kept.title.clone(),
        at: kept.at.map(|at| rfc3339(Timestamp(at))),
        name: kept.name.clone(),
        by: kept.by.clone(),
        imported_at: rfc3339(Timestamp(kept.imported_at)),
    }
}

/// What is left of one that cannot be read.
fn damaged(id: u32) -> ImportedPostmortem {
    ImportedPostmortem {
        id: format!("OLD-{id}"),
        title: "damaged on disk: `highwater verify` says so; restore a backup".to_owned(),
        at: None,
        name: String::new(),
        by: String::new(),
        imported_at: rfc3339(Timestamp(0)),
    }
}
