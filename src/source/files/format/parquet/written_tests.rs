//! Parquet that is written here: any table reads back as it was, and lists and maps in the forms of older writers.

use std::{fs::File, path::Path, sync::Arc};

use parquet::{
    column::writer::ColumnWriter,
    data_type::ByteArray,
    file::{
        properties::{WriterProperties, WriterVersion},
        writer::SerializedFileWriter,
    },
    schema::parser::parse_message_type,
};
use proptest::prelude::*;

use super::*;
use crate::source::files::{Known, format::number, listing};

/// One column's values that are there, and its levels.
struct Written<'v> {
    values: Values<'v>,
    /// None if every value is there.
    definitions: &'v [i16],
    repetitions: Option<&'v [i16]>,
}

enum Values<'v> {
    Texts(Vec<&'v str>),
    Numbers(Vec<i64>),
    Doubles(Vec<f64>),
}

fn write(path: &Path, schema: &str, properties: WriterProperties, groups: &[Vec<Written<'_>>]) {
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let file = File::create(path).expect("a file can be written");
    let mut writer =
        SerializedFileWriter::new(file, schema, Arc::new(properties)).expect("a writer");
    for columns in groups {
        let mut group = writer.next_row_group().expect("a group");
        for column in columns {
            let mut into = group.next_column().expect("a column").expect("one more");
            let can_be_missing = !column.definitions.is_empty();
            let definitions = can_be_missing.then_some(column.definitions);
            let repetitions = column.repetitions;
            let written = match (&column.values, into.untyped()) {
                (Values::Texts(texts), ColumnWriter::ByteArrayColumnWriter(into)) => {
                    let texts: Vec<_> = texts.iter().map(|text| ByteArray::from(*text)).collect();
                    into.write_batch(&texts, definitions, repetitions)
                }
                (Values::Numbers(numbers), ColumnWriter::Int64ColumnWriter(into)) => {
                    into.write_batch(numbers, definitions, repetitions)
                }
                (Values::Doubles(numbers), ColumnWriter::DoubleColumnWriter(into)) => {
                    into.write_batch(numbers, definitions, repetitions)
                }
                _ => panic!("the schema is another"),
            };
            written.expect("values can be written");
            into.close().expect("a column can be closed");
        }
        group.close().expect("a group can be closed");
    }
    writer.close().expect("a file can be closed");
}

fn entry(path: &Path) -> Entry {
    let listing = listing::list(path, &Known::default()).expect("it is there");
    listing.entries.into_iter().next().expect("one file")
}

#[test]
fn lists_and_maps_of_older_writers_are_what_they_mean() {
    const SCHEMA: &str = "message spark_schema {
        required group a (LIST) { repeated group bag { optional binary array_element (UTF8); } }
        optional group m (MAP) { repeated group map (MAP_KEY_VALUE) { required binary key (UTF8); optional int64 value; } }
        repeated int64 plain;
        optional group l (LIST) { repeated group array { required binary x (UTF8); } }
        optional group s { optional double y; }
    }";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("old.parquet");
    let column = |values, definitions, repetitions| Written {
        values,
        definitions,
        repetitions: Some(repetitions),
    };
    let columns = vec![
        column(Values::Texts(vec!["x"]), &[2, 1, 0], &[0, 1, 0]),
        column(Values::Texts(vec!["k", "l"]), &[2, 2, 0], &[0, 1, 0]),
        column(Values::Numbers(vec![1]), &[3, 2, 0], &[0, 1, 0]),
        column(Values::Numbers(vec![1, 2]), &[1, 1, 0], &[0, 1, 0]),
        column(Values::Texts(vec!["\"y\"\n"]), &[2, 1], &[0, 0]),
        Written {
            values: Values::Doubles(vec![23.0]),
            definitions: &[2, 0],
            repetitions: None,
        },
    ];
    write(&path, SCHEMA, WriterProperties::default(), &[columns]);
    let entry = entry(&path);
    let opened = Opened::open(&entry).expect("it can be read");
    let mut objects = vec![];
    let all = opened.each_object(|_| true, &mut |row, text, written| {
        objects.push((row, text.to_owned(), written));
        Ok(ControlFlow::Continue(()))
    });
    all.expect("it can be read");
    let first = r#"{"a":["x",null],"m":{"k":"1","l":null},"plain":["1","2"],"l":[{"x":"\"y\"\n"}],"s":{"y":"23"}}"#;
    let second = r#"{"a":[],"m":null,"plain":[],"l":[],"s":null}"#;
    let expected = [(1, first), (2, second)].map(|(row, text)| (row, text.to_owned(), Ok(())));
    assert_eq!(objects, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_table_reads_back_as_it_was_written(
        rows in proptest::collection::vec(
            (any::<Option<String>>(), "[a-c]{0,2}", any::<Option<i64>>(), any::<Option<f64>>()), 0..80),
        n_in_group in 1_usize..50,
        n_in_page in 1_usize..20,
        has_dictionary in any::<bool>(),
        is_version_2 in any::<bool>(),
    ) {
        const SCHEMA: &str = "message m {
            optional binary any (UTF8); required binary few (UTF8); optional int64 n; optional double x; }";
        let version = if is_version_2 { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
        let properties = WriterProperties::builder()
            .set_writer_version(version)
            .set_dictionary_enabled(has_dictionary)
            .set_write_batch_size(1)
            .set_data_page_row_count_limit(n_in_page)
            // Behind so large a dictionary values are written as they are.
            .set_dictionary_page_size_limit(200)
            .build();
        let levels: Vec<Vec<[i16; 3]>> = rows.chunks(n_in_group).map(|rows| {
            let level = |is_some| i16::from(is_some);
            let levels = rows.iter();
            levels.map(|row| [level(row.0.is_some()), level(row.2.is_some()), level(row.3.is_some())]).collect()
        }).collect();
        let columns: Vec<[Vec<i16>; 3]> = levels.iter().map(|levels| {
            [0, 1, 2].map(|at| levels.iter().map(|levels| levels[at]).collect())
        }).collect();
        let groups: Vec<_> = rows.chunks(n_in_group).zip(&columns).map(|(rows, levels)| {
            let texts = rows.iter().filter_map(|row| row.0.as_deref()).collect();
            let few = rows.iter().map(|row| row.1.as_str()).collect();
            let column = |values, definitions| Written { values, definitions, repetitions: None };
            vec![
                column(Values::Texts(texts), &levels[0]),
                column(Values::Texts(few), &[][..]),
                column(Values::Numbers(rows.iter().filter_map(|row| row.2).collect()), &levels[1]),
                column(Values::Doubles(rows.iter().filter_map(|row| row.3).collect()), &levels[2]),
            ]
        }).collect();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.parquet");
        write(&path, SCHEMA, properties, &groups);
        let expected: Vec<_> = rows.iter().map(|(text, few, n, x)| {
            let mut double = String::new();
            if let Some(x) = x {
                number::write(*x, number::EXACT_BELOW, &mut double);
            }
            vec![
                text.clone().unwrap_or_default(),
                few.clone(),
                n.map(|n| n.to_string()).unwrap_or_default(),
                double,
            ]
        }).collect();
        let entry = entry(&path);
        let opened = Opened::open(&entry).expect("it can be read");
        prop_assert_eq!(opened.first_rows(4), expected);
    }
}
