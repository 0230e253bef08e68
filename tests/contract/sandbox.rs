//! The sandbox through the judge: each of its endpoints, with every question it answers and every one it refuses.

use crate::{bench::Bench, reads, refusals, writes};

#[tokio::test]
async fn every_answer_of_the_sandbox_keeps_to_the_document() {
    let bench = Bench::start().await;
    reads::all(&bench).await;
    writes::all(&bench).await;
    refusals::all(&bench).await;
    bench.assert_clean("the sandbox's answers");
}
