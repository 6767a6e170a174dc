# reviewed: no
# Derechos, qué hacer en la puerta y cuando se llevaron a alguien.

rights-silent = Puede guardar silencio. Diga: «Elijo guardar silencio». En algunos estados debe dar su nombre si la policía lo pide.
rights-free = Pregunte: «¿Puedo irme?». Si dicen que sí, váyase con calma.
rights-search = Puede negarse a que le registren a usted, su bolsa, su auto o su casa. Diga: «No acepto un registro».
rights-lawyer = Puede pedir un abogado. Diga: «Quiero hablar con un abogado». Después no diga nada más.
rights-sign = No firme nada que no entienda. Pregunte antes a un abogado.
rights-truth = No mienta ni muestre papeles que no sean suyos.
rights-calm = No corra, no empuje ni pelee, aunque crea que se equivocan.
rights-car = En un auto: pare, apague el motor y deje las manos a la vista. Todos pueden guardar silencio.
rights-work = En el trabajo: tenga calma y no corra. Para entrar donde no entra el público, necesitan una orden de un juez o el permiso del jefe.
rights-record = Puede grabar lo que hacen los agentes en público. Manténgase a distancia y aléjese si se lo piden.
rights-consulate = Si le detienen, puede pedir que llamen a su consulado y a su familia.
rights-general = Esto es información general y no un consejo sobre su caso. Un abogado puede aconsejarle.

door-closed = Deje la puerta cerrada. Puede hablar a través de ella.
door-who = Pregunte quiénes son y qué quieren.
door-warrant = No tiene que abrir si no traen una orden firmada por un juez. Pida que la pasen por debajo de la puerta o la pongan en la ventana.
door-look = Busque el nombre de un tribunal, la firma de un juez y su dirección.
door-agency = Un papel que solo firmó una agencia, como el formulario I-200 o I-205, no les permite entrar.
door-no = Si no está de acuerdo, diga: «No acepto que entren».
door-force = Si entran de todos modos, no pelee. Diga otra vez que no está de acuerdo.
door-silent = Todos en la casa pueden guardar silencio, también los niños.
door-call = Llame a la línea de abajo y recuerde lo que vio.

taken-children = Busque si hay niños u otras personas que quedaron solas. Quédese con ellas hasta que llegue la familia.
taken-note = Escriba dónde y cuándo fue, cuántos agentes había y qué dijeron.
taken-left = Anote qué quedó: un auto, una bolsa, una mascota, medicinas que la persona necesita.
taken-call = Llame a la línea de abajo. Un abogado puede averiguar dónde está la persona. Puede tardar unas horas.
taken-lawyer = Dé nombres, fechas de nacimiento y papeles solo al abogado, por teléfono. Nunca los escriba aquí.
taken-sign = Si la persona llama: que no firme nada y pida un abogado.
taken-money = Cuidado con desconocidos que piden dinero por ayudar.
