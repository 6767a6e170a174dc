# What neighbors read: the public page, the report form, the answers to a report.
# Rule: nothing here ever says that a place is safe. Silence is not safety.

## The language

# Its own name for itself, how it is written, and how many hours its clock has.
language-name = English
language-direction = ltr
language-clock = 12
language-day = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[other] Dec
} { $day }
language-unreviewed = This text has not been checked by a person in your language yet, so we show it in English.

## First questions

page-hurt = Is someone hurt? Call 911 first.
page-first-hand = Are you seeing it yourself, now?
page-report = Report what you see
page-call = Or call { $phone }

## The state of the page

page-empty = No confirmed activity reported to us in { $hours ->
    [1] one hour
    [2] two hours
   *[other] { $hours } hours
}. We do not see everything.
page-staffed = Desk staffed: yes.
page-unstaffed = Desk staffed: no. Reports wait until somebody is back, and on-call volunteers are woken.
page-unstaffed-call = Nobody is at the desk right now. Call { $phone }.
page-alerts = Current alerts
page-rumors = Rumor checks
page-as-of = As of { $time }. Reload this page for news.
page-published = Published { $time }
page-check-link = Check if this is still true: { $link }
page-single-keyholder = Single keyholder: one person can publish for this network until a second one joins.
page-about = Volunteers check each report before anything is published here. No list of readers, callers or addresses is kept.
page-not-protected = Your words are sealed on this device before they are sent. The relay can see that your connection sent something, and when.

## The form

form-kind = What is going on?
form-place = Where is it?
form-place-hint = Drop a pin, or name the cross streets.
form-home = It is somebody's home
form-size = How many people and vehicles?
form-unit = What are they wearing? General words only.
form-equipment = What vehicles or equipment do you see? General words only.
form-when = When did you see it?
form-text = What else do you see?
form-language = Which language do you want to use?
form-interpreter = I would like an interpreter
form-skip = You can skip everything but what and where.
form-no-names = Please leave out names, license plates and faces. Never write about anyone's immigration status.
form-phrase = Keep these words to follow your report: { $phrase }

concern-license-plate = This looks like a license plate. Please leave it out.
concern-phone-number = This looks like a phone number. Please leave it out.
concern-social-security-number = This looks like a Social Security number. Please leave it out.
concern-alien-number = This looks like a number from immigration papers. Please leave it out.
concern-email-address = This looks like an e-mail address. Please leave it out.

## The way of a report

report-kept = Kept on this phone.
report-kept-offline = Kept on this phone. It will be sent when there is a connection.
report-sent = Sent.
report-desk-has-it = The desk has it.

## Answers

news-received = The desk has your report. Thank you.
news-being-checked = Somebody trained is on the way to look. Please keep your distance.
news-confirmed = What you reported was confirmed.
news-false-alarm = Volunteers checked. They saw { $what }. Thank you for asking; please tell whoever told you.
news-could-not-check = Nobody could check your report. We do not know if it was so.
news-over = It is over. Thank you.

## Kinds of activity

kind-checkpoint = Checkpoint
kind-vehicle-stop = Vehicle stop
kind-door-knock = Officers at the door of a home
kind-workplace = Officers at a workplace
kind-school = Officers at or near a school
kind-transit = Officers at a bus stop, station or airport
kind-public-building = Officers at a court, office or hospital
kind-presence = Officers in the area
kind-detention = Somebody was taken
kind-other = Other activity

## What a false alarm was

what-city-police = city police
what-sheriff = the county sheriff
what-state-police = state police
what-other-federal = federal officers who were there about something else
what-fire-or-ambulance = firefighters or an ambulance
what-private-security = private security guards
what-towing = tow trucks or parking enforcement
what-utility = utility or construction workers
what-delivery = a delivery or everyday business
what-nothing-there = nothing there
what-other = something else

## How it ended

how-left-nobody-taken = They left. Nobody was taken, as far as volunteers saw.
how-people-taken = They left. People were taken.
how-people-released = The people who were held were let go.
how-left-unknown = They left. We do not know more.
