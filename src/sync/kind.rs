//! Notices when files of an audience begin or cease to say who is a member: then they may be another kind of export.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Error, Order};
use crate::{
    model::{AudienceId, Contents},
    store::{self, Store},
};

/// The fact that says what the files of each audience looked like when they were planned last.
const SIGNS_MEMO: &str = "status_signs";

/// What the files of an audience looked like, and what they were taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Sign {
    contents: Contents,
    says_status: bool,
}

type Signs = BTreeMap<AudienceId, Sign>;

fn signs(order: &Order) -> Signs {
    let audiences = order.rules.projection().audiences;
    let kinds = order.source.kinds();
    let found = order.source.status_signs(&audiences);
    let signs = found.into_iter().map(|(audience, says_status)| {
        let (contents, _) = kinds.of(&audience);
        let sign = Sign {
            contents,
            says_status,
        };
        (audience, sign)
    });
    signs.collect()
}

/// What to remember of this source.
pub(super) fn memo(order: &Order) -> (&'static str, String) {
    let text = serde_json::to_string(&signs(order)).unwrap_or_default();
    (SIGNS_MEMO, text)
}

/// Refuses files that look like another kind of export than those that were planned last; a kind that a person has
/// changed since is not compared.
pub(super) fn check(store: &Store, order: &Order) -> Result<(), Error> {
    let Some(before) = store.memo(SIGNS_MEMO)? else {
        return Ok(());
    };
    let before: Signs = serde_json::from_str(&before).unwrap_or_default();
    for (audience, now) in signs(order) {
        if let Some(before) = before.get(&audience)
            && before.contents == now.contents
            && before.says_status != now.says_status
        {
            return Err(Error::KindInDoubt {
                audience,
                contents: now.contents,
                says_status: now.says_status,
            });
        }
    }
    Ok(())
}

/// Takes the next files for what the settings say, whatever they look like.
///
/// # Errors
/// If the state cannot be written.
pub fn forget_signs(store: &Store) -> Result<(), store::Error> {
    store.forget_memo(SIGNS_MEMO)
}
