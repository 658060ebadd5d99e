"""The ready surveys in English."""

from __future__ import annotations

_LIKELY = ("Not at all likely", "Extremely likely")
_SATISFIED = ("Very dissatisfied", "Very satisfied")
_AGREE = ("Strongly disagree", "Strongly agree")

WORDING: dict[str, dict[str, str | tuple[str, ...]]] = {
    "NPS After Delivery": {
        "Mail Subject": "How was your delivery?",
        "Mail Message": "You recently received a delivery from us. May we ask how it went? It takes about a minute.",
        "Introduction": "Your answers go to the people who look after you. They help us to put right what went wrong, and to keep what went well.",
        "Thank You": "Thank you. We read every answer, and get in touch where something went wrong.",
        "nps": ("How likely is it that you would recommend us to a friend or colleague?", *_LIKELY),
        "delivery": ("How satisfied are you with this delivery?", *_SATISFIED),
        "reason": ("What is the main reason for your answer?",),
        "testimonial": (
            "Would you put in a good word for us? If you like, write a sentence or two that others may read.",
        ),
        "referral": ("Do you know somebody we could help as well? Whom may we get in touch with?",),
    },
    "Satisfaction After an Issue": {
        "Mail Subject": "Did we solve your issue?",
        "Mail Message": "Your issue has been closed. May we ask how we dealt with it? One answer is enough.",
        "Introduction": "Your answer goes to the people who worked on your issue.",
        "Thank You": "Thank you. If something is still not right, we will get in touch.",
        "csat": ("How satisfied are you with the way we dealt with your issue?", *_SATISFIED),
        "better": ("What could we have done better?",),
    },
    "Customer Effort": {
        "Mail Subject": "Did we make it easy for you?",
        "Mail Message": "We recently worked on something for you. May we ask how much effort it cost you? One answer is enough.",
        "Introduction": "The less trouble you have with us, the better. Please tell us how it was.",
        "Thank You": "Thank you. We will work on what cost you effort.",
        "ces": ("You made it easy for me to get my request handled.", *_AGREE),
        "effort": ("What cost you the most effort?",),
    },
    "Relationship Quality": {
        "Mail Subject": "How do you see our cooperation?",
        "Mail Message": "Once a year we ask our customers how they see our cooperation. It takes about two minutes and helps us to look after you better.",
        "Introduction": "Please say how far you agree with these statements. Leave out what you cannot judge.",
        "Thank You": "Thank you for your time and your frankness.",
        "satisfied": ("All in all, we are satisfied with this company.", *_AGREE),
        "expectations": ("This company meets our expectations.", *_AGREE),
        "person_frank": ("Our contact person is frank with us.", *_AGREE),
        "person_reliable": ("Our contact person can be relied upon.", *_AGREE),
        "company_promises": ("This company keeps the promises it makes to us.", *_AGREE),
        "company_right": ("This company can be counted on to do what is right.", *_AGREE),
        "person_advice": ("Our contact person's advice helps us to decide.", *_AGREE),
        "person_enjoy": ("We enjoy working with our contact person.", *_AGREE),
        "company_pays": ("Being a customer of this company pays off for us.", *_AGREE),
        "company_attached": ("We feel attached to this company.", *_AGREE),
        "idea": ("Is there something we should offer, or do differently?",),
    },
}
