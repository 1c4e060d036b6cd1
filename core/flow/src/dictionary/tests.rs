use super::*;

fn small() -> Dictionary {
    Dictionary::new(DictionaryLimits {
        services_max: 3,
        operations_per_service_max: 2,
        paths_per_service_max: 2,
        values_per_answer_max: 2,
        answers_per_span_max: 2,
        ..DictionaryLimits::STANDARD
    })
}

fn source(dictionary: &mut Dictionary, service: &str) -> SourceId {
    dictionary.source(SourceText { service, ..SourceText::default() })
}

fn client<'a>(operation: &'a str, path: &'a str) -> ShapeText<'a> {
    ShapeText { kind: SpanKind::Client, operation, peer: "p:1", path }
}

#[test]
fn definitions_are_drained_once_and_in_order() {
    let mut dictionary = small();
    let a = source(&mut dictionary, "a");
    dictionary.shape(a, client("GET", "/x"));
    let first = dictionary.drain_definitions();
    assert_eq!(&*first.names, ["", "~other", "a", "GET", "p:1", "/x"].map(Box::from));
    assert_eq!((first.sources.len(), first.shapes.len(), first.answer_sets.len()), (1, 1, 1));
    assert_eq!(dictionary.drain_definitions(), Definitions::default());
}

#[test]
fn operations_past_the_limit_are_other_and_counted() {
    let mut dictionary = small();
    let a = source(&mut dictionary, "a");
    let shapes = ["x", "y", "z", "w", "x"].map(|op| dictionary.shape(a, client(op, "")));
    assert_eq!(shapes[2], shapes[3]);
    assert_eq!(shapes[0], shapes[4]);
    assert_eq!(dictionary.refusals().operations, 2);
    let b = source(&mut dictionary, "b");
    assert_ne!(dictionary.shape(b, client("z", "")), shapes[2], "each service has its own limit");
}

#[test]
fn paths_past_the_limit_are_dropped_not_other() {
    let mut dictionary = small();
    let a = source(&mut dictionary, "a");
    let shapes = ["/1", "/2", "/3", "/4"].map(|path| dictionary.shape(a, client("GET", path)));
    assert_eq!(shapes[2], shapes[3]);
    assert_eq!(shapes[2], dictionary.shape(a, client("GET", "")));
}

#[test]
fn million_service_names_stay_bounded() {
    let mut dictionary = small();
    let ids: Vec<_> = (0..1000).map(|i| source(&mut dictionary, &format!("service-{i}"))).collect();
    assert_eq!(ids[998], ids[999]);
    assert!(dictionary.refusals().names >= 997);
}

#[test]
fn attribute_with_many_values_is_no_answer() {
    let mut dictionary = small();
    let a = source(&mut dictionary, "a");
    let shape = dictionary.shape(a, client("GET", ""));
    let set = |dictionary: &mut Dictionary, value: &str| {
        let id = dictionary.answers(shape, &[("order", value), ("answer", "go")], &[]);
        dictionary.answer_set(id).len()
    };
    assert_eq!(set(&mut dictionary, "1"), 2);
    assert_eq!(set(&mut dictionary, "2"), 2);
    assert_eq!(set(&mut dictionary, "3"), 1, "third value of order is one too many");
    assert_eq!(set(&mut dictionary, "1"), 1, "and it stays dropped");
    let order = dictionary.names.find("order").unwrap();
    assert!(dictionary.is_dropped(shape, order));
}

#[test]
fn declared_answer_keeps_its_key_past_the_limit() {
    let mut dictionary = small();
    let a = source(&mut dictionary, "a");
    let shape = dictionary.shape(a, client("GET", ""));
    let values: Vec<String> = ["1", "2", "3"]
        .map(|value| {
            let id = dictionary.answers(shape, &[("gate", value)], &["gate"]);
            let (_, value) = dictionary.answer_set(id)[0];
            dictionary.text(value).to_owned()
        })
        .into();
    assert_eq!(values, ["1", "2", OTHER]);
}

#[test]
fn status_and_declared_answers_are_never_the_ones_that_are_cut() {
    let mut dictionary = small();
    let a = source(&mut dictionary, "a");
    let shape = dictionary.shape(a, client("GET", ""));
    let candidates = [("b", "1"), ("a", "1"), ("status", "200"), ("z", "1")];
    let id = dictionary.answers(shape, &candidates, &["z"]);
    let mut keys: Vec<String> =
        dictionary.answer_set(id).iter().map(|(key, _)| dictionary.text(*key).to_owned()).collect();
    keys.sort();
    assert_eq!(keys, ["status", "z"]);
}
