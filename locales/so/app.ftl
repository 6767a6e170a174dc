# reviewed: no
# Barnaamijka xubnaha: qufulka, casuumadda, shaqada, warbixinnada, qolalka, dejinta.

loading = Waa la furayaa …
close = Xir
copy = Koobi garee
copied = Waa la koobiyeeyay.
not-copied = Browser-ku nooma oggolaan inaan koobiyeyno. Fadlan adigu dooro qoraalka oo koobi garee.
yes = Haa
you = adiga
qr = Koodh QR oo isla qoraalka leh
skip = U gudub waxa ku jira
nav = Qaybaha barnaamijka
nav-desk = Miiska
nav-duty = Shaqo
nav-room = Qolka maanta
nav-report = Soo sheeg
nav-alerts = Digniino
nav-steward = Maamul
nav-settings = Dejin
language = Luqad
language-not-there = Qoraallada { $language } lama soo heli karin. Mar kale isku day marka xiriir jiro.
live = Waa ku xiran tahay
not-live = Kuma xirna. Waxaad samayso waa la hayaa, dabadeedna waa la dirayaa.
lock = Quful
near-me = Isticmaal meesha aan joogo
location-refused = Browser-ku ma sheegin meesha aad joogto. Waad qori kartaa.
time-now = hadda
time-minutes = { $count ->
    [one] { $count } daqiiqo
   *[other] { $count } daqiiqo
}
time-hours = { $count ->
    [one] { $count } saac
   *[other] { $count } saacadood
}
time-days = { $count ->
    [one] { $count } maalin
   *[other] { $count } maalmood
}

role-observer = goobjooge
role-verifier = hubiye
role-dispatcher = qofka miiska
role-host = qofka qolalka
role-registrar = diiwaangeliye
role-trainer = tababare
role-legal = kooxda sharciga
role-aid = kooxda caawimada
role-driver = darawal
role-steward = maamule

gate-elsewhere = Bystand bog kale ayuu ka furan yahay
gate-elsewhere-why = Hal bog oo keliya ayaa mar khasnaddaada furan kara. Bogga kale xir, ama halkaas ka sii wad.
gate-try-again = Mar kale isku day
gate-broken = Sii socon ma karto
gate-locked = Waa qufulan
gate-passphrase = Weedhaada sirta ah
gate-open = Fur
gate-opening = Waa la furayaa …
gate-wait = Weedho khaldan oo badan. Fadlan wax yar sug intaadan mar kale isku dayin.
gate-erases = { $count ->
    [one] Hal weedh oo khaldan kadib
   *[other] { $count } weedh oo isku xiga oo khaldan kadib
} khasnadda waa la tirtirayaa, sidaad dooratay.
gate-lost = Weedhaydii sirta ahayd waan lumiyay
gate-lost-what = Qofna la'aanteed ma furi karo khasnaddan. Halkan ka tirtir, dabadeedna maamule weydiiso casuumad cusub. Laba daqiiqo ayay qaadanaysaa.
gate-erase = Tirtir wax kasta oo qalabkan ku jira
gate-erase-sure = Ma tirtirtaa khasnadda qalabkan, weligeed? Qofna ma soo celin karo.

error-vault-missing = Browser-kan khasnad kuma jirto hadda.
error-vault-wrong-passphrase = Tani ma aha weedha sirta ah.
error-vault-wrong-passphrase-left = Tani ma aha weedha sirta ah. { $count ->
    [one] Hal mar ayaa kuu hartay
   *[other] { $count } jeer ayaa kuu hartay
} ka hor inta aan khasnadda la tirtirin.
error-vault-erased = Weedho khaldan oo badan. Khasnadda waa la tirtiray, sidaad dooratay.
error-vault-memory = Xusuusta bannaan kuma filna furista khasnadda. Bogagga kale xir oo mar kale isku day.
error-vault-newer = Khasnaddan waxaa qoray nooc ka cusub. Dib u fur bogga si aad u hesho.
error-vault-damaged = Qayb khasnadda ka mid ah lama akhrin karo. Waxaa laga yaabaa in browser-ku tirtiray. Maamule weydiiso casuumad cusub.
error-storage-full = Qalabkan meel kuma bannaana. Meel bannee oo mar kale isku day: wax aad qortay ma lumin.
error-storage-unavailable = Browser-kan waxba kuma hayo daaqadda gaarka ah. Bogga ku fur daaqad caadi ah.
error-storage-failed = Browser-ku wax ma kaydin karin. Dib u fur bogga oo mar kale isku day.
error-no-randomness = Browser-kan furayaal ma samayn karo. Isticmaal mid ka cusub.

join-title = Casuumad ku soo biir
join-what = Maamule ayaa ku siinaya casuumad: xiriiriye, koodh QR ama sadar qoraal ah. Hal mar ayay shaqaysaa.
join-invitation = Casuumad
join-invitation-hint = Waxay ku bilaabataa BYSTAND:INVITE
join-go-on = Sii wad
join-public = U gudub bogagga dadweynaha
join-found = Ma rabtaa inaad shabakad adigu bilowdo? Tilmaamaha maamulka ee barnaamijkan ayaa sheegaya sida.
join-other-relay = Casuumaddani waxay u socotaa { $relay }. Cinwaankaas fur.
join-invite-not-an-invitation = Tani ma aha casuumad. Casuumaddu waxay ku bilaabataa BYSTAND:INVITE.
join-invite-not-a-card = Tani waa kaar, ma aha casuumad.
join-invite-character = Xaraf khaldan ayaa ku jira. Mar kale koobi garee dhammaanteed.
join-invite-damaged = Qayb ayaa ka maqan ama khaldan. Mar kale koobi garee dhammaanteed.
join-invite-too-long = Aad bay u dheer tahay. Casuumadda oo keliya koobi garee.
join-invite-content = Qayb ayaa ka maqan ama khaldan. Mar kale koobi garee dhammaanteed.
join-invite-expired = Casuumaddani way dhacday. Mid cusub weydiiso.
join-welcome = Soo dhowow
join-as = Waxaad uga qayb qaadanaysaa sida: { $roles }.
join-words-why = Weedh sir ah ayaa ilaalisa waxa qalabkan ku jira haddii qof kaa qaato. Lixdan eray adigaa leh:
join-words-paper = Warqad ku qor, warqaddana meel kale ku hay. Qofna la'aantood khasnadda ma furi karo.
join-type-words = Qor erayadan, ama weedh sir ah oo adigu leedahay
join-too-easy = Aad bay u fududahay in la qiyaaso. Isticmaal lixda eray, ama weedh ka dheer oo erayo dhif ah leh.
join-finish = Ku soo biir

waiting-title = Wax yar ayaa haray
waiting-what = Codsigaagu wuu socdaa ({ $roles }). Qalabka maamule ayaa iskii u jawaaba marka uu shidan yahay.
waiting-hint = Boggan waad xiri kartaa oo hadhow soo noqo. Waxba ma lumayaan.
waiting-refused = Laguma oggolaan
waiting-refused-why = Casuumadda hore ayaa loo isticmaalay, dib baa loo qaatay ama way dhacday ({ $code }). Mid cusub weydiiso.

refused-not-certified = Doorkaagu tan ma oggola.
refused-not-set-up = Dejinta shabakaddu weli halkan ma joogto. Sug ilaa xiriir la helo.
refused-not-in-team = Qalabkani weli kooxda kuma jiro. Daqiiqo ayay qaadan kartaa.
refused-unknown = Tani way baxday. Mar kale eeg.
refused-not-now = Hadda maya: { $reason }.
refused-no-pass = Tigidhadaadii usbuucan way dhammaadeen. Kuwo cusub ayaa iskood u imanaya.
refused-invalid = Tan lama qaadan karo: { $reason }.
refused-room = Qolku ma qaadan. Daqiiqo kadib mar kale isku day.

duty-zones = Aagagga kee? Ugu badnaan saddex usbuucii.
duty-choose-zone = Dooro ugu yaraan hal aag.
duty-most-zones = Ugu badnaan saddex aag usbuucii.
duty-hours = Muddo intee le'eg?
duty-reach = Ilaa xaggee ayaad tagi lahayd?
duty-reach-near = Meel dhow (1 km)
duty-reach-middle = Agagaarkan (3 km)
duty-reach-far = Meel fog (10 km)
duty-place-why = Meesha aad joogto qalabkan ayay ku hadhaysaa. Halkan ayaa lagu gartaa in baaqu kuu dhow yahay.
duty-place-looking = Waa la raadinayaa …
duty-place-known = Qalabkan oo keliya ayaa og meesha aad joogto.
duty-begin = Shaqada bilow
duty-until = Shaqada waad ku jirtaa ilaa { $time }
duty-end = Shaqada jooji
duty-zone-count = { $zone }: { $count } shaqada ku jira, { $members } qolka ku jira
duty-zone-no-room = { $zone }: maanta weli qol ma jiro
duty-call-outs = Baaqyo
duty-no-call-outs = Hadda ma jiraan. Barnaamijka furnaan ha: waad maqli doontaa.
duty-heads-ups = Ogeysiis aan la xaqiijin
duty-needed = Waxaa loo baahan yahay { $minutes } daqiiqo gudahood: { $roles }
duty-around = Agagaarka
duty-far = Kuuma dhowa, ama door kale ayay u baahan tahay.
duty-go = Waan tagi karaa, { $minutes } daqiiqo
duty-offered = Miisku wuu helay inaad tagi karto. Jawaabtiisa sug intaadan tagin.
duty-spoken = Baaq ka yimid { $zone }. Waxaa loo baahan yahay { $minutes } daqiiqo gudahood. Qofna waajib kuma aha inuu tago.
duty-accepted = Fadlan tag. Meeshu shaashaddaada ayay ku taal.
duty-declined = Mahadsanid. Dad kale ayaa socda.
duty-released = Adiga way kuu dhammaatay. Mahadsanid. Meesha lama hayo hadda.
duty-removed = Usbuucan waa lagaa saaray qolka { $zone }.

going-title = Meesha aad u socoto
going-offered = Waxaad sheegtay inaad tagi karto
going-accepted = Fadlan tag
going-on-the-way = Jidka ku jira
going-parked = Gaariga la dhigay
going-on-scene = Goobta jooga
going-leaving = Guriga u socda
going-over = Way dhammaatay
going-asked = Miiska ayaa weydiinaya: ma fiican tahay?
going-fine = Waan fiicanahay
going-alone = cid kale ma jirto
going-with = Waxaa kula socda: { $names }
going-check-in = Wax soo sheeg { $minutes } daqiiqo kasta.
going-home-place = Waa guri qof. Cidna ha u sheegin meesha uu ku yaal.
sign-on-the-way = Waan soo socdaa
sign-parked = Gaariga waan dhigay
sign-on-scene = Goobta waan joogaa
sign-leaving = Goobta waan ka tagayaa
sign-left = Guriga waan joogaa
sign-stopped = Waa la i joojiyay
sign-withdrawn = Hadda ma tagi karo
finding-title = Maxaad ogaatay?
finding-confirmed = Waa la xaqiijiyay: waa sidaas
finding-false-alarm = Digniin khaldan: wax kale ayay ahayd
finding-over = Sidaas bay ahayd, wayna dhammaatay
finding-could-not-check = Waan hubin kari waayay
finding-choose = Dooro waxaad ogaatay.
finding-what = Maxay ahayd?
finding-how = Sidee bay ku dhammaatay?
finding-seen-by = Immisa idinka mid ah ayaa eegay?
finding-note = Wax kale, miiska oo keliya
finding-send = Dir waxaad ogaatay
finding-on-its-way = Waxaa lagu hayaa telefoonkan, miiskana way u socotaa.

room-go-on-duty = Qolalku way kuu furmaan marka aad shaqada ku jirto.
room-not-open = Qolku maanta weli ma furna.
room-counts = { $members } qolka ku jira, { $count } shaqada ku jira, maanta { $quiet } jeer ayaa la eegay oo waxba lama arkin
room-own-name = Usbuucan magacaaga halkan waa { $name }.
room-desk-says = Miiska:
room-all-quiet = hareeraha waa la eegay: waxba lama arkin
room-quiet = Hareeraha waan eegay: waxba ma arkin
room-say = Wax dheh
room-send = Dir
room-too-large = Qolkan waxaa ku jira in ka badan 150 qof. Wuxuu tusayaa baaqyo, ogeysiisyo iyo tirooyin oo keliya.

form-cross-streets = Waddooyinka is goynaya ama meel la yaqaan
form-point = Goobta saxda ah
form-point-hint = Sida 44.9484, -93.2619
form-zone = Aag
form-zone-unknown = Ma garanayo
form-people = Immisa qof?
form-vehicles = Immisa gaari?
form-needs-place = Fadlan sheeg meesha: goobta saxda ah, waddooyinka is goynaya ama aag.
form-needs-kind = Fadlan sheeg waxa socda.
form-needs-activity = Fadlan erayadaada ku sheeg waxa socda.
form-bad-point = Goobta lama akhrin karo. U qor sida 44.9484, -93.2619.
report-find = Ma adiga ayaa hubiyay?
report-find-only-report = Maya, waa warbixin oo keliya
report-find-confirmed = Haa: anigaa arkaya, waana sidaas
report-find-false-alarm = Haa: waan eegay, waana wax kale
report-send = U dir miiska
report-refused = Lama diri karin. Wac lambarka telefoonka.

alerts-verified = Mid kasta waxaa lagu hubiyay qalabkan: saxiixyada, tigidhada iyo diiwaanka dadweynaha.
alerts-page = Boggeeda dadweynaha

settings-envelope = Baqshadda degdegga ah
settings-envelope-what = Yaa la wacayaa haddii lagu joojiyo ama aad aamusto? Way xiran tahay. Miisku markaas oo keliya ayuu furi karaa, waana la qorayaa.
settings-envelope-text = Tusaale: qof la waco, qareen
settings-envelope-kept = Waxaa lagu hayaa khasnaddaada.
settings-keep = Kaydi
settings-kept = Waa la kaydiyay.
settings-lock = Qufulka iyo weedha sirta ah
settings-lock-what = Barnaamijku iskii ayuu isu qufulaa 15 daqiiqo kadib haddii aan la taaban. Marka aad shaqada ama wareegga miiska ku jirto, 12 saacadood kadib.
settings-erase = Weedho khaldan kadib
settings-erase-never = Weligaa ha tirtirin
settings-erase-after = { $count ->
    [one] Tirtir hal mar oo khaldan kadib
   *[other] Tirtir { $count } jeer oo khaldan oo isku xiga kadib
}
settings-passphrase = Beddel weedha sirta ah
settings-passphrase-set = Isticmaal weedha cusub
settings-passphrase-changed = Hadda laga bilaabo weedha cusub ayaa shaqaynaysa.
settings-about = Qalabkan
settings-roles = Doorka
settings-until = Ilaa
settings-network = Shabakad
settings-not-protected = Lama ilaalin: qofka maamula cinwaanka boggan wuu beddeli karaa barnaamijka, wuuna akhrin karaa waxa aad markaas kadib qorto. Qofka haya telefoonkaaga furan wuxuu arkaa waxaad aragto.
settings-leave = Ka bax
settings-leave-what = Waxay tirtirtaa khasnadda browser-kan. Si aad u soo noqoto waxaad u baahan tahay casuumad cusub.
