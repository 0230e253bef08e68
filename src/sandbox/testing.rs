//! What the sandbox's own tests share: a running sandbox and a client that is only reqwest.

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use super::{Sandbox, Settings, answer::API_MEDIA};

pub(super) struct Bench {
    pub(super) sandbox: Sandbox,
    pub(super) client: reqwest::Client,
    pub(super) token: String,
}

pub(super) async fn bench() -> Bench {
    bench_with(Settings::default()).await
}

pub(super) async fn bench_with(settings: Settings) -> Bench {
    let sandbox = Sandbox::start(settings).await.unwrap();
    let token = sandbox.issue_token();
    Bench {
        client: reqwest::Client::builder().no_proxy().build().unwrap(),
        token,
        sandbox,
    }
}

impl Bench {
    /// A request with the token and the API's media type.
    pub(super) fn api(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, &format!("/api/v2{path}"))
            .bearer_auth(&self.token)
            .header("Content-Type", API_MEDIA)
    }

    pub(super) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let address = self.sandbox.address();
        self.client.request(method, format!("{address}{path}"))
    }

    pub(super) async fn get(&self, path: &str) -> (StatusCode, Value) {
        read(self.api(Method::GET, path).send().await.unwrap()).await
    }

    pub(super) fn patching(&self, id: u32, attributes: &Value) -> RequestBuilder {
        let data = json!({"type": "prospect", "id": id, "attributes": attributes});
        self.api(Method::PATCH, &format!("/prospects/{id}"))
            .body(json!({ "data": data }).to_string())
    }

    pub(super) async fn patch(&self, id: u32, attributes: Value) -> (StatusCode, Value) {
        read(self.patching(id, &attributes).send().await.unwrap()).await
    }

    /// Orders a batch; what follows the path is its query.
    pub(super) fn ordering(&self, query: &str, attributes: &Value) -> RequestBuilder {
        let path = format!("/batches/actions/prospectsBulkModify?{query}");
        let document = json!({"data": {"attributes": attributes}});
        self.api(Method::POST, &path).body(document.to_string())
    }

    pub(super) async fn order(&self, query: &str, attributes: Value) -> (StatusCode, Value) {
        read(self.ordering(query, &attributes).send().await.unwrap()).await
    }

    /// A request that changes something, and has no body.
    pub(super) async fn post(&self, path: &str) -> (StatusCode, Value) {
        read(self.api(Method::POST, path).send().await.unwrap()).await
    }

    pub(super) async fn control(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let request = self.bare(Method::POST, &format!("/_control{path}"));
        read(request.json(&body).send().await.unwrap()).await
    }
}

pub(super) async fn read(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    (status, response.json().await.unwrap())
}

pub(super) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}
