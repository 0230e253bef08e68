//! The authorization endpoint: an app's request becomes a sign-in, page by page, and ends back at the app.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{StatusCode, Uri, header},
    response::Response,
};

use super::{
    super::{
        answer::{Answer, HTML},
        state::{Shared, World},
    },
    fields::Fields,
    flow::Decision,
    page,
    request::{Refused, Wanted},
    scope::Scopes,
    tokens::Grant,
};

/// Where an app sends a person.
pub(super) async fn begin(State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    let fields = Fields::from_form(uri.query().unwrap_or_default().as_bytes());
    let mut world = shared.world();
    let now = world.clock.now();
    let answer = match Wanted::parse(&world.oauth.apps, &fields) {
        Ok(wanted) => {
            let flow = world.oauth.flows.begin(wanted, now);
            redirect(StatusCode::FOUND, format!("/oauth/authorize/{flow}"))
        }
        Err(Refused::Redirect(to)) => redirect(StatusCode::FOUND, to),
        Err(Refused::Page(text)) => page::error(
            StatusCode::BAD_REQUEST,
            "This app cannot ask for access",
            &text,
        ),
    };
    answer.into_response()
}

/// The page that a sign-in has come to.
pub(super) async fn show(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let mut guard = shared.world();
    let World { clock, oauth, .. } = &mut *guard;
    let shown = oauth.flows.get(&id, clock.now()).and_then(|flow| {
        let app = oauth.apps.get(&flow.wanted.client_id)?;
        Some(page::of(flow, app, &shared.users))
    });
    shown.unwrap_or_else(over).into_response()
}

/// What a page sends; the answer is always another address, so that reloading sends nothing twice.
pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let fields = Fields::from_form(&body);
    let mut guard = shared.world();
    let World { clock, oauth, .. } = &mut *guard;
    let now = clock.now();
    let Some(flow) = oauth.flows.get(&id, now) else {
        return over().into_response();
    };
    let Some(decision) = flow.submit(&shared.users, &fields) else {
        return redirect(StatusCode::SEE_OTHER, format!("/oauth/authorize/{id}")).into_response();
    };
    let wanted = flow.wanted.clone();
    oauth.flows.end(&id);
    let to = match decision {
        Decision::Denied => wanted.refusal(
            "access_denied",
            "The resource owner or authorization server denied the request.",
        ),
        Decision::Allowed { user } => {
            let grant = Grant {
                user,
                client_id: wanted.client_id.clone(),
                scopes: Scopes::Listed(wanted.scopes.clone()),
            };
            let (uri, challenge) = (wanted.redirect_uri.clone(), wanted.challenge.clone());
            let code = oauth.tokens.new_code(grant, uri, challenge, now);
            wanted.success(&code)
        }
    };
    redirect(StatusCode::SEE_OTHER, to).into_response()
}

fn redirect(status: StatusCode, to: String) -> Answer {
    Answer::new(status, HTML, [])
        .with(header::LOCATION, to)
        .with(header::CACHE_CONTROL, "no-store")
}

fn over() -> Answer {
    page::error(
        StatusCode::NOT_FOUND,
        "This sign-in is over",
        "It was finished already, or it took too long. Go back to the app and start again.",
    )
}
