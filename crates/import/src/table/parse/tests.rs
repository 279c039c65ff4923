#![allow(clippy::unwrap_used)]
use super::*;

#[test]
fn toml_and_json_give_the_same_mapping() {
    let toml = "# ours\nrows = \"data.items\"\nzone = '+02:00'\n\n[columns]\nid = \"Job \\\"x\\\"\" # note\nstarted = \"t0\"\n[units]\nstarted = \"ms\"\n[status]\n\"A-OK\" = \"succeeded\"\n";
    let json = r#"{"rows":"data.items","zone":"+02:00","columns":{"id":"Job \"x\"","started":"t0"},"units":{"started":"ms"},"status":{"A-OK":"succeeded"}}"#;
    let mapping = Mapping::parse(toml).unwrap();
    assert_eq!(Mapping::parse(json).unwrap(), mapping);
    assert_eq!(mapping.columns[0], (Field::Id, "Job \"x\"".to_owned()));
}

#[test]
fn a_wrong_mapping_says_what_is_wrong() {
    let why = |text: &str| Mapping::parse(text).unwrap_err();
    assert!(why("[columns]\nidd = \"a\"").contains("unknown field \"idd\""));
    assert!(why("[columns]\nid = a").contains("line 2"));
    assert!(why("{\"columns\":{\"id\":\"a\"},\"units\":{\"started\":\"weeks\"}}").contains("unknown unit"));
    assert!(why("{\"columns\":{\"id\":\"a\"},\"status\":{\"x\":\"fine-ish\"}}").contains("unknown status"));
    assert!(why("zone = \"Mars\"\n[columns]\nid = \"a\"").contains("unknown zone"));
    assert!(why("[columns]\nended = \"a\"").contains("id or name"));
    assert!(why("colums = \"x\"").contains("unknown member"));
}

#[test]
fn names_of_columns_are_guessed_with_their_units() {
    let guess = Mapping::guess(["Job Name", "Start Time (ms)", "elapsed_s", "State", "Cost"].into_iter());
    let columns: Vec<(&str, &str)> = guess.columns.iter().map(|c| (c.0.name(), c.1.as_str())).collect();
    assert_eq!(
        columns,
        [("id", "Job Name"), ("started", "Start Time (ms)"), ("duration", "elapsed_s"), ("status", "State")]
    );
    assert_eq!(guess.units, [(Field::Started, Unit::Milliseconds), (Field::Duration, Unit::Seconds)]);
    assert!(guess.is_useful());
    assert!(!Mapping::guess(["name", "price"].into_iter()).is_useful());
}
