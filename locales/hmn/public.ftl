# reviewed: no
# Yam uas cov neeg zej zog nyeem: nplooj rau sawv daws, daim foos qhia, thiab cov lus teb. (Hmoob Dawb)

language-name = Hmoob
language-direction = ltr
language-clock = 24
language-day = { $day }/{ $month }
language-unreviewed = Tseem tsis tau muaj neeg hais lus Hmoob kuaj cov lus no, yog li peb qhia ua lus Askiv.

page-hurt = Puas muaj neeg raug mob? Hu 911 ua ntej.
page-first-hand = Puas yog koj tus kheej pom tam sim no?
page-report = Qhia yam koj pom
page-call = Los yog hu { $phone }

page-empty = Tsis muaj neeg qhia peb txog ib yam dab tsi uas tau lees paub hauv { $hours ->
    [1] ib teev
    [2] ob teev
   *[other] { $hours } teev
} dhau los. Peb tsis pom txhua yam.
page-staffed = Muaj neeg zov rooj: muaj.
page-unstaffed = Muaj neeg zov rooj: tsis muaj. Cov lus qhia yuav tos txog thaum muaj neeg rov los, thiab peb tsa cov neeg pab uas npaj txhij.
page-unstaffed-call = Tam sim no tsis muaj neeg zov rooj. Hu { $phone }.
page-alerts = Cov lus ceeb toom tam sim no
page-rumors = Cov lus xaiv uas kuaj lawm
page-as-of = Txog { $time }. Rov qhib nplooj no kom pom xov xwm tshiab.
page-published = Tshaj tawm { $time }
page-check-link = Saib seb qhov no puas tseem muaj tseeb: { $link }
page-single-keyholder = Ib tug neeg tuav tus yuam sij: ib tug neeg tshaj tawm tau rau lub koom haum no txog thaum muaj tus thib ob.
page-about = Cov neeg pab kuaj txhua cov lus qhia ua ntej tshaj tawm ib yam dab tsi ntawm no. Peb tsis khaws npe ntawm cov neeg nyeem, cov neeg hu, lossis chaw nyob.
page-not-protected = Koj cov lus raug kaw rau hauv lub cuab yeej no ua ntej xa. Lub server pom tau tias koj xa ib yam dab tsi, thiab thaum twg.

form-kind = Muaj dab tsi tshwm sim?
form-place = Nyob qhov twg?
form-place-hint = Tso ib lub cim rau daim duab qhia chaw, lossis hais ob txoj kev uas sib tshuam.
form-home = Nws yog ib tug neeg lub tsev
form-size = Muaj pes tsawg tus neeg thiab tsheb?
form-unit = Lawv hnav dab tsi? Hais dav dav xwb.
form-equipment = Koj pom tsheb lossis khoom dab tsi? Hais dav dav xwb.
form-when = Koj pom thaum twg?
form-text = Koj pom dab tsi ntxiv?
form-language = Koj xav siv hom lus twg?
form-interpreter = Kuv xav tau ib tug neeg txhais lus
form-skip = Koj hla tau txhua yam, tsuas yog yam dab tsi thiab qhov twg xwb.
form-no-names = Thov tsis txhob sau npe, daim phaj tsheb lossis ntsej muag. Tsis txhob sau txog leej twg li ntaub ntawv nkag teb chaws.
form-phrase = Khaws cov lus no kom taug tau koj cov lus qhia: { $phrase }

concern-license-plate = Qhov no zoo li daim phaj tsheb. Thov muab tshem tawm.
concern-phone-number = Qhov no zoo li tus xov tooj. Thov muab tshem tawm.
concern-social-security-number = Qhov no zoo li tus xov tooj Social Security. Thov muab tshem tawm.
concern-alien-number = Qhov no zoo li tus xov tooj hauv ntaub ntawv nkag teb chaws. Thov muab tshem tawm.
concern-email-address = Qhov no zoo li chaw email. Thov muab tshem tawm.

report-kept = Khaws rau hauv lub xov tooj no.
report-kept-offline = Khaws rau hauv lub xov tooj no. Yuav xa thaum muaj kev sib txuas.
report-sent = Xa lawm.
report-desk-has-it = Rooj tau txais lawm.

news-received = Rooj tau txais koj cov lus qhia. Ua tsaug.
news-being-checked = Muaj ib tug neeg kawm tiav tab tom mus saib. Thov nyob deb.
news-confirmed = Yam koj qhia tau lees paub tias muaj tseeb.
news-false-alarm = Cov neeg pab kuaj lawm. Lawv pom { $what }. Ua tsaug uas koj nug; thov qhia tus neeg uas qhia koj.
news-could-not-check = Tsis muaj leej twg kuaj tau koj cov lus qhia. Peb tsis paub seb puas muaj tseeb.
news-over = Dhau lawm. Ua tsaug.

kind-checkpoint = Chaw kuaj kev
kind-vehicle-stop = Nres tsheb
kind-door-knock = Cov tub ceev xwm ntawm qhov rooj tsev
kind-workplace = Cov tub ceev xwm ntawm chaw ua haujlwm
kind-school = Cov tub ceev xwm ntawm tsev kawm ntawv lossis ze ntawd
kind-transit = Cov tub ceev xwm ntawm chaw tos npav, chaw nres lossis tshav dav hlau
kind-public-building = Cov tub ceev xwm ntawm tsev hais plaub, chaw ua haujlwm lossis tsev kho mob
kind-presence = Cov tub ceev xwm hauv thaj chaw
kind-detention = Muaj neeg raug coj mus
kind-other = Lwm yam

what-city-police = tub ceev xwm hauv nroog
what-sheriff = tub ceev xwm hauv lub nroog loj (sheriff)
what-state-police = tub ceev xwm hauv lub xeev
what-other-federal = neeg ua haujlwm tsoom fwv uas tuaj rau lwm yam
what-fire-or-ambulance = neeg tua hluav taws lossis tsheb thauj neeg mob
what-private-security = neeg zov ntiag tug
what-towing = tsheb cab lossis neeg kuaj chaw nres tsheb
what-utility = neeg kho hluav taws xob, dej lossis neeg ua tsev
what-delivery = neeg xa khoom lossis haujlwm txhua hnub
what-nothing-there = tsis muaj dab tsi ntawd
what-other = lwm yam

how-left-nobody-taken = Lawv mus lawm. Raws li cov neeg pab pom, tsis muaj leej twg raug coj mus.
how-people-taken = Lawv mus lawm. Muaj neeg raug coj mus.
how-people-released = Cov neeg uas raug tuav tau raug tso lawm.
how-left-unknown = Lawv mus lawm. Peb tsis paub ntxiv.
