# Italiano. Non ancora letto da qualcuno di madrelingua.

continue-to-wallet = Continua verso il tuo wallet
not-me = Non sono stato io
cancel = Annulla
give-up = Rinuncia
try-again = Riprova
go-back = Torna indietro
go-on = Continua
next = Avanti
by-yourself = Se non succede nulla, continua tu.
enter-a-code = Inserisci un codice
help = Aiuto
privacy = Privacy
imprint = Note legali
minutes-left = { $minutes ->
    [1] Vale ancora per meno di un minuto.
   *[other] Vale ancora per meno di { $minutes } minuti.
}

code-title = Inserisci il codice del tuo dispositivo
code-label = Codice
code-hint = Inserisci solo un codice mostrato in questo momento su un tuo dispositivo. Nessun altro ne ha bisogno e nessuno te lo chiederà.
code-not-valid = Questo codice non è valido. Controllalo sul tuo dispositivo, o chiedine uno nuovo.
code-in-use = Questo codice è già in uso in un altro browser. Continua lì, o chiedi un nuovo codice al tuo dispositivo.
code-tries-left = { $left ->
    [0] Dopo un altro codice errato dovrai attendere alcuni minuti.
    [1] Puoi provare ancora una volta prima di dover attendere alcuni minuti.
   *[other] Puoi provare ancora { $left } volte prima di dover attendere alcuni minuti.
}

confirm-title = È il tuo dispositivo?
confirm-who = Un dispositivo chiede accesso: { $client }. Deve mostrare in questo momento questo codice:
confirm-label = Il dispositivo si chiama { $label }.
confirm-if-not = Se davanti a te non c’è un dispositivo simile, o se il suo codice è diverso, non sei stato tu a iniziare.
confirm-asked = { $minutes ->
    [0] L’ha chiesto meno di un minuto fa.
    [1] L’ha chiesto un minuto fa.
   *[other] L’ha chiesto { $minutes } minuti fa.
}
near-same = Sembra essere sulla tua stessa rete.
near-different = È su una rete diversa dalla tua. Se qualcuno ti ha mandato questo codice o link, fermati qui.
number-legend = Quale numero mostra il dispositivo?
number-pick = Scegli il numero mostrato dal tuo dispositivo.
rights-title = Otterrà
claims-title = Al tuo wallet sarà chiesto di mostrare
agreements-title = Darai il tuo consenso a

authorize-title = Continuare con il tuo wallet?
authorize-who = { $client } chiede accesso, e tornerai a { $place }.
authorize-if-not = Se non arrivi da lì, annulla.

choose-title = Quale wallet vuoi usare?

scan-title = Scansiona con il tuo wallet
scan-who = { $client } chiede al tuo wallet di mostrare qualcosa, qui in questo browser.
scan-picture = Codice QR della richiesta al tuo wallet
scan-careful = Scansionalo solo se hai aperto tu questa pagina. Chi te ne avesse mandato un’immagine riceverebbe ciò che mostri.
scan-shown = L’ho mostrato
scan-here = Il wallet è su questo dispositivo

ask-title = Mostra questo dal tuo wallet
ask-who = { $client } chiede al tuo wallet di mostrare qualcosa.
ask-choose = Scegli un wallet
ask-other = Usa un altro wallet
ask-nothing = Non è stato mostrato nulla. Riprova, o usa un altro wallet.
ask-busy = Il browser te lo sta chiedendo. Se non si è aperta alcuna finestra, usa un altro wallet.

wallet-title = Apri il tuo wallet
wallet-who = { $client } chiede al tuo wallet di mostrare qualcosa.
wallet-open = Apri il wallet
wallet-nothing = Non è successo nulla?
wallet-nothing-text = L’app del wallet deve essere su questo dispositivo. Se l’hai appena installata, premi di nuovo il pulsante. Se il tuo wallet è su un altro dispositivo, apri lì la pagina da cui hai iniziato.
wallet-get = Scarica l’app del wallet
wallet-scan = Mostra un codice QR per un wallet su un altro dispositivo

here-title = Continuare verso il tuo wallet?
here-elsewhere = È stato aperto in un altro browser
here-elsewhere-text = Se eri tu, torna a quel browser: ti aspetta. Se hai appena aperto tu questo link, puoi continuare qui; forse un programma che esamina i link è stato più veloce di te.
here-careful = Continua solo se hai aperto tu questo link. Se te l’ha mandato qualcuno, fermati qui: quella persona potrebbe ricevere ciò che mostri.

relay-title = Controllo della risposta del tuo wallet
relay-wait = Un momento
relay-wait-text = La risposta del tuo wallet è in fase di controllo.
relay-nothing = Qui non c’è nulla
relay-nothing-text = Questa pagina riceve solo la risposta di un wallet, e una volta sola. Torna da dove hai iniziato.
relay-no-script = Questo passaggio richiede JavaScript. Consentilo per questo sito e ricomincia da dove avevi iniziato; la risposta del tuo wallet non è stata trasmessa.
needs-script = Il passaggio seguente richiede JavaScript. Consentilo per questo sito prima di continuare.
time-over = Il tempo è scaduto. Torna dove hai iniziato e ricomincia.
post-title = Verso il tuo wallet
return-title = Di nuovo da dove arrivavi

logout-title = Uscire?
logout-who = { $client } ti ha mandato qui per uscire.
logout-text = Le applicazioni che usi in questo browser chiederanno di nuovo il tuo wallet.
logout-yes = Esci
logout-no = Resta collegato
logout-done = Sei uscito
logout-done-text = La prossima volta le applicazioni chiederanno di nuovo il tuo wallet. Puoi chiudere questa pagina.

next-on-device = Torna al tuo dispositivo. Puoi chiudere questa pagina.
next-in-client = Torna a { $client }. Puoi chiudere questa pagina.
told-client = { $client } sa che non ha funzionato.
done-verified = Fatto
done-verified-text = { $client } ha ciò che gli serve.
done-not-me = Non eri tu?
done-not-me-text = Allora il dispositivo perde di nuovo l’accesso.
done-nothing-earned = Non basta
done-nothing-earned-text = La risposta del tuo wallet è autentica, ma non soddisfa ciò che chiede { $client }.
done-disowned = Fermato
done-disowned-text = Hai detto di non aver iniziato tu. Il dispositivo non ottiene accesso.
done-declined = Non è stato mostrato nulla
done-declined-text = Tu o il tuo wallet avete rifiutato.
done-issuer = Non è stato possibile controllare la tua credenziale
done-issuer-text = Ciò che il suo emittente pubblica al riguardo è errato o non si può avere, e { $client } ne è informato. Tu e il tuo wallet non c’entrate.
done-postponed = La tua credenziale non può essere controllata in questo momento
done-postponed-text = Il server del suo emittente non risponde come dovrebbe. Tu e il tuo wallet non c’entrate. Attendi un minuto e riprova.
done-rejected = Non ha funzionato
done-rejected-text = Non è stato possibile accettare la risposta del tuo wallet.
done-again = Non ha ancora funzionato
done-tries-left = { $left ->
    [1] Puoi provare ancora una volta.
   *[other] Puoi provare ancora { $left } volte.
}
done-return = Ancora un passo
done-return-text = Il tuo wallet ha risposto. Torna al wallet e seguilo fin qui, in questo browser; solo allora la risposta conta. Se ha aperto un altro browser, copia da lì l’indirizzo e aprilo qui.
done-open = Non ancora finito
done-open-text = { $client } aspetta ancora una risposta del tuo wallet.
done-expired = È passato troppo tempo
done-expired-on-device = Non è stato mostrato nulla. Chiedi un nuovo codice al tuo dispositivo e ricomincia.
done-expired-in-client = Non è stato mostrato nulla. Torna a { $client } e ricomincia.

trouble-taken-back = Questa credenziale non vale più
trouble-taken-back-text = Il suo emittente l’ha revocata o sospesa. Chiedi all’emittente, o usa un’altra credenziale.
trouble-expired = Questa credenziale è scaduta
trouble-expired-text = Il suo periodo è finito, quindi non vale più. Rinnovala presso il suo emittente, o usa un’altra credenziale.
trouble-not-yet = Questa credenziale non è ancora valida
trouble-not-yet-text = Vale da un momento successivo. Chiedi al suo emittente, o usa un’altra credenziale.
trouble-not-enough = Non basta
trouble-not-enough-text = Ciò che hai mostrato è autentico, ma non soddisfa ciò che chiede { $client }. Forse un’altra credenziale sì.
trouble-other-issuer = Questo emittente non è accettato qui
trouble-other-issuer-text = { $client } non accetta credenziali dell’emittente di quella che hai mostrato. Usa una credenziale di un altro emittente.
trouble-other-credential = Questa è un’altra credenziale
trouble-other-credential-text = Il tuo wallet ha mostrato un tipo di credenziale diverso da quello richiesto. Scegli quella richiesta.
trouble-incomplete = Manca qualcosa
trouble-incomplete-text = Il tuo wallet non ha mostrato tutto ciò che era richiesto. Condividi tutto ciò che ti chiede.
trouble-credential = Qualcosa non va in questa credenziale
trouble-credential-text = Non è come dovrebbe essere, quindi non può essere accettata. Chiedine una nuova al suo emittente, o usa un’altra credenziale.
trouble-issuer-service = L’emittente non risponde
trouble-issuer-service-text = Al momento nessuno può dire se la credenziale che hai mostrato vale ancora. Riprova un po’ più tardi, o usa un’altra credenziale.

stopped = Fermato
stopped-text = Non è stato mostrato nulla, e il codice non funziona più. Se qualcuno ti ha mandato quel codice o link, non fare ciò che chiede.
stopped-late-text = Il dispositivo non ottiene accesso. Se qualcuno ti ha mandato quel codice o link, non fare ciò che chiede.
stopped-revoked = L’accesso è stato tolto
stopped-revoked-text = Il dispositivo aveva già accesso; ora l’ha perso. Ciò che ha visto prima non si può riprendere, e un servizio che non ci interroga può credergli ancora per un po’. Avvisa anche quel servizio.

no-such-page = Questa pagina non esiste
no-such-page-text = L’indirizzo è incompleto, o non esiste più. Torna da dove hai iniziato.
our-fault = Qualcosa è andato storto da parte nostra
our-fault-text = Ci dispiace. Attendi qualche secondo e ricarica questa pagina.
our-fault-trace = Se succede di nuovo, comunica questo numero al gestore: { $trace }
too-many = Troppe richieste
too-many-text = Dalla tua rete arrivano più richieste di quante ne serviamo. Attendi un minuto e ricarica questa pagina.
unknown-link = Questo link non funziona più
unknown-link-text = È scaduto, o non è stato copiato per intero. Torna da dove hai iniziato e ricomincia.
used-link = Questo link non funziona più
used-link-text = È scaduto, o è già stato usato. Torna all’applicazione e ricomincia.
opened-elsewhere = È stato aperto in un altro browser
opened-elsewhere-text = Per la tua sicurezza si può continuare solo nel browser che l’ha aperto per primo. Torna a quel browser, o ricomincia da dove avevi iniziato.
still-signed-in = Sei ancora collegato
still-signed-in-text = Non è cambiato nulla. Puoi chiudere questa pagina.
nothing-to-see = Qui non c’è nulla da vedere
nothing-to-see-text = È stato dimenticato qualche tempo dopo la fine, o l’indirizzo è incompleto. Se aspetti ancora qualcosa, ricomincia da dove avevi iniziato.
other-browser = Continua nell’altro tuo browser
other-browser-text = Torna al browser in cui hai iniziato: ti aspetta. Se non prosegue da solo, copia l’indirizzo di questa pagina e aprilo lì. Non dare quell’indirizzo a nessuno. Se non hai iniziato nulla, chiudi questa pagina.
answer-elsewhere = Il tuo wallet è tornato in un altro browser
answer-elsewhere-text = La sua risposta non è stata usata. Torna al browser in cui hai iniziato: aspetta, e ti porterà ancora una volta al tuo wallet. Se è questo browser, i cookie devono essere consentiti per questo sito. Se non hai iniziato nulla, chiudi questa pagina.
no-open-request = Questa risposta non è più attesa
no-open-request-text = È passato troppo tempo, è già stata usata, o è stata iniziata in un altro browser. Non è stata esaminata. Se hai iniziato in un altro browser, torna lì: aspetta. Altrimenti ricomincia da dove avevi iniziato.
wallet-unusable = Il tuo wallet non può essere usato qui
wallet-unusable-text = Il servizio del tuo wallet dichiara di sé qualcosa che non corrisponde. Solo il suo gestore può rimediare; non è stato mostrato nulla.
wallet-silent = Il tuo wallet non risponde
wallet-silent-text = Non siamo riusciti a raggiungere il servizio del tuo wallet. Nulla è perduto: attendi qualche secondo e ricarica questa pagina.
foreign-form = Ricomincia, per favore
foreign-form-text = Il tuo browser non ha inviato ciò che ci serve per essere sicuri che sei tu. I cookie devono essere consentiti per questo sito. Poi torna da dove hai iniziato.
no-cookies = Qui servono i cookie
no-cookies-text = Senza, la tua risposta non si distingue da quella di un estraneo. Consenti i cookie per questo sito, poi torna dove hai iniziato. Non è stato condiviso nulla.
code-elsewhere = Funziona solo sulla rete del tuo dispositivo
code-elsewhere-text = Non vediamo che tu sia su quella rete. Di solito è il Wi-Fi di casa: collegati, poi apri di nuovo questa pagina. Se qualcuno ti ha mandato questo codice o link, fermati qui.
wrong-number = Non è il numero sul tuo dispositivo
wrong-number-text = Non è stato mostrato nulla, e il codice non funziona più. Se il dispositivo è tuo, chiedigli un nuovo codice. Se qualcuno ti ha mandato questo codice o link, fermati qui.
unreadable = Impossibile leggere
unreadable-text = Ciò che il tuo browser ha inviato non è ciò che questa pagina si aspetta. Torna da dove hai iniziato e ricomincia.
wrong-request = Impossibile rispondere a questa richiesta
wrong-application-text = L’applicazione che ti ha mandato qui non è configurata correttamente ({ $reason }). Non è stato mostrato nulla; avvisa chi la gestisce.
wrong-logout-text = L’applicazione che ti ha mandato qui non è configurata correttamente ({ $reason }). Non sei uscito; avvisa chi la gestisce.
too-many-codes = Troppi codici errati
too-many-codes-text = { $minutes ->
    [1] Attendi un minuto, poi scrivi il codice che il tuo dispositivo mostrerà allora.
   *[other] Attendi { $minutes } minuti, poi scrivi il codice che il tuo dispositivo mostrerà allora.
}
unsafe-answer = Il tuo wallet ha risposto in modo non sicuro
unsafe-answer-text = La sua risposta era dove altri possono leggerla, quindi non è stata usata. Nulla è stato accettato; ricomincia da dove avevi iniziato.

claim-given_name = Nome
claim-family_name = Cognome
claim-birth_date = Data di nascita
claim-age-over = { $years } anni o più
claim-nationality = Cittadinanza
claim-address = Indirizzo
claim-email = Indirizzo e-mail
claim-phone_number = Numero di telefono
claim-place_of_birth = Luogo di nascita
claim-portrait = Fotografia
claim-document_number = Numero del documento
claim-name = Nome completo
claim-birth_given_name = Nome alla nascita
claim-birth_family_name = Cognome alla nascita
claim-birth_year = Anno di nascita
claim-age = Età
claim-sex = Sesso
claim-country_of_birth = Paese di nascita
claim-street = Via
claim-house_number = Numero civico
claim-postal_code = Codice postale
claim-locality = Città
claim-region = Regione
claim-country = Paese
claim-signature = Firma
claim-height = Altezza
claim-weight = Peso
claim-eye_colour = Colore degli occhi
claim-hair_colour = Colore dei capelli
claim-personal_number = Numero personale
claim-issuing_authority = Autorità di rilascio
claim-issuing_country = Paese di rilascio
claim-issued_on = Rilasciato il
claim-valid_until = Valido fino al
claim-driving_privileges = Categorie di guida

amount = { $number }{ "\u00A0" }{ $currency }
number-group = .
number-point = ,
number-grouped-from = 4
date = { $day } { $month ->
    [1] gennaio
    [2] febbraio
    [3] marzo
    [4] aprile
    [5] maggio
    [6] giugno
    [7] luglio
    [8] agosto
    [9] settembre
    [10] ottobre
    [11] novembre
   *[12] dicembre
} { $year }
date-time = { $date }, { $time }
agree-line = { $label }: { $text }
agree-titled = { $title }: { $more }
agree-yes = sì
agree-no = no
agree-none = nessuno
agree-payment = Pagamento: { $amount }
agree-payment-for = Pagamento: { $amount } per { $title }
agree-item = { $count } × { $unit } = { $total }
agree-description = Descrizione
agree-total = Totale
agree-mandate = Mandato di pagamento: { $amount } a { $payee }
agree-summary = Riepilogo
agree-amount = Importo
agree-payee = Beneficiario
agree-payee-id = Identificativo del beneficiario
agree-payee-website = Sito del beneficiario
agree-paid-with = Pagato con
agree-instruction = Istruzione
agree-instrument = Strumento di pagamento
agree-wire = Bonifico: { $amount } a { $to }, conto che termina con { $end }
agree-person-at = { $person } presso { $institution }
agree-recipient = Destinatario
agree-recipient-institution = Istituto del destinatario
agree-recipient-account = Conto del destinatario
agree-recipient-routing = Codice bancario del destinatario
agree-recipient-website = Sito del destinatario
agree-from = Da
agree-from-institution = Istituto di provenienza
agree-from-account = Conto di provenienza
agree-from-routing = Codice bancario di provenienza
agree-ending = che termina con { $end }
agree-memo = Causale
agree-address = Indirizzo di rete
agree-device = Dispositivo
agree-session = Sessione dall’indirizzo di rete { $address }
agree-device-access = Accesso per un dispositivo: { $name }
agree-device-label = Si chiama
agree-device-code = Mostra il codice
sca-payment = Pagamento
sca-sign-in = Accesso
sca-account = Accesso al tuo conto
sca-mandate = Mandato
agree-action = Azione
agree-service = Servizio
agree-asked-by = Richiesto da
agree-for = per { $name }
agree-purpose = Scopo
agree-start = Dal
agree-until = Fino al
agree-reference = Riferimento
agree-creditor = Creditore
agree-time = Momento
agree-transaction = Transazione
agree-amount-is = L’importo
agree-estimated = è stimato e può cambiare
agree-earmarked = viene riservato ora e prelevato più tardi
agree-instant = viene trasferito subito
agree-variable = può variare ogni volta
agree-by-way-of = Tramite
agree-on = Il
agree-repeated = Ripetuto
agree-times = Quante volte
agree-at-least = Almeno
agree-at-most = Al massimo
agree-altogether = In tutto
agree-at-first = All’inizio
agree-first-times = Il primo importo viene prelevato tante volte
agree-apr = Tasso annuo effettivo globale
agree-amount-to = { $amount } a { $payee }
agree-amount-to-often = { $amount } a { $payee }, { $often }
often-INDA = più volte al giorno
often-DAIL = ogni giorno
often-WEEK = ogni settimana
often-TOWK = ogni due settimane
often-TWMN = due volte al mese
often-MNTH = ogni mese
often-TOMN = ogni due mesi
often-QUTR = ogni trimestre
often-FOMN = ogni quattro mesi
often-SEMI = ogni semestre
often-YEAR = ogni anno
often-TYEA = ogni due anni
