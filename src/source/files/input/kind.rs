//! What a file is that is no text, told by its first bytes.

use std::fmt;

use super::encoding;

/// What a file begins as, out of its containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) enum Begins {
    /// Nothing else: text, as far as one can tell.
    Text,
    /// A Parquet file.
    Parquet,
    /// An Excel workbook as it is written since 2007 (`.xlsx`).
    Workbook,
    /// Something that is not read.
    Other(FileKind),
}

/// What a file is that is not read as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    /// Apache Parquet.
    Parquet,
    /// An Excel workbook (`.xlsx`).
    Workbook,
    /// An Excel workbook of another kind (`.xls`, `.xlsb`), or one with a password.
    OldWorkbook,
    /// A text, slides or another table of an office program.
    Document,
    /// Apache Avro.
    Avro,
    /// Apache ORC.
    Orc,
    /// Apache Arrow.
    Arrow,
    /// A `SQLite` database.
    Database,
    /// PDF.
    Pdf,
    /// Rich text.
    Rtf,
    /// A picture.
    Image,
    /// A web page.
    WebPage,
    /// XML.
    Xml,
    /// Encrypted with PGP or GPG.
    Encrypted,
    /// A zip whose file has a password.
    EncryptedZip,
    /// A zip with no file that could be data.
    EmptyZip,
    /// A zip with more than one file; some of their names.
    ZipOfSeveral(String),
    /// A zip that uses a way of compression that is not read.
    OtherZip,
    /// A zip in another container.
    ZipInside,
    /// Packed more often than anyone does by intent.
    PackedTooOften,
    /// An archive or compressed file that is not read; its name.
    Archive(&'static str),
    /// UTF-32.
    Utf32,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parquet => "a Parquet file",
            Self::Workbook => "an Excel workbook",
            Self::OldWorkbook => {
                "an Excel workbook of an old or binary kind (.xls, .xlsb) or one with a password"
            }
            Self::Document => "a document of an office program",
            Self::Avro => "an Avro file",
            Self::Orc => "an ORC file",
            Self::Arrow => "an Arrow file",
            Self::Database => "an SQLite database",
            Self::Pdf => "a PDF document",
            Self::Rtf => "a rich text document",
            Self::Image => "a picture",
            Self::WebPage => "a web page, perhaps a sign-in page saved in place of the export",
            Self::Xml => "an XML file",
            Self::Encrypted => "encrypted with PGP",
            Self::EncryptedZip => "a zip with a password",
            Self::EmptyZip => "a zip without a file of data",
            Self::ZipOfSeveral(names) => return write!(f, "a zip of several files ({names})"),
            Self::OtherZip => "a zip compressed in a way that is not read",
            Self::ZipInside => "a zip inside another packed file",
            Self::PackedTooOften => "packed more than twice",
            Self::Archive(name) => return write!(f, "packed with {name}"),
            Self::Utf32 => "text in UTF-32",
        })
    }
}

impl FileKind {
    /// What the reader can do now; one sentence.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Parquet | Self::Avro | Self::Orc | Self::Arrow => {
                "Choose CSV or JSON as the file type of the export."
            }
            Self::Workbook | Self::OldWorkbook => {
                "Open it in Excel and save it as “CSV UTF-8”, or export it as CSV."
            }
            Self::Document | Self::Database | Self::Pdf | Self::Rtf | Self::Image | Self::Xml => {
                "Export the profiles as CSV or JSON, and move this file elsewhere."
            }
            Self::WebPage => "Sign in where the export is kept, and download the file again.",
            Self::Encrypted => {
                "Decrypt it, or switch the encryption off in the settings of AEP's export."
            }
            Self::EncryptedZip
            | Self::EmptyZip
            | Self::ZipOfSeveral(_)
            | Self::OtherZip
            | Self::ZipInside
            | Self::PackedTooOften
            | Self::Archive(_) => {
                "Unpack it, and put only the files with the profiles into the source."
            }
            Self::Utf32 => "Save it in UTF-8.",
        }
    }
}

/// What these first bytes of a file are, once it is out of its containers.
pub(super) fn begins(head: &[u8]) -> Begins {
    // The second one is how it begins if its footer is encrypted.
    if head.starts_with(b"PAR1") || head.starts_with(b"PARE") {
        return Begins::Parquet;
    }
    let kind = by_magic(head)
        .or_else(|| is_pgp(head).then_some(FileKind::Encrypted))
        .or_else(|| by_text(head));
    kind.map_or(Begins::Text, Begins::Other)
}

fn by_magic(head: &[u8]) -> Option<FileKind> {
    Some(match head {
        [0xd0, 0xcf, 0x11, 0xe0, ..] => FileKind::OldWorkbook,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..] => {
            FileKind::ZipInside
        }
        [b'O', b'b', b'j', 1, ..] => FileKind::Avro,
        [b'O', b'R', b'C', rest @ ..] if has_control(rest) => FileKind::Orc,
        [b'A', b'R', b'R', b'O', b'W', b'1', 0, ..] => FileKind::Arrow,
        [0x89, b'P', b'N', b'G', ..]
        | [0xff, 0xd8, 0xff, ..]
        | [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => FileKind::Image,
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => FileKind::Archive("7-Zip"),
        [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => FileKind::Archive("RAR"),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => FileKind::Archive("xz"),
        // Signed at most: the first byte is that of compressed data, the second the way of compression.
        [0xa3, 1..=3, ..] => FileKind::Archive("PGP"),
        [0x1f, 0x9d, ..] => FileKind::Archive("compress"),
        [0x02, 0x21, 0x4c, 0x18, ..] => FileKind::Archive("an old kind of LZ4"),
        [0x89, b'L', b'Z', b'O', ..] => FileKind::Archive("LZO"),
        _ if head.starts_with(b"SQLite format 3\0") => FileKind::Database,
        _ if head.starts_with(b"%PDF-") => FileKind::Pdf,
        _ if head.get(257..262) == Some(b"ustar") => FileKind::Archive("tar"),
        _ if encoding::is_utf32(head) => FileKind::Utf32,
        _ => return None,
    })
}

fn has_control(bytes: &[u8]) -> bool {
    let mut first = bytes.iter().take(256);
    first.any(|b| *b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r'))
}

/// Whether it begins with a packet that PGP puts before encrypted data: a session key encrypted to a key, or one made
/// from a password. Text in other encodings may begin with the same byte, but not go on with the number of a version.
fn is_pgp(head: &[u8]) -> bool {
    let version_at = |at: usize| head.get(at).copied().unwrap_or_default();
    let at_of_new = match head.get(1) {
        Some(192..=223) => 3,
        Some(255) => 6,
        _ => 2,
    };
    let (is_password, version) = match head.first() {
        Some(0x84) => (false, version_at(2)),
        Some(0x85) => (false, version_at(3)),
        Some(0xc1) => (false, version_at(at_of_new)),
        Some(0x8c) => (true, version_at(2)),
        Some(0xc3) => (true, version_at(at_of_new)),
        _ => return false,
    };
    matches!((is_password, version), (false, 3 | 6) | (true, 4..=6))
}

/// Text that is no table.
fn by_text(head: &[u8]) -> Option<FileKind> {
    let readable = encoding::readable(head);
    let text = readable.trim_ascii_start();
    let begins = |mark: &str| {
        let found = text.get(..mark.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(mark.as_bytes()))
    };
    let is_page = |text: &[u8]| {
        let small = text.to_ascii_lowercase();
        let mut pieces = small.windows(5);
        pieces.any(|piece| piece == b"<html") || small.windows(14).any(|p| p == b"<!doctype html")
    };
    if begins("-----BEGIN PGP") {
        Some(FileKind::Encrypted)
    } else if begins("{\\rtf") {
        Some(FileKind::Rtf)
    } else if begins("<!doctype html") || begins("<html") || begins("<head") || begins("<body") {
        Some(FileKind::WebPage)
    } else if begins("<?xml") || begins("<!--") || begins("<!doctype") {
        Some(if is_page(text) {
            FileKind::WebPage
        } else {
            FileKind::Xml
        })
    } else {
        None
    }
}
