//! The request log: what was asked, what came of it, and what was written.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::{Map, Value};

/// One request to the API.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LoggedRequest {
    /// Counts up from 1 in the order in which requests were carried out.
    pub sequence: u64,
    /// RFC 3339, in the sandbox's own time.
    pub time: String,
    /// The HTTP method.
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    /// Whose token it carried; `None` if no token passed.
    pub user: Option<u64>,
    /// The answer's status; `None` if the connection was cut.
    pub status: Option<u16>,
    /// The prospect in the path.
    pub prospect: Option<u32>,
    /// The batch that was ordered, or the one in the path.
    pub batch: Option<u64>,
    /// Attributes and relationships written or, with a batch, ordered to be written; `None` if nothing was.
    pub written: Option<Map<String, Value>>,
    /// The fault that struck, by its name on the control route.
    pub fault: Option<Value>,
}

/// Sums over all requests since the start, or since the log was cleared.
#[derive(Clone, Copy, Debug, Default, Serialize, PartialEq, Eq)]
pub struct Counters {
    /// Requests to the API, refused ones included.
    pub requests: u64,
    /// Writes that were carried out.
    pub writes: u64,
    /// Writes that set what the same prospect's previous write had set.
    pub repeated_writes: u64,
    /// Writes after which every value was as before.
    pub unchanged_writes: u64,
    /// Batches that were taken.
    pub batches: u64,
    /// Writes that batches carried out, which `writes` leaves out.
    pub batch_writes: u64,
    /// Those of them that set what the same prospect's previous write had set.
    pub repeated_batch_writes: u64,
    /// Those of them after which every value was as before.
    pub unchanged_batch_writes: u64,
}

/// The newest requests; older ones live on in the counters alone.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) counters: Counters,
    entries: VecDeque<LoggedRequest>,
    capacity: usize,
    last_sequence: u64,
}

impl Log {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            counters: Counters::default(),
            entries: VecDeque::new(),
            capacity,
            last_sequence: 0,
        }
    }

    pub(super) fn push(&mut self, mut entry: LoggedRequest) {
        self.last_sequence += 1;
        self.counters.requests += 1;
        entry.sequence = self.last_sequence;
        self.entries.push_back(entry);
        while self.entries.len() > self.capacity {
            self.entries.pop_front();
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.counters = Counters::default();
    }

    pub(super) fn entries(&self) -> impl DoubleEndedIterator<Item = &LoggedRequest> {
        self.entries.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_keeps_the_newest_and_counts_all() {
        let mut log = Log::new(2);
        for _ in 0..3 {
            log.push(LoggedRequest::default());
        }
        let kept: Vec<u64> = log.entries().map(|entry| entry.sequence).collect();
        assert_eq!((kept, log.counters.requests), (vec![2, 3], 3));
        log.clear();
        log.push(LoggedRequest::default());
        let kept: Vec<u64> = log.entries().map(|entry| entry.sequence).collect();
        assert_eq!((kept, log.counters.requests), (vec![4], 1));
    }
}
