# Deutsch. Noch von niemandem gelesen, der mit der Sprache aufgewachsen ist.

continue-to-wallet = Weiter zu Ihrer Wallet
not-me = Das war ich nicht
cancel = Abbrechen
give-up = Aufgeben
try-again = Noch einmal versuchen
go-back = Zurück
go-on = Weiter
next = Weiter
by-yourself = Wenn nichts geschieht, gehen Sie selbst weiter.
enter-a-code = Code eingeben
help = Hilfe
privacy = Datenschutz
imprint = Impressum
minutes-left = { $minutes ->
    [1] Das gilt noch weniger als eine Minute.
   *[other] Das gilt noch weniger als { $minutes } Minuten.
}

code-title = Geben Sie den Code von Ihrem Gerät ein
code-label = Code
code-hint = Geben Sie nur einen Code ein, den gerade jetzt ein eigenes Gerät zeigt. Niemand sonst braucht ihn, und niemand wird Sie danach fragen.
code-not-valid = Dieser Code gilt nicht. Vergleichen Sie ihn mit dem auf Ihrem Gerät, oder lassen Sie sich dort einen neuen geben.
code-in-use = Dieser Code wird schon in einem anderen Browser verwendet. Machen Sie dort weiter, oder lassen Sie sich von Ihrem Gerät einen neuen geben.
code-tries-left = { $left ->
    [0] Nach einem weiteren falschen Code müssen Sie einige Minuten warten.
    [1] Sie können es noch einmal versuchen, bevor Sie einige Minuten warten müssen.
   *[other] Sie können es noch { $left }-mal versuchen, bevor Sie einige Minuten warten müssen.
}

confirm-title = Ist das Ihr Gerät?
confirm-who = Ein Gerät bittet um Zugang: { $client }. Es muss gerade jetzt diesen Code zeigen:
confirm-label = Das Gerät nennt sich { $label }.
confirm-if-not = Wenn kein solches Gerät vor Ihnen steht oder sein Code ein anderer ist, haben nicht Sie das begonnen.
confirm-asked = { $minutes ->
    [0] Es hat vor weniger als einer Minute gefragt.
    [1] Es hat vor einer Minute gefragt.
   *[other] Es hat vor { $minutes } Minuten gefragt.
}
near-same = Es scheint im selben Netz zu sein wie Sie.
near-different = Es ist in einem anderen Netz als Sie. Wenn Ihnen jemand diesen Code oder Link geschickt hat, hören Sie hier auf.
number-legend = Welche Zahl zeigt das Gerät?
number-pick = Wählen Sie die Zahl, die Ihr Gerät zeigt.
rights-title = Es bekommt
claims-title = Ihre Wallet wird gebeten zu zeigen
agreements-title = Sie stimmen damit zu

authorize-title = Mit Ihrer Wallet fortfahren?
authorize-who = { $client } bittet um Zugang, und Sie kehren zurück zu { $place }.
authorize-if-not = Wenn Sie nicht von dort kommen, brechen Sie ab.

choose-title = Welche Wallet möchten Sie verwenden?

scan-title = Scannen Sie das mit Ihrer Wallet
scan-who = { $client } bittet Ihre Wallet, etwas zu zeigen, hier in diesem Browser.
scan-picture = QR-Code der Anfrage an Ihre Wallet
scan-careful = Scannen Sie ihn nur, wenn Sie diese Seite selbst geöffnet haben. Wer Ihnen ein Bild davon geschickt hat, bekäme sonst, was Sie zeigen.
scan-shown = Ich habe es gezeigt
scan-here = Die Wallet ist auf diesem Gerät

ask-title = Zeigen Sie das aus Ihrer Wallet
ask-who = { $client } bittet Ihre Wallet, etwas zu zeigen.
ask-choose = Wallet wählen
ask-other = Andere Wallet verwenden
ask-nothing = Es wurde nichts gezeigt. Versuchen Sie es noch einmal, oder verwenden Sie eine andere Wallet.
ask-busy = Ihr Browser fragt Sie jetzt. Wenn sich kein Fenster geöffnet hat, nehmen Sie eine andere Wallet.

wallet-title = Öffnen Sie Ihre Wallet
wallet-who = { $client } bittet Ihre Wallet, etwas zu zeigen.
wallet-open = Wallet öffnen
wallet-nothing = Ist nichts geschehen?
wallet-nothing-text = Die Wallet-App muss auf diesem Gerät sein. Wenn Sie sie gerade installiert haben, drücken Sie noch einmal. Wenn Ihre Wallet auf einem anderen Gerät ist, öffnen Sie dort die Seite, auf der Sie begonnen haben.
wallet-get = Wallet-App holen
wallet-scan = QR-Code für eine Wallet auf einem anderen Gerät zeigen

here-title = Weiter zu Ihrer Wallet?
here-elsewhere = Das wurde in einem anderen Browser geöffnet
here-elsewhere-text = Wenn Sie das waren, gehen Sie zurück zu jenem Browser: er wartet auf Sie. Wenn Sie diesen Link gerade selbst geöffnet haben, können Sie auch hier weitermachen; vielleicht war ein Programm schneller, das Links ansieht.
here-careful = Machen Sie nur weiter, wenn Sie diesen Link selbst geöffnet haben. Wenn ihn Ihnen jemand geschickt hat, hören Sie hier auf: dieser Mensch bekäme vielleicht, was Sie zeigen.

relay-title = Die Antwort Ihrer Wallet wird geprüft
relay-wait = Einen Augenblick
relay-wait-text = Die Antwort Ihrer Wallet wird geprüft.
relay-nothing = Hier ist nichts
relay-nothing-text = Diese Seite nimmt nur die Antwort einer Wallet entgegen, und nur einmal. Gehen Sie dorthin zurück, wo Sie begonnen haben.
relay-no-script = Dieser Schritt braucht JavaScript. Erlauben Sie es für diese Website und beginnen Sie noch einmal, wo Sie begonnen haben; die Antwort Ihrer Wallet wurde nicht weitergegeben.
needs-script = Der nächste Schritt braucht JavaScript. Erlauben Sie es für diese Website, bevor Sie weitergehen.
time-over = Die Zeit ist abgelaufen. Gehen Sie dorthin zurück, wo Sie angefangen haben, und beginnen Sie neu.
post-title = Weiter zu Ihrer Wallet
return-title = Zurück, woher Sie kamen

logout-title = Abmelden?
logout-who = { $client } hat Sie zum Abmelden hierher geschickt.
logout-text = Anwendungen, die Sie in diesem Browser verwenden, werden wieder nach Ihrer Wallet fragen.
logout-yes = Abmelden
logout-no = Angemeldet bleiben
logout-done = Sie sind abgemeldet
logout-done-text = Beim nächsten Mal fragen Anwendungen wieder nach Ihrer Wallet. Sie können diese Seite schließen.

next-on-device = Kehren Sie zu Ihrem Gerät zurück. Sie können diese Seite schließen.
next-in-client = Gehen Sie zurück zu { $client }. Sie können diese Seite schließen.
told-client = { $client } weiß, dass es nicht geklappt hat.
done-verified = Fertig
done-verified-text = { $client } hat alles Nötige.
done-not-me = Waren nicht Sie das?
done-not-me-text = Dann verliert das Gerät seinen Zugriff wieder.
done-nothing-earned = Das genügt nicht
done-nothing-earned-text = Die Antwort Ihrer Wallet ist echt, erfüllt aber nicht, was { $client } verlangt.
done-disowned = Gestoppt
done-disowned-text = Sie haben gesagt, dass Sie das nicht begonnen haben. Das Gerät bekommt keinen Zugang.
done-declined = Es wurde nichts gezeigt
done-declined-text = Sie oder Ihre Wallet haben abgelehnt.
done-issuer = Ihr Nachweis konnte nicht geprüft werden
done-issuer-text = Was sein Aussteller darüber veröffentlicht, ist falsch oder nicht zu bekommen, und { $client } weiß davon. Mit Ihnen und Ihrer Wallet ist alles in Ordnung.
done-postponed = Ihr Nachweis kann gerade nicht geprüft werden
done-postponed-text = Der Server seines Ausstellers antwortet nicht, wie er soll. Mit Ihnen und Ihrer Wallet ist alles in Ordnung. Warten Sie eine Minute und versuchen Sie es noch einmal.
done-rejected = Das hat nicht geklappt
done-rejected-text = Die Antwort Ihrer Wallet konnte nicht angenommen werden.
done-again = Das hat noch nicht geklappt
done-tries-left = { $left ->
    [1] Sie können es noch einmal versuchen.
   *[other] Sie können es noch { $left }-mal versuchen.
}
done-return = Noch ein Schritt
done-return-text = Ihre Wallet hat geantwortet. Gehen Sie zu ihr zurück und lassen Sie sich von ihr hierher in diesen Browser führen; erst dann zählt die Antwort. Wenn sie einen anderen Browser geöffnet hat, kopieren Sie dort die Adresse und öffnen Sie sie hier.
done-open = Noch nicht fertig
done-open-text = { $client } wartet noch auf eine Antwort Ihrer Wallet.
done-expired = Das hat zu lange gedauert
done-expired-on-device = Es wurde nichts gezeigt. Lassen Sie sich von Ihrem Gerät einen neuen Code geben und beginnen Sie noch einmal.
done-expired-in-client = Es wurde nichts gezeigt. Gehen Sie zurück zu { $client } und beginnen Sie noch einmal.

trouble-taken-back = Dieser Nachweis zählt nicht mehr
trouble-taken-back-text = Sein Aussteller hat ihn widerrufen oder ausgesetzt. Fragen Sie den Aussteller, oder verwenden Sie einen anderen Nachweis.
trouble-expired = Dieser Nachweis ist abgelaufen
trouble-expired-text = Seine Zeit ist um, darum zählt er nicht mehr. Erneuern Sie ihn bei seinem Aussteller, oder verwenden Sie einen anderen Nachweis.
trouble-not-yet = Dieser Nachweis gilt noch nicht
trouble-not-yet-text = Er zählt erst ab einem späteren Zeitpunkt. Fragen Sie den Aussteller, oder verwenden Sie einen anderen Nachweis.
trouble-not-enough = Das genügt nicht
trouble-not-enough-text = Was Sie gezeigt haben, ist echt, erfüllt aber nicht, was { $client } verlangt. Vielleicht tut es ein anderer Nachweis.
trouble-other-issuer = Dieser Aussteller wird hier nicht anerkannt
trouble-other-issuer-text = { $client } erkennt Nachweise vom Aussteller dessen, den Sie gezeigt haben, nicht an. Verwenden Sie einen Nachweis von einem anderen Aussteller.
trouble-other-credential = Das ist ein anderer Nachweis
trouble-other-credential-text = Ihre Wallet hat eine andere Art von Nachweis gezeigt, als verlangt war. Wählen Sie den verlangten.
trouble-incomplete = Es fehlt etwas
trouble-incomplete-text = Ihre Wallet hat nicht alles gezeigt, was verlangt war. Teilen Sie alles, wonach sie Sie fragt.
trouble-credential = Mit diesem Nachweis stimmt etwas nicht
trouble-credential-text = Er ist nicht, wie er sein muss, und kann darum nicht angenommen werden. Lassen Sie sich vom Aussteller einen neuen geben, oder verwenden Sie einen anderen Nachweis.
trouble-issuer-service = Der Aussteller antwortet nicht
trouble-issuer-service-text = Im Augenblick kann niemand sagen, ob der gezeigte Nachweis noch zählt. Versuchen Sie es etwas später noch einmal, oder verwenden Sie einen anderen Nachweis.

stopped = Gestoppt
stopped-text = Es wurde nichts gezeigt, und der Code gilt nicht mehr. Wenn Ihnen jemand diesen Code oder Link geschickt hat, folgen Sie ihm nicht.
stopped-late-text = Das Gerät bekommt keinen Zugang. Wenn Ihnen jemand diesen Code oder Link geschickt hat, folgen Sie ihm nicht.
stopped-revoked = Der Zugang wurde entzogen
stopped-revoked-text = Das Gerät hatte schon Zugang; jetzt hat es ihn verloren. Was es vorher gesehen hat, lässt sich nicht zurückholen, und ein Dienst, der uns nicht fragt, glaubt ihm vielleicht noch eine Weile. Sagen Sie es auch diesem Dienst.

no-such-page = Diese Seite gibt es nicht
no-such-page-text = Die Adresse ist unvollständig, oder es gibt sie nicht mehr. Gehen Sie dorthin zurück, wo Sie begonnen haben.
our-fault = Bei uns ist etwas schiefgegangen
our-fault-text = Es tut uns leid. Warten Sie einige Sekunden und laden Sie diese Seite neu.
our-fault-trace = Wenn es wieder vorkommt, nennen Sie dem Betreiber diese Nummer: { $trace }
too-many = Zu viele Anfragen
too-many-text = Aus Ihrem Netz kommen mehr Anfragen, als wir beantworten. Warten Sie eine Minute und laden Sie diese Seite neu.
unknown-link = Dieser Link gilt nicht mehr
unknown-link-text = Er ist abgelaufen oder wurde nicht vollständig kopiert. Gehen Sie dorthin zurück, wo Sie begonnen haben, und beginnen Sie noch einmal.
used-link = Dieser Link gilt nicht mehr
used-link-text = Er ist abgelaufen oder wurde schon verwendet. Gehen Sie zur Anwendung zurück und beginnen Sie noch einmal.
opened-elsewhere = Das wurde in einem anderen Browser geöffnet
opened-elsewhere-text = Zu Ihrer Sicherheit geht es nur in dem Browser weiter, der es zuerst geöffnet hat. Gehen Sie dorthin zurück, oder beginnen Sie noch einmal, wo Sie begonnen haben.
still-signed-in = Sie sind weiterhin angemeldet
still-signed-in-text = Es hat sich nichts geändert. Sie können diese Seite schließen.
nothing-to-see = Hier gibt es nichts zu sehen
nothing-to-see-text = Es wurde einige Zeit nach seinem Ende vergessen, oder die Adresse ist unvollständig. Wenn Sie noch auf etwas warten, beginnen Sie noch einmal, wo Sie begonnen haben.
other-browser = Das geht in Ihrem anderen Browser weiter
other-browser-text = Gehen Sie zurück zu dem Browser, in dem Sie begonnen haben: er wartet auf Sie. Wenn es nicht von selbst weitergeht, kopieren Sie die Adresse dieser Seite und öffnen Sie sie dort. Geben Sie diese Adresse niemandem. Wenn Sie nichts begonnen haben, schließen Sie diese Seite.
answer-elsewhere = Ihre Wallet kam in einen anderen Browser zurück
answer-elsewhere-text = Ihre Antwort wurde nicht verwendet. Gehen Sie zurück zu dem Browser, in dem Sie begonnen haben: er wartet und führt Sie noch einmal zu Ihrer Wallet. Wenn das dieser Browser ist, müssen Cookies für diese Website erlaubt sein. Wenn Sie nichts begonnen haben, schließen Sie diese Seite.
no-open-request = Diese Antwort wird nicht mehr erwartet
no-open-request-text = Es hat zu lange gedauert, sie wurde schon verwendet, oder sie wurde in einem anderen Browser begonnen. Sie wurde nicht angesehen. Wenn Sie in einem anderen Browser begonnen haben, gehen Sie dorthin zurück: er wartet. Sonst beginnen Sie noch einmal, wo Sie begonnen haben.
wallet-unusable = Ihre Wallet kann hier nicht verwendet werden
wallet-unusable-text = Der Dienst Ihrer Wallet sagt über sich etwas, das nicht passt. Nur sein Betreiber kann das beheben; es wurde nichts gezeigt.
wallet-silent = Ihre Wallet antwortet nicht
wallet-silent-text = Wir konnten den Dienst Ihrer Wallet nicht erreichen. Es ist nichts verloren: warten Sie einige Sekunden und laden Sie diese Seite neu.
foreign-form = Bitte beginnen Sie noch einmal
foreign-form-text = Ihr Browser hat nicht geschickt, was wir brauchen, um sicher zu sein, dass Sie es sind. Cookies müssen für diese Website erlaubt sein. Gehen Sie dann dorthin zurück, wo Sie begonnen haben.
no-cookies = Hier werden Cookies gebraucht
no-cookies-text = Ohne sie lässt sich Ihre Antwort nicht von der eines Fremden unterscheiden. Erlauben Sie Cookies für diese Website und gehen Sie dann dorthin zurück, wo Sie angefangen haben. Es wurde nichts geteilt.
code-elsewhere = Das geht nur im Netz Ihres Geräts
code-elsewhere-text = Wir sehen nicht, dass Sie darin sind. Meist ist es Ihr WLAN zu Hause: verbinden Sie sich damit und öffnen Sie diese Seite noch einmal. Wenn Ihnen jemand diesen Code oder Link geschickt hat, hören Sie hier auf.
wrong-number = Das ist nicht die Zahl auf Ihrem Gerät
wrong-number-text = Es wurde nichts gezeigt, und der Code gilt nicht mehr. Wenn es Ihr Gerät ist, lassen Sie sich von ihm einen neuen Code geben. Wenn Ihnen jemand diesen Code oder Link geschickt hat, hören Sie hier auf.
unreadable = Das konnte nicht gelesen werden
unreadable-text = Was Ihr Browser geschickt hat, ist nicht, was diese Seite erwartet. Gehen Sie dorthin zurück, wo Sie begonnen haben, und beginnen Sie noch einmal.
wrong-request = Diese Anfrage kann nicht beantwortet werden
wrong-application-text = Die Anwendung, die Sie hierher geschickt hat, ist nicht richtig eingerichtet ({ $reason }). Es wurde nichts gezeigt; sagen Sie es denen, die sie betreiben.
wrong-logout-text = Die Anwendung, die Sie hierher geschickt hat, ist nicht richtig eingerichtet ({ $reason }). Sie sind nicht abgemeldet; sagen Sie es denen, die sie betreiben.
too-many-codes = Zu viele falsche Codes
too-many-codes-text = { $minutes ->
    [1] Warten Sie eine Minute, und geben Sie dann den Code ein, den Ihr Gerät dann zeigt.
   *[other] Warten Sie { $minutes } Minuten, und geben Sie dann den Code ein, den Ihr Gerät dann zeigt.
}
unsafe-answer = Ihre Wallet hat auf unsichere Weise geantwortet
unsafe-answer-text = Ihre Antwort stand dort, wo andere sie lesen können, und wurde darum nicht verwendet. Es wurde nichts angenommen; beginnen Sie noch einmal, wo Sie begonnen haben.

claim-given_name = Vorname
claim-family_name = Nachname
claim-birth_date = Geburtsdatum
claim-age-over = { $years } Jahre oder älter
claim-nationality = Staatsangehörigkeit
claim-address = Anschrift
claim-email = E-Mail-Adresse
claim-phone_number = Telefonnummer
claim-place_of_birth = Geburtsort
claim-portrait = Foto
claim-document_number = Nummer des Dokuments
claim-name = Name
claim-birth_given_name = Vorname bei der Geburt
claim-birth_family_name = Geburtsname
claim-birth_year = Geburtsjahr
claim-age = Alter
claim-sex = Geschlecht
claim-country_of_birth = Geburtsland
claim-street = Straße
claim-house_number = Hausnummer
claim-postal_code = Postleitzahl
claim-locality = Wohnort
claim-region = Region
claim-country = Land
claim-signature = Unterschrift
claim-height = Körpergröße
claim-weight = Gewicht
claim-eye_colour = Augenfarbe
claim-hair_colour = Haarfarbe
claim-personal_number = Persönliche Kennnummer
claim-issuing_authority = Ausstellende Behörde
claim-issuing_country = Ausstellendes Land
claim-issued_on = Ausgestellt am
claim-valid_until = Gültig bis
claim-driving_privileges = Fahrerlaubnisklassen

amount = { $number }{ "\u00A0" }{ $currency }
number-group = .
number-point = ,
number-grouped-from = 4
date = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }
date-time = { $date }, { $time }
agree-line = { $label }: { $text }
agree-titled = { $title }: { $more }
agree-yes = ja
agree-no = nein
agree-none = nichts
agree-payment = Zahlung: { $amount }
agree-payment-for = Zahlung: { $amount } für { $title }
agree-item = { $count } × { $unit } = { $total }
agree-description = Beschreibung
agree-total = Summe
agree-mandate = Zahlungsauftrag: { $amount } an { $payee }
agree-summary = Zusammenfassung
agree-amount = Betrag
agree-payee = Empfänger der Zahlung
agree-payee-id = Kennung des Zahlungsempfängers
agree-payee-website = Website des Zahlungsempfängers
agree-paid-with = Bezahlt mit
agree-instruction = Anweisung
agree-instrument = Zahlungsmittel
agree-wire = Überweisung: { $amount } an { $to }, Konto mit den Endziffern { $end }
agree-person-at = { $person } bei { $institution }
agree-recipient = Empfänger
agree-recipient-institution = Institut des Empfängers
agree-recipient-account = Konto des Empfängers
agree-recipient-routing = Bankleitzahl des Empfängers
agree-recipient-website = Website des Empfängers
agree-from = Von
agree-from-institution = Institut des Absenders
agree-from-account = Konto des Absenders
agree-from-routing = Bankleitzahl des Absenders
agree-ending = mit den Endziffern { $end }
agree-memo = Verwendungszweck
agree-address = Netzwerkadresse
agree-device = Gerät
agree-session = Sitzung von der Netzwerkadresse { $address }
agree-device-access = Zugriff für ein Gerät: { $name }
agree-device-label = Es nennt sich
agree-device-code = Es zeigt den Code
sca-payment = Zahlung
sca-sign-in = Anmeldung
sca-account = Zugriff auf Ihr Konto
sca-mandate = Mandat
agree-action = Vorgang
agree-service = Dienst
agree-asked-by = Angefragt von
agree-for = für { $name }
agree-purpose = Zweck
agree-start = Ab
agree-until = Bis
agree-reference = Referenz
agree-creditor = Gläubiger
agree-time = Zeitpunkt
agree-transaction = Vorgangsnummer
agree-amount-is = Der Betrag
agree-estimated = ist geschätzt und kann sich ändern
agree-earmarked = wird jetzt reserviert und später abgebucht
agree-instant = wird sofort überwiesen
agree-variable = kann jedes Mal anders sein
agree-by-way-of = Über
agree-on = Am
agree-repeated = Wiederholt
agree-times = Wie oft
agree-at-least = Mindestens
agree-at-most = Höchstens
agree-altogether = Insgesamt
agree-at-first = Am Anfang
agree-first-times = So oft wird der erste Betrag abgebucht
agree-apr = Effektiver Jahreszins
agree-amount-to = { $amount } an { $payee }
agree-amount-to-often = { $amount } an { $payee }, { $often }
often-INDA = mehrmals am Tag
often-DAIL = jeden Tag
often-WEEK = jede Woche
often-TOWK = alle zwei Wochen
often-TWMN = zweimal im Monat
often-MNTH = jeden Monat
often-TOMN = alle zwei Monate
often-QUTR = jedes Quartal
often-FOMN = alle vier Monate
often-SEMI = jedes halbe Jahr
often-YEAR = jedes Jahr
often-TYEA = alle zwei Jahre
