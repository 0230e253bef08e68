//! What a person does on the pages of an authorization server.

use crate::browser::Browser;

pub(crate) const EMAIL: &str = "sam.rivera@brightwater.example";
const PASSWORD: &str = "sam-sandbox";

/// What the person says to the question whether the program may.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    Allow,
    Deny,
}

/// Signs in on the sandbox's pages, and answers.
pub(crate) async fn sign_in(browser: &mut Browser, address: &str, answer: Answer) {
    browser.open(address).await;
    browser.fill("#email", EMAIL).await;
    browser.click("#next").await;
    browser.fill("#password", PASSWORD).await;
    browser.click("#sign-in").await;
    browser
        .click(match answer {
            Answer::Allow => "#allow",
            Answer::Deny => "#deny",
        })
        .await;
}

/// The same with the provider's pages, which take any name.
pub(crate) async fn sign_in_at_the_provider(browser: &mut Browser, address: &str) {
    browser.open(address).await;
    browser.fill("input[name=login]", "sam").await;
    browser.fill("input[name=password]", PASSWORD).await;
    browser.click("button[type=submit].login").await;
    browser
        .click("form:has(input[name=prompt][value=consent]) button[type=submit]")
        .await;
}

/// Goes past the warning of a certificate that nobody vouches for.
pub(crate) async fn proceed_past_the_warning(browser: &mut Browser) {
    browser.click("#details-button").await;
    browser.click("#proceed-link").await;
}
