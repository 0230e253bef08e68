//! What the owner of an Outreach account calls the custom fields; decoration, so whatever cannot be read is left out.

use serde_json::Value;

use super::{
    answer::Answer,
    client::Client,
    error::Error,
    send::{Call, MAX_PAGE_BYTES},
};
use crate::model::{FieldLabel, KnownFields, Target};

impl Client {
    /// The labels of the custom fields of prospects that have one.
    pub async fn prospect_field_labels(&self) -> Result<KnownFields, Error> {
        let call = Call::get(self.url("types")?).up_to(MAX_PAGE_BYTES);
        self.send(&call, read).await
    }
}

fn read(answer: &Answer) -> Result<KnownFields, Error> {
    let data = answer.document()?;
    let objects = data
        .as_array()
        .ok_or_else(|| answer.not_outreach("its data is no list"))?;
    let is_prospect = |object: &&Value| {
        object
            .get("type")
            .and_then(Value::as_str)
            .is_some_and(|name| name.eq_ignore_ascii_case("prospect"))
    };
    Ok(objects
        .iter()
        .filter(is_prospect)
        .filter_map(|object| object.pointer("/meta/validations")?.as_object())
        .flatten()
        .filter_map(|(name, field)| Some((Target::parse(name)?.mapping_id()?, label(field)?)))
        .collect())
}

fn label(field: &Value) -> Option<FieldLabel> {
    let label = field.get("label")?.as_str()?.trim();
    let options = field.get("definition").and_then(Value::as_array);
    (!label.is_empty()).then(|| FieldLabel {
        label: label.to_owned(),
        kind: field
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        options: options
            .into_iter()
            .flatten()
            .filter_map(|option| option.as_str().map(str::to_owned))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(body: &Value) -> Answer {
        Answer {
            status: 200,
            body: body.to_string().into_bytes(),
        }
    }

    #[test]
    fn labelled_custom_fields_of_prospects_are_read_and_the_rest_is_left_out() {
        let body = json!({"data": [
            {"type": "Account", "meta": {"validations": {"custom1": {"type": "string", "label": "Not ours"}}}},
            {"type": "Prospect", "meta": {"validations": {
                "custom4": {"type": "inclusion", "required": false, "label": " AEP segment ",
                    "definition": ["realized", "exited", 7]},
                "custom5": {"type": "currency", "label": "Budget", "definition": "USD"},
                "custom6": {"label": "Bare"},
                "custom7": {"type": "string", "label": null},
                "custom8": {"type": "string", "label": ""},
                "custom9": "odd",
                "custom151": {"type": "string", "label": "Too many"},
                "firstName": {"type": "string", "label": "Standard"},
            }}},
            {"type": "prospect"},
            null,
        ]});
        let labels = read(&answer(&body)).expect("labels");
        let rows: Vec<_> = labels
            .iter()
            .map(|(id, f)| (id.get(), &*f.label, &*f.kind, f.options.join("|")))
            .collect();
        assert_eq!(
            rows,
            [
                (4, "AEP segment", "inclusion", "realized|exited".to_owned()),
                (5, "Budget", "currency", String::new()),
                (6, "Bare", "", String::new()),
            ]
        );
    }

    #[test]
    fn somebody_elses_answer_has_no_labels() {
        for body in [json!({"data": {}}), json!({"ok": true}), json!([])] {
            let error = read(&answer(&body)).expect_err("an error");
            assert_eq!(error.code(), "not_outreach", "{body}");
        }
    }
}
