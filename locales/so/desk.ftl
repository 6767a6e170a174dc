# reviewed: no
# Waxa ay dadka miiska akhriyaan.

stage-waiting = Way sugaysaa
stage-checking = Waa la hubinayaa
stage-found = Natiijo ayay leedahay
stage-contradicted = Natiijooyinku way is khilaafsan yihiin
stage-alerted = Digniin ayaa la daabacay
stage-closed = Way xiran tahay
stage-joined = Mid kale ayaa lagu daray

call-out-calling = Dad ayaa loo yeerayaa
call-out-unanswered = Qofna ma jawaabin
call-out-answered = Waxaa jira dad tagi kara
call-out-staffed = Dad ayaa socda
call-out-nobody-arrived = Qofna ma gaarin
call-out-closed = Wuu xiran yahay

responder-offered = Tagi kara
responder-accepted = Waa la aqbalay
responder-on-the-way = Jidka ku jira
responder-parked = Gaariga la dhigay
responder-on-scene = Goobta jooga
responder-leaving = Goobta ka tagaya
responder-left = Guriga jooga
responder-stopped = Waa la joojiyay ama la xiray
responder-declined = Looma baahna
responder-withdrawn = Ma tagi karo
responder-silent = Waxba ma soo sheegin

alert-phase-drawn = Dadweynuhu ma arko
alert-phase-live = Way shaqaynaysaa
alert-phase-rechecking = Mar kale ayaa la hubinayaa
alert-phase-no-news = War ma jiro
alert-phase-wrong = Khalad bay ahayd
alert-phase-over = Way dhammaatay

verdict-confirmed = La xaqiijiyay
verdict-false-alarm = Digniin khaldan: { $what }
verdict-could-not-check = Lama hubin karin
verdict-ended = Way dhammaatay. { $how }

drawer-do-not-share = Cidna ha la wadaagin
drawer-share-unconfirmed = Hubiyayaasha la wadaag, iyadoo aan la xaqiijin
drawer-strong = Caddayn xoog leh

source-public = Bogga dadweynaha
source-card = Kaar
source-member = Xubin
source-caller = Qof soo wacay

first-hand-yes = Hadda ayuu arkayaa
first-hand-no = Dad kale ayuu ka maqlay
first-hand-unknown = Lama oga

ending-confirmed = La xaqiijiyay
ending-unfounded = Sal ma laha
ending-could-not-check = Lama hubin karin
ending-referred = Koox kale ayaa loo gudbiyay
ending-rumor-answered = Xanta waa laga jawaabay
ending-not-pursued = Lama sii wadin

class-erase-now = Hadda tirtir
class-unfounded = Hay 7 maalmood
class-general = Hay 30 maalmood
class-confirmed = Hay ilaa kooxda sharcigu xirto
class-hold = Ha tirtirin ilaa kooxda sharcigu fasaxdo

key-same-as = La mid ah
key-check = Hubi
key-heads-up = Ogeysiis aan la xaqiijin
key-rumor = Xan
key-refer = Caawimo / sharci
key-erase = Hadda tirtir
key-erase-hint = Waxaa loogu talagalay dadka deriskooda dacweeya. Waxba lama hayo.

attention-stopped = Qof tagay waa la joojiyay ama la xiray. Fur baqshaddiisa: waxay sheegaysaa cidda la wacayo.
attention-silent = Qof tagay waxba ma soo sheegin. Wac; haddii aan laga jawaabin, fur baqshaddiisa.
attention-contradicted = Laba natiijo ayaa is khilaafsan. Sheeg tan la qaadanayo.
attention-alert-doubtful = Shaki ayaa ka jira digniin la daabacay. Calaamadi in mar kale la hubinayo, dabadeedna sax.
attention-nobody-at-desk = { $count ->
    [one] Hal warbixin ayaa sugaysa
   *[other] { $count } warbixinood ayaa sugaya
}, miiskana qofna ma joogo. Waxaa la toosinayaa dadka miiska ee heeganka ah.
attention-unanswered = Baaqa qofna kama jawaabin 60 ilbiriqsi gudahood. Wac mutadawiciinta heeganka ah.
attention-nobody-arrived = Dadkii la aqbalay midna ma gaarin. Wac iyaga, ama mar kale dir baaq.
attention-countersign-awaited = Digniin ayaa sugaysa saxiix labaad.
attention-unwatched = Digniin ayaa la daabacay, goobtana qofna ma joogo hadda. Calaamadi in mar kale la hubinayo, oo dir qof soo eega.
attention-no-news = Waqtigii digniin ayaa dhammaaday, warna ma jiro. Cusboonaysii, dhammee, ama sheeg inay khalad ahayd.
attention-left-behind = Tan waa la bilaabay, hadda qofna ma hayo. Adigu qaado, ama xir.
attention-rumor-many = Isla xantan waxaa la weydiiyay { $count ->
    [one] mar
   *[other] { $count } jeer
}. Dadweynaha ugu jawaab.
attention-home = Meeshu waa guri. Aaggeeda oo keliya ayaa la sheegaa; cinwaanka weligiis halkan laguma qoro.
attention-alone-at-desk = Keligaa ayaa miiska jooga. Si aad wax u daabacdo waxaad u baahan tahay natiijo la saxiixay ama saxiixa qof heegan ah.

wake-nobody-at-desk = Miiska qofna ma joogo
wake-too-much = Waa in ka badan inta wareeggu qaban karo
wake-countersign = Saxiix labaad ayaa loo baahan yahay

handover-line = Sugaya: { $waiting }, la qaatay: { $claimed }, la hubinayo: { $checking }, dad tagay oo aan soo noqon: { $out }, digniino shaqaynaya: { $alerts }, is khilaaf: { $contradicted }, xan aan laga jawaabin: { $rumors }.

breach-unknown = Tani waxay magacaabaysaa wax aan ku jirin buugga dhacdooyinka.
breach-erased = Dhacdada waa la tirtiray.
breach-closed = Dhacdadu way xiran tahay. Marka hore mar kale fur.
breach-still-open = Dhacdadu weli way furan tahay. Marka hore xir.
breach-held-by-other = Qof kale ayaa haya dhacdadan.
breach-not-claimed = Marka hore dhacdada qaado.
breach-stale = Wax baa isbeddelay inta u dhaxaysay. Mar kale eeg.
breach-too-soon = Waqtigeedii weli lama gaarin.
breach-bad-text = Qoraalku aad buu u dheer yahay, ama wuxuu leeyahay xarfo aan la tusi karin.
breach-bad-range = Qayb sidaas ah qoraalka kuma jirto.
breach-bad-cell = Meeshu aad bay u sax tahay.
breach-out-of-limits = Lambar, liis ama waqti ayaa xadkiisa dhaafsan.
breach-exact-home = Meesha saxda ah ee guri waa inaan la sheegin.
breach-vouch-mismatch = Meesha warbixintu ka timid iyo tigidhkeedu isma waafaqaan.
breach-joins-itself = Dhacdo iskeed laguma dari karo.
breach-already-joined = Dhacdo kale ayaa lagu daray. Marka hore kala jar.
breach-not-joined = Dhacdo kale laguma darin.
breach-alert-live = Digniin ayaa weli shaqaynaysa. Marka hore dhammee.
breach-responders-out = Dad tagay weli ma soo noqon. Sug ilaa ay soo noqdaan.
breach-no-reply-stream = Qofka soo sheegay ma reebin si loogu jawaabo.
breach-not-in-pairs = Laba ama saddex qof ayaa mar wada tagta. Qof keligii ah waa inuu oggolaadaa.
breach-wrong-order = Tani ma raaci karto wixii ka horreeyay.
breach-not-parked = Hubiyuhu weli gaariga ma dhigin.
breach-not-escalated = Baqshadda waxaa la furaa oo keliya marka qof tagay aanu waxba soo sheegin ama la joojiyo.
breach-contradicted = Laba natiijo ayaa is khilaafsan. Marka hore sheeg tan la qaadanayo.
breach-nothing-to-resolve = Natiijooyin is khilaafsan ma jiraan.
breach-not-found = Tan natiijo uma jirto. Wax aan la xaqiijin lama daabaco.
breach-no-quorum = Saxiixyadu kuma filna: waxaa loo baahan yahay natiijo la saxiixay ama saxiix labaad.
breach-own-countersign = Qof kale ayay tahay inuu saxiixo.
breach-held = Kooxda sharciga ayaa haysa dhacdadan.
breach-wrong-class = Dhammaadkani kuma habboona muddadaas haynta.
breach-differs-from-finding = Digniintu waxay sheegaysaa wax ka duwan natiijada.
