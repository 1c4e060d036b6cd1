//! Whom to ask about a service: the answer, then what it rests on.
//!
//! Times are the reader's, with the date; the line below the answer says of when it is, and the zone.

use super::fields::{is_true, items, word};
use super::timeline::Zone;
use super::{paragraph_of_names as paragraph, plain};
use serde_json::Value;

/// The page.
pub(crate) fn page(people: &Value, zone: &Zone) -> String {
    let at = word(people, "at");
    let said = |text: &str| zone.in_words(text, &at);
    let mut page = paragraph("", "", &said(&word(people, "words")));
    let (date, time) = zone.parts(&at);
    page.push_str(&paragraph("", "", &format!("As of {time}, {date}.")));
    section(&mut page, "On call", items(people, "on_call").iter().map(|turn| on_call(turn, zone)));
    section(&mut page, "Owners", items(people, "owners").iter().map(owner));
    let knows = items(people, "knows");
    if !knows.is_empty() {
        page.push_str("\nWho knows it\n");
        knows.iter().for_each(|somebody| page.push_str(&known(somebody, zone)));
    }
    section(&mut page, "Away", items(people, "away").iter().map(|away| gone(away, zone)));
    let texts = |key| items(people, key).iter().filter_map(Value::as_str).map(said);
    section(&mut page, "What would help", texts("would_help"));
    section(&mut page, "What is not known, or broken", texts("troubles"));
    page
}

fn section(page: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: String = lines.map(|line| paragraph("  ", "    ", &line)).collect();
    if !lines.is_empty() {
        page.push_str(&format!("\n{title}\n{lines}"));
    }
}

fn on_call(turn: &Value, zone: &Zone) -> String {
    let time = |key| zone.short(&word(turn, key));
    let away = match word(turn, "away_until") {
        until if until.is_empty() => until,
        until => format!("; AWAY until {}", zone.short(&until)),
    };
    format!(
        "{}  since {} until {}{away}  (feed {}, read {})",
        word(turn, "person"),
        time("from"),
        time("until"),
        word(turn, "feed"),
        time("read_at")
    )
}

fn owner(owner: &Value) -> String {
    let is_team = is_true(owner, "is_team");
    let members: Vec<String> =
        items(owner, "members").iter().filter_map(Value::as_str).map(plain).collect();
    let who = match (is_team, members.as_slice()) {
        (_, [_, ..]) => format!(" (team: {})", members.join(", ")),
        (true, []) => " (team)".to_owned(),
        (false, []) => String::new(),
    };
    let place = match owner.get("line").and_then(Value::as_u64) {
        Some(line) => format!("line {line}"),
        None => format!("entry {}", word(owner, "entry")),
    };
    format!(
        "{}{who}  {}, {place}; {}",
        word(owner, "owner"),
        word(owner, "file"),
        word(owner, "matched")
    )
}

fn known(somebody: &Value, zone: &Zone) -> String {
    let rank = somebody.get("rank").and_then(Value::as_u64).unwrap_or(0);
    let until = |key: &str, words: &str| {
        let at = word(somebody, key);
        if at.is_empty() { at } else { format!("  {words} until {}", zone.short(&at)) }
    };
    let team = if is_true(somebody, "is_team") { " (team)" } else { "" };
    let head = format!(
        "{}{team}{}{}",
        word(somebody, "person"),
        until("on_call_until", "on call"),
        until("away_until", "AWAY")
    );
    let mut lines = paragraph(&format!("  {:<4}", format!("{rank}.")), "      ", &head);
    for fact in items(somebody, "because").iter().filter_map(Value::as_str) {
        lines.push_str(&paragraph("      - ", "        ", fact));
    }
    lines
}

fn gone(away: &Value, zone: &Zone) -> String {
    let time = |key| zone.short(&word(away, key));
    format!(
        "{}  until {}  (feed {}, read {})",
        word(away, "person"),
        time("until"),
        word(away, "feed"),
        time("read_at")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_answer_comes_first_and_times_are_the_readers() {
        let people = json!({
            "service": "gate", "at": "2026-11-22T22:10:00.000Z",
            "words": "Ann is on call for gate until 2026-11-22T23:30:00.000Z. Bo knows it best: lead of INC-3 (22 Nov).",
            "ask": ["Ann"],
            "on_call": [{"person": "Ann\u{1b}[2J", "from": "2026-11-22T11:00:00.000Z",
                "until": "2026-11-22T23:30:00.000Z", "feed": "pager",
                "read_at": "2026-11-22T22:00:00.000Z", "away_until": null}],
            "owners": [
                {"owner": "gates", "is_team": true, "members": ["Ann", "Bo"], "source": "CODEOWNERS",
                 "file": "/srv/CODEOWNERS", "line": 2, "entry": null, "matched": "by its path in settings"},
                {"owner": "<b>Cy</b>", "is_team": false, "members": [], "source": "catalog-info.yaml",
                 "file": "/srv/catalog-info.yaml", "line": null, "entry": "gate", "matched": "same name"}],
            "knows": [{"rank": 1, "person": "Bo", "is_team": false, "score": 8.0,
                "because": ["lead of INC-3 (22 Nov)", "wrote 2 entries, today"],
                "on_call_until": null, "away_until": "2026-11-30T23:00:00.000Z"}],
            "away": [{"person": "Bo", "until": "2026-11-30T23:00:00.000Z", "feed": "holidays",
                "read_at": "2026-11-22T22:00:00.000Z"}],
            "would_help": [],
            "troubles": ["The feed holidays cannot be read since 2026-11-22T22:05:00.000Z: answered 500."],
        });
        let expect = "\
Ann is on call for gate until 23 Nov 00:30:00. Bo knows it best: lead of INC-3 (22 Nov).
As of 23:10:00, Sunday, 22 November 2026 (CET).

On call
  Ann\u{fffd}[2J  since 22 Nov 12:00:00 until 23 Nov 00:30:00  (feed pager, read 22 Nov 23:00:00)

Owners
  gates (team: Ann, Bo)  /srv/CODEOWNERS, line 2; by its path in settings
  <b>Cy</b>  /srv/catalog-info.yaml, entry gate; same name

Who knows it
  1.  Bo  AWAY until 1 Dec 00:00:00
      - lead of INC-3 (22 Nov)
      - wrote 2 entries, today

Away
  Bo  until 1 Dec 00:00:00  (feed holidays, read 22 Nov 23:00:00)

What is not known, or broken
  The feed holidays cannot be read since 22 Nov 23:05:00: answered 500.
";
        assert_eq!(page(&people, &"Europe/Berlin".parse().unwrap()), expect);
    }

    #[test]
    fn nobody_is_an_answer_too() {
        let people = json!({"at": "2026-11-22T22:10:00.000Z", "words": "Nobody is known.",
            "would_help": ["An owner of gate in CODEOWNERS."], "troubles": []});
        let expect = "Nobody is known.\nAs of 22:10:00, Sunday, 22 November 2026 (UTC).\n\n\
                      What would help\n  An owner of gate in CODEOWNERS.\n";
        assert_eq!(page(&people, &"UTC".parse().unwrap()), expect);
    }
}
