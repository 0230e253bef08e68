//! Containers, kinds and encodings, from files that others have packed.

use std::{
    fs,
    io::{Seek as _, Write as _},
};

use encoding_rs::{ISO_8859_15, MACINTOSH, SHIFT_JIS, UTF_16LE, WINDOWS_1252};
use proptest::prelude::*;

use super::*;

/// Containers with the same text in each, and how many bytes there must be for them to be told.
const PACKED: [(&str, usize); 15] = [
    ("wide.csv.gz", 2),
    ("wide.csv.bz2", 4),
    ("wide.csv.zst", 4),
    ("wide-skipped-frame.csv.zst", 4),
    ("wide.csv.lz4", 4),
    ("wide.csv.sz", 10),
    ("wide.csv.deflate", 2),
    ("wide-hadoop.csv.snappy", 15),
    ("wide-hadoop.csv.lz4", 15),
    ("wide.zip", 4),
    ("wide-stored.zip", 4),
    ("wide-bzip2.zip", 4),
    ("wide-streamed.zip", 4),
    ("wide-64.zip", 4),
    ("wide-gz.zip", 4),
];

fn fixture(name: &str) -> Vec<u8> {
    fs::read(format!("tests/fixtures/{name}")).expect("a fixture")
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("it can be written");
    file.rewind().expect("it can be read");
    file
}

fn read(bytes: &[u8], options: &Options) -> Result<String, Stop> {
    let mut window = Window::open(file(bytes), options)?;
    let mut text = vec![];
    while !window.has_ended() {
        window.fill()?;
        text.extend_from_slice(window.bytes());
        window.consume(window.bytes().len());
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn text(bytes: &[u8]) -> Result<String, Stop> {
    read(bytes, &Options::default())
}

fn in_encoding(bytes: &[u8], encoding: &'static Encoding) -> Result<String, Stop> {
    let encoding = Some(encoding);
    read(
        bytes,
        &Options {
            encoding,
            ..Options::default()
        },
    )
}

fn is_cut_off(stop: &Stop) -> bool {
    match stop {
        Stop::CutOff => true,
        Stop::Io(e) => e.kind() == io::ErrorKind::UnexpectedEof,
        Stop::Damaged(_) | Stop::OtherKind(_) | Stop::Asked => false,
    }
}

fn is_damaged(stop: &Stop) -> bool {
    let kinds = [io::ErrorKind::InvalidData, io::ErrorKind::InvalidInput];
    matches!(stop, Stop::Damaged(_)) || matches!(stop, Stop::Io(e) if kinds.contains(&e.kind()))
}

#[test]
fn every_container_gives_the_same_text() {
    let wide = String::from_utf8(fixture("sources/wide.csv")).expect("it is text");
    for (name, _) in PACKED {
        let packed = fixture(&format!("sources/{name}"));
        assert_eq!(text(&packed).expect(name), wide, "{name}");
    }
}

#[test]
fn a_container_that_was_cut_off_is_no_whole_file() {
    for (name, least) in PACKED {
        let packed = fixture(&format!("sources/{name}"));
        for length in least..packed.len() {
            match text(packed.get(..length).expect("a part")) {
                Err(stop) => assert!(is_cut_off(&stop), "{name} at {length}: {stop:?}"),
                // These have no end: between two blocks a cut leaves no trace, as between two lines.
                Ok(part) => {
                    let is_without_end = name.contains("hadoop") || name.contains(".sz");
                    let is_between = part.len() % 100 == 0;
                    let is_only_skipped = name.contains("skipped") && part.is_empty();
                    assert!(
                        (is_without_end && is_between) || is_only_skipped,
                        "{name} at {length}: {part}"
                    );
                }
            }
        }
    }
}

#[test]
fn nothing_may_follow_a_container() {
    for (name, _) in PACKED {
        let mut packed = fixture(&format!("sources/{name}"));
        packed.extend_from_slice(b"garbage garbage garbage");
        let stop = text(&packed).expect_err(name);
        assert!(is_damaged(&stop) || is_cut_off(&stop), "{name}: {stop:?}");
    }
}

#[test]
fn an_empty_file_may_be_packed() {
    let empty: [&[u8]; 6] = [
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0",
        b"BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0",
        b"\x28\xb5\x2f\xfd\x20\0\x01\0\0",
        b"\x04\x22\x4d\x18\x60\x40\x82\0\0\0\0",
        b"\xff\x06\0\0sNaPpY",
        b"\x78\x9c\x03\0\0\0\0\x01",
    ];
    for packed in empty {
        assert_eq!(text(packed).expect("whole"), "", "{packed:?}");
    }
}

proptest! {
    #[test]
    fn no_damage_of_a_container_makes_it_panic(
        which in any::<prop::sample::Index>(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (name, _) = which.get(&PACKED);
        let mut packed = fixture(&format!("sources/{name}"));
        for (at, byte) in damage {
            let at = at.index(packed.len());
            packed[at] = byte;
        }
        if let Ok(text) = text(&packed) {
            prop_assert!(text.len() < 10_000);
        }
    }
}

#[test]
fn sizes_that_are_only_claimed_take_no_memory() {
    // A window of 2 GB and more; a block of 4 GB; a chunk of 16 MB and one of 2 GB in a block of 1 GB.
    let refused: [&[u8]; 4] = [
        b"\x28\xb5\x2f\xfd\0\xa8\x01\0\0",
        b"\x04\x22\x4d\x18\x60\x40\x82\xff\xff\xff\x7f1234",
        b"\xff\x06\0\0sNaPpY\0\xff\xff\xff1234",
        b"\0\0\0\x05\0\0\0\x07\x05\x10Ada,1\x40\0\0\0\x7f\xff\xff\xff1",
    ];
    for packed in refused {
        let stop = text(packed).expect_err("it claims too much");
        assert!(is_damaged(&stop), "{packed:?}: {stop:?}");
    }
}

#[test]
fn a_bomb_can_be_stopped() {
    // 64 MB of nothing, whose reading is stopped at once.
    let bomb = bomb();
    let tether = Tether::default();
    let options = Options {
        encoding: None,
        tether: tether.clone(),
    };
    let mut window = Window::open(file(&bomb), &options).expect("it begins well");
    window.fill().expect("it goes on");
    window.consume(window.bytes().len());
    tether.cut();
    let error = window.fill().expect_err("it is stopped");
    assert!(matches!(Stop::from(error), Stop::Asked));
    assert!(matches!(read(&bomb, &options), Err(Stop::Asked)));
}

fn bomb() -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    for _ in 0..64 {
        packer.write_all(&vec![b' '; 1 << 20]).expect("memory");
    }
    packer.finish().expect("memory")
}

#[test]
fn what_is_no_text_is_named() {
    let named = [
        ("parquet-named-csv.csv", FileKind::Parquet),
        ("parquet-real.csv", FileKind::Parquet),
        ("orc-named-csv.csv", FileKind::Orc),
        ("arrow-named-csv.csv", FileKind::Arrow),
        ("avro-named-csv.csv", FileKind::Avro),
        ("database-named-csv.csv", FileKind::Database),
        ("xz-named-csv.csv", FileKind::Archive("xz")),
        ("tar-named-csv.csv", FileKind::Archive("tar")),
        ("tar.gz-named-csv.csv", FileKind::Archive("tar")),
        ("pgp-binary.csv", FileKind::Encrypted),
        ("pgp-armoured.csv", FileKind::Encrypted),
        ("pgp-signed.csv", FileKind::Archive("PGP")),
        ("web-page.csv", FileKind::WebPage),
        ("utf16-html.csv", FileKind::WebPage),
        ("xml-named-csv.csv", FileKind::Xml),
        ("pdf-named-csv.csv", FileKind::Pdf),
        ("rtf-named-json.json", FileKind::Rtf),
        ("old-workbook.csv", FileKind::OldWorkbook),
        ("workbook-named-csv.csv", FileKind::Workbook),
        ("zip-of-document.docx", FileKind::Document),
        (
            "zip-several.zip",
            FileKind::ZipOfSeveral("a.csv, below/b.csv".to_owned()),
        ),
        ("zip-empty.zip", FileKind::EmptyZip),
        ("zip-of-nothing.zip", FileKind::EmptyZip),
        ("zip-encrypted.zip", FileKind::EncryptedZip),
        ("zip-lzma.zip", FileKind::OtherZip),
        ("zip-in-zip.zip", FileKind::ZipInside),
        ("gz-three-times.csv.gz", FileKind::PackedTooOften),
        (
            "lz4-legacy.csv.lz4",
            FileKind::Archive("an old kind of LZ4"),
        ),
        ("utf32.csv", FileKind::Utf32),
    ];
    for (name, expected) in named {
        match text(&fixture(&format!("malformed/{name}"))) {
            Err(Stop::OtherKind(kind)) => assert_eq!(kind, expected, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn a_kind_that_another_reader_knows_is_told_without_an_error() {
    let begins = |bytes: &[u8]| {
        let input = Input::open(file(bytes), &Options::default()).expect("it can be opened");
        (input.begins().clone(), input.is_packed())
    };
    let parquet = fixture("malformed/parquet-real.csv");
    assert_eq!(begins(&parquet), (Begins::Parquet, false));
    let mut gzip = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    gzip.write_all(&parquet).expect("memory");
    let packed = gzip.finish().expect("memory");
    assert_eq!(begins(&packed), (Begins::Parquet, true));
    let workbook = fixture("malformed/workbook-named-csv.csv");
    assert_eq!(begins(&workbook), (Begins::Workbook, false));
    assert_eq!(begins(b"Oid\n1\n"), (Begins::Text, false));
    assert_eq!(begins(&fixture("sources/wide.zip")), (Begins::Text, true));
}

#[test]
fn text_is_not_taken_for_anything_else() {
    let texts = [
        "PK,Oid\n1,2\n",
        "BZh,Oid\n",
        "x^2,Oid\n",
        "x\u{680}\n",
        "ORC\n1\n",
        "Obj,Oid\n",
        "PARtner\n",
        "7z,Oid\n",
        "\"Rar!\"\n",
        "GIF,Oid\n",
        "<Oid>,name\n",
        "%PDF,Oid\n",
        "{\"rtf\":1}",
        "À,Oid\n",
        "Ö\n",
        "",
        "O",
    ];
    for given in texts {
        assert_eq!(text(given.as_bytes()).expect(given), given);
    }
}

#[test]
fn encodings_are_told_by_marks_then_by_zeros_then_by_the_setting() {
    let utf16 = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>()
    };
    let plain = utf16("Oid,é\n");
    let marked = [b"\xff\xfe".as_slice(), &plain].concat();
    let twice = [b"\xff\xfe\xff\xfe".as_slice(), &plain].concat();
    for bytes in [&plain, &marked, &twice] {
        assert_eq!(text(bytes).expect("text"), "Oid,é\n");
        assert_eq!(in_encoding(bytes, WINDOWS_1252).expect("text"), "Oid,é\n");
    }
    let utf8 = "\u{feff}\u{feff}Oid,é\n".as_bytes();
    assert_eq!(text(utf8).expect("text"), "Oid,é\n");
    assert_eq!(in_encoding(utf8, UTF_16LE).expect("text"), "Oid,é\n");
    assert_eq!(in_encoding(&utf16("氏名"), UTF_16LE).expect("text"), "氏名");
    assert_eq!(
        in_encoding(b"\x80\xfc\n", WINDOWS_1252).expect("text"),
        "€ü\n"
    );
    assert_eq!(
        in_encoding(b"\xa4\xfc\n", ISO_8859_15).expect("text"),
        "€ü\n"
    );
    assert_eq!(
        in_encoding(b"J\x9frgen\n", MACINTOSH).expect("text"),
        "Jürgen\n"
    );
    assert_eq!(
        in_encoding(b"\x8e\x52\x93\x63\n", SHIFT_JIS).expect("text"),
        "山田\n"
    );
    // Half-width Japanese: two bytes at a time might be UTF-8.
    assert_eq!(in_encoding(b"\xc3\xbc\n", SHIFT_JIS).expect("text"), "ﾃｼ\n");
}

#[test]
fn what_is_undefined_in_the_chosen_encoding_becomes_a_replacement() {
    for (bytes, encoding) in [
        (b"a\x81b".as_slice(), WINDOWS_1252),
        (b"a\x80b", ISO_8859_15),
        (b"a\xffb", SHIFT_JIS),
    ] {
        assert_eq!(in_encoding(bytes, encoding).expect("text"), "a\u{fffd}b");
    }
}

#[test]
fn utf8_is_not_read_in_another_encoding_because_it_was_chosen() {
    for encoding in [WINDOWS_1252, ISO_8859_15, MACINTOSH, SHIFT_JIS] {
        for given in ["Oid\nJürgen 山\n", "Oid\n山"] {
            let stop = in_encoding(given.as_bytes(), encoding).expect_err("it is UTF-8");
            assert!(is_damaged(&stop), "{stop:?}");
        }
    }
    assert_eq!(
        in_encoding(b"Oid\n1\n", MACINTOSH).expect("text"),
        "Oid\n1\n"
    );
}

#[test]
fn an_encoding_is_proposed_with_a_line_as_it_would_read() {
    let proposed = |bytes: &[u8]| {
        let proposal = propose_encoding(bytes)?;
        Some((chosen(proposal.encoding), proposal.sample))
    };
    let some = |encoding: &'static Encoding, sample: &str| Some((encoding, sample.to_owned()));
    assert_eq!(
        proposed(b"Oid\n1,J\xfcrgen\n2,Gro\xdf\n"),
        some(WINDOWS_1252, "1,Jürgen")
    );
    assert_eq!(
        proposed(b"Oid\n1,Zo\xeb \x96 Ltd\n"),
        some(WINDOWS_1252, "1,Zoë – Ltd")
    );
    assert_eq!(
        proposed(b"Oid\r1,J\x9frgen,M\x9f\xa7ig\r"),
        some(MACINTOSH, "1,Jürgen,Müßig")
    );
    assert_eq!(proposed(b"Oid\r1,Stra\xa7e\r"), some(MACINTOSH, "1,Straße"));
    let japanese = "Oid\n1,山田太郎\n2,佐藤花子\n";
    let (japanese, _, _) = SHIFT_JIS.encode(japanese);
    assert_eq!(proposed(&japanese), some(SHIFT_JIS, "1,山田太郎"));
    assert_eq!(proposed("Oid\n1,Jürgen\n".as_bytes()), None);
    // UTF-8 with one broken row is not in another encoding.
    assert_eq!(proposed(b"Oid\n1,J\xc3\xbcrgen\n2,Gr\xffce\n"), None);
    assert_eq!(proposed(b"Oid\n1,\x81\x8d\n"), None);
    assert_eq!(proposed(b"\xfc\x01\xe4 of no kind\n"), None);
}

#[test]
fn every_encoding_on_offer_has_a_name_of_its_own_kind() {
    for (choice, encoding) in encoding::OFFERED {
        assert_eq!(chosen(choice), encoding);
        assert!(Encoding::for_label(encoding.name().as_bytes()) == Some(encoding));
        assert!(!plain_name(encoding).is_empty());
    }
}
