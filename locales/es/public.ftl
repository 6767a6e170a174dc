# reviewed: no
# Lo que leen los vecinos: la página pública, el formulario y las respuestas.

language-name = Español
language-direction = ltr
language-clock = 24
language-day = { $day }/{ $month }
language-unreviewed = Nadie que hable español ha revisado todavía este texto, por eso lo mostramos en inglés.

page-hurt = ¿Hay alguien herido? Llame primero al 911.
page-first-hand = ¿Lo está viendo usted, ahora?
page-report = Informe de lo que ve
page-call = O llame al { $phone }

page-empty = No nos han informado de ninguna actividad confirmada en { $hours ->
    [1] una hora
    [2] dos horas
   *[other] { $hours } horas
}. No lo vemos todo.
page-staffed = ¿Hay alguien en la central? Sí.
page-unstaffed = ¿Hay alguien en la central? No. Los informes esperan hasta que alguien vuelva, y se avisa a voluntarios de guardia.
page-unstaffed-call = Ahora no hay nadie en la central. Llame al { $phone }.
page-alerts = Alertas actuales
page-rumors = Rumores comprobados
page-as-of = A las { $time }. Vuelva a cargar la página para ver novedades.
page-published = Publicado: { $time }
page-check-link = Compruebe si sigue siendo cierto: { $link }
page-single-keyholder = Una sola persona tiene la llave: puede publicar por esta red hasta que se una otra.
page-about = Voluntarios comprueban cada informe antes de publicar algo aquí. No se guarda ninguna lista de lectores, llamadas ni direcciones.
page-not-protected = Sus palabras se sellan en este aparato antes de enviarse. El servidor puede ver que su conexión envió algo, y cuándo.

form-kind = ¿Qué está pasando?
form-place = ¿Dónde es?
form-place-hint = Ponga un punto en el mapa o diga las calles que se cruzan.
form-home = Es la casa de alguien
form-size = ¿Cuántas personas y vehículos?
form-unit = ¿Qué ropa llevan? Solo palabras generales.
form-equipment = ¿Qué vehículos o equipo ve? Solo palabras generales.
form-when = ¿Cuándo lo vio?
form-text = ¿Qué más ve?
form-language = ¿Qué idioma quiere usar?
form-interpreter = Me gustaría tener intérprete
form-skip = Puede saltarse todo menos qué y dónde.
form-no-names = No ponga nombres, placas de auto ni caras. Nunca escriba sobre la situación migratoria de nadie.
form-phrase = Guarde estas palabras para seguir su informe: { $phrase }

concern-license-plate = Esto parece una placa de auto. Por favor, quítela.
concern-phone-number = Esto parece un número de teléfono. Por favor, quítelo.
concern-social-security-number = Esto parece un número de Seguro Social. Por favor, quítelo.
concern-alien-number = Esto parece un número de papeles de inmigración. Por favor, quítelo.
concern-email-address = Esto parece un correo electrónico. Por favor, quítelo.

report-kept = Guardado en este teléfono.
report-kept-offline = Guardado en este teléfono. Se enviará cuando haya conexión.
report-sent = Enviado.
report-desk-has-it = La central lo tiene.

news-received = La central tiene su informe. Gracias.
news-being-checked = Una persona preparada va a mirar. Por favor, manténgase a distancia.
news-confirmed = Lo que usted informó se confirmó.
news-false-alarm = Voluntarios lo comprobaron. Vieron { $what }. Gracias por preguntar; dígaselo a quien se lo contó.
news-could-not-check = Nadie pudo comprobar su informe. No sabemos si fue así.
news-over = Ya terminó. Gracias.

kind-checkpoint = Retén
kind-vehicle-stop = Pararon un vehículo
kind-door-knock = Agentes en la puerta de una casa
kind-workplace = Agentes en un lugar de trabajo
kind-school = Agentes en una escuela o cerca
kind-transit = Agentes en una parada, estación o aeropuerto
kind-public-building = Agentes en un tribunal, oficina u hospital
kind-presence = Agentes en la zona
kind-detention = Se llevaron a alguien
kind-other = Otra actividad

what-city-police = policía de la ciudad
what-sheriff = el sheriff del condado
what-state-police = policía del estado
what-other-federal = agentes federales que estaban por otra cosa
what-fire-or-ambulance = bomberos o una ambulancia
what-private-security = guardias privados
what-towing = grúas o control de estacionamiento
what-utility = trabajadores de servicios u obras
what-delivery = una entrega o algo de todos los días
what-nothing-there = que no había nada
what-other = otra cosa

how-left-nobody-taken = Se fueron. No se llevaron a nadie, hasta donde vieron los voluntarios.
how-people-taken = Se fueron. Se llevaron a personas.
how-people-released = Soltaron a las personas que tenían.
how-left-unknown = Se fueron. No sabemos más.
