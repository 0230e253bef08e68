//! A state that was lost, as a window shows it, and what its button does.

use super::*;

#[tokio::test]
async fn a_state_that_is_gone_is_shown_over_starts_until_it_is_rebuilt() {
    let mut window = Window::open(true).await;
    write_source(&window.source(), &members(1..=3));
    window.finish(|draft| draft.enabled = false).await;
    window.of_destination(DestinationCommand::Run);
    window
        .until_it("a run", has_ended_with(RunStatus::Completed, 1))
        .await;
    fs::remove_dir_all(window.home.path().join("data/state")).expect("it can be removed");
    let mut window = window.restart().await;
    let is_gone = |view: &DestinationView| {
        let problem = view.problem.as_ref();
        view.running.is_none() && problem.is_some_and(|problem| problem.code == "state_gone")
    };
    window.until_it("that it is gone", is_gone).await;
    let n_writes = window.sandbox.counters().writes;
    window.of_destination(DestinationCommand::Run);
    let knows_its_cost = |view: &DestinationView| {
        is_gone(view)
            && view.problem.as_ref().is_some_and(|problem| {
                problem.next_step.contains("compares 3 prospects") && view.runs.is_empty()
            })
    };
    window.until_it("what it takes", knows_its_cost).await;
    assert_eq!(window.sandbox.counters().writes, n_writes);
    window.of_destination(DestinationCommand::Rebuild);
    window
        .until_it("a first run", has_ended_with(RunStatus::Completed, 1))
        .await;
    let view = window.destination();
    assert_eq!((view.problem.as_ref(), view.n_waiting), (None, 0));
    assert_eq!(view.runs[0].cause, Cause::FirstActivation);
}
