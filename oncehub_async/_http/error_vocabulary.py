"""The words that an error's text is made of, besides names of the API's and what it quotes.

Whatever isn't here could be somebody's name. First names that are words as well ("mark", "grant")
are left out.
"""

_WORDS = """
a an the this that these those it its itself they them their there here you your we our he she and
or but nor if then else when while unless until because since as so than too also only just both
either neither each every all any some none no not nothing something anything more most less least
fewer few many much several another other others same different such own one two three first
second third last next previous following is isn't are aren't was wasn't were weren't be been
being has hasn't have haven't had having do does doesn't don't did didn't done can can't cannot
could couldn't may might must mustn't shall should shouldn't will won't would wouldn't need needs
needed of in on at to from by for with without within into onto over under above below between
before after during through throughout via per about against across along around behind beyond
beside besides except instead out off up down back again already yet still now later soon ago once
twice always never ever often sometimes currently temporarily permanently directly immediately
please call calls try retry make sure ensure check contact see use using used provide provided
pass passed login log logged sign signed upgrade add adding added remove removed update updated
updating create created creating delete deleted deleting change changed changing set setting get
getting send sending sent receive received receiving read reading write written save saved fetch
fetched retrieve retrieved find found look lookup match matches matching exist exists existing
contain contains containing include includes included including exclude excluded start starts
started starting end ends ended ending begin begins stop stopped allow allows allowed allowing
permit permitted forbid forbidden deny denied refuse refused reject rejected accept accepted
accepts expect expected expects require required requires support supported supports unsupported
enable enabled disable disabled connect connected disconnected assign assigned assigns unassigned
reassign reassigned cancel canceled cancelled canceling cancelling cancellation reschedule
rescheduled schedule scheduled scheduling book booked booking bookings complete completed confirm
confirmed confirmation request requested requests respond response responses reply process
processing processed perform performed execute executed fail failed fails failure failing succeed
succeeded exceed exceeded exceeds exceeding reach reached limit limits limited rate throttled
quota maximum minimum max min length size long longer longest short shorter shortest large larger
largest small smaller smallest big high higher highest low lower lowest greater great equal equals
multiple overlap overlapping overlaps duplicate duplicated duplicates entry entries conflict
conflicts conflicting invalid valid validation validate verified verify unverified unknown known
missing empty blank null nil undefined present absent available availability unavailable inactive
active activated deactivated archived expired expire expires expiring expanded expand expansion
unpublished published publish locked blocked suspended paused pending open opened closed free busy
wrong correct incorrect incorrectly correctly properly malformed bad good unexpected error errors
occurred occur internal external server service services client gateway timeout timed time times
timezone zone zones date dates day days week weeks weekly month months monthly year years hour
hours minute minutes seconds today tomorrow yesterday past future earlier late early range ranges
value values number numbers numeric integer integers boolean string strings text texts character
characters letter letters digit digits array arrays list lists object objects property properties
parameter parameters field fields attribute attributes key keys name names type types format
formats form forms option options choice choices item items element elements header headers body
query path url urls uri link links domain host hosts owner owners admin administrator member
members user users team teams account accounts organization organisation company seat seats
license licenses plan plans role roles permission permissions access authorized unauthorized
authenticated authentication authorization credentials token tokens secret secrets api endpoint
endpoints method resource resources webhook webhooks subscription subscriptions event events
payload id ids identifier identifiers code codes status state states page pages master calendar
calendars category categories location locations address addresses physical virtual video audio
phone mobile email emails mail sms message messages notification notifications reminder reminders
attendee attendees guest guests customer customers participant participants person people contacts
conversation conversations visitor visitors chat chatbot bot note notes subject title description
label tag tags color image file files attachment attachments document documents question questions
answer answers custom library language locale country region city street post zip currency amount
price payment payments paid unpaid refund refunded invoice card credit balance transaction
transactions slot slots meeting meetings appointment appointments session sessions duration
durations interval intervals buffer notice window working override overrides overridden recurring
recurrence series rule rules policy policies profile settings configuration configured preference
preferences version unique uniqueness case sensitive insensitive whitespace spaces space leading
trailing special documented deprecated moved gone temporary permanent manual automatic
automatically default original current new old newer older latest oldest recent help documentation
website site online offline dynamic static public private conference conferencing connection
connections network proxy provider integration integrations source target destination reason
reasons detail details info information data content contents result results record records row
rows column columns cursor position order sort filter filters search offset count total sum part
parts whole half pair pairs group groups sets kind kinds point points level levels deep deeper
place places way side cases example examples application applications app apps system systems
device browser invite invited invitation invitations join joined leave left show shows shown
no-show hidden hide display displayed visible view viewed edit edited editing modify modified copy
copied enter entered typed select selected choose chosen specify specified submit submitted
submission submissions load loaded parse parsed decode encode encoded convert converted cast
resolve resolved identify identified recognize recognized recognised understand understood handle
handled apply applied applies happen happened happens belong belongs refer refers associated
related linked attached bound like unlike near far together alone yes true false ok okay sorry
activity stream creation meet microsoft google zoom webex favorite favourite preferred colour utm
salutation gt lt gte lte eq json xml html http https
"""

_NAMES = """
API APIs Account Activity Booking CSV Conference DELETE Enterprise Event Expected Friday GET GMT
GoToMeeting Google Growth HTML HTTP HTTPS IANA ID IDs IP ISO JSON Master Meet Microsoft Monday
Must OK OnceHub Only Owner PATCH PDF POST PUT Page Please Provide Route SMS Saturday Schedule
ScheduleOnce Service Stream Sunday Teams The These This Thursday Tuesday Type URI URL URLs UTC
UTF-8 UTM Use Video Webex Wednesday XML Zoom
"""

WORDS = frozenset(_WORDS.split())
"""In small letters; the first word of a sentence has a capital."""

NAMES = frozenset(_NAMES.split())
"""With a capital wherever they stand."""
