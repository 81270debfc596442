"""Countries, their capitals and the states of the US: names that can stand for a government."""

from __future__ import annotations

_COUNTRIES = """
Afghanistan, Albania, Algeria, America, Andorra, Angola, Antigua and Barbuda, Argentina, Armenia,
Australia, Austria, Azerbaijan, Bahamas, Bahrain, Bangladesh, Barbados, Belarus, Belgium, Belize,
Benin, Bhutan, Bolivia, Bosnia, Bosnia and Herzegovina, Botswana, Brazil, Britain, Brunei, Bulgaria,
Burkina Faso, Burma, Burundi, Cambodia, Cameroon, Canada, Cape Verde, Catalonia,
Central African Republic, Chad, Chile, China, Colombia, Comoros, Congo, Costa Rica, Côte d’Ivoire,
Croatia, Cuba, Cyprus, Czech Republic, Czechia, Denmark, Djibouti, Dominica, Dominican Republic,
East Timor, Ecuador, Egypt, El Salvador, England, Equatorial Guinea, Eritrea, Estonia, Eswatini,
Ethiopia, EU, European Union, Fiji, Finland, France, Gabon, Gambia, Georgia, Germany, Ghana,
Great Britain, Greece, Greenland, Grenada, Guatemala, Guinea, Guinea-Bissau, Guyana, Haiti,
Honduras, Hong Kong, Hungary, Iceland, India, Indonesia, Iran, Iraq, Ireland, Israel, Italy,
Ivory Coast, Jamaica, Japan, Jordan, Kazakhstan, Kenya, Kiribati, Kosovo, Kuwait, Kyrgyzstan, Laos,
Latvia, Lebanon, Lesotho, Liberia, Libya, Liechtenstein, Lithuania, Luxembourg, Macedonia,
Madagascar, Malawi, Malaysia, Maldives, Mali, Malta, Mauritania, Mauritius, Mexico, Micronesia,
Moldova, Monaco, Mongolia, Montenegro, Morocco, Mozambique, Myanmar, Namibia, Nauru, Nepal,
Netherlands, New Zealand, Nicaragua, Niger, Nigeria, North Korea, North Macedonia, Northern Ireland,
Norway, Oman, Pakistan, Palau, Palestine, Panama, Papua New Guinea, Paraguay, Peru, Philippines,
Poland, Portugal, Puerto Rico, Qatar, Quebec, Romania, Russia, Rwanda, Samoa, San Marino,
Saudi Arabia, Scotland, Senegal, Serbia, Seychelles, Sierra Leone, Singapore, Slovakia, Slovenia,
Solomon Islands, Somalia, South Africa, South Korea, South Sudan, Soviet Union, Spain, Sri Lanka,
Sudan, Suriname, Sweden, Switzerland, Syria, Taiwan, Tajikistan, Tanzania, Thailand, Togo, Tonga,
Trinidad and Tobago, Tunisia, Turkey, Türkiye, Turkmenistan, Tuvalu, UAE, Uganda, UK, U.K., Ukraine,
United Arab Emirates, United Kingdom, United States, Uruguay, US, U.S., USA, U.S.A., Uzbekistan,
Vanuatu, Vatican, Venezuela, Vietnam, Wales, Yemen, Zambia, Zimbabwe
"""
_CAPITALS = """
Abuja, Addis Ababa, Algiers, Amman, Amsterdam, Ankara, Asunción, Athens, Baghdad, Baku, Bangkok,
Beijing, Beirut, Belfast, Belgrade, Berlin, Bern, Bogotá, Brasília, Bratislava, Brussels, Bucharest,
Budapest, Buenos Aires, Cairo, Canberra, Caracas, Copenhagen, Damascus, Delhi, Dhaka, Dublin,
Edinburgh, Hanoi, Havana, Helsinki, Islamabad, Jakarta, Jerusalem, Kabul, Khartoum, Kiev, Kyiv, Lima,
Lisbon, Ljubljana, London, Madrid, Managua, Manila, Minsk, Montevideo, Moscow, Nairobi, New Delhi,
Oslo, Ottawa, Paris, Prague, Pretoria, Pyongyang, Quito, Riga, Riyadh, Rome, Santiago, Sarajevo,
Seoul, Skopje, Sofia, Stockholm, Taipei, Tallinn, Tbilisi, Tehran, Tokyo, Tripoli, Tunis, Vienna,
Vilnius, Warsaw, Washington, Yerevan, Zagreb
"""
_STATES = """
Alabama, Alaska, Arizona, Arkansas, California, Colorado, Connecticut, Delaware, Florida, Hawaii,
Idaho, Illinois, Indiana, Iowa, Kansas, Kentucky, Louisiana, Maine, Maryland, Massachusetts,
Michigan, Minnesota, Mississippi, Missouri, Montana, Nebraska, Nevada, New Hampshire, New Jersey,
New Mexico, New York, North Carolina, North Dakota, Ohio, Oklahoma, Oregon, Pennsylvania,
Rhode Island, South Carolina, South Dakota, Tennessee, Texas, Utah, Vermont, Virginia,
West Virginia, Wisconsin, Wyoming
"""

PLACES = frozenset(
    " ".join(name.split()) for name in ",".join((_COUNTRIES, _CAPITALS, _STATES)).split(",")
)
"""Names as newspapers write them, with curly apostrophes and without "the"."""
