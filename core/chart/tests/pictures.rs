//! Every picture in every state, byte for byte, and what holds for all of them.
//!
//! A picture that should change: `HIGHWATER_BLESS=1 cargo test -p hw-chart --test pictures`, then look at
//! it (`cargo run -p hw-chart --example gallery`).
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "known pictures are files")]

#[path = "support/checks.rs"]
mod checks;
#[path = "support/great.rs"]
mod great;
#[path = "support/states.rs"]
mod states;
#[path = "support/story.rs"]
mod story;
#[path = "support/xml.rs"]
mod xml;

use hw_chart::{
    FlowMap, HopState, Inks, PAGE, PAPER, Style, Table, Tense, answer_mix, answer_mix_tables,
    durations, durations_tables, flow_map, flow_map_tables, flow_map_whole, flow_map_words,
    onset_close_up, onset_close_up_tables, ratio_over_time, ratio_over_time_tables,
    ratio_over_time_words, threshold_sweep, threshold_sweep_tables, threshold_sweep_words,
};
use std::path::Path;

/// A picture by its name.
struct Picture {
    name: &'static str,
    draw: Box<dyn Fn(&Style<'_>) -> String>,
}

fn picture<D: 'static>(name: &'static str, data: D, draw: fn(&D, &Style<'_>) -> String) -> Picture {
    Picture { name, draw: Box::new(move |style| draw(&data, style)) }
}

fn stories() -> Vec<Picture> {
    vec![
        picture("map", story::map(), flow_map),
        picture("ratio", story::ratio(), ratio_over_time),
        picture("close-up", story::close_up(), onset_close_up),
        picture("answers", story::mix(), answer_mix),
        picture("durations", story::durations(), durations),
        picture("sweep", story::sweep(), threshold_sweep),
    ]
}

fn other_states() -> Vec<Picture> {
    vec![
        picture("map-deficit", states::deficit(), flow_map),
        picture("map-cycles", states::cycles(), flow_map),
        picture("map-many", states::many(), flow_map),
        picture("map-one-hop", states::one_hop(), flow_map),
        picture("map-one-service", states::one_service(), flow_map),
        picture("map-zero-flow", states::zero_flow(), flow_map),
        picture("map-empty", states::empty_map(), flow_map),
        picture("map-whole-story", story::map(), flow_map_whole),
        picture("map-whole-cycles", states::cycles(), flow_map_whole),
        picture("map-whole-many", states::many(), flow_map_whole),
        picture("map-whole-empty", states::empty_map(), flow_map_whole),
        picture("ratio-gaps", states::gaps(), ratio_over_time),
        picture("ratio-learning", states::learning(), ratio_over_time),
        picture("ratio-fan-out", states::fan_out(), ratio_over_time),
        picture("ratio-count", states::count(), ratio_over_time),
        picture("ratio-crowded", states::crowded(), ratio_over_time),
        picture("ratio-no-data", states::no_data(), ratio_over_time),
        picture("answers-none", states::empty_mix(), answer_mix),
        picture("durations-none", states::empty_durations(), durations),
        picture("sweep-none", states::empty_sweep(), threshold_sweep),
    ]
}

fn hostile(f: &dyn Fn(&str) -> String) -> Vec<Picture> {
    vec![
        picture("map", states::renamed_map(f), flow_map),
        picture("whole map", states::renamed_map(f), flow_map_whole),
        picture("ratio", states::renamed_ratio(f), ratio_over_time),
        picture("close-up", states::renamed_close_up(f), onset_close_up),
        picture("answers", states::renamed_mix(f), answer_mix),
        picture("durations", states::renamed_durations(f), durations),
        picture("sweep", states::renamed_sweep(f), threshold_sweep),
    ]
}

fn drawn(picture: &Picture, inks: &Inks, width_px: u32) -> String {
    (picture.draw)(&Style { inks, width_px, id_prefix: "t" })
}

fn known(name: &str, drawn: &str) -> Option<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.svg"));
    // A line per element, so that a change can be read.
    let text = format!("{}\n", drawn.replace("><", ">\n<"));
    if std::env::var_os("HIGHWATER_BLESS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    (known != text).then(|| name.to_owned())
}

#[test]
fn pictures_are_the_known_ones() {
    let mut others = Vec::new();
    for picture in stories() {
        for (width_px, inks, form) in
            [(1_200, &PAGE, "wide"), (360, &PAGE, "phone"), (640, &PAPER, "paper")]
        {
            let name = format!("{}-{form}", picture.name);
            others.extend(known(&name, &drawn(&picture, inks, width_px)));
        }
    }
    for picture in other_states() {
        others.extend(known(picture.name, &drawn(&picture, &PAGE, 800)));
    }
    assert!(
        others.is_empty(),
        "{others:?} are not the known pictures. If they should change: \
         HIGHWATER_BLESS=1 cargo test -p hw-chart --test pictures"
    );
}

#[test]
fn pictures_keep_the_rules_in_every_width_and_form() {
    for picture in stories().iter().chain(&other_states()) {
        for inks in [&PAGE, &PAPER] {
            for width_px in [0, 320, 360, 480, 560, 640, 800, 1_000, 1_312, 5_000] {
                checks::check(&drawn(picture, inks, width_px), "t");
            }
        }
    }
}

#[test]
fn hostile_names_are_text() {
    let long = "w".repeat(10_000);
    let names: [&dyn Fn(&str) -> String; 4] = [
        &|name| {
            format!(
                "{name}<script>alert(\"'&1\")</script>\u{1b}[31m\u{0}\u{7}\n\u{202e}\u{ffff}]]>"
            )
        },
        &|name| format!("{name}{long}"),
        &|_| String::new(),
        &|name| {
            format!(
                "日本語のサービス👩\u{200d}💻{}{name}",
                "e\u{301}\u{301}\u{301}\u{301}".repeat(40)
            )
        },
    ];
    for f in names {
        for picture in hostile(f) {
            for inks in [&PAGE, &PAPER] {
                for width_px in [360, 640, 1_200] {
                    let svg = drawn(&picture, inks, width_px);
                    checks::check(&svg, "t");
                    assert!(
                        !svg.contains("<script") && !svg.contains('\u{1b}'),
                        "{}",
                        picture.name
                    );
                }
            }
        }
    }
}

#[test]
fn a_long_name_is_kept_whole_in_a_title() {
    let long = "w".repeat(10_000);
    for picture in hostile(&|name| format!("{name}{long}")) {
        let svg = drawn(&picture, &PAGE, 640);
        let elements = xml::read(&svg).unwrap();
        let is_whole = |element: &xml::Element| {
            matches!(element.name.as_str(), "title" | "a") && {
                let label = element.attributes.get("aria-label");
                element.text.contains(&long) || label.is_some_and(|label| label.contains(&long))
            }
        };
        assert!(elements.iter().any(is_whole), "{}", picture.name);
        let texts = elements.iter().filter(|e| e.name == "text");
        for text in texts {
            assert!(text.text.chars().count() < 400, "{}", picture.name);
        }
        assert!(svg.contains('…'), "{}", picture.name);
    }
}

#[test]
fn words_have_the_figures() {
    let said = flow_map_words(&story::map());
    for part in [
        "filter to enrich: 99.8 % pass, 4,171 / min, usually 2,062 / min and 47 to 52 %",
        "eligibility is the origin",
        "go ahead 100 % now, usually 50 %",
        "+37 hops as usual",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let said = ratio_over_time_words(&story::ratio());
    for part in [
        "Began between Thu 07:31 and 07:38, most likely 07:34",
        "Europe/Berlin (UTC+1)",
        "Outside of that from Thu 07:30",
        "Highwater alert, Thu 07:46",
        "deploy r312 refactoring of filter, Wed 14:20, exonerated",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let said = threshold_sweep_words(&story::sweep());
    assert!(
        said.contains("74 %: 0 false alarms in 14 quiet days, fires 63 s after the onset"),
        "{said}"
    );
}

#[test]
fn missing_data_is_said_and_never_a_zero() {
    let said = ratio_over_time_words(&states::gaps());
    assert!(said.contains("No data for 6 h 10 min in 4 gaps"), "{said}");
    let said = ratio_over_time_words(&states::no_data());
    assert!(said.contains("There is no data."), "{said}");
}

#[test]
fn tables_are_rectangles_with_the_same_data() {
    let tables: Vec<Vec<Table>> = vec![
        flow_map_tables(&story::map()),
        ratio_over_time_tables(&story::ratio()),
        onset_close_up_tables(&story::close_up()),
        answer_mix_tables(&story::mix()),
        durations_tables(&story::durations()),
        threshold_sweep_tables(&story::sweep()),
    ];
    for table in tables.iter().flatten() {
        assert!(table.rows.iter().all(|row| row.len() == table.head.len()), "{}", table.caption);
        assert!(!table.rows.is_empty(), "{}", table.caption);
    }
    let changed = &tables[0][0].rows[2];
    assert_eq!(changed, &["filter", "enrich", "4,171", "2,062", "99.8 %", "47 to 52 %", "changed"]);
    assert_eq!(tables[1][1].rows.len(), story::changes().len());
}

#[test]
fn a_picture_is_the_same_every_time_and_ids_differ_by_prefix() {
    for picture in stories() {
        assert_eq!(drawn(&picture, &PAGE, 640), drawn(&picture, &PAGE, 640));
        let other = (picture.draw)(&Style { inks: &PAGE, width_px: 640, id_prefix: "other" });
        checks::check(&other, "other");
        assert!(!other.contains("id=\"t-"));
    }
}

#[test]
fn what_comes_in_great_numbers_is_drawn_within_bounds() {
    let mut ratio = story::ratio();
    ratio.series = story::series(&ratio.view, 1);
    for n in 0..4_000 {
        let mut change = ratio.changes[n % 6].clone();
        change.at = change.at.plus_s(7.0 * n as f64);
        change.service = format!("service-{}", n % 40);
        ratio.changes.push(change);
    }
    let mut row = story::durations();
    let dots = row.rows[0].dots.clone();
    row.rows[0].dots = dots.iter().cycle().take(20_000).cloned().collect();
    let mut map = states::many();
    let hops = map.hops.clone();
    for n in 0..5_000 {
        let mut hop = hops[n % hops.len()].clone();
        hop.to = format!("{}-{}", hop.to, n % 211);
        map.hops.push(hop);
    }
    let great = [
        picture("ratio", ratio, ratio_over_time),
        picture("durations", row, durations),
        picture("map", map, flow_map),
    ];
    for picture in great {
        for width_px in [360, 1_200] {
            let svg = drawn(&picture, &PAGE, width_px);
            checks::check(&svg, "t");
            assert!(svg.len() < 300_000, "{}: {} bytes", picture.name, svg.len());
            assert!(svg.contains(">+") || svg.contains("a dot for each"), "{}", picture.name);
        }
    }
}

#[test]
fn a_map_of_everything_has_every_hop_and_stays_within_bounds() {
    for (name, map) in
        [("layered", great::layered()), ("cyclic", great::cyclic()), ("chain", great::chain())]
    {
        for width_px in [330, 1_200] {
            let svg = flow_map_whole(&map, &Style { inks: &PAGE, width_px, id_prefix: "t" });
            checks::check(&svg, "t");
            let elements = xml::read(&svg).unwrap();
            // A path begins once per hop: lines, and the parts of ribbons.
            let paths = elements.iter().filter(|e| e.name == "path");
            let n_begun: usize = paths.map(|e| e.attributes["d"].matches('M').count()).sum();
            assert!(n_begun >= map.hops.len(), "{name}: {n_begun} of {}", map.hops.len());
            // Measured: 6,144 elements, 482 kB plain and 57 kB by gzip.
            assert!(elements.len() <= 7_000, "{name}: {} elements", elements.len());
            assert!(svg.len() <= 600_000, "{name}: {} bytes", svg.len());
            let view = &elements[0].attributes["viewBox"];
            let height: f64 = view.split(' ').next_back().unwrap().parse().unwrap();
            assert!(height < 9_000.0, "{name}: {height} px high");
            assert!(svg.contains("pass</text>") || svg.contains("% pass"), "{name}");
        }
    }
}

#[test]
fn the_usual_view_of_a_great_map_is_the_neighbourhood_of_what_changed() {
    for map in [great::layered(), great::cyclic()] {
        let changed = map.hops.iter().filter(|hop| hop.state == HopState::Changed);
        let near: Vec<&str> = changed.flat_map(|hop| [&*hop.from, &*hop.to]).collect();
        let svg = flow_map(&map, &Style { inks: &PAGE, width_px: 1_200, id_prefix: "t" });
        checks::check(&svg, "t");
        let elements = xml::read(&svg).unwrap();
        let drawn =
            elements.iter().filter(|e| e.attributes.get("class").is_some_and(|c| c == "hop"));
        let said: Vec<&String> = drawn.map(|e| &e.attributes["aria-label"]).collect();
        assert_eq!(said.len(), 60);
        for label in said {
            let (from, rest) = label.split_once(" to ").unwrap();
            let (to, _) = rest.split_once(": ").unwrap();
            let hop = map.hops.iter().find(|hop| hop.from == from && hop.to == to).unwrap();
            let is_near = near.contains(&from) || near.contains(&to);
            assert!(hop.state != HopState::AsUsual || is_near, "{label}");
        }
        assert!(svg.contains(" hops as usual in ") && svg.contains(" services ("), "{svg:.3000}");
        // Measured: 59 kB plain and 7 kB by gzip, of 15 that it may have.
        assert!(svg.len() <= 90_000, "{} bytes", svg.len());
    }
}

#[test]
fn items_of_an_incident_that_is_over_are_all_of_them_and_not_those_of_a_minute() {
    let over = FlowMap { tense: Tense::During, asked: Vec::new(), ..story::map() };
    for (map, is_per_minute) in [(over, false), (story::map(), true)] {
        let style = Style { inks: &PAPER, width_px: 900, id_prefix: "map" };
        let tables = format!("{:?}", flow_map_tables(&map)[0]);
        for said in [flow_map(&map, &style), flow_map_words(&map), tables] {
            let says = said.contains("/ min") || said.contains("per minute");
            assert_eq!(says, is_per_minute, "{said}");
        }
    }
}

#[test]
fn baseline_of_one_figure_is_a_line_and_no_band() {
    let mut data = story::close_up();
    data.series.band.iter_mut().for_each(|point| (point.low, point.high) = (0.5, 0.5));
    let style = Style { inks: &PAPER, width_px: 900, id_prefix: "flat" };
    let drawn = onset_close_up(&data, &style);
    assert!(drawn.contains(">usual</text>") && !drawn.contains("learned band"), "{drawn}");
    assert!(drawn.contains("Usually 50 %."), "{drawn}");
}
