//! What the client knows of the world outside: the network that carries its requests, and the time.

use std::{future::Future, pin::Pin};

use jiff::Timestamp;
use reqwest::{Request, Response};

/// A request on its way, until its answer begins.
pub type Carried = Pin<Box<dyn Future<Output = Result<Response, reqwest::Error>> + Send>>;

/// Carries requests and tells the time. A simulation puts its own in place of the real one, so that nothing but its
/// seed decides what happens.
pub trait Outside: Send + Sync {
    /// Carries a request to Outreach and brings the answer.
    fn carry(&self, request: Request) -> Carried;

    /// What time it is.
    fn now(&self) -> Timestamp;
}

/// HTTP, and the computer's own clock.
pub(super) struct Real(pub(super) reqwest::Client);

impl Outside for Real {
    fn carry(&self, request: Request) -> Carried {
        Box::pin(self.0.execute(request))
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
