//! Who the token stands for; a courtesy to the reader, so whatever cannot be read is left out.

use reqwest::Url;
use serde_json::Value;

use super::{Consequence, answer::Answer, client::Client, error::Error, send::Call};

/// Where the root document may speak of the user; its form is unpublished.
const USERS: [&str; 5] = [
    "/meta/user",
    "/meta/currentUser",
    "/data/attributes/user",
    "/data/relationships/user/data",
    "/user",
];

/// What the root document says of the user.
#[derive(Debug, Default, PartialEq, Eq)]
struct Hint {
    id: Option<String>,
    email: Option<String>,
    name: Option<String>,
}

impl Client {
    /// The name and email address of the user that the token stands for, as far as Outreach says so.
    ///
    /// # Errors
    /// If Outreach does not take the token, or nothing of it answers.
    pub async fn connected_as(&self) -> Result<Option<String>, Error> {
        // The document may hold the token itself, so nothing of it goes anywhere but the hint.
        let mut root = self.url(".")?;
        if let Ok(mut path) = root.path_segments_mut() {
            path.pop_if_empty();
        }
        let hint = known(self.send(&Call::get(root), read_hint).await)?.unwrap_or_default();
        let user = self.user(&hint).await?;
        Ok(user.or_else(|| words(hint.name, hint.email)))
    }

    /// The name and email address of the user with this number. One request, whatever comes of it.
    ///
    /// # Errors
    /// As [`connected_as`](Self::connected_as).
    pub async fn name_of_user(&self, id: u64) -> Result<Option<String>, Error> {
        let call = Call::get(with_names(self.url(&format!("users/{id}"))?));
        Ok(known(self.send_once(&call, read_user).await)?.flatten())
    }

    async fn user(&self, hint: &Hint) -> Result<Option<String>, Error> {
        let url = match (&hint.id, &hint.email) {
            (Some(id), _) => self.url(&format!("users/{id}"))?,
            (None, Some(email)) => {
                let mut url = self.url("users")?;
                url.query_pairs_mut().append_pair("filter[email]", email);
                url
            }
            (None, None) => return Ok(None),
        };
        let user = self.send(&Call::get(with_names(url)), read_user).await;
        Ok(known(user)?.flatten())
    }
}

fn with_names(mut url: Url) -> Url {
    url.query_pairs_mut()
        .append_pair("fields[user]", "email,firstName,lastName");
    url
}

/// A refusal of this one request says nothing of the sign-in.
fn known<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) => match error.consequence() {
            Consequence::FailRecord | Consequence::StopRun => Ok(None),
            Consequence::SignInNeeded
            | Consequence::WaitUntil(_)
            | Consequence::Retry
            | Consequence::Unreachable => Err(error),
        },
    }
}

fn read_hint(answer: &Answer) -> Result<Hint, Error> {
    let root: Value = serde_json::from_slice(&answer.body)
        .map_err(|_not_json| answer.not_outreach("it is not JSON"))?;
    let user = USERS.iter().find_map(|place| root.pointer(place));
    let id = user.and_then(|user| user.get("id"));
    let id = id.and_then(|id| id.as_u64().or_else(|| id.as_str()?.parse().ok()));
    let of_user = |name: &str| text(user?.get(name)?);
    let email = ["userEmail", "user_email", "email"];
    let flat = email.iter().find_map(|name| {
        let places = [root.get("meta"), root.pointer("/data/attributes")];
        places
            .into_iter()
            .flatten()
            .find_map(|part| text(part.get(name)?))
    });
    Ok(Hint {
        id: id.map(|id| id.to_string()),
        email: of_user("email").or(flat),
        name: of_user("name"),
    })
}

fn read_user(answer: &Answer) -> Result<Option<String>, Error> {
    let data = answer.document()?;
    let user = data.as_array().map_or(Some(&data), |users| users.first());
    let attributes = user.and_then(|user| user.get("attributes"));
    let of_user = |name: &str| text(attributes?.get(name)?);
    let name: Vec<_> = ["firstName", "lastName"]
        .into_iter()
        .filter_map(of_user)
        .collect();
    let name = (!name.is_empty()).then(|| name.join(" "));
    Ok(words(name, of_user("email")))
}

fn words(name: Option<String>, email: Option<String>) -> Option<String> {
    match (name, email) {
        (Some(name), Some(email)) if name != email => Some(format!("{name} ({email})")),
        (Some(one), _) | (None, Some(one)) => Some(one),
        (None, None) => None,
    }
}

/// One short line of text.
fn text(value: &Value) -> Option<String> {
    let text: String = value.as_str()?.trim().chars().take(200).collect();
    (!text.is_empty() && !text.chars().any(char::is_control)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(root: &str) -> Hint {
        let answer = Answer {
            status: 200,
            body: root.as_bytes().to_vec(),
        };
        read_hint(&answer).expect("it is JSON")
    }

    #[test]
    fn the_user_is_found_wherever_the_root_may_have_it() {
        let is = |id: Option<&str>, email: Option<&str>| Hint {
            id: id.map(str::to_owned),
            email: email.map(str::to_owned),
            name: None,
        };
        for (root, expected) in [
            (
                r#"{"data":null,"meta":{"user":{"id":5,"email":"a@b.c"}}}"#,
                is(Some("5"), Some("a@b.c")),
            ),
            (
                r#"{"data":{"relationships":{"user":{"data":{"type":"user","id":"7"}}}}}"#,
                is(Some("7"), None),
            ),
            (r#"{"meta":{"userEmail":"a@b.c"}}"#, is(None, Some("a@b.c"))),
            (
                r#"{"meta":{"user":{"id":"../prospects/1"}}}"#,
                is(None, None),
            ),
            (
                r#"{"meta":{"org":{"name":"Org"},"email":"a\nb"}}"#,
                is(None, None),
            ),
            ("[]", is(None, None)),
        ] {
            assert_eq!(hint(root), expected, "{root}");
        }
    }
}
