# reviewed: no
# Talo loogu talagalay qofka hadda wax go'aansanaya.

guidance-observe = Meel fog ayaan ka eegnaa oo ka duubnaa. Qofna ma raacno, ma xannibno, ma taabanno, mana ku ururno.
guidance-drive = Si caadi ah u wad. Weligaa gaari ha daba gelin.
guidance-parked = Marka hore gaariga dhig. Sheeg inaad dhigtay intaadan wax kale odhan.
guidance-distance = Ugu yaraan { $feet } cagood u jirso.
guidance-step-back = Haddii sarkaal kugu yiraahdo dib u joogso, samee, isna duub adigoo samaynaya.
guidance-pairs = Laba laba u taga. Mid ha eego, midna ha qoro.
guidance-no-faces = Ha duubin wejiyada dadka la weydiinayo su'aalaha. Toos ha u baahin.
guidance-no-plates = Halkan ma jiraan taariko, wejiyo, magacyo iyo guryo.
guidance-no-duty = Qofna waajib kuma aha inuu tago. Mar kasta waad soo noqon kartaa.
guidance-check-in = Soo sheeg marka aad gaarto iyo marka aad ka tagto. Haddii aad aamusto, miiska ayaa ku soo wacaya.
guidance-stopped = Haddii lagu joojiyo: is deji, gacmahaaga ha la arko, oo weydii haddii aad tagi karto.
guidance-heads-up = Lama xaqiijin. Waan hubinaynaa. Fadlan ha faafin.
guidance-no-sharing = Waxaa loogu talagalay xubnaha la tababaray oo keliya ilaa la xaqiijiyo.

advice-distance = Ka fogow. Ha hor istaagin.
advice-record = Waad duubi kartaa waxa ka dhaca meel dadweyne. Haddii lagu yiraahdo dib u joogso, dib u joogso oo duubista sii wad.
advice-no-share = Fadlan ha daabicin ka hor inta aan la hubin. Warbixinnada badankood wax kale ayay noqdaan.
advice-checkpoint = Bar kontoroolka, xawaaraha dhimi oo samee sida calaamaduhu leeyihiin. Waad aamusi kartaa.
advice-vehicle-stop = Haddii gaarigaaga la joojiyo, matoorka dami oo gacmahaaga ha la arko. Waad aamusi kartaa.
advice-door-knock = Albaabka ma furaysid haddii aanu jirin amar uu garsoore saxiixay. Weydiiso inay daaqadda ku tusaan ama albaabka hoostiisa ka soo geliyaan.
advice-workplace = Is deji oo ha ordin. Waad aamusi kartaa. Weydii haddii aad tagi karto.
advice-school = Wac xafiiska iskuulka. Shaqaaluhu ha la hadleen saraakiisha.
advice-transit = Waad aamusi kartaa. Weydii haddii aad tagi karto; haddii ay haa yiraahdaan, si deggan u tag.
advice-public-building = Joog qaybta dadweynaha. Waad aamusi kartaa.
advice-presence = Ogow immisa ay yihiin iyo waxay samaynayaan. Ha u dhowaan.
advice-detention = Xusuuso meesha, waqtiga iyo waxa ka haray: gaari, boorso, carruur keligood ah. Wac khadka sharciga.
advice-other = Ogow waxaad aragto, meesha iyo waqtiga. Ha u dhowaan.
