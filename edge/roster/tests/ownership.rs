//! Ownership files as their tools document them, and files made to harm.

use hw_people::OwnerSource;
use hw_roster::{Naming, Ownership, read_catalog, read_opslevel};

const CATALOG: &[u8] = include_bytes!("samples/catalog-info.yaml");
const OPSLEVEL: &[u8] = include_bytes!("samples/opslevel.yml");

#[test]
fn a_catalog_lists_components_and_counts_the_rest() {
    let read = read_catalog(CATALOG).unwrap();
    let listed: Vec<_> = read
        .listings
        .iter()
        .map(|l| (l.name.as_str(), l.owner.as_str(), l.owner_is_team))
        .collect();
    assert_eq!(listed, [("payments", "payments-team", true), ("Order_API", "anna", false)]);
    assert_eq!(read.listings[0].system.as_deref(), Some("checkout"));
    assert_eq!(read.listings[0].annotations["pagerduty.com/service-id"], "P1234");
    assert_eq!(read.listings[1].annotations, read.listings[0].annotations, "an anchor is followed");
    assert_eq!(read.n_others.get("API"), Some(&1));
    assert_eq!(read.troubles, ["The component \"orphan\" has no owner."]);
}

#[test]
fn what_a_catalog_has_too_much_of_is_counted_and_said() {
    let orphans: String =
        (0..25).map(|n| format!("kind: Component\nmetadata: {{name: o{n}}}\n---\n")).collect();
    let annotations: String = (0..102).map(|n| format!("    a{n}: x\n")).collect();
    let long = "y".repeat(201);
    let file = format!(
        "kind: Component\nmetadata:\n  name: wide\n  annotations:\n    long: {long}\n{annotations}spec:\n  owner: a\n---\n{orphans}"
    );
    let read = read_catalog(file.as_bytes()).unwrap();
    assert_eq!(read.listings[0].annotations.len(), 99);
    assert_eq!(
        read.troubles[0],
        "The component \"wide\" has 4 annotations that are left out: too many, too long or empty."
    );
    assert_eq!(read.troubles[1], "The component \"o0\" has no owner.");
    assert_eq!(read.troubles[20], "And 6 more like these.");
    let services: String = (0..25).map(|n| format!("service:\n  name: s{n}\n---\n")).collect();
    let read = read_opslevel(services.as_bytes()).unwrap();
    assert_eq!(read.troubles[20], "And 5 more like these.");
}

#[test]
fn opslevel_names_a_team_and_a_tier() {
    let read = read_opslevel(OPSLEVEL).unwrap();
    let listing = &read.listings[0];
    assert_eq!((listing.name.as_str(), listing.owner.as_str()), ("Payments", "payments_team"));
    assert_eq!(listing.tier.as_deref(), Some("tier_1"));
    let naming = Naming { seen: ["payments".to_owned()].into(), ..Naming::default() };
    let ownership =
        Ownership::of_listings(&read.listings, OwnerSource::OpsLevel, "opslevel.yml", &naming);
    assert_eq!(ownership.owners[0].service, "payments");
    assert!(ownership.owners[0].is_team && ownership.unmatched.is_empty());
}

#[test]
fn what_is_no_catalog_is_said() {
    let refused = |bytes: &[u8]| read_catalog(bytes).unwrap_err().to_string();
    assert_eq!(
        refused(b"<!doctype html><title>404</title>"),
        "expected a catalog-info.yaml, got a web page titled \"404\""
    );
    assert_eq!(refused(b""), "expected a catalog-info.yaml, got nothing");
    assert_eq!(refused(&vec![b'a'; 10 << 20]), "the file has more than 1024 KiB");
    let crooked = refused(b"kind: Component\n  bad: [\n");
    assert!(crooked.starts_with("the file is no YAML, from line "), "{crooked}");
    assert!(read_catalog(b"kind: {a: b}\n---\n- list\n--- text\n").unwrap().listings.is_empty());
}

#[test]
fn bombs_are_refused_before_they_unfold() {
    let mut laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..12 {
        let before = level - 1;
        let uses = vec![format!("*a{before}"); 9].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{uses}]\n"));
    }
    let refused = |text: &str| read_catalog(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(refused(&laughs), "the file unfolds to more than 16 MiB");

    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(500_000), vec!["*a"; 1_000].join(", "));
    assert_eq!(refused(&long), "the file unfolds to more than 16 MiB");

    let mut chain = "a0: &a0 [x]\n".to_owned();
    for level in 1..5_000 {
        chain.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    assert_eq!(refused(&chain), "the file has more than 48 levels");
    assert!(read_catalog("[".repeat(500_000).as_bytes()).is_err());
    assert!(read_catalog("- ".repeat(500_000).as_bytes()).is_err());
    assert!(read_catalog("{a: ".repeat(200_000).as_bytes()).is_err());
}

#[test]
fn hostile_names_are_cleaned_or_refused() {
    let text = |name: &str| {
        format!("kind: Component\nmetadata: {{name: \"{name}\"}}\nspec: {{owner: \"a\\e[31mb\"}}\n")
    };
    let read = read_catalog(text("pay\\e[2Jments\\u202e").as_bytes()).unwrap();
    assert_eq!(
        (read.listings[0].name.as_str(), read.listings[0].owner.as_str()),
        ("pay[2Jments", "a[31mb")
    );
    let long = read_catalog(text(&"x".repeat(900_000)).as_bytes()).unwrap();
    assert!(long.listings.is_empty());
    assert_eq!(long.troubles, ["A component has no name."]);
}
