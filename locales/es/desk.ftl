# reviewed: no
# Lo que leen las personas de la central.

stage-waiting = En espera
stage-checking = Se comprueba
stage-found = Con resultado
stage-contradicted = Los resultados se contradicen
stage-alerted = Alerta publicada
stage-closed = Cerrado
stage-joined = Unido a otro

call-out-calling = Llamando
call-out-unanswered = Nadie contestó
call-out-answered = Alguien puede ir
call-out-staffed = Ya van personas
call-out-nobody-arrived = Nadie llegó
call-out-closed = Cerrado

responder-offered = Puede ir
responder-accepted = Se le aceptó
responder-on-the-way = En camino
responder-parked = Ya se estacionó
responder-on-scene = En el lugar
responder-leaving = Se va del lugar
responder-left = En casa
responder-stopped = Le pararon o arrestaron
responder-declined = No hace falta
responder-withdrawn = No puede ir
responder-silent = No da señales

alert-phase-drawn = No es pública
alert-phase-live = Vigente
alert-phase-rechecking = Se comprueba otra vez
alert-phase-no-news = Sin noticias
alert-phase-wrong = Fue un error
alert-phase-over = Terminó

verdict-confirmed = Confirmado
verdict-false-alarm = Falsa alarma: vieron { $what }
verdict-could-not-check = No se pudo comprobar
verdict-ended = Terminó. { $how }

drawer-do-not-share = No compartir
drawer-share-unconfirmed = Compartir con quienes verifican, sin confirmar
drawer-strong = Indicios fuertes

source-public = Página pública
source-card = Tarjeta
source-member = Miembro
source-caller = Llamada

first-hand-yes = Lo ve ahora
first-hand-no = Lo oyó de otras personas
first-hand-unknown = No se sabe

ending-confirmed = Confirmado
ending-unfounded = Sin fundamento
ending-could-not-check = No se pudo comprobar
ending-referred = Pasado a otro equipo
ending-rumor-answered = Rumor contestado
ending-not-pursued = No se siguió

class-erase-now = Borrar ahora
class-unfounded = Guardar 7 días
class-general = Guardar 30 días
class-confirmed = Guardar hasta que el equipo legal lo cierre
class-hold = Retener hasta que el equipo legal lo libere

key-same-as = Igual que
key-check = Comprobar
key-heads-up = Aviso sin confirmar
key-rumor = Rumor
key-refer = Ayuda / legal
key-erase = Borrar ahora
key-erase-hint = Para personas que denuncian a sus vecinos. No se guarda nada.

attention-stopped = Pararon o arrestaron a una persona que fue. Abra su sobre: dice a quién llamar.
attention-silent = Una persona que fue no da señales. Llámela; si nadie contesta, abra su sobre.
attention-contradicted = Dos resultados se contradicen. Diga cuál vale.
attention-alert-doubtful = Hay dudas sobre una alerta publicada. Marque que se comprueba otra vez y después corríjala.
attention-nobody-at-desk = { $count ->
    [one] Un informe espera
   *[other] { $count } informes esperan
} y no hay nadie en la central. Se despierta a personas de la central que están de guardia.
attention-unanswered = Nadie contestó al llamado en 60 segundos. Llame por teléfono a voluntarios de guardia.
attention-nobody-arrived = Ninguna de las personas aceptadas ha llegado. Llámelas, o haga otro llamado.
attention-countersign-awaited = Una alerta espera otra firma.
attention-unwatched = Hay una alerta publicada y ya no queda nadie en el lugar. Marque que se comprueba otra vez y envíe a alguien a mirar.
attention-no-news = Venció el plazo de una alerta y no hay noticias. Renuévela, termínela o diga que fue un error.
attention-left-behind = Esto se empezó y ya nadie se encarga. Encárguese usted, o ciérrelo.
attention-rumor-many = Se preguntó por el mismo rumor { $count ->
    [one] una vez
   *[other] { $count } veces
}. Conteste en público.
attention-home = El lugar es una casa. Solo se comunica su zona; la dirección nunca se escribe aquí.
attention-alone-at-desk = No hay nadie más en la central. Para publicar, usted necesita un resultado firmado o la firma de alguien de guardia.

wake-nobody-at-desk = No hay nadie en la central
wake-too-much = Más de lo que el turno puede atender
wake-countersign = Hace falta otra firma

handover-line = En espera: { $waiting }, con alguien a cargo: { $claimed }, se comprueban: { $checking }, personas que fueron y no han vuelto: { $out }, alertas vigentes: { $alerts }, contradicciones: { $contradicted }, rumores sin respuesta: { $rumors }.

breach-unknown = Esto nombra algo que no está en el libro de casos.
breach-erased = El caso se borró.
breach-closed = El caso está cerrado. Primero ábralo otra vez.
breach-still-open = El caso sigue abierto. Primero ciérrelo.
breach-held-by-other = Otra persona se encarga de este caso.
breach-not-claimed = Primero encárguese del caso.
breach-stale = Algo cambió mientras tanto. Mire otra vez.
breach-too-soon = Todavía es muy pronto para eso.
breach-bad-text = El texto es demasiado largo, o tiene caracteres que no se pueden mostrar.
breach-bad-range = Esa parte del texto no existe.
breach-bad-cell = El lugar es demasiado exacto.
breach-out-of-limits = Un número, una lista o un tiempo está fuera de su límite.
breach-exact-home = No se debe dar el lugar exacto de una casa.
breach-vouch-mismatch = Por dónde llegó el informe y su pase no concuerdan.
breach-joins-itself = Un caso no se puede unir a sí mismo.
breach-already-joined = Está unido a otro caso. Primero sepárelo.
breach-not-joined = No está unido a otro caso.
breach-alert-live = Todavía hay una alerta vigente. Primero termínela.
breach-responders-out = Todavía hay personas que fueron y no han vuelto. Espere hasta que vuelvan.
breach-no-reply-stream = Quien informó no dejó forma de contestar.
breach-not-in-pairs = Van dos o tres personas a la vez. Quien vaya sin nadie más tiene que estar de acuerdo.
breach-wrong-order = Esto no puede seguir a lo anterior.
breach-not-parked = Quien verifica todavía no se ha estacionado.
breach-not-escalated = El sobre solo se abre cuando una persona que fue no da señales o la pararon.
breach-contradicted = Dos resultados se contradicen. Diga primero cuál vale.
breach-nothing-to-resolve = No hay resultados que se contradigan.
breach-not-found = No hay ningún resultado para esto. No se publica nada sin confirmar.
breach-no-quorum = Faltan firmas: hace falta un resultado firmado u otra firma.
breach-own-countersign = Tiene que firmar otra persona.
breach-held = El equipo legal retiene este caso.
breach-wrong-class = Con este final no se puede guardar durante ese tiempo.
breach-differs-from-finding = La alerta dice algo distinto del resultado.
