//! The log of token requests, without any secret.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::Value;

/// One request to the token endpoint.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TokenRequest {
    /// Counts up from 1 in the order in which requests were carried out.
    pub sequence: u64,
    /// RFC 3339, in the sandbox's own time.
    pub time: String,
    /// As sent.
    pub grant_type: Option<String>,
    /// As sent.
    pub client_id: Option<String>,
    /// Whose grant it is, if the grant was found.
    pub user: Option<u64>,
    /// Whether a pair of tokens was minted, also when no answer said so.
    pub minted: bool,
    /// The answer's status; `None` if the connection was cut.
    pub status: Option<u16>,
    /// The answer's OAuth error.
    pub error: Option<&'static str>,
    /// The fault that struck, by its name on the control route.
    pub fault: Option<Value>,
}

/// The newest token requests.
#[derive(Debug)]
pub(super) struct TokenLog {
    entries: VecDeque<TokenRequest>,
    capacity: usize,
    last_sequence: u64,
}

impl TokenLog {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            capacity,
            last_sequence: 0,
        }
    }

    pub(super) fn push(&mut self, mut entry: TokenRequest) {
        self.last_sequence += 1;
        entry.sequence = self.last_sequence;
        self.entries.push_back(entry);
        while self.entries.len() > self.capacity {
            self.entries.pop_front();
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &TokenRequest> {
        self.entries.iter()
    }
}
