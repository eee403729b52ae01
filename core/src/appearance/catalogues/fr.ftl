# Français. Personne dont c'est la langue maternelle ne l'a encore lu.

continue-to-wallet = Continuer vers votre portefeuille
not-me = Ce n’est pas moi
cancel = Annuler
give-up = Abandonner
try-again = Réessayer
go-back = Retour
go-on = Continuer
next = Suivant
by-yourself = S’il ne se passe rien, continuez vous-même.
enter-a-code = Saisir un code
help = Aide
privacy = Confidentialité
imprint = Mentions légales
minutes-left = { $minutes ->
    [1] Cela reste valable moins d’une minute.
   *[other] Cela reste valable moins de { $minutes } minutes.
}

code-title = Saisissez le code affiché sur votre appareil
code-label = Code
code-hint = Ne saisissez qu’un code affiché en ce moment même sur un appareil à vous. Personne d’autre n’en a besoin, et personne ne vous le demandera.
code-not-valid = Ce code n’est pas valable. Vérifiez-le sur votre appareil, ou demandez-lui un nouveau code.
code-in-use = Ce code est déjà utilisé dans un autre navigateur. Continuez là-bas, ou demandez un nouveau code à votre appareil.
code-tries-left = { $left ->
    [0] Après un autre code erroné, vous devrez attendre quelques minutes.
    [1] Vous pouvez essayer encore une fois avant de devoir attendre quelques minutes.
   *[other] Vous pouvez essayer encore { $left } fois avant de devoir attendre quelques minutes.
}

confirm-title = Est-ce votre appareil ?
confirm-who = Un appareil demande un accès : { $client }. Il doit afficher ce code en ce moment même :
confirm-label = L’appareil se nomme { $label }.
confirm-if-not = Si aucun appareil de ce genre n’est devant vous, ou si son code est différent, ce n’est pas vous qui avez commencé.
confirm-asked = { $minutes ->
    [0] Il a fait sa demande il y a moins d’une minute.
    [1] Il a fait sa demande il y a une minute.
   *[other] Il a fait sa demande il y a { $minutes } minutes.
}
near-same = Il semble être sur le même réseau que vous.
near-different = Il est sur un autre réseau que vous. Si quelqu’un vous a envoyé ce code ou ce lien, arrêtez-vous ici.
number-legend = Quel nombre l’appareil affiche-t-il ?
number-pick = Choisissez le nombre affiché sur votre appareil.
rights-title = Il obtiendra
claims-title = Votre portefeuille devra montrer
agreements-title = Vous donnerez votre accord à

authorize-title = Continuer avec votre portefeuille ?
authorize-who = { $client } demande un accès, et vous reviendrez à { $place }.
authorize-if-not = Si vous ne venez pas de là, annulez.

choose-title = Quel portefeuille voulez-vous utiliser ?

scan-title = Scannez ceci avec votre portefeuille
scan-who = { $client } demande à votre portefeuille de montrer quelque chose, ici dans ce navigateur.
scan-picture = Code QR de la demande adressée à votre portefeuille
scan-careful = Ne le scannez que si vous avez ouvert cette page vous-même. Quiconque vous en aurait envoyé une image recevrait ce que vous montrez.
scan-shown = C’est fait
scan-here = Le portefeuille est sur cet appareil

ask-title = Montrez ceci depuis votre portefeuille
ask-who = { $client } demande à votre portefeuille de montrer quelque chose.
ask-choose = Choisir un portefeuille
ask-other = Utiliser un autre portefeuille
ask-nothing = Rien n’a été montré. Réessayez, ou utilisez un autre portefeuille.
ask-busy = Votre navigateur vous le demande maintenant. Si aucune fenêtre ne s’est ouverte, utilisez un autre portefeuille.

wallet-title = Ouvrez votre portefeuille
wallet-who = { $client } demande à votre portefeuille de montrer quelque chose.
wallet-open = Ouvrir le portefeuille
wallet-nothing = Il ne s’est rien passé ?
wallet-nothing-text = L’application du portefeuille doit être sur cet appareil. Si vous venez de l’installer, appuyez à nouveau sur le bouton. Si votre portefeuille est sur un autre appareil, ouvrez-y la page où vous avez commencé.
wallet-get = Obtenir l’application
wallet-scan = Afficher un code QR pour un portefeuille sur un autre appareil

here-title = Continuer vers votre portefeuille ?
here-elsewhere = Ceci a été ouvert dans un autre navigateur
here-elsewhere-text = Si c’était vous, retournez à cet autre navigateur : il vous attend. Si vous venez d’ouvrir ce lien vous-même, vous pouvez continuer ici ; un programme qui examine les liens a peut-être été plus rapide que vous.
here-careful = Ne continuez que si vous avez ouvert ce lien vous-même. Si quelqu’un vous l’a envoyé, arrêtez-vous ici : cette personne pourrait recevoir ce que vous montrez.

relay-title = Vérification de la réponse de votre portefeuille
relay-wait = Un instant
relay-wait-text = La réponse de votre portefeuille est en cours de vérification.
relay-nothing = Il n’y a rien ici
relay-nothing-text = Cette page ne reçoit que la réponse d’un portefeuille, et une seule fois. Retournez là où vous avez commencé.
relay-no-script = Cette étape nécessite JavaScript. Autorisez-le pour ce site et recommencez là où vous aviez commencé ; la réponse de votre portefeuille n’a pas été transmise.
needs-script = L’étape suivante nécessite JavaScript. Autorisez-le pour ce site avant de continuer.
time-over = Le temps est écoulé. Revenez là où vous avez commencé et recommencez.
post-title = Vers votre portefeuille
return-title = Retour là d’où vous venez

logout-title = Se déconnecter ?
logout-who = { $client } vous a envoyé ici pour vous déconnecter.
logout-text = Les applications que vous utilisez dans ce navigateur demanderont à nouveau votre portefeuille.
logout-yes = Se déconnecter
logout-no = Rester connecté
logout-done = Vous êtes déconnecté
logout-done-text = La prochaine fois, les applications demanderont à nouveau votre portefeuille. Vous pouvez fermer cette page.

next-on-device = Retournez à votre appareil. Vous pouvez fermer cette page.
next-in-client = Retournez à { $client }. Vous pouvez fermer cette page.
told-client = { $client } a été informé que cela n’a pas fonctionné.
done-verified = C’est fait
done-verified-text = { $client } a ce qu’il lui faut.
done-not-me = Ce n’était pas vous ?
done-not-me-text = Alors l’appareil perd de nouveau son accès.
done-nothing-earned = Cela ne suffit pas
done-nothing-earned-text = La réponse de votre portefeuille est authentique, mais elle ne répond pas à ce que { $client } demande.
done-disowned = Arrêté
done-disowned-text = Vous avez dit que vous n’aviez pas commencé ceci. L’appareil n’obtient aucun accès.
done-declined = Rien n’a été montré
done-declined-text = Vous ou votre portefeuille avez refusé.
done-issuer = Votre attestation n’a pas pu être vérifiée
done-issuer-text = Ce que son émetteur publie à son sujet est erroné ou introuvable, et { $client } en a été informé. Vous et votre portefeuille n’y êtes pour rien.
done-postponed = Votre attestation ne peut pas être vérifiée pour le moment
done-postponed-text = Le serveur de son émetteur ne répond pas comme il le devrait. Vous et votre portefeuille n’y êtes pour rien. Attendez une minute et réessayez.
done-rejected = Cela n’a pas fonctionné
done-rejected-text = La réponse de votre portefeuille n’a pas pu être acceptée.
done-again = Cela n’a pas encore fonctionné
done-tries-left = { $left ->
    [1] Vous pouvez essayer encore une fois.
   *[other] Vous pouvez essayer encore { $left } fois.
}
done-return = Encore une étape
done-return-text = Votre portefeuille a répondu. Retournez-y et suivez-le jusqu’ici, dans ce navigateur ; la réponse ne compte qu’ensuite. S’il a ouvert un autre navigateur, copiez-en l’adresse et ouvrez-la ici.
done-open = Pas encore terminé
done-open-text = { $client } attend toujours une réponse de votre portefeuille.
done-expired = Cela a pris trop de temps
done-expired-on-device = Rien n’a été montré. Demandez un nouveau code à votre appareil et recommencez.
done-expired-in-client = Rien n’a été montré. Retournez à { $client } et recommencez.

trouble-taken-back = Cette attestation ne compte plus
trouble-taken-back-text = Son émetteur l’a révoquée ou suspendue. Renseignez-vous auprès de lui, ou utilisez une autre attestation.
trouble-expired = Cette attestation a expiré
trouble-expired-text = Sa durée est écoulée, elle ne compte donc plus. Renouvelez-la auprès de son émetteur, ou utilisez une autre attestation.
trouble-not-yet = Cette attestation n’est pas encore valable
trouble-not-yet-text = Elle ne compte qu’à partir d’une date ultérieure. Renseignez-vous auprès de son émetteur, ou utilisez une autre attestation.
trouble-not-enough = Cela ne suffit pas
trouble-not-enough-text = Ce que vous avez montré est authentique, mais ne répond pas à ce que { $client } demande. Une autre attestation conviendra peut-être.
trouble-other-issuer = Cet émetteur n’est pas accepté ici
trouble-other-issuer-text = { $client } n’accepte pas les attestations de l’émetteur de celle que vous avez montrée. Utilisez une attestation d’un autre émetteur.
trouble-other-credential = C’est une autre attestation
trouble-other-credential-text = Votre portefeuille a montré un autre type d’attestation que celui demandé. Choisissez celle qui est demandée.
trouble-incomplete = Il manque quelque chose
trouble-incomplete-text = Votre portefeuille n’a pas montré tout ce qui était demandé. Partagez tout ce qu’il vous demande.
trouble-credential = Cette attestation pose un problème
trouble-credential-text = Elle n’est pas comme elle devrait être et ne peut donc pas être acceptée. Demandez-en une nouvelle à son émetteur, ou utilisez une autre attestation.
trouble-issuer-service = L’émetteur ne répond pas
trouble-issuer-service-text = Personne ne peut dire pour l’instant si l’attestation que vous avez montrée compte encore. Réessayez un peu plus tard, ou utilisez une autre attestation.

stopped = Arrêté
stopped-text = Rien n’a été montré, et le code ne fonctionne plus. Si quelqu’un vous a envoyé ce code ou ce lien, ne faites pas ce qu’il demande.
stopped-late-text = L’appareil n’obtient aucun accès. Si quelqu’un vous a envoyé ce code ou ce lien, ne faites pas ce qu’il demande.
stopped-revoked = L’accès a été retiré
stopped-revoked-text = L’appareil avait déjà accès ; il vient de le perdre. Ce qu’il a vu avant ne peut être repris, et un service qui ne nous interroge pas peut encore le croire un moment. Prévenez aussi ce service.

no-such-page = Cette page n’existe pas
no-such-page-text = L’adresse est incomplète, ou n’existe plus. Retournez là où vous avez commencé.
our-fault = Une erreur s’est produite de notre côté
our-fault-text = Nous en sommes désolés. Attendez quelques secondes et rechargez cette page.
our-fault-trace = Si cela se reproduit, donnez ce numéro à l’exploitant : { $trace }
too-many = Trop de demandes
too-many-text = Votre réseau envoie plus de demandes que nous n’en traitons. Attendez une minute et rechargez cette page.
unknown-link = Ce lien ne fonctionne plus
unknown-link-text = Il a expiré, ou n’a pas été copié en entier. Retournez là où vous avez commencé et recommencez.
used-link = Ce lien ne fonctionne plus
used-link-text = Il a expiré, ou a déjà été utilisé. Retournez à l’application et recommencez.
opened-elsewhere = Ceci a été ouvert dans un autre navigateur
opened-elsewhere-text = Pour votre sécurité, on ne peut continuer que dans le navigateur qui l’a ouvert en premier. Retournez-y, ou recommencez là où vous aviez commencé.
still-signed-in = Vous êtes toujours connecté
still-signed-in-text = Rien n’a changé. Vous pouvez fermer cette page.
nothing-to-see = Il n’y a rien à voir ici
nothing-to-see-text = Cela a été oublié quelque temps après la fin, ou l’adresse est incomplète. Si vous attendez encore quelque chose, recommencez là où vous aviez commencé.
other-browser = Cela continue dans votre autre navigateur
other-browser-text = Retournez au navigateur dans lequel vous avez commencé : il vous attend. S’il ne continue pas de lui-même, copiez l’adresse de cette page et ouvrez-la là-bas. Ne donnez cette adresse à personne. Si vous n’avez rien commencé, fermez cette page.
answer-elsewhere = Votre portefeuille est revenu dans un autre navigateur
answer-elsewhere-text = Sa réponse n’a pas été utilisée. Retournez au navigateur dans lequel vous avez commencé : il attend et vous mènera encore une fois à votre portefeuille. S’il s’agit de ce navigateur, les cookies doivent être autorisés pour ce site. Si vous n’avez rien commencé, fermez cette page.
no-open-request = Cette réponse n’est plus attendue
no-open-request-text = Cela a pris trop de temps, elle a déjà servi, ou elle a été commencée dans un autre navigateur. Elle n’a pas été examinée. Si vous avez commencé dans un autre navigateur, retournez-y : il attend. Sinon, recommencez là où vous aviez commencé.
wallet-unusable = Votre portefeuille ne peut pas être utilisé ici
wallet-unusable-text = Le service de votre portefeuille annonce quelque chose qui ne convient pas. Seul son exploitant peut y remédier ; rien n’a été montré.
wallet-silent = Votre portefeuille ne répond pas
wallet-silent-text = Nous n’avons pas pu joindre le service de votre portefeuille. Rien n’est perdu : attendez quelques secondes et rechargez cette page.
foreign-form = Veuillez recommencer
foreign-form-text = Votre navigateur n’a pas envoyé ce dont nous avons besoin pour être sûrs qu’il s’agit de vous. Les cookies doivent être autorisés pour ce site. Retournez ensuite là où vous avez commencé.
no-cookies = Les cookies sont nécessaires ici
no-cookies-text = Sans eux, votre réponse ne peut pas être distinguée de celle d’un inconnu. Autorisez les cookies pour ce site, puis revenez là où vous avez commencé. Rien n’a été partagé.
code-elsewhere = Cela ne fonctionne que sur le réseau de votre appareil
code-elsewhere-text = Nous ne voyons pas que vous y êtes. C’est en général votre Wi-Fi à la maison : connectez-vous-y, puis rouvrez cette page. Si quelqu’un vous a envoyé ce code ou ce lien, arrêtez-vous ici.
wrong-number = Ce n’est pas le nombre affiché sur votre appareil
wrong-number-text = Rien n’a été montré, et le code ne fonctionne plus. Si c’est votre appareil, demandez-lui un nouveau code. Si quelqu’un vous a envoyé ce code ou ce lien, arrêtez-vous ici.
unreadable = Impossible à lire
unreadable-text = Ce que votre navigateur a envoyé n’est pas ce que cette page attend. Retournez là où vous avez commencé et recommencez.
wrong-request = Impossible de répondre à cette demande
wrong-application-text = L’application qui vous a envoyé ici n’est pas configurée correctement ({ $reason }). Rien n’a été montré ; prévenez ceux qui l’exploitent.
wrong-logout-text = L’application qui vous a envoyé ici n’est pas configurée correctement ({ $reason }). Vous n’êtes pas déconnecté ; prévenez ceux qui l’exploitent.
too-many-codes = Trop de codes erronés
too-many-codes-text = { $minutes ->
    [1] Attendez une minute, puis saisissez le code que votre appareil affichera alors.
   *[other] Attendez { $minutes } minutes, puis saisissez le code que votre appareil affichera alors.
}
unsafe-answer = Votre portefeuille a répondu de manière non sûre
unsafe-answer-text = Sa réponse a été placée là où d’autres peuvent la lire, elle n’a donc pas été utilisée. Rien n’a été accepté ; recommencez là où vous aviez commencé.

claim-given_name = Prénom
claim-family_name = Nom de famille
claim-birth_date = Date de naissance
claim-age-over = { $years } ans ou plus
claim-nationality = Nationalité
claim-address = Adresse
claim-email = Adresse e-mail
claim-phone_number = Numéro de téléphone
claim-place_of_birth = Lieu de naissance
claim-portrait = Photo d’identité
claim-document_number = Numéro du document
claim-name = Nom complet
claim-birth_given_name = Prénom de naissance
claim-birth_family_name = Nom de naissance
claim-birth_year = Année de naissance
claim-age = Âge
claim-sex = Sexe
claim-country_of_birth = Pays de naissance
claim-street = Rue
claim-house_number = Numéro dans la rue
claim-postal_code = Code postal
claim-locality = Ville
claim-region = Région
claim-country = Pays
claim-signature = Signature
claim-height = Taille
claim-weight = Poids
claim-eye_colour = Couleur des yeux
claim-hair_colour = Couleur des cheveux
claim-personal_number = Numéro personnel
claim-issuing_authority = Autorité de délivrance
claim-issuing_country = Pays de délivrance
claim-issued_on = Délivré le
claim-valid_until = Valable jusqu’au
claim-driving_privileges = Catégories de véhicules autorisées

amount = { $number }{ "\u00A0" }{ $currency }
number-group = { "\u202F" }
number-point = ,
number-grouped-from = 4
date = { $day ->
    [1] 1er
   *[other] { $day }
} { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
} { $year }
date-time = { $date }, { $time }
agree-line = { $label }{ "\u00A0" }: { $text }
agree-titled = { $title }{ "\u00A0" }: { $more }
agree-yes = oui
agree-no = non
agree-none = aucun
agree-payment = Paiement{ "\u00A0" }: { $amount }
agree-payment-for = Paiement{ "\u00A0" }: { $amount } pour { $title }
agree-item = { $count } × { $unit } = { $total }
agree-description = Description
agree-total = Total
agree-mandate = Mandat de paiement{ "\u00A0" }: { $amount } à { $payee }
agree-summary = Résumé
agree-amount = Montant
agree-payee = Bénéficiaire
agree-payee-id = Identifiant du bénéficiaire
agree-payee-website = Site du bénéficiaire
agree-paid-with = Payé avec
agree-instruction = Instruction
agree-instrument = Moyen de paiement
agree-wire = Virement{ "\u00A0" }: { $amount } à { $to }, compte se terminant par { $end }
agree-person-at = { $person } chez { $institution }
agree-recipient = Destinataire
agree-recipient-institution = Établissement du destinataire
agree-recipient-account = Compte du destinataire
agree-recipient-routing = Code bancaire du destinataire
agree-recipient-website = Site du destinataire
agree-from = De
agree-from-institution = Établissement de l’émetteur
agree-from-account = Compte de l’émetteur
agree-from-routing = Code bancaire de l’émetteur
agree-ending = se terminant par { $end }
agree-memo = Libellé
agree-address = Adresse réseau
agree-device = Appareil
agree-session = Session depuis l’adresse réseau { $address }
agree-device-access = Accès pour un appareil{ "\u00A0" }: { $name }
agree-device-label = Il se nomme
agree-device-code = Il affiche le code
sca-payment = Paiement
sca-sign-in = Connexion
sca-account = Accès à votre compte
sca-mandate = Mandat
agree-action = Action
agree-service = Service
agree-asked-by = Demandé par
agree-for = pour { $name }
agree-purpose = Objet
agree-start = À partir du
agree-until = Jusqu’au
agree-reference = Référence
agree-creditor = Créancier
agree-time = Moment
agree-transaction = Transaction
agree-amount-is = Le montant
agree-estimated = est estimé et peut changer
agree-earmarked = est réservé maintenant et prélevé plus tard
agree-instant = est transféré immédiatement
agree-variable = peut varier à chaque fois
agree-by-way-of = Par l’intermédiaire de
agree-on = Le
agree-repeated = Répété
agree-times = Combien de fois
agree-at-least = Au moins
agree-at-most = Au plus
agree-altogether = Au total
agree-at-first = Au début
agree-first-times = Le premier montant est prélevé tant de fois
agree-apr = Taux annuel effectif global
agree-amount-to = { $amount } à { $payee }
agree-amount-to-often = { $amount } à { $payee }, { $often }
often-INDA = plusieurs fois par jour
often-DAIL = chaque jour
often-WEEK = chaque semaine
often-TOWK = toutes les deux semaines
often-TWMN = deux fois par mois
often-MNTH = chaque mois
often-TOMN = tous les deux mois
often-QUTR = chaque trimestre
often-FOMN = tous les quatre mois
often-SEMI = chaque semestre
often-YEAR = chaque année
often-TYEA = tous les deux ans
