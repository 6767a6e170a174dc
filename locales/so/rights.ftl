# reviewed: no
# Xuquuqda, waxa albaabka lagu sameeyo, iyo marka qof la kaxaysto.

rights-silent = Waad aamusi kartaa. Dheh: “Waxaan doortay inaan aamuso.” Gobollada qaarkood waa inaad magacaaga sheegtaa haddii boolisku ku weydiiyo.
rights-free = Weydii: “Ma tagi karaa?” Haddii ay haa yiraahdaan, si deggan u tag.
rights-search = Waad diidi kartaa in lagu baaro adiga, boorsadaada, gaarigaaga ama gurigaaga. Dheh: “Ma oggoli baaritaan.”
rights-lawyer = Qareen waad codsan kartaa. Dheh: “Waxaan rabaa inaan qareen la hadlo.” Kadib wax kale ha odhan.
rights-sign = Ha saxiixin wax aanad fahmin. Marka hore qareen weydii.
rights-truth = Been ha sheegin, hana tusin waraaqo aanad lahayn.
rights-calm = Ha ordin, ha riixin, hana dagaallamin, xitaa haddaad u malayso inay khaldan yihiin.
rights-car = Gaariga: joogso, matoorka dami, gacmahaaga ha la arko. Darawalka iyo rakaabku way aamusi karaan.
rights-work = Shaqada: is deji oo ha ordin. Si ay u galaan meel aan dadka u furnayn waxay u baahan yihiin amar garsoore ama oggolaanshaha maamulaha.
rights-record = Waad duubi kartaa waxa saraakiishu ku sameeyaan meel dadweyne. Ka fogow, dibna u joogso marka lagu yiraahdo.
rights-consulate = Haddii lagu hayo, waxaad codsan kartaa in la waco qunsuliyaddaada iyo qoyskaaga.
rights-general = Tani waa macluumaad guud, ma aha talo ku saabsan kiiskaaga. Qareen ayaa ku talin kara.

door-closed = Albaabka ha xirnaado. Waad ka dhex hadli kartaa.
door-who = Weydii cidda ay yihiin iyo waxay rabaan.
door-warrant = Ma furaysid haddii aanay haysan amar uu garsoore saxiixay. Weydiiso inay albaabka hoostiisa ka soo geliyaan ama daaqadda ku hayaan.
door-look = Raadi magaca maxkamad, saxiixa garsoore, iyo cinwaankaaga.
door-agency = Waraaq ay hay'ad keliya saxiixday, sida foomka I-200 ama I-205, uma oggolaanayso inay soo galaan.
door-no = Haddaadan oggolayn, dheh: “Ma oggoli inaad soo gashaan.”
door-force = Haddii ay haddana soo galaan, ha dagaallamin. Mar kale dheh ma oggoli.
door-silent = Qof kasta oo guriga jooga wuu aamusi karaa, carruurtuna sidoo kale.
door-call = Wac lambarka hoose, oo xusuuso waxaad aragtay.

taken-children = Raadi carruur ama dad kale oo hadda keligood ah. La joog ilaa qoysku yimaado.
taken-note = Qor meesha iyo waqtiga, tirada saraakiisha, iyo waxay yiraahdeen.
taken-left = Qor waxa ka haray: gaari, boorso, xayawaan guri, daawo qofku u baahan yahay.
taken-call = Wac lambarka hoose. Qareen ayaa ogaan kara meesha qofka lagu hayo. Saacado ayay qaadan kartaa.
taken-lawyer = Magacyada, taariikhaha dhalashada iyo waraaqaha qareenka keliya sii, telefoon. Weligaa halkan ha ku qorin.
taken-sign = Haddii qofku soo waco: waxba yaanu saxiixin, qareenna ha codsado.
taken-money = Ka digtoonow dad aanad aqoon oo lacag ku raba caawimo.
