//! Ownership files: found at a place, read within their limits.

use super::places::OwnershipPlace;
use hw_people::{Owner, OwnerSource};
use hw_roster::{
    CATALOG_BYTES_MAX, CODEOWNERS_BYTES_MAX, CodeOwners, ListingsRead, Naming, Ownership,
    read_catalog, read_opslevel,
};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where CODEOWNERS stands in a repository: the first that is there counts, as GitHub and GitLab do it.
const CODEOWNERS: [&str; 4] =
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// Names of files that list services with their owners.
const LISTINGS: [&str; 4] =
    ["catalog-info.yaml", "catalog-info.yml", "opslevel.yml", "opslevel.yaml"];

/// What a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Services with their owners.
    Listings { source: OwnerSource, read: ListingsRead },
    /// Owners of paths, and the paths of services.
    Code { code: CodeOwners, paths: BTreeMap<String, String> },
}

/// Files by their paths, each read or with what is wrong.
pub(crate) type FilesRead = BTreeMap<String, Result<Content, String>>;

impl Content {
    /// Who owns what of the services in `naming`.
    pub(crate) fn ownership(&self, file: &str, naming: &Naming) -> Ownership {
        match self {
            Self::Listings { source, read } => {
                Ownership::of_listings(&read.listings, *source, file, naming)
            }
            Self::Code { code, paths } => {
                let naming = Naming { paths: paths.clone(), ..naming.clone() };
                Ownership::of_code(code, file, &naming)
            }
        }
    }

    /// Owners of one service.
    pub(crate) fn owners(&self, file: &str, service: &str, naming: &Naming) -> Vec<Owner> {
        let mut owners = self.ownership(file, naming).owners;
        owners.retain(|owner| owner.service == service);
        owners
    }

    /// Names that a catalog has, which may be services that were not seen yet.
    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        let listings = match self {
            Self::Listings { read, .. } => read.listings.as_slice(),
            Self::Code { .. } => &[],
        };
        listings.iter().map(|listing| &listing.name)
    }

    /// How much it says.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Listings { read, .. } => {
                format!("{} with an owner", n_of(read.listings.len(), "service"))
            }
            Self::Code { code, paths } => {
                let (rules, services) =
                    (n_of(code.n_rules(), "path"), n_of(paths.len(), "service"));
                format!("owners of {rules}, asked for {services}")
            }
        }
    }

    /// What a person should repair in it.
    pub(crate) fn troubles(&self) -> Vec<String> {
        match self {
            Self::Listings { read, .. } => read.troubles.clone(),
            Self::Code { code, paths } => {
                let unread = match code.n_unreadable {
                    0 => None,
                    n => Some(format!(
                        "{} cannot be read and {} passed over.",
                        n_of(n, "line"),
                        if n == 1 { "is" } else { "are" }
                    )),
                };
                let unasked = paths.is_empty().then(|| {
                    "It names owners of paths: say with `services` which service stands at which \
                     path."
                        .to_owned()
                });
                unread.into_iter().chain(unasked).collect()
            }
        }
    }
}

/// `1 path`, `2 paths`.
pub(crate) fn n_of(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}

/// Reads every file that stands at a place.
///
/// The error is of the place itself: what was read of its files before is to be kept.
pub(crate) fn read_place(place: &OwnershipPlace) -> Result<FilesRead, String> {
    let kind = std::fs::metadata(&place.path).map_err(|error| error.to_string())?;
    let files = if kind.is_dir() { files_of(place) } else { vec![place.path.clone()] };
    if files.is_empty() {
        return Err("there is no catalog-info.yaml, CODEOWNERS or opslevel.yml in it".to_owned());
    }
    let read = |path: PathBuf| (path.display().to_string(), read_file(&path, place));
    Ok(files.into_iter().map(read).collect())
}

/// The files of a repository: at its root, and at the paths of its services.
fn files_of(place: &OwnershipPlace) -> Vec<PathBuf> {
    let folders = place.services.values().map(|path| place.path.join(path.trim_start_matches('/')));
    let folders = std::iter::once(place.path.clone()).chain(folders);
    let listings = folders.flat_map(|folder| LISTINGS.map(|name| folder.join(name)));
    let code = CODEOWNERS.iter().map(|name| place.path.join(name)).find(|path| path.is_file());
    let mut files: Vec<PathBuf> = listings.filter(|path| path.is_file()).chain(code).collect();
    files.sort();
    files.dedup();
    files
}

fn read_file(path: &Path, place: &OwnershipPlace) -> Result<Content, String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let said = |error: hw_roster::FileRefused| error.to_string();
    if name == "codeowners" {
        let code = CodeOwners::read(&bytes_of(path, CODEOWNERS_BYTES_MAX)?).map_err(said)?;
        return Ok(Content::Code { code, paths: place.services.clone() });
    }
    if !name.ends_with(".yaml") && !name.ends_with(".yml") {
        return Err(
            "it is none of catalog-info.yaml, CODEOWNERS and opslevel.yml: its name says how it is read"
                .to_owned(),
        );
    }
    let bytes = bytes_of(path, CATALOG_BYTES_MAX)?;
    let (source, read) = if name.starts_with("opslevel.") {
        (OwnerSource::OpsLevel, read_opslevel(&bytes).map_err(said)?)
    } else {
        (OwnerSource::CatalogInfo, read_catalog(&bytes).map_err(said)?)
    };
    Ok(Content::Listings { source, read })
}

/// The bytes of a file, one more than `bytes_max` at most: whoever reads them says that it is too long.
pub(crate) fn bytes_of(path: &Path, bytes_max: usize) -> Result<Vec<u8>, String> {
    let said = |error: std::io::Error| error.to_string();
    // Opening what is no file could wait for ever.
    if !std::fs::metadata(path).map_err(said)?.is_file() {
        return Err("it is no file".to_owned());
    }
    let file = File::open(path).map_err(said)?;
    let bytes_max = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    file.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes).map_err(said)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &Path, services: &[(&str, &str)]) -> OwnershipPlace {
        let services = services.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        OwnershipPlace { path: path.to_owned(), services }
    }

    #[test]
    fn files_of_a_repository_are_found_at_its_root_and_at_its_services() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("services/gate")).unwrap();
        std::fs::create_dir(root.join(".github")).unwrap();
        let component = "kind: Component\nmetadata: {name: gate}\nspec: {owner: gates}\n";
        std::fs::write(root.join("services/gate/catalog-info.yaml"), component).unwrap();
        std::fs::write(root.join("CODEOWNERS"), "* @not-this-one\n").unwrap();
        std::fs::write(root.join(".github/CODEOWNERS"), "* @all\n/services/gate/ @anna\nx [ @y\n")
            .unwrap();
        let place = place(root, &[("gate", "/services/gate")]);
        let read = read_place(&place).unwrap();
        assert_eq!(read.len(), 2, "{read:?}");
        let naming = Naming { seen: ["gate".to_owned()].into(), ..Naming::default() };
        let owners: Vec<String> = read
            .iter()
            .flat_map(|(file, content)| content.as_ref().unwrap().owners(file, "gate", &naming))
            .map(|owner| format!("{} {:?}", owner.owner, owner.entry))
            .collect();
        assert_eq!(owners, ["@anna Line(2)", "gates Named(\"gate\")"]);
        let code = read.values().next().unwrap().as_ref().unwrap();
        assert_eq!(code.words(), "owners of 2 paths, asked for 1 service");
        assert_eq!(code.troubles(), ["1 line cannot be read and is passed over."]);
    }

    #[test]
    fn what_cannot_be_read_says_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let wrong = |place: &OwnershipPlace| match read_place(place) {
            Ok(mut read) => read.pop_first().unwrap().1.unwrap_err(),
            Err(why) => why,
        };
        let none = wrong(&place(folder.path(), &[]));
        assert!(none.contains("no catalog-info.yaml, CODEOWNERS or opslevel.yml"), "{none}");
        let gone = wrong(&place(&folder.path().join("gone"), &[]));
        assert!(gone.contains("No such file"), "{gone}");
        let file = folder.path().join("catalog-info.yaml");
        std::fs::write(&file, "<html><title>Sign in</title>").unwrap();
        let page = wrong(&place(&file, &[]));
        assert!(page.contains("got a web page titled \"Sign in\""), "{page}");
        std::fs::write(&file, vec![b'a'; CATALOG_BYTES_MAX + 1]).unwrap();
        assert!(wrong(&place(&file, &[])).contains("more than 1024 KiB"));
        let other = folder.path().join("OWNERS");
        std::fs::write(&other, "").unwrap();
        assert!(wrong(&place(&other, &[])).contains("its name says how it is read"));
    }
}
