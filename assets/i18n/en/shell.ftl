### The frame around every screen.

app-name = Audience Sync
app-name-demo = Audience Sync demo
new-destination = New destination

rail-destinations = Destinations
rail-catalog = Catalog
rail-accounts = Accounts
rail-sources = Sources
rail-activity = Activity
rail-alerts = Alerts
rail-settings = Settings
rail-urgent = { $name }, { $n } to look at

## Top bar

no-account = No account
account-menu = Account: { $name }
manage-accounts = Manage accounts
pause = Pause
resume = Resume
pause-half-hour = For 30 minutes
pause-until-tomorrow = Until tomorrow
pause-until-resumed = Until I resume
state-syncing = Syncing
state-up-to-date = Up to date
state-paused = Paused
state-needs-attention = Needs attention
state-nothing = Nothing to sync yet
state-never-run = Not run yet
state-of-destination = { $name }: { $state }
set-up-first = Set up a destination

## Bottom line

bottom-starting = Starting
bottom-signing-in = Waiting for the sign-in at Outreach
bottom-waiting = { $name }. { $wait }
bottom-planning = { $name }: comparing, { $n } profiles read
bottom-delivering = { $n ->
    [one] { $name }: { $n } prospect left
   *[other] { $name }: { $n } prospects left
}
bottom-paused = Paused. Nothing is sent until you resume
bottom-paused-until = Paused until { $time }
bottom-problem = { $name }: { $what }
bottom-refused = { $n ->
    [one] Run { $run } of { $name }: { $n } prospect was refused
   *[other] Run { $run } of { $name }: { $n } prospects were refused
}
bottom-draft = Draft saved { $time }. You can close the window and go on later
bottom-last = { $name }: last run ended { $ago }
bottom-nothing = Nothing is connected yet
bottom-never = Connected. Nothing was sent yet
open-sandbox = Open the sandbox's prospects
bottom-hourly = Hourly budget
bottom-no-budget = Hourly budget: no account
bottom-budget = { $used } of { $limit }
bottom-budget-waiting = The limit is spent. Sending goes on at { $time }

## What is said in passing

notice-connected = Connected to { $name }
notice-disconnected = Disconnected { $name }
notice-saved = Saved { $name }
notice-deleted = Deleted { $name }. Nothing was changed in Outreach
notice-exported = { $n ->
    [one] Wrote { $n } record to { $path }
   *[other] Wrote { $n } records to { $path }
}
notice-tested = Updated prospect { $prospect }
no-browser = No browser could be opened. The address is on the clipboard
engine-busy = Busy. Try again in a moment
close-title = A run is under way
close-text = If you quit, what is not sent waits and goes on at the next start. Nothing is lost.
close-quit = Quit
close-stay = Keep running
choose-file = Choose a file with profiles
choose-folder = Choose a folder with exports
choose-profiles = Profiles
choose-export = Export
