//! How the files are read: what was found, and what a person sets instead.

use egui::{Ui, vec2};

use super::{SourceForm, Stage, status};
use crate::{
    engine::snapshot::{NullWord, SourceCheck},
    model::{Delimiter, Escape, FileSource, Quote, Reading, TextEncoding},
    ui::{
        format,
        text::{t, t_args},
        widgets::{
            Banner, Button, Card, Checkbox, Input, Kind, Select, facts::fact, help, input, link,
        },
        wizard::layout,
    },
};

const WORKBOOK: &str = "an Excel workbook";

/// Problems that another way of reading may mend.
const MENDED_HERE: [&str; 4] = [
    "source_dialect_unclear",
    "source_not_text",
    "source_damaged",
    "source_sheet_unclear",
];

/// Files, their size and their form, with a link to the parts of the dialect.
pub(super) fn fact_of_files(ui: &mut Ui, check: &SourceCheck, form: &mut SourceForm) {
    let n_bytes: u64 = check.files.iter().map(|file| file.n_bytes).sum();
    let mut forms: Vec<&str> = check.files.iter().map(|file| &*file.format).collect();
    forms.sort_unstable();
    forms.dedup();
    let args = [
        ("n", check.files.len().into()),
        ("size", format::bytes(n_bytes).into()),
        ("form", forms.join(", ").into()),
    ];
    ui.horizontal(|ui| {
        let shown = fact(ui, Kind::Ok, &t_args("wiz-fact-files", &args));
        if let Some(found) = found(check) {
            shown.on_hover_text(in_words(found));
        }
        let name = if form.is_reading_open {
            t("wiz-reading-hide")
        } else {
            t("wiz-reading-show")
        };
        if link(ui, name).clicked() {
            form.is_reading_open = !form.is_reading_open;
        }
    });
    let words = check.null_words.iter().filter(|known| known.is_empty);
    let n_empty: u64 = words.clone().map(|known| known.n_cells).sum();
    if n_empty > 0 {
        let words: Vec<_> = words.map(|known| known.word.as_str()).collect();
        let args = [("n", n_empty.into()), ("words", words.join(", ").into())];
        fact(ui, Kind::Neutral, &t_args("wiz-fact-null-words", &args));
    }
}

/// The parts of the dialect, open to be set; of a source that could be read or of one that could not.
pub(super) fn show(
    ui: &mut Ui,
    stage: &mut Stage<'_>,
    form: &mut SourceForm,
    check: Option<&SourceCheck>,
) {
    let problem = stage.source().and_then(|asked| asked.problem.as_ref());
    let code = problem.map_or("", |problem| problem.code.as_str());
    let Some(files) = stage.draft.source.files_mut() else {
        return;
    };
    if let Some(check) = check {
        proposal(ui, files, check);
    }
    if !form.is_reading_open && !MENDED_HERE.contains(&code) {
        return;
    }
    ui.add_space(16.0);
    Card::new().title(t("wiz-reading")).show(ui, |ui| {
        help(ui, t("wiz-reading-help"));
        ui.add_space(8.0);
        let found = check.and_then(found);
        dialect(ui, files, form, found);
        let has_sheets = check.is_some_and(|check| {
            let mut all = check.files.iter();
            all.any(|file| file.format == WORKBOOK)
        });
        if has_sheets || files.sheet.is_some() || code == "source_sheet_unclear" {
            sheet(ui, files);
        }
        if let Some(check) = check {
            status::correction(ui, files, check);
            null_words(ui, &mut files.reading, &check.null_words);
        }
    });
}

/// The encoding that the rows seem to be in that cannot be read.
fn proposal(ui: &mut Ui, files: &mut FileSource, check: &SourceCheck) {
    let Some(proposal) = &check.encoding else {
        return;
    };
    let name = encoding_name(proposal.encoding);
    ui.add_space(16.0);
    let title = t_args("wiz-encoding-title", &[("encoding", name.into())]);
    let args = [
        ("encoding", name.into()),
        ("sample", proposal.sample.as_str().into()),
    ];
    let text = t_args("wiz-encoding-text", &args);
    let banner = Banner::new(Kind::Warn, &title).text(&text);
    let take = t_args("wiz-encoding-take", &[("encoding", name.into())]);
    let taken = banner.show_with(ui, |ui| Button::secondary(&take).small().show(ui).clicked());
    if taken.inner {
        files.reading.encoding = Some(proposal.encoding);
    }
}

/// How the newest file is read that is delimited text.
fn found(check: &SourceCheck) -> Option<&Reading> {
    let mut files = check.files.iter().rev();
    files.find_map(|file| file.reading.as_ref())
}

/// The parts of a dialect in one line.
fn in_words(found: &Reading) -> String {
    let parts = [
        found.delimiter.map(delimiter_name),
        found.quote.map(quote_name),
        found.escape.map(escape_name),
        found.encoding.map(encoding_name),
    ];
    let mut parts: Vec<_> = parts.into_iter().flatten().map(str::to_owned).collect();
    let line = found.header_line.unwrap_or(1);
    parts.push(t_args("wiz-reading-header", &[("line", line.into())]));
    parts.join(", ")
}

const QUOTES: [Quote; 3] = [Quote::Double, Quote::Single, Quote::None];
const ESCAPES: [Escape; 3] = [Escape::Doubled, Escape::Backslash, Escape::Apostrophe];

/// The parts of a dialect, as they stand beside each other.
#[derive(Debug, Clone, Copy)]
enum Part {
    Delimiter,
    Quote,
    Escape,
    Encoding,
    Header,
}

const PARTS: [Part; 5] = [
    Part::Delimiter,
    Part::Quote,
    Part::Escape,
    Part::Encoding,
    Part::Header,
];

fn dialect(ui: &mut Ui, files: &mut FileSource, form: &mut SourceForm, found: Option<&Reading>) {
    const GAP: f32 = 16.0;
    let (n_beside, n) = if layout::is_wide(ui) {
        (5, 5.0)
    } else {
        (3, 3.0)
    };
    let width = ((ui.available_width() - GAP * (n - 1.0)) / n).floor();
    for (at, row) in PARTS.chunks(n_beside).enumerate() {
        ui.add_space(if at > 0 { 12.0 } else { 0.0 });
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing = vec2(GAP, 0.0);
            for part in row {
                layout::for_width(ui, width, |ui| one_part(ui, *part, files, form, found));
            }
        });
    }
}

fn one_part(
    ui: &mut Ui,
    part: Part,
    files: &mut FileSource,
    form: &mut SourceForm,
    found: Option<&Reading>,
) {
    let set = &mut files.reading;
    match part {
        Part::Delimiter => {
            let found = found.and_then(|found| found.delimiter);
            let all = &Delimiter::ALL;
            one_of(
                ui,
                t("wiz-delimiter"),
                all,
                delimiter_name,
                found,
                &mut set.delimiter,
            );
        }
        Part::Quote => {
            let found = found.and_then(|found| found.quote);
            one_of(
                ui,
                t("wiz-quote"),
                &QUOTES,
                quote_name,
                found,
                &mut set.quote,
            );
        }
        Part::Escape => {
            let found = found.and_then(|found| found.escape);
            one_of(
                ui,
                t("wiz-escape"),
                &ESCAPES,
                escape_name,
                found,
                &mut set.escape,
            );
        }
        Part::Encoding => {
            let found = found.and_then(|found| found.encoding);
            let all = &TextEncoding::ALL;
            one_of(
                ui,
                t("wiz-encoding"),
                all,
                encoding_name,
                found,
                &mut set.encoding,
            );
        }
        Part::Header => header(ui, set, form, found.and_then(|found| found.header_line)),
    }
}

/// A part of the dialect: what is found in each file, or one of these.
fn one_of<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    all: &[T],
    name_of: fn(T) -> &'static str,
    found: Option<T>,
    set: &mut Option<T>,
) {
    let as_found = as_found(found.filter(|_| set.is_none()).map(name_of));
    let mut options = vec![as_found.as_str()];
    options.extend(all.iter().map(|value| name_of(*value)));
    let shown = set.map_or(as_found.as_str(), name_of);
    if let Some(taken) = Select::new(name, shown).pick(ui, &options) {
        *set = taken.checked_sub(1).and_then(|at| all.get(at)).copied();
    }
}

/// The line of the header, taken once it is a number and the field is left.
fn header(ui: &mut Ui, set: &mut Reading, form: &mut SourceForm, found: Option<u64>) {
    let text = set.header_line.map(|line| line.to_string());
    let mut line = form.header_line.clone().or(text).unwrap_or_default();
    let hint = as_found(found.map(|line| line.to_string()).as_deref());
    let is_wrong = !line.trim().is_empty() && header_line(&line).is_none();
    let shown = Input::new(t("wiz-header-line"), &mut line)
        .hint(&hint)
        .error(is_wrong.then(|| t("wiz-header-line-fault")))
        .show(ui);
    if shown.has_focus() {
        form.header_line = Some(line);
    } else if shown.changed() || form.header_line.is_some() {
        form.header_line = None;
        if !is_wrong {
            set.header_line = header_line(&line);
        }
    }
}

/// What stands in a field that nobody has set.
fn as_found(found: Option<&str>) -> String {
    match found {
        Some(found) => t_args("wiz-as-found", &[("what", found.into())]),
        None => t("wiz-find-itself").to_owned(),
    }
}

fn header_line(typed: &str) -> Option<u64> {
    typed.trim().parse().ok().filter(|line| *line > 0)
}

fn sheet(ui: &mut Ui, files: &mut FileSource) {
    ui.add_space(12.0);
    let mut name = files.sheet.clone().unwrap_or_default();
    let shown = Input::new(t("wiz-sheet"), &mut name)
        .hint(t("wiz-find-itself"))
        .help(t("wiz-sheet-help"))
        .show(ui);
    if shown.changed() {
        files.sheet = Some(name).filter(|name| !name.is_empty());
    }
}

/// Words that are taken for no value where they are ticked, each with how often it is there.
fn null_words(ui: &mut Ui, reading: &mut Reading, met: &[NullWord]) {
    if met.is_empty() {
        return;
    }
    ui.add_space(12.0);
    input::field_label(ui, t("wiz-null-words"), false);
    ui.add_space(4.0);
    let mut toggled = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(24.0, 4.0);
        for (at, word) in met.iter().enumerate() {
            let args = [
                ("word", word.word.as_str().into()),
                ("n", word.n_cells.into()),
            ];
            let mut is_on = word.is_empty;
            if Checkbox::new(&t_args("wiz-null-word", &args), &mut is_on)
                .show(ui)
                .changed()
            {
                toggled = Some(at);
            }
        }
    });
    if let Some(toggled) = toggled {
        reading.null_words = Some(with_toggled(reading, met, toggled));
    }
}

/// Every word that shall stand for no value once this one is ticked, or is not any more.
fn with_toggled(reading: &Reading, met: &[NullWord], toggled: usize) -> Vec<String> {
    let is_met = |word: &&String| met.iter().any(|known| known.word == **word);
    let others = reading.null_words.iter().flatten();
    let others = others.filter(|word| !is_met(word)).cloned();
    let wanted = met.iter().enumerate();
    let wanted = wanted.filter(|(at, word)| word.is_empty != (*at == toggled));
    others
        .chain(wanted.map(|(_, word)| word.word.clone()))
        .collect()
}

fn delimiter_name(delimiter: Delimiter) -> &'static str {
    match delimiter {
        Delimiter::Comma => t("wiz-delimiter-comma"),
        Delimiter::Semicolon => t("wiz-delimiter-semicolon"),
        Delimiter::Tab => t("wiz-delimiter-tab"),
        Delimiter::Pipe => t("wiz-delimiter-pipe"),
        Delimiter::Colon => t("wiz-delimiter-colon"),
    }
}

fn quote_name(quote: Quote) -> &'static str {
    match quote {
        Quote::Double => t("wiz-quote-double"),
        Quote::Single => t("wiz-quote-single"),
        Quote::None => t("wiz-quote-none"),
    }
}

fn escape_name(escape: Escape) -> &'static str {
    match escape {
        Escape::Doubled => t("wiz-escape-doubled"),
        Escape::Backslash => t("wiz-escape-backslash"),
        Escape::Apostrophe => t("wiz-escape-apostrophe"),
    }
}

/// The name that programs for people have for it, which is the same in every language.
fn encoding_name(encoding: TextEncoding) -> &'static str {
    match encoding {
        TextEncoding::Utf8 => "UTF-8",
        TextEncoding::Utf16Le => "UTF-16",
        TextEncoding::Utf16Be => "UTF-16 (big-endian)",
        TextEncoding::Windows1252 => "Windows-1252",
        TextEncoding::Iso8859_15 => "ISO-8859-15",
        TextEncoding::Macintosh => "Mac OS Roman",
        TextEncoding::ShiftJis => "Shift_JIS",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(word: &str, is_empty: bool) -> NullWord {
        NullWord {
            word: word.to_owned(),
            n_cells: 3,
            is_empty,
        }
    }

    #[test]
    fn ticking_a_word_keeps_the_others_as_they_are() {
        let met = [word("NULL", true), word("N/A", false)];
        let usual = Reading::default();
        assert_eq!(with_toggled(&usual, &met, 1), ["NULL", "N/A"]);
        assert_eq!(with_toggled(&usual, &met, 0), [""; 0]);
        let own = Reading {
            null_words: Some(vec!["leer".to_owned(), "NULL".to_owned()]),
            ..Reading::default()
        };
        assert_eq!(with_toggled(&own, &met, 0), ["leer"]);
    }
}
