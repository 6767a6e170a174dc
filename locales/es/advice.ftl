# reviewed: no
# Consejos para quien decide algo ahora.

guidance-observe = Miramos y grabamos a distancia. No seguimos, bloqueamos, tocamos ni rodeamos a nadie.
guidance-drive = Maneje como siempre. Nunca siga a un vehículo.
guidance-parked = Estaciónese primero. Diga que ya se estacionó antes de decir otra cosa.
guidance-distance = Manténgase al menos a { $feet } pies de distancia.
guidance-step-back = Si un agente le dice que se aleje, hágalo y grábese haciéndolo.
guidance-pairs = Vayan de dos en dos. Una persona mira y la otra toma notas.
guidance-no-faces = No grabe la cara de las personas a quienes interrogan. No transmita en vivo.
guidance-no-plates = Aquí no van placas, caras, nombres ni casas.
guidance-no-duty = Nadie tiene que ir. Puede darse la vuelta en cualquier momento.
guidance-check-in = Avise cuando llegue y cuando se vaya. Si no da señales, la central le llama.
guidance-stopped = Si le paran: tenga calma, deje las manos a la vista y pregunte si puede irse.
guidance-heads-up = Sin confirmar. Lo estamos comprobando. Por favor, no lo comparta.
guidance-no-sharing = Es solo para miembros preparados hasta que se confirme.

advice-distance = Manténgase a distancia. No estorbe.
advice-record = Puede grabar lo que pasa en público. Siga grabando cómo se aleja cuando se lo pidan.
advice-no-share = Por favor, no lo publique antes de que se compruebe. Casi siempre resulta ser otra cosa.
advice-checkpoint = En un retén, baje la velocidad y haga lo que dicen las señales. Puede guardar silencio.
advice-vehicle-stop = Si paran su auto, apague el motor y deje las manos a la vista. Puede guardar silencio.
advice-door-knock = No tiene que abrir la puerta si no hay una orden firmada por un juez. Pida que la muestren en la ventana o la pasen por debajo de la puerta.
advice-workplace = Tenga calma y no corra. Puede guardar silencio. Pregunte si puede irse.
advice-school = Llame a la oficina de la escuela. Deje que el personal hable con los agentes.
advice-transit = Puede guardar silencio. Pregunte si puede irse; si dicen que sí, váyase con calma.
advice-public-building = Quédese en la parte pública. Puede guardar silencio.
advice-presence = Fíjese cuántos son y qué hacen. No se acerque más.
advice-detention = Recuerde dónde y cuándo fue y qué quedó: un auto, una bolsa, niños solos. Llame a la línea legal.
advice-other = Fíjese en lo que ve, dónde y cuándo. No se acerque más.
