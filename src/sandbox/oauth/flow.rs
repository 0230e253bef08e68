//! Sign-ins under way: each walks from the e-mail address over the password to the consent.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use super::{
    super::{clock::later, users::Users},
    fields::Fields,
    request::Wanted,
    tokens::random,
};

/// How long a person may take.
const LIFE: Duration = Duration::from_hours(1);

/// As many as are kept; the oldest give way.
const MOST: usize = 1000;

/// What the person is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Email,
    Password,
    Consent,
}

/// What the person says to the app's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Allowed { user: u64 },
    Denied,
}

/// One sign-in under way.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) wanted: Wanted,
    pub(super) step: Step,
    /// As typed.
    pub(super) email: String,
    /// The user with that address.
    pub(super) user: Option<u64>,
    /// What is wrong with what was entered last.
    pub(super) complaint: Option<&'static str>,
    ends: Timestamp,
}

impl Flow {
    /// Takes what one of the pages sends; `Some` ends the sign-in.
    pub(super) fn submit(&mut self, users: &Users, fields: &Fields) -> Option<Decision> {
        self.complaint = None;
        match (fields.get("step"), self.step, self.user) {
            // Pages that the browser's back button shows again may be sent again.
            (Some("email"), _, _) => self.take_email(users, fields),
            (Some("restart"), _, _) => self.restart(),
            (Some("password"), _, Some(user)) => self.take_password(users, user, fields),
            (Some("consent"), Step::Consent, Some(user)) => {
                return match fields.get("decision") {
                    Some("allow") => Some(Decision::Allowed { user }),
                    Some("deny") => Some(Decision::Denied),
                    Some(_) | None => None,
                };
            }
            _ => {}
        }
        None
    }

    fn take_email(&mut self, users: &Users, fields: &Fields) {
        self.restart();
        let email = fields.get("email").unwrap_or_default().trim();
        email.clone_into(&mut self.email);
        self.user = users.with_email(email);
        if self.user.is_some() {
            self.step = Step::Password;
        } else if email.is_empty() {
            self.complaint = Some("Enter your e-mail address.");
        } else {
            self.complaint = Some("No user has this e-mail address.");
        }
    }

    fn take_password(&mut self, users: &Users, user: u64, fields: &Fields) {
        match fields.get("password") {
            Some(password) if users.has_password(user, password) => self.step = Step::Consent,
            Some(_) => self.refuse_password("This is not the right password."),
            None => self.refuse_password("Enter your password."),
        }
    }

    fn refuse_password(&mut self, complaint: &'static str) {
        self.step = Step::Password;
        self.complaint = Some(complaint);
    }

    fn restart(&mut self) {
        self.step = Step::Email;
        self.user = None;
    }
}

/// Every sign-in under way, by an id that only its own browser knows.
#[derive(Debug, Default)]
pub(super) struct Flows(BTreeMap<String, Flow>);

impl Flows {
    pub(super) fn begin(&mut self, wanted: Wanted, now: Timestamp) -> String {
        self.0.retain(|_, flow| now < flow.ends);
        if self.0.len() >= MOST {
            let oldest = self.0.iter().min_by_key(|(_, flow)| flow.ends);
            let oldest = oldest.map(|(id, _)| id.clone());
            oldest.and_then(|id| self.0.remove(&id));
        }
        let flow = Flow {
            wanted,
            step: Step::Email,
            email: String::new(),
            user: None,
            complaint: None,
            ends: later(now, LIFE),
        };
        let id = random("flow");
        self.0.insert(id.clone(), flow);
        id
    }

    pub(super) fn get(&mut self, id: &str, now: Timestamp) -> Option<&mut Flow> {
        self.0.get_mut(id).filter(|flow| now < flow.ends)
    }

    pub(super) fn end(&mut self, id: &str) {
        self.0.remove(id);
    }
}
