# The desk console.

helpers-aid = Aid team
helpers-legal = Legal team
step-new = New
step-update = Update
step-renew = Still so

desk-joining = This device is joining the desk. Another dispatcher's or a steward's device lets it in by itself.
desk-on-shift = { $count ->
    [0] Nobody is on shift
    [one] One on shift
   *[other] { $count } on shift
}
desk-start-shift = Start my shift
desk-caller = Somebody calls
desk-rumors = Rumors
desk-zone-note = Note to a zone
desk-zone-note-what = Members who are on duty in this zone read it, until the day is over.
desk-figures = Figures
desk-keys = Keys
desk-send = Send

## The queue

desk-queue = Queue
desk-search = Search
desk-waiting = { $count ->
    [0] Nothing waits
    [one] One incident
   *[other] { $count } incidents
}
desk-attention = Needs somebody now
desk-a-home = A home in { $zone }
desk-on-it = On it: { $who }
desk-you-have-it = You are on it
desk-reports = { $count } reports
desk-vouched = { $count } vouched for
desk-first-hand = Seen first-hand
desk-interpreter = Needs interpreter
desk-like = Like { $number }
desk-next = Next
desk-before = Before
desk-take = I take it
desk-let-go = Let go

## An incident

desk-incident = Incident
desk-choose = Choose an incident
desk-choose-hint = Press J for the first one, T to take it. Press ? for all keys.
desk-choose-first = Choose an incident first.
desk-six-keys = The six keys
desk-drawers = Sort it
desk-erase-sure = Erase this report for everybody, with all that is joined to it? Nothing is kept.
desk-map = The zones around it
desk-report-number = Report { $number }
desk-said = They say
desk-where = Where
desk-point = Position
desk-home-is = The home
desk-call-back = Call back
desk-seen = Seen
desk-source = Came by
desk-clock = Clock
desk-clock-doubtful = Their clock was ahead. Times are those of receipt.
desk-looks-like = This looks like { $number }.
desk-show-it = Show it
desk-strike = Strike it
desk-mark-home = It is a home
desk-split = Split off
desk-talk = With the reporter
desk-reporter = Reporter
desk-question = Question
desk-ask = Ask
desk-tell-what = Tell them
desk-tell = Tell
desk-no-answer = The reporter left no way to answer.
desk-notes = Notes
desk-note = Note
desk-add-note = Add

## A call

desk-callback = Number to call back
desk-callback-hint = Kept for two hours, then erased. Leave it empty if they do not want a call.
desk-caller-send = Put it into the queue

## Same as

desk-number = Number of the other incident

## A call-out

desk-check-what = Members on duty see the coarse area. Only those you accept get the exact place.
desk-within = How soon?
desk-check-send = Call out
desk-call-out = Call-out
desk-responder = { $name }, { $minutes } min
desk-proposed = { $count } are proposed: the nearest, in pairs. You decide.
desk-accept = Accept these
desk-alone-sure = One person alone. Did they agree to go alone?
desk-decline = Not needed
desk-check-in = Ask if all is well
desk-rung = I rang an on-call volunteer
desk-close-call-out = End the call-out
desk-reached-note = What they said
desk-reached = I reached them
desk-envelope = Open their envelope
desk-envelope-sure = Open the responder's emergency envelope? It is recorded who did.

## Findings and alerts

desk-finding = Finding
desk-seen-by = { $count ->
    [one] One looked
   *[other] { $count } looked
}
desk-signed = Signed
desk-not-signed = Not signed yet
desk-not-signed-hint = It waits for the verifier's signature. A second registrar can sign in its place.
desk-used = Published
desk-this-stands = This one stands
desk-preview = What the public will read
desk-quorum = The verifier has signed. Your signature makes it public at once.
desk-publish = Publish the alert
desk-publish-sure = Publish this alert for everybody?
desk-publish-update = Publish: still going on, something changed
desk-publish-renew = Publish: still so
desk-publish-over = Publish: it is over
desk-publish-wrong = Publish: it was wrong
desk-publish-rumor = Publish as a rumor check
desk-ask-countersign = Ask a second registrar
desk-countersign = Sign it
desk-alert = Alert
desk-alert-refused = The alert was not taken ({ $code }). Nothing was published.
desk-holds-until = Holds until { $time }
desk-publishing = Being published …
desk-recheck = Being checked again
desk-end-it = End it

## The end

desk-close = Close the incident
desk-ending = How did it come out?
desk-class = How long is it kept?
desk-closed-at = Closed { $time }
desk-after-action = What should the next time know?
desk-reopen = Open it again

## The shift

desk-handover = Hand over
desk-hand-to = To
desk-whoever-next = Whoever comes next
desk-handover-note = What the next shift has to know
desk-hand-over = Hand over and end my shift
desk-refer-to = Who should help?

## Rumors

desk-no-rumors = No rumors.
desk-rumor-open = Not answered yet.
desk-rumor-public = The answer is public.

## Figures

figures-by-hour = The last 24 hours
figures-plot = Reports by hour and, in front, those confirmed. The highest bar is { $count }.
figures-reports = Reports
figures-confirmed = Confirmed
figures-false-alarms = False alarms
figures-unchecked = Could not be checked
figures-share = Share confirmed
figures-responders = Responders sent
figures-on-duty = On duty now
figures-to-desk = Report to desk
figures-to-finding = Desk to finding
figures-to-alert = Desk to alert
figures-half = half within { $time }
figures-unknown = not known yet
