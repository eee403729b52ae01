# Nederlands. Nog niet gelezen door iemand met Nederlands als moedertaal.

continue-to-wallet = Verder naar uw wallet
not-me = Dit heb ik niet gestart
cancel = Annuleren
give-up = Opgeven
try-again = Opnieuw proberen
go-back = Terug
go-on = Verder
next = Volgende
by-yourself = Ga zelf verder als er niets gebeurt.
enter-a-code = Een code invoeren
help = Hulp
privacy = Privacy
imprint = Juridische informatie
minutes-left = { $minutes ->
    [1] Dit werkt nog minder dan een minuut.
   *[other] Dit werkt nog minder dan { $minutes } minuten.
}

code-title = Voer de code van uw apparaat in
code-label = Code
code-hint = Voer alleen een code in die nu op een apparaat van uzelf staat. Niemand anders heeft hem nodig en niemand zal u erom vragen.
code-not-valid = Deze code is niet geldig. Controleer de code op uw apparaat of vraag daar een nieuwe.
code-in-use = Deze code wordt al in een andere browser gebruikt. Ga daar verder of vraag uw apparaat om een nieuwe code.
code-tries-left = { $left ->
    [0] Na nog een verkeerde code moet u enkele minuten wachten.
    [1] U kunt het nog één keer proberen voordat u enkele minuten moet wachten.
   *[other] U kunt het nog { $left } keer proberen voordat u enkele minuten moet wachten.
}

confirm-title = Is dit uw apparaat?
confirm-who = Een apparaat vraagt om toegang: { $client }. Het moet nu deze code tonen:
confirm-label = Het apparaat noemt zich { $label }.
confirm-if-not = Als u niet zo’n apparaat voor u hebt, of als de code anders is, hebt u dit niet gestart.
confirm-asked = { $minutes ->
    [0] Het vroeg dit minder dan een minuut geleden.
    [1] Het vroeg dit een minuut geleden.
   *[other] Het vroeg dit { $minutes } minuten geleden.
}
near-same = Het lijkt op hetzelfde netwerk te zijn als u.
near-different = Het is op een ander netwerk dan u. Als iemand u deze code of link heeft gestuurd, stop dan hier.
number-legend = Welk getal staat op het apparaat?
number-pick = Kies het getal dat uw apparaat toont.
rights-title = Het krijgt
claims-title = Uw wallet wordt gevraagd te tonen
agreements-title = U stemt in met

authorize-title = Verder met uw wallet?
authorize-who = { $client } vraagt om toegang, en u keert terug naar { $place }.
authorize-if-not = Annuleer als u daar niet vandaan komt.

choose-title = Welke wallet wilt u gebruiken?

scan-title = Scan dit met uw wallet
scan-who = { $client } vraagt uw wallet iets te tonen, hier in deze browser.
scan-picture = QR-code van het verzoek aan uw wallet
scan-careful = Scan alleen als u deze pagina zelf hebt geopend. Wie u er een afbeelding van stuurde, zou krijgen wat u toont.
scan-shown = Ik heb het getoond
scan-here = De wallet staat op dit apparaat

ask-title = Toon dit uit uw wallet
ask-who = { $client } vraagt uw wallet iets te tonen.
ask-choose = Een wallet kiezen
ask-other = Een andere wallet gebruiken
ask-nothing = Er is niets getoond. Probeer het opnieuw of gebruik een andere wallet.
ask-busy = Uw browser vraagt het u nu. Gebruik een andere wallet als er geen venster is geopend.

wallet-title = Open uw wallet
wallet-who = { $client } vraagt uw wallet iets te tonen.
wallet-open = Wallet openen
wallet-nothing = Is er niets gebeurd?
wallet-nothing-text = De wallet-app moet op dit apparaat staan. Hebt u hem net geïnstalleerd, druk dan opnieuw op de knop. Staat uw wallet op een ander apparaat, open daar dan de pagina waar u begon.
wallet-get = De wallet-app halen
wallet-scan = Een QR-code tonen voor een wallet op een ander apparaat

here-title = Verder naar uw wallet?
here-elsewhere = Dit is in een andere browser geopend
here-elsewhere-text = Als u dat was, ga dan terug naar die browser: hij wacht op u. Hebt u deze link zojuist zelf geopend, dan kunt u ook hier verder; misschien was een programma dat links bekijkt sneller dan u.
here-careful = Ga alleen verder als u deze link zelf hebt geopend. Als iemand u de link heeft gestuurd, stop dan hier: wie hem stuurde, krijgt misschien wat u toont.

relay-title = Het antwoord van uw wallet wordt gecontroleerd
relay-wait = Een ogenblik
relay-wait-text = Het antwoord van uw wallet wordt gecontroleerd.
relay-nothing = Hier is niets
relay-nothing-text = Deze pagina neemt alleen het antwoord van een wallet aan, en maar één keer. Ga terug naar waar u begon.
relay-no-script = Deze stap heeft JavaScript nodig. Sta het toe voor deze site en begin opnieuw waar u begon; het antwoord van uw wallet is niet doorgegeven.
needs-script = De volgende stap heeft JavaScript nodig. Sta het toe voor deze site voordat u verdergaat.
time-over = De tijd is om. Ga terug naar waar u begon en begin opnieuw.
post-title = Naar uw wallet
return-title = Terug naar waar u vandaan kwam

logout-title = Afmelden?
logout-who = { $client } heeft u hierheen gestuurd om af te melden.
logout-text = Toepassingen die u in deze browser gebruikt, vragen dan weer om uw wallet.
logout-yes = Afmelden
logout-no = Aangemeld blijven
logout-done = U bent afgemeld
logout-done-text = De volgende keer vragen toepassingen weer om uw wallet. U kunt deze pagina sluiten.

next-on-device = Ga terug naar uw apparaat. U kunt deze pagina sluiten.
next-in-client = Ga terug naar { $client }. U kunt deze pagina sluiten.
told-client = { $client } weet dat het niet is gelukt.
done-verified = Klaar
done-verified-text = { $client } heeft wat nodig is.
done-not-me = Was u dit niet?
done-not-me-text = Dan verliest het apparaat zijn toegang weer.
done-nothing-earned = Dit is niet genoeg
done-nothing-earned-text = Het antwoord van uw wallet is echt, maar voldoet niet aan wat { $client } vraagt.
done-disowned = Gestopt
done-disowned-text = U hebt gezegd dat u dit niet hebt gestart. Het apparaat krijgt geen toegang.
done-declined = Er is niets getoond
done-declined-text = U of uw wallet heeft geweigerd.
done-issuer = Uw bewijs kon niet worden gecontroleerd
done-issuer-text = Wat de uitgever erover publiceert is onjuist of niet te krijgen, en { $client } weet dat. Er is niets mis met u of uw wallet.
done-postponed = Uw bewijs kan nu niet worden gecontroleerd
done-postponed-text = De server van de uitgever antwoordt niet zoals het hoort. Er is niets mis met u of uw wallet. Wacht een minuut en probeer het opnieuw.
done-rejected = Dit is niet gelukt
done-rejected-text = Het antwoord van uw wallet kon niet worden aangenomen.
done-again = Dit is nog niet gelukt
done-tries-left = { $left ->
    [1] U kunt het nog één keer proberen.
   *[other] U kunt het nog { $left } keer proberen.
}
done-return = Nog één stap
done-return-text = Uw wallet heeft geantwoord. Ga ernaar terug en volg hem tot hier in deze browser; pas dan telt het antwoord. Als hij een andere browser heeft geopend, kopieer daar dan het adres en open het hier.
done-open = Nog niet klaar
done-open-text = { $client } wacht nog op een antwoord van uw wallet.
done-expired = Dit duurde te lang
done-expired-on-device = Er is niets getoond. Vraag uw apparaat om een nieuwe code en begin opnieuw.
done-expired-in-client = Er is niets getoond. Ga terug naar { $client } en begin opnieuw.

trouble-taken-back = Dit bewijs telt niet meer
trouble-taken-back-text = De uitgever heeft het ingetrokken of opgeschort. Vraag het de uitgever of gebruik een ander bewijs.
trouble-expired = Dit bewijs is verlopen
trouble-expired-text = De tijd ervan is om, dus telt het niet meer. Verleng het bij de uitgever of gebruik een ander bewijs.
trouble-not-yet = Dit bewijs is nog niet geldig
trouble-not-yet-text = Het telt pas vanaf een later moment. Vraag het de uitgever of gebruik een ander bewijs.
trouble-not-enough = Dit is niet genoeg
trouble-not-enough-text = Wat u hebt getoond is echt, maar voldoet niet aan wat { $client } vraagt. Een ander bewijs misschien wel.
trouble-other-issuer = Deze uitgever wordt hier niet aanvaard
trouble-other-issuer-text = { $client } aanvaardt geen bewijzen van de uitgever van het bewijs dat u hebt getoond. Gebruik een bewijs van een andere uitgever.
trouble-other-credential = Dit is een ander bewijs
trouble-other-credential-text = Uw wallet heeft een ander soort bewijs getoond dan gevraagd. Kies het gevraagde bewijs.
trouble-incomplete = Er ontbreekt iets
trouble-incomplete-text = Uw wallet heeft niet alles getoond wat werd gevraagd. Deel alles waar hij u naar vraagt.
trouble-credential = Er is iets mis met dit bewijs
trouble-credential-text = Het is niet zoals het moet zijn en kan daarom niet worden aanvaard. Vraag de uitgever om een nieuw of gebruik een ander bewijs.
trouble-issuer-service = De uitgever antwoordt niet
trouble-issuer-service-text = Niemand kan nu zeggen of het getoonde bewijs nog telt. Probeer het iets later opnieuw of gebruik een ander bewijs.

stopped = Gestopt
stopped-text = Er is niets getoond en de code werkt niet meer. Als iemand u die code of link heeft gestuurd, doe dan niet wat er gevraagd wordt.
stopped-late-text = Het apparaat krijgt geen toegang. Als iemand u die code of link heeft gestuurd, doe dan niet wat er gevraagd wordt.
stopped-revoked = De toegang is ingetrokken
stopped-revoked-text = Het apparaat had al toegang; die is het nu kwijt. Wat het eerder zag, kan niet worden teruggehaald, en een dienst die ons niets vraagt, gelooft het misschien nog even. Zeg het ook tegen die dienst.

no-such-page = Deze pagina bestaat niet
no-such-page-text = Het adres is onvolledig of bestaat niet meer. Ga terug naar waar u begon.
our-fault = Er ging bij ons iets mis
our-fault-text = Het spijt ons. Wacht enkele seconden en laad deze pagina opnieuw.
our-fault-trace = Geef de beheerder dit nummer als het weer gebeurt: { $trace }
too-many = Te veel verzoeken
too-many-text = Van uw netwerk komen meer verzoeken dan wij beantwoorden. Wacht een minuut en laad deze pagina opnieuw.
unknown-link = Deze link werkt niet meer
unknown-link-text = Hij is verlopen of niet volledig gekopieerd. Ga terug naar waar u begon en begin opnieuw.
used-link = Deze link werkt niet meer
used-link-text = Hij is verlopen of al gebruikt. Ga terug naar de toepassing en begin opnieuw.
opened-elsewhere = Dit is in een andere browser geopend
opened-elsewhere-text = Voor uw veiligheid kan het alleen verder in de browser die dit het eerst opende. Ga terug naar die browser of begin opnieuw waar u begon.
still-signed-in = U bent nog aangemeld
still-signed-in-text = Er is niets veranderd. U kunt deze pagina sluiten.
nothing-to-see = Hier is niets te zien
nothing-to-see-text = Het is enige tijd na het einde vergeten, of het adres is onvolledig. Wacht u nog ergens op, begin dan opnieuw waar u begon.
other-browser = Dit gaat verder in uw andere browser
other-browser-text = Ga terug naar de browser waarin u begon: hij wacht op u. Gaat het daar niet vanzelf verder, kopieer dan het adres van deze pagina en open het daar. Geef dat adres aan niemand. Als u niets bent begonnen, sluit dan deze pagina.
answer-elsewhere = Uw wallet kwam terug in een andere browser
answer-elsewhere-text = Het antwoord is niet gebruikt. Ga terug naar de browser waarin u begon: hij wacht en brengt u nog eens naar uw wallet. Is dit die browser, dan moeten cookies voor deze site zijn toegestaan. Als u niets bent begonnen, sluit dan deze pagina.
no-open-request = Dit antwoord wordt niet meer verwacht
no-open-request-text = Het duurde te lang, het is al gebruikt of het is in een andere browser begonnen. Er is niet naar gekeken. Begon u in een andere browser, ga daar dan naar terug: hij wacht. Begin anders opnieuw waar u begon.
wallet-unusable = Uw wallet kan hier niet worden gebruikt
wallet-unusable-text = De dienst van uw wallet zegt iets over zichzelf dat niet past. Alleen de beheerder ervan kan dat verhelpen; er is niets getoond.
wallet-silent = Uw wallet antwoordt niet
wallet-silent-text = We konden de dienst van uw wallet niet bereiken. Er is niets verloren: wacht enkele seconden en laad deze pagina opnieuw.
foreign-form = Begin alstublieft opnieuw
foreign-form-text = Uw browser heeft niet gestuurd wat we nodig hebben om zeker te weten dat u het bent. Cookies moeten voor deze site zijn toegestaan. Ga daarna terug naar waar u begon.
no-cookies = Hier zijn cookies nodig
no-cookies-text = Zonder cookies is uw antwoord niet van dat van een vreemde te onderscheiden. Sta cookies voor deze site toe en ga dan terug naar waar u begon. Er is niets gedeeld.
code-elsewhere = Dit werkt alleen op het netwerk van uw apparaat
code-elsewhere-text = We zien niet dat u daarop zit. Meestal is het uw wifi thuis: maak er verbinding mee en open deze pagina opnieuw. Als iemand u deze code of link heeft gestuurd, stop dan hier.
wrong-number = Dat is niet het getal op uw apparaat
wrong-number-text = Er is niets getoond en de code werkt niet meer. Is het uw apparaat, vraag het dan om een nieuwe code. Als iemand u deze code of link heeft gestuurd, stop dan hier.
unreadable = Dit kon niet worden gelezen
unreadable-text = Wat uw browser heeft gestuurd, is niet wat deze pagina verwacht. Ga terug naar waar u begon en begin opnieuw.
wrong-request = Dit verzoek kan niet worden beantwoord
wrong-application-text = De toepassing die u hierheen heeft gestuurd, is niet goed ingesteld ({ $reason }). Er is niets getoond; zeg het tegen wie haar beheert.
wrong-logout-text = De toepassing die u hierheen heeft gestuurd, is niet goed ingesteld ({ $reason }). U bent niet afgemeld; zeg het tegen wie haar beheert.
too-many-codes = Te veel verkeerde codes
too-many-codes-text = { $minutes ->
    [1] Wacht een minuut en typ dan de code die uw apparaat dan toont.
   *[other] Wacht { $minutes } minuten en typ dan de code die uw apparaat dan toont.
}
unsafe-answer = Uw wallet heeft op een onveilige manier geantwoord
unsafe-answer-text = Het antwoord stond waar anderen het kunnen lezen en is daarom niet gebruikt. Er is niets aanvaard; begin opnieuw waar u begon.

claim-given_name = Voornaam
claim-family_name = Achternaam
claim-birth_date = Geboortedatum
claim-age-over = { $years } jaar of ouder
claim-nationality = Nationaliteit
claim-address = Adres
claim-email = E-mailadres
claim-phone_number = Telefoonnummer
claim-place_of_birth = Geboorteplaats
claim-portrait = Pasfoto
claim-document_number = Documentnummer
claim-name = Volledige naam
claim-birth_given_name = Voornaam bij geboorte
claim-birth_family_name = Achternaam bij geboorte
claim-birth_year = Geboortejaar
claim-age = Leeftijd
claim-sex = Geslacht
claim-country_of_birth = Geboorteland
claim-street = Straat
claim-house_number = Huisnummer
claim-postal_code = Postcode
claim-locality = Woonplaats
claim-region = Regio
claim-country = Land
claim-signature = Handtekening
claim-height = Lengte
claim-weight = Gewicht
claim-eye_colour = Kleur van de ogen
claim-hair_colour = Haarkleur
claim-personal_number = Persoonsnummer
claim-issuing_authority = Afgevende instantie
claim-issuing_country = Land van afgifte
claim-issued_on = Afgegeven op
claim-valid_until = Geldig tot
claim-driving_privileges = Rijbewijscategorieën

amount = { $number }{ "\u00A0" }{ $currency }
number-group = .
number-point = ,
number-grouped-from = 4
date = { $day } { $month ->
    [1] januari
    [2] februari
    [3] maart
    [4] april
    [5] mei
    [6] juni
    [7] juli
    [8] augustus
    [9] september
    [10] oktober
    [11] november
   *[12] december
} { $year }
date-time = { $date }, { $time }
agree-line = { $label }: { $text }
agree-titled = { $title }: { $more }
agree-yes = ja
agree-no = nee
agree-none = geen
agree-payment = Betaling: { $amount }
agree-payment-for = Betaling: { $amount } voor { $title }
agree-item = { $count } × { $unit } = { $total }
agree-description = Omschrijving
agree-total = Totaal
agree-mandate = Betaalmachtiging: { $amount } aan { $payee }
agree-summary = Samenvatting
agree-amount = Bedrag
agree-payee = Begunstigde
agree-payee-id = Kenmerk van de begunstigde
agree-payee-website = Website van de begunstigde
agree-paid-with = Betaald met
agree-instruction = Instructie
agree-instrument = Betaalmiddel
agree-wire = Overboeking: { $amount } naar { $to }, rekening eindigend op { $end }
agree-person-at = { $person } bij { $institution }
agree-recipient = Ontvanger
agree-recipient-institution = Instelling van de ontvanger
agree-recipient-account = Rekening van de ontvanger
agree-recipient-routing = Bankcode van de ontvanger
agree-recipient-website = Website van de ontvanger
agree-from = Van
agree-from-institution = Instelling van de afzender
agree-from-account = Rekening van de afzender
agree-from-routing = Bankcode van de afzender
agree-ending = eindigend op { $end }
agree-memo = Mededeling
agree-address = Netwerkadres
agree-device = Apparaat
agree-session = Sessie vanaf het netwerkadres { $address }
agree-device-access = Toegang voor een apparaat: { $name }
agree-device-label = Het noemt zich
agree-device-code = Het toont de code
sca-payment = Betaling
sca-sign-in = Aanmelding
sca-account = Toegang tot uw rekening
sca-mandate = Machtiging
agree-action = Handeling
agree-service = Dienst
agree-asked-by = Gevraagd door
agree-for = voor { $name }
agree-purpose = Doel
agree-start = Vanaf
agree-until = Tot
agree-reference = Referentie
agree-creditor = Schuldeiser
agree-time = Tijdstip
agree-transaction = Transactie
agree-amount-is = Het bedrag
agree-estimated = is geschat en kan veranderen
agree-earmarked = wordt nu gereserveerd en later afgeschreven
agree-instant = wordt meteen overgemaakt
agree-variable = kan elke keer anders zijn
agree-by-way-of = Via
agree-on = Op
agree-repeated = Herhaald
agree-times = Hoe vaak
agree-at-least = Minstens
agree-at-most = Hoogstens
agree-altogether = In totaal
agree-at-first = In het begin
agree-first-times = Zo vaak wordt het eerste bedrag afgeschreven
agree-apr = Jaarlijks kostenpercentage
agree-amount-to = { $amount } aan { $payee }
agree-amount-to-often = { $amount } aan { $payee }, { $often }
often-INDA = meermaals per dag
often-DAIL = elke dag
often-WEEK = elke week
often-TOWK = om de twee weken
often-TWMN = twee keer per maand
often-MNTH = elke maand
often-TOMN = om de twee maanden
often-QUTR = elk kwartaal
often-FOMN = om de vier maanden
often-SEMI = elk half jaar
often-YEAR = elk jaar
often-TYEA = om de twee jaar
