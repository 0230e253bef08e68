//! Answers and refusals, each in the shape the API or its gateway gives it.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use serde::Serialize;
use serde_json::{Value, json};

/// The media type of every API body.
pub(super) const API_MEDIA: &str = "application/vnd.api+json";
pub(super) const JSON: &str = "application/json";
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// A finished answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) media: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) headers: Vec<(HeaderName, String)>,
}

/// A request the API does not fulfil, in its `errors` envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    id: Option<&'static str>,
    title: &'static str,
    detail: String,
    pointer: Option<String>,
    /// One error of the provider spells `detail` with an s.
    detail_key: &'static str,
}

impl Answer {
    pub(super) fn new(status: StatusCode, media: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            media,
            body: body.into(),
            headers: Vec::new(),
        }
    }

    pub(super) fn api(status: StatusCode, body: &impl Serialize) -> Self {
        Self::written(status, API_MEDIA, body)
    }

    pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        Self::written(status, JSON, body)
    }

    fn written(status: StatusCode, media: &'static str, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => Self::new(status, media, body),
            Err(error) => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "text/plain",
                error.to_string(),
            ),
        }
    }

    pub(super) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The gateway answers a token it cannot read before the API sees the request.
    pub(super) fn invalid_token() -> Self {
        Self::json(
            StatusCode::UNAUTHORIZED,
            &json!({
                "error": "Invalid JWT token.",
                "description": "The JWT token could not be decoded.",
            }),
        )
    }

    pub(super) fn gateway_not_found() -> Self {
        Self::json(
            StatusCode::NOT_FOUND,
            &json!({"error": "404", "error_description": "route not found"}),
        )
    }

    pub(super) fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if self.status != StatusCode::NO_CONTENT {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media));
        }
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let mut error = serde_json::Map::new();
        if let Some(id) = refusal.id {
            error.insert("id".to_owned(), json!(id));
        }
        error.insert("title".to_owned(), json!(refusal.title));
        error.insert(refusal.detail_key.to_owned(), json!(refusal.detail));
        if let Some(pointer) = refusal.pointer {
            error.insert("source".to_owned(), json!({ "pointer": pointer }));
        }
        let errors = json!({ "errors": [Value::Object(error)] });
        Self::api(refusal.status, &errors)
    }
}

impl Refusal {
    fn new(
        status: StatusCode,
        id: impl Into<Option<&'static str>>,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            id: id.into(),
            title,
            detail: detail.into(),
            pointer: None,
            detail_key: "detail",
        }
    }

    /// No id is known for this status.
    pub(super) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, None, "Bad Request", detail)
    }

    pub(super) fn private(name: &str) -> Self {
        Self::bad_request(format!(
            "'{name}' is a private attribute and cannot be written"
        ))
    }

    pub(super) fn lacks_scope(scope: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "unauthorizedOauthScope",
            "Unauthorized OAuth Scope",
            format!("Your authorization does not include the required scope '{scope}'."),
        )
    }

    pub(super) fn not_permitted() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "unauthorizedRequest",
            "Unauthorized Request",
            "You are not authorized to perform that request.",
        )
    }

    pub(super) fn not_found(resource: &str, id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "resourceNotFound",
            "Resource Not Found",
            format!("Could not find '{resource}' with ID '{id}'."),
        )
    }

    pub(super) fn route_not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "routeNotFound",
            "Route Not Found",
            "The request path does not match any known resource endpoints.",
        )
    }

    pub(super) fn media_type() -> Self {
        Self {
            detail_key: "details",
            ..Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupportedMediaType",
                "Unsupported Media Type",
                "Expected Content-Type header to be 'application/vnd.api+json'.",
            )
        }
    }

    pub(super) fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            ..Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "validationError",
                "Validation Error",
                detail,
            )
        }
    }

    pub(super) fn too_long(pointer: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            ..Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "validationDataTooLongError",
                "Validation Data Too Long Error",
                "Data provided is too long.",
            )
        }
    }

    /// Whether a value is refused, and not the request as such.
    pub(super) fn is_about_a_value(&self) -> bool {
        self.status == StatusCode::UNPROCESSABLE_ENTITY
    }

    pub(super) fn into_detail(self) -> String {
        self.detail
    }

    pub(super) fn duplicate(pointer: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            ..Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "validationDuplicateValueError",
                "Validation Duplicate Value Error",
                "A Contact with this email_hash already exists.",
            )
        }
    }

    pub(super) fn rate_limited(detail: String) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "rateLimitExceeded",
            "Rate Limit Exceeded",
            detail,
        )
    }

    pub(super) fn maintenance(detail: String) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "scheduledServerMaintenance",
            "Scheduled Server Maintenance",
            detail,
        )
    }

    pub(super) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internalServerError",
            "Internal Server Error",
            "Something went wrong on our end.",
        )
    }
}
