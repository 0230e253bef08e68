//! The bridge between the protocol and the network, and what an answer means before anyone reads its text.

use std::{future::Future, net::IpAddr, pin::Pin, time::Duration};

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Url, header::RETRY_AFTER, redirect, retry};

use super::Clock;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(30);
/// A token response has a few kilobytes.
const MAX_BYTES: usize = 256 << 10;
/// From here on an integer counts seconds since 1970, below it seconds from now.
const FIRST_EPOCH: i64 = 1_000_000_000;
const USER_AGENT: &str = concat!("audience-sync/", env!("CARGO_PKG_VERSION"));

/// Why there is no answer that the protocol could read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("no connection")]
    Network(#[source] reqwest::Error),
    #[error("the answer cannot be read")]
    Broken(#[from] oauth2::http::Error),
    #[error("told to come back later")]
    TooSoon { until: Option<Timestamp> },
    #[error("the answer with HTTP {status} is none of a sign-in server")]
    Elsewhere { status: u16 },
}

/// Sends the protocol's requests.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: reqwest::Client,
    clock: Clock,
}

impl Http {
    /// For requests to this address; a proxy cannot reach this computer's own addresses.
    pub(super) fn new(address: &Url, clock: Clock) -> reqwest::Result<Self> {
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            // A redirect would carry the secret to who knows where.
            .redirect(redirect::Policy::none())
            .retry(retry::never());
        if is_loopback(address) {
            builder = builder.no_proxy();
        }
        let client = builder.build()?;
        Ok(Self { client, clock })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let lost = |e: reqwest::Error| Error::Network(e.without_url());
        let request = request.try_into().map_err(lost)?;
        let mut response = self.client.execute(request).await.map_err(lost)?;
        let status = response.status();
        match status.as_u16() {
            429 => {
                let spelling = response.headers().get(RETRY_AFTER);
                let spelling = spelling.and_then(|value| value.to_str().ok());
                let now = self.clock.now();
                let until = spelling.and_then(|spelling| resume_time(spelling, now));
                return Err(Error::TooSoon { until });
            }
            // By RFC 6749 only these two carry a refusal that means what it says.
            200 | 400 | 401 => {}
            status => return Err(Error::Elsewhere { status }),
        }
        let mut answer = oauth2::http::Response::builder().status(status);
        for (name, value) in response.headers() {
            answer = answer.header(name, value);
        }
        let mut body = vec![];
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if body.len() + chunk.len() > MAX_BYTES {
                let status = status.as_u16();
                return Err(Error::Elsewhere { status });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(answer.body(body)?)
    }
}

impl Error {
    /// Whether the request never left, since there was no server to take it.
    pub(super) fn is_unsent(&self) -> bool {
        matches!(self, Self::Network(e) if e.is_connect() || e.is_builder())
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.exchange(request))
    }
}

/// Whether an address is on this computer.
pub(super) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let address = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    })
}

/// Outreach is known to send seconds from now, seconds since 1970 and dates.
fn resume_time(spelling: &str, now: Timestamp) -> Option<Timestamp> {
    let spelling = spelling.trim();
    match spelling.parse::<i64>() {
        Ok(secs) if secs >= FIRST_EPOCH => Timestamp::from_second(secs).ok(),
        Ok(secs) => now.checked_add(SignedDuration::from_secs(secs)).ok(),
        Err(_) => spelling
            .parse()
            .ok()
            .or_else(|| Some(rfc2822::parse(spelling).ok()?.timestamp())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_come_back_is_read_in_all_its_spellings() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().expect("an instant");
        for (spelling, expected) in [
            ("60", Some("2026-11-23T12:01:00Z")),
            ("1795435260", Some("2026-11-23T12:01:00Z")),
            ("2026-11-23T12:01:00Z", Some("2026-11-23T12:01:00Z")),
            (
                "Mon, 23 Nov 2026 12:01:00 GMT",
                Some("2026-11-23T12:01:00Z"),
            ),
            ("soon", None),
        ] {
            let expected = expected.map(|text| text.parse().expect("an instant"));
            assert_eq!(resume_time(spelling, now), expected, "{spelling}");
        }
    }
}
