//! Keeps prospects in Outreach up to date with the audiences of Adobe Experience Platform.
