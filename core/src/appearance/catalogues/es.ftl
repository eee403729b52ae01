# Español. Todavía no lo ha leído nadie que lo tenga como lengua materna.

continue-to-wallet = Continuar a su cartera
not-me = Yo no he iniciado esto
cancel = Cancelar
give-up = Abandonar
try-again = Intentar de nuevo
go-back = Volver
go-on = Continuar
next = Siguiente
by-yourself = Si no ocurre nada, continúe usted mismo.
enter-a-code = Introducir un código
help = Ayuda
privacy = Privacidad
imprint = Aviso legal
minutes-left = { $minutes ->
    [1] Es válido durante menos de un minuto.
   *[other] Es válido durante menos de { $minutes } minutos.
}

code-title = Introduzca el código de su dispositivo
code-label = Código
code-hint = Introduzca solo un código que se muestre ahora mismo en un dispositivo suyo. Nadie más lo necesita y nadie se lo pedirá.
code-not-valid = Este código no es válido. Compruébelo en su dispositivo o pida allí uno nuevo.
code-in-use = Este código ya se está usando en otro navegador. Continúe allí o pida un código nuevo a su dispositivo.
code-tries-left = { $left ->
    [0] Tras otro código erróneo tendrá que esperar unos minutos.
    [1] Puede intentarlo una vez más antes de tener que esperar unos minutos.
   *[other] Puede intentarlo { $left } veces más antes de tener que esperar unos minutos.
}

confirm-title = ¿Es este su dispositivo?
confirm-who = Un dispositivo pide acceso: { $client }. Debe mostrar ahora mismo este código:
confirm-label = El dispositivo se llama a sí mismo { $label }.
confirm-if-not = Si no tiene delante un dispositivo así, o si su código es distinto, no lo ha iniciado usted.
confirm-asked = { $minutes ->
    [0] Lo pidió hace menos de un minuto.
    [1] Lo pidió hace un minuto.
   *[other] Lo pidió hace { $minutes } minutos.
}
near-same = Parece estar en la misma red que usted.
near-different = Está en una red distinta de la suya. Si alguien le ha enviado este código o enlace, deténgase aquí.
number-legend = ¿Qué número aparece en el dispositivo?
number-pick = Elija el número que muestra su dispositivo.
rights-title = Obtendrá
claims-title = Se pedirá a su cartera que muestre
agreements-title = Dará su conformidad a

authorize-title = ¿Continuar con su cartera?
authorize-who = { $client } pide acceso, y usted volverá a { $place }.
authorize-if-not = Si no viene de allí, cancele.

choose-title = ¿Qué cartera quiere usar?

scan-title = Escanee esto con su cartera
scan-who = { $client } pide a su cartera que muestre algo, aquí en este navegador.
scan-picture = Código QR de la petición a su cartera
scan-careful = Escanéelo solo si ha abierto esta página usted mismo. Quien le haya enviado una imagen recibiría lo que usted muestre.
scan-shown = Ya lo he mostrado
scan-here = La cartera está en este dispositivo

ask-title = Muestre esto desde su cartera
ask-who = { $client } pide a su cartera que muestre algo.
ask-choose = Elegir una cartera
ask-other = Usar otra cartera
ask-nothing = No se ha mostrado nada. Inténtelo de nuevo o use otra cartera.
ask-busy = Su navegador se lo pregunta ahora. Si no se ha abierto ninguna ventana, use otra cartera.

wallet-title = Abra su cartera
wallet-who = { $client } pide a su cartera que muestre algo.
wallet-open = Abrir la cartera
wallet-nothing = ¿No ha ocurrido nada?
wallet-nothing-text = La aplicación de la cartera debe estar en este dispositivo. Si acaba de instalarla, pulse el botón de nuevo. Si su cartera está en otro dispositivo, abra allí la página en la que empezó.
wallet-get = Obtener la aplicación
wallet-scan = Mostrar un código QR para una cartera en otro dispositivo

here-title = ¿Continuar a su cartera?
here-elsewhere = Esto se abrió en otro navegador
here-elsewhere-text = Si fue usted, vuelva a ese navegador: le está esperando. Si acaba de abrir este enlace usted mismo, puede continuar aquí; quizá un programa que examina enlaces fue más rápido.
here-careful = Continúe solo si ha abierto este enlace usted mismo. Si alguien se lo ha enviado, deténgase aquí: esa persona podría recibir lo que usted muestre.

relay-title = Comprobando la respuesta de su cartera
relay-wait = Un momento
relay-wait-text = Se está comprobando la respuesta de su cartera.
relay-nothing = Aquí no hay nada
relay-nothing-text = Esta página solo recibe la respuesta de una cartera, y una sola vez. Vuelva a donde empezó.
relay-no-script = Este paso necesita JavaScript. Permítalo para este sitio y empiece de nuevo donde empezó; la respuesta de su cartera no se ha transmitido.
needs-script = El paso siguiente necesita JavaScript. Permítalo para este sitio antes de continuar.
time-over = El tiempo se ha agotado. Vuelva a donde empezó y comience de nuevo.
post-title = A su cartera
return-title = De vuelta a donde estaba

logout-title = ¿Cerrar la sesión?
logout-who = { $client } le ha enviado aquí para cerrar la sesión.
logout-text = Las aplicaciones que use en este navegador volverán a pedirle su cartera.
logout-yes = Cerrar la sesión
logout-no = Seguir con la sesión abierta
logout-done = Ha cerrado la sesión
logout-done-text = La próxima vez, las aplicaciones volverán a pedirle su cartera. Puede cerrar esta página.

next-on-device = Vuelva a su dispositivo. Puede cerrar esta página.
next-in-client = Vuelva a { $client }. Puede cerrar esta página.
told-client = { $client } sabe que no ha funcionado.
done-verified = Hecho
done-verified-text = { $client } tiene lo que necesita.
done-not-me = ¿No era usted?
done-not-me-text = Entonces el dispositivo vuelve a perder el acceso.
done-nothing-earned = Esto no basta
done-nothing-earned-text = La respuesta de su cartera es auténtica, pero no cumple lo que pide { $client }.
done-disowned = Detenido
done-disowned-text = Ha dicho que no lo inició usted. El dispositivo no obtiene acceso.
done-declined = No se ha mostrado nada
done-declined-text = Usted o su cartera lo han rechazado.
done-issuer = No se ha podido comprobar su credencial
done-issuer-text = Lo que su emisor publica sobre ella es erróneo o no se puede obtener, y { $client } lo sabe. No hay ningún problema con usted ni con su cartera.
done-postponed = Su credencial no se puede comprobar en este momento
done-postponed-text = El servidor de su emisor no responde como debería. No hay ningún problema con usted ni con su cartera. Espere un minuto e inténtelo de nuevo.
done-rejected = No ha funcionado
done-rejected-text = No se ha podido aceptar la respuesta de su cartera.
done-again = Todavía no ha funcionado
done-tries-left = { $left ->
    [1] Puede intentarlo una vez más.
   *[other] Puede intentarlo { $left } veces más.
}
done-return = Un paso más
done-return-text = Su cartera ha respondido. Vuelva a ella y sígala hasta aquí, en este navegador; solo entonces cuenta la respuesta. Si abrió otro navegador, copie de allí la dirección y ábrala aquí.
done-open = Aún no ha terminado
done-open-text = { $client } sigue esperando una respuesta de su cartera.
done-expired = Ha tardado demasiado
done-expired-on-device = No se ha mostrado nada. Pida un código nuevo a su dispositivo y empiece de nuevo.
done-expired-in-client = No se ha mostrado nada. Vuelva a { $client } y empiece de nuevo.

trouble-taken-back = Esta credencial ya no cuenta
trouble-taken-back-text = Su emisor la ha revocado o suspendido. Pregunte al emisor o use otra credencial.
trouble-expired = Esta credencial ha caducado
trouble-expired-text = Su plazo ha terminado, así que ya no cuenta. Renuévela con su emisor o use otra credencial.
trouble-not-yet = Esta credencial aún no es válida
trouble-not-yet-text = Cuenta a partir de un momento posterior. Pregunte a su emisor o use otra credencial.
trouble-not-enough = Esto no basta
trouble-not-enough-text = Lo que ha mostrado es auténtico, pero no cumple lo que pide { $client }. Quizá otra credencial sí.
trouble-other-issuer = Este emisor no se acepta aquí
trouble-other-issuer-text = { $client } no acepta credenciales del emisor de la que ha mostrado. Use una credencial de otro emisor.
trouble-other-credential = Esta es otra credencial
trouble-other-credential-text = Su cartera ha mostrado un tipo de credencial distinto del que se pedía. Elija la que se pide.
trouble-incomplete = Falta algo
trouble-incomplete-text = Su cartera no ha mostrado todo lo que se pedía. Comparta todo lo que le pregunte.
trouble-credential = Hay algún problema con esta credencial
trouble-credential-text = No es como debe ser, por lo que no se puede aceptar. Pida una nueva a su emisor o use otra credencial.
trouble-issuer-service = El emisor no responde
trouble-issuer-service-text = Ahora mismo nadie puede decir si la credencial que ha mostrado sigue contando. Inténtelo un poco más tarde o use otra credencial.

stopped = Detenido
stopped-text = No se ha mostrado nada, y el código ya no funciona. Si alguien le ha enviado ese código o enlace, no haga lo que le pida.
stopped-late-text = El dispositivo no obtiene acceso. Si alguien le ha enviado ese código o enlace, no haga lo que le pida.
stopped-revoked = Se ha retirado el acceso
stopped-revoked-text = El dispositivo ya tenía acceso; ahora lo ha perdido. Lo que vio antes no se puede retirar, y un servicio que no nos pregunte puede seguir creyéndole un rato. Avise también a ese servicio.

no-such-page = No existe esta página
no-such-page-text = La dirección está incompleta o ya no existe. Vuelva a donde empezó.
our-fault = Algo ha fallado por nuestra parte
our-fault-text = Lo sentimos. Espere unos segundos y vuelva a cargar esta página.
our-fault-trace = Si vuelve a ocurrir, dé este número al operador: { $trace }
too-many = Demasiadas peticiones
too-many-text = De su red llegan más peticiones de las que atendemos. Espere un minuto y vuelva a cargar esta página.
unknown-link = Este enlace ya no funciona
unknown-link-text = Ha caducado o no se copió entero. Vuelva a donde empezó y empiece de nuevo.
used-link = Este enlace ya no funciona
used-link-text = Ha caducado o ya se ha usado. Vuelva a la aplicación y empiece de nuevo.
opened-elsewhere = Esto se abrió en otro navegador
opened-elsewhere-text = Por su seguridad, solo se puede continuar en el navegador que lo abrió primero. Vuelva a ese navegador o empiece de nuevo donde empezó.
still-signed-in = Su sesión sigue abierta
still-signed-in-text = No ha cambiado nada. Puede cerrar esta página.
nothing-to-see = Aquí no hay nada que ver
nothing-to-see-text = Se olvidó algún tiempo después de terminar, o la dirección está incompleta. Si todavía espera algo, empiece de nuevo donde empezó.
other-browser = Esto continúa en su otro navegador
other-browser-text = Vuelva al navegador en el que empezó: le está esperando. Si no continúa por sí solo, copie la dirección de esta página y ábrala allí. No dé esa dirección a nadie. Si no ha iniciado nada, cierre esta página.
answer-elsewhere = Su cartera volvió a otro navegador
answer-elsewhere-text = Su respuesta no se ha usado. Vuelva al navegador en el que empezó: está esperando y le llevará otra vez a su cartera. Si es este navegador, las cookies deben estar permitidas para este sitio. Si no ha iniciado nada, cierre esta página.
no-open-request = Esta respuesta ya no se espera
no-open-request-text = Tardó demasiado, ya se usó o se inició en otro navegador. No se ha examinado. Si empezó en otro navegador, vuelva a él: está esperando. Si no, empiece de nuevo donde empezó.
wallet-unusable = Su cartera no se puede usar aquí
wallet-unusable-text = El servicio de su cartera dice de sí mismo algo que no encaja. Solo su operador puede arreglarlo; no se ha mostrado nada.
wallet-silent = Su cartera no responde
wallet-silent-text = No hemos podido contactar con el servicio de su cartera. No se ha perdido nada: espere unos segundos y vuelva a cargar esta página.
foreign-form = Empiece de nuevo, por favor
foreign-form-text = Su navegador no ha enviado lo que necesitamos para estar seguros de que es usted. Las cookies deben estar permitidas para este sitio. Después vuelva a donde empezó.
no-cookies = Aquí hacen falta cookies
no-cookies-text = Sin ellas no se puede distinguir su respuesta de la de un desconocido. Permita las cookies para este sitio y vuelva a donde empezó. No se ha compartido nada.
code-elsewhere = Esto solo funciona en la red de su dispositivo
code-elsewhere-text = No vemos que usted esté en ella. Suele ser la Wi-Fi de su casa: conéctese a ella y vuelva a abrir esta página. Si alguien le ha enviado este código o enlace, deténgase aquí.
wrong-number = Ese no es el número de su dispositivo
wrong-number-text = No se ha mostrado nada, y el código ya no funciona. Si el dispositivo es suyo, pídale un código nuevo. Si alguien le ha enviado este código o enlace, deténgase aquí.
unreadable = No se ha podido leer
unreadable-text = Lo que ha enviado su navegador no es lo que espera esta página. Vuelva a donde empezó y empiece de nuevo.
wrong-request = No se puede responder a esta petición
wrong-application-text = La aplicación que le ha enviado aquí no está bien configurada ({ $reason }). No se ha mostrado nada; avise a quienes la gestionan.
wrong-logout-text = La aplicación que le ha enviado aquí no está bien configurada ({ $reason }). No se ha cerrado su sesión; avise a quienes la gestionan.
too-many-codes = Demasiados códigos erróneos
too-many-codes-text = { $minutes ->
    [1] Espere un minuto y escriba entonces el código que muestre su dispositivo.
   *[other] Espere { $minutes } minutos y escriba entonces el código que muestre su dispositivo.
}
unsafe-answer = Su cartera ha respondido de forma insegura
unsafe-answer-text = Su respuesta se puso donde otros pueden leerla, así que no se ha usado. No se ha aceptado nada; empiece de nuevo donde empezó.

claim-given_name = Nombre
claim-family_name = Apellidos
claim-birth_date = Fecha de nacimiento
claim-age-over = { $years } años o más
claim-nationality = Nacionalidad
claim-address = Dirección
claim-email = Correo electrónico
claim-phone_number = Número de teléfono
claim-place_of_birth = Lugar de nacimiento
claim-portrait = Fotografía
claim-document_number = Número del documento
claim-name = Nombre completo
claim-birth_given_name = Nombre de nacimiento
claim-birth_family_name = Apellidos de nacimiento
claim-birth_year = Año de nacimiento
claim-age = Edad
claim-sex = Sexo
claim-country_of_birth = País de nacimiento
claim-street = Calle
claim-house_number = Número de la calle
claim-postal_code = Código postal
claim-locality = Localidad
claim-region = Región
claim-country = País
claim-signature = Firma
claim-height = Estatura
claim-weight = Peso
claim-eye_colour = Color de los ojos
claim-hair_colour = Color del pelo
claim-personal_number = Número personal
claim-issuing_authority = Autoridad emisora
claim-issuing_country = País emisor
claim-issued_on = Emitido el
claim-valid_until = Válido hasta
claim-driving_privileges = Permisos de conducción

amount = { $number }{ "\u00A0" }{ $currency }
number-group = .
number-point = ,
number-grouped-from = 5
date = { $day } de { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
} de { $year }
date-time = { $date }, { $time }
agree-line = { $label }: { $text }
agree-titled = { $title }: { $more }
agree-yes = sí
agree-no = no
agree-none = ninguno
agree-payment = Pago: { $amount }
agree-payment-for = Pago: { $amount } por { $title }
agree-item = { $count } × { $unit } = { $total }
agree-description = Descripción
agree-total = Total
agree-mandate = Orden de pago: { $amount } a { $payee }
agree-summary = Resumen
agree-amount = Importe
agree-payee = Beneficiario
agree-payee-id = Identificador del beneficiario
agree-payee-website = Sitio web del beneficiario
agree-paid-with = Se paga con
agree-instruction = Instrucción
agree-instrument = Medio de pago
agree-wire = Transferencia: { $amount } a { $to }, cuenta terminada en { $end }
agree-person-at = { $person } en { $institution }
agree-recipient = Destinatario
agree-recipient-institution = Entidad del destinatario
agree-recipient-account = Cuenta del destinatario
agree-recipient-routing = Código bancario del destinatario
agree-recipient-website = Sitio web del destinatario
agree-from = De
agree-from-institution = Entidad de origen
agree-from-account = Cuenta de origen
agree-from-routing = Código bancario de origen
agree-ending = terminada en { $end }
agree-memo = Concepto
agree-address = Dirección de red
agree-device = Dispositivo
agree-session = Sesión desde la dirección de red { $address }
agree-device-access = Acceso para un dispositivo: { $name }
agree-device-label = Se llama
agree-device-code = Muestra el código
sca-payment = Pago
sca-sign-in = Inicio de sesión
sca-account = Acceso a su cuenta
sca-mandate = Mandato
agree-action = Acción
agree-service = Servicio
agree-asked-by = Solicitado por
agree-for = para { $name }
agree-purpose = Finalidad
agree-start = Desde
agree-until = Hasta
agree-reference = Referencia
agree-creditor = Acreedor
agree-time = Momento
agree-transaction = Operación
agree-amount-is = El importe
agree-estimated = es estimado y puede cambiar
agree-earmarked = se reserva ahora y se cobra más tarde
agree-instant = se transfiere al momento
agree-variable = puede variar cada vez
agree-by-way-of = A través de
agree-on = El
agree-repeated = Se repite
agree-times = Cuántas veces
agree-at-least = Como mínimo
agree-at-most = Como máximo
agree-altogether = En conjunto
agree-at-first = Al principio
agree-first-times = El primer importe se cobra tantas veces
agree-apr = Tasa anual equivalente
agree-amount-to = { $amount } a { $payee }
agree-amount-to-often = { $amount } a { $payee }, { $often }
often-INDA = varias veces al día
often-DAIL = cada día
often-WEEK = cada semana
often-TOWK = cada dos semanas
often-TWMN = dos veces al mes
often-MNTH = cada mes
often-TOMN = cada dos meses
often-QUTR = cada trimestre
often-FOMN = cada cuatro meses
often-SEMI = cada semestre
often-YEAR = cada año
often-TYEA = cada dos años
