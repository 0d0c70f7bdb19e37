"""Names of regions and countries, as they stand after the name of a town: "in Salem, New Hampshire,"."""

_NAMES = (
    "alabama,alaska,arizona,arkansas,california,colorado,connecticut,delaware,florida,georgia,hawaii,idaho,"
    "illinois,indiana,iowa,kansas,kentucky,louisiana,maine,maryland,massachusetts,michigan,minnesota,mississippi,"
    "missouri,montana,nebraska,nevada,new hampshire,new jersey,new mexico,new york,north carolina,north dakota,"
    "ohio,oklahoma,oregon,pennsylvania,rhode island,south carolina,south dakota,tennessee,texas,utah,vermont,"
    "virginia,washington,west virginia,wisconsin,wyoming,d.c,d.c.,puerto rico,england,scotland,wales,"
    "northern ireland,ireland,ontario,quebec,alberta,manitoba,british columbia,nova scotia,new south wales,"
    "queensland,victoria,france,germany,spain,italy,portugal,austria,switzerland,belgium,the netherlands,denmark,"
    "norway,sweden,finland,poland,hungary,greece,turkey,russia,ukraine,egypt,israel,iran,iraq,syria,india,"
    "pakistan,china,japan,south korea,australia,new zealand,canada,mexico,brazil,argentina,chile,cuba,"
    "south africa,kenya,nigeria"
)
#: In lower case.
REGIONS = frozenset(_NAMES.split(","))
