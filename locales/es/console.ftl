# reviewed: no
# La consola de la central.

helpers-aid = Equipo de ayuda
helpers-legal = Equipo legal
step-new = Nueva
step-update = Novedad
step-renew = Sigue igual

desk-joining = Este aparato está entrando en la central. El aparato de otra persona de la central o de una persona responsable lo deja entrar solo.
desk-on-shift = { $count ->
    [0] No hay nadie de turno
    [one] Hay una persona de turno
   *[other] Hay { $count } personas de turno
}
desk-start-shift = Empezar mi turno
desk-caller = Alguien llama
desk-rumors = Rumores
desk-zone-note = Nota para una zona
desk-zone-note-what = La leen los miembros que están en servicio en esta zona, hasta que termine el día.
desk-figures = Cifras
desk-keys = Teclas
desk-send = Enviar

desk-queue = Cola
desk-search = Buscar
desk-waiting = { $count ->
    [0] No espera nada
    [one] Un caso
   *[other] { $count } casos
}
desk-attention = Necesita a alguien ahora
desk-a-home = Una casa en { $zone }
desk-on-it = Se encarga: { $who }
desk-you-have-it = Se encarga usted
desk-reports = { $count ->
    [one] { $count } informe
   *[other] { $count } informes
}
desk-vouched = { $count } con aval
desk-first-hand = Visto en persona
desk-interpreter = Necesita intérprete
desk-like = Parecido al { $number }
desk-next = Siguiente
desk-before = Anterior
desk-take = Me encargo
desk-let-go = Dejar a otra persona

desk-incident = Caso
desk-choose = Elija un caso
desk-choose-hint = Pulse J para el primero y T para encargarse. Pulse ? para ver todas las teclas.
desk-choose-first = Elija primero un caso.
desk-six-keys = Las seis teclas
desk-drawers = Clasificar
desk-erase-sure = ¿Borrar este informe para todos, con todo lo que está unido a él? No se guarda nada.
desk-map = Las zonas de alrededor
desk-report-number = Informe { $number }
desk-said = Lo que dice
desk-where = Dónde
desk-point = Posición
desk-home-is = La casa
desk-call-back = Devolver la llamada
desk-seen = Visto
desk-source = Llegó por
desk-clock = Reloj
desk-clock-doubtful = Su reloj estaba adelantado. Las horas son las de llegada.
desk-looks-like = Esto se parece al { $number }.
desk-show-it = Mostrar
desk-strike = Tachar
desk-mark-home = Es una casa
desk-split = Separar
desk-talk = Con quien informó
desk-reporter = Quien informó
desk-question = Pregunta
desk-ask = Preguntar
desk-tell-what = Qué decirle
desk-tell = Decir
desk-no-answer = Quien informó no dejó forma de contestar.
desk-notes = Notas
desk-note = Nota
desk-add-note = Añadir

desk-callback = Número para devolver la llamada
desk-callback-hint = Se guarda dos horas y después se borra. Déjelo vacío si no quiere que le llamen.
desk-caller-send = Poner en la cola

desk-number = Número del otro caso

desk-check-what = Los miembros en servicio ven más o menos dónde es. Solo las personas que usted acepte reciben el lugar exacto.
desk-within = ¿En cuánto tiempo?
desk-check-send = Llamar a que vayan
desk-call-out = Llamado
desk-responder = { $name }, { $minutes } min
desk-proposed = { $count ->
    [one] Se propone a una persona
   *[other] Se propone a { $count } personas
}: quien está más cerca, de dos en dos. Usted decide.
desk-accept = Aceptar a estas personas
desk-alone-sure = Una persona sola. ¿Aceptó ir sola?
desk-decline = No hace falta
desk-check-in = Preguntar si todo va bien
desk-rung = Llamé a alguien de guardia
desk-close-call-out = Terminar el llamado
desk-reached-note = Lo que dijo
desk-reached = Pude hablar con esa persona
desk-envelope = Abrir su sobre
desk-envelope-sure = ¿Abrir el sobre de emergencia de la persona que fue? Queda anotado quién lo abrió.

desk-finding = Resultado
desk-seen-by = { $count ->
    [one] Miró una persona
   *[other] Miraron { $count } personas
}
desk-signed = Firmado
desk-not-signed = Aún sin firmar
desk-not-signed-hint = Espera la firma de quien lo verificó. Una segunda persona del registro puede firmar en su lugar.
desk-used = Publicado
desk-this-stands = Vale este
desk-preview = Lo que leerá el público
desk-quorum = Quien lo verificó ya firmó. Con la firma de usted se hace público al momento.
desk-publish = Publicar la alerta
desk-publish-sure = ¿Publicar esta alerta para todos?
desk-publish-update = Publicar: continúa, algo cambió
desk-publish-renew = Publicar: sigue igual
desk-publish-over = Publicar: terminó
desk-publish-wrong = Publicar: fue un error
desk-publish-rumor = Publicar como rumor comprobado
desk-ask-countersign = Pedir otra firma al registro
desk-countersign = Firmar
desk-alert = Alerta
desk-alert-refused = La alerta no fue aceptada ({ $code }). No se publicó nada.
desk-holds-until = Vale hasta: { $time }
desk-publishing = Se está publicando …
desk-recheck = Se comprueba otra vez
desk-end-it = Terminarla

desk-close = Cerrar el caso
desk-ending = ¿Cómo resultó?
desk-class = ¿Cuánto tiempo se guarda?
desk-closed-at = Cerrado: { $time }
desk-after-action = ¿Qué conviene saber la próxima vez?
desk-reopen = Abrirlo otra vez

desk-handover = Entregar
desk-hand-to = A
desk-whoever-next = Quien venga después
desk-handover-note = Lo que debe saber el turno siguiente
desk-hand-over = Entregar y terminar mi turno
desk-refer-to = ¿Quién debe ayudar?

desk-no-rumors = No hay rumores.
desk-rumor-open = Todavía sin respuesta.
desk-rumor-public = La respuesta es pública.

figures-by-hour = Las últimas 24 horas
figures-plot = Informes por hora y, delante, los confirmados. La barra más alta es { $count }.
figures-reports = Informes
figures-confirmed = Confirmados
figures-false-alarms = Falsas alarmas
figures-unchecked = No se pudieron comprobar
figures-share = Parte confirmada
figures-responders = Personas enviadas
figures-on-duty = En servicio ahora
figures-to-desk = Del informe a la central
figures-to-finding = De la central al resultado
figures-to-alert = De la central a la alerta
figures-half = la mitad en { $time } o menos
figures-unknown = aún no se sabe
