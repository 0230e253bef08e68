//! Every answer that Outreach is known to give, and what has to follow from it.

use audience_sync::{
    model::{At, Fate, OutreachId, RunStatus},
    sync::Hindrance,
};
use serde_json::{Value, json};

use crate::world::{World, member, members, open_sandbox};

fn said(id: &str, detail: &str, pointer: Option<&str>) -> Value {
    let mut error = json!({"id": id, "title": "Refused", "detail": detail});
    if let Some(pointer) = pointer {
        error["source"] = json!({ "pointer": pointer });
    }
    json!({ "errors": [error] })
}

/// Orders an answer for prospect 2, again and again.
fn answer_for_two(world: &World, status: u16, body: Value) {
    world.fault(
        json!({"kind": "errors", "status": status, "body": body, "prospect": 2, "times": 100}),
    );
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "most of it is the table of answers")]
async fn a_refused_record_fails_alone_with_outreachs_own_words() {
    let no_id = json!({"errors": [{"title": "Conflict", "detail": "It is being changed."}]});
    let private = json!({"errors": [{"title": "Bad Request", "detail": "'custom1' is a private attribute and cannot be written"}]});
    for (status, body, code, words) in [
        (
            400,
            private,
            "http_400",
            "'custom1' is a private attribute and cannot be written",
        ),
        (
            403,
            said(
                "unauthorizedRequest",
                "You are not authorized to perform that request.",
                None,
            ),
            "unauthorizedRequest",
            "You are not authorized to perform that request.",
        ),
        (
            404,
            said(
                "resourceNotFound",
                "Could not find 'prospect' with ID '2'.",
                None,
            ),
            "resourceNotFound",
            "Could not find 'prospect' with ID '2'.",
        ),
        (409, no_id, "http_409", "Conflict: It is being changed."),
        (
            422,
            said(
                "validationError",
                "Name can't be blank.",
                Some("/data/attributes/name"),
            ),
            "validationError",
            "Name can't be blank. (/data/attributes/name)",
        ),
        (
            422,
            said(
                "validationError",
                "Contacts email hash has already been taken.",
                Some("/data"),
            ),
            "validationError",
            "Contacts email hash has already been taken.",
        ),
        (
            422,
            said(
                "validationDataTooLongError",
                "Data provided is too long.",
                None,
            ),
            "validationDataTooLongError",
            "Data provided is too long.",
        ),
        (
            422,
            said(
                "validationDuplicateValueError",
                "A Contact with this email_hash already exists.",
                None,
            ),
            "validationDuplicateValueError",
            "A Contact with this email_hash already exists.",
        ),
    ] {
        let mut world = World::new().await;
        world.write(&members(1..=3));
        answer_for_two(&world, status, body);
        let report = world.sync().await;
        assert_eq!(report.status, RunStatus::Partial, "{code}");
        assert_eq!(
            (report.figures.activated, report.figures.failed),
            (2, 1),
            "{code}"
        );
        assert_eq!(report.figures.pending, 0, "{code}");
        assert_eq!(
            report.requests.patch, 3,
            "a refusal is not asked for twice: {code}"
        );
        for other in [1, 3] {
            assert_eq!(world.held(other, "title"), json!("Engineer"), "{code}");
        }
        let faults = world.faults();
        let [fault] = faults.as_slice() else {
            panic!("{code}: {faults:?}");
        };
        assert_eq!((fault.fate, fault.code.as_str()), (Fate::Failed, code));
        assert_eq!(
            (&*fault.place.part, fault.place.at),
            ("profiles.csv", At::Line(3)),
            "{code}"
        );
        assert_eq!(fault.prospect.map(OutreachId::get), Some(2), "{code}");
        assert!(fault.outreach.contains(words), "{code}: {}", fault.outreach);
        assert!(!fault.what.is_empty(), "{code}");
    }
}

#[tokio::test]
async fn a_refused_record_waits_for_other_data_and_stays_counted() {
    let mut world = World::new().await;
    world.write(&members(1..=3));
    world.fault(json!({"kind": "errors", "status": 422, "prospect": 2,
        "body": said("validationError", "Title is odd.", Some("/data/attributes/title"))}));
    world.sync().await;
    let before = world.n_requests();
    let report = world.sync().await;
    assert_eq!(
        (
            report.figures.unchanged,
            report.figures.failed,
            report.requests.total()
        ),
        (2, 1, 0)
    );
    assert_eq!(report.status, RunStatus::Partial);
    assert_eq!(world.n_requests(), before);
    let faults = world.faults();
    assert_eq!(faults.len(), 1);
    assert_eq!(
        (faults[0].code.as_str(), faults[0].place.at),
        ("validationError", At::Line(3))
    );
    assert!(faults[0].outreach.contains("Title is odd."));

    world.write(&[member(1), "2,Ada,Smith,10,realized,".to_owned(), member(3)]);
    let report = world.sync().await;
    assert_eq!((report.figures.activated, report.figures.failed), (1, 0));
    assert_eq!(world.held(2, "title"), json!("Smith"));
    assert_eq!(world.faults(), []);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "most of it is the table of answers")]
async fn what_every_record_would_meet_stops_the_run_and_keeps_the_rest() {
    let scope = said(
        "unauthorizedOauthScope",
        "Your authorization does not include the required scope 'prospects.write'.",
        None,
    );
    let gateway_401 = json!({"error": "Invalid JWT token.", "description": "The JWT token could not be decoded."});
    let media = json!({"errors": [{"id": "unsupportedMediaType", "title": "Unsupported Media Type",
        "details": "Expected Content-Type header to be 'application/vnd.api+json'."}]});
    let route = said(
        "routeNotFound",
        "The request path does not match any known resource endpoints.",
        None,
    );
    let gateway_404 = json!({"error": "404", "error_description": "route not found"});
    for (status, body, code, hindrance, words) in [
        (
            401,
            said("unauthorized", "The token has expired.", None),
            "unauthorized",
            Hindrance::SignIn,
            "The token has expired.",
        ),
        (
            401,
            gateway_401,
            "http_401",
            Hindrance::SignIn,
            "The JWT token could not be decoded.",
        ),
        (
            403,
            scope,
            "unauthorizedOauthScope",
            Hindrance::SignIn,
            "prospects.write",
        ),
        (
            404,
            route,
            "routeNotFound",
            Hindrance::Settings,
            "does not match any known resource",
        ),
        (
            404,
            gateway_404,
            "http_404",
            Hindrance::Settings,
            "route not found",
        ),
        (
            415,
            media,
            "unsupportedMediaType",
            Hindrance::Settings,
            "Expected Content-Type",
        ),
    ] {
        let mut world = World::new().await;
        world.write(&members(1..=100));
        world.fault(
            json!({"kind": "errors", "status": status, "body": body, "skip": 40, "times": 1000}),
        );
        let report = world.sync().await;
        assert_eq!(report.status, RunStatus::Failed, "{code}");
        assert_eq!(report.hindrance, Some(hindrance), "{code}");
        let problem = report.problem.expect("a problem");
        assert_eq!(problem.code, code);
        assert!(problem.what.contains(words), "{}", problem.what);
        let figures = report.figures;
        assert_eq!(
            (figures.activated, figures.failed, figures.pending),
            (40, 0, 60),
            "{code}"
        );
        assert_eq!(world.n_pending(), 60, "{code}");
        assert_eq!(world.faults(), [], "no record is to blame: {code}");
        assert!(world.n_requests() <= 40 + 16, "{code}");
    }
}

#[tokio::test]
async fn what_waits_goes_out_once_there_is_a_sign_in_again() {
    let mut world = World::new().await;
    world.write(&members(1..=50));
    world.sandbox.revoke_tokens();
    let report = world.sync().await;
    assert_eq!(report.hindrance, Some(Hindrance::SignIn));
    assert_eq!(
        (report.figures.activated, report.figures.pending),
        (0, 50),
        "{report:?}"
    );
    world.token = world.sandbox.issue_token();
    world.start_engine();
    let report = world.sync().await;
    assert_eq!((report.figures.activated, report.figures.pending), (50, 0));
    assert_eq!(report.status, RunStatus::Completed);
}

#[tokio::test]
async fn what_outreach_gets_over_by_itself_is_tried_again() {
    let http_500 = json!({"kind": "status", "status": 500, "prospect": 2, "times": 2});
    let http_502 = json!({"kind": "status", "status": 502, "prospect": 2, "times": 2});
    let http_504 =
        json!({"kind": "status", "status": 504, "prospect": 2, "times": 2, "apply": true});
    let http_503 = json!({"kind": "status", "status": 503, "prospect": 2, "retry_after_secs": 1});
    let http_429 = json!({"kind": "status", "status": 429, "prospect": 2, "retry_after_secs": 1});
    let dropped = json!({"kind": "drop_before", "prospect": 2, "times": 2});
    let portal = json!({"kind": "html_200", "prospect": 2, "times": 2});
    for fault in [
        http_500, http_502, http_504, http_503, http_429, dropped, portal,
    ] {
        let mut world = World::new().await;
        world.write(&members(1..=5));
        world.fault(fault.clone());
        let report = world.sync().await;
        assert_eq!(report.status, RunStatus::Completed, "{fault}");
        assert_eq!(
            (report.figures.activated, report.figures.failed),
            (5, 0),
            "{fault}"
        );
        assert_eq!(world.held(2, "title"), json!("Engineer"), "{fault}");
        assert_eq!(world.n_journal(2), 1, "{fault}");
        let n_struck = fault["times"].as_u64().unwrap_or(1);
        assert_eq!(report.requests.patch, 5 + n_struck, "{fault}");
    }
}

#[tokio::test]
async fn an_answer_with_nothing_in_it_is_a_success() {
    let mut world = World::new().await;
    world.write(&members(1..=3));
    world.fault(json!({"kind": "no_content", "times": 3}));
    let report = world.sync().await;
    assert_eq!(
        (report.figures.activated, report.requests.patch),
        (3, 3),
        "{report:?}"
    );
}

#[tokio::test]
async fn one_record_that_outreach_chokes_on_does_not_hold_up_the_others() {
    for status in [500, 502, 504] {
        let mut world = World::new().await;
        world.write(&members(1..=5));
        world.fault(json!({"kind": "status", "status": status, "prospect": 2, "times": 4}));
        let report = world.sync().await;
        assert_eq!(report.status, RunStatus::Partial, "{status}");
        assert_eq!((report.figures.activated, report.figures.failed), (4, 1));
        let faults = world.faults();
        assert_eq!(
            faults
                .iter()
                .map(|f| f.place.at.number())
                .collect::<Vec<_>>(),
            [3],
            "{status}"
        );
        assert_eq!(world.n_pending(), 1, "it may have been written: {status}");
        assert!(report.is_transient, "a later run may do it: {status}");
        let report = world.sync().await;
        assert_eq!((report.figures.activated, report.figures.failed), (1, 0));
        assert_eq!(world.n_pending(), 0);
        assert_eq!(world.held(2, "title"), json!("Engineer"), "{status}");
    }
}

#[tokio::test]
async fn a_portal_in_outreachs_place_stops_the_run_and_counts_for_nothing() {
    for fault in [
        json!({"kind": "html_200", "times": 100_000}),
        json!({"kind": "drop_before", "times": 100_000}),
    ] {
        let mut world = World::new().await;
        world.write(&members(1..=50));
        world.fault(fault.clone());
        let report = world.sync().await;
        assert_eq!(report.status, RunStatus::Failed, "{fault}");
        assert_eq!(report.hindrance, Some(Hindrance::OutOfReach), "{fault}");
        assert!(report.is_transient, "{fault}");
        let figures = report.figures;
        assert_eq!((figures.activated, figures.pending), (0, 50), "{fault}");
        assert_eq!(world.n_pending(), 50, "{fault}");
        assert_eq!(world.faults(), [], "{fault}");
    }
}

#[tokio::test]
async fn an_outreach_that_only_fails_stops_the_run() {
    let mut world = World::new().await;
    world.write(&members(1..=200));
    world.fault(json!({"kind": "status", "status": 500, "times": 100_000}));
    let report = world.sync().await;
    assert_eq!(report.hindrance, Some(Hindrance::OutOfReach));
    assert!(report.is_transient);
    assert_eq!(report.figures.activated, 0);
    assert_eq!(report.figures.received(), 200);
    assert_eq!(world.n_pending(), 200, "nothing is lost");
    assert!(
        report.requests.patch <= 4 * 3 * 16,
        "{} requests to a server that is down",
        report.requests.patch
    );
}

#[tokio::test]
async fn a_row_of_prospects_that_may_not_be_edited_stops_the_run_and_asks() {
    let mut world = World::with(audience_sync::sandbox::Settings {
        read_only: (1..=1000).collect(),
        ..open_sandbox()
    })
    .await;
    world.write(&members(1..=100));
    let report = world.sync().await;
    assert_eq!(report.status, RunStatus::Failed);
    assert_eq!(report.hindrance, Some(Hindrance::Settings));
    let problem = report.problem.expect("a problem");
    assert_eq!(problem.code, "same_refusal");
    assert!(problem.what.contains("20"), "{}", problem.what);
    assert!((20..=36).contains(&report.figures.failed));
    assert_eq!(report.figures.pending, 100 - report.figures.failed);
    assert_eq!(world.n_pending(), report.figures.pending);
}

#[tokio::test]
async fn a_reply_lost_after_the_write_counts_once() {
    let mut world = World::new().await;
    world.write(&members(1..=20));
    world.fault(json!({"kind": "drop_after_apply", "times": 7, "skip": 3}));
    let report = world.sync().await;
    assert_eq!(
        (report.figures.activated, report.figures.failed),
        (20, 0),
        "{report:?}"
    );
    assert_eq!(world.sandbox.counters().writes, 27);
    for prospect in 1..=20 {
        assert_eq!(world.held(prospect, "custom1"), json!("realized"));
        assert_eq!(world.n_journal(u64::from(prospect)), 1, "{prospect}");
    }
}

#[tokio::test]
async fn what_outreach_holds_otherwise_is_a_failure_and_no_loop() {
    let mut world = World::new().await;
    world.write(&members(1..=3));
    world.fault(json!({"kind": "echo_override", "prospect": 2, "attribute": "title", "value": "Eng.", "times": 100}));
    let report = world.sync().await;
    assert_eq!(
        (report.figures.activated, report.figures.failed),
        (2, 1),
        "{report:?}"
    );
    let faults = world.faults();
    assert_eq!(faults.len(), 1);
    assert_eq!(
        (faults[0].code.as_str(), faults[0].place.at),
        ("echo_differs", At::Line(3))
    );
    assert!(
        faults[0].outreach.contains("Eng."),
        "{}",
        faults[0].outreach
    );
    // The ledger says what Outreach says.
    assert_eq!(
        world.ledger(2),
        json!({"firstName": "Ada", "title": "Eng.", "custom20": "10", "custom1": "realized"})
    );
    let before = world.n_requests();
    let report = world.sync().await;
    assert_eq!(
        (
            report.figures.failed,
            report.figures.unchanged,
            report.requests.total()
        ),
        (1, 2, 0),
        "it is not sent again, and still said to have failed"
    );
    assert_eq!(world.faults().len(), 1);
    // When other data comes, the field that differs is written again with it.
    world.write(&[
        member(1),
        "2,Ada,Engineer,11,realized,".to_owned(),
        member(3),
    ]);
    world.sync().await;
    assert_eq!(
        world.writes_after(before),
        [(2, json!({"title": "Engineer", "custom20": "11"}))]
    );
}

#[tokio::test]
async fn what_outreach_holds_otherwise_is_sent_again_on_demand() {
    let mut world = World::new().await;
    world.write(&members(1..=2));
    world.fault(
        json!({"kind": "echo_override", "prospect": 2, "attribute": "title", "value": "Eng."}),
    );
    world.sync().await;
    let before = world.n_requests();
    let report = world.sync_refused().await;
    assert_eq!(
        (report.figures.activated, report.figures.unchanged),
        (1, 1),
        "{report:?}"
    );
    assert_eq!(
        world.writes_after(before),
        [(2, json!({"title": "Engineer"}))]
    );
}

#[tokio::test]
async fn one_whose_exit_outreach_holds_otherwise_can_still_leave() {
    let mut world = World::new().await;
    world.settle_destination(|d| d.guard.max_exit_share = 1.0);
    world.write(&["1,Ada,Engineer,10,realized,"]);
    world.sync().await;
    world.fault(json!({"kind": "echo_override", "prospect": 1, "attribute": "custom1", "value": "REALIZED"}));
    world.write(&["1,Ada,Engineer,10,,"]);
    let report = world.sync().await;
    assert_eq!(report.figures.failed, 1);
    let before = world.n_requests();
    world.write(&["1,Ada,Engineer,11,,"]);
    world.sync().await;
    assert_eq!(
        world.writes_after(before),
        [(1, json!({"custom20": "11", "custom1": "exited"}))]
    );
}
