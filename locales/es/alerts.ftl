# reviewed: no
# Alertas y rumores comprobados.

alert-new-headline = { $kind }: { $place }
alert-new-body = Confirmado por voluntarios preparados entre las { $from } y las { $until }.
alert-update-headline = Continúa: { $kind }, { $place }
alert-update-body = Voluntarios preparados lo vieron otra vez entre las { $from } y las { $until }.
alert-rechecking-headline = Se comprueba otra vez: { $kind }, { $place }
alert-rechecking-body = Hay dudas sobre esta alerta desde las { $issued }. Voluntarios la comprueban otra vez.
alert-wrong-headline = Fue un error: { $kind }, { $place }
alert-wrong-body = Voluntarios comprobaron otra vez a las { $until } y vieron { $what }. La alerta fue un error nuestro.
alert-over-headline = Terminó: { $kind }, { $place }
alert-over-body = { $how } Visto por última vez a las { $until }.
alert-rumor-check-headline = Rumor comprobado: { $place }
alert-rumor-check-body = Comprobado a las { $until }: voluntarios vieron { $what }, no agentes de inmigración.
alert-no-news-headline = Sin noticias desde las { $issued }: { $kind }, { $place }
alert-no-news-body = Esto no quiere decir que haya terminado.

alert-place-around = cerca de { $place }
alert-place-in = en algún lugar de { $place }
alert-only-then = Esto vale solo para ese lugar y esa hora.
alert-call = Llame al { $phone } si se llevaron a alguien o alguien necesita ayuda.

rumor-confirmed = Comprobado a las { $at }: { $count ->
    [one] un voluntario lo confirmó
   *[other] { $count } voluntarios lo confirmaron
}: { $kind }.
rumor-false-alarm = Comprobado a las { $at }: { $count ->
    [one] un voluntario vio
   *[other] { $count } voluntarios vieron
} { $what }, no agentes de inmigración.
rumor-could-not-check = Preguntado a las { $at }: nadie pudo comprobarlo. No lo sabemos.
rumor-ended = Comprobado a las { $at }: fue así, y ya terminó. { $how }
rumor-times = { $count ->
    [one] Preguntado una vez
   *[other] Preguntado { $count } veces
}.
