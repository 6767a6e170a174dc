# reviewed: no
# Lus qhia rau tus neeg uas txiav txim tam sim no. (Hmoob Dawb)

guidance-observe = Peb saib thiab kaw duab deb deb. Peb tsis raws, tsis thaiv, tsis kov, thiab tsis vij leej twg.
guidance-drive = Tsav tsheb raws li ib txwm. Tsis txhob raws tsheb twg li.
guidance-parked = Nres tsheb ua ntej. Hais tias koj nres lawm ua ntej hais lwm yam.
guidance-distance = Nyob deb tsawg kawg { $feet } feet.
guidance-step-back = Yog tub ceev xwm hais kom thim rov qab, ua li ntawd, thiab kaw duab thaum koj ua.
guidance-pairs = Mus ob tug. Ib tug saib, ib tug sau.
guidance-no-faces = Tsis txhob kaw lub ntsej muag ntawm cov neeg uas raug nug. Tsis txhob tso duab ncaj qha.
guidance-no-plates = Tsis pub muaj phaj tsheb, ntsej muag, npe lossis tsev ntawm no.
guidance-no-duty = Tsis muaj leej twg yuav tsum mus. Koj tig rov qab tau txhua lub sijhawm.
guidance-check-in = Qhia thaum koj txog thiab thaum koj tawm. Yog koj ntsiag to, rooj yuav hu koj.
guidance-stopped = Yog koj raug nres: ua siab tus, tso tes kom pom, thiab nug seb koj puas mus tau.
guidance-heads-up = Tsis tau lees paub. Peb tab tom kuaj. Thov tsis txhob qhia lwm tus.
guidance-no-sharing = Qhov no tsuas yog rau cov tswv cuab kawm tiav txog thaum lees paub.

advice-distance = Nyob deb. Tsis txhob thaiv kev.
advice-record = Koj kaw duab tau yam tshwm sim rau pej xeem pom. Yog hais kom thim, thim thiab kaw ntxiv.
advice-no-share = Thov tsis txhob tshaj tawm ua ntej kuaj. Feem ntau cov lus qhia yog lwm yam.
advice-checkpoint = Ntawm chaw kuaj kev, tsav qeeb thiab ua raws cov cim. Koj nyob ntsiag to tau.
advice-vehicle-stop = Yog koj lub tsheb raug nres, tua lub cav thiab tso tes kom pom. Koj nyob ntsiag to tau.
advice-door-knock = Koj tsis tas qhib qhov rooj tshwj tsis yog muaj ntawv uas kws txiav txim kos npe. Hais kom lawv qhia ntawm qhov rai lossis nkag hauv qab qhov rooj.
advice-workplace = Ua siab tus thiab tsis txhob khiav. Koj nyob ntsiag to tau. Nug seb koj puas mus tau.
advice-school = Hu rau tsev kawm ntawv lub chaw ua haujlwm. Cia cov neeg ua haujlwm nrog lawv tham.
advice-transit = Koj nyob ntsiag to tau. Nug seb koj puas mus tau; yog tau, maj mam mus.
advice-public-building = Nyob hauv qhov chaw rau sawv daws. Koj nyob ntsiag to tau.
advice-presence = Saib muaj pes tsawg tus thiab lawv ua dab tsi. Tsis txhob mus ze.
advice-detention = Nco qhov twg, thaum twg thiab tshuav dab tsi: tsheb, hnab, me nyuam nyob ib leeg. Hu tus xov tooj pab kev cai.
advice-other = Nco yam koj pom, qhov twg thiab thaum twg. Tsis txhob mus ze.
