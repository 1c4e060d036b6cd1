//! Writes a page with every picture, light or dark and in a width, to look at:
//! `cargo run -p hw-chart --example gallery -- FOLDER`, then open the pages in a browser.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "an example may panic")]
#![expect(clippy::disallowed_methods, reason = "the pages are for people to open")]

#[path = "../tests/support/great.rs"]
mod great;
#[path = "../tests/support/states.rs"]
mod states;
#[path = "../tests/support/story.rs"]
mod story;

use hw_chart::{Inks, PAGE, PAPER, Style};
use std::fmt::Write;

const TOKENS: &str = ":root{--paper:#f3f6f7;--surface:#fff;--sunk:#eaf0f2;--ink:#0b1f2a;--ink2:#38505d;\
--ink3:#566b77;--line:#d3dde2;--line2:#7e929d;--flow:#1f6f8b;--flow-fill:#b9d9e4;--flow-wash:#e3f0f4;\
--alarm:#b3370a;--alarm-fill:#f6c9b1;--alarm-wash:#fdeee5;--on-solid:#fff;\
--font:\"Inter\",ui-sans-serif,system-ui,sans-serif}\
[data-theme=dark]{--paper:#0a1318;--surface:#101c23;--sunk:#0d171d;--ink:#e9f1f4;--ink2:#b3c4cc;\
--ink3:#8fa4af;--line:#243640;--line2:#5d7582;--flow:#58bad6;--flow-fill:#1d4a5a;--flow-wash:#14303b;\
--alarm:#ff9062;--alarm-fill:#6b3018;--alarm-wash:#2c1a13;--on-solid:#0a1318}\
body{margin:0;padding:14px;background:var(--paper);color:var(--ink);font:14px/1.4 var(--font);\
font-variant-numeric:tabular-nums}figure{background:var(--surface);border:1px solid var(--line);\
border-radius:8px;padding:14px 14px 10px;margin:0 0 14px}figcaption{font-weight:600;margin-bottom:8px}\
svg{display:block;max-width:100%;height:auto}a{text-decoration:none}";

type Picture = Box<dyn Fn(&Style<'_>) -> String>;

fn picture<D: 'static>(data: D, draw: fn(&D, &Style<'_>) -> String) -> Picture {
    Box::new(move |style| draw(&data, style))
}

fn maps() -> Vec<(&'static str, Picture)> {
    use hw_chart::flow_map;
    vec![
        ("map: story", picture(story::map(), flow_map)),
        ("map: deficit", picture(states::deficit(), flow_map)),
        ("map: cycles", picture(states::cycles(), flow_map)),
        ("map: many", picture(states::many(), flow_map)),
        ("map: one hop", picture(states::one_hop(), flow_map)),
        ("map: one service", picture(states::one_service(), flow_map)),
        ("map: zero flow", picture(states::zero_flow(), flow_map)),
        ("map: empty", picture(states::empty_map(), flow_map)),
    ]
}

fn whole_maps() -> Vec<(&'static str, Picture)> {
    use hw_chart::{flow_map, flow_map_whole};
    vec![
        ("whole: story", picture(story::map(), flow_map_whole)),
        ("whole: cycles", picture(states::cycles(), flow_map_whole)),
        ("whole: many", picture(states::many(), flow_map_whole)),
        ("default of layered", picture(great::layered(), flow_map)),
        ("whole: layered", picture(great::layered(), flow_map_whole)),
        ("whole: chain", picture(great::chain(), flow_map_whole)),
        ("whole: cyclic", picture(great::cyclic(), flow_map_whole)),
    ]
}

fn series() -> Vec<(&'static str, Picture)> {
    use hw_chart::{onset_close_up, ratio_over_time};
    vec![
        ("ratio: story", picture(story::ratio(), ratio_over_time)),
        ("close up", picture(story::close_up(), onset_close_up)),
        ("ratio: gaps", picture(states::gaps(), ratio_over_time)),
        ("ratio: learning", picture(states::learning(), ratio_over_time)),
        ("ratio: fan-out", picture(states::fan_out(), ratio_over_time)),
        ("ratio: count", picture(states::count(), ratio_over_time)),
        ("ratio: crowded", picture(states::crowded(), ratio_over_time)),
        ("ratio: no data", picture(states::no_data(), ratio_over_time)),
    ]
}

fn others() -> Vec<(&'static str, Picture)> {
    use hw_chart::{answer_mix, durations, threshold_sweep};
    vec![
        ("answers", picture(story::mix(), answer_mix)),
        ("answers: none", picture(states::empty_mix(), answer_mix)),
        ("durations", picture(story::durations(), durations)),
        ("durations: none", picture(states::empty_durations(), durations)),
        ("sweep", picture(story::sweep(), threshold_sweep)),
        ("sweep: none", picture(states::empty_sweep(), threshold_sweep)),
    ]
}

fn hostile() -> Vec<(&'static str, Picture)> {
    use hw_chart::{
        answer_mix, durations, flow_map, onset_close_up, ratio_over_time, threshold_sweep,
    };
    let f: &dyn Fn(&str) -> String =
        &|name: &str| format!("{name}<script>\"'&\u{1b}[31m{}", "an-endless-name-".repeat(20));
    vec![
        ("map: hostile", picture(states::renamed_map(f), flow_map)),
        ("ratio: hostile", picture(states::renamed_ratio(f), ratio_over_time)),
        ("close up: hostile", picture(states::renamed_close_up(f), onset_close_up)),
        ("answers: hostile", picture(states::renamed_mix(f), answer_mix)),
        ("durations: hostile", picture(states::renamed_durations(f), durations)),
        ("sweep: hostile", picture(states::renamed_sweep(f), threshold_sweep)),
    ]
}

fn page(pictures: &[(&str, Picture)], inks: &Inks, theme: &str, width_px: u32) -> String {
    let mut page = format!(
        "<!doctype html><html data-theme={theme}><meta charset=utf-8>\
        <meta name=viewport content=\"width=device-width\"><style>{TOKENS}</style>"
    );
    for (at, (name, draw)) in pictures.iter().enumerate() {
        let svg = draw(&Style { inks, width_px, id_prefix: &format!("p{at}") });
        write!(page, "<figure><figcaption>{name}</figcaption>{svg}</figure>").unwrap();
    }
    page
}

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "/tmp/gallery".to_owned());
    std::fs::create_dir_all(&folder).unwrap();
    for (group, pictures) in [
        ("maps", maps()),
        ("whole", whole_maps()),
        ("series", series()),
        ("others", others()),
        ("hostile", hostile()),
    ] {
        for (name, inks, theme, width_px) in [
            ("light", &PAGE, "light", 1_200),
            ("dark", &PAGE, "dark", 1_200),
            ("paper", &PAPER, "light", 1_200),
            ("middle", &PAGE, "light", 680),
            ("phone", &PAGE, "light", 330),
        ] {
            let page = page(&pictures, inks, theme, width_px);
            std::fs::write(format!("{folder}/{group}-{name}.html"), page).unwrap();
        }
    }
}
