# reviewed: no
# Waxa ay deriska akhriyaan: bogga dadweynaha, foomka warbixinta iyo jawaabaha.

language-name = Soomaali
language-direction = ltr
language-clock = 24
language-day = { $day }/{ $month }
language-unreviewed = Qof ku hadla Soomaali weli ma hubin qoraalkan, markaa waxaan ku tusaynaa Ingiriisi.

page-hurt = Ma jiraa qof dhaawac ah? Marka hore wac 911.
page-first-hand = Adigu ma aragtaa, hadda?
page-report = Soo sheeg waxaad aragto
page-call = Ama wac { $phone }

page-empty = Lama soo sheegin dhaqdhaqaaq la xaqiijiyay { $hours ->
    [1] hal saac
    [2] laba saacadood
   *[other] { $hours } saacadood
} gudaheed. Wax walba ma aragno.
page-staffed = Miiska ma la joogaa: haa.
page-unstaffed = Miiska ma la joogaa: maya. Warbixinnadu way sugayaan ilaa qof soo noqdo, waxaana la toosiyaa mutadawiciinta heeganka ah.
page-unstaffed-call = Hadda miiska qofna ma joogo. Wac { $phone }.
page-alerts = Digniinaha hadda
page-rumors = Xanta la hubiyay
page-as-of = Ilaa { $time }. Dib u fur boggan si aad u aragto wararka cusub.
page-published = La daabacay { $time }
page-check-link = Hubi haddii ay weli run tahay: { $link }
page-single-keyholder = Hal qof ayaa furaha haya: hal qof ayaa shabakaddan wax u daabici kara ilaa mid labaad ku soo biiro.
page-about = Mutadawiciin ayaa hubiya warbixin kasta ka hor inta aan halkan wax lagu daabicin. Lama hayo liis akhristayaal, dadka soo wacay ama cinwaanno.
page-not-protected = Erayadaada waxaa lagu xiraa qalabkan ka hor inta aan la dirin. Serverku wuu arki karaa in xiriirkaagu wax diray iyo goorta.

form-kind = Maxaa socda?
form-place = Waa xaggee?
form-place-hint = Calaamad ku dhig khariidadda, ama sheeg waddooyinka is goynaya.
form-home = Waa guri qof
form-size = Immisa qof iyo gaari?
form-unit = Maxay xiran yihiin? Erayo guud oo keliya.
form-equipment = Gaadiid ama qalab noocee ah ayaad aragtaa? Erayo guud oo keliya.
form-when = Goorma ayaad aragtay?
form-text = Maxaad kale oo aragtaa?
form-language = Luqaddee ayaad rabtaa?
form-interpreter = Waxaan rabaa turjubaan
form-skip = Wax walba waad ka boodi kartaa, marka laga reebo waxa socda iyo meesha.
form-no-names = Fadlan ha qorin magacyo, taarikada gaariga iyo wejiyo. Weligaa ha qorin xaaladda socdaalka ee qofna.
form-phrase = Hay erayadan si aad ula socoto warbixintaada: { $phrase }

concern-license-plate = Tani waxay u egtahay taariko gaari. Fadlan ka saar.
concern-phone-number = Tani waxay u egtahay lambar telefoon. Fadlan ka saar.
concern-social-security-number = Tani waxay u egtahay lambarka Social Security. Fadlan ka saar.
concern-alien-number = Tani waxay u egtahay lambar ku yaal waraaqaha socdaalka. Fadlan ka saar.
concern-email-address = Tani waxay u egtahay cinwaan iimayl. Fadlan ka saar.

report-kept = Waxaa lagu hayaa telefoonkan.
report-kept-offline = Waxaa lagu hayaa telefoonkan. Waa la dirayaa marka xiriir la helo.
report-sent = Waa la diray.
report-desk-has-it = Miisku wuu helay.

news-received = Miisku warbixintaada wuu helay. Mahadsanid.
news-being-checked = Qof la tababaray ayaa u socda inuu eego. Fadlan ka fogow.
news-confirmed = Wixii aad soo sheegtay waa la xaqiijiyay.
news-false-alarm = Mutadawiciin ayaa hubiyay. Waxay arkeen { $what }. Waad ku mahadsan tahay su'aashaada; u sheeg qofkii kuu sheegay.
news-could-not-check = Qofna ma hubin karin warbixintaada. Ma ognahay inay run ahayd.
news-over = Way dhammaatay. Mahadsanid.

kind-checkpoint = Bar kontorool
kind-vehicle-stop = Gaari la joojiyay
kind-door-knock = Saraakiil jooga albaabka guri
kind-workplace = Saraakiil jooga goob shaqo
kind-school = Saraakiil jooga iskuul ama agtiisa
kind-transit = Saraakiil jooga boosteejo, saldhig ama garoon
kind-public-building = Saraakiil jooga maxkamad, xafiis ama isbitaal
kind-presence = Saraakiil jooga aagga
kind-detention = Qof ayaa la kaxaystay
kind-other = Dhaqdhaqaaq kale

what-city-police = booliska magaalada
what-sheriff = sheriff-ka degmada
what-state-police = booliska gobolka
what-other-federal = saraakiil federaal ah oo arrin kale u joogay
what-fire-or-ambulance = dab-damis ama ambalaas
what-private-security = ilaalo gaar ah
what-towing = gaadiidka wax jiida ama kormeerka baarkinka
what-utility = shaqaalaha adeegyada ama dhismaha
what-delivery = alaab la keenayo ama hawl maalmeed
what-nothing-there = waxba ma joogin
what-other = wax kale

how-left-nobody-taken = Way tageen. Cidna lama kaxaysan, intii mutadawiciintu arkeen.
how-people-taken = Way tageen. Dad ayaa la kaxaystay.
how-people-released = Dadkii la hayay waa la sii daayay.
how-left-unknown = Way tageen. Wax kale ma ogin.
