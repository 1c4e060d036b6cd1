//! Imported post mortems: each text is kept once. Who imported one stands in the audit, with the digest of
//! what is kept, so that what is altered afterwards does not pass for what was imported.

use super::Done;
use hw_model::Timestamp;
use hw_store::{Group, StoredImport, WriteError};
use hw_wire::{ActV1, EventV1};

/// Post mortems that are kept at most: a search reads them all.
const IMPORTS_MAX: u32 = 5_000;

/// Bytes of all of them.
const BYTES_MAX: u64 = 256 * 1024 * 1024;

/// A post mortem that is to be kept.
#[derive(Clone, Debug)]
pub(crate) struct NewImport {
    /// Of its text, in hexadecimal.
    pub digest: String,
    pub name: String,
    pub title: String,
    pub at: Option<Timestamp>,
    /// The document, as JSON.
    pub body: String,
}

/// Keeps one, unless its text is there. Whoever wants to know its number asks for its digest.
pub(super) fn keep(
    group: &mut Group<'_>,
    (new, by): (&NewImport, &str),
    now: Timestamp,
) -> Result<Done, WriteError> {
    let kept = Done::Noted(Vec::new());
    if group.has_import(&new.digest)? {
        return Ok(kept);
    }
    let known = group.imports_kept()?;
    if known.n >= IMPORTS_MAX || known.bytes + new.body.len() as u64 > BYTES_MAX {
        return Ok(Done::Full);
    }
    let NewImport { digest, name, title, at, body } = new.clone();
    let id = group.next_import()?;
    let content = blake3::hash(body.as_bytes()).to_hex().to_string();
    let at = at.map(|at| at.0);
    let (imported_at, importer) = (now.0, by.to_owned());
    let stored =
        StoredImport { id, digest, name: name.clone(), title, at, imported_at, by: importer, body };
    group.put_import(&stored)?;
    let did = ActV1::PostmortemImported { postmortem: id, name, digest: content };
    group.append_event(&EventV1::audit(now, by, did), now.0)?;
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::super::{Act, carry_out};
    use super::*;
    use hw_store::{Folder, Page, Reader, Store};

    #[test]
    fn text_is_kept_once_and_said_in_the_audit() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(Folder::take(folder.path()).unwrap()).unwrap();
        let now = Timestamp(1_795_330_000_000_000_000);
        let mut import = |digest: &str| {
            let (name, title) = ("queue.md".to_owned(), "The queue was stuck".to_owned());
            let body = "{}".to_owned();
            let new = NewImport { digest: digest.to_owned(), name, title, at: None, body };
            let act = Act::Import(Box::new(new));
            store.group(|group| carry_out(group, (&act, "anna"), now)).unwrap()
        };
        for digest in ["a1", "b2", "a1"] {
            assert!(matches!(import(digest), Done::Noted(_)), "{digest}");
        }
        let reader = Reader::open(store.paths()).unwrap();
        let kept = reader.imports(Page { before: None, items_max: 9 }).unwrap();
        let digests: Vec<String> = kept.into_iter().map(|found| found.unwrap().digest).collect();
        assert_eq!(digests, ["b2", "a1"]);
        let acts = reader.events_after(0, 9).unwrap();
        assert_eq!(acts.len(), 2);
        assert!(acts[0].event.encode().contains("postmortem_imported"), "{:?}", acts[0]);
    }
}
