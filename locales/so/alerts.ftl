# reviewed: no
# Digniinaha iyo xanta la hubiyay.

alert-new-headline = { $kind }: { $place }
alert-new-body = Waxaa xaqiijiyay mutadawiciin la tababaray inta u dhaxaysa { $from } iyo { $until }.
alert-update-headline = Weli way socotaa: { $kind }, { $place }
alert-update-body = Mutadawiciin la tababaray ayaa mar kale arkay inta u dhaxaysa { $from } iyo { $until }.
alert-rechecking-headline = Mar kale ayaa la hubinayaa: { $kind }, { $place }
alert-rechecking-body = Shaki ayaa ka jira digniintan tan iyo { $issued }. Mutadawiciin ayaa mar kale hubinaya.
alert-wrong-headline = Khalad bay ahayd: { $kind }, { $place }
alert-wrong-body = Mutadawiciin ayaa mar kale hubiyay { $until } waxayna arkeen { $what }. Digniintu khaladkayaga ayay ahayd.
alert-over-headline = Way dhammaatay: { $kind }, { $place }
alert-over-body = { $how } Markii ugu dambaysay waxaa la arkay { $until }.
alert-rumor-check-headline = Xan la hubiyay: { $place }
alert-rumor-check-body = La hubiyay { $until }: mutadawiciintu waxay arkeen { $what }, ma jirin saraakiil socdaal.
alert-no-news-headline = War ma jiro tan iyo { $issued }: { $kind }, { $place }
alert-no-news-body = Taasi macnaheedu ma aha inay dhammaatay.

alert-place-around = agagaarka { $place }
alert-place-in = meel ka mid ah { $place }
alert-only-then = Tani waxay ku saabsan tahay meeshaas iyo waqtigaas oo keliya.
alert-call = Wac { $phone } haddii qof la kaxaystay ama u baahan yahay caawimo.

rumor-confirmed = La hubiyay { $at }: { $count ->
    [one] hal mutadawac ayaa xaqiijiyay
   *[other] { $count } mutadawac ayaa xaqiijiyay
}: { $kind }.
rumor-false-alarm = La hubiyay { $at }: { $count ->
    [one] hal mutadawac wuxuu arkay
   *[other] { $count } mutadawac waxay arkeen
} { $what }, ma jirin saraakiil socdaal.
rumor-could-not-check = La weydiiyay { $at }: qofna ma hubin karin. Ma ogin.
rumor-ended = La hubiyay { $at }: sidaas bay ahayd, wayna dhammaatay. { $how }
rumor-times = { $count ->
    [one] Mar ayaa la weydiiyay
   *[other] { $count } jeer ayaa la weydiiyay
}.
