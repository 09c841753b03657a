"""What the demo is about: an organisation, a campaign, two candidates, what callers are told. All of it invented."""

from __future__ import annotations

ORGANISATION = "Northlight Alliance (demo)"
OWN_PARTY = "Northlight"
OTHER_PARTIES = ("Civic Union", "Heath Party", "Free Towns", "Harbour Greens")
CAMPAIGN = "Two Towns (demo)"
DATA_SOURCE = "Demo: an invented electoral register"
PHONE_SOURCE = "Demo: invented phone numbers"
BOUNDARY_SET = "demo"
CARDS_SOURCE = "Demo: cards from the market stall"
CARDS_FILE = "demo-cards-from-the-stall.csv"
SIGN_UPS_SOURCE = "Demo: invented sign-ups"
SCREENING_FILE = "demo-tps-screening.csv"
EARLIER_SCREENING_FILE = "demo-tps-screening-earlier.csv"
ENTITLEMENT = "None needed: the electors are invented"
PURPOSE = "To show how Groundswell works"
# What people agreed to, where, and how that is known.
CONSENTS = (
    (
        "Yes, a volunteer may ring me about the campaign on this number.",
        "Card from the market stall",
        "The signed card is in the office, box 3.",
    ),
    (
        "Ring me about local issues. I can say stop at any time.",
        "Form on the website",
        "The form as sent, with time and address of the page.",
    ),
)
EMAIL_DOMAIN = "demo.invalid"

OWNER = "Ottilie Brand"
ORGANISER = "Sam Okoro"
DATA_MANAGER = "Dilys Marlowe"
CALLERS = (
    *("Aled Prosser", "Bea Lindqvist", "Cass Oyelaran", "Devi Raman", "Ewan Tait", "Farah Siddiq", "Gus Hallam"),
    *("Hetty Moyo", "Idris Vaughan", "Jo Castellano", "Kit Brannigan", "Lena Zielińska", "Mo Farouk", "Nell Abbott"),
)

CANDIDATES = {
    "E14001563": (
        "Amara Whitlock",
        "Runs the repair café by the market and has chaired the school governors for six years.",
    ),
    "E14001144": (
        "Joe Haslam",
        "A paramedic for fifteen years, born at Fairfield, coaches the under-twelves on Saturdays.",
    ),
}
CRIB_SHEETS = {
    "E14001563": """## {{ seat }} in one minute

- **{{ candidate }}** stands for us. She runs the repair café by the market.
- People talk about **rents**, **waiting times at the surgery** and **the late buses**.
- If someone asks what we would do first: a register of landlords, in force within a year.
- Last time: {{ last_result }}, won by **{{ majority }}**.

{{ result_history }}

### If you are asked
- *Who gave you my number?* It was given to us or comes from a list we may use; say sorry if it is unwelcome, offer
  **Do not call again** and press it.
- *Is the market closing?* No. The stalls move for eight weeks while the square is paved.
- *Where do I vote?* It is on the poll card, and on the council's site.

### Voting by post
- Anybody on the register may, and needs no reason: gov.uk/apply-postal-vote.
- Ask by **{{ postal_vote_by }}**. Polling day is {{ polling_day }}. We never touch anybody's postal vote.

### Who to ask
- Tonight's host, in the lobby; about a household, press **Tell organiser**.

Thank everybody, whatever they say.
""",
    "E14001144": """## {{ seat }} in one minute

- **{{ candidate }}** stands for us. He has been a paramedic for fifteen years.
- Last time: {{ last_result }}, won by **{{ majority }}**. Every conversation counts.
- People talk about **the walk-in centre**, **the tram's last run** and **high-street shops**.

{{ result_history }}

### If you are asked
- *What about the walk-in centre?* We want it open until ten every evening.
- *Will you put up council tax?* We publish what everything costs, and where it comes from.

### Voting by post
- Anybody on the register may, and needs no reason: gov.uk/apply-postal-vote.
- Ask by **{{ postal_vote_by }}**. Polling day is {{ polling_day }}. We never touch anybody's postal vote.

### Who to ask
- Tonight's host, in the lobby; about a household, press **Tell organiser**.

Thank everybody, whatever they say.
""",
}
OPENING = "Am I speaking to {{ person }}? Have you got two minutes for a few questions?"
CLOSING = "Thank you, {{ person }}, that is really kind. Have a lovely evening."
EVENING_TITLE = "Monday calls for {seat}"
EVENING_PLACE = "The Lantern Rooms, 1 Lantern Yard, Exampleford. Level entrance from the yard, tea from half past five."
EVENING_ABOUT = """We ring people together, from six to eight, and compare notes over tea.

- **Never done it?** We show you; you make a practice call first.
- Bring your phone and headphones. At home a quiet corner will do.
- Come for half an hour or for both: every conversation counts.
"""
# Signed up, and have never rung anybody yet.
GUESTS = (
    *("Orla Penhaligon", "Tariq Sandhu", "Wren Abernathy", "Ines Carvalho", "Bertie Locke", "Chidi Okafor"),
    *("Maja Nowak", "Rhona Sinclair", "Percy Attwell", "Yusuf Demir", "Gwen Tudor", "Flora Mackay"),
)
