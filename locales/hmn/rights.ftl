# reviewed: no
# Cov cai, ua dab tsi ntawm qhov rooj, thiab thaum muaj neeg raug coj mus. (Hmoob Dawb)

rights-silent = Koj nyob ntsiag to tau. Hais: “Kuv xaiv nyob ntsiag to.” Hauv qee lub xeev koj yuav tsum hais koj lub npe thaum tub ceev xwm nug.
rights-free = Nug: “Kuv puas mus tau?” Yog lawv hais tau, maj mam mus.
rights-search = Koj tsis kam tau kom lawv tshawb koj, koj lub hnab, tsheb lossis tsev. Hais: “Kuv tsis pom zoo kom tshawb.”
rights-lawyer = Koj thov tau ib tug kws lij choj. Hais: “Kuv xav nrog kws lij choj tham.” Ces tsis txhob hais ntxiv.
rights-sign = Tsis txhob kos npe rau yam koj tsis to taub. Nug kws lij choj ua ntej.
rights-truth = Tsis txhob dag, thiab tsis txhob qhia ntaub ntawv uas tsis yog koj li.
rights-calm = Tsis txhob khiav, thawb lossis tawm tsam, txawm koj xav tias lawv yuam kev.
rights-car = Hauv tsheb: nres, tua lub cav, tso tes kom pom. Tus tsav thiab cov caij nyob ntsiag to tau.
rights-work = Tom haujlwm: ua siab tus thiab tsis txhob khiav. Yuav nkag chaw uas tsis qhib rau sawv daws, lawv yuav tsum muaj kws txiav txim daim ntawv lossis tus thawj coj pom zoo.
rights-record = Koj kaw duab tau yam tub ceev xwm ua rau pej xeem pom. Nyob deb, thiab thim thaum lawv hais.
rights-consulate = Yog koj raug tuav, koj thov tau hu rau koj lub consulate thiab tsev neeg.
rights-general = Qhov no yog lus qhia dav dav, tsis yog lus qhia rau koj rooj plaub. Kws lij choj qhia tau koj.

door-closed = Cia qhov rooj kaw. Koj hais lus hla qhov rooj tau.
door-who = Nug lawv yog leej twg thiab xav tau dab tsi.
door-warrant = Koj tsis tas qhib tshwj tsis yog lawv muaj ntawv uas kws txiav txim kos npe. Hais kom lawv nkag hauv qab qhov rooj lossis tuav rau ntawm qhov rai.
door-look = Nrhiav lub npe ntawm tsev hais plaub, kws txiav txim lub npe kos, thiab koj qhov chaw nyob.
door-agency = Ntawv uas tsuas yog ib lub chaw haujlwm kos npe, xws li daim I-200 lossis I-205, tsis pub lawv nkag.
door-no = Yog koj tsis pom zoo, hais: “Kuv tsis pom zoo kom nej nkag.”
door-force = Yog lawv tseem nkag, tsis txhob tawm tsam. Rov hais tias koj tsis pom zoo.
door-silent = Txhua tus hauv tsev nyob ntsiag to tau, me nyuam los tau.
door-call = Hu tus xov tooj hauv qab no, thiab nco yam koj pom.

taken-children = Nrhiav seb puas muaj me nyuam lossis lwm tus uas nyob ib leeg. Nrog lawv nyob txog thaum tsev neeg tuaj.
taken-note = Sau qhov twg thiab thaum twg, muaj pes tsawg tus tub ceev xwm, thiab lawv hais dab tsi.
taken-left = Sau yam uas tshuav: tsheb, hnab, tsiaj, tshuaj uas tus neeg ntawd xav tau.
taken-call = Hu tus xov tooj hauv qab no. Kws lij choj nrhiav tau tias tus neeg raug tuav qhov twg. Yuav siv ob peb teev.
taken-lawyer = Muab npe, hnub yug thiab ntaub ntawv rau kws lij choj xwb, hauv xov tooj. Tsis txhob sau ntawm no.
taken-sign = Yog tus neeg hu: tsis txhob kos npe rau dab tsi, thiab thov kws lij choj.
taken-money = Ceev faj cov neeg tsis paub uas xav tau nyiaj thiaj pab.
