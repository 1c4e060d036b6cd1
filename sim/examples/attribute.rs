//! Development aid.
#[path = "../../xtask/src/bench/attribute/rootcausebench.rs"]
mod rootcausebench;
#[path = "../../xtask/src/bench/attribute/scenario.rs"]
mod scenario;
use hw_sim::{Family, Scores, Setting, judge_histories};
fn main() {
    println!(
        "{:?}",
        rootcausebench::score(std::path::Path::new("/work/shared/data/rca/rootcausebench"))
            .map(|s| print!("{s}"))
    );
    let args: Vec<u64> = std::env::args().skip(1).map(|a| a.parse().unwrap()).collect();
    let (n, from, plain) = (args[0], args[1], args[2]);
    let seeds: Vec<u64> = (0..n).map(|i| from + 2 * i).collect();
    let families: Vec<(Setting, Family)> = Family::ALL
        .into_iter()
        .filter(|f| plain == 0 || *f == Family::Plain)
        .flat_map(|f| Setting::ALL.map(|s| (s, f)))
        .collect();
    let cases = judge_histories(&families, &seeds, 1, |_| {});
    if plain == 2 {
        for case in &cases {
            if let hw_sim::Came::Judged(judged) = &case.came {
                for one in judged.iter().filter(|o| {
                    (o.is_guilty && o.ever_exonerated.is_some())
                        || (!o.is_guilty && o.verdict == hw_model::Verdict::Implicated)
                }) {
                    println!(
                        "{:?} {:?} lag {} {:?} {:?} p {:.4} oracle {:.4} hard {:?} {:?}",
                        case.id,
                        one.kind,
                        one.lag_s,
                        one.place,
                        one.verdict,
                        one.probability,
                        one.oracle,
                        one.ever_exonerated,
                        one.is_guilty
                    );
                }
            }
        }
    }
    if plain >= 3 {
        let mut out = String::from(
            "setting,family,seed,guilty,kind,place,lag,p,per_h,verdict,oracle,timing,reversal,split,cure,redeploy,hard,ever\n",
        );
        for case in &cases {
            if let hw_sim::Came::Judged(judged) = &case.came {
                for o in judged {
                    let w = |f: hw_diagnose::Fact| {
                        o.weights.iter().find(|w| w.fact == f).map_or(1.0, |w| w.bayes_factor)
                    };
                    use hw_diagnose::Fact::*;
                    out += &format!(
                        "{:?},{:?},{},{},{:?},{:?},{},{},{},{:?},{},{},{},{},{},{},{},{}\n",
                        case.id.setting,
                        case.id.family,
                        case.id.seed,
                        o.is_guilty as u8,
                        o.kind,
                        o.place,
                        o.lag_s,
                        o.probability,
                        o.per_h,
                        o.verdict,
                        o.oracle,
                        w(Timing),
                        w(Reversal),
                        w(Split),
                        w(Cure),
                        w(Redeploy),
                        o.hard.iter().map(|h| format!("{h:?}")).collect::<Vec<_>>().join("+"),
                        o.ever_exonerated.as_ref().map_or("no".to_owned(), |e| e
                            .iter()
                            .map(|h| format!("{h:?}"))
                            .collect::<Vec<_>>()
                            .join("+"))
                    );
                }
            }
        }
        std::fs::write("/tmp/attr.csv", out).unwrap();
    }
    let scores = Scores::new(cases);
    println!("{scores}\n{:?}", scores.misses());
}
