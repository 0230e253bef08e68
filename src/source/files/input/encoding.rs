//! Which encoding text is in, and its way into UTF-8.

use std::{
    borrow::Cow,
    io::{self, Read},
};

use encoding_rs::{
    Decoder, Encoding, ISO_8859_15, MACINTOSH, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252,
};

use super::{propose::plain_name, read_some};
use crate::model::TextEncoding;

/// The encodings a person may choose among.
pub(super) const OFFERED: [(TextEncoding, &Encoding); 7] = [
    (TextEncoding::Utf8, UTF_8),
    (TextEncoding::Utf16Le, UTF_16LE),
    (TextEncoding::Utf16Be, UTF_16BE),
    (TextEncoding::Windows1252, WINDOWS_1252),
    (TextEncoding::Iso8859_15, ISO_8859_15),
    (TextEncoding::Macintosh, MACINTOSH),
    (TextEncoding::ShiftJis, SHIFT_JIS),
];

/// The encoding that a person has chosen.
pub(in crate::source) fn chosen(setting: TextEncoding) -> &'static Encoding {
    let found = OFFERED.iter().find(|(offered, _)| *offered == setting);
    found.map_or(UTF_8, |(_, encoding)| *encoding)
}

/// The choice that stands for an encoding; nothing if it is not offered.
pub(super) fn offered(encoding: &'static Encoding) -> Option<TextEncoding> {
    let found = OFFERED.iter().find(|(_, offered)| *offered == encoding);
    found.map(|(choice, _)| *choice)
}

const UTF_8_MARK: &[u8] = &[0xef, 0xbb, 0xbf];
const RAW_BUFFER: usize = 64 << 10;

/// How the text of a file is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    pub(super) encoding: &'static Encoding,
    /// How many bytes of byte order marks stand before it; some programs write two.
    pub(super) n_mark: usize,
    /// Whether only a setting speaks for the encoding.
    is_chosen: bool,
}

/// Tells the encoding: by the byte order mark, by the zero bytes of UTF-16, by what was chosen; else it is UTF-8.
pub(super) fn detect(head: &[u8], chosen: Option<&'static Encoding>) -> Text {
    let marks: [(&'static Encoding, &[u8]); 3] = [
        (UTF_8, UTF_8_MARK),
        (UTF_16LE, &[0xff, 0xfe]),
        (UTF_16BE, &[0xfe, 0xff]),
    ];
    for (encoding, mark) in marks {
        let n_mark = n_marks(head, mark) * mark.len();
        if n_mark > 0 {
            return Text {
                encoding,
                n_mark,
                is_chosen: false,
            };
        }
    }
    let sure = by_zeros(head);
    Text {
        encoding: sure.or(chosen).unwrap_or(UTF_8),
        n_mark: 0,
        is_chosen: sure.is_none(),
    }
}

fn n_marks(head: &[u8], mark: &[u8]) -> usize {
    let mut pieces = head.chunks_exact(mark.len());
    pieces.by_ref().take_while(|piece| *piece == mark).count()
}

/// The beginning of a text without its marks; ASCII in it can be read.
pub(super) fn readable(head: &[u8]) -> Cow<'_, [u8]> {
    let text = detect(head, None);
    let head = head.get(text.n_mark..).unwrap_or_default();
    if text.encoding == UTF_8 {
        return Cow::Borrowed(head);
    }
    let (decoded, _) = text.encoding.decode_without_bom_handling(head);
    Cow::Owned(decoded.into_owned().into_bytes())
}

/// UTF-16 without a mark, as Java writes it: half of its bytes are zero wherever the text is ASCII, which the beginning
/// of a table or of JSON is.
pub(super) fn by_zeros(head: &[u8]) -> Option<&'static Encoding> {
    let (units, _) = head.as_chunks::<2>();
    let is_utf16 = |is_ascii: &dyn Fn(&[u8; 2]) -> bool| {
        let n_ascii = units.iter().filter(|unit| is_ascii(unit)).count();
        units.len() >= 2
            && units.iter().take(2).all(is_ascii)
            && n_ascii * 2 >= units.len()
            && !units.contains(&[0, 0])
    };
    if is_utf16(&|unit| unit[1] == 0 && is_plain(unit[0])) {
        Some(UTF_16LE)
    } else if is_utf16(&|unit| unit[0] == 0 && is_plain(unit[1])) {
        Some(UTF_16BE)
    } else {
        None
    }
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// Whether it is UTF-32, with a mark or without.
pub(super) fn is_utf32(head: &[u8]) -> bool {
    match head {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => true,
        [a, 0, 0, 0, b, 0, 0, 0, ..] | [0, 0, 0, a, 0, 0, 0, b, ..] => is_plain(*a) && is_plain(*b),
        _ => false,
    }
}

/// Text of another encoding as UTF-8; what cannot be decoded becomes U+FFFD.
pub(super) struct Decoded<R> {
    input: R,
    encoding: &'static Encoding,
    decoder: Decoder,
    /// Whether it must still be seen that the text is not in UTF-8 after all.
    is_in_doubt: bool,
    raw: Vec<u8>,
    text: String,
    taken: usize,
    has_ended: bool,
}

impl<R: Read> Decoded<R> {
    pub(super) fn new(input: R, text: Text) -> Self {
        Self {
            input,
            encoding: text.encoding,
            decoder: text.encoding.new_decoder_without_bom_handling(),
            is_in_doubt: text.is_chosen && ![UTF_16LE, UTF_16BE].contains(&text.encoding),
            raw: vec![0; RAW_BUFFER],
            text: String::new(),
            taken: 0,
            has_ended: false,
        }
    }

    fn decode_more(&mut self) -> io::Result<()> {
        let n_read = read_some(&mut self.input, &mut self.raw)?;
        let raw = self.raw.get(..n_read).unwrap_or_default();
        if self.is_in_doubt && !raw.is_ascii() {
            self.is_in_doubt = false;
            if is_utf8(raw, self.encoding) {
                let name = plain_name(self.encoding);
                let what = format!("it is in UTF-8, but {name} is chosen as its encoding");
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
        }
        self.has_ended = n_read == 0;
        self.text.clear();
        self.taken = 0;
        let most = self.decoder.max_utf8_buffer_length(n_read);
        self.text.reserve(most.unwrap_or(RAW_BUFFER * 4));
        // There is room for all of it, and what is malformed is replaced.
        let _all_of_it = self
            .decoder
            .decode_to_string(raw, &mut self.text, self.has_ended);
        // Bytes that an encoding leaves undefined are decoded as control characters, which no text has.
        if self.encoding.is_single_byte() && self.text.contains(is_c1) {
            self.text = self.text.replace(is_c1, "\u{fffd}");
        }
        Ok(())
    }
}

/// Whether a character is one of the control characters beyond ASCII.
pub(super) fn is_c1(character: char) -> bool {
    ('\u{80}'..='\u{9f}').contains(&character)
}

/// Whether text that is said to be in another encoding is UTF-8: by chance it is not, if all that goes beyond ASCII
/// fits. Two bytes of Japanese may fit by chance, three do not.
fn is_utf8(raw: &[u8], encoding: &'static Encoding) -> bool {
    let text = match str::from_utf8(raw) {
        Ok(text) => text,
        Err(e) if e.error_len().is_none() => {
            let whole = raw.get(..e.valid_up_to()).unwrap_or_default();
            str::from_utf8(whole).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let least = if encoding.is_single_byte() {
        '\u{80}'
    } else {
        '\u{800}'
    };
    text.contains(|character| character >= least)
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut ready = self.text.as_bytes().get(self.taken..).unwrap_or_default();
            if !ready.is_empty() || self.has_ended {
                let n_read = ready.read(into)?;
                self.taken += n_read;
                return Ok(n_read);
            }
            self.decode_more()?;
        }
    }
}
