# reviewed: no
# Yam uas cov neeg zov rooj nyeem. (Hmoob Dawb)

stage-waiting = Tab tom tos
stage-checking = Tab tom kuaj
stage-found = Muaj yam pom lawm
stage-contradicted = Cov yam pom tsis sib haum
stage-alerted = Tshaj tawm lus ceeb toom lawm
stage-closed = Kaw lawm
stage-joined = Txuas nrog lwm qho lawm

call-out-calling = Tab tom hu
call-out-unanswered = Tsis muaj leej twg teb
call-out-answered = Muaj neeg mus tau
call-out-staffed = Muaj neeg tab tom mus
call-out-nobody-arrived = Tsis muaj leej twg mus txog
call-out-closed = Kaw lawm

responder-offered = Mus tau
responder-accepted = Txais lawm
responder-on-the-way = Tab tom mus
responder-parked = Nres tsheb lawm
responder-on-scene = Nyob qhov chaw lawm
responder-leaving = Tab tom tawm
responder-left = Los txog tsev lawm
responder-stopped = Raug nres lossis raug ntes
responder-declined = Tsis tas
responder-withdrawn = Mus tsis tau
responder-silent = Ntsiag to

alert-phase-drawn = Tsis tau tshaj tawm
alert-phase-live = Tseem siv tau
alert-phase-rechecking = Tab tom rov kuaj
alert-phase-no-news = Tsis muaj xov xwm
alert-phase-wrong = Yuam kev lawm
alert-phase-over = Dhau lawm

verdict-confirmed = Lees paub lawm
verdict-false-alarm = Ceeb toom yuam kev: { $what }
verdict-could-not-check = Kuaj tsis tau
verdict-ended = Dhau lawm. { $how }

drawer-do-not-share = Tsis txhob qhia lwm tus
drawer-share-unconfirmed = Qhia rau cov neeg kuaj, tsis tau lees paub
drawer-strong = Pov thawj khov

source-public = Nplooj rau sawv daws
source-card = Daim npav
source-member = Tswv cuab
source-caller = Neeg hu tuaj

first-hand-yes = Tab tom pom tam sim no
first-hand-no = Hnov lwm tus hais
first-hand-unknown = Tsis paub

ending-confirmed = Lees paub lawm
ending-unfounded = Tsis muaj tseeb
ending-could-not-check = Kuaj tsis tau
ending-referred = Xa mus rau lwm pab pawg
ending-rumor-answered = Teb lus xaiv lawm
ending-not-pursued = Tsis ua ntxiv

class-erase-now = Lwv tam sim no
class-unfounded = Khaws 7 hnub
class-general = Khaws 30 hnub
class-confirmed = Khaws txog thaum pab pawg kev cai kaw
class-hold = Tuav cia txog thaum pab pawg kev cai tso

key-same-as = Tib yam li
key-check = Kuaj
key-heads-up = Lus qhia ua ntej, tsis tau lees paub
key-rumor = Lus xaiv
key-refer = Pab neeg / kev cai
key-erase = Lwv tam sim no
key-erase-hint = Rau cov neeg uas foob lawv cov neeg zej zog. Tsis khaws dab tsi.

attention-stopped = Ib tug neeg uas mus raug nres lossis raug ntes. Thov qhib nws lub hnab ntawv: nws qhia tias hu rau leej twg.
attention-silent = Ib tug neeg uas mus tsis qhia dab tsi tuaj. Thov hu nws; yog tsis muaj leej twg teb, qhib nws lub hnab ntawv.
attention-contradicted = Ob qho yam pom tsis sib haum. Thov hais tias siv qhov twg.
attention-alert-doubtful = Muaj kev tsis ntseeg txog ib qho lus ceeb toom uas tshaj tawm lawm. Thov kos tias tab tom rov kuaj, ces kho nws.
attention-nobody-at-desk = Muaj { $count } qhov lus qhia tos thiab tsis muaj neeg zov rooj. Tab tom tsa cov neeg zov rooj uas npaj txhij.
attention-unanswered = Tsis muaj leej twg teb lus hu mus saib hauv 60 vib nas this. Thov hu xov tooj rau cov neeg pab uas npaj txhij.
attention-nobody-arrived = Cov neeg uas koj txais tsis tau muaj leej twg mus txog. Thov hu lawv, lossis rov hu neeg mus saib.
attention-countersign-awaited = Ib qho lus ceeb toom tos ib tug thib ob kos npe.
attention-unwatched = Tshaj tawm ib qho lus ceeb toom lawm, tab sis tsis muaj neeg nyob ntawd lawm. Thov kos tias tab tom rov kuaj, thiab xa ib tug neeg mus saib.
attention-no-news = Ib qho lus ceeb toom tas sijhawm thiab tsis muaj xov xwm. Thov txuas sijhawm, xaus nws, lossis hais tias yuam kev lawm.
attention-left-behind = Qhov no pib lawm tab sis tsis muaj leej twg tuav lawm. Thov koj tuav, lossis kaw nws.
attention-rumor-many = Tib qho lus xaiv raug nug { $count } zaug. Thov teb rau sawv daws.
attention-home = Qhov chaw yog ib lub tsev. Tsuas qhia nws thaj chaw xwb; chaw nyob yeej tsis sau ntawm no li.
attention-alone-at-desk = Koj zov rooj ib leeg. Yuav tshaj tawm, koj yuav tsum muaj ib qho yam pom uas kos npe lawm lossis ib tug neeg npaj txhij kos npe.

wake-nobody-at-desk = Tsis muaj neeg zov rooj
wake-too-much = Ntau tshaj qhov cov neeg zov ua tau
wake-countersign = Xav tau ib tug thib ob kos npe

handover-line = Tos { $waiting }, muaj neeg tuav { $claimed }, tab tom kuaj { $checking }, neeg mus tseem tsis tau rov los { $out }, lus ceeb toom tseem siv tau { $alerts }, tsis sib haum { $contradicted }, lus xaiv tsis tau teb { $rumors }.

breach-unknown = Qhov no hais txog ib yam uas tsis nyob hauv phau ntawv xwm txheej.
breach-erased = Qhov xwm txheej raug lwv lawm.
breach-closed = Qhov xwm txheej kaw lawm. Thov rov qhib ua ntej.
breach-still-open = Qhov xwm txheej tseem qhib. Thov kaw nws ua ntej.
breach-held-by-other = Lwm tus tuav qhov xwm txheej no.
breach-not-claimed = Thov tuav qhov xwm txheej ua ntej.
breach-stale = Muaj qee yam hloov lawm. Thov rov saib.
breach-too-soon = Tseem ntxov dhau rau qhov ntawd.
breach-bad-text = Cov lus ntev dhau, lossis muaj cov ntawv uas qhia tsis tau.
breach-bad-range = Cov lus tsis muaj feem ntawd.
breach-bad-cell = Qhov chaw meej dhau.
breach-out-of-limits = Ib tus lej, ib daim npe lossis ib lub sijhawm tshaj qhov uas pub.
breach-exact-home = Tsis pub qhia qhov chaw meej ntawm ib lub tsev.
breach-vouch-mismatch = Txoj kev uas cov lus qhia tuaj thiab nws daim pib tsis sib haum.
breach-joins-itself = Ib qho xwm txheej txuas tsis tau nrog nws tus kheej.
breach-already-joined = Nws txuas nrog lwm qho xwm txheej lawm. Thov cais tawm ua ntej.
breach-not-joined = Nws tsis tau txuas nrog lwm qho xwm txheej.
breach-alert-live = Tseem muaj ib qho lus ceeb toom siv tau. Thov xaus nws ua ntej.
breach-responders-out = Cov neeg uas mus tseem tsis tau rov los. Thov tos kom lawv rov los.
breach-no-reply-stream = Tus neeg qhia tuaj tsis tseg kev teb rau nws.
breach-not-in-pairs = Mus ua ke ob lossis peb tug ib zaug. Yog ib tug mus ib leeg, nws yuav tsum pom zoo.
breach-wrong-order = Qhov no ua tsis tau tom qab yam ua ntej.
breach-not-parked = Tus kuaj tseem tsis tau nres tsheb.
breach-not-escalated = Lub hnab ntawv qhib tau xwb thaum ib tug neeg uas mus ntsiag to lossis raug nres.
breach-contradicted = Ob qho yam pom tsis sib haum. Thov hais ua ntej tias siv qhov twg.
breach-nothing-to-resolve = Tsis muaj yam pom uas tsis sib haum.
breach-not-found = Tsis muaj yam pom rau qhov no. Yam tsis tau lees paub tsis tshaj tawm.
breach-no-quorum = Cov npe kos tsis txaus: yuav tsum muaj ib qho yam pom uas kos npe lawm lossis ib tug thib ob kos npe.
breach-own-countersign = Lwm tus yuav tsum kos npe.
breach-held = Pab pawg kev cai tuav qhov xwm txheej no.
breach-wrong-class = Qhov xaus no tsis haum nrog lub sijhawm khaws ntawd.
breach-differs-from-finding = Lus ceeb toom hais txawv ntawm yam pom.
