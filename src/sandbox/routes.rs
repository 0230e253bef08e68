//! What each path of the API does, once a request is admitted.

use std::collections::BTreeSet;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal},
    api::{Call, Visit},
    batch::{BatchRoute, Desk},
    clock::date_time,
    document::{Resource, Resources, Style},
    fault::gateway_page,
    log::LoggedRequest,
    oauth::Access,
    query::Query,
    state::{Shared, World},
    update,
};

/// What the API can do.
enum Route<'a> {
    Root,
    Types,
    Users,
    User(&'a str),
    Prospects,
    Prospect(&'a str),
    Update(&'a str),
    Batch(BatchRoute<'a>),
}

/// What the resources of one answer have in common.
struct Place {
    base: String,
    /// What the token's user may not write.
    read_only: BTreeSet<u32>,
}

impl Route<'_> {
    /// Which scope the provider asks for at `/types` is not documented.
    fn scopes(&self) -> &'static [&'static str] {
        match self {
            Self::Root | Self::Types => &[],
            Self::Users | Self::User(_) => &["users.read"],
            Self::Prospects | Self::Prospect(_) => &["prospects.read"],
            Self::Update(_) => &["prospects.write"],
            Self::Batch(route) => route.scopes(),
        }
    }

    fn is_write(&self) -> bool {
        match self {
            Self::Update(_) => true,
            Self::Batch(route) => route.is_write(),
            Self::Root
            | Self::Types
            | Self::Users
            | Self::User(_)
            | Self::Prospects
            | Self::Prospect(_) => false,
        }
    }
}

impl Call {
    /// Links lead back to the host the client asked, so that it never carries its token elsewhere.
    fn base(&self, shared: &Shared) -> String {
        let own = shared.address.to_string();
        let host = self.header(&header::HOST).unwrap_or(&own);
        format!("http://{host}/api/v2")
    }

    fn route(&self) -> Result<Route<'_>, Refusal> {
        let path = self.path().trim_start_matches('/');
        let segments: Vec<&str> = path.split('/').collect();
        match (self.method.as_str(), segments.as_slice()) {
            ("GET", [""]) => Ok(Route::Root),
            ("GET", ["types"]) => Ok(Route::Types),
            ("GET", ["users"]) => Ok(Route::Users),
            ("GET", ["users", id]) => Ok(Route::User(id)),
            ("GET", ["prospects"]) => Ok(Route::Prospects),
            ("GET", ["prospects", id]) => Ok(Route::Prospect(id)),
            ("PATCH", ["prospects", id]) => Ok(Route::Update(id)),
            (method, segments) => BatchRoute::find(method, segments)
                .map(Route::Batch)
                .ok_or_else(Refusal::route_not_found),
        }
    }

    pub(super) fn carry_out(
        &self,
        shared: &Shared,
        world: &mut World,
        visit: &Visit,
        entry: &mut LoggedRequest,
    ) -> Answer {
        self.fulfil(shared, world, visit, entry)
            .unwrap_or_else(Answer::from)
    }

    fn fulfil(
        &self,
        shared: &Shared,
        world: &mut World,
        visit: &Visit,
        entry: &mut LoggedRequest,
    ) -> Result<Answer, Refusal> {
        let route = self.route()?;
        let is_missing = |scope: &&&str| !visit.who.scopes.include(scope);
        if let Some(scope) = route.scopes().iter().find(is_missing) {
            return Err(Refusal::lacks_scope(scope));
        }
        let needs_media = route.is_write() || world.options.content_type_on_get;
        if needs_media && !self.has_api_media() {
            return Err(Refusal::media_type());
        }
        let place = Place {
            base: self.base(shared),
            read_only: world.read_only_for(visit.who.user),
        };
        match route {
            Route::Root => Ok(root(shared, world, &visit.who)),
            Route::Types => Ok(Answer::api(StatusCode::OK, &shared.schema.types())),
            Route::Users => shared.users.list(&place.base, &self.uri),
            Route::User(id) => shared.users.one(&place.base, id),
            Route::Prospects => self.list(shared, world, &place),
            Route::Prospect(id) => self.one(shared, world, &place, id),
            Route::Batch(route) => {
                let (call, base) = (self, place.base.as_str());
                let desk = Desk {
                    call,
                    shared,
                    visit,
                    base,
                };
                desk.serve(world, route, entry)
            }
            Route::Update(id) => {
                // A query that cannot be answered must not leave a write behind.
                style(shared, &place, &Query::parse(&shared.schema, &self.uri)?)?;
                self.update(shared, world, visit, &place, id, entry)?;
                self.one(shared, world, &place, id)
            }
        }
    }

    fn update(
        &self,
        shared: &Shared,
        world: &mut World,
        visit: &Visit,
        place: &Place,
        id: &str,
        entry: &mut LoggedRequest,
    ) -> Result<(), Refusal> {
        let not_found = || Refusal::not_found("prospect", id);
        let number: u32 = id.parse().ok().ok_or_else(not_found)?;
        if !world.prospects.contains(number) {
            return Err(not_found());
        }
        if place.read_only.contains(&number) {
            return Err(Refusal::not_permitted());
        }
        let schema = &shared.schema;
        let write = update::parse(schema, number, shared.users.len(), &self.body)?;
        world.check_emails(schema, number, &write)?;
        world
            .write(schema, number, &write, visit.who.user, visit.now)
            .ok_or_else(not_found)?;
        entry.written = Some(write.named(schema));
        Ok(())
    }

    fn one(
        &self,
        shared: &Shared,
        world: &World,
        place: &Place,
        id: &str,
    ) -> Result<Answer, Refusal> {
        let query = Query::parse(&shared.schema, &self.uri)?;
        let prospect = id
            .parse()
            .ok()
            .and_then(|number| world.prospects.get(&shared.schema, number))
            .ok_or_else(|| Refusal::not_found("prospect", id))?;
        let resource = Resource {
            style: style(shared, place, &query)?,
            prospect: &prospect,
        };
        Ok(Answer::api(StatusCode::OK, &Single { data: resource }))
    }

    fn list(&self, shared: &Shared, world: &World, place: &Place) -> Result<Answer, Refusal> {
        let query = Query::parse(&shared.schema, &self.uri)?;
        if query.page_size > world.options.heaviest_page {
            let too_heavy = gateway_page(StatusCode::BAD_GATEWAY);
            return Ok(too_heavy.unwrap_or_else(|| Refusal::internal().into()));
        }
        let base = &place.base;
        let page = world.prospects.page(&shared.schema, &query);
        let prospects = Resources {
            style: style(shared, place, &query)?,
            prospects: &page.prospects,
        };
        let next = page
            .next_after
            .map(|last| format!("{base}/prospects?{}", query.next_page(last)));
        // A page without rows has no `links` at all.
        let links = (!page.prospects.is_empty()).then(|| {
            let mut links = serde_json::Map::new();
            links.insert("first".to_owned(), json!(format!("{base}/prospects")));
            links.extend(next.map(|next| ("next".to_owned(), json!(next))));
            links
        });
        let meta = page
            .count
            .map(|count| json!({"count": count, "count_truncated": false}));
        let document = Collection {
            data: prospects,
            links,
            meta,
        };
        Ok(Answer::api(StatusCode::OK, &document))
    }
}

#[derive(serde::Serialize)]
struct Single<'a> {
    data: Resource<'a>,
}

#[derive(serde::Serialize)]
struct Collection<'a> {
    data: Resources<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<serde_json::Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Value>,
}

fn style<'a>(shared: &'a Shared, place: &'a Place, query: &'a Query) -> Result<Style<'a>, Refusal> {
    let schema = &shared.schema;
    let fields: Option<&BTreeSet<String>> = query.fields.get("prospect");
    let is_unknown =
        |name: &&String| schema.field(name).is_none() && schema.relation(name).is_none();
    if let Some(name) = fields.and_then(|fields| fields.iter().find(is_unknown)) {
        let detail = format!("'{name}' is not an attribute of 'prospect'");
        return Err(Refusal::bad_request(detail));
    }
    Ok(Style {
        schema,
        base: &place.base,
        fields,
        read_only: query.authorization_meta.then_some(&place.read_only),
    })
}

/// The real body is unpublished: this is a guess at "information about your application and token".
fn root(shared: &Shared, world: &World, who: &Access) -> Answer {
    let user = shared.users.sample(who.user);
    let client_id = who.client_id.as_deref();
    let name = client_id.and_then(|id| world.oauth.app_name(id));
    let document = json!({
        "data": null,
        "meta": {
            "application": {"name": name.unwrap_or("Sandbox"), "clientId": client_id},
            "org": {"id": 1, "name": "Sandbox Org"},
            "token": {"scope": who.scopes, "expiresAt": who.expires.map(date_time)},
            "user": user.map(|user| json!({
                "id": user.id,
                "name": user.name,
                "email": user.email,
                "role": user.role,
            })),
        },
        "jsonapi": {"version": "1.0"},
    });
    Answer::api(StatusCode::OK, &document)
}

#[cfg(test)]
mod tests {
    use reqwest::{Method, StatusCode};
    use serde_json::{Value, json};

    use super::super::testing::{Bench, bench, read};

    #[tokio::test]
    async fn an_echo_is_the_whole_resource() {
        let bench = bench().await;
        let (status, before) = bench.get("/prospects/42").await;
        assert_eq!(status, StatusCode::OK);
        let sent = json!({"firstName": "Sally", "custom4": "realized", "title": null});
        let (status, echo) = bench.patch(42, sent).await;
        assert_eq!(status, StatusCode::OK);
        let data = &echo["data"];
        assert_eq!(
            (&data["type"], &data["id"]),
            (&json!("prospect"), &json!(42))
        );
        let attributes = data["attributes"].as_object().unwrap();
        assert_eq!(attributes.len(), 230);
        assert_eq!(attributes["firstName"], "Sally");
        assert_eq!(attributes["custom4"], "realized");
        assert_eq!(attributes["title"], Value::Null);
        assert_eq!(data["relationships"].as_object().unwrap().len(), 21);
        assert_eq!(
            data["relationships"]["updater"]["data"],
            json!({"type": "user", "id": 1})
        );
        let link = format!("{}/api/v2/prospects/42", bench.sandbox.address());
        assert_eq!(data["links"]["self"], link);
        let untouched = &before["data"]["attributes"];
        assert_eq!(attributes["company"], untouched["company"]);
        assert!(attributes["updatedAt"].as_str() > untouched["updatedAt"].as_str());
        assert_eq!(bench.sandbox.prospect(42).unwrap(), *attributes);
    }

    #[tokio::test]
    async fn a_refused_write_changes_nothing() {
        let bench = bench().await;
        let before = bench.sandbox.prospect(8);
        for (attributes, status, id) in [
            (
                json!({"firstName": "x".repeat(256)}),
                422,
                "validationDataTooLongError",
            ),
            (
                json!({"lastName": "x", "custom7": "realized"}),
                422,
                "validationError",
            ),
            (
                json!({"lastName": "x", "emails": ["ada"]}),
                422,
                "validationError",
            ),
        ] {
            let (got, body) = bench.patch(8, attributes).await;
            assert_eq!(got.as_u16(), status);
            assert_eq!(body["errors"][0]["id"], id);
        }
        let (status, body) = bench.patch(8, json!({"lastName": "x", "name": "y"})).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(
            body["errors"][0]["detail"],
            "'name' is a private attribute and cannot be written"
        );
        let strange_query = bench
            .patching(8, &json!({"lastName": "x"}))
            .query(&[("include", "owner")]);
        assert_eq!(
            strange_query.send().await.unwrap().status(),
            StatusCode::BAD_REQUEST
        );
        let malformed = bench.api(Method::PATCH, "/prospects/8").body("{");
        assert_eq!(
            malformed.send().await.unwrap().status(),
            StatusCode::BAD_REQUEST
        );
        assert_eq!(bench.sandbox.prospect(8), before);
        assert!(bench.sandbox.writes().is_empty());
    }

    #[tokio::test]
    async fn read_only_prospects_refuse_and_say_so_beforehand() {
        let bench = bench().await;
        bench.control("/settings", json!({"read_only": [2]})).await;
        let (status, body) = bench.patch(2, json!({"title": "x"})).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert_eq!(body["errors"][0]["id"], "unauthorizedRequest");
        assert_eq!(
            bench.patch(13, json!({"title": "x"})).await.0,
            StatusCode::OK
        );
        let (_, body) = bench
            .get("/prospects?filter[id]=1,2&provideAuthorizationMeta=true")
            .await;
        assert_eq!(body["data"][0]["meta"]["canWrite"], true);
        assert_eq!(body["data"][1]["meta"]["canWrite"], false);
    }

    #[tokio::test]
    async fn an_address_belongs_to_one_prospect() {
        let bench = bench().await;
        let emails = |id| bench.sandbox.prospect(id).unwrap()["emails"].clone();
        let (status, body) = bench.patch(1, json!({"emails": emails(2)})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            body["errors"][0]["detail"],
            "Contacts email hash has already been taken."
        );
        let fresh = json!({"emails": ["new@halcyon.example"]});
        assert_eq!(bench.patch(1, fresh.clone()).await.0, StatusCode::OK);
        assert_eq!(bench.patch(1, fresh.clone()).await.0, StatusCode::OK);
        assert_eq!(bench.patch(2, fresh.clone()).await.0.as_u16(), 422);
        bench
            .control("/settings", json!({"refuse_unchanged_emails": true}))
            .await;
        let (status, body) = bench.patch(1, fresh).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(body["errors"][0]["id"], "validationDuplicateValueError");
    }

    async fn ids(bench: &Bench, path: &str) -> (Vec<u64>, Value) {
        let (status, body) = bench.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        let rows = body["data"].as_array().unwrap();
        let ids = rows.iter().map(|row| row["id"].as_u64().unwrap()).collect();
        (ids, body)
    }

    #[tokio::test]
    async fn pages_follow_each_other_to_the_end() {
        let bench = bench().await;
        let (first, body) = ids(&bench, "/prospects").await;
        assert_eq!((first.len(), &body["meta"]["count"]), (50, &json!(1000)));
        let mut seen = Vec::new();
        let mut url = format!(
            "{}/api/v2/prospects?filter[id]=5..12&page[size]=3&count=false&fields[prospect]=",
            bench.sandbox.address()
        );
        loop {
            let request = bench.client.get(&url).bearer_auth(&bench.token);
            let request = request.header("Content-Type", super::super::answer::API_MEDIA);
            let (_, body) = read(request.send().await.unwrap()).await;
            assert_eq!(body.get("meta"), None);
            let rows = body["data"].as_array().unwrap();
            seen.extend(rows.iter().map(|row| row["id"].as_u64().unwrap()));
            match body["links"]["next"].as_str() {
                Some(next) => next.clone_into(&mut url),
                None => break,
            }
        }
        assert_eq!(seen, (5..=12).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn an_empty_page_has_no_links() {
        let bench = bench().await;
        let (found, body) = ids(&bench, "/prospects?filter[id]=2000,3000").await;
        assert_eq!((found.len(), &body["meta"]["count"]), (0, &json!(0)));
        assert_eq!(body.get("links"), None);
    }

    #[tokio::test]
    async fn filters_and_sparse_fields_narrow_the_answer() {
        let bench = bench().await;
        let (found, body) = ids(
            &bench,
            "/prospects?newFilterSyntax=true&filter[id][]=9&filter[id][]=4&fields[prospect]=firstName,owner",
        )
        .await;
        assert_eq!(found, [4, 9]);
        let row = &body["data"][0];
        let names = |key: &str| -> Vec<String> {
            let map = row[key].as_object().unwrap();
            map.keys().cloned().collect()
        };
        assert_eq!(names("attributes"), ["firstName"]);
        assert_eq!(names("relationships"), ["owner"]);

        bench.patch(77, json!({"title": "Chief Tester"})).await;
        let by_title = "/prospects?filter[title]=Chief%20Tester";
        assert_eq!(ids(&bench, by_title).await.0, [77]);
        let today = "/prospects?filter[updatedAt]=2026-09-01..inf";
        assert_eq!(ids(&bench, today).await.0, [77]);
        for path in [
            "/prospects?filter[custom4]=realized",
            "/prospects?fields[prospect]=custom151",
            "/prospects?page[size]=5000",
        ] {
            assert_eq!(bench.get(path).await.0, StatusCode::BAD_REQUEST, "{path}");
        }
    }

    #[tokio::test]
    async fn the_root_types_and_users_can_be_read() {
        let bench = bench().await;
        let (status, root) = bench.get("").await;
        assert_eq!(
            (status, &root["meta"]["user"]["id"]),
            (StatusCode::OK, &json!(1))
        );
        let (_, types) = bench.get("/types").await;
        let prospect = &types["data"][1]["meta"]["validations"];
        assert_eq!(prospect["custom4"]["label"], "Newsletter readers");
        let (_, users) = bench
            .get("/users?page[size]=1&count=false&fields[user]=")
            .await;
        assert_eq!(users["data"].as_array().unwrap().len(), 1);
        assert_eq!(users["data"][0]["attributes"], json!({}));
        let (_, user) = bench.get("/users/1").await;
        let email = user["data"]["attributes"]["email"].as_str().unwrap();
        let (_, found) = bench.get(&format!("/users?filter[email]={email}")).await;
        assert_eq!(found["data"][0]["id"], 1);
        assert_eq!(bench.get("/users/99").await.0, StatusCode::NOT_FOUND);
    }
}
