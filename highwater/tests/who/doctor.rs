//! What `doctor` and `settings --explain` say of ownership files and calendars.

use super::calendar::{Answers, Calendars, calendar};
use super::{highwater, repository, settings, text};

#[test]
fn doctor_and_settings_say_what_is_read_and_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    repository(folder.path());
    let always = calendar(&[("Ann", "20200101T000000Z", "20990101T000000Z")]);
    let calendars = Calendars::new(Answers::Text(always));
    let file = folder.path().join("highwater.toml");
    std::fs::write(&file, settings(folder.path(), &calendars)).unwrap();
    let (file, data) = (file.to_str().unwrap(), folder.path().join("data"));
    let doctor = |file: &str| {
        let ports = ["--listen", "off", "--otlp-http", "off", "--otlp-grpc", "off"];
        let said = ["doctor", "--config", file, "--data", data.to_str().unwrap()];
        let said = highwater(&[said.as_slice(), &ports].concat());
        // Lines are wrapped where they get long.
        let words: Vec<String> = text(&said.stdout).split_whitespace().map(str::to_owned).collect();
        (said.status.code(), words.join(" "))
    };
    let (code, page) = doctor(file);
    for expect in [
        "shop/CODEOWNERS: owners of 2 paths, asked for 1 service",
        "shop/catalog-info.yaml: 1 service with an owner",
        "ok feed pager: 1 event, 1 turn; now Ann until 2099-01-01T00:00:00.000Z",
        "ok feed holidays: 1 event, ",
    ] {
        assert!(page.contains(expect), "{expect}: {page}");
    }
    assert!(!page.contains("4711"), "{page}");
    assert_eq!(code, Some(0), "{page}");
    calendars.answer(Answers::Status(403));
    std::fs::write(folder.path().join("shop/catalog-info.yaml"), "a: [").unwrap();
    let (code, page) = doctor(file);
    assert_eq!(code, Some(1), "{page}");
    assert!(
        page.contains("WRONG feed pager cannot be read: answered 403; check the token or key"),
        "{page}"
    );
    assert!(page.contains("catalog-info.yaml cannot be read: the file is no YAML"), "{page}");

    let said = highwater(&["settings", "--explain", "--config", file]);
    let page = text(&said.stdout);
    assert!(page.contains("[[people.feeds]]                             2 in the file"), "{page}");
    std::fs::write(file, "[people]\nfeds = []\n").unwrap();
    let said = highwater(&["settings", "--explain", "--config", file]);
    let stderr = text(&said.stderr);
    assert_eq!(said.status.code(), Some(2));
    assert!(
        stderr.contains("people.feds: \"feds\" is not known: did you mean \"feeds\"?"),
        "{stderr}"
    );
}
