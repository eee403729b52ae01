# Português. Ainda não foi lido por ninguém que o tenha como língua materna.

continue-to-wallet = Continuar para a sua carteira
not-me = Não fui eu que iniciei isto
cancel = Cancelar
give-up = Desistir
try-again = Tentar de novo
go-back = Voltar
go-on = Continuar
next = Seguinte
by-yourself = Se nada acontecer, continue por si.
enter-a-code = Introduzir um código
help = Ajuda
privacy = Privacidade
imprint = Informação legal
minutes-left = { $minutes ->
    [1] É válido por menos de um minuto.
   *[other] É válido por menos de { $minutes } minutos.
}

code-title = Introduza o código do seu dispositivo
code-label = Código
code-hint = Introduza apenas um código que esteja a ser mostrado agora num dispositivo seu. Mais ninguém precisa dele e ninguém lho pedirá.
code-not-valid = Este código não é válido. Verifique o código no seu dispositivo ou peça-lhe um novo.
code-in-use = Este código já está a ser usado noutro navegador. Continue lá ou peça um novo código ao seu dispositivo.
code-tries-left = { $left ->
    [0] Depois de outro código errado terá de esperar alguns minutos.
    [1] Pode tentar mais uma vez antes de ter de esperar alguns minutos.
   *[other] Pode tentar mais { $left } vezes antes de ter de esperar alguns minutos.
}

confirm-title = Este é o seu dispositivo?
confirm-who = Um dispositivo pede acesso: { $client }. Deve mostrar agora este código:
confirm-label = O dispositivo chama-se { $label }.
confirm-if-not = Se não tem à sua frente um dispositivo assim, ou se o código dele é diferente, não foi você que iniciou isto.
confirm-asked = { $minutes ->
    [0] Fez o pedido há menos de um minuto.
    [1] Fez o pedido há um minuto.
   *[other] Fez o pedido há { $minutes } minutos.
}
near-same = Parece estar na mesma rede que você.
near-different = Está numa rede diferente da sua. Se alguém lhe enviou este código ou link, pare aqui.
number-legend = Que número está no dispositivo?
number-pick = Escolha o número que o seu dispositivo mostra.
rights-title = Vai obter
claims-title = Será pedido à sua carteira que mostre
agreements-title = Vai concordar com

authorize-title = Continuar com a sua carteira?
authorize-who = { $client } pede acesso, e você voltará a { $place }.
authorize-if-not = Se não veio de lá, cancele.

choose-title = Que carteira quer usar?

scan-title = Leia isto com a sua carteira
scan-who = { $client } pede à sua carteira que mostre algo, aqui neste navegador.
scan-picture = Código QR do pedido à sua carteira
scan-careful = Leia-o apenas se abriu esta página por si. Quem lhe tivesse enviado uma imagem dela receberia o que mostrar.
scan-shown = Já mostrei
scan-here = A carteira está neste dispositivo

ask-title = Mostre isto da sua carteira
ask-who = { $client } pede à sua carteira que mostre algo.
ask-choose = Escolher uma carteira
ask-other = Usar outra carteira
ask-nothing = Nada foi mostrado. Tente de novo ou use outra carteira.
ask-busy = O seu navegador está a perguntar agora. Se não se abriu nenhuma janela, use outra carteira.

wallet-title = Abra a sua carteira
wallet-who = { $client } pede à sua carteira que mostre algo.
wallet-open = Abrir a carteira
wallet-nothing = Não aconteceu nada?
wallet-nothing-text = A aplicação da carteira tem de estar neste dispositivo. Se acabou de a instalar, prima o botão de novo. Se a sua carteira está noutro dispositivo, abra lá a página onde começou.
wallet-get = Obter a aplicação da carteira
wallet-scan = Mostrar um código QR para uma carteira noutro dispositivo

here-title = Continuar para a sua carteira?
here-elsewhere = Isto foi aberto noutro navegador
here-elsewhere-text = Se foi você, volte a esse navegador: está à sua espera. Se acabou de abrir este link por si, pode continuar aqui; talvez um programa que examina links tenha sido mais rápido.
here-careful = Continue apenas se abriu este link por si. Se alguém lho enviou, pare aqui: essa pessoa pode receber o que mostrar.

relay-title = A verificar a resposta da sua carteira
relay-wait = Um momento
relay-wait-text = A resposta da sua carteira está a ser verificada.
relay-nothing = Não há nada aqui
relay-nothing-text = Esta página só recebe a resposta de uma carteira, e uma única vez. Volte ao sítio onde começou.
relay-no-script = Este passo precisa de JavaScript. Permita-o para este site e recomece onde começou; a resposta da sua carteira não foi transmitida.
needs-script = O passo seguinte precisa de JavaScript. Permita-o para este site antes de continuar.
time-over = O tempo acabou. Volte ao sítio onde começou e comece de novo.
post-title = Para a sua carteira
return-title = De volta ao sítio de onde veio

logout-title = Terminar a sessão?
logout-who = { $client } enviou-o para aqui para terminar a sessão.
logout-text = As aplicações que usa neste navegador voltarão a pedir a sua carteira.
logout-yes = Terminar a sessão
logout-no = Manter a sessão
logout-done = A sessão foi terminada
logout-done-text = Da próxima vez, as aplicações voltarão a pedir a sua carteira. Pode fechar esta página.

next-on-device = Volte ao seu dispositivo. Pode fechar esta página.
next-in-client = Volte a { $client }. Pode fechar esta página.
told-client = { $client } sabe que não resultou.
done-verified = Concluído
done-verified-text = { $client } tem o que precisa.
done-not-me = Não foi você?
done-not-me-text = Então o dispositivo volta a perder o acesso.
done-nothing-earned = Isto não chega
done-nothing-earned-text = A resposta da sua carteira é genuína, mas não satisfaz o que { $client } pede.
done-disowned = Parado
done-disowned-text = Disse que não foi você que iniciou isto. O dispositivo não obtém acesso.
done-declined = Nada foi mostrado
done-declined-text = Você ou a sua carteira recusaram.
done-issuer = A sua credencial não pôde ser verificada
done-issuer-text = O que o emissor publica sobre ela está errado ou não se consegue obter, e { $client } sabe disso. Não há nada de errado consigo nem com a sua carteira.
done-postponed = A sua credencial não pode ser verificada neste momento
done-postponed-text = O servidor do emissor não responde como devia. Não há nada de errado consigo nem com a sua carteira. Espere um minuto e tente de novo.
done-rejected = Isto não resultou
done-rejected-text = A resposta da sua carteira não pôde ser aceite.
done-again = Isto ainda não resultou
done-tries-left = { $left ->
    [1] Pode tentar mais uma vez.
   *[other] Pode tentar mais { $left } vezes.
}
done-return = Mais um passo
done-return-text = A sua carteira respondeu. Volte a ela e siga-a até aqui, neste navegador; só então a resposta conta. Se ela abriu outro navegador, copie de lá o endereço e abra-o aqui.
done-open = Ainda não terminou
done-open-text = { $client } continua à espera de uma resposta da sua carteira.
done-expired = Isto demorou demasiado
done-expired-on-device = Nada foi mostrado. Peça um novo código ao seu dispositivo e recomece.
done-expired-in-client = Nada foi mostrado. Volte a { $client } e recomece.

trouble-taken-back = Esta credencial já não conta
trouble-taken-back-text = O emissor revogou-a ou suspendeu-a. Pergunte ao emissor ou use outra credencial.
trouble-expired = Esta credencial expirou
trouble-expired-text = O seu prazo terminou, por isso já não conta. Renove-a junto do emissor ou use outra credencial.
trouble-not-yet = Esta credencial ainda não é válida
trouble-not-yet-text = Só conta a partir de um momento posterior. Pergunte ao emissor ou use outra credencial.
trouble-not-enough = Isto não chega
trouble-not-enough-text = O que mostrou é genuíno, mas não satisfaz o que { $client } pede. Talvez outra credencial satisfaça.
trouble-other-issuer = Este emissor não é aceite aqui
trouble-other-issuer-text = { $client } não aceita credenciais do emissor da que mostrou. Use uma credencial de outro emissor.
trouble-other-credential = Esta é outra credencial
trouble-other-credential-text = A sua carteira mostrou um tipo de credencial diferente do pedido. Escolha a que é pedida.
trouble-incomplete = Falta alguma coisa
trouble-incomplete-text = A sua carteira não mostrou tudo o que foi pedido. Partilhe tudo o que ela lhe perguntar.
trouble-credential = Há algo de errado com esta credencial
trouble-credential-text = Não é como devia ser, por isso não pode ser aceite. Peça uma nova ao emissor ou use outra credencial.
trouble-issuer-service = O emissor não responde
trouble-issuer-service-text = De momento ninguém sabe dizer se a credencial que mostrou ainda conta. Tente de novo um pouco mais tarde ou use outra credencial.

stopped = Parado
stopped-text = Nada foi mostrado, e o código já não funciona. Se alguém lhe enviou esse código ou link, não faça o que lhe pede.
stopped-late-text = O dispositivo não obtém acesso. Se alguém lhe enviou esse código ou link, não faça o que lhe pede.
stopped-revoked = O acesso foi retirado
stopped-revoked-text = O dispositivo já tinha acesso; agora perdeu-o. O que viu antes não pode ser retirado, e um serviço que não nos pergunte pode acreditar nele durante algum tempo. Avise também esse serviço.

no-such-page = Esta página não existe
no-such-page-text = O endereço está incompleto ou já não existe. Volte ao sítio onde começou.
our-fault = Algo correu mal do nosso lado
our-fault-text = Pedimos desculpa. Espere alguns segundos e recarregue esta página.
our-fault-trace = Se voltar a acontecer, indique este número ao operador: { $trace }
too-many = Demasiados pedidos
too-many-text = Da sua rede chegam mais pedidos do que aqueles a que respondemos. Espere um minuto e recarregue esta página.
unknown-link = Este link já não funciona
unknown-link-text = Expirou ou não foi copiado por inteiro. Volte ao sítio onde começou e recomece.
used-link = Este link já não funciona
used-link-text = Expirou ou já foi usado. Volte à aplicação e recomece.
opened-elsewhere = Isto foi aberto noutro navegador
opened-elsewhere-text = Para sua segurança, só se pode continuar no navegador que o abriu primeiro. Volte a esse navegador ou recomece onde começou.
still-signed-in = A sua sessão continua aberta
still-signed-in-text = Nada mudou. Pode fechar esta página.
nothing-to-see = Não há nada para ver aqui
nothing-to-see-text = Foi esquecido algum tempo depois de terminar, ou o endereço está incompleto. Se ainda está à espera de alguma coisa, recomece onde começou.
other-browser = Isto continua no seu outro navegador
other-browser-text = Volte ao navegador em que começou: está à sua espera. Se não continuar por si só, copie o endereço desta página e abra-o lá. Não dê esse endereço a ninguém. Se não iniciou nada, feche esta página.
answer-elsewhere = A sua carteira voltou a outro navegador
answer-elsewhere-text = A resposta não foi usada. Volte ao navegador em que começou: está à espera e leva-o mais uma vez à sua carteira. Se for este navegador, os cookies têm de ser permitidos para este site. Se não iniciou nada, feche esta página.
no-open-request = Esta resposta já não é esperada
no-open-request-text = Demorou demasiado, já foi usada ou foi iniciada noutro navegador. Não foi examinada. Se começou noutro navegador, volte a ele: está à espera. Caso contrário, recomece onde começou.
wallet-unusable = A sua carteira não pode ser usada aqui
wallet-unusable-text = O serviço da sua carteira diz de si algo que não se ajusta. Só o seu operador pode corrigi-lo; nada foi mostrado.
wallet-silent = A sua carteira não responde
wallet-silent-text = Não conseguimos contactar o serviço da sua carteira. Nada se perdeu: espere alguns segundos e recarregue esta página.
foreign-form = Recomece, por favor
foreign-form-text = O seu navegador não enviou o que precisamos para ter a certeza de que é você. Os cookies têm de ser permitidos para este site. Depois volte ao sítio onde começou.
no-cookies = Aqui são necessários cookies
no-cookies-text = Sem eles, a sua resposta não se distingue da de um estranho. Permita cookies para este site e volte ao sítio onde começou. Nada foi partilhado.
code-elsewhere = Isto só funciona na rede do seu dispositivo
code-elsewhere-text = Não vemos que esteja nela. Normalmente é o Wi-Fi de sua casa: ligue-se a ele e abra de novo esta página. Se alguém lhe enviou este código ou link, pare aqui.
wrong-number = Esse não é o número do seu dispositivo
wrong-number-text = Nada foi mostrado, e o código já não funciona. Se for o seu dispositivo, peça-lhe um novo código. Se alguém lhe enviou este código ou link, pare aqui.
unreadable = Não foi possível ler isto
unreadable-text = O que o seu navegador enviou não é o que esta página espera. Volte ao sítio onde começou e recomece.
wrong-request = Não é possível responder a este pedido
wrong-application-text = A aplicação que o enviou para aqui não está bem configurada ({ $reason }). Nada foi mostrado; avise quem a gere.
wrong-logout-text = A aplicação que o enviou para aqui não está bem configurada ({ $reason }). A sua sessão não foi terminada; avise quem a gere.
too-many-codes = Demasiados códigos errados
too-many-codes-text = { $minutes ->
    [1] Espere um minuto e escreva depois o código que o seu dispositivo mostrar então.
   *[other] Espere { $minutes } minutos e escreva depois o código que o seu dispositivo mostrar então.
}
unsafe-answer = A sua carteira respondeu de forma insegura
unsafe-answer-text = A resposta foi posta onde outros a podem ler, por isso não foi usada. Nada foi aceite; recomece onde começou.

claim-given_name = Nome próprio
claim-family_name = Apelido
claim-birth_date = Data de nascimento
claim-age-over = { $years } anos ou mais
claim-nationality = Nacionalidade
claim-address = Morada
claim-email = Endereço de e-mail
claim-phone_number = Número de telefone
claim-place_of_birth = Local de nascimento
claim-portrait = Fotografia
claim-document_number = Número do documento
claim-name = Nome completo
claim-birth_given_name = Nome próprio à nascença
claim-birth_family_name = Apelido à nascença
claim-birth_year = Ano de nascimento
claim-age = Idade
claim-sex = Sexo
claim-country_of_birth = País de nascimento
claim-street = Rua
claim-house_number = Número da porta
claim-postal_code = Código postal
claim-locality = Localidade
claim-region = Região
claim-country = País
claim-signature = Assinatura
claim-height = Altura
claim-weight = Peso
claim-eye_colour = Cor dos olhos
claim-hair_colour = Cor do cabelo
claim-personal_number = Número pessoal
claim-issuing_authority = Autoridade emissora
claim-issuing_country = País emissor
claim-issued_on = Emitido em
claim-valid_until = Válido até
claim-driving_privileges = Categorias de condução

amount = { $number }{ "\u00A0" }{ $currency }
number-group = { "\u00A0" }
number-point = ,
number-grouped-from = 5
date = { $day } de { $month ->
    [1] janeiro
    [2] fevereiro
    [3] março
    [4] abril
    [5] maio
    [6] junho
    [7] julho
    [8] agosto
    [9] setembro
    [10] outubro
    [11] novembro
   *[12] dezembro
} de { $year }
date-time = { $date }, { $time }
agree-line = { $label }: { $text }
agree-titled = { $title }: { $more }
agree-yes = sim
agree-no = não
agree-none = nenhum
agree-payment = Pagamento: { $amount }
agree-payment-for = Pagamento: { $amount } por { $title }
agree-item = { $count } × { $unit } = { $total }
agree-description = Descrição
agree-total = Total
agree-mandate = Mandato de pagamento: { $amount } a { $payee }
agree-summary = Resumo
agree-amount = Montante
agree-payee = Beneficiário
agree-payee-id = Identificador do beneficiário
agree-payee-website = Site do beneficiário
agree-paid-with = Pago com
agree-instruction = Instrução
agree-instrument = Meio de pagamento
agree-wire = Transferência: { $amount } para { $to }, conta terminada em { $end }
agree-person-at = { $person } em { $institution }
agree-recipient = Destinatário
agree-recipient-institution = Instituição do destinatário
agree-recipient-account = Conta do destinatário
agree-recipient-routing = Código bancário do destinatário
agree-recipient-website = Site do destinatário
agree-from = De
agree-from-institution = Instituição de origem
agree-from-account = Conta de origem
agree-from-routing = Código bancário de origem
agree-ending = terminada em { $end }
agree-memo = Descritivo
agree-address = Endereço de rede
agree-device = Dispositivo
agree-session = Sessão a partir do endereço de rede { $address }
agree-device-access = Acesso para um dispositivo: { $name }
agree-device-label = Chama-se
agree-device-code = Mostra o código
sca-payment = Pagamento
sca-sign-in = Início de sessão
sca-account = Acesso à sua conta
sca-mandate = Mandato
agree-action = Ação
agree-service = Serviço
agree-asked-by = Pedido por
agree-for = para { $name }
agree-purpose = Finalidade
agree-start = A partir de
agree-until = Até
agree-reference = Referência
agree-creditor = Credor
agree-time = Momento
agree-transaction = Transação
agree-amount-is = O montante
agree-estimated = é estimado e pode mudar
agree-earmarked = é reservado agora e cobrado mais tarde
agree-instant = é transferido de imediato
agree-variable = pode variar de cada vez
agree-by-way-of = Através de
agree-on = Em
agree-repeated = Repetido
agree-times = Quantas vezes
agree-at-least = No mínimo
agree-at-most = No máximo
agree-altogether = No total
agree-at-first = No início
agree-first-times = O primeiro montante é cobrado tantas vezes
agree-apr = Taxa anual efetiva global
agree-amount-to = { $amount } a { $payee }
agree-amount-to-often = { $amount } a { $payee }, { $often }
often-INDA = várias vezes por dia
often-DAIL = todos os dias
often-WEEK = todas as semanas
often-TOWK = de duas em duas semanas
often-TWMN = duas vezes por mês
often-MNTH = todos os meses
often-TOMN = de dois em dois meses
often-QUTR = todos os trimestres
often-FOMN = de quatro em quatro meses
often-SEMI = todos os semestres
often-YEAR = todos os anos
often-TYEA = de dois em dois anos
