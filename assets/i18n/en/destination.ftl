### One destination: its page with the three tabs, an audience, a prospect, a run. Also the words for states, which lists
### show as well.

## States

state-error = Error
state-processing = Processing
state-enabled = Enabled
state-disabled = Disabled
run-processing = Processing
run-completed = Completed
run-partial = With failures
run-failed = Failed
run-stopped = Stopped
run-interrupted = Interrupted
run-going-on = still running
cause-first = First activation
cause-source = Source changed
cause-schedule = Schedule
cause-manual = Manual
audience-waiting = Waiting
audience-active = Active
audience-ended = Ended
short-sign-in = sign-in lost
short-source = source missing
short-failed = { $n } failed

## What can be done

open = Open
run-now = Run now
runs-already = A run is under way
stop-run = Stop run
stop-run-tip = What was not sent stays pending
stopping = Stopping
enable = Enable
disable = Disable
edit = Edit
duplicate = Duplicate…
export-settings = Export settings…
delete = Delete…
cancel = Cancel
actions-of = Actions for { $name }
delete-title = Delete { $name }?
delete-text = { $audiences ->
    [one] This deletes its settings, its runs and its record of what was written for { $audiences } audience. Nothing changes in Outreach: { $memberships } memberships stay realized in their custom fields.
   *[other] This deletes its settings, its runs and its record of what was written for { $audiences } audiences. Nothing changes in Outreach: { $memberships } memberships stay realized in their custom fields.
}
delete-waiting = { $n ->
    [one] { $n } change that waits is not sent any more.
   *[other] { $n } changes that wait are not sent any more.
}
delete-yes = Delete destination
duplicate-title = Duplicate destination
duplicate-text = The copy has the same settings and starts disabled. Two destinations that write the same custom field would overwrite each other.
duplicate-name = { $name } (copy)
duplicate-yes = Duplicate
field-name = Name
name-missing = A name is needed
name-taken = Another destination has this name

## Head

tab-activation = Activation data
tab-runs = Dataflow runs
tab-settings = Settings
destination-subtitle = { $account }. Source { $source }
destination-subtitle-person = { $account }, { $person }. Source { $source }
destination-gone = No such destination
destination-gone-text = It was deleted, or its settings file was moved away.
destination-gone-back = All destinations

## Activation data

run-title = Run { $run }
run-new = New run
run-started = { $cause }, started { $at }
run-started-interrupted = { $cause }, started { $at }. The program ended before it did; the next run sends the rest
progress-stopping = Stopping, the rest stays pending
waits-limit = Waits for the hourly limit until { $at }
waits-sign-in = Waits for the sign-in, tries again at { $at }
waits-network = Waits for the network, tries again at { $at }
waits-outreach = Waits for Outreach until { $at }
progress-reading = Reading the source, { $n } records so far
progress-left = About { $n } min left, done about { $at }
progress-left-soon = Nearly done, at about { $at }
progress-sent = { $n } of { $all } changes sent
rate-nothing = nothing to activate yet
rate-title = Activation rate
rate-line = Activation rate { $rate }, { $formula }
plot-delivery = Delivered changes per second
plot-hours = Requests per hour
plot-idle = Drawn while a run sends
plot-last = last run, { $at }
plot-last-of = run { $run }, the last to send, { $at }
plot-last-short = { $n ->
    [one] Last run to send, run { $run }: { $n } change in { $length }
   *[other] Last run to send, run { $run }: { $n } changes in { $length }
}
plot-value-now = { $rate } now, at most { $most }
plot-value-last = at most { $most }
plot-value-hours = { $n } in the hour that runs, limit { $limit }
plot-soon = Drawn as soon as the first changes are confirmed
plot-no-hours = No requests yet
plot-now = now { $at }, { $rate } per second
plot-until = forecast until { $at }
plot-limit = limit { $n }
plot-ceiling = ceiling for the app { $n }
paused-title = Everything is paused
paused-text = Nothing is sent until somebody resumes. Changes are kept.
paused-until = Nothing is sent until { $at }. Changes are kept.
disabled-title = This destination is disabled
disabled-text = It is not synced by itself. Outreach keeps what was written.
next-try = Tried again { $at }.
kept-waiting = { $n ->
    [one] { $n } change waits.
   *[other] { $n } changes wait.
}
sign-in-again = Sign in again
other-account = Use another account
other-source = Choose another folder
change-source = Change the source
change-mapping = Change the mapping
say-everyone = They name everyone
say-changes = They hold changes
kind-doubt-text = If each file names everyone in the audience, whoever is missing leaves it. If the files hold what has changed since the last one, nobody leaves for being missing.
kind-changed-text = If the files hold what has changed since the last one, say so: nobody leaves for being missing. If they name everyone in the audience, export them without those who have left.
rebuild = Rebuild the state
look-again = Look again now
never-run = No run yet
never-run-text = The first run writes every membership once. It starts by itself when the source is there.

## Audiences

audiences-name = Audiences
head-audience = Audience
head-dates = Start and end
head-in-source = In source
head-realized = Realized in Outreach
head-difference = Difference
head-last-change = Last change
mapping-id = Mapping ID { $n }
mapping-id-label = Mapping ID { $n }, { $label }
no-end = no end
never = never
unknown = –
none-yet = none yet
none-now = none
kept-as-it-was = ended, kept as it was
starts-in = { $n ->
    [0] starts today
    [one] starts tomorrow
   *[other] starts in { $n } days
}
source-not-read = source not read yet
all-there = all there
more-than-source = more than in the source
why-pending = { $n } pending
why-not-written = { $n } not written
why-both = { $pending } pending, { $rest } not written

## One audience

back-to-audiences = Back to all audiences
audience-subtitle = { $field }. Kept up to date from { $start }, { $end }
audience-gone = No such audience
audience-gone-text = It is not in this destination’s schedule any more.
entered-left = last run +{ $entered }, −{ $left }
members-over-time = Members over time
members-range = { $first } to { $last }
prospects-name = Prospects
prospects-search = Search by name or OutreachId
prospects-count = { $n ->
    [one] { $n } prospect
   *[other] { $n } prospects
}
prospects-none = No prospect matches
filter-everyone = All
filter-in = In
filter-left = Left
head-outreach-id = OutreachId
head-status-outreach = Status in Outreach
head-last-written = Last written
not-yet = not yet
status-pending = waits to be sent
status-none = not written

## One prospect

prospect-title = Prospect { $id }
close-person = Close prospect
copy-outreach-id = Copy OutreachId
history = History
history-none = Nothing was written yet
written-by = Written by run { $run }
value-empty = empty
value-unknown = not known
entered-audience = Entered { $audience }
left-audience = Left { $audience }
more-values = { $n ->
    [one] { $n } more value
   *[other] { $n } more values
}

## Runs

runs-name = Runs
head-run = Run
head-start = Start
head-cause = Cause
head-duration = Duration
head-received = Received
head-rate = Rate
run-summary = { $cause }, { $at }, { $length }. { $activated } changed, { $failed } refused, { $excluded } left out
run-nothing-wrong = Every record was written or had nothing to change
run-none-of-these = None in this run
retry-failed = Retry failed
export-csv = Export CSV
tab-failed = Failed { $n }
tab-excluded = Excluded { $n }
own-words = Outreach’s own words
first-record = The first record
what-it-means = What it means
what-to-do = What to do
open-mapping = Open the mapping
records-name = Records
records-first = The first { $n } of { $all } records. Export CSV writes them all
head-record = Record in the source
head-what = What is wrong
no-outreach-id = none
record-gone = no longer in the source
record-line = { $part }, line { $n }
record-row = { $part }, row { $n }

## What refusals mean

fault-long = Value too long
fault-long-means = A value has more characters than Outreach takes for its field.
fault-long-do = Shorten it in the source, or let the mapping cut it. Then retry.
fault-unknown = Prospect not found
fault-unknown-means = Outreach has no prospect with this number, or the account may not see it.
fault-unknown-do = Check the OutreachId in the source.
fault-forbidden = No permission
fault-forbidden-means = The account may not edit these prospects.
fault-forbidden-do = Ask your Outreach administrator for the right, then retry.
fault-taken = Address already taken
fault-taken-means = Another prospect already has this value.
fault-taken-do = Merge the two prospects in Outreach, or correct the source.
fault-value = Value refused
fault-value-means = Outreach does not take one of the values; its words name the field.
fault-value-do = Correct the value in the source, or map another field.
fault-type = Wrong kind of value
fault-type-means = The field takes another kind of value, such as a date or a number.
fault-type-do = Correct the value in the source, or map another field.
fault-no-id = OutreachId missing
fault-no-id-means = Without it nobody can tell which prospect the profile is.
fault-no-id-do = Fill it in the source, or map the field that holds it.
fault-bad-id = OutreachId invalid
fault-bad-id-means = An OutreachId is a whole number above zero, as in the prospect’s address.
fault-bad-id-do = Correct it in the source, or map the field that holds it.
fault-twice = OutreachId used twice
fault-twice-means = Several profiles claim the same prospect.
fault-twice-do = Keep one profile per prospect in the source.
fault-status = Unknown status
fault-status-means = The status is neither a word for in nor one for left.
fault-status-do = Write realized or exited in the source.
fault-row = Record unreadable
fault-row-means = The record does not follow the form of its source.
fault-row-do = Correct the record in the source.
fault-away = Outreach did not answer
fault-away-means = No usable answer came, again and again.
fault-away-do = Nothing: the next run tries once more. Retry to have it now.
fault-refused = Refused by Outreach
fault-excluded = Left out
fault-other-do = See the records for what is wrong with each.

## Settings

enabled-help = Synced by itself whenever the source changes or a date is reached
edit-step = Edit { $step }
part-connect = Connect
part-details = Details
part-source = Source
part-mapping = Mapping
part-schedule = Audiences and schedule
fact-person = Connected as
fact-nobody = Nobody
fact-address = API address
fact-description = Description
fact-alerts = Alerts
fact-marketing = Marketing actions
fact-path = Path
fact-contents = Contents
fact-none = None
contents-guess = Guessed from the files
contents-full = Full snapshot
contents-incremental = Only what has changed
scheduled = Mapping ID { $n }, from { $start }, no end
scheduled-until = Mapping ID { $n }, from { $start } to { $end }
