# reviewed: no
# Shaashadda miiska.

helpers-aid = Kooxda caawimada
helpers-legal = Kooxda sharciga
step-new = Cusub
step-update = War cusub
step-renew = Weli waa sidii

desk-joining = Qalabkani miiska ayuu ku biirayaa. Qalabka qof kale oo miiska jooga ama maamule ayaa iskii u soo gelinaya.
desk-on-shift = { $count ->
    [0] Qofna wareegga kuma jiro
    [one] Hal qof ayaa wareegga ku jira
   *[other] { $count } qof ayaa wareegga ku jira
}
desk-start-shift = Bilow wareeggayga
desk-caller = Qof ayaa soo wacaya
desk-rumors = Xan
desk-zone-note = Ogeysiis aag loo diro
desk-zone-note-what = Xubnaha aaggan shaqada kaga jira ayaa akhriya, ilaa maalintu dhammaato.
desk-figures = Tirooyin
desk-keys = Badhannada kiiboodhka
desk-send = Dir

desk-queue = Safka
desk-search = Raadi
desk-waiting = { $count ->
    [0] Waxba ma sugayaan
    [one] Hal dhacdo
   *[other] { $count } dhacdo
}
desk-attention = Hadda qof ayay u baahan tahay
desk-a-home = Guri ku yaal { $zone }
desk-on-it = Waxaa haya: { $who }
desk-you-have-it = Adiga ayaa haya
desk-reports = { $count ->
    [one] { $count } warbixin
   *[other] { $count } warbixinood
}
desk-vouched = { $count } waa la dammaanad qaaday
desk-first-hand = Indhaha lagu arkay
desk-interpreter = Turjumaan ayaa loo baahan yahay
desk-like = Waxay u egtahay { $number }
desk-next = Xiga
desk-before = Hore
desk-take = Anigaa qaadanaya
desk-let-go = U daa qof kale

desk-incident = Dhacdo
desk-choose = Dooro dhacdo
desk-choose-hint = Riix J si aad u aaddo ta koowaad, T si aad u qaadato. Riix ? si aad u aragto badhannada oo dhan.
desk-choose-first = Marka hore dooro dhacdo.
desk-six-keys = Lixda badhan
desk-drawers = Kala saar
desk-erase-sure = Ma u tirtirtaa warbixintan qof walba, iyo wax kasta oo ku xiran? Waxba lama hayo.
desk-map = Aagagga ku wareegsan
desk-report-number = Warbixinta { $number }
desk-said = Waxay yiraahdeen
desk-where = Xaggee
desk-point = Goobta saxda ah
desk-home-is = Guriga
desk-call-back = Dib u wac
desk-seen = La arkay
desk-source = Waxay ka timid
desk-clock = Saacad
desk-clock-doubtful = Saacaddoodu way hor socotay. Waqtiyadu waa kuwa la helay.
desk-looks-like = Tani waxay u egtahay { $number }.
desk-show-it = Tus
desk-strike = Ka tirtir
desk-mark-home = Waa guri
desk-split = Kala jar
desk-talk = La hadalka qofka soo sheegay
desk-reporter = Qofka soo sheegay
desk-question = Su'aal
desk-ask = Weydii
desk-tell-what = U sheeg
desk-tell = Sheeg
desk-no-answer = Qofka soo sheegay ma reebin si loogu jawaabo.
desk-notes = Qoraallo
desk-note = Qoraal
desk-add-note = Ku dar

desk-callback = Lambarka dib loo wacayo
desk-callback-hint = Laba saacadood ayaa la hayaa, dabadeedna waa la tirtirayaa. Bannaan ku daa haddii aanay rabin in la waco.
desk-caller-send = Safka geli

desk-number = Lambarka dhacdada kale

desk-check-what = Xubnaha shaqada ku jira waxay arkaan agagaarka oo keliya. Kuwa aad aqbasho oo keliya ayaa hela meesha saxda ah.
desk-within = Muddo intee le'eg gudaheed?
desk-check-send = Dir baaqa
desk-call-out = Baaq
desk-responder = { $name }, { $minutes } daqiiqo
desk-proposed = { $count ->
    [one] Hal qof ayaa la soo jeediyay
   *[other] { $count } qof ayaa la soo jeediyay
}: kuwa ugu dhow, laba laba. Adigaa go'aansanaya.
desk-accept = Aqbal kuwan
desk-alone-sure = Hal qof oo keligii ah. Ma oggolaaday inuu keligii tago?
desk-decline = Looma baahna
desk-check-in = Weydii haddii ay fiican yihiin
desk-rung = Waxaan wacay mutadawac heegan ah
desk-close-call-out = Baaqa jooji
desk-reached-note = Waxay yiraahdeen
desk-reached = Waan la hadlay
desk-envelope = Fur baqshaddooda
desk-envelope-sure = Ma furtaa baqshadda degdegga ah ee qofkii tagay? Waa la qorayaa qofkii furay.

desk-finding = Natiijo
desk-seen-by = { $count ->
    [one] Hal qof ayaa eegay
   *[other] { $count } qof ayaa eegay
}
desk-signed = Waa la saxiixay
desk-not-signed = Weli lama saxiixin
desk-not-signed-hint = Waxay sugaysaa saxiixa hubiyaha. Diiwaangeliye labaad ayaa meeshiisa ka saxiixi kara.
desk-used = Waa la daabacay
desk-this-stands = Tan ayaa la qaadanayaa
desk-preview = Waxa dadweynuhu akhrin doono
desk-quorum = Hubiyuhu wuu saxiixay. Saxiixaaga isla markiiba dadweynaha ayuu gaarsiinayaa.
desk-publish = Daabac digniinta
desk-publish-sure = Ma u daabacdaa digniintan qof walba?
desk-publish-update = Daabac: weli way socotaa, wax baa isbeddelay
desk-publish-renew = Daabac: weli waa sidii
desk-publish-over = Daabac: way dhammaatay
desk-publish-wrong = Daabac: khalad bay ahayd
desk-publish-rumor = Daabac sida xan la hubiyay
desk-ask-countersign = Weydiiso diiwaangeliye labaad
desk-countersign = Saxiix
desk-alert = Digniin
desk-alert-refused = Digniinta lama qaadan ({ $code }). Waxba lama daabicin.
desk-holds-until = Waxay shaqaynaysaa ilaa { $time }
desk-publishing = Waa la daabacayaa …
desk-recheck = Mar kale ayaa la hubinayaa
desk-end-it = Dhammee

desk-close = Xir dhacdada
desk-ending = Sidee bay ku dhammaatay?
desk-class = Ilaa goorma ayaa la hayaa?
desk-closed-at = La xiray { $time }
desk-after-action = Maxaa la ogaanayaa marka xigta?
desk-reopen = Mar kale fur

desk-handover = Dhiib wareegga
desk-hand-to = Loo dhiibayo
desk-whoever-next = Qofka xiga ee yimaada
desk-handover-note = Waxa wareegga xiga ay tahay inuu ogaado
desk-hand-over = Dhiib oo wareeggayga dhammee
desk-refer-to = Yaa caawinaya?

desk-no-rumors = Xan ma jirto.
desk-rumor-open = Weli looma jawaabin.
desk-rumor-public = Jawaabtu dadweynaha way u furan tahay.

figures-by-hour = 24-kii saacadood ee u dambeeyay
figures-plot = Warbixinnada saacad kasta, horena kuwa la xaqiijiyay. Tiirka ugu dheer waa { $count }.
figures-reports = Warbixinno
figures-confirmed = La xaqiijiyay
figures-false-alarms = Digniino khaldan
figures-unchecked = Lama hubin karin
figures-share = Inta la xaqiijiyay
figures-responders = Dadka la diray
figures-on-duty = Hadda shaqada ku jira
figures-to-desk = Warbixinta ilaa miiska
figures-to-finding = Miiska ilaa natiijada
figures-to-alert = Miiska ilaa digniinta
figures-half = kala bar { $time } gudahood
figures-unknown = weli lama oga
