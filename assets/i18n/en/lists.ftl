### Catalog, destinations, accounts, sources, activity, alerts, settings, and the list of shortcuts.

## Heads of tables

head-name = Name
head-status = Status
head-last-run = Last run
head-last-run-status = Last run status
head-account = Account
head-audiences = Audiences
head-created = Created
head-destination = Destination
head-destinations = Destinations
head-source = Source
head-check = Check
head-profiles = Profiles
head-changed = Last changed
head-readers = Read by
head-alert = Alert
head-about = About
head-when = When

## Destinations

destinations-title = Destinations
destination-new = New destination
destinations-search = Search by name or account
destinations-sum = { $audiences ->
    [one] { $audiences } audience
   *[other] { $audiences } audiences
} in { $destinations ->
    [one] { $destinations } destination
   *[other] { $destinations } destinations
}
filter-all = All { $n }
filter-enabled = Enabled { $n }
filter-attention = Needs attention { $n }
destinations-none-found = No destination matches
destinations-empty = No destinations yet
destinations-empty-text = A destination keeps the prospects of one Outreach account up to date with the audiences that you choose.
destinations-loading = Reading the data folder
set-up-outreach = Set up Outreach
explore-demo = Explore the demo
run-none = No run yet
run-reading = reading
from-day = from { $day }
broken-all-text = Nothing is sent for them meanwhile. Once a file is mended, its destination goes on where it was.
broken-title = { $n ->
    [one] A settings file cannot be read
   *[other] { $n } settings files cannot be read
}

## Catalog

catalog-title = Choose where your audiences go
catalog-text = Set up a destination once, then leave the app running. It keeps the other side up to date.
catalog-crm = CRM
catalog-crm-count = 1 destination
outreach = Outreach
outreach-what = Sales engagement
outreach-text = Writes each person’s audience membership to a custom field of the matching prospect, so that sales sees who is a gold customer, who attended the webinar and whose trial is about to expire.
promise-updates = Only updates
promise-updates-text = Prospects are never created or deleted.
promise-dry-run = Dry run and test
promise-dry-run-text = See every change first, and try it on one prospect.
promise-limits = Within the limits
promise-limits-text = Paced under 10,000 requests per hour. Nothing is dropped.
set-up = Set up
demo-note = Sample data. Nothing leaves this computer.
demo-runs = The demo is running
needs-title = What you need
need-app = An app in Outreach
need-app-text = An Outreach admin creates it once and gives you a client ID and a client secret.
need-source = A source of profiles
need-source-text = A file or a folder of exports from Adobe Experience Platform.
need-fields = Custom fields
need-fields-text = One text field per audience, such as Custom Field 4 with the label Gold customers.
catalog-what = What a sync does
catalog-what-note = An example with one person
example-source = Your source
example-app = Audience Sync
example-prospect = Prospect in Outreach
example-read = read
example-send = send
example-gold = Gold customers
example-webinar = Webinar Q4 attendees
example-trial = Trial expiring
example-field-4 = Custom Field 4
example-field-5 = Custom Field 5
example-field-6 = Custom Field 6
example-same = same as last time
example-to-send = to send
example-changes = 2 changes
example-request = 1 request

## Accounts

accounts-title = Accounts
accounts-empty = No accounts yet
accounts-empty-text = An account is one sign-in to Outreach. Several destinations can share it.
account-connect = Connect account
account-reconnect = Reconnect
account-rename = Rename…
account-disconnect = Disconnect…
account-connected = Connected
account-soon = Expires soon
account-lost = Not signed in
account-expires = This sign-in expires soon
account-expires-text = Outreach forgets a sign-in that is not renewed for 14 days. Reconnect, or let a run renew it.
account-taken = Another account has this name
fact-until = Valid until
fact-signed-out = Not signed in
fact-scopes = Scopes
fact-scopes-unknown = Outreach did not say which
fact-budget = Hourly requests
scope-missing = { $scope } is missing. It is for { $without }
budget-used = { $used } of { $limit } this hour, { $year } in a year
account-limits = Limits…
limits-title = Limits of { $name }
limits-text = Outreach counts requests per user. What is set here holds for all destinations of this account.
limits-allowance = Yearly allowance
limits-allowance-unsaid = Nobody has said
limits-allowance-unit = requests
limits-allowance-help = What your Outreach plan allows, 250,000 to 1,000,000 a year
limits-allowance-fault = Type a number of requests above 0, or nothing
limits-stop = Stop at
limits-stop-help = The share of the yearly allowance at which sending stops
limits-stop-fault = Type a whole number from 0 to 100
limits-reserve = Hourly reserve
limits-reserve-help = The share of the hourly limit that is left for people and other apps
limits-reserve-fault = Type a whole number from 0 to 90
limits-fault = Correct what is marked
limits-yes = Save
rename-title = Rename account
rename-text = Destinations that use it follow along.
rename-yes = Rename
disconnect-title = Disconnect { $name }?
disconnect-text = { $n ->
    [0] Its tokens and secret are deleted from this computer. No destination uses it.
    [one] Its tokens and secret are deleted from this computer. { $n } destination cannot send until it is connected again; its changes are kept.
   *[other] Its tokens and secret are deleted from this computer. { $n } destinations cannot send until it is connected again; their changes are kept.
}
disconnect-grant = To take the right back in Outreach too, open your Outreach user settings, go to the connected apps, and remove this app there.
disconnect-yes = Disconnect

## Sources

sources-title = Sources
source-in = { $kind } in { $folder }
sources-empty = No sources yet
sources-empty-text = A source is a file or a folder of exports that a destination reads.
check-waiting = Not read yet
check-reading = Reading
check-seen = { $n } records so far
check-good = Readable
check-doubtful = Readable in part
check-doubts = { $rejected } records cannot be read, { $without } have no usable OutreachId
check-problem = Problem

## Activity

activity-title = Activity
activity-search = Search by destination
activity-sum = { $n ->
    [one] { $n } run
   *[other] { $n } runs
}
activity-none-found = No run matches
activity-empty = No runs yet
activity-empty-text = The runs of all destinations are listed here, newest first.
filter-any = All

## Alerts

alerts-title = Alerts
alert-run = { $failed } failed, { $excluded } excluded of { $received } profiles
alerts-read-all = Mark all as read
alerts-all-read = All are read
alerts-empty = No alerts
alerts-empty-text = What you subscribe to in a destination’s details shows up here.
alert-unread = Unread
alert-run-start = Destination Flow Run Start
alert-run-success = Destination Flow Run Success
alert-run-failure = Destination Flow Run Failure
alert-run-delay = Destination Flow Run Delay
alert-skipped = Activation Skipped Rate Exceeded
alert-sign-in-expires = Sign-in expires soon
alert-sign-in-lost = Sign-in lost
alert-source-missing = Source missing
alert-budget = Rate budget exhausted

## Settings

settings-title = Settings
settings-appearance = Appearance
appearance-system = Like the system
appearance-system-note = light if it does not say
appearance-light = Light
appearance-dark = Dark
settings-closing = When the window is closed
closing-ask = Ask
closing-ask-note = if a run goes on
closing-quit = Quit
closing-quit-note = a run stops and goes on at the next start
closing-keep = Keep syncing
closing-keep-note = the window is put aside
settings-data = Where data is kept
data-settings = Settings and runs
data-settings-text = In the data folder on this computer
data-secrets = Secrets and tokens
data-secrets-text = In the system keyring
data-profiles = Profiles
data-profiles-text = Only what was written to Outreach is remembered, so that the next run sends only differences
settings-version = Audience Sync { $version }

## Shortcuts

shortcuts-close = Close
shortcuts-title = Keyboard shortcuts
shortcuts-text = They work wherever no text is being typed.
key-run = Run the destination now
key-pause = Pause or resume
key-search = Search
key-settings = Settings
key-destinations = Go to destinations
key-catalog = Go to catalog
key-accounts = Go to accounts
key-sources = Go to sources
key-activity = Go to activity
key-alerts = Go to alerts
key-help = Show this list
key-close = Close what lies on top
