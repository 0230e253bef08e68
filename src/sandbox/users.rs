//! The users of the org: a handful, read-only.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use axum::{
    extract::Query as UrlQuery,
    http::{StatusCode, Uri},
};

use super::answer::{Answer, Refusal};

#[derive(Debug, Deserialize)]
pub(super) struct Users {
    attributes: Vec<String>,
    users: Vec<User>,
}

#[derive(Debug, Deserialize)]
struct User {
    id: u64,
    password: String,
    role: Role,
    /// The prospects that this user alone may not write.
    #[serde(default)]
    read_only: BTreeSet<u32>,
    /// Those that are not listed are null.
    attributes: Map<String, Value>,
}

/// What a user is in the org.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May write every prospect that is not read-only for all.
    Admin,
    /// Has read-only prospects of its own.
    Rep,
}

/// A user one can sign in as.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct SampleUser {
    /// As in the API.
    pub id: u64,
    /// First and last name.
    pub name: String,
    /// For the first page.
    pub email: String,
    /// For the second page.
    pub password: String,
    /// What the user is in the org.
    pub role: Role,
    /// The prospects that this user alone may not write, unless set otherwise.
    pub read_only: BTreeSet<u32>,
}

/// Which users a `GET` asks for; there are too few for a second page.
struct Selection {
    email: Option<String>,
    ids: Option<Vec<String>>,
    size: usize,
    count: bool,
    fields: Option<BTreeSet<String>>,
}

impl Users {
    pub(super) fn load() -> Result<Self, serde_json::Error> {
        serde_json::from_str(include_str!("../../assets/sandbox/users.json"))
    }

    pub(super) fn len(&self) -> u64 {
        self.users.len() as u64
    }

    /// The id of the user with this address, in whatever case it is typed.
    pub(super) fn with_email(&self, email: &str) -> Option<u64> {
        let is_meant = |user: &&User| user.text("email").eq_ignore_ascii_case(email);
        self.users.iter().find(is_meant).map(|user| user.id)
    }

    pub(super) fn has_password(&self, id: u64, password: &str) -> bool {
        self.find(id).is_some_and(|user| user.password == password)
    }

    pub(super) fn sample(&self, id: u64) -> Option<SampleUser> {
        self.find(id).map(User::sample)
    }

    pub(super) fn samples(&self) -> Vec<SampleUser> {
        self.users.iter().map(User::sample).collect()
    }

    fn find(&self, id: u64) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(super) fn list(&self, base: &str, uri: &Uri) -> Result<Answer, Refusal> {
        let wanted = Selection::parse(uri)?;
        let mut found: Vec<&User> = self
            .users
            .iter()
            .filter(|user| wanted.includes(user))
            .collect();
        let count = found.len();
        found.truncate(wanted.size);
        let resources: Vec<Value> = found
            .iter()
            .map(|user| self.resource(user, base, wanted.fields.as_ref()))
            .collect();
        let mut document = Map::new();
        if !resources.is_empty() {
            let links = json!({"first": format!("{base}/users")});
            document.insert("links".to_owned(), links);
        }
        if wanted.count {
            let meta = json!({"count": count, "count_truncated": false});
            document.insert("meta".to_owned(), meta);
        }
        document.insert("data".to_owned(), Value::Array(resources));
        Ok(Answer::api(StatusCode::OK, &document))
    }

    pub(super) fn one(&self, base: &str, id: &str) -> Result<Answer, Refusal> {
        let user = self
            .users
            .iter()
            .find(|user| user.id.to_string() == id)
            .ok_or_else(|| Refusal::not_found("user", id))?;
        let document = json!({ "data": self.resource(user, base, None) });
        Ok(Answer::api(StatusCode::OK, &document))
    }

    fn resource(&self, user: &User, base: &str, fields: Option<&BTreeSet<String>>) -> Value {
        let attributes: Map<String, Value> = self
            .attributes
            .iter()
            .filter(|name| fields.is_none_or(|fields| fields.contains(*name)))
            .map(|name| {
                let value = user.attributes.get(name).cloned().unwrap_or_default();
                (name.clone(), value)
            })
            .collect();
        let id = user.id;
        json!({
            "type": "user",
            "id": id,
            "attributes": attributes,
            "relationships": {
                "creator": {"data": {"type": "user", "id": 1}},
                "teams": {"data": []},
                "updater": {"data": {"type": "user", "id": 1}},
            },
            "links": {"self": format!("{base}/users/{id}")},
        })
    }
}

impl User {
    fn text(&self, attribute: &str) -> &str {
        let value = self.attributes.get(attribute);
        value.and_then(Value::as_str).unwrap_or_default()
    }

    fn sample(&self) -> SampleUser {
        SampleUser {
            id: self.id,
            name: self.text("name").to_owned(),
            email: self.text("email").to_owned(),
            password: self.password.clone(),
            role: self.role,
            read_only: self.read_only.clone(),
        }
    }
}

impl Selection {
    fn parse(uri: &Uri) -> Result<Self, Refusal> {
        let UrlQuery(pairs) = UrlQuery::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|error| Refusal::bad_request(error.to_string()))?;
        let mut wanted = Self {
            email: None,
            ids: None,
            size: usize::MAX,
            count: true,
            fields: None,
        };
        for (key, value) in pairs {
            match key.as_str() {
                "filter[email]" => wanted.email = Some(value),
                "filter[id]" => wanted.ids = Some(words(&value)),
                "page[size]" => {
                    let size = value.parse().ok().filter(|size| (1..=1000).contains(size));
                    wanted.size = size.ok_or_else(|| {
                        Refusal::bad_request(format!("'{value}' is not a valid value for '{key}'"))
                    })?;
                }
                "count" => wanted.count = value != "false",
                "fields[user]" => wanted.fields = Some(words(&value)),
                "newFilterSyntax" | "provideAuthorizationMeta" => {}
                _ => {
                    let detail = format!("'{key}' is not a supported parameter");
                    return Err(Refusal::bad_request(detail));
                }
            }
        }
        Ok(wanted)
    }

    fn includes(&self, user: &User) -> bool {
        let email_matches = self.email.as_ref().is_none_or(|email| {
            let own = user.attributes.get("email").and_then(Value::as_str);
            own.is_some_and(|own| own.eq_ignore_ascii_case(email))
        });
        let id_matches = self
            .ids
            .as_ref()
            .is_none_or(|ids| ids.contains(&user.id.to_string()));
        email_matches && id_matches
    }
}

fn words<C: FromIterator<String>>(list: &str) -> C {
    list.split(',').map(str::to_owned).collect()
}
