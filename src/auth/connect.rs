//! A person signs in: shows Outreach's page and waits for what comes of it, from the browser or by hand.

use std::{fmt, pin::Pin, time::Duration};

use secrecy::SecretString;
use tokio::sync::mpsc;

use super::{
    CallbackError, Error, Keeper, NoCode, Standing,
    callback::Listener,
    flow::{Code, Expected},
    session::Event,
};

/// How long a person may take at Outreach's pages.
pub const SIGN_IN_WITHIN: Duration = Duration::from_mins(5);

/// What happens to tell the person.
#[derive(Debug)]
pub enum News<'a> {
    /// This address is to be opened in a browser.
    SignInAt(&'a str),
    /// The address that was pasted is of no use; another one may be pasted.
    NotUsed(&'a NoCode),
}

/// How a person signs in.
pub struct Browser<'a> {
    /// How long it may take.
    pub within: Duration,
    /// Addresses that the person pastes.
    pub pasted: mpsc::Receiver<String>,
    /// Ends when the person gives up.
    pub cancelled: Pin<Box<dyn Future<Output = ()> + Send + 'a>>,
    /// Called with what there is to tell.
    pub tell: &'a mut (dyn FnMut(News<'_>) + Send),
}

impl fmt::Debug for Browser<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser")
            .field("within", &self.within)
            .finish_non_exhaustive()
    }
}

impl Keeper {
    /// Has a person sign in. If nothing comes of it, everything is as it was before.
    ///
    /// # Errors
    /// If the person gives up or is refused, or the tokens cannot be had or saved.
    pub async fn connect(
        &self,
        client_secret: SecretString,
        browser: Browser<'_>,
    ) -> Result<Standing, Error> {
        let (mode, port) = self.redirect();
        let listener = Listener::bind(mode, port).await?;
        self.step_alone(Event::Connect).await?;
        // If this future is dropped from here on, the session must not wait for a browser for ever.
        let mut undo = Undo(Some(self.clone()));
        let attempt = self.endpoint().begin();
        (browser.tell)(News::SignInAt(attempt.address()));
        let answered = answer(listener, attempt.expected(), browser).await;
        undo.0 = None;
        let code = match answered {
            Ok(code) => code,
            Err(error) => {
                self.step_alone(Event::Abandoned).await?;
                return Err(error.into());
            }
        };
        let keeper = self.clone();
        let finish = tokio::spawn(async move {
            keeper.step_alone(Event::Answered).await?;
            keeper.finish(attempt, code, client_secret).await
        });
        finish.await.map_err(|_panic| Error::Busy)?
    }
}

async fn answer(
    listener: Option<Listener>,
    expected: Expected,
    browser: Browser<'_>,
) -> Result<Code, CallbackError> {
    let is_listening = listener.is_some();
    let judge = expected.clone();
    let from_browser = async {
        match listener {
            Some(listener) => listener.answer(expected).await,
            None => std::future::pending().await,
        }
    };
    let (mut pasted, tell) = (browser.pasted, browser.tell);
    let from_hand = async {
        while let Some(text) = pasted.recv().await {
            match judge.judge_pasted(&text) {
                // Somebody may have copied the wrong address, so another one may follow.
                Err(why @ (NoCode::Empty | NoCode::WrongState)) => tell(News::NotUsed(&why)),
                judged => return Ok(judged?),
            }
        }
        if is_listening {
            std::future::pending::<()>().await;
        }
        Err(CallbackError::Cancelled)
    };
    tokio::select! {
        answer = from_browser => answer,
        answer = from_hand => answer,
        () = browser.cancelled => Err(CallbackError::Cancelled),
        () = tokio::time::sleep(browser.within) => Err(CallbackError::TimedOut),
    }
}

/// Takes a sign-in back that was begun, unless it has come to its end.
struct Undo(Option<Keeper>);

impl Drop for Undo {
    fn drop(&mut self) {
        if let (Some(keeper), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current())
        {
            runtime.spawn(async move {
                // Refused only if there is nothing to take back.
                drop(keeper.step_alone(Event::Abandoned).await);
            });
        }
    }
}

#[cfg(test)]
mod tests;
