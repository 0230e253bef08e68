### What widgets and formats say, whichever screen they are on.

## Widgets

copy = Copy
copied = Copied
show-secret = Show
hide-secret = Hide
secret-length = { $n ->
    [one] { $n } character. Kept in the system keyring.
   *[other] { $n } characters. Kept in the system keyring.
}
row-menu = More actions
page-of = { $page } of { $pages }
page-before = Previous page
page-after = Next page
undo = Undo
changes-to = { $old } becomes { $new }
step-of = Step { $n }, { $name }

## The sum line

sum-received = Profiles received
sum-bar = What became of the profiles
sum-activated = Activated
sum-unchanged = Unchanged
sum-excluded = Excluded
sum-failed = Failed
sum-pending = Pending

## Formats

time-today = today { $time }
time-yesterday = yesterday { $time }
length-short = under 1 s
ago-now = just now
ago-minutes = { $n ->
    [one] { $n } minute ago
   *[other] { $n } minutes ago
}
ago-hours = { $n ->
    [one] { $n } hour ago
   *[other] { $n } hours ago
}
ago-days = { $n ->
    [one] { $n } day ago
   *[other] { $n } days ago
}

## Calendar

calendar-of = Calendar for { $name }
calendar-before = Month before
calendar-after = Month after
calendar-today = Today
calendar-weekdays = Mo Tu We Th Fr Sa Su
