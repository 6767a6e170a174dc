# What dispatchers read.

## Where things stand

stage-waiting = Waiting
stage-checking = Being checked
stage-found = Has a finding
stage-contradicted = Findings contradict
stage-alerted = Alert is out
stage-closed = Closed
stage-joined = Joined to another

call-out-calling = Calling
call-out-unanswered = Nobody answered
call-out-answered = Has offers
call-out-staffed = People are going
call-out-nobody-arrived = Nobody arrived
call-out-closed = Closed

responder-offered = Can go
responder-accepted = Accepted
responder-on-the-way = On the way
responder-parked = Parked
responder-on-scene = On scene
responder-leaving = Leaving
responder-left = Home
responder-stopped = Stopped or arrested
responder-declined = Not needed
responder-withdrawn = Cannot go
responder-silent = Silent

alert-phase-drawn = Not public
alert-phase-live = Live
alert-phase-rechecking = Being checked again
alert-phase-no-news = No news
alert-phase-wrong = It was wrong
alert-phase-over = It is over

verdict-confirmed = Confirmed
verdict-false-alarm = False alarm: { $what }
verdict-could-not-check = Could not check
verdict-ended = Over. { $how }

drawer-do-not-share = Do not share
drawer-share-unconfirmed = Share with verifiers, unconfirmed
drawer-strong = Strong evidence

source-public = Public page
source-card = Card
source-member = Member
source-caller = Caller

first-hand-yes = Seeing it now
first-hand-no = Heard from others
first-hand-unknown = Not known

ending-confirmed = Confirmed
ending-unfounded = Unfounded
ending-could-not-check = Could not be checked
ending-referred = Referred
ending-rumor-answered = Rumor answered
ending-not-pursued = Not pursued

class-erase-now = Erase now
class-unfounded = Keep 7 days
class-general = Keep 30 days
class-confirmed = Keep until the legal team closes it
class-hold = Hold until the legal team releases it

## The six keys

key-same-as = Same as
key-check = Check
key-heads-up = Heads-up
key-rumor = Rumor
key-refer = Aid / legal
key-erase = Erase now
key-erase-hint = For people who report their neighbors. Nothing is kept.

## What needs somebody now

attention-stopped = A responder was stopped or arrested. Open their envelope: it says whom to call.
attention-silent = A responder gave no sign. Call them; if nobody answers, open their envelope.
attention-contradicted = Two findings contradict. Say which one stands.
attention-alert-doubtful = A published alert is in doubt. Mark it as being checked again, then correct it.
attention-nobody-at-desk = { $count ->
    [one] One report waits
   *[other] { $count } reports wait
} and nobody is at the desk. Waking on-call dispatchers.
attention-unanswered = Nobody answered the call-out in 60 seconds. Ring on-call volunteers.
attention-nobody-arrived = Nobody who was accepted has arrived. Call them, or call out again.
attention-countersign-awaited = An alert waits for a second signature.
attention-unwatched = An alert is out and nobody is there any more. Mark it as being checked again, and send somebody to look.
attention-no-news = An alert's time is over and there is no news. Renew it, end it, or say it was wrong.
attention-left-behind = This was begun and nobody is on it any more. Take it, or close it.
attention-rumor-many = The same rumor was asked { $count } times. Answer it in public.
attention-home = The place is a home. Only its zone goes out; the address is never written here.
attention-alone-at-desk = You are alone at the desk. To publish you need a signed finding or an on-call signature.

wake-nobody-at-desk = Nobody is at the desk
wake-too-much = More than the shift can handle
wake-countersign = A second signature is needed

## The handover

handover-line = Waiting { $waiting }, claimed { $claimed }, being checked { $checking }, responders out { $out }, live alerts { $alerts }, contradictions { $contradicted }, open rumors { $rumors }.

## Why something had no effect

breach-unknown = This names something that is not in the casebook.
breach-erased = The incident was erased.
breach-closed = The incident is closed. Reopen it first.
breach-still-open = The incident is still open. Close it first.
breach-held-by-other = Somebody else is on this incident.
breach-not-claimed = Claim the incident first.
breach-stale = Something changed in the meantime. Look again.
breach-too-soon = It is too early for that.
breach-bad-text = The text is too long, or has characters that cannot be shown.
breach-bad-range = There is no such part of the text.
breach-bad-cell = The place is too exact.
breach-out-of-limits = A number, list or time is outside its limit.
breach-exact-home = A home must not be given exactly.
breach-vouch-mismatch = The report's source and its pass do not fit together.
breach-joins-itself = An incident cannot be joined to itself.
breach-already-joined = It is joined to another incident. Split it off first.
breach-not-joined = It is not joined to another incident.
breach-alert-live = An alert is still live. End it first.
breach-responders-out = Responders are still out. Wait until they are back.
breach-no-reply-stream = The reporter left no way to answer.
breach-not-in-pairs = Responders go in pairs, two or three at once. One alone must agree to it.
breach-wrong-order = This cannot follow what was before.
breach-not-parked = The verifier has not parked yet.
breach-not-escalated = The envelope is opened only when a responder is silent or stopped.
breach-contradicted = Two findings contradict. Say first which one stands.
breach-nothing-to-resolve = No findings contradict.
breach-not-found = There is no finding for this. Nothing unconfirmed is published.
breach-no-quorum = The quorum is missing: a signed finding or a second signature.
breach-own-countersign = Somebody else has to sign.
breach-held = The legal team holds this incident.
breach-wrong-class = This outcome does not go with this retention class.
breach-differs-from-finding = The alert says something else than the finding.
