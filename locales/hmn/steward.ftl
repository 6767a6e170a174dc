# reviewed: no
# Cov nplooj rau cov neeg saib xyuas lub koom haum. (Hmoob Dawb)

steward-health = Nws nyob li cas
steward-manifest-until = Kev teeb tsa siv tau txog
steward-note-until = Daim ntawv yuam sij siv tau txog
steward-issuers = Cov yuam sij rau cov pib
steward-issuers-missing = { $count ->
    [0] Ua tas tag nrho lawm
   *[other] Tab tom ua { $count } tus
}
steward-log = Cov kab hauv phau ntawv rau sawv daws
steward-admitted-count = Cov cuab yeej uas txais lawm
steward-due-key-note-stale = Daim ntawv yuam sij qub lawm. Thov cia ib tug neeg saib xyuas lub cuab yeej qhib.
steward-due-manifest-ends = Lub koom haum qhov kev teeb tsa yuav tas sijhawm sai sai. Cov neeg saib xyuas yuav tsum kos npe rau qhov tshiab.
steward-due-issuers-missing = Tseem tsis txaus yuam sij rau cov pib. Lawv raug ua thaum nplooj no qhib.
steward-invite = Caw ib tug neeg
steward-invite-what = Ib qho lus caw yog rau ib tug neeg thiab ib lub cuab yeej. Thov muab koj tus kheej, lossis xa los ntawm txoj kev uas koj ntseeg.
steward-invite-make = Ua ib qho lus caw
steward-choose-role = Thov xaiv tsawg kawg ib lub luag haujlwm.
steward-invitation = Rau: { $roles }. Siv tau ib zaug xwb, txog { $time }.
steward-invitation-once = Nws tshwm ntawm no thiab tam sim no xwb. Thov cia lub cuab yeej no qhib txog thaum tus neeg nkag tau.
steward-take-back = Rho rov qab
steward-admitted = Muaj ib tug neeg raug txais lawm.
steward-application = Lub cuab yeej { $device } thov ua tus txais tswv cuab.
steward-add-registrar = Hais qhov no rau cov neeg saib xyuas
steward-revoke = Rho ib lub cuab yeej cov cai
steward-revoke-what = Cov ntawv pov thawj tsis muaj npe. Tus neeg ntawd, lossis tus uas txais nws, qhia tau yim tus ntawv thiab lej thawj rau koj.
steward-certificate = Cov ntawv thiab lej thawj ntawm daim ntawv pov thawj
steward-revoke-sure = Rho tag nrho cov cai ntawm lub cuab yeej no?
steward-revoked = Nws tsis muaj cai lawm.
steward-apply = Thov kom koj txais tau neeg
steward-apply-what = Lub cuab yeej no saib xyuas tau lub koom haum, tiam sis tseem caw tsis tau neeg. Peb thov cov uas txais neeg kom muab nws ntxiv.
steward-applied = Thov lawm. Ib lub cuab yeej uas txais neeg yuav tsum kam.
