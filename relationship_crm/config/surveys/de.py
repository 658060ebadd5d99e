"""The ready surveys in German."""

from __future__ import annotations

_LIKELY = ("Überhaupt nicht wahrscheinlich", "Äußerst wahrscheinlich")
_SATISFIED = ("Sehr unzufrieden", "Sehr zufrieden")
_AGREE = ("Stimme überhaupt nicht zu", "Stimme voll und ganz zu")

WORDING: dict[str, dict[str, str | tuple[str, ...]]] = {
    "NPS After Delivery": {
        "Mail Subject": "Wie war Ihre Lieferung?",
        "Mail Message": "Sie haben kürzlich eine Lieferung von uns erhalten. Dürfen wir fragen, wie es lief? Es dauert etwa eine Minute.",
        "Introduction": "Ihre Antworten gehen an die Menschen, die Sie betreuen. Sie helfen uns, wiedergutzumachen, was schiefging, und beizubehalten, was gut war.",
        "Thank You": "Vielen Dank. Wir lesen jede Antwort und melden uns, wenn etwas schiefgegangen ist.",
        "nps": ("Wie wahrscheinlich ist es, dass Sie uns Freunden oder Kollegen weiterempfehlen?", *_LIKELY),
        "delivery": ("Wie zufrieden sind Sie mit dieser Lieferung?", *_SATISFIED),
        "reason": ("Was ist der Hauptgrund für Ihre Antwort?",),
        "testimonial": (
            "Möchten Sie ein gutes Wort für uns einlegen? Wenn Sie mögen, schreiben Sie ein, zwei Sätze, die andere lesen dürfen.",
        ),
        "referral": (
            "Kennen Sie jemanden, dem wir ebenfalls helfen könnten? Bei wem dürfen wir uns melden?",
        ),
    },
    "Satisfaction After an Issue": {
        "Mail Subject": "Haben wir Ihr Anliegen gelöst?",
        "Mail Message": "Ihr Anliegen ist abgeschlossen. Dürfen wir fragen, wie wir damit umgegangen sind? Eine Antwort genügt.",
        "Introduction": "Ihre Antwort geht an die Menschen, die sich um Ihr Anliegen gekümmert haben.",
        "Thank You": "Vielen Dank. Wenn noch etwas nicht in Ordnung ist, melden wir uns.",
        "csat": ("Wie zufrieden sind Sie damit, wie wir mit Ihrem Anliegen umgegangen sind?", *_SATISFIED),
        "better": ("Was hätten wir besser machen können?",),
    },
    "Customer Effort": {
        "Mail Subject": "Haben wir es Ihnen leicht gemacht?",
        "Mail Message": "Wir haben kürzlich etwas für Sie erledigt. Dürfen wir fragen, wie viel Mühe es Sie gekostet hat? Eine Antwort genügt.",
        "Introduction": "Je weniger Umstände Sie mit uns haben, desto besser. Bitte sagen Sie uns, wie es war.",
        "Thank You": "Vielen Dank. Wir arbeiten an dem, was Sie Mühe gekostet hat.",
        "ces": ("Sie haben es mir leicht gemacht, mein Anliegen zu erledigen.", *_AGREE),
        "effort": ("Was hat Sie die meiste Mühe gekostet?",),
    },
    "Relationship Quality": {
        "Mail Subject": "Wie sehen Sie unsere Zusammenarbeit?",
        "Mail Message": "Einmal im Jahr fragen wir unsere Kunden, wie sie unsere Zusammenarbeit sehen. Es dauert etwa zwei Minuten und hilft uns, Sie besser zu betreuen.",
        "Introduction": "Bitte sagen Sie, wie weit Sie diesen Aussagen zustimmen. Lassen Sie aus, was Sie nicht beurteilen können.",
        "Thank You": "Vielen Dank für Ihre Zeit und Ihre Offenheit.",
        "satisfied": ("Alles in allem sind wir mit diesem Unternehmen zufrieden.", *_AGREE),
        "expectations": ("Dieses Unternehmen erfüllt unsere Erwartungen.", *_AGREE),
        "person_frank": ("Unser Ansprechpartner ist offen und ehrlich zu uns.", *_AGREE),
        "person_reliable": ("Auf unseren Ansprechpartner ist Verlass.", *_AGREE),
        "company_promises": ("Dieses Unternehmen hält, was es uns verspricht.", *_AGREE),
        "company_right": (
            "Man kann sich darauf verlassen, dass dieses Unternehmen das Richtige tut.",
            *_AGREE,
        ),
        "person_advice": ("Der Rat unseres Ansprechpartners hilft uns bei Entscheidungen.", *_AGREE),
        "person_enjoy": ("Wir arbeiten gern mit unserem Ansprechpartner zusammen.", *_AGREE),
        "company_pays": ("Es lohnt sich für uns, Kunde dieses Unternehmens zu sein.", *_AGREE),
        "company_attached": ("Wir fühlen uns diesem Unternehmen verbunden.", *_AGREE),
        "idea": ("Gibt es etwas, das wir anbieten oder anders machen sollten?",),
    },
}
