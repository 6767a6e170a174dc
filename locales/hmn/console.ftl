# reviewed: no
# Lub vijtsam ntawm rooj. (Hmoob Dawb)

helpers-aid = Pab pawg pab neeg
helpers-legal = Pab pawg kev cai
step-new = Tshiab
step-update = Xov xwm ntxiv
step-renew = Tseem zoo li qub

desk-joining = Lub cuab yeej no tab tom koom rooj. Lwm tus neeg zov rooj lossis ib tug neeg saib xyuas lub cuab yeej cia nws nkag nws tus kheej.
desk-on-shift = { $count ->
    [0] Tsis muaj leej twg zov rooj
   *[other] { $count } tus zov rooj
}
desk-start-shift = Pib kuv lub sijhawm zov
desk-caller = Muaj neeg hu tuaj
desk-rumors = Lus xaiv
desk-zone-note = Lus sau rau ib thaj chaw
desk-zone-note-what = Cov tswv cuab uas ua haujlwm hauv thaj chaw no nyeem tau, txog thaum tas hnub.
desk-figures = Cov lej
desk-keys = Cov khawm
desk-send = Xa

desk-queue = Cov uas tos
desk-search = Nrhiav
desk-waiting = { $count ->
    [0] Tsis muaj dab tsi tos
   *[other] { $count } qho xwm txheej
}
desk-attention = Xav tau ib tug neeg tam sim no
desk-a-home = Ib lub tsev hauv { $zone }
desk-on-it = Tus tuav: { $who }
desk-you-have-it = Koj yog tus tuav
desk-reports = { $count } qhov lus qhia
desk-vouched = { $count } muaj tswv cuab lav
desk-first-hand = Pom tus kheej
desk-interpreter = Xav tau neeg txhais lus
desk-like = Zoo li { $number }
desk-next = Tom ntej
desk-before = Ua ntej
desk-take = Kuv tuav qhov no
desk-let-go = Tso rau lwm tus

desk-incident = Xwm txheej
desk-choose = Thov xaiv ib qho xwm txheej
desk-choose-hint = Nias J rau thawj qho, T kom koj tuav nws. Nias ? kom pom tag nrho cov khawm.
desk-choose-first = Thov xaiv ib qho xwm txheej ua ntej.
desk-six-keys = Rau lub khawm
desk-drawers = Faib
desk-erase-sure = Lwv cov lus qhia no rau sawv daws, nrog rau txhua yam uas txuas nrog nws? Tsis khaws dab tsi.
desk-map = Cov thaj chaw ib ncig
desk-report-number = Lus qhia { $number }
desk-said = Lawv hais
desk-where = Qhov twg
desk-point = Qhov chaw meej
desk-home-is = Lub tsev
desk-call-back = Hu rov qab
desk-seen = Pom thaum
desk-source = Tuaj los ntawm
desk-clock = Lub moos
desk-clock-doubtful = Lawv lub moos nrawm dhau. Cov sijhawm yog thaum peb tau txais.
desk-looks-like = Qhov no zoo li { $number }.
desk-show-it = Qhia
desk-strike = Kos tawm
desk-mark-home = Nws yog ib lub tsev
desk-split = Cais tawm
desk-talk = Nrog tus neeg qhia tuaj
desk-reporter = Tus neeg qhia tuaj
desk-question = Lus nug
desk-ask = Nug
desk-tell-what = Qhia lawv
desk-tell = Qhia
desk-no-answer = Tus neeg qhia tuaj tsis tseg kev teb rau nws.
desk-notes = Cov lus sau
desk-note = Lus sau
desk-add-note = Ntxiv

desk-callback = Tus xov tooj hu rov qab
desk-callback-hint = Khaws ob teev, ces raug lwv. Cia khoob yog lawv tsis xav kom hu.
desk-caller-send = Tso rau hauv cov uas tos

desk-number = Tus lej ntawm lwm qho xwm txheej

desk-check-what = Cov tswv cuab uas ua haujlwm pom thaj chaw kwv yees xwb. Tsuas yog cov uas koj txais thiaj paub qhov chaw meej.
desk-within = Sai npaum li cas?
desk-check-send = Hu neeg mus saib
desk-call-out = Lus hu mus saib
desk-responder = { $name }, { $minutes } feeb
desk-proposed = Xaiv tau { $count } tus: cov nyob ze tshaj, mus ob tug. Koj txiav txim.
desk-accept = Txais cov no
desk-alone-sure = Ib tug neeg nyob ib leeg. Nws puas tau pom zoo mus ib leeg?
desk-decline = Tsis tas
desk-check-in = Nug seb puas ua li cas
desk-rung = Kuv tau hu ib tug neeg pab uas npaj txhij
desk-close-call-out = Xaus lus hu mus saib
desk-reached-note = Lawv hais dab tsi
desk-reached = Kuv hu tau lawv lawm
desk-envelope = Qhib lawv lub hnab ntawv
desk-envelope-sure = Qhib lub hnab ntawv thaum ceev ntawm tus neeg uas mus? Leej twg qhib yuav raug sau tseg.

desk-finding = Yam pom
desk-seen-by = { $count } tus tau saib
desk-signed = Kos npe lawm
desk-not-signed = Tseem tsis tau kos npe
desk-not-signed-hint = Nws tos tus kuaj kos npe. Ib tug txais tswv cuab thib ob kos npe hloov tau.
desk-used = Tshaj tawm lawm
desk-this-stands = Siv qhov no
desk-preview = Yam uas sawv daws yuav nyeem
desk-quorum = Tus kuaj kos npe lawm. Thaum koj kos npe, nws tshaj tawm tam sid.
desk-publish = Tshaj tawm lus ceeb toom
desk-publish-sure = Tshaj tawm lus ceeb toom no rau sawv daws?
desk-publish-update = Tshaj tawm: tseem muaj, muaj qee yam hloov
desk-publish-renew = Tshaj tawm: tseem zoo li qub
desk-publish-over = Tshaj tawm: dhau lawm
desk-publish-wrong = Tshaj tawm: yuam kev lawm
desk-publish-rumor = Tshaj tawm ua lus xaiv uas kuaj lawm
desk-ask-countersign = Thov ib tug txais tswv cuab thib ob
desk-countersign = Kos npe
desk-alert = Lus ceeb toom
desk-alert-refused = Lus ceeb toom tsis tau raug txais ({ $code }). Tsis tau tshaj tawm dab tsi.
desk-holds-until = Siv tau txog { $time }
desk-publishing = Tab tom tshaj tawm …
desk-recheck = Tab tom rov kuaj
desk-end-it = Xaus nws

desk-close = Kaw qhov xwm txheej
desk-ending = Nws xaus li cas?
desk-class = Yuav khaws ntev npaum li cas?
desk-closed-at = Kaw thaum { $time }
desk-after-action = Lwm zaus yuav tsum paub dab tsi?
desk-reopen = Rov qhib

desk-handover = Muab rau lwm tus
desk-hand-to = Rau
desk-whoever-next = Tus uas tuaj tom ntej
desk-handover-note = Yam uas cov neeg tom ntej yuav tsum paub
desk-hand-over = Muab rau lwm tus thiab xaus kuv lub sijhawm zov
desk-refer-to = Leej twg yuav tsum pab?

desk-no-rumors = Tsis muaj lus xaiv.
desk-rumor-open = Tseem tsis tau teb.
desk-rumor-public = Lus teb tshaj tawm rau sawv daws lawm.

figures-by-hour = 24 teev dhau los
figures-plot = Lus qhia txhua teev thiab, nyob tom hauv ntej, cov uas lees paub lawm. Tus kab siab tshaj yog { $count }.
figures-reports = Lus qhia
figures-confirmed = Lees paub lawm
figures-false-alarms = Ceeb toom yuam kev
figures-unchecked = Kuaj tsis tau
figures-share = Feem uas lees paub
figures-responders = Cov neeg xa mus
figures-on-duty = Ua haujlwm tam sim no
figures-to-desk = Los ntawm lus qhia mus txog rooj
figures-to-finding = Los ntawm rooj mus txog yam pom
figures-to-alert = Los ntawm rooj mus txog lus ceeb toom
figures-half = ib nrab hauv { $time }
figures-unknown = tseem tsis paub
