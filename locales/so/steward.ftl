# reviewed: no
# Bogagga maamulayaasha.

steward-health = Xaaladda
steward-manifest-until = Dejintu waxay shaqaynaysaa ilaa
steward-note-until = Ogeysiiska furayaashu wuxuu shaqaynayaa ilaa
steward-issuers = Furayaasha tigidhada
steward-issuers-missing = { $count ->
    [0] Dhammaan waa la sameeyay
    [one] Mid ayaa la samaynayaa
   *[other] { $count } ayaa la samaynayaa
}
steward-log = Qoraallada ku jira diiwaanka dadweynaha
steward-admitted-count = Qalabyada la oggolaaday
steward-due-key-note-stale = Ogeysiiska furayaashu waa duug. Qalab maamule ha shidnaado.
steward-due-manifest-ends = Dejinta shabakaddu dhowaan ayay dhacaysaa. Maamulayaashu waa inay mid cusub saxiixaan.
steward-due-issuers-missing = Furayaasha tigidhada qaar ayaa maqan. Waxaa la sameeyaa inta boggani furan yahay.
steward-invite = Qof casuun
steward-invite-what = Casuumaddu waxay u tahay hal qof iyo hal qalab. Adigu gacanta ka sii, ama ku dir waddo aad ku kalsoon tahay.
steward-invite-make = Samee casuumad
steward-choose-role = Dooro ugu yaraan hal door.
steward-invitation = Waxaa loogu talagalay: { $roles }. Hal mar ayay shaqaysaa, ilaa { $time }.
steward-invitation-once = Halkan iyo hadda oo keliya ayaa lagu tusayaa. Qalabkani ha shidnaado ilaa qofku soo galo.
steward-take-back = Dib u qaado
steward-admitted = Qof ayaa la oggolaaday.
steward-application = Qalabka { $device } wuxuu codsanayaa inuu noqdo diiwaangeliye.
steward-add-registrar = U soo jeedi maamulayaasha
steward-revoke = Qalab xuquuqda ka qaad
steward-revoke-what = Shahaadooyinku magacyo ma laha. Qofka, ama qofkii oggolaaday, ayaa kuu sheegi kara siddeedda xaraf ee ugu horreeya.
steward-certificate = Xarfaha ugu horreeya ee shahaadada
steward-revoke-sure = Xuquuqda oo dhan ma ka qaaddaa qalabkan?
steward-revoked = Xuquuqdiisii way baxday.
steward-apply = Codso inaad dadka geliso
steward-apply-what = Qalabkani wuu ilaalin karaa shabakadda, laakiin weli cid ma casuumi karo. Kuwa dadka geliya ayaa la weydiinayaa inay ku daraan.
steward-applied = Waa la codsaday. Qalabka qof dadka geliya waa inuu haa yidhaahdo.
