//! Keeps prospects in Outreach up to date with the audiences of Adobe Experience Platform.

pub mod model;
pub mod outreach;
pub mod sandbox;
pub mod source;
pub mod store;
