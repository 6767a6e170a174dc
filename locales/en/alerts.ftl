# Alerts and rumor checks. There is no free text in an alert: these templates say all of it.
# $kind is a kind of activity, $place a zone or the blocks around a place, times are local.

alert-new-headline = { $kind }: { $place }
alert-new-body = Confirmed by trained volunteers between { $from } and { $until }.
alert-update-headline = Still going on: { $kind }, { $place }
alert-update-body = Seen again by trained volunteers between { $from } and { $until }.
alert-rechecking-headline = Being checked again: { $kind }, { $place }
alert-rechecking-body = There is doubt about this alert since { $issued }. Volunteers are checking it again.
alert-wrong-headline = It was wrong: { $kind }, { $place }
alert-wrong-body = Volunteers checked again at { $until } and saw { $what }. The alert was our mistake.
alert-over-headline = It is over: { $kind }, { $place }
alert-over-body = { $how } Last seen { $until }.
alert-rumor-check-headline = Rumor check: { $place }
alert-rumor-check-body = Checked { $until }: volunteers saw { $what }, no immigration officers.
alert-no-news-headline = No news since { $issued }: { $kind }, { $place }
alert-no-news-body = This does not mean it is over.

alert-place-around = around { $place }
alert-place-in = somewhere in { $place }
alert-only-then = This is about that place and that time only.
alert-call = Call { $phone } if somebody was taken or needs help.

## Answers to a rumor, where it is known how many looked

rumor-confirmed = Checked { $at }: { $count ->
    [one] one volunteer
   *[other] { $count } volunteers
} confirmed it: { $kind }.
rumor-false-alarm = Checked { $at }: { $count ->
    [one] one volunteer
   *[other] { $count } volunteers
} saw { $what }, no immigration officers.
rumor-could-not-check = Asked at { $at }: nobody could check. We do not know.
rumor-ended = Checked { $at }: it was so, and it is over. { $how }
rumor-times = Asked { $count ->
    [one] once
   *[other] { $count } times
}.
