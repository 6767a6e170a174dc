# reviewed: no
# Lus ceeb toom thiab lus xaiv uas kuaj lawm. (Hmoob Dawb)

alert-new-headline = { $kind }: { $place }
alert-new-body = Cov neeg pab kawm tiav lees paub nruab nrab { $from } thiab { $until }.
alert-update-headline = Tseem muaj: { $kind }, { $place }
alert-update-body = Cov neeg pab kawm tiav rov pom nruab nrab { $from } thiab { $until }.
alert-rechecking-headline = Tab tom rov kuaj: { $kind }, { $place }
alert-rechecking-body = Muaj kev tsis ntseeg txog lus ceeb toom no txij { $issued }. Cov neeg pab tab tom rov kuaj.
alert-wrong-headline = Yuam kev lawm: { $kind }, { $place }
alert-wrong-body = Cov neeg pab rov kuaj thaum { $until } thiab pom { $what }. Lus ceeb toom yog peb ua yuam kev.
alert-over-headline = Dhau lawm: { $kind }, { $place }
alert-over-body = { $how } Pom zaum kawg { $until }.
alert-rumor-check-headline = Lus xaiv uas kuaj lawm: { $place }
alert-rumor-check-body = Kuaj thaum { $until }: cov neeg pab pom { $what }, tsis muaj tub ceev xwm nkag teb chaws.
alert-no-news-headline = Tsis muaj xov xwm txij { $issued }: { $kind }, { $place }
alert-no-news-body = Qhov no tsis txhais tias dhau lawm.

alert-place-around = ib ncig { $place }
alert-place-in = qee qhov hauv { $place }
alert-only-then = Qhov no hais txog qhov chaw ntawd thiab lub sijhawm ntawd xwb.
alert-call = Hu { $phone } yog muaj neeg raug coj mus lossis xav tau kev pab.

rumor-confirmed = Kuaj thaum { $at }: { $count } tug neeg pab lees paub: { $kind }.
rumor-false-alarm = Kuaj thaum { $at }: { $count } tug neeg pab pom { $what }, tsis muaj tub ceev xwm nkag teb chaws.
rumor-could-not-check = Nug thaum { $at }: tsis muaj leej twg kuaj tau. Peb tsis paub.
rumor-ended = Kuaj thaum { $at }: muaj tseeb, thiab dhau lawm. { $how }
rumor-times = Raug nug { $count } zaug.
