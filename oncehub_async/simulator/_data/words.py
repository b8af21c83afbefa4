"""The words from which people, companies and meetings are made."""

FIRST_NAMES = (
    "Andrea", "Carrie", "Dana", "Omar", "Priya", "Lukas", "Mei", "Jonas", "Amara", "Sofia",
    "Mateo", "Hannah", "Kofi", "Elena", "Yuki", "Noah", "Fatima", "Liam", "Ingrid", "Tomas",
    "Grace", "Arjun", "Chloe", "Diego", "Nadia", "Peter", "Ruth", "Samuel", "Tara", "Victor",
)  # fmt: skip
LAST_NAMES = (
    "Hartie", "Customer", "Okafor", "Schmidt", "Rossi", "Tanaka", "Silva", "Novak", "Larsen",
    "Haddad", "Moreau", "Kowalski", "Iyer", "Bianchi", "Petrov", "Nguyen", "Garcia", "Walsh",
    "Brandt", "Costa", "Dubois", "Eriksen", "Fischer", "Greene", "Hughes", "Jansen", "Klein",
)  # fmt: skip
UNICODE_NAMES = (
    "Zoë", "Łukasz", "Nguyễn Thị Ánh", "Þórunn", "محمد", "李小龍", "Søren", "Ольга", "José María",
    "🌟 Vera", "Anne\u200bMarie", "e\u0301lodie",
)  # fmt: skip
COMPANIES = (
    "Acme Inc", "Star Software LLC", "Northwind", "Globex", "Initech", "Umbrella Health",
    "Blue Harbor Bank", "Fjord Design", "Sunrise Realty", "Lakeside College", "Pinecone Legal",
)  # fmt: skip
JOB_TITLES = ("Executive Assistant", "Head of Sales", "Engineer", "Founder", "Nurse", "Buyer")
CITIES = (
    ("New York", "New York", "United States", "America/New_York", "10001"),
    ("Chicago", "Illinois", "United States", "America/Chicago", "60601"),
    ("Denver", "Colorado", "United States", "America/Denver", "80202"),
    ("Berlin", "Berlin", "Germany", "Europe/Berlin", "10115"),
    ("London", "England", "United Kingdom", "Europe/London", "EC1A 1BB"),
    ("Mumbai", "Maharashtra", "India", "Asia/Kolkata", "400001"),
    ("Sydney", "New South Wales", "Australia", "Australia/Sydney", "2000"),
)
SUBJECTS = (
    "Live demo", "Onboarding call", "Discovery call", "Quarterly review", "Interview",
    "Consultation", "Technical support", "Campus tour", "Loan appointment", "Follow-up",
)  # fmt: skip
TEAM_NAMES = ("Sales", "Support", "Success", "Recruiting", "Advisors", "Implementation", "Partners")
REASONS = ("Change in schedule", "Found another solution", "Feeling unwell", "", "Wrong time zone")
NOTES = (
    "I want to discuss whether your product can work for our office.",
    "Please call my mobile.",
    "We are 40 people.\nTwo of us will join.",
    "",
)
UTM_SOURCES = ("facebook", "google", "linkedin", "newsletter")
UTM_CAMPAIGNS = ("webinar_signup", "spring_sale", "brand")
CONFERENCING = ("google_meet", "microsoft_teams", "zoom", "webex", "gotomeeting")
ADDRESSES = (
    ("ADD-K8E9X", "123 Office Street, New York, NY"),
    ("ADD-7QW2M", "8 Harbor Road, Boston, MA"),
)
