//! Reads what came back: a document of Outreach, one of its refusals in either shape, or something of somebody else.

use jiff::Timestamp;
use serde_json::Value;

use crate::model::without_secrets;

use super::{
    error::{Error, Refusal},
    rate::{DEFAULT_WAIT, RateHeaders, later},
};

/// A person reads the words, and the state database keeps them for every failed record.
const MAX_WORDS: usize = 2_000;
const MAX_ID: usize = 64;

/// An answer with its body.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.body.trim_ascii().is_empty()
    }

    /// Takes out the secret of the request, which a server may repeat.
    pub(super) fn hide(&mut self, secret: &str) {
        let text = String::from_utf8_lossy(&self.body);
        self.body = without_secrets(&text, &[secret]).into_bytes();
    }

    /// The body as a document: an object with `data`.
    pub(super) fn document(&self) -> Result<Value, Error> {
        self.json()?
            .get_mut("data")
            .map(Value::take)
            .filter(|data| !data.is_null())
            .ok_or_else(|| self.not_outreach("it has no data"))
    }

    /// The body as JSON.
    pub(super) fn json(&self) -> Result<Value, Error> {
        serde_json::from_slice(&self.body).map_err(|_not_json| self.not_outreach("it is not JSON"))
    }

    /// The error for an answer that Outreach would not give.
    pub(super) fn not_outreach(&self, why: &'static str) -> Error {
        Error::NotOutreach {
            status: self.status,
            why,
        }
    }

    /// The error for an answer that is no success.
    pub(super) fn refusal(&self, rate: &RateHeaders, now: Timestamp) -> Error {
        let said = Said::read(&self.body);
        match self.status {
            ..200 | 300..=399 => return self.not_outreach("it leads elsewhere"),
            407 => return self.not_outreach("a proxy asks for a sign-in"),
            401 if said.shape == Shape::Page => return self.not_outreach("it is a web page"),
            403 if matches!(said.shape, Shape::Page | Shape::Other) => {
                return self.not_outreach("it gives no reason as Outreach does");
            }
            _ => {}
        }
        let named = || rate.time_in(&said.words, now);
        let wait_until = match self.status {
            // X-RateLimit-Reset comes with every answer; only that of a 429 says when to come back.
            429 => rate
                .retry_after
                .or(rate.reset)
                .or_else(named)
                .or_else(|| Some(later(now, DEFAULT_WAIT))),
            503 => rate.retry_after.or_else(named),
            _ => None,
        };
        Error::Refused(Box::new(Refusal {
            status: self.status,
            is_gateway: said.shape == Shape::Gateway,
            id: said.id,
            words: said.words,
            wait_until,
        }))
    }
}

/// How a refusal is worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `{"errors":[…]}`: Outreach itself.
    Errors,
    /// `{"error":"…"}`: the gateway before it.
    Gateway,
    /// A web page.
    Page,
    /// Plain text, other JSON, or nothing.
    Other,
}

#[derive(Debug, PartialEq, Eq)]
struct Said {
    shape: Shape,
    id: Option<String>,
    words: String,
}

impl Said {
    fn read(body: &[u8]) -> Self {
        let Ok(json) = serde_json::from_slice::<Value>(body) else {
            return Self::of_text(body);
        };
        if let Some(errors) = json.get("errors").and_then(Value::as_array) {
            let words: Vec<_> = errors
                .iter()
                .map(words_of_error)
                .filter(|words| !words.is_empty())
                .collect();
            return Self {
                shape: Shape::Errors,
                id: errors.iter().find_map(id_of_error),
                words: bounded(&words.join("; ")),
            };
        }
        let text = |key| json.get(key).and_then(Value::as_str);
        let parts = [
            text("error"),
            text("error_description").or_else(|| text("description")),
        ];
        let shape = match parts {
            [Some(_), _] => Shape::Gateway,
            [None, _] => Shape::Other,
        };
        Self {
            shape,
            id: None,
            words: bounded(&parts.into_iter().flatten().collect::<Vec<_>>().join(": ")),
        }
    }

    fn of_text(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let is_page = text.trim_start().starts_with('<');
        Self {
            shape: if is_page { Shape::Page } else { Shape::Other },
            id: None,
            words: if is_page {
                String::new()
            } else {
                bounded(&text)
            },
        }
    }
}

fn id_of_error(error: &Value) -> Option<String> {
    let id = error.get("id")?.as_str()?.trim();
    let is_word = (1..=MAX_ID).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    is_word.then(|| id.to_owned())
}

/// `title: detail (pointer)`, as far as they are there.
fn words_of_error(error: &Value) -> String {
    let text = |value: Option<&Value>| {
        value
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let title = text(error.get("title"));
    // The body of a 415 spells it `details`.
    let detail = text(error.get("detail")).or_else(|| text(error.get("details")));
    let pointer = text(error.pointer("/source/pointer")).filter(|pointer| pointer != "/data");
    let sentence: Vec<_> = [title, detail].into_iter().flatten().collect();
    let pointer = pointer.map(|pointer| format!("({pointer})"));
    let parts: Vec<_> = [Some(sentence.join(": ")), pointer]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" ")
}

/// One line of at most so many characters.
fn bounded(text: &str) -> String {
    let mut line = String::new();
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
    {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > 4 * MAX_WORDS {
            break;
        }
    }
    if let Some((end, _)) = line.char_indices().nth(MAX_WORDS) {
        line.truncate(end);
    }
    line
}

#[cfg(test)]
mod tests;
