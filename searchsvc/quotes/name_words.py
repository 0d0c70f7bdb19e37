"""English word lists of names: given names with their gender, short forms, particles, occupations, places.

All words are in lower case. The lists need not be complete: a name that is in none of them is of unknown gender, and
shows by its place in the text whether it is a person's.
"""

from searchsvc.languages import ENGLISH, bare
from searchsvc.quotes.lexicon import BODY_HEADS, NATIONS, REGIONS, TITLES_AND_ROLES, word_set

#: Given names of men, and of women, in news in English. Names of both are in neither.
MALE_NAMES = word_set(
    "al aaron abdul abdullah abel abraham adam adolf adrian ahmad ahmed aidan alain alan alastair albert alberto alec "
    "alejandro alessandro alexander alexei alf alfred alfredo ali alistair allan allen alvin amir anders andre andreas "
    "andrei andres andrew andy angel angus ansel anthony antoine anton antonio antony archie ariel arnold arsene art "
    "arthur asif austin axel barack barney barry bart basil ben benjamin benny bernard bernie bert bertie bill billy "
    "bob bobby boris brad bradley brandon brendan brent brett brian bruce bruno bryan byron calvin cameron carl carlos "
    "carlo carter cecil cedric cesar charles charlie chester chris christian christoph christophe christopher chuck "
    "clarence clark claude claudio cliff clifford clint clive clyde colin conor conrad corey craig curtis cyril damian "
    "damien damon dan daniel danny darrell darren dave david dean declan denis dennis derek des desmond dick didier "
    "diego dieter dirk dmitry dominic dominique don donald doug douglas duncan dustin dwayne dwight earl ed eddie "
    "edgar eduardo edward edwin elijah elliot elliott elton emile emilio emmanuel enrico enrique eric erik ernest "
    "ernesto ernie ethan eugene evan ewan fabio felipe felix ferdinand fernando fidel floyd francesco francis "
    "francisco franco francois frank frankie franklin franz fraser fred freddie freddy frederic frederick friedrich "
    "gareth garry gary gavin gene geoff geoffrey george gerald gerard gerhard gerry giles giorgio giovanni glen glenn "
    "gordon graeme graham grant greg gregory guillermo gunter gus gustavo guy hal hamid hank hans harold harry hassan "
    "harvey hector helmut henri henrik henry herbert herman hermann horst howard hubert hugh hugo humphrey hussein ian "
    "ibrahim igor ike ira irving isaac ismail ivan ivo jack jacob jacques jake james jamie jan jared jason javier jay "
    "jean-claude jean-pierre jeff jeffrey jeremy jerome jerry jesse jim jimmy joaquin joe joel joey johan johann "
    "johannes john johnny jon jonathan jonny jorge jose josef joseph josh joshua juan jude julian julio justin karim "
    "karl keith kelvin ken kenneth kenny kevin khalid kieran klaus kofi kurt kyle lance larry lars laurent lawrence "
    "len lennox leo leon leonard leonardo leroy les leslie lewis liam lionel lloyd logan lorenzo lou louis luc luca "
    "lucas ludwig luigi luis luke luther magnus malcolm manfred manuel marc marcel marco marcus mario mark martin "
    "marty marvin massimo mathieu matt matteo matthew matthias maurice max maximilian menzies michael michel miguel "
    "mick mickey mike mikhail milan miles mitch mitt mohamed mohammad mohammed muhammad murray nasser nathan ned neil "
    "nelson newt niall nicholas nick nicolas nigel nikolai noah noel norman oleg oliver olivier omar oscar osama otto "
    "owen pablo paddy pascal pat patrick paul pavel pedro percy pete peter phil philip philippe phillip pierre piers "
    "prince quentin rafael ralph ramon randall randy raul ray raymond reg reggie reginald rene rex ricardo richard "
    "rick ricky rob robbie robert roberto robin rod roddy rodney rodrigo roger roland rolf roman ron ronald rory ross "
    "roy rowan rudolf rudy rupert russ russell ryan saddam salman salvador sam sammy samuel scott sean sebastian serge "
    "sergei sergey sergio seth shane shaun sid sidney silvio simon spencer stan stanley stefan stelios stephane "
    "stephen steve steven stewart stuart sven ted terence terry theodore thierry thomas tim timothy toby todd tom "
    "tomas tommy tony travis trevor troy umar usman vernon viktor victor vijay vince vincent vladimir vyacheslav wally "
    "walter warren wayne wendell werner wilfried wilhelm will william willie willy winston wolfgang woody xavier "
    "yasser yuri yusuf zachary zinedine"
)
FEMALE_NAMES = word_set(
    "abigail ada adele agnes aisha alexandra alice alicia alison amanda amber amelia amelie amy ana anastasia andrea "
    "angela angelina anita ann anna annabel anne annette annie annika antonia anya april arianna astrid audrey aung "
    "barbara beatrice becky belinda bella bernadette beth betsy betty beverley beverly bianca brenda bridget britney "
    "brigitte camilla carla carly carmen carol carole caroline carolyn carrie catherine cathy cecilia charlotte "
    "chelsea cheryl chloe christina christine cindy claire clara claudia colleen condoleezza connie constance cordelia "
    "courtney cristina cynthia daisy dawn debbie deborah debra deirdre delia denise diana diane dolores dominica donna "
    "dora doris dorothy edith eileen elaine eleanor elena elisabeth elise eliza elizabeth ella ellen ellie elsie emily "
    "emma erica erin esther ethel eunice eva eve evelyn fatima felicity fiona flora florence frances freya gabriela "
    "gabriella gabrielle gail gemma georgia georgina geraldine gertrude ghazala gina gisele glenda gloria grace greta "
    "gwen gwyneth hannah harriet hazel heather heidi helen helena helene henrietta hilary hillary holly honor ida "
    "imelda ines inés imogen ingrid irene iris irina isabel isabella isabelle isla ivana jacqueline jade jane janet "
    "janice janine jasmine jean jeanette jeanne jenna jennifer jenny jessica jill joan joanna joanne jocelyn jodie "
    "josephine joy joyce judith judy julia juliana julie juliet june justine karen kate katharine katherine kathleen "
    "kathryn kathy katie katrina katy keira kelly kerry kimberly kirsten kirsty kristen kristin kylie lara laura "
    "lauren leila lena letitia lily linda lindsay lisa liz liza lois lola loretta lorna lorraine louisa louise lucia "
    "lucinda lucy lydia lynda lynn lynne mabel madeleine madonna maggie margaret margot maria marian mariana marianne "
    "marie marilyn marina marion marisa marjorie marlene martha martina mary maud maureen mavis megan melania melanie "
    "melinda melissa mercedes meredith meryl mia michaela michele michelle mildred millie minnie miranda miriam moira "
    "molly mona monica muriel nadia nancy naomi natalia natalie natasha neelie nell nicola nicole nina nora noreen "
    "norma olga olive olivia paige pamela patricia patsy paula paulina pauline peggy penelope penny petra philippa "
    "phoebe phyllis polly priscilla rachael rachel ramona rebecca regina renee rhoda rita roberta roisin rosa rosalind "
    "rose rosemary rosie roxanne ruth sabrina sally samantha sandra sara sarah serena shannon sharon sheila shelley "
    "sheryl shirley shonda sienna sigourney silvia simone sonia sophia sophie stacey stella stephanie sue susan "
    "susanna suzanne svetlana sylvia tamara tanya tara teresa tessa theresa tina tracey trudy ursula valerie vanessa "
    "vera verity veronica vicki vicky victoria viola violet virginia vivian vivien wendy whitney wilma winifred yasmin "
    "yelena yoko yvette yvonne zadie zara zoe"
)
#: All given names. A union made at each call would cost more than all else that is asked of a name.
GIVEN_NAMES = MALE_NAMES | FEMALE_NAMES
#: Short form of a given name → long forms.
SHORT_FORMS = {
    short: frozenset(long.split())
    for short, long in (
        line.split(" ", 1)
        for line in (
            "al alan albert alexander", "alex alexander alexandra", "andy andrew", "ben benjamin", "bernie bernard",
            "beth elizabeth", "bill william", "bob robert", "bobby robert", "cathy catherine", "charlie charles",
            "chris christopher christine christian", "chuck charles", "dan daniel", "danny daniel", "dave david",
            "debbie deborah", "dick richard", "don donald", "doug douglas", "ed edward edwin", "eddie edward",
            "frank francis franklin", "fred frederick alfred", "geoff geoffrey", "greg gregory", "hal harold henry",
            "harry henry harold", "jack john", "jeff jeffrey", "jerry gerald jeremy", "jim james", "jimmy james",
            "joe joseph", "jon jonathan", "josh joshua", "kate katherine catherine", "kathy katherine", "ken kenneth",
            "larry lawrence", "len leonard", "liz elizabeth", "maggie margaret", "matt matthew", "mick michael",
            "mike michael", "ming menzies", "mitch mitchell", "nick nicholas", "pam pamela", "pat patrick patricia",
            "pete peter", "phil philip phillip", "ray raymond", "rich richard", "rick richard", "rob robert",
            "ron ronald", "russ russell", "sam samuel samantha", "sandy alexander sandra", "steve stephen steven",
            "stu stuart", "sue susan", "ted edward theodore", "tim timothy", "tom thomas", "tommy thomas",
            "tony anthony", "vic victor", "vince vincent", "will william",
        )
    )
}  # fmt: skip
#: Letters behind a name that are no part of it.
HONOURS = frozenset(
    {"QC", "KC", "SC", "MP", "MSP", "MEP", "AM", "TD", "MBE", "OBE", "CBE", "KBE", "DBE", "PhD", "MD", "JP", "Esq"}
)
#: Given names that are also titles or nationalities, in front of a single surname: "Dean Kiely".
TITLES_AS_GIVEN_NAMES = word_set("dean lance german baron earl prince duke major guy bishop")
#: Titles and ranks of people in news that `languages` does not have.
RANKS = word_set(
    "cllr pc dc ds di dci dcs wpc dsupt ch insp supt detective-constable fr sr br ven canon msgr monsignor datuk seri "
    "tan sri dato datin tun shri smt pandit sayyid sheik sheikh mullah maulana ayatollah emir sultan justice viscount "
    "viscountess countess earl duke duchess marquess reverend revd pastor vicar deacon bro gen brig brigadier marshal "
    "private pte airman cadet petty commodore wing flt lieutenant-colonel lt-col lt-gen maj-gen brig-gen vice-admiral "
    "attorney-general ex-president ex-minister"
)
#: Occupations and other descriptions right before a name, with or without a capital: "singer Ana Ruiz", "Boss Ruiz".
OCCUPATIONS = (
    word_set(
        "singer actor actress boss film-maker filmmaker writer novelist poet comedian comic star presenter broadcaster "
        "musician rapper guitarist drummer songwriter producer director playwright screenwriter composer conductor "
        "artist painter photographer designer architect model dancer footballer player striker midfielder defender "
        "goalkeeper keeper winger forward captain skipper coach manager trainer lock prop hooker flanker fly-half "
        "scrum-half centre full-back fullback wing number prop runner sprinter athlete champion hurdler jumper swimmer "
        "cyclist driver rider jockey golfer boxer batsman bowler cricketer tennis economist analyst strategist trader "
        "broker banker investor fund-manager scientist researcher academic historian expert specialist doctor surgeon "
        "nurse teacher headteacher headmaster lecturer professor student engineer developer programmer technician "
        "farmer fisherman pilot sailor soldier veteran officer policeman detective lawyer barrister solicitor judge "
        "prosecutor lobbyist activist campaigner protester spokesman spokeswoman spokesperson aide adviser advisor "
        "secretary treasurer chairman chairwoman chair president vice-president vice-chairman chief founder co-founder "
        "owner co-owner entrepreneur businessman businesswoman millionaire billionaire tycoon mogul politician mp mps "
        "peer backbencher frontbencher candidate nominee hopeful front-runner lawmaker congressman congresswoman "
        "legislator councillor leader deputy shadow ex-wife wife husband father mother brother sister son daughter "
        "widow girlfriend boyfriend partner friend colleague neighbour neighbor resident victim witness author editor "
        "journalist reporter correspondent columnist critic blogger publisher host anchor pundit commentator creator "
        "chef consultant contractor executive exec head head-teacher inspector commissioner governor mayor sheriff "
        "organiser organizer curator librarian priest vicar bishop archbishop cardinal pope king queen prince princess "
        "duke frontman bassist dj veteran teenager pensioner mum dad mom grandmother grandfather supermodel newsreader "
        "newcomer rookie quarterback pitcher team-mate teammate countryman compatriot counterpart rival opponent "
        "predecessor successor ally supporter fan"
    )
    | frozenset((*ENGLISH.posts, *ENGLISH.jobs))
) - {"cal", "father", "brother", "sister"}
#: Adjectives and nouns that qualify an occupation in front of a name, and are no part of it.
QUALIFIERS = word_set(
    "tory labour lib dem conservative liberal democrat democratic republican green ukip snp plaid communist socialist "
    "independent veteran former ex late great young senior junior chief assistant associate executive managing general "
    "interim acting deputy vice co head lead leading top new old fellow olympic world european national international "
    "shadow home foreign prime first pop rock film tv radio sports premier cup grand deputy oscar-winning "
    "award-winning goal golf welfare transport health education environment culture energy financial operating "
    "technical technology marketing sales creative policy communications public private media press security human "
    "resources information legal research development corporate global regional local state federal county city "
    "district"
)
#: Places that look like names of people, and parts of such places.
PLACES = (
    frozenset(word for region in REGIONS for word in region.split())
    | word_set(
        "london paris berlin madrid rome moscow beijing tokyo delhi brussels geneva zurich vienna athens cairo baghdad "
        "tehran kabul washington boston chicago houston dallas atlanta miami seattle denver philadelphia detroit york "
        "angeles francisco vegas orleans diego antonio hong kong singapore sydney melbourne toronto montreal vancouver "
        "dublin belfast edinburgh glasgow cardiff birmingham manchester liverpool leeds sheffield bristol newcastle "
        "southampton portsmouth nottingham leicester sunderland middlesbrough everton chelsea arsenal tottenham fulham "
        "britain england scotland wales ireland europe asia africa america americas kingdom states korea arabia lanka "
        "zealand lanka emirates rico salvador faso leone francisco cape east west north south northern southern "
        "eastern western central new san santa los las saint mount lake river island islands beach bay valley hills "
        "park square avenue boulevard"
    )
) - {"victoria", "georgia", "virginia", "carolina", "chelsea", "diego", "antonio", "francisco", "salvador"}
#: Words of a name that show a body, a thing or an event.
BODY_WORDS = (
    BODY_HEADS
    | word_set(
        "bank banks fund funds capital partners securities holdings systems technologies technology industries motors "
        "motor airlines airways energy oil gas petroleum electric power steel foods stores brothers sons research "
        "analytics global international media entertainment pictures studios records films productions pharmaceuticals "
        "insurance asset management investments investment advisors advisers consulting solutions software networks "
        "communications telecom mobile wireless exchange markets market index board commission institute foundation "
        "awards award cup championship championships olympics games open prix series festival tour bill act law treaty "
        "constitution war day week house chamber palace castle tower bridge airport station stadium arena church "
        "cathedral abbey temple mosque theatre theater opera orchestra band museum gallery library hall hotel "
        "restaurant school academy college university hospital clinic prison jail court tribunal police army navy "
        "parliament assembly senate congress cabinet ministry department agency authority office bureau council "
        "committee union federation confederation association society club united city town rovers wanderers albion "
        "athletic rangers celtic hotspur villa county lions tigers giants warriors democrats conservatives republicans "
        "affairs staff relations operations planning reserve labour tories nations organisation organization alliance "
        "front movement party force forces service services initiative project programme program campaign report study "
        "survey review magazine times post guardian telegraph independent mail mirror sun news journal observer herald "
        "tribune press radio television street road plc inc corp ltd llc llp ag sa nv gmbh co & company group europe "
        "america windows xbox playstation internet web google microsoft apple yahoo intel nokia sony ibm reuters bbc "
        "cnn nbc cbs abc itv minister"
    )
) - word_set(
    "power act day law bill hall castle bridge villa tower church sun war post road sons web park king open band abbey "
    "temple steel board street grace field"
)
#: Words that show the gender of who is described so.
MALE_WORDS = word_set(
    "man husband father brother son uncle boyfriend widower grandfather king prince duke chairman spokesman "
    "businessman congressman policeman fireman salesman sportsman frontman actor mr dad boy lad gentleman sir lord "
    "baron"
)
FEMALE_WORDS = word_set(
    "woman wife mother sister daughter aunt girlfriend widow grandmother queen princess duchess chairwoman "
    "spokeswoman businesswoman congresswoman policewoman actress heroine mum mom girl lady baroness dame hostess"
)
#: Nouns for a person whom the article does not name where it says so: "a spokeswoman", "the man".
PERSON_NOUNS = (
    OCCUPATIONS
    | MALE_WORDS
    | FEMALE_WORDS
    | word_set(
        "person official source insider employee worker staffer passenger driver customer voter viewer reader user "
        "insurgent gunman suspect defendant narrator speaker caller teenager child kid baby youth pupil immigrant "
        "migrant refugee survivor onlooker bystander shopper tourist visitor participant delegate diplomat envoy "
        "negotiator observer mediator minister lord lady senator representative member commander general admiral"
    )
)
#: Groups of people that no surname is written as, and whom news names in the plural alone.
GROUPS = word_set(
    "women men people children police staff crew clergy troops crowds families parents grandparents godparents "
    "relatives wives husbands youngsters teens locals tenants commuters villagers bosses dealers rebels dockers "
    "anglers medics paramedics midwives rescuers firefighters volunteers witnesses marchers pickets rioters looters "
    "strikers squatters bidders lenders borrowers landlords retailers growers brewers backers hauliers carers firemen "
    "policemen fishermen spokesmen businessmen gunmen workmen linesmen salesmen clergymen congressmen policewomen "
    "spokeswomen tories officials "
)
#: Words that no name of a person has, though news writes them with a capital.
NEVER_NAMES = frozenset(map(str.lower, NATIONS)) | TITLES_AND_ROLES | bare(ENGLISH.titles)
