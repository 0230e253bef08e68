### The texts of the wizard.

wiz-step-connect = Connect
wiz-step-details = Details
wiz-step-source = Source & audiences
wiz-step-mapping = Mapping
wiz-step-schedule = Schedule
wiz-step-review = Review
wiz-cancel = Cancel
wiz-close = Close
wiz-back = Back
wiz-next = Next
wiz-finish = Finish
wiz-save-exit = Save & exit
wiz-test-one = Test with one prospect
wiz-first-step = This is the first step
wiz-connect-to-go-on = Connect to go on
wiz-n-missing = { $missing } to fill in
wiz-n-wrong = { $wrong } to correct
wiz-n-wrong-missing = { $wrong } to correct, { $missing } to fill in
wiz-leave-title = Keep what you typed?
wiz-leave-text = The draft can be kept, so that you go on with it later. Nothing was sent to Outreach.
wiz-leave-stay = Go on
wiz-leave-keep = Keep the draft
wiz-leave-discard = Discard
wiz-empty = empty
wiz-none = none

## Connect

wiz-connect-title = Connect to Outreach
wiz-connect-line = The app signs in as you and changes only what you may change.
wiz-account = Account
wiz-new-account = New account
wiz-account-name = Account name
wiz-account-name-hint = Such as Sales Nordics
wiz-account-name-taken = An account has this name. Choose it, or type another name.
wiz-app = Your Outreach app
wiz-advanced = Advanced
wiz-advanced-hide = Hide advanced
wiz-client-id = Client ID
wiz-client-secret = Client secret
wiz-api-address = API address
wiz-api-address-help = Change it only if Outreach gave you another one
wiz-port = Port of the redirect address
wiz-port-help = Must be the same in Outreach
wiz-port-fault = Type a port from 1024 to 65535.
wiz-redirect = Redirect address
wiz-redirect-https = https on this computer
wiz-redirect-https-note = Recommended
wiz-redirect-https-help = The browser warns once about a certificate that this app made itself. Choose Advanced, then Continue.
wiz-redirect-http = http on this computer
wiz-redirect-http-note = If your app allows it
wiz-redirect-http-help = The sign-in stays on this computer. Outreach must allow an http address for your app.
wiz-redirect-paste = Paste the address
wiz-redirect-paste-note = Works everywhere, one more step by hand
wiz-redirect-paste-help = After the sign-in the browser shows a page that cannot be reached. Copy its address and paste it here.
wiz-copy-redirect = Copy the address for { $mode }
wiz-connect-button = Connect to destination
wiz-connect-blocked = Fill in the account name, the client ID and the client secret
wiz-connect-next = Opens Outreach in your browser
wiz-demo-title = The demo has its own Outreach
wiz-demo-text = Sign in there as { $email } with the password { $password }
wiz-demo-fill = Fill in the demo’s app
wiz-demo-name = Demo
wiz-preparing = Opening the keyring
wiz-preparing-text = Your system may ask for its password.
wiz-waiting = Waiting for you to sign in
wiz-waiting-text = Outreach is open in your browser. Type your e-mail, then your password.
wiz-time-left = { $time } left
wiz-open-again = Open again
wiz-copy-link = Copy link
wiz-paste-instead = Paste the address instead
wiz-cancel-sign-in = Cancel the sign-in
wiz-paste = Address that the browser ended at
wiz-paste-help = It begins with the redirect address and holds a code
wiz-paste-refused = This address is of no use here. Copy all of it from the browser’s address bar.
wiz-paste-empty = Paste the address first
wiz-secret-handed = Handed over to the sign-in
wiz-paste-go = Use this address
wiz-failed = The sign-in did not work
wiz-try-again = Try again
wiz-session-only = Keep for this session only
wiz-put-aside = Dismiss
wiz-secret-again = The client secret was handed over and forgotten. If Outreach refused it, type it again.
wiz-account-gone = There is no account { $name } any more. Choose another one.
wiz-signed-out = Not signed in
wiz-signed-out-text = Sign in once, then the app stays signed in.
wiz-connected = Connected
wiz-connected-line = Outreach answers at { $address }
wiz-sign-out = Sign out
wiz-signed-in-as = Signed in as
wiz-unknown-user = a user that Outreach does not name
wiz-scopes = Scopes
wiz-scope-prospects-read = compare before writing
wiz-scope-prospects-write = write the fields that you map
wiz-scope-users-read = show who is connected
wiz-scope-batches-read = follow a bulk update
wiz-scope-batches-write = update many prospects in one request
wiz-scope-items-read = see the result for each prospect
wiz-scope-missing = not given: { $purpose }
wiz-valid-until = Sign-in valid until
wiz-day-time = { $day }, { $time }
wiz-valid-help = Renewed while the app runs. If it stays closed for 14 days, you sign in again.
wiz-kept = Secrets
wiz-keep-keyring = Kept in the system keyring
wiz-keep-session = Kept until the app is closed
wiz-admin = For the Outreach admin
wiz-admin-line = Done once for the company.
wiz-admin-1 = Open Outreach and go to Settings, then API access.
wiz-admin-2 = Create an app with the feature Outreach API (OAuth).
wiz-admin-3 = Add the redirect address exactly as it stands in the form.
wiz-admin-4 = Tick these scopes:
wiz-admin-5 = Publish it as Internal. Development credentials ask for a new sign-in every week.
wiz-admin-6 = Copy the client ID and the client secret. The secret is shown only once.
wiz-copy-email = Copy as e-mail
wiz-admin-email =
    Hello,

    I would like to connect Audience Sync to Outreach. Please create an app for it, once:

    1. Open Outreach and go to Settings, then API access.
    2. Create an app with the feature Outreach API (OAuth).
    3. Add this redirect address exactly as it stands here: { $address }
    4. Tick these scopes: { $scopes }
    5. Publish it as Internal. Development credentials ask for a new sign-in every week.
    6. Send me the client ID and, by a safe way, the client secret. The secret is shown only once.

    Thank you.
wiz-know = Good to know
wiz-know-keyring = Kept in the system keyring
wiz-know-keyring-text = The token and the secret are stored nowhere else.
wiz-know-name = In your name
wiz-know-name-text = Outreach shows { $who } as the one who updated a prospect.
wiz-know-budget = 10,000 requests per hour
wiz-know-budget-text = Outreach counts them per user. The app leaves a part for your own work.
wiz-know-shared = One account, many destinations
wiz-know-shared-text = Other destinations can use this sign-in, and share its budget.

## Details

wiz-details-title = Details
wiz-details-line = What you and your colleagues recognise this destination by.
wiz-name = Name
wiz-description = Description
wiz-description-hint = Such as Prospects of the Nordic team
wiz-alerts = Alerts
wiz-alerts-line = What you want to be told of, in the app and as a notification.
wiz-marketing = Marketing actions
wiz-marketing-line = What the data is used for in Outreach. Your policies decide by these.
wiz-alert-run-start = Destination Flow Run Start
wiz-alert-run-success = Destination Flow Run Success
wiz-alert-run-failure = Destination Flow Run Failure
wiz-alert-run-delay = Destination Flow Run Delay
wiz-alert-skipped = Activation Skipped Rate Exceeded
wiz-alert-expires = Sign-in expires soon
wiz-alert-lost = Sign-in lost
wiz-alert-source = Source missing
wiz-alert-budget = Rate budget exhausted

## Source and audiences

wiz-source-title = Source and audiences
wiz-source-line = Where the profiles come from, and which audiences Outreach should know about.
wiz-source = Source
wiz-source-hint = A file or a folder of exports
wiz-choose-file = Choose file…
wiz-choose-folder = Choose folder…
wiz-demo-source = Use the sample audiences
wiz-source-none = Choose a CSV, JSON, Parquet or Excel file, or a folder of them, as Adobe Experience Platform exports them.
wiz-source-bad = The source cannot be read
wiz-check-again = Check again
wiz-source-reading = Reading, { $n } profiles so far
wiz-fact-readable = Readable, checked { $time }
wiz-fact-counts = { $profiles ->
    [one] { $profiles } profile
   *[other] { $profiles } profiles
}, { $columns ->
    [one] { $columns } column
   *[other] { $columns } columns
}, { $audiences ->
    [one] { $audiences } audience
   *[other] { $audiences } audiences
}
wiz-fact-nothing = There is no record in it, so nothing would be sent
wiz-fact-files = { $n ->
    [one] { $n } file, { $size }, { $form }
   *[other] { $n } files, { $size }, { $form }
}
wiz-fact-null-words = { $n ->
    [one] { $n } cell stands for no value: { $words }
   *[other] { $n } cells stand for no value: { $words }
}
wiz-fact-id = { $field } in every profile
wiz-fact-no-id = No column looks like the OutreachId. Choose it in the mapping.
wiz-fact-without-id = { $n ->
    [one] { $n } profile without OutreachId will be excluded
   *[other] { $n } profiles without OutreachId will be excluded
}
wiz-fact-rejected = { $n ->
    [one] { $n } record cannot be read and will be excluded
   *[other] { $n } records cannot be read and will be excluded
}
wiz-fact-ignored = { $n ->
    [one] { $n } file is not part of the source
   *[other] { $n } files are not part of the source
}
wiz-samples = Sample rows
wiz-sample-rows = { $n } of { $all } rows
wiz-all-columns = Show all { $n } columns
wiz-few-columns = Show fewer columns
wiz-kind = Kind of export
wiz-kind-full = Everyone in the audience now
wiz-kind-full-note = Full snapshot
wiz-kind-full-help = Who is missing from the next file has left the audience, and becomes exited in Outreach.
wiz-kind-changes = Changes since the last file
wiz-kind-changes-note = Incremental
wiz-kind-changes-help = Who is missing from the next file stays as they are. Only a row that says so takes somebody out.
wiz-kind-each = Each audience as its files show
wiz-kind-each-note = Files of both kinds
wiz-kind-each-help = Who is missing from the next file leaves only the audiences whose files name everyone in them.
wiz-kind-found = As the files look: { $reason }
wiz-kind-found-each = As the files look: some name everyone, some only changes
wiz-kind-doubt-left = The files look otherwise: { $reason }. A file of everyone that does so is refused.
wiz-kind-doubt-profiles = The files look otherwise: { $reason }. Whoever has not changed would leave.
wiz-kind-doubt-nobody = The files look otherwise: { $reason }. So nobody would ever leave an audience.
wiz-reason-said = it was chosen
wiz-reason-no-status = no column says who is a member, so everyone in a file is one
wiz-reason-left = rows say that somebody has left
wiz-reason-members = the column of the status says that everyone in it is a member
wiz-reason-rows = each profile has a row with a status for every audience
wiz-reason-profiles = they are profiles as they are sent when they change
wiz-status-title = Which column says who is a member?
wiz-status-text = It may be one of these, and a wrong one would take people in or out: { $columns }
wiz-status-column = Column of the status
wiz-status-choose = Choose a column
wiz-status-everyone = None, everyone in a file is a member
wiz-fault-status = Choose the column that says who is a member, or none.
wiz-reading = How the files are read
wiz-reading-help = Each part is found out from the file. Set it where that is not right.
wiz-reading-show = Details
wiz-reading-hide = Hide details
wiz-reading-header = header in line { $line }
wiz-as-found = { $what } (found)
wiz-find-itself = As found
wiz-delimiter = Delimiter
wiz-delimiter-comma = Comma ,
wiz-delimiter-semicolon = Semicolon ;
wiz-delimiter-tab = Tab
wiz-delimiter-pipe = Vertical bar |
wiz-delimiter-colon = Colon :
wiz-encoding = Encoding
wiz-encoding-title = Some rows are no text in UTF-8. They seem to be { $encoding }.
wiz-encoding-text = A line of them would read: { $sample }
wiz-encoding-take = Read as { $encoding }
wiz-quote = Quotes around a value
wiz-quote-double = Double "
wiz-quote-single = Single '
wiz-quote-none = None
wiz-escape = A quote within quotes
wiz-escape-doubled = Written twice
wiz-escape-backslash = Behind \
wiz-escape-apostrophe = Behind '
wiz-header-line = Line of the header
wiz-header-line-fault = Type a line number, such as 3
wiz-sheet = Sheet
wiz-sheet-help = The name of the sheet with the rows
wiz-null-words = Words that stand for no value
wiz-null-word = { $n ->
    [one] { $word }, { $n } cell
   *[other] { $word }, { $n } cells
}
wiz-audiences = Audiences
wiz-n-chosen = { $n } of { $all } chosen
wiz-part-all = All { $n }
wiz-part-chosen = Chosen { $n }
wiz-search-audiences = Search by name or id
wiz-tick-all = All audiences on screen
wiz-no-audience-there = The source names no audience: neither the names of its files nor its columns do.
wiz-no-audience-found = No audience is called so
wiz-name-of = Name of { $id }
wiz-rename-audience = Rename { $name }
wiz-head-name = Name
wiz-head-id = Audience id
wiz-head-origin = Origin
wiz-head-members = Members
wiz-head-exited = Left

## Mapping

wiz-mapping-title = Mapping
wiz-mapping-line = Which profile field goes to which prospect field.
wiz-suggest-by-name = Suggest by name
wiz-nothing-to-suggest = No other names match
wiz-add-mapping = Add new mapping
wiz-n-added = { $n ->
    [one] { $n } row added. Have a look at it.
   *[other] { $n } rows added. Have a look at them.
}
wiz-head-source = Source field
wiz-head-target = Target field in Outreach
wiz-head-if-empty = If empty
wiz-excluded = Excluded
wiz-skip = Skip
wiz-clear = Clear
wiz-skip-long = Skip: leave the field as it is
wiz-clear-long = Clear the field
wiz-if-long = If over { $n } characters
wiz-exclude-long = Exclude the record
wiz-cut-long = Cut the value
wiz-numbers-are = A bare number is
wiz-numbers-none = Not said: the record is excluded
wiz-numbers-excel = Days of Excel, such as 45000
wiz-numbers-yyyymmdd = A day such as 20260408
wiz-numbers-seconds = Seconds since 1970
wiz-numbers-millis = Milliseconds since 1970
wiz-rules-of = If { $source } is empty
wiz-remove-row = Remove the mapping of { $source }
wiz-consent = I know that { $target } decides who may be contacted
wiz-source-of = Source field { $n }
wiz-target-of = Target field { $n }
wiz-type-field = Column or XDM path
wiz-choose-field = Choose a field
wiz-choose-target = Choose a field
wiz-tab-attributes = Attributes
wiz-tab-identities = Identity namespaces
wiz-search-fields = Search { $n } fields
wiz-no-field-found = No field is called so
wiz-field-filled = Filled in { $n } of { $all } profiles, longest { $longest } characters
wiz-field-hint = Point at a field to see how well it is filled
wiz-n-fields = { $n ->
    [one] { $n } field
   *[other] { $n } fields
}
wiz-mapped = mapped
wiz-tab-prospect = Prospect attributes
wiz-tab-custom = Custom attribute
wiz-search-targets = Search attributes
wiz-no-target-found = Outreach has no attribute called so
wiz-refused-read-only = Outreach sets it itself
wiz-refused-list = It is a list, which one value cannot fill
wiz-custom = Custom attribute
wiz-custom-fault = Type custom1 to custom150
wiz-custom-unknown = The labels are not known until the account is connected
wiz-use-custom = Use
wiz-kind-text-limit = text, { $n }
wiz-kind-text = text
wiz-kind-date = date
wiz-kind-time = date and time
wiz-kind-integer = whole number
wiz-kind-number = number
wiz-kind-boolean = true or false
wiz-kind-list = list
wiz-preview = Preview
wiz-preview-none = Choose a source to see what its first profiles become.
wiz-preview-empty = The source has no profile to show.
wiz-preview-nameless = Without a name
wiz-preview-excluded = Excluded: { $why }
wiz-preview-unknown = Outreach has no prospect with this OutreachId.
wiz-preview-count = { $n ->
    [0] Nothing changes, nothing is sent
   *[other] { $n } of { $all } fields change, in 1 request
}
wiz-preview-uncompared = Not compared with Outreach
wiz-changes = changes
wiz-same = same
wiz-not-sent = not sent

## Schedule

wiz-schedule-title = Schedule
wiz-schedule-line = When each audience is kept up to date, and which custom field takes its status. Labels were read from Outreach at { $time }.
wiz-schedule-plain = When each audience is kept up to date, and which custom field takes its status.
wiz-schedule-reading = Reading the labels of the custom fields from Outreach.
wiz-schedule-unread = The labels could not be read: { $what }
wiz-schedule-note = Mapping ID N writes { $in } or { $out } to the prospect’s attribute customN. After an end date the field stays as it is.
wiz-schedule-empty = No audience is chosen
wiz-schedule-empty-text = Only attributes are kept up to date then. Choose audiences to write their status too.
wiz-choose-audiences = Choose audiences
wiz-suggest-all = Suggest all
wiz-labels-again = Read labels again
wiz-head-audience = Audience
wiz-head-start = Start date
wiz-head-end = End date
wiz-head-mapping-id = Mapping ID
wiz-head-field = Field in Outreach
wiz-n-members = { $n ->
    [one] { $n } member
   *[other] { $n } members
}
wiz-start-of = Start date of { $name }
wiz-end-of = End date of { $name }
wiz-mapping-id-of = Mapping ID of { $name }
wiz-remove-audience = Remove { $name }
wiz-date-hint = 2026-11-24
wiz-no-end = No end
wiz-custom-field = Custom Field { $n }
wiz-no-label = no label
wiz-use = Use { $n }, { $label }

## Review

wiz-review-title = Review
wiz-review-blocked = { $n } to correct or fill in before Finish
wiz-review-blocked-text = The dry run starts by itself when nothing is open any more.
wiz-edit = Edit { $part }
wiz-edit-short = Edit
wiz-sum-destination = Destination
wiz-sum-account = Account
wiz-sum-source = Source
wiz-sum-audiences = Audiences
wiz-sum-mapping = Mapping
wiz-sum-marketing = Marketing actions
wiz-sum-alerts = Alerts
wiz-sum-until = Sign-in valid until { $day }
wiz-sum-profiles = { $n } profiles
wiz-sum-no-audience = None, only attributes
wiz-sum-from = { $n }, from { $day }
wiz-sum-fields = Custom fields { $numbers }
wiz-sum-rows = { $n ->
    [one] { $n } row and { $id } → OutreachId
   *[other] { $n } rows and { $id } → OutreachId
}
wiz-sum-clear = { $n ->
    [one] { $n } row clears when empty
   *[other] { $n } rows clear when empty
}
wiz-sum-n-alerts = { $n } of 9 subscribed
wiz-dry-run = Dry run
wiz-dry-problem = A run would be held back
wiz-dry-reading = Reading, { $n } profiles so far. Nothing is written.
wiz-dry-at = Compared with Outreach at { $time }. Nothing was written.
wiz-dry-alone = Made at { $time } without Outreach’s old values, as it did not answer. Nothing was written.
wiz-dry-again = Run again
wiz-dry-prospects = Prospects that change
wiz-dry-of-profiles = of { $n } profiles
wiz-dry-requests = API requests
wiz-dry-kinds = { $single } single, { $other } other
wiz-dry-time = Time under the budget
wiz-dry-reserve = { $share } is left for people
wiz-dry-year = Yearly allowance
wiz-dry-of-year = of { $n }
wiz-dry-year-unsaid = No yearly allowance is set for the account
wiz-dry-change = { $n } change
wiz-dry-same = { $n } same
wiz-dry-excluded = { $n } excluded
wiz-dry-changes = Changes
wiz-dry-n-changes = { $values } values in { $prospects } prospects
wiz-dry-first-changes = the first { $values } values of { $prospects } prospects
wiz-dry-n-same = {", "}{ $same } more are so already
wiz-all-fields = All fields
wiz-field-filter = Field
wiz-search-prospects = Search prospects
wiz-no-changes = Nothing would change: Outreach is up to date
wiz-no-change-found = No change matches
wiz-head-outreach-id = OutreachId
wiz-head-prospect-field = Field
wiz-head-old = Old
wiz-head-new = New
wiz-unknown-old = unknown
wiz-old-not-there = no such prospect
wiz-old-not-there-tip = Outreach has no prospect with this number, or hides it from you
wiz-old-unread = not read
wiz-old-unread-tip = Outreach did not answer. Run again to read it
wiz-test-title = Test with one prospect
wiz-test-text = One prospect is updated in Outreach as the draft says, and read back. It costs 2 requests.
wiz-test-id = OutreachId
wiz-test-id-help = The number in the prospect’s address in Outreach
wiz-test-no-number = An OutreachId is a whole number above 0.
wiz-test-blocked = Type an OutreachId
wiz-test-go = Update this prospect
wiz-test-sending = Updating and reading back
wiz-test-failed = The test did not work
wiz-test-excluded = Nothing was sent: the profile is excluded
wiz-test-done = Outreach took it
wiz-test-done-text = { $n ->
    [one] { $n } field was changed.
   *[other] { $n } fields were changed.
}

## Faults

wiz-fault-account = Choose an account or connect a new one.
wiz-fault-signed-out = The account is not signed in. Connect it.
wiz-fault-name = Give the destination a name.
wiz-fault-name-long = A name is one line of at most 100 characters.
wiz-fault-name-taken = Another destination has this name. Type another one.
wiz-fault-source = Choose a source.
wiz-fault-no-audience = No audience is chosen. Only attributes are kept up to date then.
wiz-fault-many-audiences = More than 250 audiences are over Adobe’s recommended limit.
wiz-fault-many-rows = More than 50 mapped attributes are over Adobe’s recommended limit.
wiz-fault-audience-gone = A chosen audience is not in the source any more.
wiz-fault-field-missing = Choose a source field.
wiz-fault-field-unknown = The source has no such field. Choose another one.
wiz-fault-target-missing = Choose a target field.
wiz-fault-target-unknown = Outreach has no attribute { $typed }. Choose another field.
wiz-fault-read-only = Outreach sets { $typed } itself. Choose another field.
wiz-fault-consent = { $typed } decides who may be contacted. Confirm it, or choose another field.
wiz-fault-list = { $typed } is a list, which one value cannot fill. Choose another field.
wiz-fault-target-twice = { $typed } is also filled from { $other }. Choose another field.
wiz-fault-target-status = { $typed } takes the status of { $audience }. Choose another field.
wiz-fault-elsewhere = The destination “{ $destination }” writes this field too, and each would undo the other. Choose another field, or disable “{ $destination }”.
wiz-fault-date = Type a start date.
wiz-fault-no-date = “{ $typed }” is no date. Type it as 2026-11-24.
wiz-fault-end = The end is before the start.
wiz-fault-mapping-id = Type a number from 1 to 150.
wiz-fault-no-number = “{ $typed }” is no number. Type 1 to 150.
wiz-fault-outside = { $typed } is out of range. Type 1 to 150.
wiz-fault-twice = { $typed } is used twice, also by { $other }.
wiz-fault-is-target = custom{ $typed } is also filled from { $source } in the mapping.
wiz-fault-wrong-type = The field is of type { $kind }, which cannot hold a status. Choose a text field.
wiz-fault-lacks-word = The field is a picklist without { $word }. Add the value in Outreach, or choose another field.
wiz-fault-unlabelled = Sales won’t recognise this field. Give it a label in Outreach.
