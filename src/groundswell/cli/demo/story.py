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

# Supporters who agreed to be written to, and what came of it.
SUPPORTERS_SOURCE = "Demo: invented supporters"
SUPPORTER_TAG = "Supporter (demo)"
SIGN_UP_TAG = "Late buses (demo)"
TEXT_NUMBER = "+441164960100"
TEXTS_FROM = "Northlight"
EMAILS_FROM = f"hello@{EMAIL_DOMAIN}"
SIGN_UP_TITLE = "Bring back the late buses"
SIGN_UP_ABOUT = """The last bus leaves at twenty to nine. Whoever works late walks home.

- **What we want:** a bus every half hour until midnight, on every line through the two towns.
- **What it costs:** less than the new car park.
- **What you can do:** put your name here. We hand it to the council with everybody else's.
"""
SIGN_UP_THANKS = """You are one of us now. The next thing is easy: **come on Monday** and ring people with us,
for half an hour or two.
"""
TEXT_NAME = "Late buses: sign up"
TEXT_BODY = (
    "Hi {{ first_name|there }}, the council votes on the late buses next week. Put your name to ours, it takes a minute: "
    "{{ link }} Sam, Northlight. Reply STOP to end"
)
EMAIL_NAME = "Come on Monday"
EMAIL_SUBJECTS = ("Are you free on Monday, {{ first_name|friend }}?", "Six o’clock, tea, and a telephone")
EMAIL_BODY = """Hello {{ first_name|there }},

on Monday we ring **{{ seat|your area }}** together, from six to eight. Last time a dozen people had almost three hundred
conversations, most of them friendly, some of them funny.

- **Never done it?** We show you, and you make a practice call first.
- **No time?** Half an hour is a lot.

[Tell us that you come]({{ link }})

Sam Okoro
Northlight Alliance (demo)
"""
REPLIES = (
    ("Signed! My neighbour wants to as well, can I forward this?", False),
    ("What about the 97? It goes past the hospital and there is nothing after eight", False),
    ("we must STOP this cut, count me in", False),
    ("Who is this please?", False),
    ("Done. Happy to hand out leaflets on Saturday 👍", False),
    ("I moved to Leeds last month but good luck", False),
    ("Can you ring me instead? I am no good with links", False),
    ("Thanks Sam, signed. Will there be tea again", True),
    ("Wrong number mate", True),
)
TEXT_BANK_NAME = "Ask supporters along"
TEXT_BANK_BODY = (
    "Hi {{ first_name|there }}, {{ texter }} here from Northlight. We ring voters together this Monday at six, with tea. "
    "Would you come? Reply STOP to end"
)
# Title, words, and whether it is only for those who said that they are with us.
CANNED_REPLIES = (
    ("Yes, how", "Lovely, {{ first_name|friend }}! Here is when and where, and your place: {{ link }}", False),
    ("Never done it", "Nobody had, the first time. We show you and you make a practice call before: {{ link }}", False),
    ("Who are you", "I am a volunteer for Northlight Alliance. You ticked on our page that we may text you.", False),
    ("Another day", "That is fine. Shall I ask you again in a month?", False),
    ("A poster?", "That is so good to hear! Would you have a poster in your window?", True),
)
# What they wrote, and what was done about it: the answer, a word to the organiser (!), or nothing yet.
TEXT_BANK_REPLIES = (
    ("Yes! What do I bring?", "Your phone and headphones. The tea is ours! See you on Monday"),
    ("I would but I have never rung anybody", "Nobody had, the first time. We show you first, promise"),
    ("Can I bring my sister", "Please do! Six o’clock at the Lantern Rooms"),
    ("Is there a lift? I use a chair", ""),
    ("not this week, next one maybe", ""),
    ("who gave you this number", ""),
    ("I am a journalist, who can I speak to about this campaign?", "!Asks for somebody who may speak to the press"),
    ("My mother died last week, please take her off", "!Needs a kind word, and her record put right"),
)
FLOW_NAME = "Poster at the bus stops"
FLOW_KEYWORD = "BUSES"
FLOW_ISSUE = "What matters most to you just now?"
FLOW_VOTE = "And if there were an election tomorrow?"
FLOW_CONSENT = "May a volunteer of {organisation} ring you about the buses? Answer YES. Text STOP to end it."
FLOW_THANKS = (
    "Thank you, {{ first_name|friend }}! We ring neighbours about it this Monday, with tea. Come along: {{ link }}"
)
FLOW_YES = ("Yes", "YES", "yes please", "No", "no thanks")
SURVEY_TITLE = "What should come first?"
SURVEY_ABOUT = "Two minutes, and you need not say who you are. What most people name is what we begin with."
SURVEY_THANKS = "Thank you. On the first of the month we write to you what everybody said."
SIGNED_UP_BY_THEMSELVES = (
    *("Asha Venning", "Colm Hardwick", "Dorota Sikora", "Emeka Lawal", "Fern Tolliver"),
    *("Gethin Rowe", "Hana Kovar", "Ivor Pendle", "Juno Bexley"),
)
STOPS = ("STOP", "Stop", "Stop all", "STOP")
CONSENT_SOURCE = "Sign-up form on the website"
CONSENT_EVIDENCE = "Ticked on the form; confirmed by the link in the letter, with time and address of the page."
