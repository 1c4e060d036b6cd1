//! Headers in which nothing from outside can begin a line.

use super::*;
use crate::message::tests::{hostile, with_everywhere};
use crate::receiver::MailSecurity;

fn email() -> Email {
    Email {
        host: "mail.example".to_owned(),
        port: 587,
        security: MailSecurity::StartTls,
        user: None,
        password: None,
        from: "highwater@example.org".to_owned(),
        to: vec!["a@example.org".to_owned(), "b.c+d@example.org".to_owned()],
    }
}

/// Headers with their folded lines joined, and the text.
fn read(mail: &str) -> (Vec<(String, String)>, String) {
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    let head = head.replace("\r\n ", " ");
    let headers = head.split("\r\n").map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_owned(), value.to_owned())
    });
    let body = STANDARD.decode(body.replace("\r\n", "")).unwrap();
    (headers.collect(), String::from_utf8(body).unwrap())
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    &headers.iter().find(|(n, _)| n == name).unwrap().1
}

#[test]
fn hostile_text_adds_no_header_and_no_line() {
    let names = [
        "Date",
        "From",
        "To",
        "Subject",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    ];
    for text in hostile() {
        for kind in [Kind::Firing, Kind::Update, Kind::Resolved, Kind::Test] {
            let mail = compose(&email(), &with_everywhere(&text, kind)).unwrap().text;
            assert!(!mail.lines().any(|line| line.starts_with('.')), "would end the mail");
            assert!(mail.is_ascii() && !mail.replace("\r\n", "").contains(['\r', '\n', '\0']));
            assert!(mail.split("\r\n").all(|line| line.len() <= 200), "{mail}");
            let (headers, body) = read(&mail);
            let found: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(found, names);
            assert!(!body.chars().any(|c| c.is_control() && c != '\r' && c != '\n'), "{body:?}");
            assert!(!body.contains("\n.\r\n") && body.len() < 40_000, "{body:?}");
        }
    }
}

#[test]
fn mails_of_one_thread_are_one_conversation_and_a_retry_is_the_same_mail() {
    let of = |thread: &str, key: &str, kind| {
        let notice = Notice {
            key: key.to_owned(),
            thread: thread.to_owned(),
            ..with_everywhere("title", kind)
        };
        compose(&email(), &notice).unwrap().text
    };
    let (first, _) = read(&of("INC-7", "k1", Kind::Firing));
    let (second, _) = read(&of("INC-7", "k2", Kind::Resolved));
    let (other, _) = read(&of("INC-8", "k3", Kind::Firing));
    for name in ["In-Reply-To", "References"] {
        assert_eq!(header(&first, name), header(&second, name));
        assert_ne!(header(&first, name), header(&other, name));
    }
    assert_ne!(header(&first, "Message-ID"), header(&second, "Message-ID"));
    assert!(header(&first, "Message-ID").ends_with("@example.org>"));
    assert_eq!(header(&first, "Subject"), "[INC-7] title");
    assert_eq!(header(&second, "Subject"), "Re: [INC-7] title");
    assert_eq!(of("INC-7", "k1", Kind::Firing), of("INC-7", "k1", Kind::Firing));
}

#[test]
fn a_subject_in_other_scripts_is_coded_and_can_be_read_again() {
    let title = "Überlauf 日本語 🎉 ".repeat(9);
    let text = compose(&email(), &Notice { title, ..with_everywhere("x", Kind::Firing) });
    let text = text.unwrap().text;
    let (headers, body) = read(&text);
    let words = header(&headers, "Subject").split(' ').map(|word| {
        assert!(word.len() <= 75, "{word}");
        let coded = word.strip_prefix("=?UTF-8?B?").unwrap().strip_suffix("?=").unwrap();
        String::from_utf8(STANDARD.decode(coded).unwrap()).unwrap()
    });
    let subject: String = words.collect();
    assert!(subject.starts_with("[x] Überlauf 日本語 🎉 Überlauf"), "{subject}");
    assert!(body.starts_with("FIRING x SEV2: Überlauf 日本語"), "{body}");
}

#[test]
fn the_date_is_that_of_the_news() {
    let mut notice = with_everywhere("x", Kind::Firing);
    notice.at = 1_795_329_834_000_000_000;
    let (headers, _) = read(&compose(&email(), &notice).unwrap().text);
    assert_eq!(header(&headers, "Date"), "Sun, 22 Nov 2026 06:43:54 +0000");
    notice.at = i64::MIN;
    assert!(compose(&email(), &notice).is_ok());
}

#[test]
fn addresses_are_plain_ascii_or_none() {
    for good in ["a@b", "first.last+tag@mail.example.org", "o'neil@example.org"] {
        assert!(MailAddress::parse(good).is_some(), "{good}");
    }
    for bad in [
        "",
        "a",
        "@b",
        "a@",
        "a@b@c",
        "a b@c",
        "a@b\r\nRCPT TO:<x@y>",
        "<a@b>",
        "\"a b\"@c",
        "a@b>",
        "a.@b",
        ".a@b",
        "a..b@c",
        "a@.b",
        "a@b.",
        "a@-b",
        "ü@b",
        "a@ü",
        "a,b@c",
        "a@b c",
        "a@[1.2.3.4]",
    ] {
        assert!(MailAddress::parse(bad).is_none(), "{bad:?}");
    }
    let email = Email { to: vec!["a@b\r\nBcc: x@y".to_owned()], ..email() };
    assert!(compose(&email, &with_everywhere("x", Kind::Firing)).is_err());
}
