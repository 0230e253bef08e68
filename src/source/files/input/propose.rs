//! What a file that is not UTF-8 may be instead, for a person to decide.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_8859_15, MACINTOSH, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::encoding::{self, is_c1};
use crate::model::TextEncoding;

/// An encoding that a file may be in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The encoding.
    pub encoding: TextEncoding,
    /// A line that is not UTF-8, as it would read.
    pub sample: String,
}

const MOST_BYTES: usize = 1 << 20;
const MOST_OF_SAMPLE: usize = 200;

/// Proposes an encoding for text that is not UTF-8. Nothing comes of text that is, of text that is UTF-8 in other lines,
/// and of an encoding that is not offered.
pub(super) fn propose_encoding(bytes: &[u8]) -> Option<Proposal> {
    let bytes = bytes.get(..MOST_BYTES).unwrap_or(bytes);
    let mut lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).peekable();
    let mut odd = vec![];
    while let Some(line) = lines.next() {
        match str::from_utf8(line) {
            Ok(text) if text.is_ascii() => {}
            // The last line may go on, and the only one has to do.
            Err(_) if lines.peek().is_some() || odd.is_empty() => odd.push(line),
            Err(_) => {}
            Ok(_beyond_ascii) => return None,
        }
    }
    let first = odd.first()?;
    // What has control characters in it is no text in any of them.
    if first.iter().any(|b| *b < b' ' && *b != b'\t') {
        return None;
    }
    let encoding = if is_mac(&odd) { MACINTOSH } else { guess(&odd) };
    let (sample, _) = encoding.decode_without_bom_handling(first);
    let is_text = !sample.contains(|c| c == '\u{fffd}' || is_c1(c));
    let offered = encoding::offered(encoding).filter(|_| is_text)?;
    Some(Proposal {
        encoding: offered,
        sample: sample.chars().take(MOST_OF_SAMPLE).collect(),
    })
}

fn guess(lines: &[&[u8]]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for line in lines {
        detector.feed(line, false);
        detector.feed(b"\n", false);
    }
    detector.feed(b"", true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Whether all beyond ASCII are letters in Mac OS Roman, of which one at least makes no sense in Windows-1252: a capital
/// or a sign within a word, or nothing at all.
fn is_mac(lines: &[&[u8]]) -> bool {
    let mut beyond = lines.iter().copied().flatten().filter(|b| !b.is_ascii());
    let is_letter = |b: &u8| matches!(b, 0x80..=0x9f | 0xa7 | 0xae | 0xaf | 0xbe | 0xbf);
    let has_sign = |line: &&[u8]| {
        let mut triples = line.windows(3);
        triples.any(|triple| match triple {
            [before, byte, behind] if before.is_ascii_alphabetic() && !byte.is_ascii() => {
                let bytes = [*byte];
                let (in_windows, _) = WINDOWS_1252.decode_without_bom_handling(&bytes);
                let is_inside = behind.is_ascii_lowercase();
                let is_behind_small = before.is_ascii_lowercase();
                in_windows.contains(|c: char| {
                    let is_odd = c.is_uppercase() || is_c1(c);
                    (is_odd && is_behind_small) || (is_inside && (is_odd || "§†‡‰‹›ˆ˜".contains(c)))
                })
            }
            _ => false,
        })
    };
    beyond.all(is_letter) && lines.iter().any(has_sign)
}

/// The name of an encoding as programs for people have it.
pub(super) fn plain_name(encoding: &'static Encoding) -> &'static str {
    if encoding == WINDOWS_1252 {
        "Windows-1252"
    } else if encoding == MACINTOSH {
        "Mac OS Roman"
    } else if encoding == SHIFT_JIS {
        "Shift_JIS"
    } else if encoding == ISO_8859_15 {
        "ISO-8859-15"
    } else if encoding == UTF_16LE || encoding == UTF_16BE {
        "UTF-16"
    } else {
        encoding.name()
    }
}

/// Why a record that begins here has bytes that are no text in UTF-8.
pub(super) fn wrong_encoding(bytes: &[u8]) -> String {
    match propose_encoding(bytes) {
        Some(Proposal { encoding, .. }) => format!(
            "it is not UTF-8; the file looks like {}: save it as “CSV UTF-8”, or choose the encoding in the source's settings",
            seeming(encoding::chosen(encoding))
        ),
        None => "it has bytes that are no text in UTF-8, the file's encoding".to_owned(),
    }
}

/// The encoding's name with those who write it.
fn seeming(encoding: &'static Encoding) -> &'static str {
    if encoding == WINDOWS_1252 {
        "Windows-1252, as Excel saves CSV"
    } else if encoding == MACINTOSH {
        "Mac OS Roman, as Excel on a Mac saves CSV"
    } else {
        plain_name(encoding)
    }
}
