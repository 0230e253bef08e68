//! Recorded answers, and what they are taken for.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::*;
use crate::outreach::Consequence::{
    self, FailRecord, Retry, SignInNeeded, StopRun, Unreachable, WaitUntil,
};

const NOW: &str = "2026-05-01T12:00:00Z";

fn time(text: &str) -> Timestamp {
    text.parse().expect(text)
}

type Headers = &'static [(&'static str, &'static str)];

fn judge(status: u16, headers: Headers, body: &str) -> Error {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::try_from(*name).expect("a name"),
                HeaderValue::try_from(*value).expect("a value"),
            )
        })
        .collect();
    let answer = Answer {
        status,
        body: body.as_bytes().to_vec(),
    };
    answer.refusal(&RateHeaders::read(&headers, time(NOW)), time(NOW))
}

/// Status, body; consequence, code, words.
type Refused = (u16, &'static str, Consequence, &'static str, &'static str);

const REFUSED: &[Refused] = &[
    (
        400,
        r#"{"errors":[{"id":"privateAttribute","title":"Bad Request","detail":"'name' is a private attribute and cannot be written"}]}"#,
        FailRecord,
        "privateAttribute",
        "Bad Request: 'name' is a private attribute and cannot be written",
    ),
    (
        401,
        r#"{"error":"Invalid JWT token.","description":"The JWT token could not be decoded."}"#,
        SignInNeeded,
        "http_401",
        "Invalid JWT token.: The JWT token could not be decoded.",
    ),
    (
        401,
        r#"{"errors":[{"id":"unauthorized","title":"Unauthorized"}]}"#,
        SignInNeeded,
        "unauthorized",
        "Unauthorized",
    ),
    (401, "", SignInNeeded, "http_401", ""),
    (
        401,
        "<html>Sign in to the Wi-Fi</html>",
        Unreachable,
        "not_outreach",
        "",
    ),
    (
        403,
        r#"{"errors":[{"id":"unauthorizedOauthScope","title":"Unauthorized OAuth Scope","detail":"Your authorization does not include the required scope 'prospects.read'."}]}"#,
        StopRun,
        "unauthorizedOauthScope",
        "Unauthorized OAuth Scope: Your authorization does not include the required scope 'prospects.read'.",
    ),
    (
        403,
        r#"{"errors":[{"id":"unauthorizedRequest","detail":"You are not authorized to perform that request."}]}"#,
        FailRecord,
        "unauthorizedRequest",
        "You are not authorized to perform that request.",
    ),
    (
        403,
        r#"{"error":"forbidden"}"#,
        StopRun,
        "http_403",
        "forbidden",
    ),
    (
        403,
        "<h1>Blocked by your company</h1>",
        Unreachable,
        "not_outreach",
        "",
    ),
    (
        404,
        r#"{"errors":[{"id":"resourceNotFound","title":"Resource Not Found","detail":"Could not find 'prospect' with ID '1'."}]}"#,
        FailRecord,
        "resourceNotFound",
        "Resource Not Found: Could not find 'prospect' with ID '1'.",
    ),
    (
        404,
        r#"{"errors":[{"id":"routeNotFound","detail":"The request path does not match any known resource endpoints."}]}"#,
        StopRun,
        "routeNotFound",
        "The request path does not match any known resource endpoints.",
    ),
    (
        404,
        r#"{"error":"404","error_description":"route not found"}"#,
        StopRun,
        "http_404",
        "404: route not found",
    ),
    (404, "<html>Not Found</html>", StopRun, "http_404", ""),
    (
        409,
        r#"{"errors":[{"id":"conflict"}]}"#,
        FailRecord,
        "conflict",
        "",
    ),
    (
        413,
        "Payload\n\tToo  Large",
        FailRecord,
        "http_413",
        "Payload Too Large",
    ),
    (
        415,
        r#"{"errors":[{"id":"unsupportedMediaType","title":"Unsupported Media Type","details":"Expected Content-Type header to be 'application/vnd.api+json'."}]}"#,
        StopRun,
        "unsupportedMediaType",
        "Unsupported Media Type: Expected Content-Type header to be 'application/vnd.api+json'.",
    ),
    (
        422,
        r#"{"errors":[{"id":"validationError","title":"Validation Error","detail":"Name can't be blank.","source":{"pointer":"/data/attributes/name"}},{"id":"validationDataTooLongError","title":"Validation Data Too Long Error","detail":"Data provided is too long.","source":{"pointer":"/data"}}]}"#,
        FailRecord,
        "validationError",
        "Validation Error: Name can't be blank. (/data/attributes/name); Validation Data Too Long Error: Data provided is too long.",
    ),
    (
        422,
        r#"{"errors":[7,{"id":5,"title":["odd"]},{"id":"two words"}]}"#,
        FailRecord,
        "http_422",
        "",
    ),
    (302, "", Unreachable, "not_outreach", ""),
    (407, "", Unreachable, "not_outreach", ""),
    (408, "", Retry, "http_408", ""),
    (
        500,
        r#"{"errors":[{"id":"internalError"}]}"#,
        Retry,
        "internalError",
        "",
    ),
    (
        502,
        "<html><h1>502 Bad Gateway</h1></html>",
        Retry,
        "http_502",
        "",
    ),
    (
        503,
        "no server is available",
        Retry,
        "http_503",
        "no server is available",
    ),
    (504, "", Retry, "http_504", ""),
    (521, "", Retry, "http_521", ""),
];

#[test]
fn every_known_refusal_has_its_consequence_its_code_and_its_words() {
    for (status, body, consequence, code, words) in REFUSED {
        let error = judge(*status, &[], body);
        assert_eq!(error.consequence(), *consequence, "{status} {body}");
        assert_eq!(error.code(), *code, "{status} {body}");
        assert_eq!(error.words(), *words, "{status} {body}");
        assert_eq!(error.status(), Some(*status), "{status} {body}");
        let shown = error.to_string();
        assert!(
            !shown.ends_with('.') && !shown.contains("http://"),
            "{shown}"
        );
    }
}

#[test]
fn later_is_read_from_the_headers_or_from_the_words_or_is_a_minute() {
    const LIMIT: &str = r#"{"errors":[{"id":"rateLimitExceeded","title":"Rate Limit Exceeded","detail":"You have exceeded your permitted rate limit of 10,000; please try again at 2026-05-01T12:20:00."}]}"#;
    const MAINTENANCE: &str = r#"{"errors":[{"id":"scheduledServerMaintenance","detail":"Scheduled server maintenance is under way; please try again at 2026-05-01T12:20:00."}]}"#;
    let cases: &[(u16, Headers, &str, Consequence)] = &[
        (
            429,
            &[
                ("retry-after", "1777637400"),
                ("x-ratelimit-reset", "1777638000"),
            ],
            LIMIT,
            WaitUntil(time("2026-05-01T12:10:00Z")),
        ),
        (
            429,
            &[("retry-after", "soon"), ("x-ratelimit-reset", "1777637400")],
            LIMIT,
            WaitUntil(time("2026-05-01T12:10:00Z")),
        ),
        (429, &[], LIMIT, WaitUntil(time("2026-05-01T12:20:00Z"))),
        (
            429,
            &[("date", "Fri, 01 May 2026 12:10:00 GMT")],
            LIMIT,
            WaitUntil(time("2026-05-01T12:10:00Z")),
        ),
        (
            429,
            &[],
            "slow down",
            WaitUntil(time("2026-05-01T12:01:00Z")),
        ),
        (
            429,
            &[("retry-after", "86400")],
            "",
            WaitUntil(time("2026-05-01T13:01:00Z")),
        ),
        (
            503,
            &[("retry-after", "2026-05-01T12:10:00")],
            MAINTENANCE,
            WaitUntil(time("2026-05-01T12:10:00Z")),
        ),
        (
            503,
            &[],
            MAINTENANCE,
            WaitUntil(time("2026-05-01T12:20:00Z")),
        ),
        // This header comes with every answer.
        (503, &[("x-ratelimit-reset", "1777637400")], "", Retry),
    ];
    for (status, headers, body, consequence) in cases {
        let error = judge(*status, headers, body);
        assert_eq!(
            error.consequence(),
            *consequence,
            "{status} {headers:?} {body}"
        );
        assert!(error.is_transient());
    }
}

#[test]
fn words_are_bounded_and_stand_on_one_line() {
    let long = format!(r#"{{"errors":[{{"detail":"{}"}}]}}"#, "ö ".repeat(9_000));
    assert_eq!(judge(422, &[], &long).words().chars().count(), MAX_WORDS);
    let unbroken = "x".repeat(100_000);
    assert_eq!(judge(400, &[], &unbroken).words().len(), MAX_WORDS);
    assert_eq!(judge(400, &[], "a\r\n\u{1b}[31mb").words(), "a [31mb");
    let bytes = Answer {
        status: 400,
        body: vec![0xff, 0xfe, b'a'],
    };
    let error = bytes.refusal(&RateHeaders::default(), time(NOW));
    assert_eq!(error.words(), "\u{fffd}\u{fffd}a");
}

#[test]
fn only_an_object_with_data_is_a_document() {
    let read = |body: &str| {
        Answer {
            status: 200,
            body: body.as_bytes().to_vec(),
        }
        .document()
        .map_err(|e| (e.code().into_owned(), e.consequence()))
    };
    assert_eq!(read(r#"{"data":[]}"#), Ok(serde_json::json!([])));
    for body in [
        "",
        "<html>Welcome to the hotel</html>",
        "[]",
        "7",
        r#"{"success":true}"#,
        r#"{"data":null}"#,
        r#"{"data":{"id":1}"#,
    ] {
        assert_eq!(
            read(body),
            Err(("not_outreach".to_owned(), Unreachable)),
            "{body}"
        );
    }
}

#[test]
fn a_token_that_is_repeated_is_hidden() {
    let mut answer = Answer {
        status: 403,
        body: br#"{"errors":[{"id":"forbidden","title":"No","detail":"Bearer eyJ0.marker-1"}]}"#
            .to_vec(),
    };
    answer.hide("eyJ0.marker-1");
    let error = answer.refusal(&RateHeaders::default(), Timestamp::UNIX_EPOCH);
    assert_eq!(error.words(), "No: Bearer •••");
}
