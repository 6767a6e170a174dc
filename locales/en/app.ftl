# The member app: lock, invitation, duty, reports, rooms, settings.

## Everywhere

loading = Opening …
close = Close
copy = Copy
copied = Copied.
not-copied = The browser did not let us copy. Select the text and copy it yourself.
yes = Yes
you = you
qr = QR code with the same text
skip = Go to the content
nav = Rooms of the app
nav-desk = Desk
nav-duty = Duty
nav-room = Day room
nav-report = Report
nav-alerts = Alerts
nav-steward = Stewards
nav-settings = Settings
language = Language
language-not-there = The texts for { $language } could not be fetched. Try again when you are online.
live = Connected
not-live = Not connected. What you do is kept and sent later.
lock = Lock
near-me = Use where I am
location-refused = The browser did not say where you are. You can type it instead.
time-now = now
time-minutes = { $count } min
time-hours = { $count } h
time-days = { $count } d

## Roles

role-observer = observer
role-verifier = verifier
role-dispatcher = dispatcher
role-host = host
role-registrar = registrar
role-trainer = trainer
role-legal = legal team
role-aid = aid team
role-driver = driver
role-steward = steward

## Before the app is open

gate-elsewhere = Bystand is open in another tab
gate-elsewhere-why = Only one tab may have your vault open at a time. Close the other one, or go on there.
gate-try-again = Try again
gate-broken = This cannot go on
gate-locked = Locked
gate-passphrase = Your passphrase
gate-open = Open
gate-opening = Opening …
gate-wait = Too many wrong passphrases. Wait a moment before the next try.
gate-erases = After { $count } wrong passphrases in a row the vault is erased, as you chose.
gate-lost = I lost my passphrase
gate-lost-what = Nobody can open this vault without it. Erase it here, then ask a steward for a new invitation. That takes two minutes.
gate-erase = Erase everything on this device
gate-erase-sure = Erase the vault on this device for good? Nobody can bring it back.

error-vault-missing = There is no vault in this browser any more.
error-vault-wrong-passphrase = This is not the passphrase.
error-vault-wrong-passphrase-left = This is not the passphrase. { $count ->
    [one] One try is left
   *[other] { $count } tries are left
} before the vault is erased.
error-vault-erased = Too many wrong passphrases. The vault was erased, as you chose.
error-vault-memory = There is too little free memory to open the vault. Close other tabs and try again.
error-vault-newer = This vault was written by a newer version. Reload the page to get it.
error-vault-damaged = Part of the vault cannot be read. The browser may have cleared it. Ask a steward for a new invitation.
error-storage-full = The device has no room left. Free some space and try again: nothing you typed was lost.
error-storage-unavailable = This browser keeps nothing in a private window. Open the page in a normal window.
error-storage-failed = The browser could not write to its storage. Reload the page and try again.
error-no-randomness = This browser cannot make keys. Use a newer one.

## The invitation

join-title = Join with an invitation
join-what = A steward gives you an invitation: a link, a QR code or a line of text. It works once.
join-invitation = Invitation
join-invitation-hint = It begins with BYSTAND:INVITE
join-go-on = Go on
join-public = To the public pages
join-found = You want to start a network of your own? The operator's guide of this program says how.
join-other-relay = This invitation is for { $relay }. Open that address instead.
join-invite-not-an-invitation = This is not an invitation. It begins with BYSTAND:INVITE.
join-invite-not-a-card = This is a card, not an invitation.
join-invite-character = There is a wrong letter in it. Copy all of it again.
join-invite-damaged = A part of it is missing or wrong. Copy all of it again.
join-invite-too-long = This is too long. Copy only the invitation.
join-invite-content = A part of it is missing or wrong. Copy all of it again.
join-invite-expired = This invitation has run out. Ask for a new one.
join-welcome = Welcome
join-as = You will take part as: { $roles }.
join-words-why = A passphrase protects what is on this device when somebody takes it. These six words are for you:
join-words-paper = Write them on paper and keep the paper somewhere else. Nobody can open the vault without them.
join-type-words = Type these words, or a passphrase of your own
join-too-easy = This is too easy to guess. Use the six words, or a longer passphrase with rare words.
join-finish = Join

waiting-title = Almost there
waiting-what = Your request is on its way ({ $roles }). A steward's device answers by itself when it is running.
waiting-hint = You can close this page and come back later. Nothing is lost.
waiting-refused = You were not admitted
waiting-refused-why = The invitation was used, taken back or has run out ({ $code }). Ask for a new one.

## Why something was not done

refused-not-certified = Your role does not allow this.
refused-not-set-up = The network's settings are not here yet. Wait until you are connected.
refused-not-in-team = This device is not in the team yet. That can take a minute.
refused-unknown = This is gone. Look again.
refused-not-now = Not now: { $reason }.
refused-no-pass = Your passes for this week are used up. New ones come by themselves.
refused-invalid = This cannot be taken: { $reason }.
refused-room = The room did not take it. Try again in a minute.

## Duty

duty-zones = Which zones? At most three a week.
duty-choose-zone = Choose at least one zone.
duty-most-zones = At most three zones a week.
duty-hours = For how long?
duty-reach = How far would you go?
duty-reach-near = Close by (1 km)
duty-reach-middle = Around here (3 km)
duty-reach-far = Far (10 km)
duty-place-why = Where you are stays on this device. It decides here whether a call-out is near you.
duty-place-looking = Looking …
duty-place-known = Your place is known to this device only.
duty-begin = Go on duty
duty-until = On duty until { $time }
duty-end = End duty
duty-zone-count = { $zone }: { $count } on duty, { $members } in the room
duty-zone-no-room = { $zone }: no room yet today
duty-call-outs = Call-outs
duty-no-call-outs = None now. Keep the app open: you will hear it.
duty-heads-ups = Heads-ups
duty-needed = Needed within { $minutes } min: { $roles }
duty-around = Around
duty-far = This is not near you, or needs another role.
duty-go = I can go, { $minutes } min
duty-offered = Your offer is at the desk. Wait for its answer before you go.
duty-spoken = Call-out in { $zone }. Needed within { $minutes } minutes. Nobody has to go.
duty-accepted = Please go. The place is on your screen.
duty-declined = Thank you. Others are going.
duty-released = It is over for you. Thank you. The place is forgotten.
duty-removed = You were removed from the room of { $zone } for this week.

## On the way

going-title = Where you are going
going-offered = You have offered to go
going-accepted = Please go
going-on-the-way = On the way
going-parked = Parked
going-on-scene = On scene
going-leaving = On the way home
going-over = Over
going-asked = The desk asks: are you all right?
going-fine = I am fine
going-alone = nobody else
going-with = With: { $names }
going-check-in = Give a sign every { $minutes } minutes.
going-home-place = This is somebody's home. Do not tell anyone where it is.
sign-on-the-way = I am on the way
sign-parked = I have parked
sign-on-scene = I am on scene
sign-leaving = I am leaving
sign-left = I am home
sign-stopped = I was stopped
sign-withdrawn = I cannot go after all
finding-title = What did you find?
finding-confirmed = Confirmed: it is so
finding-false-alarm = False alarm: it was something else
finding-over = It was so, and it is over
finding-could-not-check = I could not check
finding-choose = Choose what you found.
finding-what = What was it?
finding-how = How did it end?
finding-seen-by = How many of you looked?
finding-note = Anything else, for the desk only
finding-send = Send the finding
finding-on-its-way = Kept on this phone, and on its way to the desk.

## The day room

room-go-on-duty = Rooms open to you while you are on duty.
room-not-open = The room is not open yet today.
room-counts = { $members } in the room, { $count } on duty, { $quiet } times all quiet today
room-own-name = You are { $name } here this week.
room-desk-says = The desk:
room-all-quiet = looked around: all quiet
room-quiet = I looked around: all quiet
room-say = Say something
room-send = Send
room-too-large = This room has more than 150 people. It shows call-outs, notes and counts only.

## Reports

form-cross-streets = Cross streets or a landmark
form-point = Position
form-point-hint = As 44.9484, -93.2619
form-zone = Zone
form-zone-unknown = I do not know
form-people = How many people?
form-vehicles = How many vehicles?
form-needs-place = Say where it is: a position, cross streets or a zone.
form-needs-kind = Say what is going on.
form-needs-activity = Say in your own words what is going on.
form-bad-point = The position is not readable. Write it as 44.9484, -93.2619.
report-find = Is it a finding of your own?
report-find-only-report = No, only a report
report-find-confirmed = Yes: I see it myself, it is so
report-find-false-alarm = Yes: I looked, and it is something else
report-send = Send to the desk
report-refused = It could not be sent. Call the phone line.

## Alerts

alerts-verified = Each of these was checked on this device: signatures, passes and the public log.
alerts-page = Its public page

## Settings

settings-envelope = Emergency envelope
settings-envelope-what = Whom should the desk call when you are stopped or silent? It is sealed. The desk can open it only then, and that is recorded.
settings-envelope-text = For example: a person to call, a lawyer
settings-envelope-kept = Kept in your vault.
settings-keep = Keep
settings-kept = Kept.
settings-lock = Lock and passphrase
settings-lock-what = The app locks itself after 15 minutes without a touch. While you are on duty or on shift, after 12 hours.
settings-erase = After wrong passphrases
settings-erase-never = Never erase
settings-erase-after = Erase after { $count } in a row
settings-passphrase = Change the passphrase
settings-passphrase-set = Use the new passphrase
settings-passphrase-changed = The new passphrase counts from now on.
settings-about = This device
settings-roles = Takes part as
settings-until = Until
settings-network = Network
settings-not-protected = Not protected: whoever controls this web address can change the app and read what you type next. Whoever has your unlocked phone sees what you see.
settings-leave = Leave
settings-leave-what = Erases the vault in this browser. To come back you need a new invitation.
