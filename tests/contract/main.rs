//! Whether client and sandbox keep to the contract that the provider publishes, as an independent judge reads it.
//!
//! Every request goes `outreach::Client` (or a raw one) → [`forwarder`] → Prism with the provider's OpenAPI document
//! → sandbox. Prism checks both directions and names what is wrong in the header `sl-violations`; there must be none.
//!
//! What Prism cannot judge:
//!
//! - The document has no root and no `/types`: those requests go past Prism, straight to the sandbox.
//! - The document declares only 200, 404 and 422 for what we use, and 404 not for writes. So for the statuses of
//!   [`verdict::UNDECLARED`] (400, 401, 403, 404, 415, 429, 500, 502, 503, 504), and only where the operation does
//!   not declare them, exactly one violation is allowed: the warning that the status is not in the document. The
//!   tests hold those bodies to expectations of their own.
//! - The document declares no query parameters, and no attribute is required in an answer: the tests look themselves
//!   whether the rows and attributes that were asked for came.
//!
//! What the tests need of the provider's documents lies beside them; `scripts/take-contract` takes it anew, and
//! `AUDIENCE_SYNC_OUTREACH_OPENAPI` may name a whole one. Without a document or without Prism they fail.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of a test fails as loudly as the test"
)]

mod attributes;
mod batches;
mod bench;
mod client;
mod documents;
mod forwarder;
mod judge;
mod prism;
mod reads;
mod refusals;
mod sandbox;
mod verdict;
mod writes;
