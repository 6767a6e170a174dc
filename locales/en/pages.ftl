# What only the public pages of a network say. Plain and short: people read them on a small phone, in a hurry.
# Rule: nothing here ever says that a place is safe. Silence is not safety.

## On each page

nav-skip = Skip to the text
nav-leave = Leave quickly
nav-language = Language
nav-rooms = Other pages
nav-home = Start page
page-lost = There is no such page. It may have moved.

## The rooms: a title, and what is in them

room-alerts = Alerts
room-alerts-hint = What trained volunteers have confirmed
room-report = Report
room-follow = Follow my report
room-follow-hint = See what the desk says, with the words you kept
room-true = Is it true?
room-true-hint = Rumors that volunteers have checked
room-taken = Someone was taken
room-taken-hint = What to do first, and whom to call
room-help = Get help
room-help-hint = People you can call
room-rights = Know your rights
room-rights-hint = On the street, in a car, at work
room-door = They are at the door
room-door-hint = What to do now
room-take-part = Take part
room-take-part-hint = Learn to look, drive or take notes
room-protects = How this protects you
room-protects-hint = And what it does not do

## Alerts

alerts-all = All alerts
alerts-how = How it was confirmed
alerts-basis-finding = A trained volunteer who was there and the desk both signed it.
alerts-basis-registrar = Two people of the network signed it. Nobody who was there has signed.
alerts-basis-desk = The desk alone marked it.
alerts-do = What to do
alerts-whom = Whom to call
alerts-first = First published { $time }
alerts-until = This alert speaks until { $time }
alerts-state-current = Confirmed
alerts-state-being-checked = Being checked again
alerts-state-no-news = No news
alerts-state-wrong = It was wrong
alerts-state-over = It is over
alerts-state-rumor-check = Checked
alerts-picture = Picture to pass on
alerts-news = There is a new alert.
alerts-reload = Show it
alerts-no-lines = This network has not named a phone line yet.
card-check = Check if this is still true:
card-as-of = As of { $day }, { $time }

## Is it true?

true-none = No rumor has been checked lately.
true-ask = Ask about something you heard
true-ask-hint = Tell us what you heard and where. Say that you heard it from others.
true-not-share = Please do not pass on what nobody has checked.

## The report form

ask-yes = Yes, I see it now
ask-no = No, I heard about it
ask-people = People
ask-vehicles = Vehicles
ask-now = Now
ask-earlier = Earlier
ask-minutes = How many minutes ago?
ask-photo = A photo
ask-photo-hint = Only if taking it puts nobody at risk. Cover faces before you send it.
ask-near-me = Use where I am
ask-pin = Put a pin on the map
ask-voice = Speak instead of writing
ask-more = More, if you can
ask-send = Send to the desk
ask-loading = Getting ready. You can begin to write.
ask-no-script = Your report is sealed on your phone before it is sent. That needs JavaScript, and here it is off. Please call instead.
ask-after = What to do now
ask-phrase = Keep these words. With them you can see what the desk says.
ask-follow = Follow my report
ask-copy = Copy the words
ask-copied = Copied.
report-kept-open = Kept in this tab. Leave it open until it is sent.
report-working = Sealing and sending. Please wait.
report-error-place = Please say where it is.
report-error-activity = Please say in a few words what is going on.
report-error-too-long = This is too long. Please make it shorter.
report-error-count = That number cannot be right.
report-error-storage-full = This phone has no room left. Please call instead.
report-error-location-refused = Your phone did not say where you are. Name the cross streets.
report-error-clock = The clock of this phone is wrong. Please set it, then send again.
report-error-not-set-up = This network does not take reports yet. Please call.
report-error-failed = This did not work. Please try again, or call.

## Following a report

follow-words = Your words
follow-words-hint = Eight words, or 28 digits, from when you sent your report
follow-show = Show
follow-error-phrase = These words do not fit. Please check each one.
follow-nothing = Nothing new yet. The desk may still be reading.
follow-desk = The desk
follow-you = You
follow-reply = Your answer
follow-send = Send the answer

## Getting help and taking part

help-lines = Phone lines
help-emergency = Someone is hurt or in danger now: call 911.
help-language = The person who answers speaks { $language }.
part-1 = Volunteers look, drive, take notes, translate or answer the phone. Nobody has to go anywhere, ever.
part-2 = You learn first. A trainer or a neighbor who is in the network invites you.
part-3 = We watch and record from a distance. We do not follow, block, touch or crowd anyone.
part-4 = You do not give your name to this website. Your phone makes its own keys.
part-5 = Have an invitation? Open it in the app on your phone.
part-app = Open the app

## How this protects you

protects-yes = What is protected
protects-yes-1 = A report is sealed on your phone. Only the desk of this network can open it.
protects-yes-2 = You give no name, no number and no account.
protects-yes-3 = An alert needs more than one signature. Everyone can check it in a public record.
protects-yes-4 = There is no list of readers, callers or addresses.
protects-no = What is not protected
protects-no-1 = Whoever controls this web address can change these pages, and can read what is typed here from then on.
protects-no-2 = The server sees your network address and when you connect. Tor or a VPN hides it from the server. Then whoever runs the VPN sees it.
protects-no-3 = Whoever watches your network sees that you use this page.
protects-no-4 = People at the desk read your report. A dishonest one could pass it on.
protects-no-5 = Who holds your open phone sees what you see. Your browser may remember this page.
protects-no-6 = Phone calls and text messages are not sealed.
protects-no-7 = No outside expert has checked this program yet.
protects-staffed = “Desk staffed: yes” means that a desk’s program is connected. The server cannot see whether somebody looks at it.
protects-how = What you can do
protects-how-1 = Use the Tor Browser if you must not be seen here.
protects-how-2 = Close the page when you are done. “Leave quickly” opens another site and does not erase your history.
protects-how-3 = With something urgent, call.
