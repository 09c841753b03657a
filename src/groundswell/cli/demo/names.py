"""Invented names of people and streets, as various as the two towns. No name here is meant to be anybody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Given and family names that go together. `shared`: how often grown-ups of one household share the family name."""

    given: tuple[tuple[str, ...], tuple[str, ...]]
    family: tuple[str, ...]
    shared: float


def _two(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Women's names, then men's: a middle name should go with the first."""
    women, men = text.split("|")
    return _words(women), _words(men)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


BRITISH = Origin(
    _two(
        "Margaret Susan Patricia Christine Linda Jacqueline Deborah Julie Karen Tracey Sharon Nicola Claire Joanne "
        "Rebecca Sarah Emma Laura Gemma Charlotte Sophie Jessica Chloe Megan Holly Georgia Ellie Poppy Jean Doreen "
        "Maureen Eileen Sheila Brenda Pauline Valerie Hilary Frances Ruth Alison Fiona Isla Freya Siân Bethan "
        "| David John Michael Peter Robert Stephen Paul Andrew Ian Alan Keith Trevor Kevin Gary Mark Simon Philip "
        "Darren Lee Craig Matthew James Thomas Daniel Luke Ryan Jack Joshua Callum Harry Oliver George Alfie Ronald "
        "Kenneth Derek Geoffrey Roy Graham Nigel Martin Neil Stuart Duncan Rhys Owain Gareth Ewan Finlay"
    ),
    _words(
        "Ashworth Barlow Haworth Entwistle Openshaw Ramsbottom Hargreaves Holt Kershaw Nuttall Schofield Duckworth "
        "Crompton Greenhalgh Whittaker Fairhurst Smith Jones Taylor Brown Wilson Evans Thomas Roberts Walker Wright "
        "Robinson Thompson White Hughes Edwards Green Hall Wood Harris Lewis Clarke Jackson Turner Hill Cooper Ward "
        "Morris Moore Clark King Baker Harrison Morgan Allen James Scott Phillips Watson Davis Parker Price Bennett "
        "Young Griffiths Mitchell Cook Carter Richardson Bailey Collins Bell Shaw Marsh Pickering O'Hare McDonald "
        "Campbell Fraser Stewart Llewellyn Pugh Hartley-Booth Fenwick Tattersall Bridge Lomax Pilkington Wolstenholme"
    ),
    0.78,
)
IRISH = Origin(
    _two(
        "Siobhán Aoife Niamh Bridget Kathleen Bernadette Deirdre Gráinne Róisín Sinéad Caitríona Nora Mary Eileen "
        "| Patrick Seán Declan Eamon Brendan Conor Liam Kieran Fergal Gerard Dermot Cormac Niall Padraig Michael Aidan"
    ),
    _words(
        "Murphy Kelly O'Sullivan Walsh O'Brien Byrne Ryan O'Connor O'Neill Doyle McCarthy Gallagher Doherty Kennedy "
        "Lynch Quinn McLoughlin Carroll Connolly Daly Brennan Dunne Nolan Fitzgerald Keane Hennessy"
    ),
    0.8,
)
PAKISTANI = Origin(
    _two(
        "Ayesha Fatima Saima Nadia Shazia Rukhsana Zainab Maryam Sana Hina Bushra Samina Amina Iqra Khadija Nusrat "
        "| Mohammed Imran Tariq Asif Shahid Usman Bilal Hamza Adeel Faisal Nadeem Kashif Waqas Zahid Yasir Rashid Junaid"
    ),
    _words(
        "Khan Hussain Ahmed Ali Malik Akhtar Mahmood Iqbal Shah Mirza Butt Chaudhry Qureshi Bhatti Sheikh Rehman "
        "Siddiqui Raja Aslam Javed Anwar Sadiq"
    ),
    0.55,
)
INDIAN = Origin(
    _two(
        "Priya Anjali Kavita Meera Sunita Rekha Nisha Pooja Harpreet Jasleen Manpreet Lakshmi Divya Deepa Bhavna "
        "| Raj Sanjay Amit Vikram Anil Rohan Arjun Nikhil Gurpreet Jaspal Harjit Suresh Ramesh Kiran Dev Mahesh Paresh"
    ),
    _words(
        "Patel Singh Kaur Sharma Shah Gupta Mehta Desai Joshi Reddy Nair Iyer Gill Sandhu Dhillon Bhatt Parmar Chauhan"
    ),
    0.8,
)
BANGLADESHI = Origin(
    _two(
        "Nasima Rahima Shirin Taslima Farzana Rina Sultana Jannat Tahmina | Abdul Kamal Rafiq Jamal Shafiq Mizanur Anwar "
        "Habibur Nazrul Faruk Saiful Tanvir"
    ),
    _words("Begum Rahman Miah Uddin Islam Chowdhury Alam Haque Khatun Hossain Choudhury Talukdar Sarkar"),
    0.45,
)
WEST_AFRICAN = Origin(
    _two(
        "Ngozi Chioma Adaeze Folake Yetunde Abena Akua Efua Ama Comfort Grace Blessing Patience Funmilayo Titilayo "
        "| Emeka Chinedu Olumide Babatunde Segun Kwame Kofi Kwabena Yaw Samuel Emmanuel Tunde Ifeanyi Kwaku Femi Ade"
    ),
    _words(
        "Okafor Adeyemi Okonkwo Balogun Eze Nwosu Adebayo Ogunleye Mensah Owusu Boateng Asante Appiah Osei Agyeman "
        "Bello Danjuma Kamara Sesay Koroma"
    ),
    0.8,
)
EAST_AFRICAN = Origin(
    _two(
        "Hodan Ifrah Sagal Ayan Fadumo Selam Mihret Tigist Wanjiru Amina Halima | Abdi Mahad Yusuf Liban Dawit Yonas "
        "Tesfaye Mwangi Otieno Omar Ahmed Hassan"
    ),
    _words("Abdi Warsame Jama Farah Hassan Tesfaye Bekele Haile Kamau Otieno Mwangi Ali Mohamud Nur Osman Elmi"),
    0.4,
)
CARIBBEAN = Origin(
    _two(
        "Rochelle Marcia Sonia Yvonne Beverley Claudette Shanice Keisha Tanya Monique Precious | Delroy Winston Leroy "
        "Clive Errol Courtney Marlon Jermaine Andre Dwayne Tyrone Desmond Gladstone"
    ),
    _words(
        "Campbell Grant Francis Reid Gordon Henry Blake Lawrence Bailey Powell Morrison Beckford Brathwaite Clarke "
        "Samuels Joseph St._Clair Pierre Charles Baptiste"
    ),
    0.75,
)
TURKISH = Origin(
    _two(
        "Ayşe Elif Zeynep Emine Hatice Sevgi Gülay Özlem Defne Eleni Androulla Maria | Mehmet Mustafa Ahmet Hasan Emre "
        "Murat Serkan Kemal Andreas Costas Panayiotis Yiannis"
    ),
    _words("Yılmaz Kaya Demir Çelik Şahin Öztürk Aydın Arslan Doğan Georgiou Ioannou Christodoulou Hüseyin Osman"),
    0.85,
)
EASTERN_EUROPEAN = Origin(
    _two(
        "Agnieszka Katarzyna Małgorzata Magdalena Joanna Ewa Elena Ioana Andreea Mihaela Rasa Jūratė Tsvetelina Oksana "
        "| Piotr Krzysztof Tomasz Paweł Marcin Łukasz Andrei Ionuț Bogdan Mindaugas Tomas Georgi Dimitar Taras Vasile"
    ),
    _words(
        "Nowak Kowalski Wiśniewski Wójcik Kamiński Lewandowski Zieliński Popescu Ionescu Dumitru Stan Radu Kazlauskas "
        "Petrauskas Ivanov Dimitrov Petrov Shevchenko Kovalenko Mazur"
    ),
    0.82,
)
WESTERN_EUROPEAN = Origin(
    _two(
        "Anneliese Giulia Chiara Camille Élodie Lucía Inês Beatriz Sofia Katrin Marieke | Luca Matteo Marco Pierre Julien "
        "Javier Tiago João Pedro Stefan Nikos"
    ),
    _words(
        "Rossi Ferrari Bianchi Esposito Dubois Lefèvre Moreau García López Fernández Silva Santos Ferreira Costa Müller "
        "de_Vries Papadopoulos"
    ),
    0.5,
)
CHINESE = Origin(
    _two("Grace Vivian Winnie Mei Li Xin Yan Wing Siu Hui Jing Wai Kit Chun Hao | Jian Ming Jason Kelvin"),
    _words("Chan Wong Lee Li Cheung Lam Wang Zhang Chen Liu Yip Ng Leung Tang Nguyen Tran"),
    0.6,
)
JEWISH = Origin(
    _two("Miriam Rachel Leah Esther Naomi Hannah Tamar Judith | Benjamin Samuel Daniel Jonathan Avi Saul Nathan Josh"),
    _words("Cohen Levy Goldberg Rosen Friedman Shapiro Kaplan Greenberg Adler Marks Franks Bernstein"),
    0.85,
)
IRANIAN_ARAB = Origin(
    _two(
        "Leila Shirin Nasrin Yasmin Rana Dina Noor Rania | Karim Omid Reza Hossein Tarek Samir Nabil Farid Ziad Bassam"
    ),
    _words("Hosseini Rahimi Karimi Haddad Khoury Mansour Nasser Saleh Aziz Hakimi Popal Barakat"),
    0.5,
)

FLOWERS_AND_BIRDS = _words(
    "Larkfield Swiftwell Fennel Coltsfoot Teasel Linnet Redpoll Dunlin Sedge Campion Bramblewood Tansy Lapwing Wrenfold "
    "Marigold Kestrel Yarrow Medlar Quillwort Harebell Firecrest Goldcrest Whinberry Saxifrage"
)
TRADES = _words(
    "Ropewalk Cordwainer Fletcher's Tallow Bobbin Weir Lamplighter Clockmaker Hatters Fulling Spindle Saddlers Glazier "
    "Coopers Chandlery Drovers Wheelwright Papermill Dyers Bellfounder Lacemaker Tinplate"
)
WAYS = _words("Road Road Road Street Street Avenue Close Terrace Lane Grove Way Rise Gardens Mews Crescent")

NOTES = (
    "Works nights, best to ring after five.",
    "Very friendly, would like a leaflet about the bus route.",
    "Asked who stands for us; told her to look for the letter.",
    "Hard of hearing: speak slowly.",
    "Worried about rents; wants to hear back from the candidate.",
    "Son answered, she is back at the weekend.",
    "Would take a poster if it fits the small window.",
    "Says the surgery takes three weeks for an appointment.",
    "Has moved the postal vote to the new address.",
    "Long chat about the market square. Undecided but warm.",
    "Busy with dinner, cheerful about a call another time.",
    "Voted for somebody else last time, wants to hear more.",
)
FLAGS = (
    "Says somebody from us rang twice last week already. Please check.",
    "The number belongs to a dentist's reception, though a patient said they know her.",
    "Wants to complain about a leaflet. I promised that an organiser rings back.",
    "The name on the list is her late husband's; she was upset.",
    "He is a neighbour of mine and I would rather not ring him.",
)
SKIPS = (
    "I know them personally",
    "The name is a child's friend's",
    "Somebody nearby needed me",
    "I would rather not ring a colleague",
)
