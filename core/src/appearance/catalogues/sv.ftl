# Svenska. Ännu inte läst av någon med svenska som modersmål.

continue-to-wallet = Fortsätt till din plånbok
not-me = Jag började inte det här
cancel = Avbryt
give-up = Ge upp
try-again = Försök igen
go-back = Tillbaka
go-on = Fortsätt
next = Nästa
by-yourself = Fortsätt själv om inget händer.
enter-a-code = Ange en kod
help = Hjälp
privacy = Integritet
imprint = Juridisk information
minutes-left = { $minutes ->
    [1] Det gäller i mindre än en minut.
   *[other] Det gäller i mindre än { $minutes } minuter.
}

code-title = Ange koden från din enhet
code-label = Kod
code-hint = Ange bara en kod som visas just nu på en enhet som är din egen. Ingen annan behöver den, och ingen kommer att be dig om den.
code-not-valid = Koden är inte giltig. Kontrollera koden på din enhet eller be den om en ny.
code-in-use = Koden används redan i en annan webbläsare. Fortsätt där eller be din enhet om en ny kod.
code-tries-left = { $left ->
    [0] Efter ytterligare en felaktig kod måste du vänta några minuter.
    [1] Du kan försöka en gång till innan du måste vänta några minuter.
   *[other] Du kan försöka { $left } gånger till innan du måste vänta några minuter.
}

confirm-title = Är det här din enhet?
confirm-who = En enhet ber om åtkomst: { $client }. Den måste visa den här koden just nu:
confirm-label = Enheten kallar sig { $label }.
confirm-if-not = Om du inte har en sådan enhet framför dig, eller om koden är en annan, var det inte du som började.
confirm-asked = { $minutes ->
    [0] Den frågade för mindre än en minut sedan.
    [1] Den frågade för en minut sedan.
   *[other] Den frågade för { $minutes } minuter sedan.
}
near-same = Den verkar vara på samma nätverk som du.
near-different = Den är på ett annat nätverk än du. Om någon har skickat dig koden eller länken, sluta här.
number-legend = Vilket tal visar enheten?
number-pick = Välj det tal som din enhet visar.
rights-title = Den får
claims-title = Din plånbok ombeds visa
agreements-title = Du godkänner

authorize-title = Fortsätta med din plånbok?
authorize-who = { $client } ber om åtkomst, och du kommer tillbaka till { $place }.
authorize-if-not = Avbryt om du inte kommer därifrån.

choose-title = Vilken plånbok vill du använda?

scan-title = Skanna det här med din plånbok
scan-who = { $client } ber din plånbok visa något, här i den här webbläsaren.
scan-picture = QR-kod för begäran till din plånbok
scan-careful = Skanna den bara om du själv har öppnat sidan. Den som har skickat dig en bild av den skulle få det du visar.
scan-shown = Jag har visat det
scan-here = Plånboken finns på den här enheten

ask-title = Visa det här från din plånbok
ask-who = { $client } ber din plånbok visa något.
ask-choose = Välj en plånbok
ask-other = Använd en annan plånbok
ask-nothing = Inget visades. Försök igen eller använd en annan plånbok.
ask-busy = Din webbläsare frågar dig nu. Om inget fönster har öppnats, använd en annan plånbok.

wallet-title = Öppna din plånbok
wallet-who = { $client } ber din plånbok visa något.
wallet-open = Öppna plånboken
wallet-nothing = Hände inget?
wallet-nothing-text = Plånboksappen måste finnas på den här enheten. Om du just har installerat den, tryck på knappen igen. Om din plånbok finns på en annan enhet, öppna sidan där du började på den enheten.
wallet-get = Hämta plånboksappen
wallet-scan = Visa en QR-kod för en plånbok på en annan enhet

here-title = Fortsätta till din plånbok?
here-elsewhere = Det här öppnades i en annan webbläsare
here-elsewhere-text = Om det var du, gå tillbaka till den webbläsaren: den väntar på dig. Om du själv just har öppnat länken kan du fortsätta här i stället; ett program som granskar länkar kan ha varit snabbare än du.
here-careful = Fortsätt bara om du själv har öppnat länken. Om någon har skickat den till dig, sluta här: den personen kan få det du visar.

relay-title = Svaret från din plånbok kontrolleras
relay-wait = Ett ögonblick
relay-wait-text = Svaret från din plånbok kontrolleras.
relay-nothing = Här finns inget
relay-nothing-text = Den här sidan tar bara emot svaret från en plånbok, och bara en gång. Gå tillbaka dit där du började.
relay-no-script = Det här steget kräver JavaScript. Tillåt det för webbplatsen och börja om där du började; svaret från din plånbok skickades inte vidare.
needs-script = Nästa steg kräver JavaScript. Tillåt det för webbplatsen innan du fortsätter.
time-over = Tiden är ute. Gå tillbaka dit du började och börja om.
post-title = Vidare till din plånbok
return-title = Tillbaka dit du kom ifrån

logout-title = Logga ut?
logout-who = { $client } skickade dig hit för att logga ut.
logout-text = Program som du använder i den här webbläsaren kommer att be om din plånbok igen.
logout-yes = Logga ut
logout-no = Förbli inloggad
logout-done = Du är utloggad
logout-done-text = Nästa gång ber programmen om din plånbok igen. Du kan stänga sidan.

next-on-device = Gå tillbaka till din enhet. Du kan stänga sidan.
next-in-client = Gå tillbaka till { $client }. Du kan stänga sidan.
told-client = { $client } vet att det inte fungerade.
done-verified = Klart
done-verified-text = { $client } har det som behövs.
done-not-me = Var det inte du?
done-not-me-text = Då förlorar enheten sin åtkomst igen.
done-nothing-earned = Det räcker inte
done-nothing-earned-text = Svaret från din plånbok är äkta, men det uppfyller inte vad { $client } ber om.
done-disowned = Stoppat
done-disowned-text = Du sade att du inte började det här. Enheten får ingen åtkomst.
done-declined = Inget visades
done-declined-text = Du eller din plånbok sade nej.
done-issuer = Ditt intyg kunde inte kontrolleras
done-issuer-text = Det som utfärdaren publicerar om det är fel eller går inte att få, och { $client } vet om det. Det är inget fel på dig eller din plånbok.
done-postponed = Ditt intyg kan inte kontrolleras just nu
done-postponed-text = Utfärdarens server svarar inte som den ska. Det är inget fel på dig eller din plånbok. Vänta en minut och försök igen.
done-rejected = Det fungerade inte
done-rejected-text = Svaret från din plånbok kunde inte godtas.
done-again = Det fungerade inte än
done-tries-left = { $left ->
    [1] Du kan försöka en gång till.
   *[other] Du kan försöka { $left } gånger till.
}
done-return = Ett steg till
done-return-text = Din plånbok har svarat. Gå tillbaka till den och följ den hit, till den här webbläsaren; först då räknas svaret. Om den öppnade en annan webbläsare, kopiera adressen därifrån och öppna den här.
done-open = Inte klart än
done-open-text = { $client } väntar fortfarande på ett svar från din plånbok.
done-expired = Det tog för lång tid
done-expired-on-device = Inget visades. Be din enhet om en ny kod och börja om.
done-expired-in-client = Inget visades. Gå tillbaka till { $client } och börja om.

trouble-taken-back = Intyget gäller inte längre
trouble-taken-back-text = Utfärdaren har återkallat eller spärrat det. Fråga utfärdaren eller använd ett annat intyg.
trouble-expired = Intyget har gått ut
trouble-expired-text = Dess tid är slut, så det gäller inte längre. Förnya det hos utfärdaren eller använd ett annat intyg.
trouble-not-yet = Intyget gäller inte än
trouble-not-yet-text = Det gäller först från en senare tidpunkt. Fråga utfärdaren eller använd ett annat intyg.
trouble-not-enough = Det räcker inte
trouble-not-enough-text = Det du visade är äkta, men det uppfyller inte vad { $client } ber om. Ett annat intyg kanske gör det.
trouble-other-issuer = Utfärdaren godtas inte här
trouble-other-issuer-text = { $client } godtar inte intyg från utfärdaren av det du visade. Använd ett intyg från en annan utfärdare.
trouble-other-credential = Det här är ett annat intyg
trouble-other-credential-text = Din plånbok visade en annan sorts intyg än det som efterfrågades. Välj det som efterfrågas.
trouble-incomplete = Något saknas
trouble-incomplete-text = Din plånbok visade inte allt som efterfrågades. Dela allt som den frågar dig om.
trouble-credential = Något är fel med intyget
trouble-credential-text = Det är inte som det måste vara, så det kan inte godtas. Be utfärdaren om ett nytt eller använd ett annat intyg.
trouble-issuer-service = Utfärdaren svarar inte
trouble-issuer-service-text = Ingen kan just nu säga om intyget som du visade fortfarande gäller. Försök igen lite senare eller använd ett annat intyg.

stopped = Stoppat
stopped-text = Inget visades, och koden fungerar inte längre. Om någon har skickat dig koden eller länken, gör inte det de ber om.
stopped-late-text = Enheten får ingen åtkomst. Om någon har skickat dig koden eller länken, gör inte det de ber om.
stopped-revoked = Åtkomsten har tagits bort
stopped-revoked-text = Enheten hade redan åtkomst; nu har den förlorat den. Det den såg tidigare kan inte tas tillbaka, och en tjänst som inte frågar oss kan tro på den ett tag. Berätta det för den tjänsten också.

no-such-page = Sidan finns inte
no-such-page-text = Adressen är inte fullständig eller finns inte längre. Gå tillbaka dit där du började.
our-fault = Något gick fel hos oss
our-fault-text = Vi beklagar. Vänta några sekunder och ladda om sidan.
our-fault-trace = Om det händer igen, ge operatören det här numret: { $trace }
too-many = För många förfrågningar
too-many-text = Från ditt nätverk kommer fler förfrågningar än vi besvarar. Vänta en minut och ladda om sidan.
unknown-link = Länken fungerar inte längre
unknown-link-text = Den har gått ut eller kopierades inte i sin helhet. Gå tillbaka dit där du började och börja om.
used-link = Länken fungerar inte längre
used-link-text = Den har gått ut eller har redan använts. Gå tillbaka till programmet och börja om.
opened-elsewhere = Det här öppnades i en annan webbläsare
opened-elsewhere-text = För din säkerhet kan det bara fortsätta i den webbläsare som öppnade det först. Gå tillbaka till den webbläsaren eller börja om där du började.
still-signed-in = Du är fortfarande inloggad
still-signed-in-text = Inget har ändrats. Du kan stänga sidan.
nothing-to-see = Här finns inget att se
nothing-to-see-text = Det glömdes en tid efter att det avslutades, eller så är adressen inte fullständig. Om du fortfarande väntar på något, börja om där du började.
other-browser = Det här fortsätter i din andra webbläsare
other-browser-text = Gå tillbaka till den webbläsare där du började: den väntar på dig. Om det inte fortsätter av sig självt, kopiera adressen till den här sidan och öppna den där. Ge inte adressen till någon. Om du inte har börjat något, stäng sidan.
answer-elsewhere = Din plånbok kom tillbaka till en annan webbläsare
answer-elsewhere-text = Svaret användes inte. Gå tillbaka till den webbläsare där du började: den väntar och leder dig till din plånbok en gång till. Om det är den här webbläsaren måste kakor vara tillåtna för webbplatsen. Om du inte har börjat något, stäng sidan.
no-open-request = Svaret väntas inte längre
no-open-request-text = Det tog för lång tid, det har redan använts eller det började i en annan webbläsare. Det granskades inte. Om du började i en annan webbläsare, gå tillbaka till den: den väntar. Börja annars om där du började.
wallet-unusable = Din plånbok kan inte användas här
wallet-unusable-text = Din plånboks tjänst säger något om sig själv som inte stämmer. Bara dess operatör kan åtgärda det; inget visades.
wallet-silent = Din plånbok svarar inte
wallet-silent-text = Vi kunde inte nå din plånboks tjänst. Inget är förlorat: vänta några sekunder och ladda om sidan.
foreign-form = Börja om
foreign-form-text = Din webbläsare skickade inte det vi behöver för att vara säkra på att det är du. Kakor måste vara tillåtna för webbplatsen. Gå sedan tillbaka dit där du började.
no-cookies = Här behövs kakor
no-cookies-text = Utan dem går ditt svar inte att skilja från en främlings. Tillåt kakor för den här webbplatsen och gå sedan tillbaka dit du började. Ingenting har delats.
code-elsewhere = Det här fungerar bara på din enhets nätverk
code-elsewhere-text = Vi ser inte att du är på det. Oftast är det ditt wifi hemma: anslut till det och öppna sidan igen. Om någon har skickat dig koden eller länken, sluta här.
wrong-number = Det är inte talet på din enhet
wrong-number-text = Inget visades, och koden fungerar inte längre. Om det är din enhet, be den om en ny kod. Om någon har skickat dig koden eller länken, sluta här.
unreadable = Det gick inte att läsa
unreadable-text = Det som din webbläsare skickade är inte det som sidan väntar sig. Gå tillbaka dit där du började och börja om.
wrong-request = Begäran kan inte besvaras
wrong-application-text = Programmet som skickade dig hit är inte rätt inställt ({ $reason }). Inget visades; berätta det för dem som driver det.
wrong-logout-text = Programmet som skickade dig hit är inte rätt inställt ({ $reason }). Du är inte utloggad; berätta det för dem som driver det.
too-many-codes = För många felaktiga koder
too-many-codes-text = { $minutes ->
    [1] Vänta en minut och skriv sedan den kod som din enhet visar då.
   *[other] Vänta { $minutes } minuter och skriv sedan den kod som din enhet visar då.
}
unsafe-answer = Din plånbok svarade på ett osäkert sätt
unsafe-answer-text = Svaret lades där andra kan läsa det, så det användes inte. Inget godtogs; börja om där du började.

claim-given_name = Förnamn
claim-family_name = Efternamn
claim-birth_date = Födelsedatum
claim-age-over = { $years } år eller äldre
claim-nationality = Medborgarskap
claim-address = Adress
claim-email = E-postadress
claim-phone_number = Telefonnummer
claim-place_of_birth = Födelseort
claim-portrait = Porträtt
claim-document_number = Dokumentnummer
claim-name = Fullständigt namn
claim-birth_given_name = Förnamn vid födseln
claim-birth_family_name = Efternamn vid födseln
claim-birth_year = Födelseår
claim-age = Ålder
claim-sex = Kön
claim-country_of_birth = Födelseland
claim-street = Gata
claim-house_number = Gatunummer
claim-postal_code = Postnummer
claim-locality = Ort
claim-region = Region
claim-country = Land
claim-signature = Namnteckning
claim-height = Längd
claim-weight = Vikt
claim-eye_colour = Ögonfärg
claim-hair_colour = Hårfärg
claim-personal_number = Personnummer
claim-issuing_authority = Utfärdande myndighet
claim-issuing_country = Utfärdande land
claim-issued_on = Utfärdat den
claim-valid_until = Giltigt till
claim-driving_privileges = Körkortsbehörigheter

amount = { $number }{ "\u00A0" }{ $currency }
number-group = { "\u00A0" }
number-point = ,
number-grouped-from = 4
date = { $day } { $month ->
    [1] januari
    [2] februari
    [3] mars
    [4] april
    [5] maj
    [6] juni
    [7] juli
    [8] augusti
    [9] september
    [10] oktober
    [11] november
   *[12] december
} { $year }
date-time = { $date }, { $time }
agree-line = { $label }: { $text }
agree-titled = { $title }: { $more }
agree-yes = ja
agree-no = nej
agree-none = inget
agree-payment = Betalning: { $amount }
agree-payment-for = Betalning: { $amount } för { $title }
agree-item = { $count } × { $unit } = { $total }
agree-description = Beskrivning
agree-total = Summa
agree-mandate = Betalningsmedgivande: { $amount } till { $payee }
agree-summary = Sammanfattning
agree-amount = Belopp
agree-payee = Betalningsmottagare
agree-payee-id = Betalningsmottagarens id
agree-payee-website = Betalningsmottagarens webbplats
agree-paid-with = Betalas med
agree-instruction = Instruktion
agree-instrument = Betalningsmedel
agree-wire = Överföring: { $amount } till { $to }, konto som slutar på { $end }
agree-person-at = { $person } hos { $institution }
agree-recipient = Mottagare
agree-recipient-institution = Mottagarens institut
agree-recipient-account = Mottagarens konto
agree-recipient-routing = Mottagarens clearingnummer
agree-recipient-website = Mottagarens webbplats
agree-from = Från
agree-from-institution = Avsändarens institut
agree-from-account = Avsändarens konto
agree-from-routing = Avsändarens clearingnummer
agree-ending = som slutar på { $end }
agree-memo = Meddelande
agree-address = Nätverksadress
agree-device = Enhet
agree-session = Session från nätverksadressen { $address }
agree-device-access = Åtkomst för en enhet: { $name }
agree-device-label = Den kallar sig
agree-device-code = Den visar koden
sca-payment = Betalning
sca-sign-in = Inloggning
sca-account = Åtkomst till ditt konto
sca-mandate = Medgivande
agree-action = Åtgärd
agree-service = Tjänst
agree-asked-by = Begärs av
agree-for = för { $name }
agree-purpose = Ändamål
agree-start = Från och med
agree-until = Till och med
agree-reference = Referens
agree-creditor = Borgenär
agree-time = Tidpunkt
agree-transaction = Transaktion
agree-amount-is = Beloppet
agree-estimated = är uppskattat och kan ändras
agree-earmarked = reserveras nu och dras senare
agree-instant = överförs direkt
agree-variable = kan skilja sig varje gång
agree-by-way-of = Genom
agree-on = Den
agree-repeated = Upprepas
agree-times = Hur många gånger
agree-at-least = Minst
agree-at-most = Högst
agree-altogether = Totalt
agree-at-first = Först
agree-first-times = Så många gånger dras det första beloppet
agree-apr = Effektiv ränta
agree-amount-to = { $amount } till { $payee }
agree-amount-to-often = { $amount } till { $payee }, { $often }
often-INDA = flera gånger om dagen
often-DAIL = varje dag
often-WEEK = varje vecka
often-TOWK = varannan vecka
often-TWMN = två gånger i månaden
often-MNTH = varje månad
often-TOMN = varannan månad
often-QUTR = varje kvartal
often-FOMN = var fjärde månad
often-SEMI = varje halvår
often-YEAR = varje år
often-TYEA = vartannat år
