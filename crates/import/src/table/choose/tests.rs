#![allow(clippy::unwrap_used)]
use super::*;

const ODD: &str = "Auftrag;Anfang;Ende;Ergebnis;Knoten;vorher\n\
    holen;2026-03-01 10:00:00;2026-03-01 10:01:00;GRÜN;n1;\n\
    packen;2026-03-01 10:01:00;2026-03-01 10:03:30;ok;n2;holen\n\
    senden;2026-03-01 10:03:30;2026-03-01 10:04:00;failed;n1;holen|packen\n";

fn sample(text: &str) -> TableSample {
    let similarity = judge(text.as_bytes(), true, false).unwrap();
    TableSample { bytes: text.as_bytes().to_vec(), is_whole: true, similarity }
}

/// Field and column of each column that stands for something, and the unit where it has one.
fn chosen(choices: &Choices) -> Vec<String> {
    let columns = choices.columns.iter().filter(|column| !column.field.is_empty());
    let unit =
        |column: &ColumnChoice| column.unit.as_ref().map_or_else(String::new, |unit| format!(" in {unit}"));
    columns.map(|column| format!("{} = {}{}", column.field, column.name, unit(column))).collect()
}

#[test]
fn values_tell_what_names_do_not() {
    let sample = sample(ODD);
    assert_eq!(sample.similarity, Similarity::Tasks);
    let (_, choices) = choose(&sample, "", &[]).unwrap();
    assert_eq!(
        chosen(&choices),
        ["id = Auftrag", "started = Anfang", "ended = Ende", "status = Ergebnis", "after = vorher"]
    );
    let words: Vec<(&str, &str)> = choices.words.iter().map(|w| (&*w.word, &*w.usual)).collect();
    assert_eq!(words, [("GRÜN", "unknown"), ("ok", "succeeded"), ("failed", "failed")]);
}

#[test]
fn changes_make_a_mapping_that_its_text_keeps() {
    let changes = [
        Change::Field { column: "Knoten".into(), field: "worker".into() },
        Change::Field { column: "Anfang".into(), field: "queued".into() },
        Change::Word { word: "GRÜN".into(), status: "cached".into() },
        Change::Zone("+01:00".into()),
        Change::Field { column: "Ende".into(), field: String::new() },
        Change::Field { column: "no such".into(), field: "nonsense".into() },
        Change::Word { word: "ok".into(), status: "nonsense".into() },
    ];
    let (mapping, choices) = choose(&sample(ODD), "", &changes).unwrap();
    assert_eq!(
        chosen(&choices),
        ["id = Auftrag", "queued = Anfang", "status = Ergebnis", "worker = Knoten", "after = vorher"]
    );
    assert_eq!((&*choices.zone, &*choices.words[0].chosen), ("+01:00", "cached"));
    assert_eq!(Mapping::parse(&choices.text).unwrap(), mapping);
    let again = choose(&sample(ODD), &choices.text, &[]).unwrap();
    assert_eq!(again, (mapping, choices));
}

#[test]
fn a_field_has_one_column_and_a_column_one_field() {
    let change = Change::Field { column: "Ende".into(), field: "started".into() };
    let (_, choices) = choose(&sample(ODD), "", &[change]).unwrap();
    assert_eq!(chosen(&choices), ["id = Auftrag", "started = Ende", "status = Ergebnis", "after = vorher"]);
    let none = Change::Field { column: "Auftrag".into(), field: String::new() };
    assert_eq!(choose(&sample(ODD), "", &[none]).unwrap().1.text, "", "no id, no mapping");
}

#[test]
fn numbers_that_are_moments_have_units() {
    let text = "job,t0,t1,exit_code\na,1740823200000,1740823260000,0\nb,1740823260000,1740823270000,3\n";
    let (_, choices) = choose(&sample(text), "", &[]).unwrap();
    assert_eq!(
        chosen(&choices),
        ["id = job", "started = t0 in ms", "ended = t1 in ms", "status = exit_code"]
    );
    assert_eq!(choices.words[1].usual, "failed");
    let change = Change::Unit { field: "ended".into(), unit: String::new() };
    assert_eq!(chosen(&choose(&sample(text), "", &[change]).unwrap().1)[2], "ended = t1 in ");
}

#[test]
fn rows_and_values_are_found_within_json() {
    let text = r#"{"meta":{"n":2},"data":{"items":[
        {"info":{"nm":"x","t":{"a":1740823200,"b":1740823260}},"st":"ok","needs":[]},
        {"info":{"nm":"y","t":{"a":1740823260,"b":1740823270}},"st":"boom","needs":["x"]}]}}"#;
    let (mapping, choices) = choose(&sample(text), "", &[]).unwrap();
    assert_eq!(mapping.rows, "data.items");
    assert_eq!(
        chosen(&choices),
        ["id = info.nm", "started = info.t.a in s", "ended = info.t.b in s", "status = st", "after = needs"]
    );
}

#[test]
fn prose_and_other_tables_do_not_look_like_tasks() {
    let like = |text: &str| judge(text.as_bytes(), true, false);
    assert_eq!(like("Dear all,\nI write, as promised, about it.\nYours, a reader\n"), None);
    assert_eq!(like("name,price\nbread,3\nmilk,1\n"), Some(Similarity::Table));
    assert_eq!(like("a,b\n"), None);
    assert_eq!(like("{\"a\":1,\"b\":2}"), None);
    assert_eq!(like("{\"a\":1,\"b\":2}\n{\"a\":3}"), Some(Similarity::Table));
    assert_eq!(like(""), None);
}

#[test]
fn a_mapping_survives_its_text_whatever_its_names_hold() {
    let mut mapping = Mapping { zone: "+01:00".into(), delimiter: Some(b'\t'), ..Mapping::default() };
    mapping.columns.push((Field::Id, "a \"b\"\\ = [c] # d".into()));
    mapping.columns.push((Field::Ended, "x\r\n\t\u{1}é".into()));
    mapping.units.push((Field::Ended, Unit::Microseconds));
    for word in ["", "plain", "with space", "[x]", "a = b", "# no comment", "\"", "é"] {
        mapping.words.push((word.into(), "failed".into()));
    }
    assert_eq!(Mapping::parse(&mapping.to_toml()).as_ref(), Ok(&mapping));
}
