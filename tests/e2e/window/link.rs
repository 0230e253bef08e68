//! The connection to the running window: one question, one answer, by the protocol of `egui_inspection`.

use std::{
    io,
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};

use egui_inspection::{
    PROTOCOL_VERSION, Request, Response,
    protocol::{read_handshake, read_message, write_message},
};

use crate::leash::PATIENCE;

/// A window that lets itself be looked into.
pub(super) struct Link(TcpStream);

impl Link {
    /// `None` as long as nobody answers.
    pub(super) fn open(port: u16) -> Option<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
        // The window gives up after 20 s, which is to be heard.
        let patience = PATIENCE.max(Duration::from_secs(25));
        stream.set_read_timeout(Some(patience)).expect("not zero");
        stream.set_nodelay(true).expect("a socket");
        let version = read_handshake(&stream).expect("it is egui's inspection");
        assert_eq!(version, PROTOCOL_VERSION);
        Some(Self(stream))
    }

    /// Asks without holding up what else runs in this test, such as the sandbox that the window may be waiting for.
    pub(super) async fn ask(&self, request: Request) -> io::Result<Response> {
        let stream = self.0.try_clone()?;
        let asked = tokio::task::spawn_blocking(move || {
            write_message(&stream, &request)?;
            read_message(&stream)
        });
        asked.await.map_err(io::Error::other)?
    }
}
