//! Waits at 127.0.0.1 for the browser to come back, once.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::{RawQuery, State},
    http::{HeaderName, Method, StatusCode, header},
    response::{Html, IntoResponse as _, Response},
    routing::any,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
    server::TlsStream,
};

use super::flow::{Code, Expected, NoCode};
use crate::model::RedirectMode;

const DONE: &str = include_str!("../../assets/auth/done.html");
const FAILED: &str = include_str!("../../assets/auth/failed.html");
/// Where the reason goes in [`FAILED`].
const REASON: &str = "{{reason}}";

/// The page may take this long to reach the browser once the answer is known.
const GRACE: Duration = Duration::from_secs(2);
/// A person who is shown a warning of the certificate may leave the connection open.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_mins(1);
const MAX_HANDSHAKES: usize = 64;
/// After a failure to take a connection, such as too many open files.
const BREATH: Duration = Duration::from_millis(50);

/// Why the browser's answer did not come.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another program listens there.
    #[error("port {port} of this computer is in use")]
    PortInUse {
        /// The port.
        port: u16,
    },
    /// The system does not let us listen.
    #[error("this computer cannot listen on port {port}")]
    NotListening {
        /// The port.
        port: u16,
        /// What it says.
        #[source]
        source: io::Error,
    },
    /// No certificate could be made.
    #[error("no certificate could be made for this computer")]
    Certificate(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What came back is no code.
    #[error(transparent)]
    NoCode(#[from] NoCode),
    /// The browser came back a second time.
    #[error("the browser came back a second time")]
    Again,
    /// Nothing came back in time.
    #[error("nobody signed in in time")]
    TimedOut,
    /// A person gave up.
    #[error("the sign-in was cancelled")]
    Cancelled,
}

impl Error {
    /// A short fixed word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PortInUse { .. } => "port_in_use",
            Self::NotListening { .. } => "not_listening",
            Self::Certificate(_) => "no_certificate",
            Self::NoCode(NoCode::WrongState) => "wrong_state",
            Self::NoCode(NoCode::Denied) => "access_denied",
            Self::NoCode(NoCode::Refused { .. }) => "sign_in_refused",
            Self::NoCode(NoCode::Empty) => "no_code",
            Self::Again => "answered_twice",
            Self::TimedOut => "sign_in_timed_out",
            Self::Cancelled => "sign_in_cancelled",
        }
    }

    /// Whether another port would do.
    pub fn is_port(&self) -> bool {
        matches!(self, Self::PortInUse { .. } | Self::NotListening { .. })
    }

    /// Whether a person ended it, here or at Outreach.
    pub fn is_wanted(&self) -> bool {
        matches!(self, Self::Cancelled | Self::NoCode(NoCode::Denied))
    }
}

/// A place for the browser to come back to.
pub(super) struct Listener {
    tcp: TcpListener,
    tls: Option<TlsAcceptor>,
    port: u16,
}

impl Listener {
    /// Listens in this way; not at all for an answer that is pasted.
    pub(super) async fn bind(mode: RedirectMode, port: u16) -> Result<Option<Self>, Error> {
        let tls = match mode {
            RedirectMode::Paste => return Ok(None),
            RedirectMode::Http => None,
            RedirectMode::Https => Some(acceptor()?),
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let tcp = TcpListener::bind(address).await.map_err(|source| {
            if source.kind() == io::ErrorKind::AddrInUse {
                Error::PortInUse { port }
            } else {
                Error::NotListening { port, source }
            }
        })?;
        Ok(Some(Self { tcp, tls, port }))
    }

    /// Waits for the browser. To stop waiting, drop the future.
    pub(super) async fn answer(self, expected: Expected) -> Result<Code, Error> {
        let (send, answer) = oneshot::channel();
        let desk = Arc::new(Desk {
            expected,
            answer: Mutex::new(Some(send)),
        });
        let app = Router::new()
            .route("/callback", any(on_callback))
            .fallback(|| async { StatusCode::NOT_FOUND })
            .with_state(desk);
        let (stop, stopped) = oneshot::channel::<()>();
        let is_over = async move { drop(stopped.await) };
        let port = self.port;
        let serving = async move {
            match self.tls {
                None => {
                    let serve = axum::serve(self.tcp, app);
                    serve.with_graceful_shutdown(is_over).await
                }
                Some(acceptor) => {
                    let listener = TlsListener {
                        tcp: self.tcp,
                        acceptor,
                        handshakes: JoinSet::new(),
                    };
                    let serve = axum::serve(listener, app);
                    serve.with_graceful_shutdown(is_over).await
                }
            }
        };
        let mut serving = std::pin::pin!(serving);
        let ended = |source| Error::NotListening { port, source };
        let answered = tokio::select! {
            answered = answer => answered,
            served = &mut serving => {
                served.map_err(ended)?;
                return Err(ended(io::Error::other("it stopped listening")));
            }
        };
        drop(stop);
        // The answer is known; a browser that does not take its page is its own problem.
        drop(timeout(GRACE, serving).await);
        match answered {
            Ok(judged) => Ok(judged?),
            Err(_gone) => Err(ended(io::Error::other("it gave no answer"))),
        }
    }
}

struct Desk {
    expected: Expected,
    answer: Mutex<Option<oneshot::Sender<Result<Code, NoCode>>>>,
}

async fn on_callback(
    State(desk): State<Arc<Desk>>,
    method: Method,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(query) = query.filter(|_| method == Method::GET) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let first = desk
        .answer
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let Some(answer) = first else {
        return page(StatusCode::CONFLICT, &failed(&Error::Again));
    };
    let judged = desk.expected.judge(&query);
    let response = match &judged {
        Ok(_) => page(StatusCode::OK, DONE),
        Err(why) => page(
            StatusCode::BAD_REQUEST,
            &failed(&Error::NoCode(why.clone())),
        ),
    };
    // Whoever waited may have gone; the browser gets its page all the same.
    drop(answer.send(judged));
    response
}

/// Only words of ours are put into the page.
fn failed(error: &Error) -> String {
    let reason = match error {
        Error::NoCode(NoCode::Denied) => "Access was denied at Outreach, so nothing was connected.",
        Error::NoCode(NoCode::WrongState) => {
            "This answer does not belong to the sign-in that Audience Sync has begun, so it was not used."
        }
        Error::Again => "This sign-in was already answered, so this answer was not used.",
        Error::NoCode(NoCode::Refused { .. } | NoCode::Empty)
        | Error::PortInUse { .. }
        | Error::NotListening { .. }
        | Error::Certificate(_)
        | Error::TimedOut
        | Error::Cancelled => "Outreach did not complete the sign-in. Audience Sync says why.",
    };
    FAILED.replace(REASON, reason)
}

fn page(status: StatusCode, text: &str) -> Response {
    const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    let headers: [(HeaderName, &str); 5] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONNECTION, "close"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // The address has the code in it.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, Html(text.to_owned())).into_response()
}

/// Takes connections and shakes hands with all of them at once: a browser that hangs on one of them opens another.
struct TlsListener {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
    handshakes: JoinSet<Option<Connection>>,
}

type Connection = (TlsStream<TcpStream>, SocketAddr);

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Connection {
        loop {
            tokio::select! {
                Some(done) = self.handshakes.join_next() => {
                    if let Ok(Some(connection)) = done {
                        return connection;
                    }
                }
                accepted = self.tcp.accept(), if self.handshakes.len() < MAX_HANDSHAKES => {
                    let Ok((stream, from)) = accepted else {
                        sleep(BREATH).await;
                        continue;
                    };
                    let handshake = self.acceptor.accept(stream);
                    self.handshakes.spawn(async move {
                        let stream = timeout(HANDSHAKE_TIMEOUT, handshake).await.ok()?.ok()?;
                        Some((stream, from))
                    });
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

/// Speaks TLS with a certificate that is made here and now for 127.0.0.1, and forgotten with the listener.
fn acceptor() -> Result<TlsAcceptor, Error> {
    let make = || -> Result<_, Box<dyn std::error::Error + Send + Sync>> {
        let key = rcgen::KeyPair::generate()?;
        let mut params = rcgen::CertificateParams::new([Ipv4Addr::LOCALHOST.to_string()])?;
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "Audience Sync on this computer");
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.self_signed(&key)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    };
    make().map_err(Error::Certificate)
}

#[cfg(test)]
mod tests;
